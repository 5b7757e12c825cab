import type { ErrorCode } from '../../oauth/model/error-codes.ts'
import { cibaType, deviceCodeType } from '../../oauth/model/grant-names.ts'
import type { Reason } from '../../oauth/model/reasons.ts'

/** What the vendor says of a situation: its text, where it differs its code and status. `{name}` is what the error is about. */
export interface Said {
  text: string
  error?: string
  status?: number
}

const credentials = { text: 'Client authentication failed. Either the client or the client credentials are invalid.' }
const code = { text: 'The authorization code is invalid or has expired.', error: 'invalid_grant' }
const refresh = { text: 'The refresh token is invalid or expired.' }
const foreign = {
  text: "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the authorize request.",
}
const password = { text: 'The credentials provided were invalid.' }
const pkce = { text: 'PKCE verification failed.' }
const scope = { text: 'One or more scopes are not configured for the authorization server resource.' }
const loginUri = { text: "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings: {link}" }
const access = { text: 'The access token is invalid.' }

/** The grant types that a server serves, as its errors list them. */
export const grantTypeList = `authorization_code, implicit, refresh_token, client_credentials, password, ${deviceCodeType}, ${cibaType}`

/** The vendor's texts by reason, byte for byte. */
export const texts: Readonly<Partial<Record<Reason, Said>>> = {
  client_unknown: { text: "Invalid value for 'client_id' parameter." },
  client_missing: { text: 'No client credentials found.', error: 'invalid_client', status: 401 },
  client_public: credentials,
  client_ambiguous: {
    text: 'Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.',
    status: 401,
  },
  credentials_missing: credentials,
  credentials_unexpected: credentials,
  credentials_invalid: { text: 'Found Authentication header but was not valid client credentials.' },
  secret_wrong: { text: 'The client secret supplied for a confidential client is invalid.' },
  auth_method_not_allowed: credentials,
  assertion_invalid: { text: 'The client_assertion signature is invalid.' },
  assertion_expired: { text: 'The client_assertion token is expired.' },
  assertion_replayed: { text: 'The client_assertion token has already been used.' },
  audience_wrong: { text: 'The audience claim for client_assertion must be the endpoint invoked for the request.' },
  proof_replayed: { text: 'The DPoP proof JWT has already been used.' },
  proof_missing: { text: 'The DPoP proof JWT header is missing.' },

  code_unknown: code,
  code_used: code,
  code_expired: code,
  code_revoked: code,
  code_foreign: foreign,
  redirect_mismatch: { text: "The 'redirect_uri' does not match the redirection URI used in the authorization request." },
  pkce_mismatch: pkce,
  verifier_invalid: pkce,
  verifier_missing: { text: 'PKCE code verifier is required by the application.', error: 'invalid_request' },
  verifier_unexpected: {
    text: 'PKCE code challenge should be specified in the authorize request for code verification.',
    error: 'invalid_request',
  },
  key_wrong: { text: 'Invalid DPoP Public Key binding in refresh token', error: 'invalid_dpop_proof' },
  refresh_unknown: refresh,
  refresh_used: refresh,
  refresh_expired: refresh,
  refresh_revoked: refresh,
  refresh_foreign: foreign,
  user_unknown: password,
  password_wrong: password,
  user_disabled: password,
  user_locked: password,
  app_missing: { text: 'User is not assigned to the client application.', error: 'access_denied', status: 400 },
  consent_denied: { text: 'The resource owner or authorization server denied the request.', error: 'access_denied', status: 403 },

  grant_type_missing: { text: `The token request must specify a 'grant_type'. Valid values: [${grantTypeList}]` },
  body_empty: { text: `The token request must specify a 'grant_type'. Valid values: [${grantTypeList}]` },
  grant_type_unknown: {
    text: `The authorization grant type is not supported by the authorization server. Configured grant types: [${grantTypeList}].`,
  },
  grant_type_not_allowed: {
    text: 'The client is not authorized to use the provided grant type. Configured grant types: [{grant_types}].',
  },
  parameter_missing: { text: "The required parameter '{parameter}' is missing." },
  parameter_repeated: { text: 'Duplicate parameter provided in request. Duplicated parameters: [{parameter}].' },
  parameter_misplaced: { text: 'Client credentials cannot be supplied via query parameters.' },
  scope_unknown: scope,
  scope_not_allowed: scope,
  scope_invalid: { text: 'The requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner.' },
  scope_not_granted: {
    text: 'Some of the scopes requested for the refresh request were not granted in the original authorize request. Denied scopes: {scope}.',
    error: 'access_denied',
  },
  scope_missing: { text: "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope." },

  response_type_missing: {
    text: 'The response type is not supported by the authorization server. Configured response types: [code, id_token, token].',
    error: 'unsupported_response_type',
  },
  response_type_unknown: {
    text: 'The response type is not supported by the authorization server. Configured response types: [code, id_token, token].',
  },
  response_mode_unknown: {
    text: 'The response mode is not supported by the authorization server. Valid response modes: [query, fragment, form_post, okta_post_message].',
    error: 'unsupported_response_mode',
  },
  request_contradictory: { text: 'The authorize request must not contain both a request object and a request uri.' },
  nonce_missing: {
    text: "The 'nonce' parameter is required for authorize requests with either the 'id_token' or 'token' response types..",
  },
  challenge_missing: { text: 'PKCE code challenge is required by the application.' },
  challenge_invalid: { text: 'PKCE code challenge contains illegal characters.' },
  challenge_method_unknown: { text: 'PKCE code challenge method is not supported. Valid values: [S256]' },
  challenge_method_not_allowed: { text: 'PKCE code challenge method is not supported. Valid values: [S256]' },
  redirect_missing: loginUri,
  redirect_unregistered: loginUri,
  session_missing: { text: 'The client specified not to prompt, but the user is not logged in.' },
  session_stale: { text: 'The client specified not to prompt, but the client app requires re-authentication or MFA.' },
  session_foreign: { text: 'The client specified not to prompt, but the client app requires re-authentication or MFA.' },
  consent_missing: { text: 'The following scopes require user consent: [{scope}].' },
  hint_invalid: { text: 'The id token is invalid.', error: 'invalid_token', status: 401 },

  token_missing: { text: 'The access token is missing.', error: 'invalid_request', status: 401 },
  token_unknown: access,
  token_expired: { text: 'The token has expired.' },
  token_revoked: { text: 'The access token has been revoked.' },
  token_userless: access,
  space_unknown: { text: 'The authorization server id is invalid.', error: 'invalid_request', status: 400 },
  target_unknown: { text: 'The api resource is not supported by the authorization server.', error: 'unsupported_api_resource' },
  target_invalid: { text: 'The token request contains an invalid target.' },
}

