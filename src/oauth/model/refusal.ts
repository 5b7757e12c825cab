import { AuthorizationError, type ErrorCode } from './errors.ts'
import type { AuthorizationRequest, Client } from './records.ts'

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
