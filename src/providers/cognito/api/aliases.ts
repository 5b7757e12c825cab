import type { User } from '../../../oauth/model/records.ts'
import { isAlias } from '../attributes.ts'
import { ApiError } from '../errors.ts'
import type { Pool } from './pool.ts'

/** The verified addresses by which users of a pool with aliases sign in. */
const addresses = ['email', 'phone_number'] as const
type Address = (typeof addresses)[number]

/**
 * Makes addresses that were verified, or are taken to be, the user's aliases.
 * @param user not stored yet where it is a new one
 * @param force takes an alias away from whoever has it, whose address is not verified any more
 * @throws ApiError AliasExistsException
 */
export function takeAliases(
  user: Pick<User, 'username'>,
  verified: Readonly<Partial<Record<Address, string | undefined>>>,
  pool: Pool,
  force = false,
): void {
  const { AliasAttributes = [] } = pool.record
  for (const attribute of addresses) {
    const value = verified[attribute]
    if (value === undefined || !AliasAttributes.includes(attribute)) continue
    const holder = pool.allUsers().find((one) => one.username !== user.username && isAlias(one, attribute, value))
    if (holder === undefined) continue
    if (!force) {
      const explanation = `User '${holder.username}' has this ${attribute}; ForceAliasCreation takes it away`
      throw new ApiError('AliasExistsException', `An account with the ${attribute} already exists.`, explanation)
    }
    pool.saveUser({ ...holder, claims: { ...holder.claims, [`${attribute}_verified`]: false } })
  }
}
