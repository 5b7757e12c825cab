import { describe, expect, test } from 'vitest'

import { iokids, type Json, sameNames, start } from '../support/control-api.ts'

describe('users', () => {
  test('are created from nothing: a name of the vendor’s kind, the company’s name as password, all apps', async () => {
    const { call } = await start()
    const { status, body } = await call('POST', `${iokids}/users`)
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^usr_/),
        username: expect.stringMatching(/^[a-z]+\d{3}$/),
        name: '',
        first_name: '',
        last_name: '',
        email: null,
        type: 'parent',
        age: null,
        password: 'Find Fluffy, LLC',
        apps: ['app_findfluffy000000'],
        friends: [],
        parents: [],
        claims: {},
        disabled: false,
        created_at: expect.any(String),
      },
    ])
  })

  test('are created with all that was said of them', async () => {
    const { call } = await start()
    await call('POST', `${iokids}/apps`, { name: 'Second' })
    const wanted = { username: 'ann', password: 'pw', email: 'ann@x', type: 'kid', age: 7, claims: { locale: 'de', deep: { a: [1] } } }
    const { body } = await call('POST', `${iokids}/users`, {
      ...wanted,
      name: ' Ann  van Dyk ',
      apps: ['FindFluffy', 'app_findfluffy000000'],
    })
    const shown = { ...wanted, name: 'Ann van Dyk', first_name: 'Ann', last_name: 'van Dyk', apps: ['app_findfluffy000000'] }
    expect(body).toMatchObject(shown)
    expect((await call('GET', `${iokids}/users/ANN`)).body).toMatchObject(shown)
  })

  test('are shown with friends and parents', async () => {
    const { call } = await start()
    expect((await call('GET', `${iokids}/users/beautifulmeercat246`)).body).toMatchObject({
      name: 'brandon ramos',
      friends: ['organicladybug833', 'redbutterfly267'],
      created_at: '2018-01-02T14:34:00.000Z',
    })
    expect((await call('GET', `${iokids}/users/tinyotter512`)).body).toMatchObject({ type: 'kid', parents: ['beautifulmeercat246'] })
  })

  test('are listed page by page until the cursor is null', async () => {
    const { call } = await start()
    const seen: unknown[] = []
    const sizes: number[] = []
    let cursor: unknown = ''
    while (cursor !== null) {
      const { body } = await call('GET', `${iokids}/users?limit=3${cursor === '' ? '' : `&after=${cursor}`}`)
      const items = body.items as Json[]
      sizes.push(items.length)
      seen.push(...items.map((user) => user.username))
      cursor = body.next_cursor
    }
    expect([sizes, new Set(seen).size]).toEqual([[3, 3], 6])
  })

  test('are searched by the start of a username or name', async () => {
    const { call } = await start()
    const found = async (search: string) =>
      ((await call('GET', `${iokids}/users?search=${search}`)).body.items as Json[]).map((u) => u.username)
    expect(await found('ramos')).toEqual(['beautifulmeercat246', 'tinyotter512'])
    expect(await found('tiny')).toEqual(['tinyotter512'])
    expect(await found('%25')).toEqual([])
  })

  test('are generated, families with their ties, as an array', async () => {
    const { call, sandbox } = await start()
    const { status, text } = await call('POST', `${iokids}/users/generate`, { count: 3, type: 'family', seed: 7 })
    const made: Json[] = JSON.parse(text)
    expect([status, made.map((user) => user.type)]).toEqual([201, Array(3).fill(['parent', 'parent', 'kid', 'kid']).flat()])
    expect(made[2]?.parents).toEqual([made[0]?.username, made[1]?.username])
    expect(made[0]).toMatchObject({ password: 'Find Fluffy, LLC', apps: ['app_findfluffy000000'] })
    for (const user of made) {
      const stored = (await call('GET', `${iokids}/users/${user.username}`)).body
      expect(stored).toEqual({ ...user, friends: expect.toSatisfy((friends) => sameNames(friends, user.friends)) })
    }
    expect(sandbox.directory.countUsers()).toBe(6 + 12)
  })

  test('are the same for a seed, but for usernames that are taken', async () => {
    const { call } = await start()
    await call('POST', '/sandboxes', { name: 'other', provider: 'iokids' })
    const make = async (sandbox: string): Promise<Json[]> =>
      JSON.parse((await call('POST', `/sandboxes/${sandbox}/users/generate`, { count: 20, seed: 1 })).text)
    const [first, again, elsewhere] = [await make('iokids'), await make('iokids'), await make('other')]
    const of = (users: Json[], member: string) => users.map((user) => user[member])
    expect(of(elsewhere, 'username')).toEqual(of(first, 'username'))
    expect(of(again, 'name')).toEqual(of(first, 'name'))
    expect(of(first, 'username').some((name) => of(again, 'username').includes(name))).toBe(false)
  })
})
