import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { control } from '../support/control-client.ts'
import { brandon, findFluffy, freshCode, passwordTokens, postmanCallback, postToken } from '../support/iokids-client.ts'
import { start, type TestServer } from '../support/server.ts'
import { web } from '../support/standard-client.ts'

const box = '/sandboxes/iokids'
const me = (server: TestServer, token: string) => fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } })
const { client_id } = findFluffy

describe('tokens without a flow', () => {
  test('work like those of a flow', async () => {
    const server = await start()
    const { status, body } = await control(server, 'POST', `${box}/tokens`, { client_id, username: brandon.username, scope: 'profile' })
    expect([status, body.expires_in]).toEqual([201, 300])
    expect((await me(server, body.access_token)).status).toBe(200)
    const refreshed = await postToken(server.url, { grant_type: 'refresh_token', refresh_token: body.refresh_token, ...findFluffy })
    expect(refreshed.status).toBe(200)
  })

  test('live as long as is said, and are born expired when that is negative', async () => {
    const server = await start()
    const mint = async (expires_in: unknown) =>
      (await control(server, 'POST', `${box}/tokens`, { client_id, username: brandon.username, expires_in })).body
    const long = await mint('2h')
    expect(long.expires_in).toBe(7200)
    server.clock.advance(7100)
    expect((await me(server, long.access_token)).status).toBe(200)
    server.clock.advance(101)
    expect((await me(server, long.access_token)).status).toBe(401)
    const dead = await mint(-60)
    expect((await me(server, dead.access_token)).status).toBe(401)
    expect(decodeJwt(dead.access_token).exp).toBeLessThan(server.clock.now() / 1000)
  })

  test('carry extra claims under a good signature, ID tokens too', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const claims = { tenant: 't1', roles: ['admin'] }
    const { body } = await control(server, 'POST', '/sandboxes/standard/tokens', {
      client_id: 'standard-web',
      username: 'alice',
      scope: 'openid read',
      claims,
    })
    const keys = createRemoteJWKSet(new URL(`${server.url}/jwks`))
    expect((await jwtVerify(body.access_token, keys)).payload).toMatchObject({ ...claims, sub: 'alice', scope: 'openid read' })
    expect((await jwtVerify(body.id_token, keys, { audience: 'standard-web' })).payload).toMatchObject(claims)
    expect((await fetch(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })).status).toBe(200)
  })

  test('are the client’s own without a user', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const { body } = await control(server, 'POST', '/sandboxes/standard/tokens', { client_id: 'standard-web', scope: 'read' })
    expect(decodeJwt(body.access_token).sub).toBe('standard-web')
    expect(body).not.toHaveProperty('refresh_token')
  })

  test('are for whom is said, also when they were refreshed, and of the form that is said', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const wanted = { client_id: 'standard-web', username: 'alice', scope: 'openid', audience: 'https://orders.example stock' }
    const { body } = await control(server, 'POST', '/sandboxes/standard/tokens', { ...wanted, format: 'jwt' })
    expect(decodeJwt(body.access_token).aud).toEqual(['https://orders.example', 'stock'])
    const form = { grant_type: 'refresh_token', refresh_token: body.refresh_token, ...web }
    const refreshed = await fetch(`${server.url}/token`, { method: 'POST', body: new URLSearchParams(form) })
    expect(decodeJwt(((await refreshed.json()) as { access_token: string }).access_token).aud).toEqual(['https://orders.example', 'stock'])
    const opaque = await control(server, 'POST', '/sandboxes/standard/tokens', { ...wanted, format: 'opaque' })
    expect(opaque.body.access_token).not.toContain('ey')
    const asked = await fetch(`${server.url}/introspect`, {
      method: 'POST',
      body: new URLSearchParams({ token: opaque.body.access_token, ...web }),
    })
    expect(await asked.json()).toMatchObject({ active: true, aud: ['https://orders.example', 'stock'] })
    await control(server, 'PATCH', '/sandboxes/standard', { settings: { access_token_format: 'opaque', resources: ['stock'] } })
    const jwt = await control(server, 'POST', '/sandboxes/standard/tokens', { ...wanted, audience: 'stock', format: 'jwt' })
    expect(decodeJwt(jwt.body.access_token).aud).toBe('stock')
    const unknown = await control(server, 'POST', '/sandboxes/standard/tokens', wanted)
    expect([unknown.status, unknown.body.detail]).toEqual([400, expect.stringContaining("'https://orders.example' is none of")])
    const iokids = await control(server, 'POST', '/sandboxes/iokids/tokens', { client_id, format: 'opaque' })
    expect(iokids.body.errors).toEqual([{ field: 'format', expected: expect.stringContaining('one form'), came: 'opaque' }])
  })

  test('are refused with what is wrong', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const standard = '/sandboxes/standard'
    const mint = (body: object) => control(server, 'POST', `${standard}/tokens`, { client_id: 'standard-web', ...body })
    expect((await mint({ client_id: 'standard-wep' })).body.errors[0]).toMatchObject({ field: 'client_id', suggestion: 'standard-web' })
    expect((await mint({ username: 'alicia' })).body.errors[0]).toMatchObject({ field: 'username', came: 'alicia' })
    expect((await mint({ scope: 'read admin' })).body.errors[0]).toMatchObject({ field: 'scope', came: 'admin' })
    await control(server, 'PATCH', standard, { settings: { access_token_format: 'opaque' } })
    const opaque = await mint({ claims: { a: 1 } })
    expect([opaque.status, opaque.body.detail]).toEqual([400, expect.stringContaining('opaque')])
  })
})