/** Of a parameter that is not as it should be, by its name. */
export const ofParameter: Readonly<Record<string, Said>> = {
  max_age: { text: "Invalid value for 'max_age' parameter. It should be within range 0 - 2^31-1." },
  request_uri: { text: "The 'request_uri' parameter must not be present in the request." },
}

/** Of a request that brings no token to look at. */
export const noToken: Said = { text: "The 'token' parameter is required." }

/** Of a hint that means nobody. */
export const noUser: Said = { text: "The 'login_hint' does not uniquely identify a user." }

/** Of an access token that is not for userinfo. */
export const notOpenId: Said = {
  text: "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.",
  error: 'access_denied',
  status: 403,
}

/** Of a redirect URI that is not registered for after a sign-out. */
export const afterLogout: Said = {
  text: "The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings: {link}",
}

/** Of a response mode that is there and fits no tokens. */
export const tokensInQuery: Said = {
  text: "'query' response mode cannot be used with either the 'id_token' or 'token' response types.",
  error: 'unsupported_response_mode',
}

const device = { text: 'The device code is invalid or has expired.' }

/** The same where the grant type changes what is meant. */
export const ofDevices: Readonly<Partial<Record<Reason, Said>>> = { code_unknown: device, code_used: device, code_revoked: device }

const backchannel = { text: 'The auth_req_id is invalid or has expired.' }

/** The same of requests to users who are elsewhere. */
export const ofBackchannel: typeof ofDevices = { code_unknown: backchannel, code_used: backchannel, code_revoked: backchannel }

/** Of one whose user did not decide in time. */
export const overElsewhere: Said = { text: 'The auth_req_id has expired.' }

/** Of a client that may not ask them. */
export const webAlone: Said = {
  text: 'The Client-Initiated Backchannel Authentication flow currently only supports web applications.',
  error: 'access_denied',
  status: 400,
}

/** What an error of no reason is told. */
export const byCode: Readonly<Partial<Record<ErrorCode, Said>>> = {
  authorization_pending: { text: 'The device authorization is pending. Please try again later.' },
  slow_down: { text: 'Slow down the polling frequency. Please try again later.' },
  expired_token: { text: 'The device code has expired.' },
  server_error: {
    text: 'The authorization server encountered an unexpected condition that prevented it from fulfilling the request.',
  },
  temporarily_unavailable: {
    text: 'The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of the server.',
  },
  invalid_request_object: { text: 'The authorize request object is invalid.' },
  invalid_request_uri: { text: 'The authorize request_uri is invalid.' },
  invalid_dpop_proof: { text: 'The DPoP proof JWT is invalid.' },
  use_dpop_nonce: { text: 'Authorization server requires nonce in DPoP proof.' },
  invalid_token: access,
  login_required: { text: 'The client specified not to prompt, but the user is not logged in.' },
}
