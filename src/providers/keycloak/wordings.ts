import type { Endpoint } from '../../oauth/model/endpoint.ts'
import { type OAuthError, wireCode } from '../../oauth/model/errors.ts'
import type { Reason } from '../../oauth/model/reasons.ts'

/** What the vendor says: status, error and description; what is absent is as the RFCs have it. */
export interface Wording {
  status?: number
  error?: string
  says?: string
}

export type Wordings = { readonly [reason in Reason]?: Wording }

const notAuthenticated: Wording = { status: 401, error: 'invalid_client', says: 'Invalid client or Invalid client credentials' }
const notTheSecret: Wording = { ...notAuthenticated, error: 'unauthorized_client' }
const noUser: Wording = { status: 400, says: 'Invalid user credentials' }

/** At whatever endpoint asks for a client and a form. */
const usual: Wordings = {
  grant_type_missing: { says: 'Missing form parameter: grant_type' },
  grant_type_unknown: { says: 'Unsupported grant_type' },
  body_not_form: { says: 'Missing form parameter: grant_type' },
  body_empty: { says: 'Missing form parameter: grant_type' },
  parameter_repeated: { says: 'duplicated parameter' },
  client_missing: notAuthenticated,
  client_unknown: notAuthenticated,
  credentials_invalid: notAuthenticated,
  client_ambiguous: notTheSecret,
  credentials_missing: notTheSecret,
  credentials_unexpected: notTheSecret,
  secret_wrong: notTheSecret,
  auth_method_not_allowed: notTheSecret,
  assertion_invalid: notAuthenticated,
  assertion_expired: notAuthenticated,
  user_unknown: noUser,
  password_wrong: noUser,
  user_locked: noUser,
  user_disabled: { status: 400, says: 'Account disabled' },
  verifier_missing: { says: 'PKCE code verifier not specified' },
  verifier_invalid: { says: 'PKCE verification failed: Invalid code verifier' },
  verifier_unexpected: { says: 'PKCE code verifier specified but challenge not present in authorization' },
  pkce_mismatch: { says: 'PKCE verification failed: Code mismatch' },
  redirect_mismatch: { says: 'Incorrect redirect_uri' },
  response_type_missing: { says: 'Missing parameter: response_type' },
  response_mode_unknown: { says: 'Invalid parameter: response_mode' },
  nonce_missing: { says: 'Missing parameter: nonce' },
  challenge_missing: { says: 'Missing parameter: code_challenge' },
  challenge_invalid: { says: 'Invalid parameter: code_challenge' },
  challenge_method_unknown: { says: 'Invalid parameter: code_challenge_method' },
  challenge_method_not_allowed: { says: 'Invalid parameter: code challenge method is not matching the configured one' },
  redirect_unregistered: { says: 'Invalid parameter: redirect_uri' },
  redirect_missing: { says: 'Invalid parameter: redirect_uri' },
  token_foreign: { error: 'invalid_request', says: 'Unmatching clients' },
  refresh_unknown: { says: 'Invalid refresh token' },
  refresh_foreign: { says: "Invalid refresh token. Token client and authorized client don't match" },
  subject_invalid: { says: 'Invalid token' },
  target_unknown: { error: 'invalid_client', says: 'Audience not found' },
}

const codes: Wordings = {
  // Gone when its time is over, as if it had never been.
  code_expired: { says: 'Code not valid' },
  code_unknown: { says: 'Code not valid' },
  code_used: { says: 'Code not valid' },
  code_revoked: { says: 'Code not valid' },
  code_foreign: { says: 'Auth error: Found different client_id in clientSession' },
}

/** Where a device asks for its codes. */
const deviceEndpoint: Wordings = {
  grant_type_not_allowed: {
    says: 'Client is not allowed to initiate OAuth 2.0 Device Authorization Grant. The flow is disabled for the client.',
  },
}

const deviceCodes: Wordings = {
  code_expired: { error: 'expired_token', says: 'Device code is expired' },
  code_unknown: { says: 'Device code not valid' },
  code_used: { says: 'Device code not valid' },
  code_foreign: { says: 'unauthorized client' },
  consent_denied: { says: 'The end user denied the authorization request' },
  grant_type_not_allowed: { error: 'invalid_grant', says: 'Client not allowed OAuth 2.0 Device Authorization Grant' },
}

const backchannel: Wordings = {
  code_expired: { error: 'expired_token', says: 'authentication timed out' },
  code_unknown: { says: 'Invalid Auth Req ID' },
  code_used: { says: 'Invalid auth_req_id' },
  code_foreign: { says: 'unauthorized client' },
  consent_denied: { says: 'not authorized' },
  grant_type_not_allowed: { error: 'invalid_grant', says: 'Client not allowed OIDC CIBA Grant' },
}

/** What differs from grant type to grant type. */
const byGrant: Readonly<Record<string, Wordings>> = {
  authorization_code: {
    ...codes,
    user_disabled: { says: 'User disabled' },
    grant_type_not_allowed: { error: 'invalid_grant', says: 'Code not valid' },
  },
  password: { grant_type_not_allowed: { says: 'Client not allowed for direct access grants' } },
  client_credentials: {
    grant_type_not_allowed: { status: 401, says: 'Client not enabled to retrieve service account' },
    client_public: { status: 401, error: 'unauthorized_client', says: 'Public client not allowed to retrieve service account' },
  },
  refresh_token: {
    refresh_unknown: { says: 'Invalid refresh token' },
    refresh_expired: { says: 'Token is not active' },
    refresh_revoked: { says: 'Session not active' },
    refresh_used: { says: 'Maximum allowed refresh token reuse exceeded' },
    refresh_foreign: { says: "Invalid refresh token. Token client and authorized client don't match" },
    user_disabled: { says: 'User disabled' },
  },
  'urn:ietf:params:oauth:grant-type:device_code': deviceCodes,
  'urn:openid:params:grant-type:ciba': backchannel,
  'urn:ietf:params:oauth:grant-type:jwt-bearer': {
    grant_type_not_allowed: { error: 'invalid_grant', says: 'JWT Authorization Grant is not supported for the requested client' },
  },
  'urn:ietf:params:oauth:grant-type:token-exchange': {
    grant_type_not_allowed: { error: 'invalid_request', says: 'Standard token exchange is not enabled for the requested client' },
    client_public: { error: 'invalid_client', says: 'Public client is not allowed to exchange token' },
  },
}

