import { OAuthError } from '../../../oauth/model/errors.ts'
import { noteTo } from '../../../oauth/realm/context.ts'
import type { Route } from '../../provider.ts'
import { newUuid } from '../ids.ts'
import { flag, members, text, texts } from '../realm/members.ts'
import type { UserData } from '../realm/representations.ts'
import { type AdminCall, adminRoute, bad, json, notFound } from './call.ts'
import { userOf } from './people.ts'

const write = ['manage-users']

function resetPassword(call: AdminCall): undefined {
  const { body, realm, world, now } = call
  const user = userOf(call)
  const value = text(body.value) ?? ''
  if (value === '') throw bad('Empty password not allowed', 'error')
  world.directory.updateUser({ ...user, password: value })
  const data = realm.user(user)
  const temporary = flag(body.temporary) === true
  const others = data.requiredActions.filter((one) => one !== 'UPDATE_PASSWORD')
  const password = { id: data.password?.id ?? newUuid(), createdDate: now, temporary, userLabel: text(body.userLabel) }
  realm.saveUser(user, { ...data, password, requiredActions: temporary ? [...others, 'UPDATE_PASSWORD'] : others })
  return undefined
}

/** What the vendor says of how a password is kept. */
const credentialData = JSON.stringify({
  hashIterations: 5,
  algorithm: 'argon2',
  additionalParameters: { hashLength: ['32'], memory: ['7168'], type: ['id'], version: ['1.3'], parallelism: ['1'] },
})

/** An authenticator app. */
function shownOtp({ id, createdDate, userLabel }: NonNullable<UserData['otp']>[number]) {
  const data = JSON.stringify({ subType: 'totp', digits: 6, counter: 0, period: 30, algorithm: 'HmacSHA1' })
  return { id, type: 'otp', createdDate, userLabel: userLabel === '' ? undefined : userLabel, data }
}

const noSender =
  "Invalid sender address 'null'. If the address contains UTF-8 characters in the local part please ensure the SMTP server supports the SMTPUTF8 extension and enable 'Allow UTF-8' in the email realm configuration."

/** No mail is sent: where a realm has a sender, what it would ask for is noted, and the user has it to do. */
function mailed(call: AdminCall, actions: readonly string[], kind: string): undefined {
  const user = userOf(call)
  if (user.email === null) throw bad('User email missing')
  if (text(members(call.realm.settings.smtpServer).from) === undefined) {
    const why = kind === 'execute actions' ? `: ${noSender}` : ''
    throw new OAuthError('server_error', `Failed to send ${kind} email${why}`, 'smtpServer of the realm has no from')
  }
  const data = call.realm.user(user)
  call.realm.saveUser(user, { ...data, requiredActions: [...new Set([...data.requiredActions, ...actions])] })
  noteTo(call.request.context, `A mail to ${user.email} would ask for ${actions.join(', ')}; none is sent`)
  return undefined
}

/** Passwords, and what a user is asked to do. */
export const credentialRoutes: readonly Route[] = [
  adminRoute('PUT', '/users/:user/reset-password', write, resetPassword),
  adminRoute('GET', '/users/:user/credentials', ['view-users', 'manage-users'], (call) => {
    const { password, otp = [] } = call.realm.user(userOf(call))
    const shown = [...(password === undefined ? [] : [{ ...password, type: 'password', data: credentialData }]), ...otp.map(shownOtp)]
    return json(
      shown.map(({ id, type, userLabel, createdDate, data }) => ({
        ...{ id, type, ...(userLabel === undefined ? {} : { userLabel }) },
        ...{ createdDate, credentialData: data },
      })),
    )
  }),
  adminRoute('DELETE', '/users/:user/credentials/:credential', write, (call) => {
    const user = userOf(call)
    const { password, ...data } = call.realm.user(user)
    const others = data.otp?.filter(({ id }) => id !== call.part('credential'))
    if (others !== undefined && others.length < (data.otp ?? []).length) {
      call.realm.saveUser(user, { ...call.realm.user(user), otp: others })
      return undefined
    }
    if (password?.id !== call.part('credential')) throw notFound('Credential not found', 'The user has no such credential')
    call.world.directory.updateUser({ ...user, password: newUuid() })
    call.realm.saveUser(user, data)
    return undefined
  }),
  adminRoute('PUT', '/users/:user/execute-actions-email', write, (call) => {
    const { body } = call.request
    return mailed(call, texts(body) ?? [], 'execute actions')
  }),
  adminRoute('PUT', '/users/:user/send-verify-email', write, (call) => mailed(call, ['VERIFY_EMAIL'], 'verify')),
  adminRoute('PUT', '/users/:user/reset-password-email', write, (call) => mailed(call, ['UPDATE_PASSWORD'], 'reset password')),
  adminRoute('PUT', '/users/:user/disable-credential-types', write, () => undefined),
]
