import type { ErrorCode } from '../../oauth/model/error-codes.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import type { CallbackWording, Context } from '../../oauth/realm/context.ts'
import type { Provider, Reply } from '../provider.ts'
import { slackSettings } from './settings.ts'

const byReason: Partial<Record<Reason, string>> = {
  client_missing: 'invalid_client_id',
  client_unknown: 'invalid_client_id',
  client_ambiguous: 'invalid_client_id',
  client_public: 'bad_client_secret',
  credentials_missing: 'bad_client_secret',
  credentials_invalid: 'bad_client_secret',
  credentials_unexpected: 'bad_client_secret',
  auth_method_not_allowed: 'bad_client_secret',
  secret_wrong: 'bad_client_secret',
  code_unknown: 'invalid_code',
  code_used: 'invalid_code',
  code_expired: 'invalid_code',
  code_revoked: 'invalid_code',
  code_foreign: 'invalid_code',
  redirect_mismatch: 'bad_redirect_uri',
  redirect_unregistered: 'bad_redirect_uri',
  redirect_missing: 'bad_redirect_uri',
  refresh_unknown: 'invalid_refresh_token',
  refresh_used: 'invalid_refresh_token',
  refresh_expired: 'invalid_refresh_token',
  refresh_revoked: 'invalid_refresh_token',
  refresh_foreign: 'invalid_refresh_token',
  grant_type_unknown: 'invalid_grant_type',
  grant_type_not_allowed: 'invalid_grant_type',
  verifier_missing: 'invalid_code_verifier',
  verifier_invalid: 'invalid_code_verifier',
  verifier_unexpected: 'invalid_code_verifier',
  pkce_mismatch: 'invalid_code_verifier',
  scope_invalid: 'invalid_scope',
  scope_unknown: 'invalid_scope',
  scope_not_allowed: 'invalid_scope',
  scope_missing: 'missing_scope',
  token_missing: 'not_authed',
  token_unknown: 'invalid_auth',
  token_expired: 'token_expired',
  token_revoked: 'token_revoked',
  token_userless: 'not_allowed_token_type',
  user_disabled: 'account_inactive',
  body_empty: 'invalid_form_data',
  body_not_form: 'invalid_form_data',
}

const byCode: Partial<Record<ErrorCode, string>> = {
  invalid_request: 'invalid_arguments',
  invalid_client: 'bad_client_secret',
  invalid_grant: 'invalid_code',
  unsupported_grant_type: 'invalid_grant_type',
  invalid_token: 'invalid_auth',
  expired_token: 'token_expired',
  insufficient_scope: 'missing_scope',
  malformed_body: 'invalid_json',
  unsupported_media_type: 'invalid_post_type',
  payload_too_large: 'invalid_form_data',
  not_found: 'unknown_method',
  method_not_allowed: 'invalid_arguments',
  server_error: 'internal_error',
  temporarily_unavailable: 'service_unavailable',
}

/** What `openid.connect.token` calls them where it goes by RFC 6749. */
const asOAuth: Readonly<Record<string, string>> = {
  invalid_client_id: 'invalid_client',
  bad_client_secret: 'invalid_client',
  invalid_code: 'invalid_grant',
  bad_redirect_uri: 'invalid_grant',
  invalid_refresh_token: 'invalid_grant',
  invalid_code_verifier: 'invalid_grant',
  invalid_grant_type: 'unsupported_grant_type',
  invalid_arguments: 'invalid_request',
}

/** An error by the vendor's name of it. */
export function slackError(error: string, explanation: string): OAuthError {
  return new OAuthError('invalid_request', error, explanation).naming({ error })
}

function nameOf(error: OAuthError, edition: string | undefined): string {
  if (error.reason === 'code_used' && edition === 'v1') return 'code_already_used'
  if (error.about.found === 'disabled') return 'account_inactive'
  if (error.about.content_type === '') return 'missing_post_type'
  return error.about.error ?? (error.reason && byReason[error.reason]) ?? byCode[error.code] ?? error.code
}

const malformed: readonly Reason[] = ['body_empty', 'body_not_form', 'parameter_repeated', 'parameter_invalid']

/** What of the call was wrong, where the vendor tells it beside the name. */
function messagesOf({ code, reason, about, message }: OAuthError): string[] | undefined {
  if (about.error !== undefined) return undefined
  if (reason === 'parameter_missing') return [`[ERROR] missing required field: ${about.parameter}`]
  const isMalformed = code === 'unsupported_media_type' || (reason !== undefined && malformed.includes(reason))
  return isMalformed ? [`[ERROR] ${message}`] : undefined
}

/** Webhooks are answered with a word alone. */
function isWebhook(context: Context | undefined): boolean {
  return context?.transport?.urls().some((url) => url.includes('/services/T')) === true
}

/** Everything else is answered 200, with `ok`: only who asks too often, and what fails at the vendor's, has a status of its own. */
export const slackErrorReply: Provider['errorReply'] = (error, endpoint, settings, { space, context }): Reply => {
  const { status, headers: given, about } = error
  if (isWebhook(context)) return { status, headers: { 'Content-Type': 'text/html' }, body: about.webhook ?? 'invalid_payload' }
  const isOwn = status >= 500 || status === 429
  const { 'WWW-Authenticate': _, Allow: __, ...headers } = given
  const name = status === 429 ? 'ratelimited' : nameOf(error, space?.edition)
  if (endpoint === 'authorize') return { status, headers, body: { ok: false, error: name, ...pageMembers(error, name) } }
  const isOpenId = endpoint === 'token' && space?.edition === undefined && slackSettings.of(settings).openid_errors === 'oauth'
  const messages = messagesOf(error)
  const body = {
    ok: false,
    error: (isOpenId ? asOAuth[name] : undefined) ?? name,
    ...(name === 'missing_scope' && { needed: about.needed, provided: about.provided?.replaceAll(' ', ',') }),
    ...(name === 'unknown_method' && { req_method: about.method ?? context?.transport?.urls()[0]?.split('/').at(-1) }),
    ...(messages && { response_metadata: { messages } }),
  }
  return { status: isOwn ? status : 200, headers: status === 429 ? { 'Retry-After': '30', ...headers } : headers, body }
}

/** What the page says beside the name of the error. */
function pageMembers({ about, message }: OAuthError, name: string): Record<string, string> {
  if (name !== 'bad_redirect_uri') return about.error === undefined ? { text: message } : {}
  return { text: `redirect_uri did not match any configured URIs. Passed URI: ${about.redirect_uri ?? ''}` }
}

/** `state` always comes back, and an error has no description. */
export const slackCallback: CallbackWording = ({ parameters: { code, state = '' }, error }) =>
  error === undefined ? { code, state } : { error: error.code, state }
