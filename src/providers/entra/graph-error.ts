import { randomUUID } from 'node:crypto'
import type { OAuthError } from '../../oauth/model/errors.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import type { ErrorSituation, Reply } from '../provider.ts'

const messages: Readonly<Partial<Record<Reason, string>>> = {
  token_missing: 'Access token is empty.',
  token_expired: 'Lifetime validation failed, the token is expired.',
  token_unknown: 'Access token validation failure. Invalid signature.',
  token_revoked:
    'Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp',
  audience_wrong: 'Access token validation failure. Invalid audience.',
  token_userless: '/me request is only valid with delegated authentication flow.',
}

/** An error as Graph says it. */
export function graphError(error: OAuthError, { context }: Pick<ErrorSituation, 'context'>): Reply {
  const [status, code, usual] = kindOf(error)
  const reason = error.reason ?? (error.code === 'invalid_token' ? 'token_unknown' : undefined)
  const message = (reason && messages[reason]) ?? usual
  const asked = context?.transport?.header('client-request-id')
  const id = randomUUID()
  const date = new Date(context?.realm.clock.now() ?? 0).toISOString().slice(0, 19)
  const innerError = { date, 'request-id': id, 'client-request-id': asked ?? id }
  const headers =
    status === 401
      ? {
          'request-id': id,
          'WWW-Authenticate': 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"',
        }
      : { 'request-id': id }
  return { status, headers, body: { error: { code, message, innerError } } }
}

function kindOf({ code, reason, status, message }: OAuthError): [status: number, code: string, message: string] {
  if (reason === 'token_userless') return [400, 'BadRequest', message]
  if (code === 'invalid_token') return [401, 'InvalidAuthenticationToken', message]
  if (code === 'insufficient_scope') return [403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.']
  if (code === 'not_found') return [404, 'ResourceNotFound', message]
  if (code === 'temporarily_unavailable' || code === 'server_error') return [status, 'serviceNotAvailable', message]
  return [status, 'BadRequest', message]
}
