import { z } from 'zod'
import { anyOf } from './any-of.ts'
import { closest } from './closest.ts'
import { valueAt } from './data-path.ts'
import { given } from './given.ts'

/** One thing that a schema refuses, for whoever words it. */
export interface SchemaProblem {
  path: readonly PropertyKey[]
  /** What would have been right. */
  expected: string
  /** What stood there; undefined when nothing did. */
  came: unknown
  /** Set of a key that nothing knows, and what it most likely meant. */
  unknown?: true
  suggestion?: string
}

/** The value as the schema reads it, or everything in it that is wrong. */
export function readBySchema<T>(
  schema: z.ZodType<T>,
  value: unknown,
): { data: T; problems?: never } | { data?: never; problems: SchemaProblem[] } {
  const checked = schema.safeParse(value, { error: expectation })
  if (!checked.success) return { problems: checked.error.issues.flatMap((issue) => problemsOf(issue, value)) }
  const lost = lostIn(value, checked.data)
  return lost.length === 0 ? { data: checked.data } : { problems: lost }
}

/** Members called `__proto__`, which zod takes out of tables without a word. What it hands on as it came has kept its own. */
function lostIn(came: unknown, read: unknown, path: readonly PropertyKey[] = []): SchemaProblem[] {
  if (came === read || typeof came !== 'object' || came === null || typeof read !== 'object' || read === null) return []
  const inside = Object.entries(read).flatMap(([name, one]) => lostIn((came as Record<string, unknown>)[name], one, [...path, name]))
  const [name, expected] = ['__proto__', 'a table with other names than __proto__']
  return Object.hasOwn(came, name) && !Object.hasOwn(read, name) ? [{ path, expected, came }, ...inside] : inside
}

/** What would have been right, as the issue's message: a schema's own `error` says it where this cannot. */
function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return kinds[issue.expected] ?? issue.expected
    case 'invalid_value':
      return anyOf(issue.values.map(String))
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `at least ${amount(issue.minimum, issue.origin)}`
        : `a number of ${issue.minimum} or more`
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `at most ${amount(issue.maximum, issue.origin)}`
        : `a number of ${issue.maximum} or less`
    case 'unrecognized_keys':
      return anyOf(keysOf(issue.inst)) || 'nothing'
    case 'invalid_format':
      return issue.format === 'datetime' ? 'a time such as 2030-01-31T12:00:00Z (RFC 3339)' : undefined
  }
}

/** The keys that a schema of an object or of a table knows. */
function keysOf(schema: unknown): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape)
  return schema instanceof z.ZodRecord && schema.keyType instanceof z.ZodEnum ? schema.keyType.options.map(String) : []
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function amount(count: number | bigint, origin: string): string {
  const unit = origin === 'string' ? 'character' : 'entry'
  const many = origin === 'string' ? 'characters' : 'entries'
  return `${count} ${Number(count) === 1 ? unit : many}`
}

function problemsOf(issue: z.core.$ZodIssue, value: unknown): SchemaProblem[] {
  const { path, message } = issue
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const suggestion = closest(key, message.split(/, | or /))
        const place = [...path, key]
        return { path: place, expected: message, came: valueAt(value, place), unknown: true, ...given({ suggestion }) }
      })
    case 'invalid_key':
      return [{ path, expected: `${issue.issues[0]?.message ?? message} as a key`, came: path.at(-1) }]
    case 'invalid_union': {
      // Of several forms the one that fits furthest was meant, unless the schema says what all of them are.
      const [nearest] = issue.errors.toSorted((a, b) => depth(b) - depth(a))
      const deeper = nearest?.filter((one) => one.path.length > 0) ?? []
      if (deeper.length > 0 && message === 'Invalid input') {
        return deeper.flatMap((one) => problemsOf({ ...one, path: [...path, ...one.path] }, value))
      }
    }
  }
  return [{ path, expected: message, came: valueAt(value, path) }]
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length))
}