describe('the end of tokens', () => {
  test('comes for access tokens alone, for refresh tokens alone or for both', async () => {
    const server = await start()
    const both = await passwordTokens(server.url)
    const refresh = (refresh_token: string) => postToken(server.url, { grant_type: 'refresh_token', refresh_token, ...findFluffy })
    const expire = async (what: string) => (await control(server, 'POST', `${box}/tokens/expire`, { what })).body
    expect(await expire('access')).toEqual({ access_tokens: 1, refresh_tokens: 0 })
    expect((await me(server, both.access_token)).status).toBe(401)
    const again = await refresh(both.refresh_token)
    expect(again.status).toBe(200)
    expect(await expire('refresh')).toEqual({ access_tokens: 0, refresh_tokens: 2 })
    expect([(await me(server, String(again.body.access_token))).status, (await refresh(String(again.body.refresh_token))).status]).toEqual([
      200, 400,
    ])
    expect(await expire('all')).toEqual({ access_tokens: 1, refresh_tokens: 0 })
  })

  test('comes for the tokens of one user or client', async () => {
    const server = await start()
    const [mine, other] = [await passwordTokens(server.url), await passwordTokens(server.url, { username: 'redbutterfly267' })]
    await control(server, 'POST', `${box}/tokens/expire`, { what: 'all', username: brandon.username })
    expect([(await me(server, mine.access_token)).status, (await me(server, other.access_token)).status]).toEqual([401, 200])
    expect((await control(server, 'POST', `${box}/tokens/expire`, { what: 'all', client_id })).body.access_tokens).toBe(1)
    expect((await me(server, other.access_token)).status).toBe(401)
  })
})

