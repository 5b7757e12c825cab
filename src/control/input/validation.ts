/**
 * In this room: how what comes in is checked and looked up: bodies and paths to users, clients and faults, or a problem that says
 * what was expected.
 * Elsewhere: what goes out (`views/`).
 */

import type { FastifySchemaCompiler } from 'fastify'
import { z } from 'zod'
import { anyOf } from '../../basics/any-of.ts'
import { closest } from '../../basics/closest.ts'
import { pathText, valueAt } from '../../basics/data-path.ts'
import { type FieldProblem, invalidAll } from '../problem.ts'

/**
 * The value as the schema reads it.
 * @param name what the value is to the client, before its members: `settings`
 * @throws Problem that names every wrong member
 */
export function check<T>(schema: z.ZodType<T>, value: unknown, name = ''): T {
  const checked = schema.safeParse(value, { error: expectation })
  if (checked.success) return checked.data
  throw invalidAll(checked.error.issues.flatMap((issue) => problemsOf(issue, value, name)))
}

/** Checks a request by its route's schema. Fastify says null for a body that did not come. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema }) => {
  return (data) => {
    try {
      return { value: check(schema, data ?? undefined) }
    } catch (error) {
      return { error: error instanceof Error ? error : new Error(String(error)) }
    }
  }
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
      return anyOf(issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : []) || 'nothing'
    case 'invalid_format':
      return issue.format === 'datetime' ? 'a time such as 2030-01-31T12:00:00Z (RFC 3339)' : undefined
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a JSON object',
  record: 'a JSON object',
}

function problemsOf(issue: z.core.$ZodIssue, value: unknown, name: string): FieldProblem[] {
  const came = valueAt(value, issue.path)
  if (issue.code !== 'unrecognized_keys') return [problem(fieldName(name, issue.path), issue.message, came)]
  return issue.keys.map((key) => {
    const suggestion = closest(key, issue.message.split(/, | or /))
    return {
      ...problem(fieldName(name, [...issue.path, key]), issue.message, valueAt(came, [key])),
      ...(suggestion !== undefined && { suggestion }),
      unknown: true,
    }
  })
}

function problem(field: string, expected: string, came: unknown): FieldProblem {
  return { field, expected, ...(came !== undefined && { came: shortened(came) }) }
}

/** `settings.rotation`, `redirect_uris[0]`; the whole body when nothing names a part of it. */
function fieldName(name: string, path: readonly PropertyKey[]): string {
  return pathText(path, name) || 'body'
}

/** As it came, unless it is so long that it would hide the rest. */
function shortened(came: unknown): unknown {
  const text = JSON.stringify(came) ?? ''
  return text.length <= 200 ? came : `${text.slice(0, 200)}…`
}

function amount(count: number | bigint, origin: string): string {
  const unit = origin === 'string' ? 'character' : 'entry'
  const many = origin === 'string' ? 'characters' : 'entries'
  return `${count} ${Number(count) === 1 ? unit : many}`
}
