import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Form } from '../../src/oauth/faults/form.ts'
import { type FaultKind, faultKind } from '../../src/oauth/faults/kind.ts'
import { faultKinds } from '../../src/oauth/faults/registry.ts'

const kinds: readonly FaultKind[] = faultKinds

test('no two kinds have a member of one name, and each has one of its own', () => {
  const names = kinds.flatMap(({ members }) => Object.keys(members))
  expect(names).toEqual([...new Set(names)])
  for (const { name, members } of kinds) {
    expect([name, members[name]?.beside]).toEqual([name, undefined])
    for (const [other, { beside }] of Object.entries(members)) expect([other, other === name || beside === name]).toEqual([other, true])
  }
})

test('each kind does something at some moment, and one that did not would not compile', () => {
  for (const { name, at } of kinds) expect([name, Object.keys(at).length > 0]).toEqual([name, true])
  // @ts-expect-error: a kind without a moment
  faultKind({ name: 'idle', does: 'nothing', members: { idle: { is: 'text', says: '' } }, at: {} })
  // @ts-expect-error: a kind that nothing asks for
  faultKind({ name: 'idle', does: 'waits', members: { other: { is: 'text', says: '' } }, at: { wait: async () => {} } })
})

/** What may stand in a member, for people. */
function values(form: Form): string {
  switch (form.is) {
    case 'text':
      return 'text'
    case 'number':
      return `${form.from} to ${form.to}`
    case 'choice':
      return form.of.map((one) => `\`${one}\``).join(', ')
    case 'duration':
      return 'a duration, such as `"2s"`'
    case 'headers':
      return 'names and values'
    case 'anything':
      return 'anything'
    case 'user':
      return "a user's name"
  }
}

test('the manual has a row for each kind, in the order in which they strike', async () => {
  const manual = await readFile(join(import.meta.dirname, '../../docs/testing.md'), 'utf8')
  const rows = kinds.flatMap(({ name, does, members }) =>
    Object.entries(members).map(
      ([member, form]) => `| \`${member}\` | ${values(form)} | ${member === name ? does : `beside \`${form.beside}\`: ${form.says}`} |`,
    ),
  )
  const table = /\| member \| values \| what happens \|\n\|---\|---\|---\|\n((?:\|.*\n)+)/.exec(manual)?.[1]
  expect(table?.trim().split('\n')).toEqual(rows)
})
