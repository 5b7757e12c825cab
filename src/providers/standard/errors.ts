import { type OAuthError, wireCode } from '../../oauth/model/errors.ts'
import type { Reply } from '../provider.ts'

/** RFC 6749 §5.2. */
export function standardErrorReply(error: OAuthError): Reply {
  return { status: error.status, headers: error.headers, body: { error: wireCode(error), error_description: error.message } }
}
