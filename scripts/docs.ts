import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configJsonSchema } from '../src/config/json-schema.ts'
import { manualPages } from './manual.ts'

/** Writes the manual's tables and the JSON Schema of the config file: `npm run docs`. */

await writeFile(join(import.meta.dirname, '../schema/grantbox.config.schema.json'), JSON.stringify(await configJsonSchema(), undefined, 2))
for (const { path, before, after } of await manualPages()) {
  if (after === before) continue
  await writeFile(path, after)
  process.stdout.write(`${path} is written\n`)
}
