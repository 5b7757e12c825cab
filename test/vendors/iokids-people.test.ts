import { describe, expect, test } from 'vitest'
import type { User } from '../../src/oauth/model/records.ts'
import { generatePeople } from '../../src/providers/people/families.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { Database } from '../../src/store/database/database.ts'
import { searchSql, visibleRowsSql } from '../../src/store/people-store.ts'
import { allPages, as, userMayNot } from '../support/iokids-calls.ts'
import { brandon } from '../support/iokids-client.ts'
import { addUser } from '../support/iokids-setup.ts'
import { start } from '../support/server.ts'

const marta = 'organicladybug833'
const lily = 'tinyotter512'
const jonas = 'happypenguin374'

interface Seen {
  id: string
  username: string
  first_name: string
  type: 'parent' | 'kid'
}

async function world() {
  const server = await start()
  const who = (username: string) => as(username, server.url)
  return { server, sandbox: server.sandbox(), who, brandon: await who(brandon.username) }
}

const names = ({ body }: { body: { items: Seen[] } }) => body.items.map((one) => one.username)

describe('GET /v1/me', () => {
  test("of a kid has its parents' ids and no address", async () => {
    const { who } = await world()
    const { body } = await (await who(lily))('GET /v1/me')
    expect(Object.keys(body)).toEqual([
      'id',
      'username',
      'first_name',
      'last_name',
      'type',
      'age',
      'created',
      'image_id',
      'cover_image_id',
      'parent_ids',
    ])
    expect(body).toMatchObject({ type: 'kid', age: 8, parent_ids: ['usr_beautifulmeercat'] })
  })

  test('of a user without a type is a parent, without an age or address null', async () => {
    const { sandbox, who } = await world()
    addUser(sandbox, { username: 'ann', type: null, age: null })
    expect((await (await who('ann'))('GET /v1/me')).body).toMatchObject({ type: 'parent', age: null, email: null })
    expect(await (await who('ann'))('GET /v1/me/kids')).toMatchObject({ status: 200 })
  })
})

describe('GET /v1/me/kids', () => {
  test('is for parents: a kid is told 4031', async () => {
    const { who } = await world()
    expect(await (await who(lily))('GET /v1/me/kids')).toMatchObject(userMayNot)
  })

  test("has the parent's own kids alone, paged to the end", async () => {
    const { sandbox, brandon } = await world()
    for (const i of [1, 2, 3, 4]) {
      addUser(sandbox, { username: `kid${i}`, type: 'kid', parents: [i === 4 ? marta : 'beautifulmeercat246'] })
    }
    const { items, pages } = await allPages(brandon, 'GET /v1/me/kids?limit=2')
    expect(items.map((one) => (one as Seen).username)).toEqual([lily, 'kid1', 'kid2', 'kid3'])
    expect(pages).toBe(2)
  })
})

describe('GET /v1/me/friends', () => {
  test('is mutual', async () => {
    const { who } = await world()
    expect(names(await (await who(marta))('GET /v1/me/friends'))).toEqual([brandon.username])
    expect(names(await (await who(lily))('GET /v1/me/friends'))).toEqual([])
  })

  test('is paged to the end, without a gap and without one twice', async () => {
    const { sandbox, brandon } = await world()
    const more = Array.from({ length: 23 }, (_, i) => `friend${i}`)
    for (const username of more) addUser(sandbox, { username, friends: ['beautifulmeercat246'] })
    expect((await brandon('GET /v1/me/friends')).body.items).toHaveLength(20)
    const { items, pages } = await allPages(brandon, 'GET /v1/me/friends?limit=5')
    expect(items.map((one) => (one as Seen).username)).toEqual([marta, 'redbutterfly267', ...more])
    expect(pages).toBe(5)
  })

  test('shows no kid to an adult beyond the family, and no such adult to the kid', async () => {
    const { sandbox, who, brandon } = await world()
    addUser(sandbox, { username: 'littlefox100', type: 'kid', parents: [marta], friends: ['beautifulmeercat246', jonas, marta] })
    expect(names(await brandon('GET /v1/me/friends'))).not.toContain('littlefox100')
    expect(names(await (await who('littlefox100'))('GET /v1/me/friends'))).toEqual([marta, jonas])
    expect(names(await (await who(marta))('GET /v1/me/friends'))).toEqual(['beautifulmeercat246', 'littlefox100'])
  })
})

