import { randomFrom } from '../../../basics/random.ts'
import { sendMessage } from '../../../oauth/model/outbox.ts'
import type { User } from '../../../oauth/model/records.ts'
import { asClaim, attributeList, withAttributes } from '../attributes.ts'
import { ApiError, invalidParameter, notAuthorized } from '../errors.ts'
import { takeAliases } from './aliases.ts'
import { mustSendCode } from './codes.ts'
import type { Input } from './input.ts'
import { checkNewPassword } from './passwords.ts'
import type { Pool } from './pool.ts'
import { confirm, makeUser } from './sign-up.ts'
import { paged, userFilter } from './user-filter.ts'

/** A call of an administrator of a pool. */
export interface PoolCall {
  input: Input
  pool: Pool
}

/** The same about a user. */
export interface UserCall extends PoolCall {
  user: User
}

/** A password that fits every policy of usual length. */
function temporaryPassword(): string {
  return `Aa1!${randomFrom('ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789', 10)}`
}

/** A user who must choose a password at the first sign-in; what was chosen for him goes to the outbox. */
export function adminCreateUser({ input, pool }: PoolCall) {
  const username = input.need('Username')
  const there = pool.findUser(username)
  const action = input.text('MessageAction')
  const password = input.text('TemporaryPassword') ?? temporaryPassword()
  if (there !== undefined && action === 'RESEND') {
    invite(there, there.password ?? '', pool)
    return { User: pool.listed(there) }
  }
  checkNewPassword(password, pool)
  const attributes = input.attributes('UserAttributes')
  const { email, phone_number } = attributes
  const verified = {
    ...(asClaim('email_verified', attributes.email_verified ?? '') && { email }),
    ...(asClaim('phone_number_verified', attributes.phone_number_verified ?? '') && { phone_number }),
  }
  takeAliases({ username }, verified, pool, input.flag('ForceAliasCreation'))
  const user = makeUser({ username, password, attributes, status: 'FORCE_CHANGE_PASSWORD' }, pool)
  if (action !== 'SUPPRESS') invite(user, password, pool)
  return { User: pool.listed(user) }
}

function invite(user: User, code: string, pool: Pool): void {
  const delivery = pool.deliveryOf(user)
  if (delivery !== undefined) {
    sendMessage(pool.world.documents, { to: delivery.to, by: delivery.by, kind: 'AdminCreateUser', code, at: pool.now })
  }
}

export function adminSetUserPassword({ input, pool, user }: UserCall) {
  const password = input.need('Password')
  checkNewPassword(password, pool)
  pool.saveUser({ ...user, password })
  pool.saveAccount(user, { status: input.flag('Permanent') === true ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD' })
  return {}
}

export function adminResetUserPassword({ pool, user }: UserCall) {
  mustSendCode(pool, user, 'ForgotPassword')
  pool.saveAccount(user, { status: 'RESET_REQUIRED' })
  return {}
}

export function adminGetUser({ pool, user }: UserCall) {
  const { factors, preferred } = pool.account(user)
  const { Username, ...rest } = pool.view(user)
  return {
    Username,
    UserAttributes: attributeList(user),
    ...rest,
    ...(preferred !== undefined && { PreferredMfaSetting: preferred }),
    ...(factors.length > 0 && { UserMFASettingList: factors }),
  }
}

export function adminConfirmSignUp({ pool, user }: UserCall) {
  const { status } = pool.account(user)
  if (status !== 'UNCONFIRMED') throw notAuthorized(`User cannot be confirmed. Current status is ${status}`)
  confirm(user, pool)
  return {}
}

export function adminUpdateUserAttributes({ input, pool, user }: UserCall) {
  const attributes = input.attributes('UserAttributes')
  if (attributes.sub !== undefined) throw invalidParameter('Cannot modify an already provided sub attribute')
  pool.saveUser(withAttributes(user, attributes))
  return {}
}

export function adminDeleteUserAttributes({ input, pool, user }: UserCall) {
  pool.saveUser(withAttributes(user, Object.fromEntries(input.texts('UserAttributeNames').map((name) => [name, '']))))
  return {}
}

export function adminDeleteUser({ pool, user }: UserCall) {
  pool.world.directory.deleteUser(user)
}

export function adminDisableUser({ pool, user }: UserCall) {
  pool.saveUser({ ...user, disabled: true })
  pool.signOut(user)
  return {}
}

export function adminEnableUser({ pool, user }: UserCall) {
  pool.saveUser({ ...user, disabled: false })
  return {}
}

export function adminUserGlobalSignOut({ pool, user }: UserCall) {
  pool.signOut(user)
  return {}
}

export function listUsers({ input, pool }: PoolCall) {
  const wanted = userFilter(input.text('Filter'), pool)
  const { items, next } = paged(pool.allUsers().filter(wanted), input.number('Limit'), input.text('PaginationToken'))
  const attributes = input.texts('AttributesToGet')
  return { Users: items.map((user) => pool.listed(user, attributes)), ...(next !== undefined && { PaginationToken: next }) }
}

/** The user that an administrator means. @throws ApiError UserNotFoundException */
export function meant({ input, pool }: PoolCall): User {
  const user = pool.findUser(input.need('Username'))
  if (user === undefined)
    throw new ApiError('UserNotFoundException', 'User does not exist.', `No user '${input.text('Username')}'`, 'user_unknown')
  pool.context.trace.username = user.username
  return user
}
