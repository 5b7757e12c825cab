import { randomFrom, sameSecret } from '../../basics/random.ts'
import { scopeFor } from '../../oauth/clients/scope.ts'
import { blankUser } from '../../oauth/model/directory.ts'
import { missing, OAuthError } from '../../oauth/model/errors.ts'
import { sendMessage } from '../../oauth/model/outbox.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { Client, User } from '../../oauth/model/records.ts'
import type { Context } from '../../oauth/realm/context.ts'
import type { Issue } from '../../oauth/realm/issue.ts'
import type { Route } from '../provider.ts'
import { keptApi } from './apis.ts'
import { isAddress, textsIn } from './bodies.ts'
import { passwordless } from './grant-names.ts'
import { newObjectId } from './ids.ts'
import { issueFor } from './issue.ts'

/** Users without a password: a code is sent to their address or phone. */

interface SentCode {
  code: string
  /** Milliseconds. */
  expires_at: number
  tries: number
}

/** Seconds that a code lives, and how often it may be entered. */
const codeTtl = 180
const mostTries = 3

type Connection = 'email' | 'sms'

const codesIn = ({ documents }: Pick<Context['realm'], 'documents'>) => documents.kind<SentCode>('passwordless')

const keyOf = (connection: Connection, to: string) => `${connection} ${to.toLowerCase()}`

function startProblem({ client_id, connection, send = 'link', email, phone_number }: Readonly<Record<string, string>>): string | undefined {
  if (client_id === undefined) return 'missing client_id'
  if (connection !== 'email' && connection !== 'sms') return 'Connection does not exist.'
  if (connection === 'email' && !isAddress(email)) return 'email is required'
  if (connection === 'sms' && !/^\+\d{5,15}$/.test(phone_number ?? '')) return 'missing phone_number property'
  return send === 'link' || send === 'code' ? undefined : `send must be one of 'link', 'code'`
}

/** `POST /passwordless/start`: what is sent stands in the outbox. A link is not made: there, too, it is the code that is entered. */
export const startPasswordless: Route = {
  method: 'POST',
  path: '/passwordless/start',
  handle({ context, body }) {
    const said = textsIn(body)
    const { realm, trace } = context
    const problem = startProblem(said)
    if (problem !== undefined) {
      trace.explanation = problem
      return { status: 400, body: { error: 'bad.connection', error_description: problem } }
    }
    trace.client_id = said.client_id ?? ''
    if (realm.store.findClient(said.client_id ?? '') === undefined) {
      trace.explanation = `client_id '${said.client_id}' is not registered`
      return { status: 401, body: { error: 'unauthorized_client', error_description: 'Client not found' } }
    }
    const connection: Connection = said.connection === 'sms' ? 'sms' : 'email'
    const to = (connection === 'sms' ? said.phone_number : said.email) ?? ''
    const code = randomFrom('0123456789', 6)
    const at = realm.clock.now()
    codesIn(realm).put(keyOf(connection, to), { code, expires_at: at + codeTtl * 1000, tries: 0 })
    sendMessage(realm.documents, { to, by: connection, kind: 'passwordless', code, at })
    if (connection === 'sms')
      return { status: 200, body: { _id: newObjectId(), phone_number: to, phone_verified: false, request_language: null } }
    return { status: 200, body: { _id: newObjectId(), email: to, email_verified: false } }
  },
}

/** Takes the code, and makes the user who has none yet. @throws OAuthError `invalid_grant` */
export function checkOtp(parameters: Parameters, client: Client, context: Context): Issue {
  const { username, otp, realm: connection } = parameters
  for (const name of ['username', 'otp', 'realm'] as const) if (parameters[name] === undefined) throw missing(name)
  const of: Connection = connection === 'sms' ? 'sms' : 'email'
  const { realm } = context
  takeCode(of, username ?? '', otp ?? '', realm)
  const user = userAt(of, username ?? '', client, realm)
  const scope = scopeFor(parameters, client, context)
  const given = { grant_type: passwordless, scope, requested_scope: parameters.scope, details: keptApi(parameters, context) }
  return issueFor(user, client, given, context)
}

function takeCode(of: Connection, to: string, otp: string, realm: Context['realm']): void {
  const codes = codesIn(realm)
  const key = keyOf(of, to)
  const sent = codes.get(key)
  const refuse = (explanation: string) => {
    const message = of === 'sms' ? 'Wrong phone number or verification code.' : 'Wrong email or verification code.'
    return new OAuthError('invalid_grant', message, explanation)
  }
  if (sent === undefined) throw refuse(`No code was sent to '${to}', or it was used`)
  if (sent.expires_at <= realm.clock.now()) {
    throw new OAuthError('invalid_grant', 'The verification code has expired. Please try to login again.', `Codes live ${codeTtl} s`)
  }
  if (!sameSecret(sent.code, otp)) {
    if (sent.tries + 1 < mostTries) codes.put(key, { ...sent, tries: sent.tries + 1 })
    else codes.delete(key)
    throw refuse(`The code that was sent to '${to}' is another one (outbox); ${mostTries} tries are taken`)
  }
  codes.delete(key)
}

function userAt(of: Connection, to: string, { app }: Client, { store, directory, clock }: Context['realm']): User {
  const known = of === 'email' ? store.findUserByEmail(to) : store.findUser(to)
  if (known !== undefined) return known
  const claims = of === 'sms' ? { phone_number: to, phone_verified: true } : { email_verified: true }
  const made = { ...blankUser, user_id: `${of}|${newObjectId()}`, username: to, email: of === 'email' ? to : null, claims }
  const [user] = directory.createUsers([{ ...made, created_at: clock.now(), apps: [app] }])
  if (user === undefined) throw new Error('the user was not made')
  return user
}
