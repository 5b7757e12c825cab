import fc, { type Arbitrary } from 'fast-check'
import type { JsonSchema } from './surface.ts'

/** Stands raw in a page only where something was not escaped. */
export const markup = '<xss onload=1>'
/** The name of a header that only an injection can have made. */
export const injectedHeader = 'x-injected'

/** Texts that have broken servers before. */
const infamous = [
  '',
  ' ',
  '\0',
  'a\0b',
  `\r\n${injectedHeader}: yes\r\n\r\n`,
  `\n${injectedHeader}: yes`,
  '%',
  '%0d%0a',
  '%00',
  '%c0%ae',
  '+',
  '../../../../etc/passwd',
  '..\\..\\boot.ini',
  '/etc/passwd',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  "' OR '1'='1",
  "'; DROP TABLE user; --",
  '" UNION SELECT jwk FROM signing_key --',
  '%\' ESCAPE "x',
  markup,
  `">${markup}`,
  `'>${markup}`,
  `</script>${markup}`,
  `</title>${markup}`,
  'javascript:alert(1)',
  'data:text/html,x',
  '//evil.example',
  'https://evil.example/',
  'http://127.0.0.1/callback@evil.example',
  'https://oauth.pstmn.io@evil.example/v1/callback',
  '{{7*7}}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template that must stay text
  '${7*7}',
  '<%= 7*7 %>',
  '\ud800',
  'x\udfffy',
  '\u202e\u200b\ufeff',
  '🐶'.repeat(300),
  'İıſK',
  'e\u0301'.repeat(500),
  '-1',
  '0',
  '1',
  '00',
  '1e309',
  'NaN',
  '9007199254740993',
  '9'.repeat(400),
  '0x10',
  'true',
  'null',
  '[]',
  '{}',
  'x'.repeat(300),
  'x'.repeat(9000),
  `${'a'.repeat(3000)}!`,
  ' '.repeat(4000),
  'é'.repeat(2000),
]

/** Any text. */
export const nastyText: Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...infamous) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 200 }) },
  { weight: 1, arbitrary: fc.integer().map(String) },
  { weight: 1, arbitrary: fc.base64String() },
  { weight: 1, arbitrary: fc.array(fc.base64String({ maxLength: 60 }), { minLength: 2, maxLength: 5 }).map((parts) => parts.join('.')) },
)

/** Stands for a list or object so deep that whoever walks it by recursion falls; {@link jsonText} digs it. */
const abyss: Arbitrary<string> = fc
  .record({ kind: fc.constantFrom('list', 'object'), depth: fc.constantFrom(50, 2000, 20_000) })
  .map(({ kind, depth }) => `abyss-${kind}-${depth}`)

/** A value as JSON. */
export function jsonText(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replaceAll(/"abyss-(list|object)-(\d+)"/g, (_whole, kind: string, depth: string) => {
    const times = Number(depth)
    return kind === 'list' ? '['.repeat(times) + ']'.repeat(times) : `${'{"a":'.repeat(times)}1${'}'.repeat(times)}`
  })
}

/** A JSON text whose members reach for the prototype. */
const polluting: Arbitrary<unknown> = fc
  .constantFrom(
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"a":{"__proto__":{"polluted":true}}}',
    '{"__proto__":[]}',
    '{"toJSON":1,"then":1,"valueOf":"x","length":-1}',
  )
  .map((text) => JSON.parse(text))

/** Any JSON. */
export const nastyJson: Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: nastyText },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, 0, -1, 1.5, 1e300, -1e300, 2 ** 53, 5e-324, [], {}, [[]], [null]) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }) },
  { weight: 1, arbitrary: polluting },
  { weight: 1, arbitrary: fc.array(nastyText, { maxLength: 5 }) },
  { weight: 1, arbitrary: abyss },
)

/** JSON that a schema describes, as far as it is understood here; `others` are values that mean something to the server. */
export function fromSchema(
  schema: JsonSchema,
  schemas: Record<string, JsonSchema>,
  others: readonly string[],
  depth = 0,
): Arbitrary<unknown> {
  const inner = (one: JsonSchema) => fromSchema(one, schemas, others, depth + 1)
  if (depth > 6) return fc.constant(null)
  if (schema.$ref !== undefined) return inner(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {})
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined && choices.length > 0) return fc.oneof(...choices.map(inner))
  const types = [schema.type ?? []].flat()
  if (types.length > 1) return fc.oneof(...types.map((type) => inner({ ...schema, type })))
  switch (types[0]) {
    case 'object':
      return object(schema, inner)
    case 'array':
      return fc.array(inner(schema.items ?? {}), { maxLength: 4 })
    case 'integer':
      return fc.integer({ min: Math.max(schema.minimum ?? -5, -1e9), max: Math.min(schema.maximum ?? 60, 300) })
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'string':
      return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...others) }, { weight: 1, arbitrary: nastyText })
  }
  return fc.jsonValue({ maxDepth: 2 })
}

function object(schema: JsonSchema, inner: (one: JsonSchema) => Arbitrary<unknown>): Arbitrary<unknown> {
  const members = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, one]) => [name, inner(one)]))
  const requiredKeys = (schema.required ?? []).filter((name) => name in members)
  return fc.record(members, { requiredKeys, noNullPrototype: true })
}
