import { type ErrorCode, statusFor } from './error-codes.ts'
import { isReason, type Reason, reasons } from './reasons.ts'
import type { AuthorizationRequest, Client, ResponseMode } from './records.ts'

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

/** What went wrong: an RFC's code, or a reason, which says more; with both, the reason is said under another code than its own. */
export type ErrorKind = ErrorCode | Reason | readonly [code: ErrorCode, reason: Reason]

/** The RFC's code of what went wrong. */
export function codeOf(kind: ErrorKind): ErrorCode {
  return typeof kind !== 'string' ? kind[0] : isReason(kind) ? reasons[kind] : kind
}

/** The only error that the protocol throws; the provider words it at the edge. */
export class OAuthError extends Error {
  readonly kind: ErrorKind
  readonly code: ErrorCode
  /** Why, where the code has several situations: vendors tell them apart. */
  readonly reason: Reason | undefined
  /** What it is about, by the RFCs' names of parameters, for vendors that name it: `{ redirect_uri: … }`. */
  about: Readonly<Record<string, string>> = {}
  /** For the developer: which rule, what was expected, what came. Never part of the dialect's body. */
  readonly explanation: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  /** @param message for the client, as `error_description` */
  constructor(
    kind: ErrorKind,
    message: string,
    explanation: string = message,
    headers: Readonly<Record<string, string>> = {},
    status?: number,
  ) {
    super(message)
    this.name = 'OAuthError'
    this.kind = kind
    const code = codeOf(kind)
    this.code = code
    this.reason = typeof kind !== 'string' ? kind[1] : isReason(kind) ? kind : undefined
    this.explanation = explanation
    this.status = status ?? statusFor(code)
    this.headers = headers
  }

  /** Says what it is about. */
  naming(about: OAuthError['about']): this {
    this.about = { ...this.about, ...about }
    return this
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

  constructor(kind: ErrorKind, message: string, explanation: string, target: RedirectTarget) {
    super(kind, message, explanation)
    this.name = 'AuthorizationError'
    this.target = target
  }
}

/** An authorization error that is shown to the user, with what would have been right. */
export class PageError extends OAuthError {
  readonly details: readonly { label: string; values: readonly string[] }[]

  constructor(kind: ErrorKind, message: string, explanation: string, details: PageError['details'] = [], status?: number) {
    super(kind, message, explanation, {}, status)
    this.name = 'PageError'
    this.details = details
  }
}

/** An error that the client is told. */
export function refusal(
  { redirect_uri, response_mode, state }: AuthorizationRequest,
  client: Client,
  kind: ErrorKind,
  message: string,
  explanation: string,
): AuthorizationError {
  return new AuthorizationError(kind, message, explanation, { client, redirect_uri, response_mode, state })
}

/** The user declined, or may not agree (RFC 6749 §4.1.2.1). */
export function deny(
  request: AuthorizationRequest,
  client: Client,
  explanation: string,
  reason: Reason = 'consent_denied',
): AuthorizationError {
  return refusal(request, client, ['access_denied', reason], 'The user denied access', explanation)
}

/** @param parameter what did not come, and must */
export function missing(parameter: string, explanation?: string, reason: Reason = 'parameter_missing'): OAuthError {
  return new OAuthError(reason, `Parameter ${parameter} is missing`, explanation).naming({ parameter })
}

/** What a request had found was deleted by another one before the first was done with it: a client, a user, a grant, a sandbox. */
export class GoneError extends Error {
  constructor(options?: ErrorOptions) {
    super('what this request is about was deleted meanwhile', options)
    this.name = 'GoneError'
  }
}
