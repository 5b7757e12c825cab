import { type OAuthError, wireCode } from '../../oauth/model/errors.ts'
import { deviceCodeType } from '../../oauth/model/grant-names.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import type { ErrorSituation, Provider, Reply } from '../provider.ts'
import { apiError, challengeOf } from './api-errors.ts'
import { pageReply } from './error-pages.ts'
import { isWellFormed } from './ids.ts'

/** What the endpoints for clients say. */
interface Said {
  status?: number
  error?: string
  description?: string | ((about: OAuthError['about']) => string)
}

const badRequest: Said = { description: 'Bad Request' }
const dead: Said = { description: 'Token has been expired or revoked.' }
const gone: Said = { description: 'Account has been deleted' }
const badVerifier: Said = { description: 'Invalid code verifier.' }
const noClient: Said = { status: 401, description: 'The OAuth client was not found.' }
const badSecret: Said = { status: 401, description: 'The provided client secret is invalid.' }
const deleted: Said = { status: 401, error: 'deleted_client', description: 'The OAuth client was deleted.' }
const unnamed: Said = { status: 400, error: 'invalid_request', description: 'Could not determine client ID from request.' }
const absent: Said = { description: ({ parameter }) => `Missing required parameter: ${parameter}` }
const badType: Said = { error: 'unsupported_grant_type', description: ({ grant_type = '' }) => `Invalid grant_type: ${grant_type}` }

const byReason: Partial<Record<Reason, Said>> = {
  code_unknown: badRequest,
  code_used: badRequest,
  code_expired: badRequest,
  code_revoked: badRequest,
  code_foreign: badRequest,
  refresh_unknown: badRequest,
  refresh_foreign: badRequest,
  refresh_used: dead,
  refresh_expired: dead,
  refresh_revoked: dead,
  user_disabled: gone,
  user_unknown: gone,
  verifier_missing: { description: 'Missing code verifier.' },
  verifier_invalid: badVerifier,
  pkce_mismatch: badVerifier,
  verifier_unexpected: { description: 'code_verifier or verifier is not needed.' },
  redirect_mismatch: { error: 'redirect_uri_mismatch', description: 'Bad Request' },
  client_unknown: noClient,
  client_missing: unnamed,
  secret_wrong: badSecret,
  credentials_missing: { status: 400, error: 'invalid_request', description: 'client_secret is missing.' },
  credentials_invalid: unnamed,
  credentials_unexpected: badSecret,
  auth_method_not_allowed: { status: 401, description: 'Unauthorized' },
  parameter_missing: absent,
  grant_type_missing: badType,
  body_empty: badType,
  grant_type_unknown: badType,
  grant_type_not_allowed: { description: 'Unauthorized' },
  scope_not_granted: badRequest,
  consent_denied: { status: 403, description: 'Forbidden' },
}

const byCode: Readonly<Record<string, Said>> = {
  authorization_pending: { status: 428, description: 'Precondition Required' },
  slow_down: { status: 403, description: 'Forbidden' },
}

/** How the vendor says an error: by a page, as its APIs do, or as its endpoints for clients do. */
export const googleError: Provider['errorReply'] = (error, endpoint, _settings, situation): Reply => {
  if (endpoint === 'authorize') return pageReply(error, situation.context)
  if (endpoint === 'api' || error.code === 'not_found' || error.code === 'method_not_allowed') return apiError(error)
  if (endpoint === 'userinfo') return ofUserinfo(error)
  if (endpoint === 'device_authorization') {
    if (error.status === 429) return { status: 403, headers: error.headers, body: { error_code: 'rate_limit_exceeded' } }
    if (error.reason === 'grant_type_not_allowed')
      return say(error, { status: 401, error: 'invalid_client', description: 'Invalid client type.' })
  }
  return say(error, saidOf(error, situation))
}

function saidOf(error: OAuthError, { grant_type, context }: ErrorSituation): Said {
  const { code, reason, message } = error
  const own = { description: message }
  if (code === 'expired_token') return {}
  if (message === 'deleted_client') return deleted
  // A refusal with a text of the vendor's own.
  if (grant_type?.endsWith(':jwt-bearer') === true && reason !== 'parameter_missing') return own
  if (reason === 'code_unknown' && grant_type !== deviceCodeType && !isWellFormed(context?.parameters?.code ?? '')) {
    return { description: 'Malformed auth code.' }
  }
  return (reason && byReason[reason]) ?? byCode[code] ?? own
}

function say(error: OAuthError, { status = error.status, error: name = wireCode(error), description }: Said): Reply {
  const text = typeof description === 'function' ? description(error.about) : description
  const { 'WWW-Authenticate': _challenge, ...headers } = error.headers
  const body = text === undefined ? { error: name } : { error: name, error_description: text }
  // A fault's own status, and a failure of ours, are said as they are.
  return { status: error.status >= 500 ? error.status : status, headers, body }
}

/** OpenID Connect's userinfo has the older form, unless the token lacks a scope. */
function ofUserinfo(error: OAuthError): Reply {
  if (error.code === 'insufficient_scope') return apiError(error)
  if (error.code !== 'invalid_token') return say(error, { description: error.message })
  return {
    status: 401,
    headers: { ...error.headers, 'WWW-Authenticate': challengeOf(error) },
    body: { error: 'invalid_request', error_description: 'Invalid Credentials' },
  }
}
