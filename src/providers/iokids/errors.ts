import type { Endpoint } from '../../oauth/model/endpoint.ts'
import type { ErrorCode } from '../../oauth/model/error-codes.ts'
import { OAuthError, wireCode } from '../../oauth/model/errors.ts'
import type { Settings } from '../../oauth/model/settings.ts'
import type { Reply } from '../provider.ts'
import { iokidsSettings } from './settings.ts'

/** The vendor's refusals that the protocol has no word for: number → status, the nearest word, and what it says. */
const refusals = {
  4001: { status: 400, code: 'invalid_request', says: 'Invalid request' },
  4006: { status: 400, code: 'malformed_body', says: 'Body is not valid JSON' },
  4031: { status: 403, code: 'access_denied', says: 'User does not have permission' },
  4041: { status: 404, code: 'not_found', says: 'Not found' },
  4091: { status: 409, code: 'invalid_request', says: 'Already exists with other content' },
  4121: { status: 412, code: 'invalid_request', says: 'Precondition failed' },
  4131: { status: 413, code: 'payload_too_large', says: 'Data too large' },
} as const satisfies Record<number, { status: number; code: ErrorCode; says: string }>

/** A refusal of the vendor's API. */
export class ApiError extends OAuthError {
  readonly error_code: keyof typeof refusals
  override readonly status: number

  /** @param explanation for the developer: what was expected and what came */
  constructor(error_code: keyof typeof refusals, explanation: string, says: string = refusals[error_code].says) {
    const { code, status } = refusals[error_code]
    super(code, says, explanation)
    this.name = 'ApiError'
    this.error_code = error_code
    this.status = status
  }
}

/** 4001, which tells the client what is wrong. */
export function invalid(what: string, explanation: string = what): ApiError {
  return new ApiError(4001, explanation, `Invalid request: ${what}`)
}

const errorCodes: Partial<Record<ErrorCode, number>> = {
  invalid_request: 4001,
  unsupported_grant_type: 4002,
  invalid_grant: 4003,
  invalid_scope: 4004,
  unauthorized_client: 4005,
  malformed_body: 4006,
  invalid_client: 4010,
  invalid_token: 4011,
  insufficient_scope: 4011,
  access_denied: 4031,
  not_found: 4040,
  method_not_allowed: 4050,
  payload_too_large: 4131,
  unsupported_media_type: 4001,
  server_error: 5001,
}

/** What the vendor's sandbox says of whatever keeps an application from the API: an expired token most of all. */
const noPermission = { error_code: 4011, error_description: 'Application does not have permission' }

/** The API has house numbers alone; the token endpoint says RFC 6749 §5.2 beside them, so that either kind of client can read it. */
export function iokidsErrorReply(error: OAuthError, endpoint: Endpoint, settings: Settings): Reply {
  const { status, headers } = error
  if (endpoint !== 'api') {
    const error_code = error.code === 'malformed_body' ? 4001 : numberOf(error)
    return { status, headers, body: { error: wireCode(error), error_code, error_description: error.message } }
  }
  const error_code = numberOf(error)
  if (error_code === 4011) return { status: iokidsSettings.of(settings).permission_status, body: noPermission }
  return { status, headers, body: { error_code, error_description: description(error, error_code) } }
}

/** Whatever status the setting `permission_status` gives it. */
export function iokidsRefuses({ status, body = '' }: { status: number; body: string | undefined }): boolean {
  return status === 401 || (status >= 400 && /"error_code":\s*4011\b/.test(body))
}

function numberOf(error: OAuthError): number {
  if (error instanceof ApiError) return error.error_code
  if (error.status === 429) return 4291
  return errorCodes[error.code] ?? (error.status >= 500 ? 5001 : 4001)
}

/** The vendor's form for what was refused before its own code was reached. */
function description(error: OAuthError, error_code: number): string {
  if (error instanceof ApiError) return error.message
  if (error.code === 'payload_too_large') return 'Data too large'
  return error_code === 4001 ? `Invalid request: ${error.message}` : error.message
}