describe('GET /v1/search', () => {
  test('finds by the beginning of a username or first name, in any letter case, ordered by username', async () => {
    const { sandbox, brandon } = await world()
    addUser(sandbox, { username: 'zebra100', first_name: 'Marten' })
    addUser(sandbox, { username: 'marmot200', first_name: 'zoe' })
    addUser(sandbox, { username: 'smart300', first_name: 'amara' })
    for (const q of ['mar', 'MAR', '@Mar', '%20mar']) {
      expect(names(await brandon(`GET /v1/search?q=${q}`))).toEqual(['marmot200', marta, 'zebra100'])
    }
    expect(names(await brandon('GET /v1/search?q=ramos'))).toEqual([])
  })

  test('takes % and _ for themselves', async () => {
    const { sandbox, brandon } = await world()
    addUser(sandbox, { username: 'ab_100', first_name: 'x' })
    addUser(sandbox, { username: 'abc100', first_name: 'x' })
    expect(names(await brandon('GET /v1/search?q=ab_'))).toEqual(['ab_100'])
    expect(names(await brandon('GET /v1/search?q=%25%25'))).toEqual([])
  })

  test("shows a kid kids and its own parents, an adult everybody but others' kids", async () => {
    const { sandbox, who, brandon } = await world()
    const draft = { first_name: 'sam' }
    addUser(sandbox, { ...draft, username: 'adult1' })
    addUser(sandbox, { ...draft, username: 'adult2', type: null })
    addUser(sandbox, { ...draft, username: 'kid1', type: 'kid', parents: ['adult1', 'beautifulmeercat246'] })
    addUser(sandbox, { ...draft, username: 'kid2', type: 'kid', parents: ['adult2'] })
    expect(names(await brandon('GET /v1/search?q=sam'))).toEqual(['adult1', 'adult2', 'kid1'])
    expect(names(await (await who('kid1'))('GET /v1/search?q=sam'))).toEqual(['adult1', 'kid1', 'kid2'])
    expect(names(await (await who(lily))('GET /v1/search?q=sam'))).toEqual(['kid1', 'kid2'])
    expect(names(await brandon('GET /v1/search?q=sam&type=kid'))).toEqual(['kid1'])
    expect(names(await brandon('GET /v1/search?q=sam&type=parent'))).toEqual(['adult1', 'adult2'])
    expect(names(await (await who('kid1'))('GET /v1/search?q=sam&type=parent'))).toEqual(['adult1'])
  })

  test('knows the users of its own sandbox alone', async () => {
    const { server, sandbox, brandon } = await world()
    const other = server.server.sandboxes.create({ name: 't42', provider: sandbox.provider })
    addUser(other, { username: 'organicbear111' })
    expect(names(await brandon('GET /v1/search?q=organic'))).toEqual([marta])
    expect(names(await brandon('GET /v1/search/random?count=20'))).not.toContain('organicbear111')
  })

  test('finds each of 5,000 once, over all pages', async () => {
    const { sandbox, brandon } = await world()
    const people = await addPeople(sandbox, 5000)
    const expected = [...people, ...sandbox.directory.listUsers({ limit: 10 })]
      .filter((user) => user.type === 'parent' && (user.username.startsWith('ma') || user.first_name.startsWith('ma')))
      .map((user) => user.username)
    const { items, pages } = await allPages(brandon, 'GET /v1/search?q=ma&limit=10&type=parent')
    expect(items.map((one) => (one as Seen).username)).toEqual([...new Set(expected)].sort())
    expect(pages).toBeGreaterThan(10)
  })

  test('looks users up by indexes: no statement reads all users', () => {
    const db = new Database(':memory:')
    const plan = (sql: string) => db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql.replaceAll(/@\w+/g, "'x'")}`)
    const search = plan(searchSql)
      .all()
      .map((step) => step.detail)
    expect(search.filter((step) => step.startsWith('SCAN'))).toEqual([])
    expect(search).toContainEqual(
      expect.stringMatching(/^SEARCH user USING COVERING INDEX \S+ \(sandbox_id=\? AND username>\? AND username<\?\)$/),
    )
    expect(search).toContainEqual(
      expect.stringContaining('COVERING INDEX user_first_name (sandbox_id=? AND first_name>? AND first_name<?)'),
    )
    expect(search).toContainEqual('SEARCH user USING INTEGER PRIMARY KEY (rowid=?)')
    const visible = plan(visibleRowsSql)
      .all()
      .map((step) => step.detail)
    expect(visible).toContainEqual('SEARCH user USING COVERING INDEX user_type (sandbox_id=?)')
    db.close()
  })
})

describe('GET /v1/search/random', () => {
  test('answers as many as asked for, each once, without the caller', async () => {
    const { sandbox, brandon } = await world()
    await addPeople(sandbox, 40)
    const found = names(await brandon('GET /v1/search/random?count=20'))
    expect(new Set(found).size).toBe(20)
    expect(names(await brandon('GET /v1/search/random'))).toHaveLength(10)
    expect(names(await brandon('GET /v1/search/random?count=1'))).toHaveLength(1)
  })

  test('leaves the caller out, and whom he may not see', async () => {
    const { who, brandon } = await world()
    const all = 'GET /v1/search/random?count=20'
    expect(names(await brandon(all)).sort()).toEqual([marta, 'redbutterfly267', lily])
    expect(names(await (await who(lily))(all)).sort()).toEqual(['beautifulmeercat246', jonas, 'silverkoala189'])
    expect(names(await brandon(`${all}&type=kid`))).toEqual([lily])
    expect(names(await (await who(lily))(`${all}&type=parent`))).toEqual(['beautifulmeercat246'])
  })

  test('answers the same for the same seed, and something else for another or for none', async () => {
    const { sandbox, brandon } = await world()
    await addPeople(sandbox, 200)
    const pick = async (query: string) => names(await brandon(`GET /v1/search/random?count=20${query}`)).join()
    const seeded = await pick('&seed=fluffy')
    expect(await pick('&seed=fluffy')).toBe(seeded)
    expect(new Set([seeded, await pick('&seed=other'), await pick(''), await pick('')]).size).toBe(4)
  })

  test('comes to everybody in time', async () => {
    const { brandon } = await world()
    const seen = new Set<string>()
    for (let seed = 0; seed < 50; seed++)
      for (const name of names(await brandon(`GET /v1/search/random?count=1&seed=${seed}`))) seen.add(name)
    expect([...seen].sort()).toEqual([marta, 'redbutterfly267', lily])
  })
})

async function addPeople(sandbox: Sandbox, count: number): Promise<User[]> {
  const people = await generatePeople({ count, seed: 1, now: sandbox.clock.now(), taken: () => false })
  return sandbox.directory.createUsers(
    people.map((person) => ({
      ...person,
      user_id: sandbox.provider.ids.user_id(),
      claims: {},
      disabled: false,
      created_at: sandbox.clock.now(),
      apps: [],
    })),
  )
}
