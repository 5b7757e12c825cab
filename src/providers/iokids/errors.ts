import { type ErrorCode, type OAuthError, wireCode } from '../../oauth/errors.ts'
import type { Settings } from '../../oauth/settings.ts'
import type { Endpoint, Reply } from '../provider.ts'

const errorCodes: Partial<Record<ErrorCode, number>> = {
  invalid_request: 4001,
  unsupported_grant_type: 4002,
  invalid_grant: 4003,
  invalid_scope: 4004,
  unauthorized_client: 4005,
  invalid_client: 4010,
  invalid_token: 4011,
  insufficient_scope: 4011,
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
  const error_code = errorCodes[error.code] ?? (error.status >= 500 ? 5001 : 4001)
  if (endpoint !== 'api') {
    return { status: error.status, headers: error.headers, body: { error: wireCode(error), error_code, error_description: error.message } }
  }
  if (error_code === 4011) return { status: settings.permission_status === 403 ? 403 : 401, body: noPermission }
  return { status: error.status, headers: error.headers, body: { error_code, error_description: error.message } }
}
