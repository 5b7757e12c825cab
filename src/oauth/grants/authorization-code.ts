import { digest } from '../../basics/random.ts'
import { checkRedirectUri } from '../clients/redirect-uri.ts'
import { failOnce } from '../faults/failing.ts'
import { missing, OAuthError } from '../model/errors.ts'
import type { Reason } from '../model/reasons.ts'
import { checkCodeKey } from '../proof/sender-constraint.ts'
import { type GrantType, noteTo } from '../realm/context.ts'
import type { Refusal } from '../storage/store.ts'
import { keyOfCode } from '../tokens/formats.ts'
import { verifyPkce } from './pkce.ts'

const refusals: Record<Exclude<Refusal, 'expired'>, string> = {
  unknown: 'code was not issued by this sandbox',
  used: 'code was already used; what its first use gave is revoked now (RFC 6749 §4.1.2)',
  revoked: 'the grant of this code was revoked',
  other_client: 'code was issued to another client',
}

/** The reasons for which a code is refused, also a device's. */
export const codeReasons = {
  unknown: 'code_unknown',
  used: 'code_used',
  expired: 'code_expired',
  revoked: 'code_revoked',
  other_client: 'code_foreign',
} as const satisfies Record<Refusal, Reason>

/** RFC 6749 §4.1.3. */
export const authorizationCode: GrantType = {
  grant_type: 'authorization_code',
  parameters: ['code', 'redirect_uri', 'code_verifier'],
  redeem(parameters, client, context) {
    const { realm, trace } = context
    if (parameters.code === undefined) throw missing('code')
    const key = keyOfCode(parameters.code, realm)
    failOnce(parameters.code, context)
    const code = key === undefined ? 'unknown' : realm.store.takeCode(key, digest(parameters.code), client, realm.clock.now())
    if (typeof code === 'string') {
      const explanation = code === 'expired' ? `code has expired: codes live ${realm.settings.code_ttl} s` : refusals[code]
      throw new OAuthError(codeReasons[code], 'Authorization code is not valid', explanation)
    }
    trace.grant_id = code.grant.id
    trace.username = code.user.username
    const { redirect_uri } = parameters
    if (redirect_uri !== undefined || realm.redirects?.repeated_at_will !== true) checkRedirectUri(code.redirect_uri, redirect_uri)
    if (code.redirect_uri === null && redirect_uri !== undefined) {
      noteTo(context, 'The request has redirect_uri: without effect, because the authorization request had none (RFC 6749 §4.1.3)')
    }
    verifyPkce(code, parameters.code_verifier)
    checkCodeKey(code.grant.details, context)
    const refresh = client.grant_types.includes('refresh_token') ? 'first' : 'none'
    const { requested_scope } = code.grant.details
    return { grant: code.grant, user: code.user, scope: code.scope, requested_scope, nonce: code.nonce ?? undefined, refresh }
  },
}
