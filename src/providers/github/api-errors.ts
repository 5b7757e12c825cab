import { OAuthError } from '../../oauth/model/errors.ts'
import type { Reply } from '../provider.ts'

const docs = 'https://docs.github.com/rest'

/** What the API says of a token that does not hold. */
const badTokens = ['token_unknown', 'token_expired', 'token_revoked', 'token_foreign'] as const satisfies readonly OAuthError['reason'][]

/** An error as the API says it. */
export function apiErrorReply(error: OAuthError): Reply {
  const { reason, about, headers, status } = error
  const { 'WWW-Authenticate': _challenge, ...kept } = headers
  if (about.plain !== undefined) {
    return { status, headers: { ...kept, 'Content-Type': 'text/html; charset=utf-8' }, body: `\r\n${error.message}\r\n` }
  }
  if (about.documentation_url !== undefined) return said(status, error.message, about.documentation_url, kept)
  if (status === 404) return said(404, 'Not Found', docs, kept)
  if (error.code === 'invalid_token' || badTokens.some((one) => one === reason)) {
    return reason === 'token_missing'
      ? said(401, 'Requires authentication', `${docs}/users/users#get-the-authenticated-user`, kept)
      : said(401, 'Bad credentials', docs, kept)
  }
  if (error.code === 'malformed_body') return said(400, 'Problems parsing JSON', docs, kept)
  return said(status, error.message, docs, kept)
}

function said(status: number, message: string, documentation_url: string, headers: Readonly<Record<string, string>>): Reply {
  return { status, headers, body: { message, documentation_url, status: String(status) } }
}

/** An error that the API documents. @param page of its documentation, below `https://docs.github.com/rest` */
export function apiError(status: number, message: string, explanation: string, page: string, headers = {}): OAuthError {
  const code = status === 404 ? 'not_found' : status === 401 ? 'invalid_token' : status === 403 ? 'insufficient_scope' : 'invalid_request'
  return new OAuthError(code, message, explanation, headers, status).naming({ documentation_url: `${docs}${page}` })
}

/** Who does not say what it is. */
export function noUserAgent(): OAuthError {
  const text =
    'Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). Check https://developer.github.com for other possible causes.'
  return new OAuthError('insufficient_scope', text, 'The request has no User-Agent header, which the API asks for', {}, 403).naming({
    plain: 'yes',
  })
}