describe('grants', () => {
  test('are listed by client, user and whether they hold, page by page', async () => {
    const server = await start()
    await passwordTokens(server.url)
    await passwordTokens(server.url, { username: 'redbutterfly267' })
    const list = async (query: string) => (await control(server, 'GET', `${box}/grants?${query}`)).body
    const all = await list('')
    expect(all.items.map((one: { username: string }) => one.username)).toEqual([brandon.username, 'redbutterfly267'])
    expect(all.items[0]).toMatchObject({ grant_type: 'password', client_id, app: 'FindFluffy', active: true, revoked_at: null })
    expect((await list('username=redbutterfly267')).items).toEqual([all.items[1]])
    expect((await list('client_id=nobody')).items).toEqual([])
    await control(server, 'DELETE', `${box}/grants/${all.items[0].id}`)
    expect((await list('active=true')).items).toEqual([all.items[1]])
    expect((await list('active=false')).items[0]).toMatchObject({ active: false, revoked_reason: 'the user removed the app' })
    const page = await list('limit=1')
    expect([page.items.length, page.next_cursor]).toEqual([1, String(all.items[0].id)])
    expect(await list(`limit=1&after=${page.next_cursor}`)).toEqual({ items: [all.items[1]], next_cursor: null })
  })

  test('are gone for client and API when the user removes the app', async () => {
    const server = await start()
    const { access_token, refresh_token } = await passwordTokens(server.url)
    const [grant] = (await control(server, 'GET', `${box}/grants`)).body.items
    expect((await control(server, 'DELETE', `${box}/grants/${grant.id}`)).status).toBe(204)
    expect((await me(server, access_token)).status).toBe(401)
    expect((await postToken(server.url, { grant_type: 'refresh_token', refresh_token, ...findFluffy })).body.error).toBe('invalid_grant')
    expect((await control(server, 'DELETE', `${box}/grants/4711`)).status).toBe(404)
    expect((await control(server, 'GET', `/sandboxes/standard/grants/${grant.id}`)).status).toBe(404)
  })

  test('show tokens that have no refresh token beside them', async () => {
    const server = await start({ defaultProvider: 'standard' })
    await control(server, 'POST', '/sandboxes/standard/tokens', { client_id: 'standard-web' })
    const [{ id }] = (await control(server, 'GET', '/sandboxes/standard/grants')).body.items
    const { body } = await control(server, 'GET', `/sandboxes/standard/grants/${id}`)
    expect([body.code, body.username, body.tokens]).toMatchObject([null, null, [{ use: 'access', state: 'active' }]])
  })

  test('show code, access and refresh tokens as a tree, and who used which when', async () => {
    const server = await start()
    await control(server, 'PATCH', `${box}/clock`, { now: '2030-01-01T12:00:00Z', frozen: true })
    const exchange = { grant_type: 'authorization_code', code: await freshCode(server), redirect_uri: postmanCallback, ...findFluffy }
    const first = (await postToken(server.url, exchange)).body
    await control(server, 'POST', `${box}/clock/advance`, { by: '2m' })
    await me(server, String(first.access_token))
    await postToken(server.url, { grant_type: 'refresh_token', refresh_token: String(first.refresh_token), ...findFluffy })
    const [{ id }] = (await control(server, 'GET', `${box}/grants`)).body.items
    const { body } = await control(server, 'GET', `${box}/grants/${id}`)
    const used_at = '2030-01-01T12:02:00.000Z'
    expect(body).toMatchObject({
      username: brandon.username,
      code: { used_at: '2030-01-01T12:00:00.000Z', used_by: client_id, state: 'used' },
      tokens: [
        {
          use: 'access',
          state: 'active',
          issued_at: '2030-01-01T12:00:00.000Z',
          uses: [{ time: used_at, method: 'GET', url: '/v1/me', status: 200, client_id }],
        },
        {
          use: 'refresh',
          state: 'used',
          used_at,
          used_by: client_id,
          tokens: [
            { use: 'access', state: 'active', uses: [] },
            { use: 'refresh', state: 'active', used_at: null, tokens: [] },
          ],
        },
      ],
    })
    await control(server, 'POST', `${box}/clock/advance`, { by: '5m' })
    const later = (await control(server, 'GET', `${box}/grants/${id}`)).body
    expect(later.tokens[0].state).toBe('expired')
    await control(server, 'DELETE', `${box}/grants/${id}`)
    expect((await control(server, 'GET', `${box}/grants/${id}`)).body.tokens[1].tokens[1].state).toBe('revoked')
  })
})

describe('keys', () => {
  const kids = async (server: TestServer) => {
    const { keys } = (await (await fetch(`${server.url}/jwks`)).json()) as { keys: { kid: string; alg: string }[] }
    return keys.filter((key) => key.alg === 'ES256').map((key) => key.kid)
  }
  const kidOfToken = async (server: TestServer) => {
    const { body } = await control(server, 'POST', '/sandboxes/standard/tokens', { client_id: 'standard-web' })
    return JSON.parse(Buffer.from(body.access_token.split('.')[0], 'base64url').toString()).kid
  }
  const rotate = (server: TestServer, mode: string) => control(server, 'POST', '/sandboxes/standard/keys/rotate', { mode })

  test('rotate: the old key stays in the key set', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const [old] = await kids(server)
    const { body } = await rotate(server, 'rotate')
    expect(body.items.filter((key: { alg: string }) => key.alg === 'ES256').map((key: { state: string }) => key.state)).toEqual([
      'retired',
      'active',
    ])
    const now = await kidOfToken(server)
    expect(now).not.toBe(old)
    expect(await kids(server)).toEqual([old, now])
  })

  test('retire: it goes', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const [old] = await kids(server)
    await rotate(server, 'retire')
    const now = await kidOfToken(server)
    expect([now === old, await kids(server)]).toEqual([false, [now]])
  })

  test('publish_late: tokens are signed with a key that the set shows only when it is published', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const [old] = await kids(server)
    await rotate(server, 'publish_late')
    const now = await kidOfToken(server)
    expect([now === old, await kids(server)]).toEqual([false, [old]])
    await control(server, 'POST', '/sandboxes/standard/keys/publish')
    expect(await kids(server)).toEqual([old, now])
  })

  test('a provider that signs with a secret gets another one', async () => {
    const server = await start()
    const before = server.sandbox().settings.signing_secret
    await control(server, 'POST', `${box}/keys/rotate`, { mode: 'retire' })
    const { access_token } = await passwordTokens(server.url)
    await expect(jwtVerify(access_token, new TextEncoder().encode(before))).rejects.toThrow('signature')
    await jwtVerify(access_token, new TextEncoder().encode(server.sandbox().settings.signing_secret))
  })
})
