import type { Context } from './context.ts'
import { OAuthError } from './errors.ts'
import { digest } from './random.ts'
import type { ActiveAccessToken } from './records.ts'

const explanations = {
  unknown: 'The token was not issued as an access token by this sandbox, or it was altered',
  revoked: 'The token, its grant, its user or its app was revoked or removed',
} as const

/**
 * The access token of a resource request. It stands in the Authorization header, after `Bearer` in any letter case or bare
 * (Postman with an empty header prefix sends it so), or in `access_token` (RFC 6750 §2).
 */
export function bearerToken(authorization: string | undefined, parameter: string | undefined): string | undefined {
  const header = authorization?.trim()
  if (header === undefined || header === '') return parameter
  const blank = header.search(/\s/)
  if (blank < 0) return /^(bearer|basic)$/i.test(header) ? undefined : header
  return header.slice(0, blank).toLowerCase() === 'bearer' ? header.slice(blank).trim() : undefined
}

/** @throws OAuthError `invalid_token` when there is no token or it does not hold (RFC 6750 §3.1) */
export async function requireAccessToken(token: string | undefined, { realm, trace }: Context): Promise<ActiveAccessToken> {
  if (token === undefined) {
    throw new OAuthError(
      'invalid_token',
      'An access token is needed',
      'No access token came: send "Authorization: Bearer <access token>"',
      {
        // Without a token the challenge says no error (RFC 6750 §3.1).
        'WWW-Authenticate': 'Bearer',
      },
    )
  }
  const key = realm.tokens.access.keyOf(token)
  const found = key === undefined ? 'unknown' : await realm.store.findAccessToken(key, digest(token), realm.clock.now())
  if (found === 'expired') {
    throw invalidToken(
      'The access token has expired',
      `The access token has expired: access tokens live ${realm.settings.access_token_ttl} s. Refresh it.`,
    )
  }
  if (typeof found === 'string') throw invalidToken('The access token is not valid', explanations[found])
  trace.client_id = found.client.client_id
  trace.grant_id = found.grant.id
  if (found.user !== undefined) trace.username = found.user.username
  return found
}

/** RFC 6750 §3. */
function invalidToken(message: string, explanation: string): OAuthError {
  return new OAuthError('invalid_token', message, explanation, {
    'WWW-Authenticate': `Bearer error="invalid_token", error_description="${message}"`,
  })
}
