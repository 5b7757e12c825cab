import { describe, expect, test } from 'vitest'
import { control } from '../support/control-client.ts'
import { brandon, findFluffy, freshCode, passwordTokens, postmanCallback, postToken } from '../support/iokids-client.ts'
import { start, type TestServer } from '../support/server.ts'

const box = '/sandboxes/iokids'
const me = (base: string, token: string) => fetch(`${base}/v1/me`, { headers: { authorization: `Bearer ${token}` } })
const refresh = (base: string, refresh_token: string) => postToken(base, { grant_type: 'refresh_token', refresh_token, ...findFluffy })

/** Everything that can be asked of a sandbox but its journal. */
async function everything(server: TestServer, name: string) {
  const get = async (path: string) => (await control(server, 'GET', `/sandboxes/${name}${path}`)).body
  const {
    name: _,
    base_url,
    issuer,
    authorization_endpoint,
    token_endpoint,
    default: isDefault,
    created_at,
    hosts,
    ...about
  } = await get('')
  const [apps, users, faults, keys] = [await get('/apps'), await get('/users'), await get('/faults'), await get('/keys')]
  return { about, apps, users, faults, keys }
}

describe('reset', () => {
  test('brings back the preloaded world, the settings of the creation and the machine’s time, and ends tokens, faults and journal', async () => {
    const server = await start()
    await control(server, 'POST', '/sandboxes', { name: 't1', provider: 'iokids', company: 'Mine', settings: { access_token_ttl: 60 } })
    const base = `${server.url}/t1`
    const t1 = '/sandboxes/t1'
    const before = await everything(server, 't1')
    const { access_token } = await passwordTokens(base, { password: 'Mine' })
    await control(server, 'PATCH', t1, { company: 'Other', settings: { access_token_ttl: 5, rotation: 'off' } })
    await control(server, 'PATCH', `${t1}/users/${brandon.username}`, { disabled: true })
    await control(server, 'POST', `${t1}/users`, { username: 'more' })
    await control(server, 'POST', `${t1}/apps`, { name: 'More' })
    await control(server, 'POST', `${t1}/faults`, { endpoint: '*', times: 0, status: 500 })
    await control(server, 'PATCH', `${t1}/clock`, { now: '2040-01-01T00:00:00Z', frozen: true })
    const { status, body } = await control(server, 'POST', `${t1}/reset`)
    expect([status, body.company, body.settings.access_token_ttl]).toEqual([200, 'Mine', 60])
    expect((await control(server, 'GET', `${t1}/clock`)).body).toMatchObject({ offset_ms: 0, frozen: false })
    expect((await control(server, 'GET', `${t1}/requests`)).body.items).toEqual([])
    expect((await control(server, 'GET', `${t1}/grants`)).body.items).toEqual([])
    expect((await me(base, access_token)).status).toBe(401)
    expect((await me(base, (await passwordTokens(base, { password: 'Mine' })).access_token)).status).toBe(200)
    const after = await everything(server, 't1')
    const names = ({ items }: { items: { username?: string; name: string }[] }) => items.map((one) => one.username ?? one.name)
    expect([names(after.users), names(after.apps), after.faults]).toEqual([names(before.users), names(before.apps), before.faults])
  })

  test('lets the first key of each algorithm sign again, which clients may have kept', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const keys = async () => ((await (await fetch(`${server.url}/jwks`)).json()) as { keys: { kid: string }[] }).keys
    const first = await keys()
    await control(server, 'POST', '/sandboxes/standard/keys/rotate', { mode: 'rotate' })
    expect(await keys()).toHaveLength(first.length * 2)
    await control(server, 'POST', '/sandboxes/standard/reset')
    expect(await keys()).toEqual(first)
    expect(
      (await control(server, 'GET', '/sandboxes/standard/keys')).body.items.every((key: { state: string }) => key.state === 'active'),
    ).toBe(true)
  })

  test('brings back what the configuration declares', async () => {
    const mine = { name: 'mine', provider: 'standard', settings: { access_token_ttl: 7 }, users: [{ username: 'declared' }] }
    const server = await start({ declared: { providers: [], sandboxes: [mine] } })
    await control(server, 'DELETE', '/sandboxes/mine/users/declared')
    await control(server, 'PATCH', '/sandboxes/mine', { settings: { access_token_ttl: 8 } })
    const { body } = await control(server, 'POST', '/sandboxes/mine/reset')
    expect(body.settings.access_token_ttl).toBe(7)
    expect((await control(server, 'GET', '/sandboxes/mine/users/declared')).status).toBe(200)
  })

  test('leaves other sandboxes alone', async () => {
    const server = await start()
    await control(server, 'POST', '/sandboxes', { name: 't1', provider: 'iokids' })
    const { access_token } = await passwordTokens(server.url)
    await control(server, 'POST', '/sandboxes/t1/reset')
    expect((await me(server.url, access_token)).status).toBe(200)
  })
})

