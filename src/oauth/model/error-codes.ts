/**
 * What can go wrong in the protocol, in the RFCs' words (RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7591 §3.2.2, RFC 8628 §3.5,
 * RFC 8707 §2, CIBA §13), and before it is reached. A provider says each in its own dialect.
 */
export const errorCodes = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'invalid_scope',
  'invalid_token',
  'insufficient_scope',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'access_denied',
  'authorization_pending',
  'slow_down',
  'expired_token',
  'invalid_redirect_uri',
  'invalid_client_metadata',
  'invalid_software_statement',
  'unapproved_software_statement',
  'unknown_user_id',
  'expired_login_hint_token',
  'invalid_binding_message',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'server_error',
  'temporarily_unavailable',
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
  'unmet_authentication_requirements',
  'invalid_target',
  'invalid_request_uri',
  'invalid_request_object',
  'request_uri_not_supported',
  'registration_not_supported',
  'malformed_body',
  'not_found',
  'method_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
] as const

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number]

const statuses: Partial<Record<ErrorCode, number>> = {
  invalid_client: 401,
  invalid_token: 401,
  insufficient_scope: 403,
  not_found: 404,
  method_not_allowed: 405,
  payload_too_large: 413,
  unsupported_media_type: 415,
  server_error: 500,
  temporarily_unavailable: 503,
}

/** The status of an error when nothing else fixes it. */
export function statusFor(code: ErrorCode): number {
  return statuses[code] ?? 400
}
