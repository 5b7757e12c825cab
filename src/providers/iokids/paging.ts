import type { Parameters } from '../../oauth/model/parameters.ts'
import { invalid } from './api-error.ts'

const cursorSignature = 'iok1'
const defaultLimit = 20
const maxLimit = 100

/** A page of a list, as it is asked for. */
export interface Page<Position> {
  limit: number
  /** Where the page before ended; undefined for the first. */
  after: Position | undefined
}

/** A list as the API answers it. */
export interface List<Item> {
  items: Item[]
  next_cursor: string | null
}

/**
 * Reads `limit` and `cursor`. A cursor is opaque to clients: the name of its list and where the page before ended.
 * @param isPosition whether what a cursor of this list carries can be one
 * @throws ApiError 4001
 */
export function readPage<Position>(query: Parameters, list: string, isPosition: (value: unknown) => value is Position): Page<Position> {
  const limit = wholeNumber(query, 'limit', defaultLimit, maxLimit)
  if (query.cursor === undefined) return { limit, after: undefined }
  const [signature, of, after] = decode(query.cursor)
  if (signature !== cursorSignature || of !== list || !isPosition(after)) {
    throw invalid('cursor is not one of this list', `cursor must be the next_cursor of an earlier page of ${list}; '${query.cursor}' came`)
  }
  return { limit, after }
}

/** The answer to a page for which one row more than wanted was read, so as to know whether there is another page. */
export function listOf<Row, Position, Item>(
  rows: readonly Row[],
  { limit }: Page<Position>,
  list: string,
  position: (row: Row) => Position,
  view: (row: Row) => Item,
): List<Item> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(view),
    next_cursor: rows.length > limit && last !== undefined ? encode([cursorSignature, list, position(last)]) : null,
  }
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

/** A position that is a row's key. */
export function isRow(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value)
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
