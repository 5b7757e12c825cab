import type { z } from 'zod'
import { closest } from '../basics/closest.ts'
import { pathText, valueAt } from '../basics/data-path.ts'
import type { ConfigProblem } from './error.ts'

/** A node of a JSON Schema, as far as it is looked at here. */
interface SchemaNode {
  properties?: Record<string, SchemaNode>
  additionalProperties?: SchemaNode | boolean
  propertyNames?: { enum?: string[] }
  items?: SchemaNode | boolean
  anyOf?: SchemaNode[]
  oneOf?: SchemaNode[]
  allOf?: SchemaNode[]
  $ref?: string
  $defs?: Record<string, SchemaNode>
}

/**
 * What a check of nested data found, each with its path and what was expected and came.
 * @param label how the place is named that the data came from
 * @param schema the JSON Schema of the data: it knows which keys there are
 * @param base where in that place the data stands
 */
export function problemsIn(
  error: z.ZodError,
  data: unknown,
  label: string,
  schema: object,
  base: readonly PropertyKey[] = [],
): ConfigProblem[] {
  const where = (path: readonly PropertyKey[]) => `${label}: ${pathText([...base, ...path])}`
  return error.issues.flatMap((issue) => problemsOf(issue, data, where, schema as SchemaNode))
}

function problemsOf(
  issue: z.core.$ZodIssue,
  data: unknown,
  where: (path: readonly PropertyKey[]) => string,
  schema: SchemaNode,
): ConfigProblem[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = keysAt(schema, issue.path)
        const near = closest(key, known)
        return { where: where([...issue.path, key]), message: `unknown key${near === undefined ? '' : `; did you mean ${near}?`}` }
      })
    case 'invalid_key':
      return [{ where: where(issue.path), message: `expected ${expectation(issue.issues[0]?.message ?? issue.message)} as a key` }]
    case 'invalid_union': {
      const [nearest] = issue.errors.toSorted((a, b) => depth(b) - depth(a))
      const deeper = nearest?.filter((one) => one.path.length > 0) ?? []
      // Of several forms the one that fits furthest was meant.
      if (deeper.length > 0 && !hasOwnMessage(issue)) {
        return deeper.flatMap((one) => problemsOf({ ...one, path: [...issue.path, ...one.path] }, data, where, schema))
      }
    }
  }
  const came = valueAt(data, issue.path)
  if (issue.message.startsWith('expected ')) return [{ where: where(issue.path), message: issue.message }]
  return [{ where: where(issue.path), message: `expected ${expectation(issue.message)}, got ${shown(came)}` }]
}

function hasOwnMessage(issue: z.core.$ZodIssue): boolean {
  return issue.message !== 'Invalid input'
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length))
}

/** zod's own sentences, cut to what was expected. */
function expectation(message: string): string {
  const [, type] = /^Invalid input: expected (\w+)/.exec(message) ?? []
  if (type !== undefined) return words[type] ?? type
  const [, limit] = /^Too (?:small|big): expected (.+)$/.exec(message) ?? []
  if (limit !== undefined) return limit
  const [, options] = /^Invalid option: expected (.+)$/.exec(message) ?? []
  return options?.replaceAll('|', ', ') ?? message
}

const words: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'keys with values',
  record: 'keys with values',
  array: 'a list',
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/** Every key that an object at this place may have. */
function keysAt(schema: SchemaNode, path: readonly PropertyKey[]): string[] {
  let nodes = spread(schema, schema)
  for (const step of path) {
    nodes = nodes.flatMap((node) => {
      const next = typeof step === 'number' ? node.items : (node.properties?.[String(step)] ?? node.additionalProperties)
      return typeof next === 'object' ? spread(next, schema) : []
    })
  }
  return nodes.flatMap((node) => [...Object.keys(node.properties ?? {}), ...(node.propertyNames?.enum ?? [])])
}

/** A node with its alternatives and what it refers to. */
function spread(node: SchemaNode, root: SchemaNode): SchemaNode[] {
  const target = node.$ref === undefined ? undefined : root.$defs?.[node.$ref.replace('#/$defs/', '')]
  const others = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? []), ...(target === undefined ? [] : [target])]
  return [node, ...others.flatMap((one) => spread(one, root))]
}
