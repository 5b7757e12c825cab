import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { controlTargets } from '../fuzz/surface.ts'
import { passwordTokens } from '../support/iokids-client.ts'
import { rawRequest } from '../support/raw-request.ts'
import { launch, type TestServer } from '../support/server.ts'
import { tokensOf } from '../support/standard-client.ts'

const injections = [
  "'",
  "' OR '1'='1",
  "'; DROP TABLE user; --",
  '1; DELETE FROM token',
  "' UNION SELECT jwk FROM signing_key --",
  'username DESC; DROP TABLE app',
  "%' ESCAPE '!",
]

const folder = await mkdtemp(join(tmpdir(), 'grantbox-sql-'))
const db = join(folder, 'grantbox.db')
let server: TestServer

beforeAll(async () => {
  server = await launch({ db })
})
afterAll(() => rm(folder, { recursive: true }))

/** How many rows each table has; the server is closed for it, for it owns the file. */
async function rows(): Promise<Record<string, number>> {
  await server.close()
  const file = new Sqlite(db)
  const tables = file.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
  // What counts requests counts these too.
  const counted = tables.filter(({ name }) => !/count|sqlite_|interaction/.test(name))
  const found = counted.map(({ name }) => [name, file.prepare<[], { n: number }>(`SELECT count(*) AS n FROM "${name}"`).get()?.n ?? -1])
  file.close()
  server = await launch({ db })
  return Object.fromEntries(found)
}

test('no filter, search, sort, cursor or name is read as SQL: nothing more is found, nothing is changed', async () => {
  const { access_token } = await passwordTokens(server.url)
  await tokensOf(`${server.url}/standard`)
  const before = await rows()
  const { url } = server
  const { targets } = await controlTargets(url)
  const asked: [string, Record<string, string>][] = []
  for (const injection of injections) {
    const text = encodeURIComponent(injection)
    for (const { methods, path, query = [] } of targets) {
      if (!methods.includes('GET') || path.endsWith('/stream')) continue
      const named = path.replace(':sandbox', 'iokids')
      for (const name of [...query.filter((one) => one !== 'wait'), 'sort', 'order'])
        asked.push([`${named.replaceAll(/:\w+/g, 'x')}?${name}=${text}`, {}])
      if (/:\w+/.test(named)) asked.push([named.replaceAll(/:\w+/g, text), {}])
    }
    for (const name of ['q', 'type', 'cursor', 'limit', 'count', 'seed', 'before', 'filter', 'sort']) {
      for (const path of ['/v1/search', '/v1/search/random', '/v1/messages', '/v1/friends', '/v1/me/kids']) {
        asked.push([`${path}?${name}=${text}`, { authorization: access_token }])
      }
    }
    for (const path of ['/v1/users/', '/v1/messages/', '/v1/images/', '/v1/application/data/'])
      asked.push([path + text, { authorization: access_token }])
    for (const name of ['search', 'q', 'after', 'sort', 'endpoint', 'client_id']) {
      for (const path of ['sandbox', 'apps', 'requests', 'flows', 'approvals'])
        asked.push([`/dashboard/iokids/${path}?${name}=${text}`, {}])
    }
  }
  expect(asked.length).toBeGreaterThan(500)
  for (const [path, headers] of asked) {
    const { status, text } = await rawRequest(url, path, { headers })
    expect(status, path).toBeLessThan(500)
    expect(text, path).not.toMatch(/SQLITE|syntax error|no such column|"kty"/)
  }
  expect(await rows()).toEqual(before)
})

test('a search finds what begins with the text, and no sign in it stands for others', async () => {
  const found = async (search: string) => {
    const answer = await rawRequest(server.url, `/_grantbox/sandboxes/iokids/users?search=${encodeURIComponent(search)}`)
    return (JSON.parse(answer.text) as { items: unknown[] }).items.length
  }
  expect(await found('brandon')).toBe(1)
  for (const wild of ['%', '_', '%a%', '_randon', '*', '?', '[a-z]', 'br%don', '\\', '\\%', ...injections])
    expect(await found(wild), wild).toBe(0)
})

test('a snapshot is data: names in it are no SQL, and none of its rows reaches another sandbox', async () => {
  const { url } = server
  const control = async (method: string, path: string, body?: unknown) => {
    const init = { method, headers: { 'content-type': 'application/json' }, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const answer = await fetch(`${url}/_grantbox/sandboxes${path}`, init)
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  await control('POST', '', { name: 'mine', provider: 'standard' })
  const { body: snapshot } = await control('GET', '/mine/snapshot')
  const tables = snapshot.tables as Record<string, Record<string, unknown>[]>
  const others = server.sandbox('standard').id
  const [user = {}] = tables.user ?? []
  const [app = {}] = tables.app ?? []
  const hostile: Record<string, Record<string, unknown>[]>[] = [
    { ...tables, 'user"; DROP TABLE user; --': [user] },
    { ...tables, sqlite_schema: [{ name: 'user' }] },
    { ...tables, sandbox: [{ id: others, name: 'standard' }] },
    { ...tables, user: [{ ...user, 'password" = 1; --': 'x' }] },
    { ...tables, user: [{ ...user, sandbox_id: others, username: 'intruder' }] },
    { ...tables, app: [{ ...app, sandbox_id: others, name: 'intruder' }] },
    { ...tables, user_app: [{ user_row: 1, app_row: 1 }] },
    { ...tables, __proto__: [{}] },
  ]
  for (const one of hostile) expect((await control('PUT', '/mine/snapshot', { ...snapshot, tables: one })).status).toBeLessThan(500)
  expect((await control('GET', '/standard/users/intruder')).status).toBe(404)
  expect(JSON.stringify((await control('GET', '/standard/apps')).body)).not.toContain('intruder')
  expect((await control('PUT', '/mine/snapshot', snapshot)).status).toBe(200)
  expect((await tokensOf(`${url}/standard`)).access_token).toBeTruthy()
  expect((await tokensOf(`${url}/mine`)).access_token).toBeTruthy()
})

afterAll(() => server.close())
