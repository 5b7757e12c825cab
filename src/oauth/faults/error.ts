import { challenge } from '../model/challenge.ts'
import type { ErrorCode } from '../model/error-codes.ts'
import { OAuthError, refusal } from '../model/errors.ts'
import type { Effects } from './form.ts'
import { faultKind, saysWhy } from './kind.ts'

const members = {
  error: {
    is: 'text',
    // RFC 6749 §A.7.
    pattern: /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/,
    expected: 'an error code such as invalid_grant',
    says: "Said in the provider's own dialect.",
  },
  error_description: {
    is: 'text',
    // RFC 6749 §A.8.
    pattern: /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/,
    expected: 'ASCII without quotation mark and backslash',
    says: 'What the error says.',
    beside: 'error',
  },
} as const

/** What of the whole fault it looks at. */
interface Said extends Effects<typeof members> {
  readonly id?: string
  readonly status?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

const codeOf = ({ error }: Said) => error as ErrorCode
const messageOf = ({ error_description = 'A fault was asked for' }: Said) => error_description

export const error = faultKind({
  name: 'error',
  does: "the error is said in the provider's own dialect; at the authorization endpoint, to the client",
  members,
  at: {
    request(fault: Said, endpoint) {
      const isResource = endpoint === 'api' || endpoint === 'userinfo'
      const headers = { ...(isResource && challengeOf(fault)), ...fault.headers }
      throw new OAuthError(codeOf(fault), messageOf(fault), saysWhy(fault), headers, fault.status)
    },
    authorization(fault: Said, request, client) {
      throw refusal(request, client, codeOf(fault), messageOf(fault), saysWhy(fault))
    },
  },
})

/** The refusal of a resource challenges its caller (RFC 6750 §3). */
function challengeOf({ error, error_description }: Said): Record<string, string> {
  if (error !== 'invalid_token' && error !== 'insufficient_scope') return {}
  return { 'WWW-Authenticate': challenge('Bearer', error, error_description) }
}
