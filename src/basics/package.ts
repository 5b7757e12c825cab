import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of package.json: `src/basics` and `dist/program`, where the build puts this file, lie equally deep in it. */
export const packageFolder = join(import.meta.dirname, '../..')

/** Where the build lays what it makes besides the program; not there where the program runs from its source. */
export const builtFolder = join(import.meta.dirname, '../assets')

/** The version in package.json. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown'
}
