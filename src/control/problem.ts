import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import { MetadataError } from '../oauth/clients/metadata.ts'
import { TakenError } from '../oauth/model/directory.ts'
import { GoneError, OAuthError } from '../oauth/model/errors.ts'
import { CreatedOtherwiseError } from '../sandbox/as-created.ts'
import { PortError } from '../sandbox/own-ports.ts'

/** What is wrong with one member of a request. */
export interface FieldProblem {
  /** Such as `settings.rotation` or `redirect_uris[0]`. */
  field: string
  expected: string
  /** What stood there; absent when nothing did. */
  came?: unknown
  /** The known name that a misspelt one most likely meant. */
  suggestion?: string
  /** Set when there is no such member, whatever it says. */
  unknown?: true
}

/** A refusal of the control API: what the client is told, and with which status. */
export class Problem extends Error {
  readonly status: number
  readonly errors: readonly FieldProblem[]
  readonly headers: Readonly<Record<string, string>>

  /** @param detail one sentence or two for the person who wrote the request */
  constructor(status: number, detail: string, errors: readonly FieldProblem[] = [], headers: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.name = 'Problem'
    this.status = status
    this.errors = errors
    this.headers = headers
  }
}

/** RFC 9457 §3; `about:blank` means that the status says all there is to the type (§4.2.1). */
export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z
      .array(
        z.object({
          field: z.string(),
          expected: z.string(),
          came: z.unknown().optional(),
          suggestion: z.string().optional(),
          unknown: z.literal(true).optional(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem', description: 'What was wrong with a request (RFC 9457).' })

export const problemType = 'application/problem+json'

export function problemBody({ status, message, errors }: Problem): z.output<typeof problemSchema> {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    ...(errors.length > 0 && { errors: [...errors] }),
  }
}

/** One wrong member of a body or query. */
export function invalid(problem: FieldProblem): Problem {
  return invalidAll([problem])
}

/** Every wrong member of a body or query, so that one round of corrections is enough. */
export function invalidAll(problems: readonly FieldProblem[]): Problem {
  return new Problem(400, problems.map(sentence).join('; '), problems)
}

/** Whatever was thrown, as a refusal: what the framework refused keeps its status, anything unknown is a fault of ours. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  if (thrown instanceof GoneError) return new Problem(409, `The request met another one: ${thrown.message}`)
  if (thrown instanceof TakenError) return new Problem(409, thrown.message, [{ field: thrown.field, expected: 'one that is free' }])
  if (thrown instanceof PortError)
    return new Problem(409, thrown.message, [{ field: 'port', expected: 'one that is free', came: thrown.port }])
  if (thrown instanceof CreatedOtherwiseError) {
    const { field, was, came, message } = thrown
    return new Problem(409, message, [{ field, expected: was === undefined ? 'nothing' : JSON.stringify(was), came: came ?? null }])
  }
  if (thrown instanceof MetadataError) {
    const { field, expected, came } = thrown
    return new Problem(400, `${field}: ${thrown.explanation}`, [{ field, expected, ...(came !== undefined && { came }) }])
  }
  // The protocol refused what it was asked on somebody's behalf.
  if (thrown instanceof OAuthError && thrown.status < 500) return new Problem(400, `${thrown.code}: ${thrown.explanation}`)
  const { code = '', statusCode = 500, message = '' } = thrown as { code?: string; statusCode?: number; message?: string }
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem(415, `${message}; expected Content-Type: application/json`)
    case 'FST_ERR_BAD_URL':
      return new Problem(400, 'The path has a percent sign that is not followed by two hexadecimal digits of UTF-8')
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Problem(404, 'A part of the path is longer than any name')
  }
  if (statusCode >= 400 && statusCode < 500) return new Problem(statusCode, message)
  return new Problem(500, 'grantbox itself failed; its log says more')
}

function sentence({ field, expected, came, suggestion, unknown }: FieldProblem): string {
  const guess = suggestion === undefined ? '' : `, did you mean ${suggestion}?`
  return came === undefined
    ? `${field} is missing: expected ${expected}`
    : `${field}${unknown === true ? ' is unknown' : ''}: expected ${expected}, got ${JSON.stringify(came)}${guess}`
}
