import { z } from 'zod'
import type { Provider } from '../providers/provider.ts'
import { allProviders } from '../providers/registry.ts'
import { nullable, ownShape } from '../sandbox/settings-schema.ts'
import { declarationsJsonSchema } from './declarations.ts'
import { ownExamSchema } from './own-exam.ts'
import { describe, keys, schema } from './schema.ts'

/** The JSON Schema of the config file, for editors. */
export async function configJsonSchema(): Promise<Record<string, unknown>> {
  const { properties: settings = {} } = z.toJSONSchema(schema, { io: 'input' })
  const { properties: declarations = {}, $defs = {} } = declarationsJsonSchema
  const { $schema: _, ...exam } = { description: 'How your app is examined.', ...z.toJSONSchema(ownExamSchema, { io: 'input' }) }
  const own = keys
    .filter((key) => !describe(key).notInFile)
    .map((key) => [key, { description: describe(key).description, ...(settings[key] as object) }])
  const vendors = (await allProviders()).filter((provider) => provider.own_settings !== undefined)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'grantbox.config',
    type: 'object',
    properties: {
      $schema: { type: 'string' },
      ...Object.fromEntries(own),
      ...declarations,
      exam,
      sandboxes: { ...(declarations.sandboxes as object), properties: Object.fromEntries(vendors.map(ofItsName)) },
    },
    additionalProperties: false,
    $defs: { ...$defs, Sandbox: { ...$defs.Sandbox, allOf: vendors.map(ofAnyName) } },
  }
}

/** A sandbox that names its vendor has what that vendor sets beside what all do. */
function ofAnyName(provider: Provider): object {
  return onlyIf({ required: ['provider'], properties: { provider: { const: provider.id } } }, provider)
}

/** So has one of the vendor's name that names none. */
function ofItsName(provider: Provider): [string, object] {
  return [provider.id, { $ref: '#/$defs/Sandbox', ...onlyIf({ not: { required: ['provider'] } }, provider) }]
}

function onlyIf(condition: object, provider: Provider): object {
  const { properties } = z.toJSONSchema(z.object(nullable(ownShape(provider))), { io: 'input' })
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
  return { if: condition, then: { properties: { settings: { properties } } } }
}
