import { type OAuthError, wireCode } from '../../oauth/model/errors.ts'
import { deviceCodeType } from '../../oauth/model/grant-names.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import type { Provider, Reply } from '../provider.ts'
import { managementErrorReply } from './management/errors.ts'
import { MfaError } from './mfa/error.ts'

/** What the token endpoint says. */
interface Said {
  status: number
  error?: string
  description?: string | ((about: OAuthError['about']) => string)
  error_uri?: string
}

const unauthorized: Said = { status: 401, error: 'access_denied', description: 'Unauthorized' }
const badCode: Said = { status: 403, description: 'Invalid authorization code' }
const badVerifier: Said = { status: 403, description: 'Failed to verify code verifier' }
const badRefresh: Said = { status: 403, description: 'Unknown or invalid refresh token.' }
const badPassword: Said = { status: 403, error: 'invalid_grant', description: 'Wrong email or password.' }
const badDevice: Said = { status: 403, error: 'invalid_grant', description: 'Invalid or expired device code.' }
const notAllowed: Said = {
  status: 403,
  error: 'unauthorized_client',
  description: ({ grant_type }) => `Grant type '${grant_type}' not allowed for the client.`,
  error_uri: 'https://auth0.com/docs/clients/client-grant-types',
}
/** What the vendor's SDKs ask for besides, which no app may here. */
const notOffered: readonly (string | undefined)[] = [
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:okta:params:oauth:grant-type:webauthn',
]
const absent: Said = { status: 400, description: ({ parameter }) => `Missing required parameter: ${parameter ?? 'grant_type'}` }
const callbackMismatch =
  'Callback URL mismatch. The provided redirect_uri is not in the list of allowed callback URLs. Please go to the Application Settings page and make sure you are sending a valid callback url from your application.'

const byReason: Partial<Record<Reason, Said>> = {
  secret_wrong: unauthorized,
  client_unknown: unauthorized,
  client_missing: unauthorized,
  client_public: unauthorized,
  credentials_missing: unauthorized,
  credentials_invalid: unauthorized,
  credentials_unexpected: unauthorized,
  auth_method_not_allowed: unauthorized,
  code_unknown: badCode,
  code_used: badCode,
  code_expired: badCode,
  code_revoked: badCode,
  code_foreign: badCode,
  verifier_missing: badVerifier,
  verifier_invalid: badVerifier,
  verifier_unexpected: badVerifier,
  pkce_mismatch: badVerifier,
  refresh_unknown: badRefresh,
  refresh_used: badRefresh,
  refresh_expired: badRefresh,
  refresh_revoked: badRefresh,
  refresh_foreign: badRefresh,
  key_wrong: badRefresh,
  user_unknown: badPassword,
  password_wrong: badPassword,
  user_disabled: { status: 403, error: 'unauthorized', description: 'user is blocked' },
  user_locked: {
    status: 429,
    error: 'too_many_attempts',
    description: 'Your account has been blocked after multiple consecutive login attempts.',
  },
  redirect_mismatch: {
    status: 403,
    description: ({ redirect_uri = '', expected = '' }) =>
      `The redirect URI is wrong. You sent ${redirect_uri}, and we expected ${expected}`,
  },
  grant_type_missing: absent,
  parameter_missing: absent,
  body_empty: absent,
  grant_type_unknown: { status: 403, description: ({ grant_type }) => `Unsupported grant type: ${grant_type}` },
  grant_type_not_allowed: notAllowed,
  target_unknown: {
    status: 403,
    error: 'access_denied',
    description: ({ resource }) => `Service not enabled within domain: ${resource}`,
  },
  redirect_unregistered: { status: 403, error: 'unauthorized_client', description: callbackMismatch },
}

const statuses: Readonly<Record<string, Said>> = {
  invalid_grant: { status: 403 },
  access_denied: { status: 403 },
  unauthorized_client: { status: 403 },
  authorization_pending: { status: 403, description: 'User has yet to authorize device code.' },
  slow_down: { status: 429, description: 'You are polling faster than the specified interval of 5 seconds.' },
  expired_token: { status: 403, description: 'The provided device_code has expired.' },
}

const perMinute = { 'X-RateLimit-Limit': '100', 'X-RateLimit-Remaining': '0' }

/** How the vendor says an error: most of what is wrong with a grant is forbidden and no bad request. */
export const auth0Error: Provider['errorReply'] = (error, endpoint, _settings, { context, grant_type }): Reply => {
  if (error.status === 429 && error.reason === undefined && error.code !== 'slow_down') {
    const reset = String(Math.ceil((context?.realm.clock.now() ?? 0) / 1000) + 60)
    const headers = { ...error.headers, ...perMinute, 'X-RateLimit-Reset': reset }
    return { status: 429, headers, body: { error: 'access_denied', error_description: 'Too Many Requests' } }
  }
  if (error instanceof MfaError) return { status: error.status, body: error.body }
  if (endpoint === 'userinfo') return userinfoWords(error)
  if (endpoint === 'api') return managementErrorReply(error)
  if (endpoint === 'authorize' || endpoint === 'end_session') return pageWords(error, endpoint)
  return say(error, saidOf(error, grant_type) ?? statuses[error.code] ?? { status: error.status })
}

function saidOf({ reason, about, code }: OAuthError, grant_type: string | undefined): Said | undefined {
  if (reason === undefined || code === 'expired_token') return undefined
  if (grant_type === deviceCodeType && byReason[reason] === badCode) return badDevice
  return notOffered.includes(about.grant_type) ? notAllowed : byReason[reason]
}

/** A line of text, and a challenge in the vendor's realm. */
function userinfoWords(error: OAuthError): Reply {
  const said = error.reason === 'token_expired' ? 'The access token expired' : error.message
  const challenge = `Bearer realm="Users"${error.reason === 'token_missing' ? '' : `, error="${error.code}", error_description="${said}"`}`
  const headers = { ...error.headers, 'WWW-Authenticate': challenge, 'Content-Type': 'text/plain; charset=utf-8' }
  return { status: error.status, headers, body: error.code === 'invalid_token' ? 'Unauthorized' : error.message }
}

function say(error: OAuthError, { status, error: name = wireCode(error), description, error_uri }: Said): Reply {
  const error_description = typeof description === 'function' ? description(error.about) : (description ?? error.message)
  const body = { error: name, error_description, ...(error_uri && { error_uri }) }
  // A fault's own status, and a failure of ours, are said as they are.
  return { status: error.status >= 500 ? error.status : status, headers: error.headers, body }
}

/** What the page says of what cannot go back to the app. */
function pageWords(error: OAuthError, endpoint: 'authorize' | 'end_session'): Reply {
  const { client_id } = error.about
  if (error.reason === 'client_unknown')
    return say(error, { status: 403, error: 'invalid_request', description: `Unknown client: ${client_id}` })
  if (endpoint === 'end_session') return say(error, { status: 400, error: 'invalid_request' })
  return say(error, (error.reason && byReason[error.reason]) ?? { status: 400 })
}
