import type { ApiRequest } from '../provider.ts'
import { ApiError, invalid } from './errors.ts'

/** A JSON object as a client sent it. */
export type JsonObject = Readonly<Record<string, unknown>>

/** What an app may store in one place, and a message carry, in bytes of compact JSON. */
export const maxDataBytes = 64 * 1024
const maxDepth = 100

/**
 * The body of a request that carries a JSON object.
 * @throws ApiError 4006 when the body is not JSON, 4001 when it is and no object
 */
export function jsonBody(request: ApiRequest): JsonObject {
  const { body, headers } = request
  const type = headers['content-type'] ?? 'no content type'
  if (body === undefined) throw new ApiError(4006, `A JSON object was expected in the body; the body is empty (${type})`)
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new ApiError(4006, `A JSON object was expected, sent as application/json; the body came as ${type}`)
  }
  if (!isObject(body)) throw invalid('the body must be a JSON object', `The body must be a JSON object; ${kindOf(body)} came`)
  return body
}

/** The body of a request that may do without one. */
export function optionalJsonBody(request: ApiRequest): JsonObject {
  const { body } = request
  // An empty form is what curl sends with -d ''.
  return body === undefined || (isObject(body) && Object.keys(body).length === 0) ? {} : jsonBody(request)
}

/**
 * Data that an app wants kept.
 * @throws ApiError 4131 when it is larger than 64 KiB, 4001 when it is nested too deeply
 */
export function keepable(data: JsonObject): JsonObject {
  if (!isFlatterThan(data, maxDepth)) throw invalid('the data is nested too deeply', `Data may be nested ${maxDepth} levels deep`)
  const bytes = Buffer.byteLength(JSON.stringify(data))
  if (bytes > maxDataBytes) throw new ApiError(4131, `Data may have ${maxDataBytes} bytes as compact JSON; it has ${bytes}`)
  return data
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isFlatterThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((one) => isFlatterThan(one, levels - 1))
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
