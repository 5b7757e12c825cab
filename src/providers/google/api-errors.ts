import type { OAuthError } from '../../oauth/model/errors.ts'
import type { Reply } from '../provider.ts'

const see = 'See https://developers.google.com/identity/sign-in/web/devconsole-project.'
const expected = `Expected OAuth 2 access token, login cookie or other valid authentication credential. ${see}`

/** What its APIs that are here ask for. */
const userScopes = ['email', 'profile'].map((name) => `https://www.googleapis.com/auth/userinfo.${name}`).join(' ')

/** The vendor's names of what went wrong, by status. */
const names: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
}

/** An error as the vendor's APIs say it. */
export function apiError(error: OAuthError): Reply {
  const { status } = error
  const { headers, message, inner } = whatOf(error)
  const errors = inner === undefined ? {} : { errors: [inner] }
  return {
    status,
    headers: { ...error.headers, ...headers },
    body: { error: { code: status, message, ...errors, status: names[status] ?? (status < 500 ? 'FAILED_PRECONDITION' : 'INTERNAL') } },
  }
}

function whatOf(error: OAuthError) {
  const { code, reason, message } = error
  if (code === 'invalid_token') {
    const isMissing = reason === 'token_missing'
    const at = { location: 'Authorization', locationType: 'header' }
    return {
      headers: { 'WWW-Authenticate': challengeOf(error) },
      message: `${isMissing ? 'Request is missing required authentication credential.' : 'Request had invalid authentication credentials.'} ${expected}`,
      inner: isMissing
        ? { message: 'Login Required.', domain: 'global', reason: 'required', ...at }
        : { message: 'Invalid Credentials', domain: 'global', reason: 'authError', ...at },
    }
  }
  if (code === 'insufficient_scope') {
    return {
      headers: { 'WWW-Authenticate': challengeOf(error) },
      message: 'Request had insufficient authentication scopes.',
      inner: { message: 'Insufficient Permission', domain: 'global', reason: 'insufficientPermissions' },
    }
  }
  return { headers: {}, message, inner: undefined }
}

/** What `WWW-Authenticate` says of a token that does not do. */
export function challengeOf({ code, reason }: OAuthError): string {
  const parts = ['Bearer realm="https://accounts.google.com/"']
  if (reason !== 'token_missing') parts.push(`error="${code}"`)
  if (code === 'insufficient_scope') parts.push(`scope="${userScopes}"`)
  return parts.join(', ')
}
