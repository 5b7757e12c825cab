import { createHmac } from 'node:crypto'
import { digest, sameSecret } from '../../basics/random.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import type { ActiveAccessToken, Client, User } from '../../oauth/model/records.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { Context } from '../../oauth/realm/context.ts'
import type { ApiRequest } from '../provider.ts'
import { hasChanged } from './passwords.ts'
import { effectiveScope } from './permissions.ts'
import { facebookSettings } from './settings.ts'

/** Who calls the API: a user of an app by his token, or the app, by a token of its own or by its id and secret. */
export interface Caller {
  client: Client
  user: User | undefined
  scope: string
}

/** What a token is, or why it is none. */
export type Inspected = { token: ActiveAccessToken } | { reason: Reason; about: Record<string, string>; explanation: string }

/** A time as the vendor's messages say it, in the zone of its office in winter. */
function pacific(milliseconds: number): string {
  const there = new Date(milliseconds - 8 * 3600_000)
  const [, day, month, year = '', time] = there.toUTCString().split(' ')
  const weekday = there.toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' })
  return `${weekday}, ${day}-${month}-${year.slice(2)} ${time} PST`
}

/** Looks at a token that somebody shows. */
export function inspect(text: string, { realm }: Context): Inspected {
  const now = realm.clock.now()
  const key = realm.tokens.access.keyOf(text)
  const find = (at: number) => (key === undefined ? 'unknown' : realm.store.findAccessToken(key, digest(text), at))
  const found = find(now)
  if (typeof found !== 'string') {
    if (found.user === undefined || !hasChanged(found.user, found.issued_at, realm.documents)) return { token: found }
    const explanation = `User '${found.user.username}' changed his password after the token was given`
    return { reason: 'token_revoked', about: { found: 'password' }, explanation }
  }
  // As it was before it expired.
  const before = found === 'expired' ? find(0) : found
  if (found === 'expired' && typeof before !== 'string') {
    const times = `Session has expired on ${pacific(before.expires_at)}. The current time is ${pacific(now)}.`
    const explanation = `The token expired ${Math.ceil((now - before.expires_at) / 1000)} s ago by the sandbox's clock`
    return { reason: 'token_expired', about: { message: `Error validating access token: ${times}` }, explanation }
  }
  if (found === 'unknown') {
    const about = key === undefined && text.startsWith('EAA') ? { malformed: text } : {}
    return { reason: 'token_unknown', about, explanation: 'The token was not issued by this sandbox, or was altered' }
  }
  return { reason: 'token_revoked', about: { found }, explanation: `The token holds no more: ${found}; the user may have removed the app` }
}

/** The app whose id and secret stand in the place of a token, as `id|secret`. */
function appByName(text: string, { realm }: Context): Client | undefined {
  const [id = '', secret] = text.split('|')
  const client = secret === undefined ? undefined : realm.store.findClient(id)
  return client?.client_secret != null && sameSecret(secret ?? '', client.client_secret) ? client : undefined
}

/** Who shows a token. @throws OAuthError when it does not hold */
export function ownerOf(text: string, context: Context): Caller {
  const app = appByName(text, context)
  if (app !== undefined) return { client: app, user: undefined, scope: '' }
  const seen = inspect(text, context)
  if (!('token' in seen)) throw new OAuthError(seen.reason, 'The access token is not valid', seen.explanation).naming(seen.about)
  const { client, user, scope } = seen.token
  return { client, user, scope: user === undefined ? '' : effectiveScope(scope, user, client.app, context.realm.documents) }
}

/** Who calls, by a token in the query, in the form or in the header, with a proof where one came or is asked for. @throws OAuthError */
export function callerOf({ query, body, authorization, context }: ApiRequest): Caller {
  const form = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const said = (name: string) => query[name] ?? (typeof form[name] === 'string' ? form[name] : undefined)
  const token = said('access_token') ?? presentedToken(authorization, undefined)?.token
  if (token === undefined) {
    const how = 'send access_token in the query or the form, or an Authorization header with Bearer'
    throw new OAuthError('token_missing', 'An access token is needed', `No access token came: ${how}`)
  }
  const caller = ownerOf(token, context)
  context.trace.client_id = caller.client.client_id
  if (caller.user !== undefined) context.trace.username = caller.user.username
  checkProof(said('appsecret_proof'), token, caller, context)
  return caller
}

/** The hash that shows that a call comes from the app's server: of its token, with its secret. */
export function proofOf(token: string, client_secret: string): string {
  return createHmac('sha256', client_secret).update(token).digest('hex')
}

function checkProof(proof: string | undefined, token: string, { client }: Caller, { realm }: Context): void {
  const refuse = (message: string, explanation: string) =>
    new OAuthError('invalid_request', message, explanation).naming({ code: '100', type: 'GraphMethodException' })
  if (proof === undefined) {
    if (!facebookSettings.of(realm.settings).require_app_secret_proof) return
    const message = 'API calls from the server require an appsecret_proof argument'
    throw refuse(message, 'The setting require_app_secret_proof is true, and no appsecret_proof came')
  }
  if (sameSecret(proof, proofOf(token, client.client_secret ?? ''))) return
  const explanation = `appsecret_proof is not the hexadecimal HMAC-SHA256 of the access token with the secret of client '${client.client_id}'`
  throw refuse('Invalid appsecret_proof provided in the API argument', explanation)
}
