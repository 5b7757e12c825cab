import type { AuthorizationRequest, Client, ResponseMode } from './records.ts'

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

const outsideTheProtocol: readonly ErrorCode[] = [
  'malformed_body',
  'not_found',
  'method_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
]

/** The code as it may stand in an `error` member: what the RFCs have no word for is an `invalid_request` (RFC 6749 §5.2). */
export function wireCode(error: OAuthError): ErrorCode {
  return outsideTheProtocol.includes(error.code) ? 'invalid_request' : error.code
}

/** The only error that the protocol throws; the provider words it at the edge. */
export class OAuthError extends Error {
  readonly code: ErrorCode
  /** For the developer: which rule, what was expected, what came. Never part of the dialect's body. */
  readonly explanation: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  /** @param message for the client, as `error_description` */
  constructor(
    code: ErrorCode,
    message: string,
    explanation: string = message,
    headers: Readonly<Record<string, string>> = {},
    status: number = statusFor(code),
  ) {
    super(message)
    this.name = 'OAuthError'
    this.code = code
    this.explanation = explanation
    this.status = status
    this.headers = headers
  }
}

/** Where an authorization error is sent when it may be sent to the client (RFC 6749 §4.1.2.1). */
export interface RedirectTarget {
  client: Client
  redirect_uri: string
  response_mode: ResponseMode
  state: string | undefined
}

/** An authorization error that the client is told by redirect; every other one is a page, because its redirect URI cannot be trusted. */
export class AuthorizationError extends OAuthError {
  readonly target: RedirectTarget

  constructor(code: ErrorCode, message: string, explanation: string, target: RedirectTarget) {
    super(code, message, explanation)
    this.name = 'AuthorizationError'
    this.target = target
  }
}

/** An authorization error that is shown to the user, with what would have been right. */
export class PageError extends OAuthError {
  readonly details: readonly { label: string; values: readonly string[] }[]

  constructor(code: ErrorCode, message: string, explanation: string, details: PageError['details'] = []) {
    super(code, message, explanation)
    this.name = 'PageError'
    this.details = details
  }
}

/** An error that the client is told. */
export function refusal(
  { redirect_uri, response_mode, state }: AuthorizationRequest,
  client: Client,
  code: ErrorCode,
  message: string,
  explanation: string,
): AuthorizationError {
  return new AuthorizationError(code, message, explanation, { client, redirect_uri, response_mode, state })
}

/** The user declined (RFC 6749 §4.1.2.1). */
export function deny(request: AuthorizationRequest, client: Client, explanation: string): AuthorizationError {
  return refusal(request, client, 'access_denied', 'The user denied access', explanation)
}

/** What a request had found was deleted by another one before the first was done with it: a client, a user, a grant, a sandbox. */
export class GoneError extends Error {
  constructor(options?: ErrorOptions) {
    super('what this request is about was deleted meanwhile', options)
    this.name = 'GoneError'
  }
}
