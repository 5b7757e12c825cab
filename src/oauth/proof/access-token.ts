/**
 * In this room: who may use a token: access tokens as they are shown, and their binding to keys and certificates.
 * Elsewhere: how tokens are made (`tokens/`).
 */

import { digest } from '../../basics/random.ts'
import { challenge, challenged } from '../model/challenge.ts'
import { OAuthError } from '../model/errors.ts'
import type { ActiveAccessToken } from '../model/records.ts'
import type { Context } from '../realm/context.ts'
import type { PresentedToken } from './presented-token.ts'

const explanations = {
  unknown: 'The token was not issued as an access token by this sandbox, or it was altered',
  revoked: 'The token was revoked, or its user was removed',
  disabled: 'The user of the token is disabled',
  ended: 'The grant of the token was revoked, or its session ended',
  early: 'The token was issued before the hour from which tokens count',
} as const

/**
 * The access token of a resource request, when it holds and, if it is bound to a key, the key is there.
 * @throws OAuthError `invalid_token` when there is no token or it does not hold (RFC 6750 §3.1), `invalid_dpop_proof` or
 *   `use_dpop_nonce` (RFC 9449 §7.1 and §9)
 */
export async function requireAccessToken(presented: PresentedToken | undefined, context: Context): Promise<ActiveAccessToken> {
  if (presented === undefined) {
    const how = 'send "Authorization: Bearer <access token>", or DPoP instead of Bearer for a token that is bound to a key'
    // Without a token the challenge says no error (RFC 6750 §3.1).
    const headers = { 'WWW-Authenticate': `${challenge('Bearer')}, ${challenge('DPoP')}` }
    throw new OAuthError('token_missing', 'An access token is needed', `No access token came: ${how}`, headers)
  }
  const { realm, trace } = context
  const { token, scheme } = presented
  const key = realm.tokens.access.keyOf(token)
  const found = key === undefined ? 'unknown' : realm.store.findAccessToken(key, digest(token), realm.clock.now())
  if (found === 'expired') {
    const explanation = `The access token has expired: access tokens live ${realm.settings.access_token_ttl} s. Refresh it.`
    throw challenged(scheme, 'token_expired', 'The access token has expired', explanation)
  }
  if (typeof found === 'string') {
    const kind = found === 'unknown' ? 'token_unknown' : 'token_revoked'
    throw challenged(scheme, kind, 'The access token is not valid', explanations[found]).naming({ found })
  }
  const says = realm.requests?.stale?.(found, context, token)
  if (says !== undefined) throw challenged(scheme, 'token_revoked', 'The access token is not valid', explanations.early).naming({ says })
  trace.client_id = found.client.client_id
  trace.grant_id = found.grant.id
  if (found.user !== undefined) trace.username = found.user.username
  if (found.details.cnf !== undefined || scheme === 'DPoP') {
    const { checkTokenKeys } = await import('./token-keys.ts')
    await checkTokenKeys(presented, found, context)
  }
  return found
}
