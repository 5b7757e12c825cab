import { randomFrom } from '../../basics/random.ts'
import type { OAuthError } from '../../oauth/model/errors.ts'
import { charactersOf } from '../data/alphabet.ts'
import type { Reply } from '../provider.ts'

/** What an `errorId` looks like. */
export function errorId(): string {
  return `oae${randomFrom(charactersOf('url_safe'), 22)}`
}

/** Headers that every answer for programs has. */
export const noCache: Readonly<Record<string, string>> = { 'Cache-Control': 'no-cache, no-store', Pragma: 'no-cache', Expires: '0' }

/** What is left of a minute's requests; nobody is held to it. */
export function rateLimit(now: number): Readonly<Record<string, string>> {
  const reset = Math.floor(now / 1000) + 60
  return { 'x-rate-limit-limit': '300', 'x-rate-limit-remaining': '299', 'x-rate-limit-reset': String(reset) }
}

/** The vendor's numbered errors, byte for byte; `{…}` is filled in. */
const summaries = {
  E0000001: [400, 'Api validation failed: {what}'],
  E0000003: [400, 'The request body was not well-formed.'],
  E0000004: [401, 'Authentication failed'],
  E0000005: [403, 'Invalid session'],
  E0000006: [403, 'You do not have permission to perform the requested action'],
  E0000007: [404, 'Not found: Resource not found: {what}'],
  E0000009: [500, 'Internal Server Error'],
  E0000011: [401, 'Invalid token provided'],
  E0000014: [403, 'Update of credentials failed'],
  E0000016: [403, 'Activation failed because the user is already active'],
  E0000022: [405, 'The endpoint does not support the provided HTTP method'],
  E0000031: [400, 'Invalid search criteria.'],
  E0000047: [429, 'API call exceeded rate limit due to too many requests.'],
  E0000068: [403, 'Invalid Passcode/Answer'],
  E0000069: [403, 'User Locked'],
  E0000079: [403, 'This operation is not allowed in the current authentication state.'],
  E0000080: [403, 'The password does not meet the complexity requirements of the current password policy.'],
  E0000087: [403, 'The recovery question answer did not match our records.'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>

/** The number of one of them. */
export type ApiErrorNumber = keyof typeof summaries

/** What a call of the API is answered that went wrong. @param causes for people, what of it was wrong */
export function apiError(number: ApiErrorNumber, { what = '', causes = [] }: { what?: string; causes?: readonly string[] } = {}): Reply {
  const [status, summary] = summaries[number]
  return {
    status,
    headers: noCache,
    body: {
      errorCode: number,
      errorSummary: summary.replace('{what}', what),
      errorLink: number,
      errorId: errorId(),
      errorCauses: causes.map((errorSummary) => ({ errorSummary })),
    },
  }
}

/** An error of the framework's or the protocol's as the API says it. */
export function apiErrorReply(error: OAuthError): Reply {
  const { number, what = '', causes = '' } = error.about
  if (number !== undefined && Object.hasOwn(summaries, number)) {
    return apiError(number as ApiErrorNumber, { what, causes: causes === '' ? [] : causes.split('\n') })
  }
  if (error.status === 429) return { ...apiError('E0000047'), headers: { ...noCache, ...error.headers } }
  switch (error.code) {
    case 'malformed_body':
      return apiError('E0000003')
    case 'not_found':
      return apiError('E0000007', { what: 'unknown (Endpoint)' })
    case 'method_not_allowed':
      return { ...apiError('E0000022'), status: 405 }
    case 'invalid_token':
      return apiError('E0000011')
  }
  return error.status >= 500 ? apiError('E0000009') : apiError('E0000001', { what: error.message, causes: [error.message] })
}
