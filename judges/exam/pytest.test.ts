import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { inPython, prepare } from '../foreign.ts'

/** The example for pytest, as its reader runs it: an app in Python with an exam over HTTP. */

const judge = inPython(join(import.meta.dirname, 'python'))
const missing = await prepare(judge)
const root = join(import.meta.dirname, '../..')

test('the pytest example passes', { timeout: 120_000 }, async ({ skip }) => {
  if (missing !== undefined) skip(missing)
  const python = join(judge.folder, '.venv/bin/python')
  const env = { ...process.env, GRANTBOX: `${process.execPath} ${join(root, 'src/cli/main.ts')}`, PYTHONDONTWRITEBYTECODE: '1' }
  const options = { cwd: join(root, 'examples/pytest'), env, timeout: 110_000 }
  const { stdout } = await promisify(execFile)(python, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider'], options)
  expect(stdout).toMatch(/\b2 passed\b/)
})
