import type { Endpoint } from '../../oauth/model/endpoint.ts'
import type { OAuthError } from '../../oauth/model/errors.ts'
import type { ErrorSituation, Reply } from '../provider.ts'
import { byEndpoint, type Wording, type Wordings, wordingOf } from './wordings.ts'

/** What a page says of an error that the client cannot be told. */
const onPages: Wordings = {
  client_missing: { says: 'Invalid Request' },
  parameter_invalid: { says: 'Invalid Request' },
  parameter_repeated: { says: 'Invalid Request' },
  client_unknown: { says: 'Client not found.' },
  hint_invalid: { says: 'Invalid parameter: id_token_hint' },
  transaction_unknown: {
    says: 'Restart login cookie not found. It may have expired; it may have been deleted or cookies are disabled in your browser. If cookies are disabled then enable them. Click Back to Application to login again.',
  },
}

const invalidRequest: Wording = { says: 'Invalid Request' }

const onPagesByCode: Readonly<Record<string, Wording>> = {
  invalid_request_object: invalidRequest,
  invalid_request_uri: invalidRequest,
  request_uri_not_supported: invalidRequest,
  unmet_authentication_requirements: { says: 'Invalid parameter: claims' },
}

/** The words of a page for an error, as the page's template wants them. */
function pageWords(error: OAuthError, endpoint: Endpoint): Reply {
  const { reason } = error
  const own = (reason === undefined ? undefined : (byEndpoint[endpoint]?.[reason] ?? onPages[reason])) ?? onPagesByCode[error.code]
  const says = own?.says ?? wordingOf(error, endpoint).says ?? error.message
  return { status: [403, 500].includes(error.status) ? error.status : 400, body: { error_description: says } }
}

/** What the framework of the real one answers where no endpoint does. */
const outside: Readonly<Record<string, string>> = {
  method_not_allowed: 'HTTP 405 Method Not Allowed',
  unsupported_media_type: 'The content-type header value did not match the value in @Consumes',
}

/** An error as the vendor answers it. */
export function keycloakError(error: OAuthError, endpoint: Endpoint, situation: ErrorSituation): Reply {
  const reply = said(error, endpoint, situation)
  const outside = error.reason === 'space_unknown' || error.code === 'method_not_allowed'
  if (endpoint === 'device_authorization' && isAboutChallenge(error))
    return { ...reply, headers: { ...reply.headers, 'Cache-Control': 'no-store, must-revalidate, max-age=0' } }
  return endpoint === 'api' || outside ? { ...reply, cacheable: true } : reply
}

/** What a device is told when the client is known and may have codes. */
function isAboutChallenge({ reason, about }: OAuthError): boolean {
  return reason?.startsWith('challenge_') === true || about.parameter === 'code_challenge_method'
}

function said(error: OAuthError, endpoint: Endpoint, { grant_type, space, context }: ErrorSituation): Reply {
  const { headers, code, status } = error
  if (error.reason === 'space_unknown')
    return { status: 404, body: { error: endpoint === 'api' ? 'Realm not found.' : 'Realm does not exist' } }
  if (code === 'method_not_allowed' && endpoint === 'discovery') return { status: 404, body: { error: 'HTTP 404 Not Found' } }
  if (code === 'not_found') {
    const below = context?.transport?.urls().some((url) => url.includes('/realms/')) === true
    const nothing = below ? 'HTTP 404 Not Found' : 'Unable to find matching target resource method'
    return { status: 404, body: { error: error.about.member === undefined ? nothing : error.message } }
  }
  const framework = outside[code]
  if (framework !== undefined) return { status, body: { error: framework } }
  if (endpoint === 'authorize' || endpoint === 'end_session') return pageWords(error, endpoint)
  if (endpoint === 'userinfo' && error.about.member === undefined)
    return userinfoError(error, space?.path.realm ?? '', context?.transport?.header('origin') !== undefined)
  if (endpoint === 'introspection' && ['secret_wrong', 'credentials_missing'].includes(error.reason ?? '')) {
    return { status: 401, body: { error: 'invalid_client', error_description: 'Client authentication failed.' } }
  }
  if (endpoint === 'introspection' && error.reason === 'client_public') {
    return { status: 403, body: { error: 'invalid_request', error_description: 'Client not allowed.' } }
  }
  if (endpoint === 'api' || error.about.member !== undefined) return apiError(error)
  const { error: name, says, status: told } = wordingOf(error, endpoint, grant_type)
  // It asks for no scheme where a client could not be authenticated.
  const { 'WWW-Authenticate': _, ...rest } = headers
  return { status: told, headers: rest, body: { error: name, ...(says === undefined ? {} : { error_description: says }) } }
}

/** The admin API's own words: which member they stand under depends. */
function apiError({ code, message, status, about }: OAuthError): Reply {
  if (code === 'invalid_token') return { status: 401, body: { error: 'HTTP 401 Unauthorized' } }
  if (code === 'insufficient_scope') return { status: 403, body: { error: 'HTTP 403 Forbidden' } }
  if (code === 'malformed_body') return { status: 400, body: { error: 'invalid_request', error_description: 'Cannot parse the JSON' } }
  const field = about.field === undefined ? {} : { field: about.field }
  const params = about.field === undefined ? {} : { params: [about.field, ...(about.value === undefined ? [] : [about.value])] }
  const named = about.error === undefined ? {} : { error: about.error }
  return { status, body: { ...field, ...named, [about.member ?? 'errorMessage']: message, ...params } }
}

/** Of whom or what there is no more. */
const notFound: Readonly<Record<string, string>> = { ended: 'user_session_not_found', disabled: 'User disabled' }

/** What userinfo says stands in the challenge alone. */
function userinfoError({ reason, code, message, headers, about }: OAuthError, realm: string, byPage: boolean): Reply {
  const scheme = /^\w+/.exec(headers['WWW-Authenticate'] ?? '')?.[0] ?? 'Bearer'
  const challenge = (error: string, description: string) =>
    `${scheme} realm="${realm}", error="${error}", error_description="${description}"`
  const told = (status: number, value: string): Reply => ({
    status,
    headers: {
      'WWW-Authenticate': value,
      'Content-Type': 'text/plain;charset=utf-8',
      ...(byPage && { 'Access-Control-Expose-Headers': 'Access-Control-Allow-Methods, WWW-Authenticate' }),
    },
  })
  if (reason === 'token_missing') return told(401, `${scheme} realm="${realm}"`)
  if (code === 'insufficient_scope') return told(403, challenge('insufficient_scope', 'Missing openid scope'))
  if (code === 'invalid_token')
    return told(401, challenge('invalid_token', about.says ?? notFound[about.found ?? ''] ?? 'Token verification failed'))
  return told(400, challenge(code, message))
}
