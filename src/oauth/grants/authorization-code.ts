import { OAuthError } from '../errors.ts'
import { handleKey } from '../handle.ts'
import { failOnce } from '../misbehave.ts'
import { verifyPkce } from '../pkce.ts'
import { digest } from '../random.ts'
import { checkRedirectUri } from '../redirect-uri.ts'
import { checkCodeKey } from '../sender-constraint.ts'
import type { Refusal } from '../store.ts'
import type { GrantType } from './grant-type.ts'

const refusals: Record<Refusal, string> = {
  unknown: 'code was not issued by this sandbox',
  expired: 'code has expired',
  used: 'code was already used; what its first use gave is revoked now (RFC 6749 §4.1.2)',
  revoked: 'the grant of this code was revoked',
  other_client: 'code was issued to another client',
}

/** RFC 6749 §4.1.3. */
export const authorizationCode: GrantType = {
  grant_type: 'authorization_code',
  redeem(parameters, client, context) {
    const { realm, trace } = context
    if (parameters.code === undefined) throw new OAuthError('invalid_request', 'Parameter code is missing')
    const key = handleKey(parameters.code)
    failOnce(parameters.code, context)
    const code = key === undefined ? 'unknown' : realm.store.takeCode(key, digest(parameters.code), client, realm.clock.now())
    if (typeof code === 'string') {
      throw new OAuthError(
        'invalid_grant',
        'Authorization code is not valid',
        code === 'expired' ? `code has expired: codes live ${realm.settings.code_ttl} s` : refusals[code],
      )
    }
    trace.grant_id = code.grant.id
    trace.username = code.user.username
    checkRedirectUri(code.redirect_uri, parameters.redirect_uri)
    verifyPkce(code, parameters.code_verifier)
    checkCodeKey(code.grant.details, context)
    const refresh = client.grant_types.includes('refresh_token') ? 'first' : 'none'
    const { requested_scope } = code.grant.details
    return { grant: code.grant, user: code.user, scope: code.scope, requested_scope, nonce: code.nonce ?? undefined, refresh }
  },
}
