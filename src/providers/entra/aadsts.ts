import type { ErrorCode } from '../../oauth/model/error-codes.ts'
import type { Reason } from '../../oauth/model/reasons.ts'

/** One of the vendor's errors: what it is in the RFCs' words, and its text, in which `{name}` is what it is about. */
export interface Aadsts {
  code: ErrorCode
  /** What the wire says instead of the RFC's code. */
  error?: string
  suberror?: string
  text: string
}

const badGrant = 'Provided grant is invalid or malformed.'
const consent =
  "The user or administrator has not consented to use the application with ID '{client_id}' named '{name}'. Send an interactive authorization request for this user and resource."
const mfa =
  "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{resource}'."
const unlike = 'The Code_Verifier does not match the code_challenge supplied in the authorization request.'

/** The vendor's errors by number. */
export const aadsts: Readonly<Record<number, Aadsts>> = {
  16000: { code: 'interaction_required', text: 'User account must sign in interactively.' },
  28000: {
    code: 'invalid_scope',
    text: 'Provided value for the input parameter scope is not valid because it contains more than one resource. Scope {scope} is not valid.',
  },
  50011: {
    code: 'invalid_request',
    text: "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs configured for the application '{client_id}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.",
  },
  50013: { code: 'invalid_grant', text: 'Assertion failed signature validation.' },
  50020: {
    code: 'invalid_request',
    text: "User account '{email}' from identity provider '{idp}' does not exist in tenant '{tenant}' and cannot access the application '{client_id}'({name}) in that tenant.",
  },
  50034: {
    code: 'invalid_grant',
    text: 'The user account {EmailHidden} does not exist in the {tenant} directory. To sign into this application, the account must be added to the directory.',
  },
  50049: { code: 'invalid_request', error: 'invalid_instance', text: 'Unknown or invalid instance.' },
  50053: {
    code: 'invalid_grant',
    text: "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
  },
  50055: { code: 'invalid_grant', suberror: 'user_password_expired', text: 'The password is expired.' },
  50057: { code: 'invalid_grant', text: 'The user account is disabled.' },
  50058: { code: 'login_required', text: 'A silent sign-in request was sent but no user is signed in.' },
  50076: { code: 'interaction_required', suberror: 'basic_action', text: mfa },
  50079: { code: 'interaction_required', suberror: 'basic_action', text: mfa.replace('you must use', 'you must enroll in') },
  50105: {
    code: 'access_denied',
    text: "Your administrator has configured the application {name} ('{client_id}') to block users unless they are specifically granted ('assigned') access to the application.",
  },
  50126: { code: 'invalid_grant', text: 'Error validating credentials due to invalid username or password.' },
  50148: { code: 'invalid_grant', text: unlike },
  50173: {
    code: 'invalid_grant',
    suberror: 'bad_token',
    text: 'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
  },
  50194: {
    code: 'invalid_request',
    text: "Application '{client_id}'({name}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
  },
  50196: { code: 'invalid_grant', text: 'The server terminated an operation because it encountered a client request loop.' },
  53003: { code: 'access_denied', text: 'Access has been blocked by Conditional Access policies.' },
  54005: {
    code: 'invalid_grant',
    text: 'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  },
  65001: { code: 'invalid_grant', suberror: 'consent_required', text: consent },
  65004: { code: 'access_denied', text: 'User declined to consent to access the app.' },
  70000: { code: 'invalid_grant', text: badGrant },
  70003: { code: 'unsupported_grant_type', text: "The app requested an unsupported grant type '{grant_type}'." },
  70005: { code: 'unsupported_response_type', text: "The response type '{response_type}' is not supported." },
  70007: { code: 'invalid_request', text: "'{response_mode}' is not a supported value of 'response_mode' when requesting a token." },
  70008: {
    code: 'invalid_grant',
    text: 'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  },
  70011: {
    code: 'invalid_scope',
    text: "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
  },
  70016: { code: 'authorization_pending', text: 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.' },
  70018: {
    code: 'invalid_grant',
    error: 'bad_verification_code',
    text: 'Invalid verification code due to User typing in wrong user code for device code flow. Authorization is not approved.',
  },
  70020: {
    code: 'expired_token',
    text: "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
  },
  70021: { code: 'invalid_client', text: 'No matching federated identity record found for presented assertion.{why}' },
  90002: {
    code: 'invalid_request',
    text: "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
  },
  90019: {
    code: 'invalid_request',
    text: 'No tenant-identifying information found in either the request or implied by any provided credentials.',
  },
  90023: { code: 'invalid_request', text: 'Invalid STS request. {parameter} is not valid.' },
  90033: { code: 'temporarily_unavailable', text: 'A transient error has occurred. Please try again.' },
  500011: {
    code: 'invalid_target',
    error: 'invalid_resource',
    text: 'The resource principal named {resource} was not found in the tenant named {tenant}.',
  },
  500112: {
    code: 'invalid_grant',
    text: "The reply address '{redirect_uri}' does not match the reply address provided when requesting Authorization code.",
  },
  500113: { code: 'invalid_request', text: 'No reply address is registered for the application.' },
  500133: {
    code: 'invalid_grant',
    text: 'Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token.',
  },
  501481: { code: 'invalid_grant', text: unlike },
  501491: { code: 'invalid_request', text: 'Invalid size of Code_Challenge parameter.' },
  700016: {
    code: 'unauthorized_client',
    text: "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
  },
  700023: { code: 'invalid_client', text: 'Client assertion audience claim does not match Realm issuer.' },
  700024: { code: 'invalid_client', text: 'Client assertion is not within its valid time range.' },
  700025: { code: 'invalid_client', text: "Client is public so neither 'client_assertion' nor 'client_secret' should be presented." },
  700027: { code: 'invalid_client', text: 'Client assertion failed signature validation.{why}' },
  700051: { code: 'unsupported_response_type', text: "response_type 'token' is not enabled for the application." },
  700054: { code: 'unsupported_response_type', text: "response_type 'id_token' is not enabled for the application." },
  700082: {
    code: 'invalid_grant',
    text: 'The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for 90.00:00:00.',
  },
  700084: {
    code: 'invalid_grant',
    text: 'The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended.',
  },
  900144: { code: 'invalid_request', text: "The request body must contain the following parameter: '{parameter}'." },
  900561: {
    code: 'method_not_allowed',
    error: 'invalid_request',
    text: 'The endpoint only accepts {allowed} requests. Received a {method} request.',
  },
  901002: { code: 'invalid_request', text: "The 'resource' request parameter is not supported." },
  1002012: {
    code: 'invalid_scope',
    text: 'The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).',
  },
  7000215: {
    code: 'invalid_client',
    text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client_id}'.",
  },
  7000218: {
    code: 'invalid_client',
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  7000222: { code: 'invalid_client', text: "The provided client secret keys for app '{client_id}' are expired." },
  9001023: {
    code: 'invalid_grant',
    text: 'The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.',
  },
  9002313: { code: 'invalid_request', text: 'Invalid request. Request is malformed or invalid.' },
  9002325: { code: 'invalid_request', text: 'Proof Key for Code Exchange is required for cross-origin authorization code redemption.' },
  9002326: {
    code: 'invalid_request',
    text: "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request origin: '{origin}'.",
  },
  9002327: {
    code: 'invalid_request',
    text: "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
  },
  9002346: {
    code: 'invalid_request',
    text: 'Application is configured for use by Azure Active Directory users only. Please do not use the /consumers endpoint to serve this request.',
  },
  9002331: {
    code: 'invalid_request',
    text: 'Application is configured for use by Microsoft Account users only. Please use the /consumers endpoint to serve this request.',
  },
}

/** Which of them a refusal is. */
export const numberOf: Readonly<Partial<Record<Reason | ErrorCode, number>>> = {
  parameter_missing: 900144,
  grant_type_missing: 900144,
  response_type_missing: 900144,
  nonce_missing: 900144,
  redirect_missing: 500113,
  client_missing: 900144,
  body_empty: 900144,
  body_not_form: 900144,
  parameter_invalid: 90023,
  grant_type_unknown: 70003,
  grant_type_not_allowed: 7000218,
  response_type_unknown: 70005,
  response_type_not_allowed: 700054,
  response_mode_unknown: 70007,
  redirect_unregistered: 50011,
  redirect_mismatch: 500112,
  challenge_invalid: 501491,
  challenge_method_unknown: 501491,
  verifier_missing: 50148,
  verifier_invalid: 501481,
  verifier_unexpected: 501481,
  pkce_mismatch: 501481,
  client_unknown: 700016,
  client_public: 7000218,
  credentials_missing: 7000218,
  credentials_invalid: 7000215,
  credentials_unexpected: 700025,
  secret_wrong: 7000215,
  auth_method_not_allowed: 7000218,
  assertion_invalid: 700027,
  assertion_replayed: 700027,
  assertion_expired: 700024,
  audience_wrong: 700023,
  code_unknown: 70000,
  code_used: 54005,
  code_expired: 70008,
  code_revoked: 50173,
  code_foreign: 70000,
  refresh_unknown: 70000,
  refresh_expired: 700082,
  refresh_used: 70000,
  refresh_revoked: 50173,
  refresh_foreign: 70000,
  user_unknown: 50034,
  password_wrong: 50126,
  user_disabled: 50057,
  user_locked: 50053,
  app_missing: 50105,
  consent_denied: 65004,
  consent_missing: 65001,
  session_missing: 50058,
  session_stale: 50058,
  session_foreign: 16000,
  target_unknown: 500011,
  space_unknown: 90002,
  method_not_allowed: 900561,
  // What no reason says more of.
  invalid_client: 7000215,
  invalid_grant: 70000,
  invalid_scope: 70011,
  invalid_target: 500011,
  unauthorized_client: 700016,
  unsupported_grant_type: 70003,
  unsupported_response_type: 70005,
  access_denied: 65004,
  authorization_pending: 70016,
  slow_down: 70016,
  expired_token: 70020,
  login_required: 50058,
  consent_required: 65001,
  interaction_required: 50076,
  account_selection_required: 16000,
  server_error: 90033,
  temporarily_unavailable: 90033,
}

/** In the device flow some are others. */
export const deviceNumberOf: typeof numberOf = {
  code_unknown: 70018,
  code_foreign: 70018,
  code_used: 70018,
  code_expired: 70020,
}