const pushFailed: Wording = { status: 401, error: 'invalid_request', says: 'Authentication failed.' }

const pushed: Wordings = {
  client_missing: pushFailed,
  client_unknown: pushFailed,
  credentials_missing: pushFailed,
  secret_wrong: pushFailed,
}

/** Where a client asks for a user who is elsewhere. */
const backchannelEndpoint: Wordings = {
  grant_type_not_allowed: { status: 401, error: 'invalid_grant', says: 'Client not allowed OIDC CIBA Grant' },
  client_public: { status: 401, error: 'invalid_grant', says: 'Client not allowed OIDC CIBA Grant' },
  parameter_missing: { says: 'missing parameter : login_hint' },
  scope_missing: { says: 'missing parameter : scope' },
  user_unknown: { error: 'invalid_request', says: 'invalid_user' },
  user_disabled: { error: 'invalid_request', says: 'invalid_user' },
}

const signOut: Wordings = {
  client_missing: { says: 'Missing parameters: id_token_hint' },
  client_ambiguous: { says: 'Invalid parameter: id_token_hint' },
  redirect_unregistered: { says: 'Invalid redirect uri' },
}

export const byEndpoint: { readonly [endpoint in Endpoint]?: Wordings } = {
  device_authorization: deviceEndpoint,
  backchannel_authentication: backchannelEndpoint,
  end_session: signOut,
  par: pushed,
}

/** What a missing parameter is told, where not `Missing parameter: …`. */
const missing: Readonly<Record<string, Wording>> = {
  'refresh_token refresh_token': { says: 'No refresh token' },
  'password username': { status: 401, says: 'Missing parameter: username' },
  'password password': { ...noUser, error: 'invalid_grant' },
  'urn:ietf:params:oauth:grant-type:token-exchange subject_token': {
    says: "Parameter 'subject_token' required for standard token exchange",
  },
  'urn:ietf:params:oauth:grant-type:token-exchange subject_token_type': {
    says: "Parameter 'subject_token_type' required for standard token exchange",
  },
}

/** The vendor's words for an error. */
export function wordingOf(
  error: OAuthError,
  endpoint: Endpoint,
  grant_type = '',
): { status: number; error: string; says: string | undefined } {
  const { reason, about } = error
  const own = reason === undefined ? undefined : special(error, endpoint, grant_type)
  const found =
    own ??
    (reason === undefined ? undefined : (byEndpoint[endpoint]?.[reason] ?? byGrant[grant_type]?.[reason] ?? usual[reason])) ??
    byGrantAndCode[grant_type]?.[error.code] ??
    byCode[error.code]
  const says = found === undefined ? error.message : found.says
  return {
    status: found?.status ?? error.status,
    error: found?.error ?? wireCode(error),
    says: says?.replace(/\{(\w+)\}/g, (_, name) => about[name] ?? ''),
  }
}

const byGrantAndCode: Readonly<Record<string, Readonly<Record<string, Wording>>>> = {
  'urn:openid:params:grant-type:ciba': {
    authorization_pending: { says: "The authorization request is still pending as the end-user hasn't yet been authenticated." },
    slow_down: { says: 'too early to access' },
  },
}

const byCode: Readonly<Record<string, Wording>> = {
  authorization_pending: { says: 'The authorization request is still pending' },
  slow_down: { says: 'Slow down' },
  login_required: {},
  unsupported_response_type: {},
  interaction_required: {},
  consent_required: { error: 'interaction_required' },
}

function special({ reason, about, explanation }: OAuthError, endpoint: Endpoint, grant_type: string): Wording | undefined {
  switch (reason) {
    case 'parameter_missing':
      if (endpoint === 'introspection') return { says: 'Token not provided.' }
      if (endpoint === 'revocation') return { says: 'Token not provided' }
      if (endpoint === 'backchannel_authentication') return undefined
      return missing[`${grant_type} ${about.parameter ?? ''}`] ?? { says: `Missing parameter: ${about.parameter ?? ''}` }
    case 'parameter_invalid':
      return endpoint === 'par' && about.parameter === 'request_uri'
        ? { says: 'It is not allowed to include request_uri to PAR.' }
        : undefined
    case 'scope_invalid':
    case 'scope_unknown':
    case 'scope_not_allowed':
      return { says: `Invalid scopes: ${about.requested ?? about.scope ?? ''}` }
    case 'refresh_revoked':
      // After a reuse the user's session goes on, without the client.
      return about.revoked?.includes(' was used ') ? { says: "Session doesn't have required client" } : undefined
    case 'response_mode_unknown':
      return explanation.includes('would put the tokens')
        ? { says: `Response_mode 'query' not allowed for implicit or hybrid flow` }
        : undefined
    case 'response_type_not_allowed':
      return {
        says: `Client is not allowed to initiate browser login with given response_type. ${about.response_type === 'code' ? 'Standard' : 'Implicit'} flow is disabled for the client.`,
      }
    default:
      return undefined
  }
}
