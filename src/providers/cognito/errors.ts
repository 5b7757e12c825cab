import { randomUUID } from 'node:crypto'
import { OAuthError, PageError, wireCode } from '../../oauth/model/errors.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import type { Provider, Reply } from '../provider.ts'

/** What the JSON API refuses, by the vendor's type and text. */
export class ApiError extends OAuthError {
  readonly type: string

  constructor(type: string, message: string, explanation: string = message, reason?: Reason) {
    super(reason === undefined ? 'invalid_request' : ['invalid_request', reason], message, explanation)
    this.name = 'ApiError'
    this.type = type
  }
}

/** A refusal of who asks, or of what he shows. */
export function notAuthorized(message: string, explanation?: string, reason?: Reason): ApiError {
  return new ApiError('NotAuthorizedException', message, explanation, reason)
}

/** A member of a request that is missing or not what it must be. */
export function invalidParameter(message: string, explanation?: string): ApiError {
  return new ApiError('InvalidParameterException', message, explanation, 'parameter_invalid')
}

/** What is not there. */
export function notFound(message: string, explanation?: string): ApiError {
  return new ApiError('ResourceNotFoundException', message, explanation)
}

/** The content type of the JSON API. */
export const apiType = 'application/x-amz-json-1.1'

/** An answer of the JSON API. */
export function apiReply(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { 'Content-Type': apiType, 'x-amzn-RequestId': randomUUID(), ...headers },
    body: JSON.stringify(body),
    as_is: true,
  }
}

/** What faults, and whatever is found before an operation, are called at the JSON API. */
const types: Readonly<Partial<Record<OAuthError['code'], readonly [type: string, message?: string]>>> = {
  invalid_token: ['NotAuthorizedException', 'Invalid Access Token'],
  invalid_client: ['NotAuthorizedException'],
  invalid_grant: ['NotAuthorizedException', 'Incorrect username or password.'],
  access_denied: ['NotAuthorizedException'],
  temporarily_unavailable: ['TooManyRequestsException', 'Too many requests'],
  slow_down: ['TooManyRequestsException', 'Too many requests'],
  server_error: ['InternalErrorException', 'Internal error'],
  malformed_body: ['SerializationException'],
}

function apiErrorReply(error: OAuthError): Reply {
  const [type, message = error.message] =
    error instanceof ApiError ? [error.type, error.message] : (types[error.code] ?? ['InvalidParameterException'])
  const body = message === '' ? { __type: type } : { __type: type, message }
  return apiReply(error.status >= 500 ? error.status : 400, body, { 'x-amzn-ErrorType': `${type}:` })
}

/** What the pages call an error. */
const pageErrors: Readonly<Partial<Record<Reason, string>>> = {
  redirect_unregistered: 'redirect_mismatch',
  client_unknown: 'Client does not exist.',
  client_missing: 'Client does not exist.',
  parameter_missing: "Required String parameter 'client_id' is not present",
  redirect_missing: "Required String parameter 'redirect_uri' is not present",
}

const userInfoTexts: Readonly<Partial<Record<Reason, string>>> = {
  scope_missing: 'Access token does not contain openid scope',
  token_userless: 'Access token does not contain openid scope',
}

function userInfoReply({ reason }: OAuthError): Reply {
  if (reason === 'token_missing') return { status: 400, body: oauthBody({ error: 'invalid_request' }), headers: json }
  const error_description = (reason && userInfoTexts[reason]) ?? 'Access token is expired, disabled, or deleted.'
  const headers = { ...json, 'WWW-Authenticate': `Bearer error="invalid_token", error_description="${error_description}"` }
  return { status: 401, headers, body: oauthBody({ error: 'invalid_token', error_description }) }
}

const json = { 'Content-Type': 'application/json;charset=UTF-8' }
const oauthBody = (members: object) => JSON.stringify(members)

/** The code alone, with 400 for a wrong client too. */
export const errorReply: Provider['errorReply'] = (error, endpoint) => {
  if (endpoint === 'api') return apiErrorReply(error)
  if (endpoint === 'userinfo' && error.status < 500) return userInfoReply(error)
  if (endpoint === 'authorize' || endpoint === 'end_session') {
    const named = error.reason === undefined ? (error instanceof PageError ? error.message : undefined) : pageErrors[error.reason]
    return { status: error.status, body: { error: named ?? wireCode(error) } }
  }
  const code = error.about.worded ?? (error.reason === 'token_foreign' ? 'invalid_request' : wireCode(error))
  return {
    status: error.status >= 500 || error.status === 404 || error.status === 405 ? error.status : 400,
    headers: json,
    body: oauthBody({ error: code }),
  }
}

/** A successful answer of the token endpoint. */
export function tokenReply(members: Record<string, unknown>): Reply {
  return { status: 200, headers: json, body: oauthBody(members) }
}
