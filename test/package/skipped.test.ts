import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** What is not tested on a machine says why, where the tests are run: a test skips itself with a reason, which vitest prints. */

const root = join(import.meta.dirname, '../..')

const silent = [
  // Skipped from outside, which leaves no place for a reason.
  /\b(?:test|it|describe)(?:\.\w+)*\.(?:skip|skipIf|runIf|todo)\b/g,
  /\bskip\(\s*(?:''|""|``)?\s*\)/g,
]

function silentSkips(text: string): string[] {
  return silent.flatMap((pattern) => text.match(pattern) ?? [])
}

test('a test that is skipped prints its reason', () => {
  const files = globSync('{test,judges}/**/*.test.ts', { cwd: root, exclude: ['**/node_modules/**'] })
  const texts = files
    .filter((file) => !file.endsWith('skipped.test.ts'))
    .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
  expect(files.filter((file) => file.startsWith('judges')).length).toBeGreaterThan(8)
  expect(texts.filter(({ text }) => /\bskip\((?:'|[a-z])/.test(text)).length).toBeGreaterThan(4)
  expect(texts.flatMap(({ file, text }) => silentSkips(text).map((found) => `${file}: ${found}`))).toEqual([])
})

test('and one that does not would be found', () => {
  const [outside, concurrent, without] = [
    ['test', 'skipIf'],
    ['describe', 'concurrent', 'runIf'],
    ['context', 'skip()'],
  ].map((words) => words.join('.'))
  expect(silentSkips(`${outside}(old)('works', () => {})`)).toEqual([outside])
  expect(silentSkips(`${concurrent}(young)('works', () => {})`)).toEqual([concurrent])
  expect(silentSkips(`if (old) ${without}`)).toEqual(['skip()'])
  expect(silentSkips("if (old) skip('it is too old')")).toEqual([])
})
