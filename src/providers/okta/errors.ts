import { type ErrorKind, OAuthError } from '../../oauth/model/errors.ts'
import { cibaType, deviceCodeType } from '../../oauth/model/grant-names.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { CallbackWording } from '../../oauth/realm/context.ts'
import type { ErrorSituation, Provider, Reply } from '../provider.ts'
import { apiErrorReply, errorId, noCache } from './api-errors.ts'
import {
  afterLogout,
  byCode,
  noToken,
  notOpenId,
  noUser,
  ofBackchannel,
  ofDevices,
  ofParameter,
  overElsewhere,
  type Said,
  texts,
  tokensInQuery,
  webAlone,
} from './error-texts.ts'

/** An error in the vendor's own words. */
export function worded(kind: ErrorKind, text: string, explanation: string, status?: number): OAuthError {
  return new OAuthError(kind, text, explanation, {}, status).naming({ worded: 'yes' })
}

/** What the vendor says of an error, its names not yet filled in; undefined when nothing else than we do. */
function saidOf({ reason, code, about }: OAuthError, grant_type: string | undefined): Said | undefined {
  if (reason === 'response_mode_unknown' && about.response_mode === 'query') return tokensInQuery
  if (reason === 'redirect_unregistered' && about.post_logout_redirect_uri !== undefined) return afterLogout
  if (reason === 'parameter_invalid') return ofParameter[about.parameter ?? '']
  if (reason === 'parameter_missing' && about.parameter === undefined) return undefined
  if (reason === 'parameter_missing' && about.parameter === 'token') return noToken
  if (reason === 'scope_missing' && code === 'insufficient_scope') return notOpenId
  if (reason === 'request_contradictory' && about.parameter !== undefined) return undefined
  if (code === 'unknown_user_id') return noUser
  if (code === 'expired_token' && grant_type === cibaType) return overElsewhere
  if (code === 'expired_token' || reason === undefined) return byCode[code]
  const ofType = grant_type === deviceCodeType ? ofDevices : grant_type === cibaType ? ofBackchannel : undefined
  return ofType?.[reason] ?? texts[reason]
}

/** What the vendor says of an error. */
export function wordingOf(error: OAuthError, { grant_type, context }: Pick<ErrorSituation, 'grant_type' | 'context'>): Said {
  const { about } = error
  const found = about.worded === undefined ? saidOf(error, grant_type) : undefined
  if (found === undefined) return { text: error.message }
  const client = about.client_id === undefined ? undefined : context?.realm.store.findClient(about.client_id)
  const link = context === undefined ? '' : settingsOf(context.issuer, client?.client_id ?? context.trace.client_id)
  const scope = error.reason === 'consent_missing' ? { scope: scopes(about.scope).join(', ') } : {}
  const names: Readonly<Record<string, string>> = { grant_types: client?.grant_types.join(', ') ?? '', link, ...about, ...scope }
  return { ...found, text: found.text.replace(/\{(\w+)\}/g, (_, name) => names[name] ?? '') }
}

/** Where an administrator finds the settings of a client's app; of `{org}.okta.com` he has a host of his own. */
function settingsOf(issuer: string, client_id = ''): string {
  const org = issuer.replace(/\/oauth2\/[^/]+$/, '').replace(/^(https:\/\/[^./]+)(?=\.(?:okta|oktapreview|okta-emea)\.com)/, '$1-admin')
  return `${org}/admin/app/oidc_client/instance/${client_id}#tab-general`
}

/** RFC-like at the protocol's endpoints, with the vendor's numbers elsewhere. */
export const oktaErrorReply: Provider['errorReply'] = (error, endpoint, _settings, situation): Reply => {
  if (
    error.status === 429 ||
    endpoint === 'api' ||
    (error.code === 'not_found' && error.reason === undefined) ||
    error.code === 'method_not_allowed'
  ) {
    return apiErrorReply(error)
  }
  const isForWeb = endpoint === 'backchannel_authentication' && error.reason === 'client_public'
  const { text, error: name = error.code, status = error.status } = isForWeb ? webAlone : wordingOf(error, situation)
  if (endpoint === 'userinfo') return { status, headers: { ...noCache, 'WWW-Authenticate': challenge(name, text, situation) } }
  if (error.reason === 'client_unknown' && endpoint !== 'authorize') {
    const body = { errorCode: name, errorSummary: text, errorLink: name, errorId: errorId(), errorCauses: [] }
    return { status, headers: noCache, body }
  }
  const { 'WWW-Authenticate': _challenge, ...headers } = error.headers
  return { status, headers: { ...headers, ...noCache }, body: { error: name, error_description: text } }
}

/** What a client is told at its redirect URI. */
export const oktaCallback: CallbackWording = ({ parameters, error }, context) => {
  if (error === undefined) return parameters
  const { text, error: name = parameters.error } = wordingOf(error, { grant_type: undefined, context })
  return { ...parameters, error: name, error_description: text }
}

function challenge(error: string, text: string, { context }: ErrorSituation): string {
  const issuer = context?.issuer ?? ''
  const parts = { authorization_uri: `${issuer}/v1/authorize`, realm: issuer, scope: 'openid', error, error_description: text }
  return `Bearer ${Object.entries(parts)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}`
}
