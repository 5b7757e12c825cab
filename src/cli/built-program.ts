/** Stands for `run-cli.ts` in the executable that is built, where the program is few large files that are worth a cache. */
import { createRequire, enableCompileCache, getCompileCacheDir } from 'node:module'
import { join } from 'node:path'
import { CachedLoader } from './code-cache.ts'
import type { CommandContext } from './command.ts'

/** How long after it listens the program is at rest and has compiled what a start and the first requests need; milliseconds. */
const settledAfterMs = 10_000

const file = join(import.meta.dirname, '../program/cli.cjs')

// Of what is installed beside the program Node.js itself keeps what it compiled; it says in which folder, if it is to keep anything.
enableCompileCache()
const folder = getCompileCacheDir()
// Only of files that Node.js loads by itself does it know the source maps.
const loader = folder === undefined || process.sourceMapsEnabled ? undefined : new CachedLoader(folder)
const program = (loader === undefined ? createRequire(file)(file) : loader.load(file)) as typeof import('./run-cli.ts')

export function runCli(context: CommandContext): Promise<number> {
  return program.runCli({ ...context, started })
}

/**
 * Keeps what was compiled when there is time for it: at rest, and at the end what came later. Other commands than those that start
 * a server keep nothing, for they run too little of it.
 */
function started(): void {
  if (loader === undefined) return
  setTimeout(() => loader.keep(), settledAfterMs).unref()
  process.once('exit', () => loader.keep())
}
