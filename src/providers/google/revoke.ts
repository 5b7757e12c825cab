import { findToken } from '../../oauth/endpoints/introspection.ts'
import { missing, OAuthError } from '../../oauth/model/errors.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { revokeAll } from './consent.ts'

/** Whoever has a token, of either kind, ends what its user gave the project; nobody need authenticate. */
function revoke({ context, query, body }: ApiRequest): Reply {
  const form = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const token = query.token ?? form.token
  if (typeof token !== 'string' || token === '') throw missing('token')
  const found = findToken(token, context)
  if (found === undefined) {
    const explanation = 'token was not issued by this sandbox, or has expired, or was revoked already'
    throw new OAuthError(['invalid_token', 'token_unknown'], 'Token expired or revoked', explanation, {}, 400)
  }
  const { grant, client, user } = found.token
  Object.assign(context.trace, { client_id: client.client_id, grant_id: grant.id }, user && { username: user.username })
  revokeAll(grant, client, user, context)
  return { status: 200, body: {} }
}

export const revokeRoutes: readonly Route[] = ['/revoke', '/o/oauth2/revoke'].flatMap((path) =>
  (['GET', 'POST'] as const).map((method): Route => ({ method, path, endpoint: 'revocation', query: ['token'], handle: revoke })),
)
