import type { OAuthError } from '../../oauth/model/errors.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { CallbackWording } from '../../oauth/realm/context.ts'
import type { ErrorSituation, Provider, Reply } from '../provider.ts'
import { chosenGuild } from './guilds.ts'
import { spacedJson } from './json.ts'

const badCode = { error: 'invalid_grant', error_description: 'Invalid "code" in request.' }
const badGrantType = { error: 'unsupported_grant_type' }
const badVerifier = { error: 'invalid_grant', error_description: 'Invalid "code_verifier" in request.' }

/** What the token endpoint says of an error. */
const byReason: Partial<Record<Reason, Readonly<Record<string, string>>>> = {
  code_unknown: badCode,
  code_used: badCode,
  code_expired: badCode,
  code_revoked: badCode,
  code_foreign: badCode,
  redirect_mismatch: badCode,
  verifier_missing: badVerifier,
  verifier_invalid: badVerifier,
  verifier_unexpected: badVerifier,
  pkce_mismatch: badVerifier,
  body_empty: badGrantType,
  body_not_form: badGrantType,
  grant_type_missing: badGrantType,
  grant_type_unknown: badGrantType,
}

/** What is wrong with an authorization, as its page or the app is told. */
const scopeText = 'The requested scope is invalid, unknown, or malformed.'
const deniedText = 'The resource owner or authorization server denied the request'

/** An error of the API. */
interface Said {
  status: number
  code: number
  message: string
}

const unknownApplication: Said = { status: 404, code: 10_002, message: 'Unknown Application' }
const unauthorized: Said = { status: 401, code: 0, message: '401: Unauthorized' }

const apiReasons: Partial<Record<Reason, Said>> = {
  client_unknown: unknownApplication,
  redirect_unregistered: { status: 400, code: 50_044, message: 'Invalid OAuth2 redirect_uri.' },
  redirect_missing: { status: 400, code: 50_044, message: 'Invalid OAuth2 redirect_uri.' },
  scope_missing: { status: 403, code: 50_026, message: 'Missing required OAuth2 scope' },
}

/** Members of a form that are not as they must be, by name: since the eighth version with a code, before with the text alone. */
function formErrors(field: string, code: string, message: string, edition: string | undefined): Record<string, unknown> {
  const version = Number(edition?.slice(1) ?? 6)
  if (version < 8) return { [field]: [message] }
  return { message: 'Invalid Form Body', code: 50_035, errors: { [field]: { _errors: [{ code, message }] } } }
}

const json = { 'Content-Type': 'application/json' }

function said({ status, code, message }: Said, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { ...json, ...headers }, body: spacedJson({ message, code }) }
}

/** How the vendor says an error. */
export const discordErrorReply: Provider['errorReply'] = (error, endpoint, _settings, situation): Reply => {
  const { 'WWW-Authenticate': _, ...headers } = error.headers
  if (error.status === 429) {
    const body = spacedJson({ message: 'You are being rate limited.', retry_after: 1.3, global: false })
    return { status: 429, headers: { ...json, 'Retry-After': '2', 'X-RateLimit-Scope': 'user', ...headers }, body }
  }
  if (endpoint === 'token' || endpoint === 'revocation') return { ...tokenError(error, situation), headers: { ...json, ...headers } }
  const own = error.about.code === undefined ? undefined : { status: error.status, code: Number(error.about.code), message: error.message }
  const found = own ?? (error.reason && apiReasons[error.reason]) ?? byStatus(error)
  // A page reads the members.
  if (endpoint === 'authorize') return { status: found.status, headers, body: { message: found.message, code: found.code } }
  return said(found, headers)
}

function byStatus({ status, code, message }: OAuthError): Said {
  if (status === 404) return { status, code: 0, message: '404: Not Found' }
  if (status === 405) return { status, code: 0, message: '405: Method Not Allowed' }
  if (code === 'invalid_token') return unauthorized
  return { status, code: 0, message }
}

function tokenError(error: OAuthError, { space }: ErrorSituation): Pick<Reply, 'status' | 'body'> {
  const { reason, code, about, status } = error
  if (status >= 500) return { status, body: spacedJson({ message: `${status}: Internal Server Error`, code: 0 }) }
  const { client_id = '', parameter } = about
  if (reason === 'client_unknown' && !/^\d{15,20}$/.test(client_id)) {
    const text = `Value "${client_id}" is not snowflake.`
    return { status: 400, body: spacedJson(formErrors('client_id', 'NUMBER_TYPE_COERCE', text, space?.edition)) }
  }
  const missing = reason === 'parameter_missing' ? parameter : reason === 'client_missing' ? 'client_id' : undefined
  if (missing !== undefined) {
    return { status: 400, body: spacedJson(formErrors(missing, 'BASE_TYPE_REQUIRED', 'This field is required', space?.edition)) }
  }
  const body = (reason && byReason[reason]) ?? { error: code === 'unauthorized_client' ? 'unauthorized_client' : code }
  return { status: code === 'invalid_client' ? 401 : 400, body: spacedJson(body) }
}

/** What the app is told at its redirect URI: of a bot the server and what it may do there, of a token all that there is. */
export const discordCallback: CallbackWording = ({ parameters, error, grant, user }, { realm }) => {
  if (error !== undefined) {
    const { error: code, error_description, state } = parameters
    const text = code === 'invalid_scope' ? scopeText : code === 'access_denied' ? deniedText : error_description
    return { error: code, error_description: text, state }
  }
  const { code, access_token, token_type, expires_in, state } = parameters
  if (access_token !== undefined) return { token_type, access_token, expires_in, scope: grant?.scope, state }
  const guild = grant && scopes(grant.scope).includes('bot') ? chosenGuild(grant, user, realm.documents) : undefined
  return { code, state, ...(guild && { guild_id: guild.id, permissions: grant?.details.parameters?.permissions ?? '0' }) }
}
