import { expect, test } from 'vitest'
import type { Declared } from '../../src/sandbox/declared.ts'
import { joinDeclared, joinSandboxes } from '../../src/sandbox/join.ts'
import { Declarations } from '../../src/start/declarations.ts'

/** What comes from several files, or is imported beside a configuration, holds together. */

const named = (name: string, more: object = {}) => ({ name, provider: 'standard', ...more })
const of = (...sandboxes: ReturnType<typeof named>[]): Declared => ({ providers: [], sandboxes })

test('apps and users come together by their names, settings one by one, claims by theirs, and the later wins', () => {
  const rule = { when: { scope: 'a' }, claims: {} }
  const before: Parameters<typeof joinSandboxes>[0] = {
    apps: [{ name: 'a', id: '1' }, { name: 'b' }],
    users: [{ username: 'ann' }],
    keys: [{ kid: 'old' }],
    settings: { rotation: 'off', x5c: true, claims: { id_token: { x: 1, y: 1 } }, claims_when: [rule] },
  }
  const later: Parameters<typeof joinSandboxes>[0] = {
    apps: [{ name: 'a', id: '2' }],
    users: [{ username: 'bob' }],
    keys: [{ kid: 'new' }],
    settings: { rotation: 'strict', claims: { id_token: { y: 2 }, userinfo: { z: 3 } }, claims_when: [rule] },
  }
  expect(joinSandboxes(before, later)).toEqual({
    apps: [{ name: 'a', id: '2' }, { name: 'b' }],
    users: [{ username: 'ann' }, { username: 'bob' }],
    keys: [{ kid: 'new' }, { kid: 'old' }],
    settings: { rotation: 'strict', x5c: true, claims: { id_token: { x: 1, y: 2 }, userinfo: { z: 3 } }, claims_when: [rule] },
  })
  expect(joinDeclared(of(named('a', before), named('b')), of(named('a', later), named('c'))).sandboxes.map(({ name }) => name)).toEqual([
    'a',
    'b',
    'c',
  ])
})

/** Declarations over sandboxes that only note what they are told; a step may be made to wait, or to fail. */
function noting({ refuse = '' } = {}) {
  let declared = of()
  const taken: string[][] = []
  const namesOf = ({ sandboxes }: Declared) => sandboxes.map(({ name }) => name)
  const sandboxes = {
    get declared() {
      return declared
    },
    providers: new Map(),
    provider: async () => undefined,
    declare(next: Declared) {
      if (namesOf(next).includes(refuse)) throw new Error('refused')
      declared = next
      taken.push(namesOf(next))
    },
    goBackTo(before: Declared) {
      declared = before
    },
  }
  const ports = { change: async (_: unknown, work: () => unknown) => await work() }
  const protocol = { prepare: () => new Promise<void>((resolve) => setImmediate(resolve)), keep: async () => {} }
  const parts = { sandboxes, ports, protocol, settled: () => undefined }
  return { declarations: new Declarations(parts as never), taken, declared: () => namesOf(declared) }
}

test('what is imported at once is all there, and stays when the configuration changes', async () => {
  const { declarations, taken, declared } = noting()
  await declarations.begin(of(named('file')))
  await Promise.all([declarations.add(of(named('one'))), declarations.add(of(named('two')))])
  expect(taken).toEqual([['file'], ['file', 'one'], ['file', 'one', 'two']])
  await declarations.configure(of(named('other')))
  expect(declared()).toEqual(['other', 'one', 'two'])
})

test('what is refused leaves nothing behind', async () => {
  const { declarations, declared } = noting({ refuse: 'bad' })
  await declarations.begin(of(named('file')))
  await expect(declarations.add(of(named('bad')))).rejects.toThrow('refused')
  expect(declared()).toEqual(['file'])
  await declarations.add(of(named('good')))
  expect(declared()).toEqual(['file', 'good'])
})
