/** Stands for `run-cli.ts` in the executable that is built, where the program is one large file that is worth a cache. */
import { readdirSync } from 'node:fs'
import { createRequire, enableCompileCache, getCompileCacheDir } from 'node:module'
import { join } from 'node:path'
import { loadCached } from './code-cache.ts'
import type { CommandContext } from './command.ts'

/** How long after it listens the program is at rest and has compiled what a start and the first requests need; milliseconds. */
const settledAfterMs = 10_000

const folder = join(import.meta.dirname, '../program')

// Of the smaller files Node.js itself keeps what it compiled; it says in which folder, if it is to keep anything.
enableCompileCache()
const directory = getCompileCacheDir()
const core = readdirSync(folder).find((name) => /^core-.*\.cjs$/.test(name))
// Only of files that Node.js loads by itself does it know the source maps.
const loaded =
  directory === undefined || core === undefined || process.sourceMapsEnabled ? undefined : loadCached(join(folder, core), directory)

const program: typeof import('./run-cli.ts') = createRequire(import.meta.url)('../program/cli.cjs')

export function runCli(context: CommandContext): Promise<number> {
  return program.runCli({ ...context, started })
}

/** Keeps what was compiled, once, when there is time for it: at rest, or else at the end. */
function started(): void {
  if (loaded === undefined || loaded.cached) return
  const keep = () => {
    clearTimeout(timer)
    process.off('exit', keep)
    loaded.keep()
  }
  const timer = setTimeout(keep, settledAfterMs).unref()
  process.once('exit', keep)
}
