import { given } from '../../../basics/given.ts'
import { parseJson } from '../../../basics/json.ts'
import { readClaims } from '../../../oauth/jose/jwt.ts'
import type { Reason } from '../../../oauth/model/reasons.ts'
import type { PastRequest } from '../../provider.ts'
import { type Members, members, text } from '../realm/members.ts'

const codeWrong = 'invalid_code'
const tokenWrong = 'invalid_token'
const clientWrong = 'invalid_client_credentials'

/** What the vendor calls what went wrong. */
const errors: { readonly [reason in Reason]?: string } = {
  password_wrong: 'invalid_user_credentials',
  user_unknown: 'user_not_found',
  user_disabled: 'user_disabled',
  secret_wrong: clientWrong,
  credentials_missing: clientWrong,
  client_unknown: 'client_not_found',
  client_missing: 'client_not_found',
  code_unknown: codeWrong,
  code_used: codeWrong,
  code_expired: codeWrong,
  code_foreign: codeWrong,
  refresh_unknown: tokenWrong,
  refresh_used: tokenWrong,
  refresh_expired: tokenWrong,
  refresh_revoked: tokenWrong,
  refresh_foreign: tokenWrong,
  token_unknown: tokenWrong,
  token_expired: tokenWrong,
  token_revoked: tokenWrong,
  redirect_unregistered: 'invalid_redirect_uri',
  redirect_mismatch: codeWrong,
  grant_type_not_allowed: 'not_allowed',
  verifier_missing: 'code_verifier_missing',
  verifier_invalid: 'invalid_code_verifier',
  pkce_mismatch: 'pkce_verification_failed',
  consent_denied: 'rejected_by_user',
}

/** The vendor's name of a request's error. */
export function errorOf({ error, reason }: PastRequest): string | undefined {
  return (reason === undefined ? undefined : errors[reason]) ?? error
}

/** What the answer gave. */
function tokensIn({ endpoint, response_body: body = '' }: PastRequest): Members {
  if (endpoint !== 'token' || !body.startsWith('{')) return {}
  try {
    return members(parseJson(body))
  } catch {
    // It was cut where the journal keeps no more.
    return {}
  }
}

/** The session that a request was about, as far as its answer tells, and the details of its event. */
export function detailsOf(past: PastRequest): { sessionId: string | undefined; details: Members } {
  const { endpoint, grant_type, username } = past
  const { access_token, refresh_token, scope, session_state } = tokensIn(past)
  const claims = (token: unknown) => (typeof token === 'string' ? readClaims(token) : undefined)
  const refresh = claims(refresh_token)
  const details = given({
    auth_method: endpoint === 'authorize' || grant_type === 'password' ? 'openid-connect' : undefined,
    token_id: claims(access_token)?.jti,
    grant_type,
    refresh_token_type: refresh?.typ,
    scope,
    refresh_token_id: refresh?.jti,
    client_auth_method: endpoint === 'token' ? 'client-secret' : undefined,
    username,
  })
  return { sessionId: text(session_state), details }
}
