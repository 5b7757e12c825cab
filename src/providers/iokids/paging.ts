import type { Parameters } from '../../oauth/model/parameters.ts'
import type { User } from '../../oauth/model/records.ts'
import type { Reply } from '../provider.ts'
import { invalid } from './errors.ts'

const cursorSignature = 'iok1'
const defaultLimit = 20
const maxLimit = 100

/** A list of the API. */
export interface List<Row, Position> {
  name: string
  /** Where a row stands in it. */
  position(row: Row): Position
  /** Whether what a cursor carries can be a position in it. */
  isPosition(value: unknown): value is Position
}

/** Users in the order in which they came in. */
export function usersByRow(name: string): List<Pick<User, 'row'>, number> {
  return { name, position: ({ row }) => row, isPosition: (value): value is number => Number.isSafeInteger(value) }
}

/**
 * Answers with the page of a list that `limit` and `cursor` ask for. A cursor is opaque to clients: the name of its list and
 * where the page before ended.
 * @param read gives rows behind a position, or from the first on
 * @throws ApiError 4001
 */
export function pageOf<Row extends Known, Known, Position>(
  query: Parameters,
  { name, position, isPosition }: List<Known, Position>,
  read: (after: Position | undefined, limit: number) => readonly Row[],
  view: (row: Row) => unknown,
): Reply {
  const limit = wholeNumber(query, 'limit', defaultLimit, maxLimit)
  const [signature, of, after] = query.cursor === undefined ? [] : decode(query.cursor)
  if (query.cursor !== undefined && (signature !== cursorSignature || of !== name || !isPosition(after))) {
    throw invalid('cursor is not one of this list', `cursor must be the next_cursor of an earlier page of ${name}; '${query.cursor}' came`)
  }
  // One more than wanted, so as to know whether there is another page.
  const rows = read(isPosition(after) ? after : undefined, limit + 1)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next_cursor = rows.length > limit && last !== undefined ? encode([cursorSignature, name, position(last)]) : null
  return { status: 200, body: { items: shown.map(view), next_cursor } }
}

/** @throws ApiError 4001 unless the parameter is absent or a whole number from 1 to `max` */
export function wholeNumber(query: Parameters, name: string, fallback: number, max: number): number {
  const text = query[name]
  if (text === undefined) return fallback
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > max)
    throw invalid(`${name} must be a whole number from 1 to ${max}`, `${name} must be 1 to ${max}; '${text}' came`)
  return number
}

/** @throws ApiError 4001 unless the parameter is absent or one of `values` */
export function oneOf<Value extends string>(query: Parameters, name: string, values: readonly Value[]): Value | undefined {
  const text = query[name]
  if (text === undefined) return undefined
  const found = values.find((value) => value === text)
  if (found === undefined)
    throw invalid(`${name} must be ${values.join(' or ')}`, `${name} must be one of: ${values.join(', ')}; '${text}' came`)
  return found
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decode(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
