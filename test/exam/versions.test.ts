import { expect, test } from 'vitest'
import { armedRules } from '../../src/exam/armed.ts'
import { rules } from '../../src/exam/registry.ts'
import { partedAt, rulesVersion, rulesVersions } from '../../src/exam/versions.ts'

const versions = ['2026.1', '2026.2', '2027.1']
const some = [{ id: 'first' }, { id: 'second', since: '2026.2' }, { id: 'third', since: '2027.1' }]

test.each([
  ['2026.1', ['first'], ['second', 'third']],
  ['2026.2', ['first', 'second'], ['third']],
  ['2027.1', ['first', 'second', 'third'], []],
])('the rules of %s are those that had come by then', (version, had, newer) => {
  const parted = partedAt(some, version, versions)
  expect([parted.had.map(({ id }) => id), parted.newer.map(({ id }) => id)]).toEqual([had, newer])
})

test('every rule came with a version that there is, and the newest has all', () => {
  const all = [...armedRules, ...rules]
  const known = new Set<string>(rulesVersions)
  expect(all.filter(({ since }) => since !== undefined && !known.has(since)).map(({ id }) => id)).toEqual([])
  expect(partedAt(all, rulesVersion).newer).toEqual([])
})
