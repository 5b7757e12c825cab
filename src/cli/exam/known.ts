import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as z from 'zod/mini'
import { ConfigError } from '../../config/error.ts'
import type { KnownFailure } from '../../exam/reports/outcome.ts'

/** Where the failures stand that are let pass, when no flag names a file. */
const usual = 'exam.known.json'

const form = z.record(
  z.string(),
  z.strictObject({ reason: z.string().check(z.minLength(1)), until: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/)) }),
)

/**
 * The failures that somebody knows of. A file that was named has to be there.
 * @throws ConfigError for one that says something else
 */
export async function knownFailures(
  named: { file: string; where: string } | undefined,
  cwd: string,
): Promise<ReadonlyMap<string, KnownFailure>> {
  const where = named === undefined ? usual : `${named.where}: ${named.file}`
  const text = await readFile(resolve(cwd, named?.file ?? usual), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (named === undefined && error.code === 'ENOENT') return '{}'
    throw new ConfigError([{ where, message: error.message }])
  })
  const read = form.safeParse(parsed(text))
  if (read.success) return new Map(Object.entries(read.data))
  throw new ConfigError([{ where, message: 'expected {"RULE": {"reason": "why it is let pass", "until": "2026-12-31"}}' }])
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
