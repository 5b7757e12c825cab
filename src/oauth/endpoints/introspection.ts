import { seconds } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import { digest } from '../../basics/random.ts'
import { clientOf, clientParameters } from '../clients/authentication.ts'
import { failed } from '../clients/methods/method.ts'
import { isPublic } from '../clients/methods/registry.ts'
import { signJwt } from '../jose/jwt.ts'
import { missing } from '../model/errors.ts'
import type { ClientRequest } from '../model/parameters.ts'
import type { ActiveAccessToken, ActiveRefreshToken, Client } from '../model/records.ts'
import { type Context, note } from '../realm/context.ts'
import { isIssuedElsewhere } from '../realm/issued-elsewhere.ts'
import { responseKey } from '../realm/signing-key.ts'
import { subjectOf } from '../realm/subject.ts'
import { noteUnread } from '../realm/unread.ts'
import { addedClaims, addsClaims } from '../tokens/added-claims.ts'
import { encryptFor } from '../tokens/encryption.ts'
import { claimValues } from '../tokens/template-values.ts'

type Found = { use: 'access'; id: number; token: ActiveAccessToken } | { use: 'refresh'; id: number; token: ActiveRefreshToken }

/** A token of either kind that holds; undefined for whatever else. */
export function findToken(token: string, context: Context): Found | undefined {
  const found = lookUp(token, context)
  return typeof found === 'string' ? undefined : found
}

const refusals = {
  unknown: 'it was not issued by this sandbox, or it was altered',
  expired: 'it has expired',
  elsewhere: 'it was issued by another authorization server',
  revoked: 'it, its grant, its user or its app was revoked or removed',
  early: 'it was issued before the hour from which tokens count',
} as const

/** A token of either kind, or why it does not hold. */
function lookUp(token: string, context: Context): Found | keyof typeof refusals {
  const found = inStore(token, context)
  if (typeof found === 'string') return found
  if (isIssuedElsewhere(found.token.details, context)) return 'elsewhere'
  return context.realm.requests?.stale?.(found.token, context, token) === undefined ? found : 'early'
}

function inStore(token: string, { realm }: Context): Found | 'unknown' | 'expired' | 'revoked' {
  const { tokens, store, clock } = realm
  let why: 'unknown' | 'expired' | 'revoked' = 'unknown'
  const accessKey = tokens.access.keyOf(token)
  if (accessKey !== undefined) {
    const found = store.findAccessToken(accessKey, digest(token), clock.now())
    if (typeof found !== 'string') return { use: 'access', id: accessKey, token: found }
    why = found === 'unknown' || found === 'expired' ? found : 'revoked'
  }
  const refreshKey = tokens.refresh.keyOf(token)
  if (refreshKey !== undefined) {
    const found = store.findRefreshToken(refreshKey, digest(token), clock.now())
    if (typeof found !== 'string') return { use: 'refresh', id: refreshKey, token: found }
    if (found !== 'unknown') why = found
  }
  return why
}

/**
 * Token introspection (RFC 7662 §2). Any client that can authenticate may ask; of a token that does not hold it learns that alone.
 * @param as_jwt whether the answer should be a JWT (RFC 9701 §4)
 * @returns what is known of the token
 * @throws OAuthError `invalid_client` also for public clients, which cannot authenticate
 */
export async function introspect(
  read: ClientRequest,
  as_jwt: boolean,
  context: Context,
): Promise<Readonly<Record<string, unknown>> | string> {
  const caller = await clientOf(read, context)
  if (isPublic(caller) && context.realm.requests?.public_introspection !== true) {
    throw failed(
      'client_public',
      `client '${caller.client_id}' is public; introspection asks for a client that can authenticate (RFC 7662 §2.1)`,
    )
  }
  noteUnread(read.parameters, [clientParameters, ['token']], 'in an introspection', context)
  if (read.parameters.token === undefined) throw missing('token')
  const own = await context.realm.requests?.introspects?.(read.parameters, caller, context)
  const answer = own ?? describeToken(read.parameters.token, caller, context)
  return as_jwt ? introspectionJwt(answer, caller, context) : answer
}

function describeToken(token: string, caller: Client, context: Context): Record<string, unknown> {
  const found = lookUp(token, context)
  if (typeof found === 'string') {
    note(context, `The token is not active: ${refusals[found]}`)
    return { active: false }
  }
  const { grant, client, user, scope, issued_at, expires_at } = found.token
  const { issuer, space } = found.token.details.issued_by ?? context
  const details = found.use === 'access' ? found.token.details : {}
  const said = {
    active: true,
    scope: scope === '' ? undefined : scope,
    client_id: client.client_id,
    username: user?.username,
    token_type: found.use === 'refresh' ? undefined : details.cnf?.jkt === undefined ? 'Bearer' : 'DPoP',
    exp: expires_at === null ? undefined : seconds(expires_at),
    iat: seconds(issued_at),
    sub: subjectOf(found.token, context.realm),
    aud: found.use === 'refresh' ? undefined : (details.aud ?? issuer),
    iss: issuer,
    auth_time: grant.details.auth_time,
    acr: grant.details.acr,
    act: grant.details.act,
    cnf: found.use === 'access' ? details.cnf : grant.details.cnf,
  }
  const { introspection } = context.realm.tokens
  const worded = introspection === undefined ? said : introspection(given(said), token, caller)
  if (worded === undefined) {
    note(context, `The token is not for client '${caller.client_id}', which learns nothing of it`)
    return { active: false }
  }
  if (!addsClaims('introspection', context)) return worded
  const draft = { ...found, ...found.token, issuer, space, details, iat: said.iat, exp: said.exp }
  return { ...worded, ...addedClaims('introspection', found.token, claimValues(draft, context.realm), context) }
}

/** RFC 9701 §5; the type keeps it from being taken for an access token (§8.1). */
async function introspectionJwt(token_introspection: Readonly<Record<string, unknown>>, caller: Client, context: Context): Promise<string> {
  const { realm, issuer } = context
  const key = await responseKey(caller, caller.metadata.introspection_signed_response_alg, realm)
  const claims = { iss: issuer, aud: caller.client_id, iat: seconds(realm.clock.now()), token_introspection }
  const jwt = await signJwt(claims, key, 'token-introspection+jwt')
  return encryptFor(caller, 'introspection', jwt, context)
}
