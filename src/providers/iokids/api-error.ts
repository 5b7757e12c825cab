import { type ErrorCode, OAuthError } from '../../oauth/model/errors.ts'

/** The vendor's refusals that the protocol has no word for: number → status, the nearest word, and what it says. */
const refusals = {
  4001: { status: 400, code: 'invalid_request', says: 'Invalid request' },
  4006: { status: 400, code: 'malformed_body', says: 'Body is not valid JSON' },
  4031: { status: 403, code: 'access_denied', says: 'User does not have permission' },
  4041: { status: 404, code: 'not_found', says: 'Not found' },
  4091: { status: 409, code: 'invalid_request', says: 'Already exists with other content' },
  4121: { status: 412, code: 'invalid_request', says: 'Precondition failed' },
  4131: { status: 413, code: 'payload_too_large', says: 'Data too large' },
} as const satisfies Record<number, { status: number; code: ErrorCode; says: string }>

/** A refusal of the vendor's API. */
export class ApiError extends OAuthError {
  readonly error_code: keyof typeof refusals
  override readonly status: number

  /** @param explanation for the developer: what was expected and what came */
  constructor(error_code: keyof typeof refusals, explanation: string, says: string = refusals[error_code].says) {
    const { code, status } = refusals[error_code]
    super(code, says, explanation)
    this.name = 'ApiError'
    this.error_code = error_code
    this.status = status
  }
}

/** 4001, which tells the client what is wrong. */
export function invalid(what: string, explanation: string = what): ApiError {
  return new ApiError(4001, explanation, `Invalid request: ${what}`)
}
