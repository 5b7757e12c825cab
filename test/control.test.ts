import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { InjectOptions } from 'fastify'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Asking, decideAccess } from '../src/control/access.ts'
import { createControlApp } from '../src/control/app.ts'
import type { ControlDeps } from '../src/control/deps.ts'
import { mask, maskUrl } from '../src/control/masking.ts'
import { systemClock } from '../src/oauth/clock.ts'
import { iokids as vendor } from '../src/providers/iokids/iokids.ts'
import type { Provider } from '../src/providers/provider.ts'
import { parseDuration } from '../src/sandbox/duration.ts'
import type { JournalEntry } from '../src/sandbox/journal.ts'
import { Sandboxes } from '../src/sandbox/sandboxes.ts'
import { Database } from '../src/store/database.ts'
import { sandboxTable } from '../src/store/sandbox-table.ts'

type Json = Record<string, unknown>

/** A vendor without scopes, kinds of users and settings of its own, whose sandboxes start empty. */
const plain: Provider = {
  ...vendor,
  id: 'plain',
  name: 'Plain',
  settings: {},
  scopes: [],
  world: { company: 'Plain Ltd', apps: [], users: [] },
}
const providers = new Map([vendor, plain].map((one) => [one.id, one]))

/** A world of its own: the API over a database in memory, with the sandboxes `iokids` and `plain`. */
async function start(given: Partial<ControlDeps> = {}) {
  const db = new Database(':memory:')
  const sandboxes = new Sandboxes(sandboxTable(db), providers, systemClock, 'iokids')
  await sandboxes.load()
  const errors: unknown[] = []
  const app = await createControlApp({
    sandboxes,
    providers,
    clock: systemClock,
    version: '1.2.3',
    adminToken: undefined,
    settled: () => db.settled(),
    checkDatabase: () => db.check(),
    originOf: (request) => ({ scheme: 'http', host: request.headers.host ?? 'localhost' }),
    onError: (error) => errors.push(error),
    ...given,
  })
  onTestFinished(async () => {
    await app.close()
    db.close()
  })
  const call = async (method: NonNullable<InjectOptions['method']>, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await app.inject({
      method,
      url: `/_grantbox${path}`,
      headers: { host: 'localhost:9400', ...headers },
      ...(body !== undefined && { payload: body as Json }),
    })
    return { status: response.statusCode, headers: response.headers, text: response.body, body: parsed(response.body) }
  }
  const sandbox = sandboxes.default
  if (sandbox === undefined) throw new Error('no default sandbox')
  return { app, db, sandboxes, sandbox, errors, call }
}

function parsed(body: string): Json {
  return body === '' ? {} : JSON.parse(body)
}

function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((inside, key) => (inside as Record<string | number, unknown>)[key], value)
}

function sameNames(some: unknown, others: unknown): boolean {
  return JSON.stringify([...(some as string[])].sort()) === JSON.stringify([...(others as string[])].sort())
}

const iokids = '/sandboxes/iokids'

