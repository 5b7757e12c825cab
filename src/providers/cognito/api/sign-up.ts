import { blankUser, TakenError } from '../../../oauth/model/directory.ts'
import type { User } from '../../../oauth/model/records.ts'
import type { UserStatus } from '../account.ts'
import { attributesOf, withAttributes } from '../attributes.ts'
import { ApiError, invalidParameter, notAuthorized } from '../errors.ts'
import { takeAliases } from './aliases.ts'
import type { ClientCall } from './authenticate.ts'
import { mustSendCode, sendCode, takeCode } from './codes.ts'
import { checkNewPassword } from './passwords.ts'
import type { Pool } from './pool.ts'
import { checkSecretHash } from './secret-hash.ts'

/** What a user is made of. */
interface NewUser {
  username: string
  password: string | null
  attributes: Readonly<Record<string, string>>
  status: UserStatus
}

/** Makes a user. @throws ApiError UsernameExistsException */
export function makeUser({ username, password, attributes, status }: NewUser, pool: Pool): User {
  const { directory, newUserId } = pool.world
  const user_id = newUserId()
  const { UsernameAttributes = [] } = pool.record
  const byAttribute = UsernameAttributes.find((one) => (one === 'email') === username.includes('@'))
  if (UsernameAttributes.length > 0 && byAttribute === undefined) {
    throw invalidParameter(`Username should be ${UsernameAttributes.includes('email') ? 'an email' : 'a phone number'}.`)
  }
  const email = byAttribute === 'email' ? username : attributes.email
  if (UsernameAttributes.includes('email') && email !== undefined && pool.world.store.findUserByEmail(email) !== undefined) {
    throw new ApiError('UsernameExistsException', 'An account with the given email already exists.')
  }
  const known = byAttribute === undefined ? attributes : { ...attributes, [byAttribute]: username }
  const draft = withAttributes({ ...blankUser, claims: { email_verified: false } }, known)
  const named = { user_id, username: byAttribute === undefined ? username : user_id, password, created_at: pool.now }
  try {
    const [user] = directory.createUsers([{ ...draft, ...named, apps: directory.listApps() }])
    if (user === undefined) throw new Error('the user was not made')
    pool.saveAccount(user, { status })
    return user
  } catch (error) {
    if (!(error instanceof TakenError)) throw error
    throw new ApiError('UsernameExistsException', 'User already exists', `There is a user '${username}' in pool ${pool.id}`)
  }
}

export function signUp({ input, client, pool }: ClientCall) {
  const username = input.need('Username')
  checkSecretHash(input.text('SecretHash'), [username], client)
  if (pool.record.AdminCreateUserConfig.AllowAdminCreateUserOnly) throw notAuthorized('SignUp is not permitted for this user pool')
  const password = input.need('Password')
  checkNewPassword(password, pool)
  const user = makeUser({ username, password, attributes: input.attributes('UserAttributes'), status: 'UNCONFIRMED' }, pool)
  pool.context.trace.username = user.username
  const delivery = pool.record.AutoVerifiedAttributes.length === 0 ? undefined : sendCode(pool, user, 'SignUp')
  return { UserConfirmed: false, ...(delivery && { CodeDeliveryDetails: delivery }), UserSub: user.user_id }
}

/** The user of an operation for who cannot sign in. @throws ApiError UserNotFoundException */
function named({ input, client, pool }: ClientCall): User {
  const username = input.need('Username')
  const user = pool.findUser(username)
  checkSecretHash(input.text('SecretHash'), [username, ...(user === undefined ? [] : [user.username])], client)
  pool.context.trace.username = user?.username ?? username
  return user ?? pool.user(username)
}

export function confirmSignUp(call: ClientCall) {
  const code = call.input.need('ConfirmationCode')
  const user = named(call)
  const { pool } = call
  if (pool.account(user).status !== 'UNCONFIRMED') {
    throw notAuthorized('User cannot be confirmed. Current status is CONFIRMED', `User '${user.username}' is ${pool.account(user).status}`)
  }
  const { email, phone_number } = attributesOf(user)
  takeAliases(user, email === undefined ? { phone_number } : { email }, pool, call.input.flag('ForceAliasCreation'))
  takeCode(pool, user, 'SignUp', code)
  confirm(user, pool)
  return {}
}

/** From now on a user may sign in, and has the address that the code went to. */
export function confirm(user: User, pool: Pool): void {
  const verified = user.email === null ? 'phone_number_verified' : 'email_verified'
  pool.saveUser({ ...user, claims: { ...user.claims, [verified]: true } })
  pool.saveAccount(user, { status: 'CONFIRMED' })
}

export function resendConfirmationCode(call: ClientCall) {
  const user = named(call)
  const { pool } = call
  if (pool.account(user).status !== 'UNCONFIRMED') throw invalidParameter('User is already confirmed.')
  return { CodeDeliveryDetails: mustSendCode(pool, user, 'SignUp') }
}

export function forgotPassword(call: ClientCall) {
  const { pool, client, input } = call
  const username = input.need('Username')
  if (pool.findUser(username) === undefined && client.metadata.PreventUserExistenceErrors === 'ENABLED') {
    checkSecretHash(input.text('SecretHash'), [username], client)
    pool.context.trace.explanation = `There is no user '${username}': nothing was sent, and the client is not told`
    return { CodeDeliveryDetails: { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'd***@e***' } }
  }
  const user = named(call)
  if (pool.account(user).status === 'FORCE_CHANGE_PASSWORD') {
    throw notAuthorized('User password cannot be reset in the current state.')
  }
  return { CodeDeliveryDetails: mustSendCode(pool, user, 'ForgotPassword') }
}

export function confirmForgotPassword(call: ClientCall) {
  const { pool, input } = call
  const [code, password] = [input.need('ConfirmationCode'), input.need('Password')]
  checkNewPassword(password, pool)
  const user = named(call)
  takeCode(pool, user, 'ForgotPassword', code)
  pool.saveUser({ ...user, password })
  if (pool.account(user).status === 'RESET_REQUIRED') pool.saveAccount(user, { status: 'CONFIRMED' })
  return {}
}
