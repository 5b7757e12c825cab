import { z } from 'zod'
import { declarationsJsonSchema } from './declarations.ts'
import { describe, keys, schema } from './schema.ts'

/** The JSON Schema of the config file, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  const { properties: settings = {} } = z.toJSONSchema(schema, { io: 'input' })
  const { properties: declarations, $defs } = declarationsJsonSchema
  const own = keys
    .filter((key) => !describe(key).notInFile)
    .map((key) => [key, { description: describe(key).description, ...(settings[key] as object) }])
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'grantbox.config',
    type: 'object',
    properties: { $schema: { type: 'string' }, ...Object.fromEntries(own), ...declarations },
    additionalProperties: false,
    $defs,
  }
}