describe('a snapshot', () => {
  test('brings everything back: apps, users, tokens, keys, settings, clock and faults, whatever happened since', async () => {
    const server = await start()
    await control(server, 'PATCH', box, { settings: { rotation: 'strict' } })
    await control(server, 'POST', `${box}/users`, { username: 'friend', friends: [brandon.username] })
    await control(server, 'PATCH', `${box}/clock`, { now: '2030-01-01T12:00:00Z', frozen: true })
    const tokens = await passwordTokens(server.url)
    const code = await freshCode(server)
    await control(server, 'POST', `${box}/faults`, {
      endpoint: 'token',
      grant_type: 'refresh_token',
      times: 2,
      after: 1,
      error: 'invalid_grant',
    })
    const { refresh_token } = (await refresh(server.url, tokens.refresh_token)).body
    const before = await everything(server, 'iokids')
    const { status, body: snapshot } = await control(server, 'GET', `${box}/snapshot`)
    expect([status, snapshot.format, snapshot.provider]).toEqual([200, 'grantbox-snapshot', 'iokids'])

    await control(server, 'POST', `${box}/reset`)
    await control(server, 'POST', `${box}/apps`, { name: 'More' })
    const restored = await control(server, 'PUT', `${box}/snapshot`, snapshot)
    expect([restored.status, restored.body?.settings?.rotation]).toEqual([200, 'strict'])
    expect(await everything(server, 'iokids')).toEqual(before)
    expect((await control(server, 'GET', `${box}/clock`)).body).toMatchObject({ now: '2030-01-01T12:00:00.000Z', frozen: true })
    expect((await me(server.url, tokens.access_token)).status).toBe(200)
    // The fault has let one refresh through, as it was told, and strikes the next two.
    const statuses = []
    for (let i = 0; i < 3; i++) statuses.push((await refresh(server.url, String(refresh_token))).status)
    expect(statuses).toEqual([400, 400, 200])
    const exchange = { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy }
    expect((await postToken(server.url, exchange)).status).toBe(200)
    expect((await control(server, 'GET', `${box}/snapshot`)).body.version).toBe(snapshot.version)
  })

  test('works in another sandbox beside the first, tokens, codes and lineage included', async () => {
    const server = await start()
    const tokens = await passwordTokens(server.url)
    const code = await freshCode(server)
    const { body: snapshot } = await control(server, 'GET', `${box}/snapshot`)
    await control(server, 'POST', '/sandboxes', { name: 'copy', provider: 'iokids', seed: false })
    const base = `${server.url}/copy`
    expect((await control(server, 'PUT', '/sandboxes/copy/snapshot', snapshot)).status).toBe(200)
    expect(await everything(server, 'copy')).toEqual(await everything(server, 'iokids'))

    const exchange = { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy }
    for (const there of [base, server.url]) {
      expect((await me(there, tokens.access_token)).status, there).toBe(200)
      const again = await refresh(there, tokens.refresh_token)
      expect(again.status, there).toBe(200)
      expect((await refresh(there, String(again.body.refresh_token))).status, there).toBe(200)
      expect((await postToken(there, exchange)).status, there).toBe(200)
    }
    // A copy of the copy still knows the tokens by what they carry.
    const { body: second } = await control(server, 'GET', '/sandboxes/copy/snapshot')
    await control(server, 'POST', '/sandboxes', { name: 'third', provider: 'iokids', seed: false })
    await control(server, 'PUT', '/sandboxes/third/snapshot', second)
    expect((await me(`${server.url}/third`, tokens.access_token)).status).toBe(200)

    // Each has gone its own way since.
    await control(server, 'POST', '/sandboxes/copy/tokens/expire', { what: 'all' })
    expect([(await me(base, tokens.access_token)).status, (await me(server.url, tokens.access_token)).status]).toEqual([401, 200])

    expect((await control(server, 'PUT', '/sandboxes/copy/snapshot', snapshot)).status).toBe(200)
    expect((await me(base, tokens.access_token)).status).toBe(200)
  })

  test('moves to another server, whose new tokens never meet the old ones', async () => {
    const [from, to] = [await start(), await start()]
    for (let i = 0; i < 5; i++) await passwordTokens(from.url)
    const tokens = await passwordTokens(from.url)
    const { body: snapshot } = await control(from, 'GET', `${box}/snapshot`)
    expect((await control(to, 'PUT', `${box}/snapshot`, snapshot)).status).toBe(200)
    for (let i = 0; i < 10; i++) expect((await me(to.url, (await passwordTokens(to.url)).access_token)).status).toBe(200)
    expect((await me(to.url, tokens.access_token)).status).toBe(200)
    expect((await refresh(to.url, tokens.refresh_token)).status).toBe(200)
  })

  test('brings back what apps stored and users wrote', async () => {
    const server = await start()
    const { access_token } = await passwordTokens(server.url)
    const authorization = `Bearer ${access_token}`
    const { body: before } = await control(server, 'GET', `${box}/snapshot`)
    const stored = Object.values(before.tables).flat()
    expect(before.tables.message.length).toBeGreaterThan(0)
    await control(server, 'POST', `${box}/reset`)
    await control(server, 'PUT', `${box}/snapshot`, before)
    const { body: after } = await control(server, 'GET', `${box}/snapshot`)
    expect(Object.values(after.tables).flat()).toHaveLength(stored.length)
    expect(after.tables).toEqual(before.tables)
    expect((await fetch(`${server.url}/v1/me`, { headers: { authorization } })).status).toBe(200)
  })

  test.each([
    ['of another provider', { provider: 'standard' }, 'provider', 'iokids'],
    ['of another version', { version: 999 }, 'version', 'take the snapshot again'],
    ['that is none', { format: 'zip' }, 'format', 'grantbox-snapshot'],
    ['with a setting that may not be', { settings: { rotation: 'loose' } }, 'settings.rotation', 'lenient'],
    ['with a table that is not known', { tables: { passwords: [] } }, 'tables.passwords', 'table'],
    ['with a column that is not known', { tables: { app: [{ colour: 'red' }] } }, 'tables.app[0].colour', 'column'],
    ['with a row that does not fit', { tables: { app: [{ app_id: 'a' }] } }, 'tables.app[0]', 'NOT NULL'],
    ['with a reference to nothing', { tables: { user_app: [{ user_row: 1, app_row: 2 }] } }, 'tables.user_app[0].user_row', 'user'],
  ])('%s is refused, and nothing is changed', async (_, wrong, field, expected) => {
    const server = await start()
    const { access_token } = await passwordTokens(server.url)
    const { body: snapshot } = await control(server, 'GET', `${box}/snapshot`)
    const before = await everything(server, 'iokids')
    const { status, body } = await control(server, 'PUT', `${box}/snapshot`, { ...snapshot, ...wrong })
    expect([status, body.errors?.[0]]).toEqual([400, expect.objectContaining({ field })])
    expect(body.detail).toContain(expected)
    expect(await everything(server, 'iokids')).toEqual(before)
    expect((await me(server.url, access_token)).status).toBe(200)
  })
})
