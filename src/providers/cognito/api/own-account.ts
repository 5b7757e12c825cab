import { sameSecret } from '../../../basics/random.ts'
import { OAuthError } from '../../../oauth/model/errors.ts'
import type { Reason } from '../../../oauth/model/reasons.ts'
import type { ActiveAccessToken, User } from '../../../oauth/model/records.ts'
import { scopes } from '../../../oauth/model/scope.ts'
import { requireAccessToken } from '../../../oauth/proof/access-token.ts'
import { countAttempt, limitAttempts } from '../attempts.ts'
import { attributeList, attributesOf, withAttributes } from '../attributes.ts'
import { invalidParameter, notAuthorized } from '../errors.ts'
import { takeAliases } from './aliases.ts'
import { mustSendCode, takeCode } from './codes.ts'
import type { Input } from './input.ts'
import { ownAccountScope } from './issue.ts'
import { checkNewPassword } from './passwords.ts'
import type { Pool } from './pool.ts'

/** A call of a user for himself, with an access token. */
export interface OwnCall {
  input: Input
  pool: Pool
  user: User
}

const texts: Readonly<Partial<Record<Reason, string>>> = {
  token_expired: 'Access Token has expired',
  token_revoked: 'Access Token has been revoked',
}

/** Whose access token it is. @throws ApiError NotAuthorizedException */
export async function ownerOf(token: string, pool: Pool): Promise<User> {
  const { user, scope } = await held(token, pool)
  if (user === undefined || !scopes(scope).includes(ownAccountScope)) {
    const explanation = `The token's scope is '${scope}' and lacks ${ownAccountScope}`
    throw notAuthorized('Access Token does not have required scopes', explanation, 'scope_missing')
  }
  return user
}

async function held(token: string, pool: Pool): Promise<ActiveAccessToken> {
  try {
    return await requireAccessToken({ token, scheme: 'Bearer' }, pool.context)
  } catch (error) {
    if (!(error instanceof OAuthError) || error.code !== 'invalid_token') throw error
    const text = (error.reason && texts[error.reason]) ?? 'Invalid Access Token'
    throw notAuthorized(text, error.explanation, error.reason)
  }
}

export function getUser({ user, pool }: OwnCall) {
  const { factors, preferred } = pool.account(user)
  return {
    Username: user.username,
    UserAttributes: attributeList(user),
    ...(preferred !== undefined && { PreferredMfaSetting: preferred }),
    ...(factors.length > 0 && { UserMFASettingList: factors }),
  }
}

/** Stores attributes; an address that changed is no longer verified, and a code goes there. */
export function updateUserAttributes({ input, user, pool }: OwnCall) {
  const attributes = input.attributes('UserAttributes')
  const fixed = Object.keys(attributes).find((name) => /^(sub|cognito:.*|.*_verified)$/.test(name))
  if (fixed !== undefined) throw notAuthorized('A client attempted to write unauthorized attribute', `Nobody writes ${fixed} of his own`)
  const changed = withAttributes(user, attributes)
  const addresses = (['email', 'phone_number'] as const).filter((name) => attributes[name] !== undefined)
  const unverified = Object.fromEntries(addresses.map((name) => [`${name}_verified`, false]))
  const stored = { ...changed, claims: { ...changed.claims, ...unverified } }
  pool.saveUser(stored)
  const sent = addresses
    .filter((name) => pool.record.AutoVerifiedAttributes.includes(name))
    .map((name) => verificationCode(name, stored, pool))
  return sent.length === 0 ? { CodeDeliveryDetailsList: [] } : { CodeDeliveryDetailsList: sent }
}

export function deleteUserAttributes({ input, user, pool }: OwnCall) {
  pool.saveUser(withAttributes(user, Object.fromEntries(input.texts('UserAttributeNames').map((name) => [name, '']))))
  return {}
}

function verificationCode(attribute: 'email' | 'phone_number', user: User, pool: Pool) {
  const to = attribute === 'email' ? user.email : user.claims.phone_number
  if (typeof to !== 'string') throw invalidParameter(`User does not have ${attribute}`)
  return mustSendCode(pool, user, attribute, { to, by: attribute === 'email' ? 'email' : 'sms', attribute })
}

function address(input: Input): 'email' | 'phone_number' {
  const name = input.need('AttributeName')
  if (name === 'email' || name === 'phone_number') return name
  throw invalidParameter('Invalid attribute name', `AttributeName is '${name}'; only email and phone_number are verified`)
}

export function getUserAttributeVerificationCode({ input, user, pool }: OwnCall) {
  return { CodeDeliveryDetails: verificationCode(address(input), user, pool) }
}

export function verifyUserAttribute({ input, user, pool }: OwnCall) {
  const name = address(input)
  takeAliases(user, { [name]: attributesOf(user)[name] }, pool)
  takeCode(pool, user, name, input.need('Code'))
  pool.saveUser({ ...user, claims: { ...user.claims, [`${name}_verified`]: true } })
  return {}
}

export function changePassword({ input, user, pool }: OwnCall) {
  const [previous, proposed] = [input.text('PreviousPassword') ?? '', input.need('ProposedPassword')]
  const attempt = 'changing the password'
  limitAttempts(user, attempt, pool.world)
  if (!sameSecret(previous, user.password ?? pool.world.company)) {
    countAttempt(user, attempt, pool.world)
    throw notAuthorized('Incorrect username or password.', 'PreviousPassword is not the password of the user', 'password_wrong')
  }
  checkNewPassword(proposed, pool)
  pool.saveUser({ ...user, password: proposed })
  return {}
}

export function deleteUser({ user, pool }: OwnCall) {
  pool.world.directory.deleteUser(user)
}

export function globalSignOut({ user, pool }: OwnCall) {
  pool.signOut(user)
  return {}
}
