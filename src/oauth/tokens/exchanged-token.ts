import { seconds } from '../../basics/clock.ts'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { digest } from '../../basics/random.ts'
import { boundsProblem } from '../jose/check.ts'
import type { AccessTokenDetails, Client, Grant, User } from '../model/records.ts'
import type { TokenType } from '../model/token-types.ts'
import type { Context } from '../realm/context.ts'
import { signsWithOwnSecret } from '../realm/signing-key.ts'
import { subjectOf } from '../realm/subject.ts'
import type { AccessRefusal } from '../storage/store.ts'
import { readOwnJwt } from './own-jwt.ts'

/** Whom a token of ours is about, and what it came of. */
export interface Party {
  /** The `sub` of the token. */
  sub: string
  /** Undefined when it is about a client. */
  user: User | undefined
  scope: string
  grant: Grant
  /** Milliseconds since the epoch; null when it does not expire. */
  expires_at: number | null
  cnf: AccessTokenDetails['cnf']
}

const gone = 'it, its grant, its user or its app was revoked or removed'

const refusals: Record<AccessRefusal, string> = {
  unknown: 'it was not issued by this sandbox, or it was altered',
  expired: 'it has expired',
  revoked: gone,
  ended: gone,
  disabled: 'its user is disabled',
}

/**
 * Looks at a token that a client presents for an exchange as if it were used (RFC 8693 §2.1: "the validity of the token").
 * @returns whom it is about, or why it does not hold
 */
export async function readExchanged(token: string, type: TokenType, client: Client, context: Context): Promise<Party | string> {
  switch (type) {
    case 'access_token':
      return accessToken(token, context)
    case 'refresh_token':
      return refreshToken(token, client, context)
    case 'id_token':
      return await idToken(token, client, context)
    case 'jwt':
      return token.split('.').length === 3 ? await jwt(token, client, context) : 'it is no JWT'
  }
}

/** A JWT of ours is an access token or an ID token, and the one is never taken for the other. */
function jwt(token: string, client: Client, context: Context): MaybePromise<Party | string> {
  return context.realm.tokens.access.keyOf(token) === undefined ? idToken(token, client, context) : accessToken(token, context)
}

function accessToken(token: string, { realm }: Context): Party | string {
  const key = realm.tokens.access.keyOf(token)
  const found = key === undefined ? 'unknown' : realm.store.findAccessToken(key, digest(token), realm.clock.now())
  if (typeof found === 'string') return refusals[found]
  const { user, scope, grant, expires_at, details } = found
  return { sub: subjectOf(found, realm), user, scope, grant, expires_at, cnf: details.cnf }
}

function refreshToken(token: string, { client_id }: Client, { realm }: Context): Party | string {
  const key = realm.tokens.refresh.keyOf(token)
  const found = key === undefined ? 'unknown' : realm.store.findRefreshToken(key, digest(token), realm.clock.now())
  if (typeof found === 'string') return refusals[found]
  const { user, client, scope, grant, expires_at } = found
  if (client.client_id !== client_id) return `it was issued to client '${client.client_id}', and refresh tokens are for nobody else`
  return { sub: subjectOf(found, realm), user, scope, grant, expires_at, cnf: grant.details.cnf }
}

async function idToken(token: string, client: Client, context: Context): Promise<Party | string> {
  const { client_id } = client
  const { realm, issuer, transport } = context
  const { access, refresh } = realm.tokens
  if ((access.keyOf(token) ?? refresh.keyOf(token)) !== undefined) return 'it is no ID token'
  if (signsWithOwnSecret(client)) {
    return `ID tokens of client '${client_id}' are signed with its own secret, so that it could have written this one itself`
  }
  const read = await readOwnJwt(token, realm)
  if ('problem' in read) return read.problem
  const { iss, sub, aud, exp, iat } = read.claims
  if (!(transport?.issuers() ?? [issuer]).includes(String(iss))) return `its iss is '${String(iss)}' and not '${issuer}'`
  if (![aud].flat().includes(client_id)) return `its aud is ${JSON.stringify(aud)}: it was not issued to client '${client_id}'`
  const bounds = { now: seconds(realm.clock.now()), needed: ['exp'] as const, early: 0, late: 0, rule: 'OpenID Connect Core §2' }
  const stale = boundsProblem({ claims: { exp } }, bounds)
  if (stale !== undefined) return stale.problem
  const user = typeof sub === 'string' ? realm.store.findUserById(sub) : undefined
  if (typeof sub !== 'string' || user === undefined || user.disabled) return refusals.revoked
  // An ID token has no row of its own; what it came of was there when it was issued.
  const grant = realm.store.findGrant(client_id, user, (Number(iat) + 1) * 1000)
  if (grant === undefined) return refusals.revoked
  return { sub, user, scope: grant.scope, grant, expires_at: Number(exp) * 1000, cnf: undefined }
}
