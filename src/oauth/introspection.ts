import { authenticateClient } from './client-authentication.ts'
import { isPublic } from './client-methods.ts'
import { seconds } from './clock.ts'
import type { Context } from './context.ts'
import { OAuthError } from './errors.ts'
import type { ReadParameters } from './parameters.ts'
import { digest } from './random.ts'
import type { ActiveAccessToken, ActiveRefreshToken } from './records.ts'

/** A token of either kind that holds; undefined for whatever else. */
export async function findToken(
  token: string,
  { realm }: Context,
): Promise<
  { use: 'access'; id: number; token: ActiveAccessToken } | { use: 'refresh'; id: number; token: ActiveRefreshToken } | undefined
> {
  const { tokens, store, clock } = realm
  const accessKey = tokens.access.keyOf(token)
  if (accessKey !== undefined) {
    const found = await store.findAccessToken(accessKey, digest(token), clock.now())
    if (typeof found !== 'string') return { use: 'access', id: accessKey, token: found }
  }
  const refreshKey = tokens.refresh.keyOf(token)
  if (refreshKey !== undefined) {
    const found = await store.findRefreshToken(refreshKey, digest(token), clock.now())
    if (typeof found !== 'string') return { use: 'refresh', id: refreshKey, token: found }
  }
  return undefined
}

/**
 * Token introspection (RFC 7662 §2). Any client that can authenticate may ask; of a token that does not hold it learns that alone.
 * @throws OAuthError `invalid_client` also for public clients, which cannot authenticate
 */
export async function introspect(
  read: ReadParameters & { authorization: string | undefined },
  context: Context,
): Promise<Record<string, unknown>> {
  if (read.problem !== undefined) throw read.problem
  const caller = await authenticateClient(read.authorization, read.parameters, context)
  if (isPublic(caller)) {
    throw new OAuthError(
      'invalid_client',
      'Client authentication failed',
      `client '${caller.client_id}' is public; introspection asks for a client that can authenticate (RFC 7662 §2.1)`,
    )
  }
  if (read.parameters.token === undefined) throw new OAuthError('invalid_request', 'Parameter token is missing')
  const found = await findToken(read.parameters.token, context)
  if (found === undefined) return { active: false }
  const { grant, client, user, scope, issued_at, expires_at } = found.token
  const details = found.use === 'access' ? found.token.details : {}
  return {
    active: true,
    scope: scope === '' ? undefined : scope,
    client_id: client.client_id,
    username: user?.username,
    token_type: found.use === 'refresh' ? undefined : details.cnf?.jkt === undefined ? 'Bearer' : 'DPoP',
    exp: expires_at === null ? undefined : seconds(expires_at),
    iat: seconds(issued_at),
    sub: user?.user_id ?? grant.details.sub ?? client.client_id,
    aud: found.use === 'refresh' ? undefined : (details.aud ?? context.issuer),
    iss: context.issuer,
    auth_time: grant.details.auth_time,
    acr: grant.details.acr,
    act: grant.details.act,
    cnf: found.use === 'access' ? found.token.details.cnf : grant.details.cnf,
  }
}
