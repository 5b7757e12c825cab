import { namesOneOf } from '../jose/check.ts'
import { challenge, challenged } from '../model/challenge.ts'
import { OAuthError } from '../model/errors.ts'
import type { ActiveAccessToken } from '../model/records.ts'
import { scopes } from '../model/scope.ts'
import type { Context } from '../realm/context.ts'
import { requireAccessToken } from './access-token.ts'
import type { PresentedToken } from './presented-token.ts'

/** A resource as its clients know it. */
export interface ProtectedResource {
  /** The URLs that name it in a token's audience. */
  urls: readonly string[]
  /** Where its metadata is (RFC 9728 §3). */
  metadata_url: string
}

/**
 * The access token of a request to a protected resource, held to its audience and to the scope that the request needs.
 * @throws OAuthError whose challenge says where the resource's metadata is (RFC 9728 §5.1) and which scope is needed (RFC 6750 §3)
 */
export async function requireScope(
  presented: PresentedToken | undefined,
  scope: string,
  { urls, metadata_url }: ProtectedResource,
  context: Context,
): Promise<ActiveAccessToken> {
  const hints = { resource_metadata: metadata_url, scope }
  if (presented === undefined) {
    const explanation = 'No access token came: send "Authorization: Bearer <access token>"'
    // Without a token the challenge says no error (RFC 6750 §3.1).
    const challenges = (['Bearer', 'DPoP'] as const).map((one) => challenge(one, undefined, undefined, hints))
    throw new OAuthError('token_missing', 'An access token is needed', explanation, { 'WWW-Authenticate': challenges.join(', ') })
  }
  const { scheme } = presented
  const token = await requireAccessToken(presented, context).catch((error: unknown) => {
    throw error instanceof OAuthError ? withHints(error, hints) : error
  })
  const { aud } = token.details
  if (aud !== undefined && !namesOneOf(aud, urls)) {
    const explanation = `The token's audience is ${aud.join(', ')}; this resource is ${urls.join(' or ')} (RFC 8707 §2)`
    throw challenged(scheme, ['invalid_token', 'audience_wrong'], 'The access token is for another resource', explanation, hints)
  }
  if (!scopes(token.scope).includes(scope)) {
    const explanation = `The token's scope is '${token.scope}' and lacks ${scope} (RFC 6750 §3.1)`
    throw challenged(scheme, 'scope_missing', `The access token lacks scope ${scope}`, explanation, hints)
  }
  return token
}

function withHints(error: OAuthError, hints: Readonly<Record<string, string>>): OAuthError {
  const said = error.headers['WWW-Authenticate']
  if (said === undefined) return error
  const more = Object.entries(hints).map(([name, value]) => `${name}="${value}"`)
  const headers = { ...error.headers, 'WWW-Authenticate': [said, ...more].join(', ') }
  return new OAuthError(error.kind, error.message, error.explanation, headers, error.status).naming(error.about)
}
