import { OAuthError } from '../../../oauth/model/errors.ts'
import type { Reason } from '../../../oauth/model/reasons.ts'
import type { Reply } from '../../provider.ts'

/** A refusal of the Management API in its own words. */
export class ManagementError extends OAuthError {
  readonly errorCode: string | undefined

  constructor(status: number, message: string, errorCode?: string, explanation: string = message) {
    super(status === 404 ? 'not_found' : status === 403 ? 'insufficient_scope' : 'invalid_request', message, explanation, {}, status)
    this.name = 'ManagementError'
    this.errorCode = errorCode
  }
}

const names: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
}

/** What is wrong with a token. */
const tokenTexts: Partial<Record<Reason, string>> = {
  token_missing: 'Missing authentication',
  token_expired: 'Expired token received for JSON Web Token validation',
}

/** How the Management API, and whatever else is no endpoint of the protocol, says an error. */
export function managementErrorReply(error: OAuthError): Reply {
  const { status, headers } = error
  const name = names[status] ?? 'Internal Server Error'
  if (error.code === 'invalid_token') {
    const message = (error.reason && tokenTexts[error.reason]) ?? (error.reason === 'audience_wrong' ? error.message : 'Invalid token')
    return { status, headers, body: { statusCode: status, error: name, message, attributes: { error: message } } }
  }
  const errorCode = error instanceof ManagementError ? error.errorCode : undefined
  return { status, headers, body: { statusCode: status, error: name, message: error.message, ...(errorCode && { errorCode }) } }
}
