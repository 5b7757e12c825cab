import type { Endpoint } from '../../oauth/model/endpoint.ts'
import { type ErrorCode, type OAuthError, wireCode } from '../../oauth/model/errors.ts'
import type { Settings } from '../../oauth/model/settings.ts'
import type { Reply } from '../provider.ts'
import { ApiError } from './api-error.ts'
import { iokidsSettings } from './settings.ts'

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
