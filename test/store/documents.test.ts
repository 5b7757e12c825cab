import Sqlite from 'better-sqlite3'
import { describe, expect, test, vi } from 'vitest'
import type { App, User } from '../../src/oauth/model/records.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { migrate } from '../../src/store/database/migrate.ts'
import { hideParameters } from '../../src/store/database/planner.ts'
import { documentStore } from '../../src/store/document-store.ts'
import { start } from '../support/server.ts'

interface Post {
  text: string
}

async function world() {
  const server = await start()
  const sandbox = server.sandbox()
  return { ...server, sandbox, posts: sandbox.documents.kind<Post>('post'), ...owners(sandbox) }
}

function owners({ directory }: Sandbox): { app: App; ann: User; bob: User } {
  const [[app], [ann, bob]] = [directory.listApps(), directory.listUsers({ limit: 2 })]
  if (app === undefined || ann === undefined || bob === undefined) throw new Error('the world is empty')
  return { app, ann, bob }
}

describe('documents', () => {
  test('are put, found, replaced and deleted by their key, and each kind is apart', async () => {
    const { sandbox, posts } = await world()
    posts.put('1', { text: 'one' })
    posts.put('1', { text: 'uno' })
    expect(posts.get('1')).toEqual({ text: 'uno' })
    expect(sandbox.documents.kind('comment').get('1')).toBeUndefined()
    expect(posts.delete('1')).toBe(true)
    expect(posts.delete('1')).toBe(false)
    expect(posts.get('1')).toBeUndefined()
  })

  test('of one key stand once for each owner, and go with any of their owners', async () => {
    const { sandbox, posts, app, ann, bob } = await world()
    posts.put('1', { text: 'nobody’s' })
    posts.put('1', { text: 'ann’s' }, { user: ann })
    posts.put('1', { text: 'bob’s in the app' }, { user: bob, app })
    posts.put('1', { text: 'the app’s' }, { app })
    expect([posts.get('1'), posts.get('1', { user: ann }), posts.get('1', { user: bob })].map((one) => one?.text)).toEqual([
      'nobody’s',
      'ann’s',
      undefined,
    ])
    sandbox.directory.deleteUser(ann)
    expect(posts.get('1', { user: ann })).toBeUndefined()
    sandbox.directory.deleteApp(app)
    expect([posts.get('1', { user: bob, app }), posts.get('1', { app }), posts.get('1')?.text]).toEqual([undefined, undefined, 'nobody’s'])
  })

  test('are listed by owner and by name, the highest place first, page by page', async () => {
    const { sandbox, posts, app, ann, bob } = await world()
    for (const [key, place] of [
      ['a', 5],
      ['b', 7],
      ['c', 5],
      ['d', 1],
    ] as const) {
      posts.put(key, { text: key }, { user: ann, list: 'beach', place, ...(key === 'd' && { app }) })
    }
    posts.put('e', { text: 'e' }, { user: bob, list: 'beach', place: 6 })
    sandbox.documents.kind('other').put('x', {}, { user: ann, list: 'beach' })
    const keys = (query: Parameters<typeof posts.list>[0]) => posts.list(query).map(({ key }) => key)
    expect(keys({ user: ann, limit: 9 })).toEqual(['b', 'c', 'a', 'd'])
    expect(keys({ user: ann, app, limit: 9 })).toEqual(['d'])
    expect(keys({ app, limit: 9 })).toEqual(['d'])
    expect(keys({ list: 'beach', limit: 9 })).toEqual(['b', 'e', 'c', 'a', 'd'])
    const [first] = posts.list({ user: ann, limit: 1 })
    expect(first).toMatchObject({ key: 'b', place: 7, body: { text: 'b' } })
    expect(keys({ user: ann, after: first, limit: 2 })).toEqual(['c', 'a'])
  })

  describe('are read once, until somebody changes them', () => {
    /** How many documents were parsed for it. */
    const reads = (work: () => unknown) => {
      const parsed = vi.spyOn(JSON, 'parse')
      work()
      const count = parsed.mock.calls.length
      parsed.mockRestore()
      return count
    }

    test.each<[change: string, change: (world: Awaited<ReturnType<typeof withPost>>) => unknown, then: string | undefined]>([
      ['by another body', ({ posts, ann }) => posts.put('1', { text: 'uno' }, { user: ann }), 'uno'],
      ['by another place', ({ posts, ann }) => posts.put('1', { text: 'uno' }, { user: ann, place: 7 }), 'uno'],
      ['by deleting it', ({ posts, ann }) => posts.delete('1', { user: ann }), undefined],
      ['by deleting whose it is', ({ sandbox, ann }) => sandbox.directory.deleteUser(ann), undefined],
      ['by a reset', ({ server, sandbox }) => server.sandboxes.reset(sandbox), undefined],
      ['and takes it back', (world) => expect(() => undone(world)).toThrow('not so'), 'one'],
      ['and it is another one', ({ posts }) => posts.put('1', { text: 'nobody’s' }), 'one'],
    ])('%s', async (_change, change, then) => {
      const there = await withPost()
      const { posts, ann } = there
      const get = () => posts.get('1', { user: ann })
      expect(reads(get)).toBe(1)
      expect(reads(get)).toBe(0)
      expect(get()).toBe(get())
      change(there)
      expect(get()?.text).toBe(then)
    })

    test('as what is not there is', async () => {
      const { posts } = await world()
      expect(posts.get('1')).toBeUndefined()
      posts.put('1', { text: 'one' })
      expect(posts.get('1')).toEqual({ text: 'one' })
    })

    test('and are frozen through and through', async () => {
      const { sandbox } = await world()
      const all = sandbox.documents.kind<{ list: { text: string }[] }>('nested')
      all.put('1', { list: [{ text: 'one' }] })
      const found = all.get('1')
      expect(() => found?.list.push({ text: 'two' })).toThrow(TypeError)
      expect(() => Object.assign(found?.list[0] ?? {}, { text: 'uno' })).toThrow(TypeError)
      expect(all.get('1')).toEqual({ list: [{ text: 'one' }] })
    })

    test('and so many of them that memory does not end', async () => {
      const { posts } = await world()
      const text = 'x'.repeat(1_000_000)
      for (const key of ['1', '2', '3', '4', '5']) posts.put(key, { text })
      const read = () => ['1', '2', '3', '4', '5'].map((key) => reads(() => posts.get(key)))
      expect(read()).toEqual([1, 1, 1, 1, 1])
      expect(reads(() => posts.get('5'))).toBe(0)
      expect(reads(() => posts.get('1'))).toBe(1)
    })

    async function withPost() {
      const there = await world()
      there.posts.put('1', { text: 'one' }, { user: there.ann })
      return there
    }

    function undone({ sandbox, posts, ann }: Awaited<ReturnType<typeof withPost>>): void {
      sandbox.documents.transaction(() => {
        posts.put('1', { text: 'uno' }, { user: ann })
        expect(posts.get('1', { user: ann })).toEqual({ text: 'uno' })
        throw new Error('not so')
      })
    }
  })

  test('are changed all or none', async () => {
    const { sandbox, posts } = await world()
    const change = () =>
      sandbox.documents.transaction(() => {
        posts.put('1', { text: 'one' })
        throw new Error('not so')
      })
    expect(change).toThrow('not so')
    expect(posts.get('1')).toBeUndefined()
    expect(sandbox.documents.transaction(() => posts.put('1', { text: 'one' }))).toBeUndefined()
    expect(posts.get('1')).toEqual({ text: 'one' })
  })

  test('come along in a snapshot, to another sandbox too, where they belong to its own apps and users', async () => {
    const { server, sandbox, posts, app, ann } = await world()
    posts.put('1', { text: 'one' }, { user: ann, app, place: 3 })
    posts.put('2', { text: 'two' }, { list: 'beach' })
    const snapshot = server.sandboxes.snapshot(sandbox)
    posts.delete('1', { user: ann, app })
    const back = server.sandboxes.restore(sandbox, snapshot)
    expect(back.documents.kind('post').get('1', of(back))).toEqual({ text: 'one' })
    const copy = server.sandboxes.create({ name: 'copy', provider: sandbox.provider })
    const theirs = server.sandboxes.restore(copy, snapshot)
    const { app: theirApp, ann: theirAnn } = owners(theirs)
    expect(theirAnn.row).not.toBe(ann.row)
    expect(theirs.documents.kind('post').get('1', { user: theirAnn, app: theirApp })).toEqual({ text: 'one' })
    expect(theirs.documents.kind('post').list({ list: 'beach', limit: 9 })).toMatchObject([{ key: '2' }])

    function of(one: Sandbox) {
      const found = owners(one)
      return { user: found.ann, app: found.app }
    }
  })

  test('are gone after a reset and with their sandbox, and each sandbox has its own', async () => {
    const { server, sandbox, posts } = await world()
    const other = server.sandboxes.create({ name: 'other', provider: sandbox.provider })
    posts.put('1', { text: 'one' })
    other.documents.kind('post').put('1', { text: 'other' })
    server.sandboxes.reset(sandbox)
    expect([posts.get('1'), other.documents.kind('post').get('1')]).toEqual([undefined, { text: 'other' }])
    server.sandboxes.delete(other)
    expect(other.documents.kind('post').get('1')).toBeUndefined()
  })

  test('are found by an index, whatever is asked', () => {
    const db = new Sqlite(':memory:')
    migrate(db, ':memory:')
    const plans: Record<string, string> = {}
    const texts: string[] = []
    const add = (sql: string) => texts.push(sql)
    documentStore({ named: add, prepare: add, memory: () => undefined } as never)
    for (const sql of texts.filter((one) => one.startsWith('SELECT'))) {
      const names = Object.fromEntries([...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name, null]))
      const plan = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${hideParameters(sql)}`).all(names)
      plans[/WHERE\s+(\w+ = @\w+(?: AND (?:app_row|list) = @\w+)?)/.exec(sql)?.[1] ?? sql] = plan.map(({ detail }) => detail).join('; ')
    }
    db.close()
    expect(Object.values(plans)).toHaveLength(5)
    for (const plan of Object.values(plans)) expect(plan).toMatch(/^SEARCH document USING INDEX document_\w+ \([^)]*\)$/)
  })
})