describe('the server', () => {
  test('says that it is well, and its version', async () => {
    const { call } = await start()
    expect(await call('GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok', version: '1.2.3' } })
  })

  test('says 503 when the database does not answer', async () => {
    const broken = new Error('disk gone')
    const { call, errors } = await start({
      checkDatabase: () => {
        throw broken
      },
    })
    expect(await call('GET', '/health')).toMatchObject({ status: 503, body: { status: 'failing', version: '1.2.3' } })
    expect(errors).toEqual([broken])
  })

  test('lists the providers with what each supports', async () => {
    const { call } = await start()
    const { body } = await call('GET', '/providers')
    expect(at(body, 'items', 0)).toMatchObject({
      name: 'iokids',
      title: 'iOKids',
      grant_types: expect.arrayContaining(['authorization_code', 'refresh_token']),
      scopes: expect.arrayContaining([{ name: 'profile', description: expect.any(String) }]),
      paths: { authorize: '/oauth/signin', token: '/oauth/token' },
      api: expect.arrayContaining([{ method: 'GET', path: '/v1/me' }]),
      settings: { access_token_ttl: 300 },
    })
  })

  test('is reached through routing, with the URL untouched, and keeps no answer back', async () => {
    const { app } = await start()
    const server = createServer((request, response) => app.routing(request, response))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => {
      server.close()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/_grantbox${iokids}/users`
    const created = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"username":"ann"}' })
    expect([created.status, at(await created.json(), 'username')]).toEqual([201, 'ann'])
  })

  test('answers a trailing slash like none', async () => {
    const { call } = await start()
    expect((await call('GET', `${iokids}/`)).body.name).toBe('iokids')
  })
})

describe('an answer', () => {
  test('goes out when what it tells of is durable, and not before', async () => {
    const steps: string[] = []
    const durable = Promise.withResolvers<void>()
    const { call } = await start({
      settled: () => {
        steps.push('asked')
        return durable.promise
      },
    })
    const answer = call('POST', '/sandboxes', { provider: 'iokids' }).then(() => steps.push('answered'))
    await vi.waitFor(() => expect(steps).toContain('asked'))
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    steps.push('durable')
    durable.resolve()
    await answer
    expect(steps).toEqual(['asked', 'durable', 'answered'])
  })

  test('is a 500 without a stack trace when the disk refuses', async () => {
    const refused = new Error('SQLITE_FULL at /secret/path')
    const { call, errors } = await start({ settled: () => Promise.reject(refused) })
    const { status, headers, text, body } = await call('GET', '/sandboxes')
    expect({ status, type: headers['content-type'] }).toEqual({ status: 500, type: expect.stringContaining('application/problem+json') })
    expect(body).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500, detail: expect.stringContaining('log') })
    expect(text).not.toContain('SQLITE')
    expect(errors).toEqual([refused])
  })
})

describe('a sandbox', () => {
  test('is listed with its addresses as the caller reaches it, the default one without its name', async () => {
    const { call } = await start()
    const { body } = await call('GET', '/sandboxes')
    expect(body.items).toEqual([
      {
        name: 'iokids',
        provider: 'iokids',
        company: 'Find Fluffy, LLC',
        base_url: 'http://localhost:9400',
        issuer: 'http://localhost:9400',
        authorization_endpoint: 'http://localhost:9400/oauth/signin',
        token_endpoint: 'http://localhost:9400/oauth/token',
        default: true,
        hosts: [],
        settings: expect.objectContaining({ access_token_ttl: 300, rotation: 'lenient', code_ttl: 60, show_secrets: false }),
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
      expect.objectContaining({ name: 'plain', base_url: 'http://localhost:9400/plain', default: false }),
    ])
  })

  test('is created with all that was said of it', async () => {
    const { call, sandboxes } = await start()
    const { status, body } = await call('POST', '/sandboxes', {
      name: 't42',
      provider: 'iokids',
      company: 'Ours',
      hosts: ['T42.localhost'],
      settings: { access_token_ttl: '5s', permission_status: 403, public_url: 'https://box.test/t42/' },
      seed: false,
    })
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({
        name: 't42',
        company: 'Ours',
        base_url: 'https://box.test/t42',
        issuer: 'http://localhost:9400/t42',
        default: false,
        hosts: ['t42.localhost'],
        settings: expect.objectContaining({ access_token_ttl: 5, permission_status: 403 }),
      }),
    ])
    expect(await sandboxes.find('t42')?.directory.countUsers()).toBe(0)
    expect(sandboxes.findByHost('t42.localhost')?.name).toBe('t42')
  })

  test('gets a name when none is said, and the preloaded world', async () => {
    const { call } = await start()
    const { body } = await call('POST', '/sandboxes', { provider: 'iokids' })
    expect(body.name).toMatch(/^iokids-[a-z0-9]{8}$/)
    expect(at((await call('GET', `/sandboxes/${body.name}/apps`)).body, 'items', 0, 'name')).toBe('FindFluffy')
  })

  test('is at the root of its own host', async () => {
    const { call } = await start()
    await call('POST', '/sandboxes', { name: 't42', provider: 'iokids', hosts: ['t42.localhost'] })
    const there = await call('GET', '/sandboxes/t42', undefined, { host: 't42.localhost:9400' })
    expect(there.body.base_url).toBe('http://t42.localhost:9400')
    expect((await call('GET', '/sandboxes/t42')).body.base_url).toBe('http://localhost:9400/t42')
  })

  test('has the addresses that the start fixes, unless its settings say others', async () => {
    const { call } = await start({ addresses: { publicUrl: 'https://box.test', issuer: 'https://iss.test' } })
    await call('POST', '/sandboxes', { name: 't42', provider: 'iokids' })
    expect((await call('GET', '/sandboxes/t42')).body).toMatchObject({ base_url: 'https://box.test/t42', issuer: 'https://iss.test/t42' })
    const { body } = await call('PATCH', '/sandboxes/t42', { settings: { issuer: 'https://mine.test', public_url: 'https://pub.test' } })
    expect(body).toMatchObject({ base_url: 'https://pub.test', issuer: 'https://mine.test' })
  })

  test('merges changed settings, and null takes one back', async () => {
    const { call, db, sandboxes } = await start()
    await call('PATCH', iokids, { settings: { rotation: 'strict', access_token_ttl: 10 } })
    const { body } = await call('PATCH', iokids, { company: 'Renamed', hosts: ['a.test'], settings: { rotation: null, code_ttl: '2m' } })
    expect(body).toMatchObject({
      company: 'Renamed',
      hosts: ['a.test'],
      settings: { rotation: 'lenient', access_token_ttl: 10, code_ttl: 120 },
    })
    expect(sandboxes.default?.settings).toMatchObject({ rotation: 'lenient', access_token_ttl: 10 })
    const reopened = new Sandboxes(sandboxTable(db), providers, systemClock, 'iokids')
    await reopened.load()
    expect(reopened.default).toMatchObject({ company: 'Renamed', hosts: ['a.test'], settings: { access_token_ttl: 10, code_ttl: 120 } })
  })

  test('frees a host that it no longer lists', async () => {
    const { call, sandboxes } = await start()
    await call('PATCH', iokids, { hosts: ['a.test'] })
    await call('PATCH', iokids, { hosts: ['b.test'] })
    expect([sandboxes.findByHost('a.test'), sandboxes.findByHost('b.test')?.name]).toEqual([undefined, 'iokids'])
  })

  test('gets a new signing secret in place of one that is taken back, never none', async () => {
    const { call } = await start()
    const before = at((await call('GET', iokids)).body, 'settings', 'signing_secret')
    const after = at((await call('PATCH', iokids, { settings: { signing_secret: null } })).body, 'settings', 'signing_secret')
    expect(after).toMatch(/^[\w-]{43}$/)
    expect(after).not.toBe(before)
  })

  test('is deleted with its name and hosts, but not the default one', async () => {
    const { call, sandboxes } = await start()
    await call('POST', '/sandboxes', { name: 't42', provider: 'iokids', hosts: ['t42.localhost'] })
    expect((await call('DELETE', '/sandboxes/t42')).status).toBe(204)
    expect([sandboxes.find('t42'), sandboxes.findByHost('t42.localhost')]).toEqual([undefined, undefined])
    expect((await call('POST', '/sandboxes', { name: 't42', provider: 'iokids', hosts: ['t42.localhost'] })).status).toBe(201)
    expect((await call('DELETE', iokids)).status).toBe(409)
  })
})

describe('an app', () => {
  test('is created with the credentials of a client that may do all that the provider serves', async () => {
    const { call, sandbox } = await start()
    const { status, body } = await call('POST', `${iokids}/apps`, { name: 'Mine', redirect_uris: ['https://a.test/cb', 'myapp:/cb'] })
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^app_/),
        name: 'Mine',
        description: '',
        scopes: sandbox.provider.scopes.map((scope) => scope.name),
        redirect_uris: ['https://a.test/cb', 'myapp:/cb'],
        clients: [
          {
            client_id: expect.stringMatching(/^iok-cid-/),
            client_secret: expect.stringMatching(/^iok-cse-/),
            token_endpoint_auth_method: 'client_secret_post',
            grant_types: sandbox.provider.grant_types,
            created_at: expect.any(String),
          },
        ],
        created_at: expect.any(String),
      },
    ])
    const stored = await sandbox.store.findClient(String(at(body, 'clients', 0, 'client_id')))
    expect(stored?.client_secret).toBe(at(body, 'clients', 0, 'client_secret'))
  })

  test('has no secret when its client is public', async () => {
    const { call } = await start()
    const { body } = await call('POST', `${iokids}/apps`, {
      name: 'Public',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      scopes: ['profile'],
    })
    expect(body).toMatchObject({ scopes: ['profile'], clients: [{ client_secret: null, grant_types: ['authorization_code'] }] })
  })

  test('is found by its id and by its exact name', async () => {
    const { call } = await start()
    for (const name of ['app_findfluffy000000', 'FindFluffy']) {
      expect((await call('GET', `${iokids}/apps/${name}`)).body).toMatchObject({
        id: 'app_findfluffy000000',
        clients: [{ client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy' }],
      })
    }
    expect((await call('GET', `${iokids}/apps/findfluffy`)).status).toBe(404)
  })

  test('changes only what is named', async () => {
    const { call, sandbox } = await start()
    const before = (await call('GET', `${iokids}/apps/FindFluffy`)).body
    const { body } = await call('PATCH', `${iokids}/apps/FindFluffy`, {
      name: 'Found',
      redirect_uris: ['https://b.test/', 'https://b.test/'],
    })
    expect(body).toEqual({ ...before, name: 'Found', redirect_uris: ['https://b.test/'] })
    expect(await sandbox.directory.findApp('app_findfluffy000000')).toMatchObject({ name: 'Found', redirect_uris: ['https://b.test/'] })
    expect((await call('PATCH', `${iokids}/apps/Found`, { name: 'Found', description: 'x', scopes: [] })).body).toMatchObject({
      description: 'x',
      scopes: [],
    })
  })
})

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
    expect(await sandbox.directory.countUsers()).toBe(6 + 12)
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

describe('a vendor without kinds of users and scopes', () => {
  test('has users without a type, unless one is said', async () => {
    const { call } = await start()
    const type = async (path: string, body: Json) => {
      const made: Json | Json[] = JSON.parse((await call('POST', `/sandboxes/plain/users${path}`, body)).text)
      return [made].flat()[0]?.type
    }
    expect([await type('', {}), await type('', { type: 'staff' })]).toEqual([null, 'staff'])
    expect([await type('/generate', { count: 1 }), await type('/generate', { count: 1, type: 'kid' })]).toEqual([null, 'kid'])
  })

  test('takes any scope, and a client that authenticates by header (RFC 6749 §2.3.1)', async () => {
    const { call } = await start()
    const { body } = await call('POST', '/sandboxes/plain/apps', { name: 'A', scopes: ['anything'] })
    expect(body).toMatchObject({ scopes: ['anything'], clients: [{ token_endpoint_auth_method: 'client_secret_basic' }] })
  })

  test('has an environment for Postman even before it has a client', async () => {
    const { call } = await start()
    const { status, body } = await call('GET', '/sandboxes/plain/postman/environment.json')
    expect([status, at(body, 'values', 1)]).toEqual([200, expect.objectContaining({ key: 'clientId', value: '' })])
  })
})

describe('the clock', () => {
  const fixed = { now: () => Date.UTC(2030, 0, 1) }

  async function startFixed() {
    const db = new Database(':memory:')
    const sandboxes = new Sandboxes(sandboxTable(db), providers, fixed, 'iokids')
    await sandboxes.load()
    return { ...(await start({ sandboxes, clock: fixed })), db, sandboxes }
  }

  test('moves forth and back by durations', async () => {
    const { call, db } = await startFixed()
    const steps: [unknown, string, number][] = [
      ['6m', '2030-01-01T00:06:00.000Z', 360_000],
      ['-90s', '2030-01-01T00:04:30.000Z', 270_000],
      ['250ms', '2030-01-01T00:04:30.250Z', 270_250],
      [0.75, '2030-01-01T00:04:31.000Z', 271_000],
    ]
    for (const [by, now, offset_ms] of steps) {
      expect((await call('POST', `${iokids}/clock/advance`, { by })).body).toEqual({ now, offset_ms, frozen: false })
    }
    expect((await call('GET', `${iokids}/clock`)).body.offset_ms).toBe(271_000)
    const reopened = new Sandboxes(sandboxTable(db), providers, fixed, 'iokids')
    await reopened.load()
    expect(reopened.default?.clock.state.offset).toBe(271_000)
  })

  test('is set, stopped and let go on, and stays so after a restart', async () => {
    const { call, db } = await startFixed()
    const patch = async (body: Json) => (await call('PATCH', `${iokids}/clock`, body)).body
    const then = { now: '2031-05-01T10:00:00.000Z', offset_ms: Date.UTC(2031, 4, 1, 10) - Date.UTC(2030, 0, 1) }
    expect(await patch({ now: '2031-05-01T12:00:00+02:00' })).toEqual({ ...then, frozen: false })
    expect(await patch({ frozen: true })).toEqual({ ...then, frozen: true })
    const reopened = new Sandboxes(sandboxTable(db), providers, { now: () => fixed.now() + 5000 }, 'iokids')
    await reopened.load()
    expect(reopened.default?.clock.now()).toBe(Date.parse(then.now))
    const { body } = await call('POST', `${iokids}/clock/advance`, { by: '1h' })
    expect(body).toMatchObject({ now: '2031-05-01T11:00:00.000Z', frozen: true })
    expect(await patch({ now: '2031-05-01T11:00:00Z' })).toMatchObject({ frozen: true })
    expect(await patch({ frozen: false })).toMatchObject({ now: '2031-05-01T11:00:00.000Z', frozen: false })
    expect(await patch({ offset_ms: 0 })).toEqual({ now: '2030-01-01T00:00:00.000Z', offset_ms: 0, frozen: false })
  })

  test.each([
    ['5m', 300_000],
    ['90s', 90_000],
    ['250ms', 250],
    ['1h', 3_600_000],
    ['1.5h', 5_400_000],
    ['-90s', -90_000],
    ['2d', 172_800_000],
    [7, 7000],
    ['7', 7000],
    ['5 m', undefined],
    ['m', undefined],
    ['', undefined],
    ['1e9', undefined],
    ['99999999999h', undefined],
    [Number.NaN, undefined],
  ])('reads the duration %j as %j milliseconds', (given, milliseconds) => {
    expect(parseDuration(given)).toBe(milliseconds)
  })
})

describe('the journal', () => {
  const secret = 'iok-cse-findfluffy'
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbklkIjoiMSJ9.c2lnbmF0dXJl'
  const entry = (given: Partial<JournalEntry> = {}): Omit<JournalEntry, 'id'> => ({
    time: Date.UTC(2030, 0, 1),
    duration_ms: 1.23456,
    endpoint: 'token',
    method: 'POST',
    url: '/iokids/oauth/token',
    request_headers: { host: 'localhost', 'content-type': 'application/x-www-form-urlencoded', authorization: `Bearer ${token}` },
    request_body: `grant_type=refresh_token&refresh_token=${token}&client_id=iok-cid-findfluffy&client_secret=${secret}&x=1&x=2`,
    status: 200,
    response_headers: { 'content-type': 'application/json; charset=utf-8' },
    response_body: JSON.stringify({ access_token: token, expires_in: 300, token_type: 'Bearer' }),
    client_id: 'iok-cid-findfluffy',
    grant_type: 'refresh_token',
    grant_id: 3,
    ...given,
  })

  test('shows what came and went, decoded and without its secrets', async () => {
    const { call, sandbox } = await start()
    sandbox.journal.add(entry())
    const { body, text } = await call('GET', `${iokids}/requests`)
    expect(body.items).toEqual([
      {
        id: expect.any(Number),
        time: '2030-01-01T00:00:00.000Z',
        duration_ms: 1.235,
        endpoint: 'token',
        method: 'POST',
        url: '/iokids/oauth/token',
        status: 200,
        error: null,
        explanation: null,
        client_id: 'iok-cid-findfluffy',
        username: null,
        grant_type: 'refresh_token',
        grant_id: 3,
        request_headers: { host: 'localhost', 'content-type': 'application/x-www-form-urlencoded', authorization: 'Bearer eyJhbG…' },
        request_body: {
          grant_type: 'refresh_token',
          refresh_token: 'eyJhbG…',
          client_id: 'iok-cid-findfluffy',
          client_secret: '…',
          x: ['1', '2'],
        },
        response_headers: { 'content-type': 'application/json; charset=utf-8' },
        response_body: { access_token: 'eyJhbG…', expires_in: 300, token_type: 'Bearer' },
      },
    ])
    expect(text).not.toContain(secret)
  })

  test('shows all as it came when the sandbox says show_secrets', async () => {
    const { call, sandbox } = await start()
    sandbox.journal.add(entry({ response_headers: { 'content-type': 'text/html' }, response_body: '<b>' }))
    await call('PATCH', iokids, { settings: { show_secrets: true } })
    expect(at((await call('GET', `${iokids}/requests`)).body, 'items', 0)).toMatchObject({
      request_headers: { authorization: `Bearer ${token}` },
      request_body: { client_secret: secret, refresh_token: token },
      response_body: '<b>',
    })
  })

  test('shows the explanation and error of a refusal', async () => {
    const { call, sandbox } = await start()
    sandbox.journal.add(entry({ status: 400, error: 'invalid_grant', explanation: 'the code was used before' }))
    expect(at((await call('GET', `${iokids}/requests`)).body, 'items', 0)).toMatchObject({
      status: 400,
      error: 'invalid_grant',
      explanation: 'the code was used before',
    })
  })

  test('shows no body that it cannot decode, nor the code in a redirect', async () => {
    const { call, sandbox } = await start()
    sandbox.journal.add(
      entry({
        endpoint: 'authorize',
        url: '/oauth/signin?client_id=a&state=xyz&id_token_hint=eyJhbGciOiJIUzI1NiJ9.x.y',
        request_headers: { cookie: 'session=abc', 'content-type': 'application/json' },
        request_body: '{"client_secret":"iok-cse-findfluffy",}',
        status: 302,
        response_headers: { location: 'https://a.test/cb?code=1a.SplxlOBeZQQYbYS6WxSbIA&state=xyz', 'content-type': 'text/html' },
        response_body: '<input name="code" value="1a.SplxlOBeZQQYbYS6WxSbIA">',
      }),
    )
    const { body, text } = await call('GET', `${iokids}/requests`)
    expect(text).not.toMatch(/OBeZQQ|iok-cse|session=abc|x\.y/)
    expect(at(body, 'items', 0)).toMatchObject({
      url: '/oauth/signin?client_id=a&state=xyz&id_token_hint=eyJhbG…',
      request_headers: { cookie: '…' },
      request_body: '… (39 characters of application/json)',
      response_headers: { location: 'https://a.test/cb?code=1a.Spl…&state=xyz' },
      response_body: expect.stringMatching(/^… \(\d+ characters of text\/html\)$/),
    })
  })

  test('is asked by endpoint, client, grant type and place', async () => {
    const { call, sandbox } = await start()
    sandbox.journal.add(entry())
    sandbox.journal.add(entry({ endpoint: 'api' }))
    sandbox.journal.add(entry({ client_id: 'other', grant_type: 'password' }))
    const all = (await call('GET', `${iokids}/requests`)).body.items as Json[]
    const ids = async (query: string) => ((await call('GET', `${iokids}/requests?${query}`)).body.items as Json[]).map((one) => one.id)
    const [a, b, c] = all.map((one) => one.id)
    expect(await ids('endpoint=token')).toEqual([a, c])
    expect(await ids('client_id=other')).toEqual([c])
    expect(await ids('grant_type=refresh_token')).toEqual([a, b])
    expect(await ids('limit=1')).toEqual([c])
    expect(await ids(`after=${a}&limit=1`)).toEqual([b])
    expect(await ids(`after=${c}`)).toEqual([])
  })

  test('waits for a request that has not come yet, and says where to go on', async () => {
    const { call, sandbox } = await start()
    expect((await call('GET', `${iokids}/requests`)).body).toEqual({ items: [], next_cursor: null })
    const waiting = call('GET', `${iokids}/requests?endpoint=token&wait=60`)
    await new Promise(setImmediate)
    sandbox.journal.add(entry({ endpoint: 'api' }))
    sandbox.journal.add(entry())
    const { body } = await waiting
    expect(body).toMatchObject({ items: [{ endpoint: 'token' }], next_cursor: String(at(body, 'items', 0, 'id')) })
    expect((await call('GET', `${iokids}/requests?after=${body.next_cursor}&wait=0.001`)).body).toEqual({
      items: [],
      next_cursor: body.next_cursor,
    })
  })

  test('waits no longer than the client does', async () => {
    const { app, sandbox } = await start()
    const wait = vi.spyOn(sandbox.journal, 'wait')
    const server = createServer((request, response) => app.routing(request, response))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => {
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const waiting = httpRequest({ host: '127.0.0.1', port, path: `/_grantbox${iokids}/requests?wait=60` })
    waiting.on('error', () => {})
    waiting.end()
    await vi.waitFor(() => expect(wait).toHaveBeenCalled())
    waiting.destroy()
    expect(await wait.mock.results[0]?.value).toEqual([])
  })

  test('is emptied', async () => {
    const { call, sandbox } = await start()
    sandbox.journal.add(entry())
    expect((await call('DELETE', `${iokids}/requests`)).status).toBe(204)
    expect(sandbox.journal.list()).toEqual([])
  })

  test.each([
    [
      { client_assertion: 'a'.repeat(20), client_assertion_type: 'urn:x' },
      { client_assertion: 'aaaaaa…', client_assertion_type: 'urn:x' },
    ],
    [
      { accessToken: 'b'.repeat(20), token_type: 'Bearer', tokenId: '1' },
      { accessToken: 'bbbbbb…', token_type: 'Bearer', tokenId: '1' },
    ],
    [
      { code: 4011, error_code: 4011 },
      { code: 4011, error_code: 4011 },
    ],
    [
      { code: 'c'.repeat(20), code_verifier: 'short' },
      { code: 'cccccc…', code_verifier: '…' },
    ],
    [
      { password: 1234, users: [{ password: 'long enough to be cut' }] },
      { password: '…', users: [{ password: '…' }] },
    ],
    [{ token: { value: 'd'.repeat(20) } }, { token: { value: 'dddddd…' } }],
    [
      { 'x-api-key': 'gateway-key-of-some-length', authorization: 'Basic aW9rOnNlY3JldC1zZWNyZXQ=' },
      { 'x-api-key': '…', authorization: 'Basic …' },
    ],
    [
      { 'set-cookie': ['sid=1; Path=/'], 'www-authenticate': 'Bearer' },
      { 'set-cookie': ['…'], 'www-authenticate': 'Bearer' },
    ],
  ])('masks %j', (given, masked) => {
    expect(mask(given)).toEqual(masked)
  })

  test('masks a token in a fragment, and leaves the rest of a URL as it was written', () => {
    expect(maskUrl('https://a.test/cb?a=%20+b#access_token=abcdefghijklmnopq&x=%2F')).toBe(
      'https://a.test/cb?a=%20+b#access_token=abcdef…&x=%2F',
    )
  })
})

describe('Postman', () => {
  test('imports the collection', async () => {
    const { call } = await start()
    const { body } = await call('GET', `${iokids}/postman/collection.json`)
    expect(body.info).toMatchObject({ name: 'iOKids-APIs', schema: expect.stringContaining('v2.1.0') })
  })

  test('imports an environment that points here, with the credentials of a client', async () => {
    const { call } = await start()
    const created = (await call('POST', `${iokids}/apps`, { name: 'Second' })).body
    await call('POST', '/sandboxes', { name: 't42', provider: 'iokids' })
    const values = async (path: string) => {
      const { body } = await call('GET', path)
      return Object.fromEntries((body.values as { key: string; value: string }[]).map(({ key, value }) => [key, value]))
    }
    expect(await values('/sandboxes/t42/postman/environment.json')).toMatchObject({
      apiServer: 'localhost:9400/t42',
      clientId: 'iok-cid-findfluffy',
      clientSecret: 'iok-cse-findfluffy',
    })
    const { client_id, client_secret } = at(created, 'clients', 0) as Json
    expect(await values(`${iokids}/postman/environment.json?client_id=${client_id}`)).toMatchObject({
      apiServer: 'localhost:9400',
      clientId: client_id,
      clientSecret: client_secret,
    })
  })
})

describe('a refusal names what was wrong', () => {
  type Call = [method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT', path: string, body?: unknown]

  test.each<[title: string, call: Call, status: number, errors: object[] | undefined, detail: string]>([
    [
      'a setting’s wrong value',
      ['PATCH', iokids, { settings: { rotation: 'loose' } }],
      400,
      [{ field: 'settings.rotation', expected: 'lenient, strict or off', came: 'loose' }],
      'settings.rotation: expected lenient, strict or off, got "loose"',
    ],
    [
      'an unknown setting',
      ['PATCH', iokids, { settings: { rotatoin: 'off' } }],
      400,
      [{ field: 'settings.rotatoin', expected: expect.stringContaining('rotation, '), came: 'off', suggestion: 'rotation' }],
      'did you mean rotation?',
    ],
    [
      'a vendor setting’s wrong value',
      ['PATCH', iokids, { settings: { permission_status: 404 } }],
      400,
      [{ field: 'settings.permission_status', expected: '401 or 403', came: 404 }],
      'settings.permission_status',
    ],
    [
      'a setting of another vendor',
      ['PATCH', '/sandboxes/plain', { settings: { permission_status: 403 } }],
      400,
      [{ field: 'settings.permission_status', came: 403 }],
      'settings.permission_status',
    ],
    [
      'a vendor setting of the wrong kind',
      ['PATCH', iokids, { settings: { enforce_token_scope: 'yes' } }],
      400,
      [{ field: 'settings.enforce_token_scope', expected: 'true or false', came: 'yes' }],
      'enforce_token_scope',
    ],
    [
      'a setting that is no duration',
      ['PATCH', iokids, { settings: { code_ttl: '-5m', access_token_ttl: 'soon' } }],
      400,
      [
        { field: 'settings.access_token_ttl', expected: expect.stringContaining('a duration such as "5m"'), came: 'soon' },
        { field: 'settings.code_ttl', expected: expect.stringContaining('whole seconds'), came: '-5m' },
      ],
      'settings.code_ttl',
    ],
    [
      'a setting that is no URL',
      ['PATCH', iokids, { settings: { issuer: 'localhost' } }],
      400,
      [{ field: 'settings.issuer', expected: expect.stringContaining('http or https URL'), came: 'localhost' }],
      'settings.issuer',
    ],
    [
      'an unknown member',
      ['POST', `${iokids}/apps`, { name: 'A', redirect_uri: 'https://a.test' }],
      400,
      [{ field: 'redirect_uri', expected: expect.any(String), came: 'https://a.test', suggestion: 'redirect_uris' }],
      'did you mean redirect_uris?',
    ],
    [
      'a missing member',
      ['POST', '/sandboxes', {}],
      400,
      [{ field: 'provider', expected: 'a string' }],
      'provider is missing: expected a string',
    ],
    [
      'a missing body',
      ['POST', '/sandboxes'],
      400,
      [{ field: 'body', expected: 'a JSON object' }],
      'body is missing: expected a JSON object',
    ],
    ['a body of another kind', ['POST', '/sandboxes', [1]], 400, [{ field: 'body', expected: 'a JSON object', came: [1] }], 'body'],
    [
      'an unknown provider',
      ['POST', '/sandboxes', { provider: 'iokid' }],
      400,
      [{ field: 'provider', expected: 'iokids or plain', came: 'iokid', suggestion: 'iokids' }],
      'provider',
    ],
    [
      'a sandbox name of other characters',
      ['POST', '/sandboxes', { provider: 'iokids', name: 'A b' }],
      400,
      [{ field: 'name' }],
      'a-z, 0-9',
    ],
    ['a reserved sandbox name', ['POST', '/sandboxes', { provider: 'iokids', name: 'oauth' }], 400, [{ field: 'name' }], 'begins a path'],
    [
      'a taken sandbox name',
      ['POST', '/sandboxes', { provider: 'iokids', name: 'iokids' }],
      409,
      [{ field: 'name' }],
      "name 'iokids' is taken",
    ],
    ['a host with a port', ['PATCH', iokids, { hosts: ['a.test:80'] }], 400, [{ field: 'hosts[0]', came: 'a.test:80' }], 'without a port'],
    ['a host that is everyone’s', ['PATCH', iokids, { hosts: ['localhost'] }], 400, [{ field: 'hosts[0]' }], 'hosts[0]'],
    ['an address as host', ['PATCH', iokids, { hosts: ['127.0.0.1'] }], 400, [{ field: 'hosts[0]' }], 'hosts[0]'],
    [
      'a redirect URI with a fragment',
      ['POST', `${iokids}/apps`, { name: 'A', redirect_uris: ['https://a.test', 'https://a.test/#x'] }],
      400,
      [{ field: 'redirect_uris[1]', expected: expect.stringContaining('fragment'), came: 'https://a.test/#x' }],
      'redirect_uris[1]',
    ],
    [
      'an unknown scope',
      ['PATCH', `${iokids}/apps/FindFluffy`, { scopes: ['profile', 'nope'] }],
      400,
      [{ field: 'scopes[1]', expected: expect.stringContaining('profile'), came: 'nope' }],
      'scopes[1]',
    ],
    [
      'an unknown grant type',
      ['POST', `${iokids}/apps`, { name: 'A', grant_types: ['implicit'] }],
      400,
      [{ field: 'grant_types[0]' }],
      'password',
    ],
    ['an app name that is taken', ['POST', `${iokids}/apps`, { name: 'FindFluffy' }], 409, [{ field: 'name' }], "'FindFluffy' is taken"],
    [
      'a taken username in other letter case',
      ['POST', `${iokids}/users`, { username: 'TinyOtter512' }],
      409,
      [{ field: 'username' }],
      'taken',
    ],
    ['a username with the "@" before it', ['POST', `${iokids}/users`, { username: '@ann' }], 400, [{ field: 'username' }], 'no "@"'],
    ['a username with a blank', ['POST', `${iokids}/users`, { username: 'a b' }], 400, [{ field: 'username' }], 'no blank'],
    [
      'a type that the vendor does not have',
      ['POST', `${iokids}/users`, { type: 'dog' }],
      400,
      [{ field: 'type', expected: 'parent or kid', came: 'dog' }],
      'type',
    ],
    [
      'an app that the sandbox does not have',
      ['POST', `${iokids}/users`, { apps: ['FindFluffy', 'Nope'] }],
      400,
      [{ field: 'apps[1]', expected: 'FindFluffy', came: 'Nope' }],
      'apps[1]',
    ],
    [
      'too many users',
      ['POST', `${iokids}/users/generate`, { count: 10_001 }],
      400,
      [{ field: 'count', expected: 'a number of 10000 or less', came: 10_001 }],
      'count',
    ],
    [
      'a query of the wrong kind',
      ['GET', `${iokids}/users?limit=many`],
      400,
      [{ field: 'limit', expected: 'a number', came: 'many' }],
      'limit',
    ],
    ['an unknown query parameter', ['GET', `${iokids}/users?size=3`], 400, [{ field: 'size', came: '3' }], 'limit, after or search'],
    [
      'an endless wait',
      ['GET', `${iokids}/requests?wait=61`],
      400,
      [{ field: 'wait', expected: 'a number of 60 or less', came: '61' }],
      'wait',
    ],
    ['an unknown endpoint', ['GET', `${iokids}/requests?endpoint=tokens`], 400, [{ field: 'endpoint', came: 'tokens' }], 'endpoint'],
    ['an unknown client', ['GET', `${iokids}/postman/environment.json?client_id=x`], 400, [{ field: 'client_id' }], 'iok-cid-findfluffy'],
    [
      'no duration',
      ['POST', `${iokids}/clock/advance`, { by: 'tomorrow' }],
      400,
      [{ field: 'by', came: 'tomorrow' }],
      'a duration such as',
    ],
    ['a time that cannot be', ['POST', `${iokids}/clock/advance`, { by: '-36500d' }], 400, [{ field: 'by' }], 'from 1970 to 9999'],
    ['a time without a zone', ['PATCH', `${iokids}/clock`, { now: '2030-01-01T00:00:00' }], 400, [{ field: 'now' }], 'RFC 3339'],
    [
      'two times at once',
      ['PATCH', `${iokids}/clock`, { now: '2030-01-01T00:00:00Z', offset_ms: 1 }],
      400,
      [{ field: 'offset_ms' }],
      'not both',
    ],
    [
      'a sandbox that is not there',
      ['GET', '/sandboxes/iokid'],
      404,
      undefined,
      "There is no sandbox 'iokid', did you mean 'iokids'? There are: iokids, plain",
    ],
    ['an app that is not there', ['GET', `${iokids}/apps/x`], 404, undefined, "There is no app 'x'. There is: FindFluffy"],
    ['a user that is not there', ['GET', `${iokids}/users/nobody`], 404, undefined, 'There are: beautifulmeercat246, '],
    ['a path that is not there', ['GET', '/nothing'], 404, undefined, '/_grantbox/nothing is not part of the control API'],
    ['a method that a path does not answer', ['PUT', iokids, {}], 405, undefined, 'PUT came'],
    ['a broken path', ['GET', '/sandboxes/%zz'], 400, undefined, 'percent sign'],
    ['a name without end', ['GET', `/sandboxes/${'x'.repeat(600)}`], 404, undefined, 'longer than any name'],
  ])('%s', async (_title, [method, path, body], status, errors, detail) => {
    const { call } = await start()
    const answer = await call(method, path, body)
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(answer.body).toEqual({
      type: 'about:blank',
      title: expect.stringMatching(/^[A-Z]/),
      status,
      detail: expect.stringContaining(detail),
      ...(errors !== undefined && { errors: errors.map((one) => expect.objectContaining(one)) }),
    })
    expect(answer.status).toBe(status)
  })

  test('405 says what the path answers (RFC 9110 §15.5.6)', async () => {
    const { call } = await start()
    const { headers } = await call('PUT', iokids, {})
    expect(String(headers.allow).split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH'])
  })

  test.each([
    ['application/json', '{"provider":', 400, 'The body is not JSON'],
    ['text/plain', '{}', 415, 'expected Content-Type: application/json'],
    ['application/x-www-form-urlencoded', 'a=b', 415, 'expected Content-Type: application/json'],
    ['application/json', `"${'x'.repeat(1024 * 1024)}"`, 413, 'too large'],
  ])('a body of %s %#', async (type, body, status, detail) => {
    const { call } = await start()
    expect(await call('POST', '/sandboxes', body, { 'content-type': type })).toMatchObject({
      status,
      body: { status, detail: expect.stringContaining(detail) },
    })
  })

  test('an announced body that did not come is none', async () => {
    const { call } = await start()
    expect((await call('POST', `${iokids}/users`, '', { 'content-type': 'application/json' })).status).toBe(201)
  })

  test('a host of another sandbox', async () => {
    const { call } = await start()
    await call('POST', '/sandboxes', { name: 't42', provider: 'iokids', hosts: ['t42.localhost'] })
    const { status, body } = await call('PATCH', iokids, { hosts: ['t42.localhost'] })
    expect([status, at(body, 'errors', 0, 'field')]).toEqual([409, 'hosts'])
    expect((await call('PATCH', '/sandboxes/t42', { hosts: ['t42.localhost', 'more.test'] })).status).toBe(200)
  })
})

describe('access', () => {
  const asking: Asking = {
    host: 'localhost:9400',
    origin: undefined,
    fetchSite: undefined,
    authorization: undefined,
    method: 'GET',
    path: '/_grantbox/sandboxes',
    adminToken: undefined,
    isOurHost: (host) => host === 'sandbox.iokids.net',
  }

  test.each<[Partial<Asking>, 200 | 401 | 403]>([
    [{}, 200],
    [{ host: 'localhost' }, 200],
    [{ host: 'LOCALHOST:9400' }, 200],
    [{ host: 't42.localhost:9400' }, 200],
    [{ host: '127.0.0.1:9400' }, 200],
    [{ host: '127.8.9.1' }, 200],
    [{ host: '[::1]:9400' }, 200],
    [{ host: 'sandbox.iokids.net' }, 200],
    [{ host: 'Sandbox.IOKids.net:9400' }, 200],
    [{ host: undefined }, 403],
    [{ host: '' }, 403],
    [{ host: 'evil.test:9400' }, 403],
    [{ host: '127.0.0.1.evil.test' }, 403],
    [{ host: 'localhost.evil.test' }, 403],
    [{ host: 'evillocalhost' }, 403],
    [{ host: 'evil.test/.localhost' }, 403],
    [{ host: '192.168.0.1:9400' }, 403],
    [{ host: '[::2]' }, 403],
    [{ origin: 'http://localhost:9400' }, 200],
    [{ origin: 'https://localhost:9400' }, 200],
    [{ origin: 'http://localhost:3000' }, 403],
    [{ origin: 'http://127.0.0.1:9400' }, 403],
    [{ origin: 'https://evil.test' }, 403],
    [{ origin: 'null' }, 403],
    [{ fetchSite: 'same-origin' }, 200],
    [{ fetchSite: 'none' }, 200],
    [{ fetchSite: 'cross-site' }, 403],
    [{ adminToken: 's3cret' }, 401],
    [{ adminToken: 's3cret', authorization: 'Bearer s3cret' }, 200],
    [{ adminToken: 's3cret', authorization: 'bearer  s3cret ' }, 200],
    [{ adminToken: 's3cret', authorization: 'Bearer s3cret', host: 'box.internal:9400' }, 200],
    [{ adminToken: 's3cret', authorization: 'Bearer s3cre' }, 401],
    [{ adminToken: 's3cret', authorization: 'Basic s3cret' }, 401],
    [{ adminToken: 's3cret', authorization: 's3cret' }, 401],
    [{ adminToken: 's3cret', host: '127.0.0.1' }, 401],
    [{ path: '/_grantbox/health', host: 'evil.test', origin: 'https://evil.test' }, 200],
    [{ path: '/_grantbox/health/', adminToken: 's3cret' }, 200],
    [{ path: '/_grantbox/health', adminToken: 's3cret', method: 'HEAD' }, 200],
    [{ path: '/_grantbox/health', adminToken: 's3cret', method: 'POST' }, 401],
    [{ path: '/_grantbox/healthy', host: 'evil.test' }, 403],
    [{ path: '/_grantbox/openapi.json', adminToken: 's3cret' }, 401],
  ])('%j is %i', (given, status) => {
    const access = decideAccess({ ...asking, ...given })
    expect(access.allowed ? 200 : access.status).toBe(status)
  })

  test('is refused with the reason, and nothing is done', async () => {
    const { call, sandboxes } = await start()
    const { status, body } = await call('POST', '/sandboxes', { provider: 'iokids', name: 't42' }, { host: 'evil.test:9400' })
    expect([status, body.detail]).toEqual([403, expect.stringContaining('DNS rebinding')])
    const crossSite = await call('POST', '/sandboxes', { provider: 'iokids', name: 't42' }, { 'sec-fetch-site': 'cross-site' })
    const crossOrigin = await call('POST', '/sandboxes', { provider: 'iokids', name: 't42' }, { origin: 'https://evil.test' })
    expect([crossSite.status, crossOrigin.status, sandboxes.find('t42')]).toEqual([403, 403, undefined])
    expect((await call('GET', '/nothing', undefined, { host: 'evil.test' })).status).toBe(403)
  })

  test('asks for the admin token, and says how (RFC 6750 §3)', async () => {
    const { call } = await start({ adminToken: 's3cret' })
    const none = await call('GET', '/sandboxes')
    expect([none.status, none.headers['www-authenticate']]).toEqual([401, 'Bearer realm="grantbox"'])
    const wrong = await call('GET', '/sandboxes', undefined, { authorization: 'Bearer wrong' })
    expect([wrong.status, wrong.headers['www-authenticate']]).toEqual([401, 'Bearer realm="grantbox", error="invalid_token"'])
    expect((await call('GET', '/sandboxes?access_token=s3cret&token=s3cret')).status).toBe(401)
    expect((await call('GET', '/sandboxes', undefined, { authorization: 'Bearer s3cret' })).status).toBe(200)
    expect((await call('GET', '/health')).status).toBe(200)
  })

  test('knows the hosts that sandboxes list', async () => {
    const { call } = await start()
    expect((await call('GET', '/sandboxes', undefined, { host: 'sandbox.test:9400' })).status).toBe(403)
    await call('PATCH', iokids, { hosts: ['sandbox.test'] })
    expect((await call('GET', '/sandboxes', undefined, { host: 'sandbox.test:9400' })).status).toBe(200)
  })
})

describe('the description', () => {
  test('has every route with a summary, its parameters, and a schema for each answer', async () => {
    const { call } = await start()
    const { body } = await call('GET', '/openapi.json')
    expect(body.openapi).toBe('3.1.0')
    const operations = Object.entries(body.paths as Record<string, Record<string, Json>>).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
    )
    expect(operations.map(({ name }) => name).sort()).toEqual(
      [
        'DELETE /_grantbox/sandboxes/{sandbox}',
        'DELETE /_grantbox/sandboxes/{sandbox}/requests',
        'GET /_grantbox/health',
        'GET /_grantbox/openapi.json',
        'GET /_grantbox/providers',
        'GET /_grantbox/sandboxes',
        'GET /_grantbox/sandboxes/{sandbox}',
        'GET /_grantbox/sandboxes/{sandbox}/apps',
        'GET /_grantbox/sandboxes/{sandbox}/apps/{app}',
        'GET /_grantbox/sandboxes/{sandbox}/clock',
        'GET /_grantbox/sandboxes/{sandbox}/postman/collection.json',
        'GET /_grantbox/sandboxes/{sandbox}/postman/environment.json',
        'GET /_grantbox/sandboxes/{sandbox}/requests',
        'GET /_grantbox/sandboxes/{sandbox}/users',
        'GET /_grantbox/sandboxes/{sandbox}/users/{username}',
        'PATCH /_grantbox/sandboxes/{sandbox}',
        'PATCH /_grantbox/sandboxes/{sandbox}/apps/{app}',
        'PATCH /_grantbox/sandboxes/{sandbox}/clock',
        'POST /_grantbox/sandboxes',
        'POST /_grantbox/sandboxes/{sandbox}/apps',
        'POST /_grantbox/sandboxes/{sandbox}/clock/advance',
        'POST /_grantbox/sandboxes/{sandbox}/users',
        'POST /_grantbox/sandboxes/{sandbox}/users/generate',
      ].sort(),
    )
    for (const { name, operation } of operations) {
      expect(operation.summary, name).toEqual(expect.any(String))
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
      const described = ((operation.parameters ?? []) as Json[]).filter((parameter) => parameter.in === 'path')
      expect(
        described.map((parameter) => parameter.name),
        name,
      ).toEqual(inPath)
      const answers = Object.entries(operation.responses as Record<string, Json>)
      expect(answers.length, name).toBeGreaterThan(1)
      for (const [status, answer] of answers) {
        expect(answer.description, `${name} ${status}`).toEqual(expect.any(String))
        if (status !== '204') expect(Object.values(answer.content as Record<string, Json>)[0]?.schema, `${name} ${status}`).toBeDefined()
      }
      if (/^(POST|PATCH)/.test(name)) expect(at(operation, 'requestBody', 'content', 'application/json', 'schema'), name).toBeDefined()
    }
  })

  test('refers only to what it holds, and says what a setting may be', async () => {
    const { call } = await start()
    const { text, body } = await call('GET', '/openapi.json')
    const schemas = at(body, 'components', 'schemas') as Json
    const referred = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => String(name))
    expect(referred).toContain('Problem')
    expect(referred.filter((name) => !(name in schemas))).toEqual([])
    const settings = at(
      body,
      'paths',
      '/_grantbox/sandboxes/{sandbox}',
      'patch',
      'requestBody',
      'content',
      'application/json',
      'schema',
      'properties',
      'settings',
    )
    expect(JSON.stringify(at(settings, 'properties', 'rotation'))).toContain('["lenient","strict","off"]')
  })
})
