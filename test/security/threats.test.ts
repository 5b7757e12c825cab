import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** `docs/threats.md` leaves no threat out, and the tests that it names are there. */

const root = join(import.meta.dirname, '../..')
const page = await readFile(join(root, 'docs/threats.md'), 'utf8')
const [, practice = '', model = '', beyond = ''] = page.split(/^## /m)
const rowsOf = (part: string) =>
  part
    .split('\n')
    .filter((line) => /^\| (\d|[a-z]+ \|)/.test(line) && !line.startsWith('| where |'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, section = '', threat = '', behaviour = '', shown = '']) => ({ section, threat, behaviour, shown }))
const rows = { practice: rowsOf(practice), model: rowsOf(model), beyond: rowsOf(beyond) }
const numbered = (before: string, many: number) => Array.from({ length: many }, (_, n) => `${before}.${n + 1}`)

test('every threat of RFC 9700 §4 has its row', () => {
  expect(rows.practice.map((row) => row.section)).toEqual(numbered('4', 17))
})

test('every threat of RFC 6819 §4 has its row', () => {
  expect(rows.model.map((row) => row.section)).toEqual([
    ...numbered('4.1', 5),
    ...numbered('4.2', 4),
    ...numbered('4.3', 5),
    ...numbered('4.4.1', 13),
    ...numbered('4.4.2', 6),
    ...numbered('4.4.3', 6),
    ...numbered('4.5', 4),
    ...numbered('4.6', 7),
  ])
})

test('so has each way into grantbox and out of it beside the protocol', () => {
  const ways = ['proxy', 'imports', 'patterns', 'exam', 'vendors', 'documents', 'dashboard', 'commands']
  expect([...new Set(rows.beyond.map((row) => row.section))]).toEqual(ways)
})

test.each([...rows.practice, ...rows.model, ...rows.beyond])(
  '$section, $threat: says what is done, and names a test that is there',
  async ({ behaviour, shown }) => {
    expect(behaviour).not.toBe('')
    const [, file = '', title = ''] = /^`([\w./-]+\.test\.ts)` “(.+)”$/.exec(shown) ?? []
    const source = await readFile(join(root, 'test', file), 'utf8')
    const quoted = [`'${title}'`, `"${title}"`, `\`${title}\``, `'${title.replaceAll("'", "\\'")}'`]
    expect(
      quoted.some((one) => source.includes(one)),
      `${file} has no test “${title}”`,
    ).toBe(true)
  },
)
