import type { ApiRequest, Reply } from '../provider.ts'
import { ApiError } from './errors.ts'

/**
 * An answer with its ETag: 304 without a body when the client has it already (RFC 9110 §13.1.2).
 * @param body made only when it is needed
 */
export async function conditional(
  { headers }: ApiRequest,
  etag: string,
  answer: Readonly<Record<string, string>>,
  body: () => unknown,
): Promise<Reply> {
  const head = { ...answer, ETag: etag }
  if (matches(headers['if-none-match'], etag, weakly)) return { status: 304, headers: head }
  return { status: 200, headers: head, body: await body() }
}

/**
 * Holds a change to what the client has seen of what it changes: If-Match and If-None-Match (RFC 9110 §13.1.1, §13.1.2).
 * @param etag undefined when nothing is there
 * @throws ApiError 4121
 */
export function requirePreconditions({ headers }: ApiRequest, etag: string | undefined): void {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers
  const current = etag === undefined ? 'there is none' : `the current one is ${etag}`
  if (ifMatch !== undefined && !matches(ifMatch, etag, exactly)) throw new ApiError(4121, `If-Match is ${ifMatch}; ${current}`)
  if (matches(ifNoneMatch, etag, weakly)) throw new ApiError(4121, `If-None-Match is ${ifNoneMatch}; ${current}`)
}

function matches(header: string | undefined, etag: string | undefined, same: (a: string, b: string) => boolean): boolean {
  if (header === undefined || etag === undefined) return false
  if (header.trim() === '*') return true
  return (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some((one) => same(one, etag))
}

/** RFC 9110 §8.8.3.2. */
const weakly = (a: string, b: string) => a.replace(/^W\//, '') === b.replace(/^W\//, '')
const exactly = (a: string, b: string) => a === b && !a.startsWith('W/')
