import { describe, expect, test } from 'vitest'
import { readDeclarations } from '../../src/config/declarations.ts'
import { control } from '../support/control-client.ts'
import { start, startForFile } from '../support/server.ts'
import { alice, claimsOf, json, post, web } from '../support/standard-client.ts'
import { callback } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const { url } = server
const box = '/sandboxes/standard'
const own = ['groups', 'api://orders/.default', 'mcp:tools', 'https://graph.example/User.Read', 'urn:x#y?z', '~!$%&()*+,-./:;<=>?@[]^_`{|}']
const explained = ({ headers }: { headers: Headers }) => decodeURIComponent(headers.get('grantbox-explain') ?? '')

async function app(name: string, members: object = {}, sandbox = box) {
  const { status, body } = await control(server, 'POST', `${sandbox}/apps`, { name, redirect_uris: [callback], ...members })
  expect([status, body.detail]).toEqual([201, undefined])
  const { client_id, client_secret } = body.clients[0]
  return { id: body.id as string, client: { client_id, client_secret } as { client_id: string; client_secret: string } }
}

describe('scopes of an app of its own (RFC 6749 §3.3)', () => {
  test.each(['standard', 'iokids', 'socialid', 'gateway', 'deyel', 'wildix'])(
    '%s: an app takes any, and mints with it',
    async (provider) => {
      const { client } = await app('own', { scopes: own }, `/sandboxes/${provider}`)
      for (const scope of own) {
        const { status, body } = await control(server, 'POST', `/sandboxes/${provider}/tokens`, { client_id: client.client_id, scope })
        expect([scope, status, body.detail]).toEqual([scope, 201, undefined])
      }
    },
  )

  test('each grant gives them, and the metadata list them as long as an app has them', async () => {
    const listed = async () => (await json(`${url}/.well-known/openid-configuration`)).body.scopes_supported as string[]
    expect(await listed()).not.toContain('calendar:read')
    const { id, client } = await app('calendar', { scopes: ['openid', 'calendar:read', 'calendar:write'] })
    expect(await listed()).toEqual(expect.arrayContaining(['openid', 'offline_access', 'calendar:read', 'calendar:write']))
    const scope = 'calendar:read'
    const own = await post(url, '/token', { grant_type: 'client_credentials', scope, ...client })
    expect(claimsOf(own.body.access_token).scope).toBe(scope)
    await control(server, 'PATCH', `${box}/users/alice`, { apps: ['Standard Web', 'calendar'] })
    const { body } = await control(server, 'POST', `${box}/authorize`, {
      ...client,
      client_secret: undefined,
      username: 'alice',
      scope: `openid ${scope}`,
    })
    const redeemed = await post(url, '/token', { grant_type: 'authorization_code', code: body.code, redirect_uri: callback, ...client })
    expect(claimsOf(redeemed.body.access_token).scope).toBe(`openid ${scope}`)
    expect((await post(url, '/device_authorization', { ...client, scope })).status).toBe(200)
    await control(server, 'PATCH', `${box}/apps/${id}`, { scopes: ['openid'] })
    expect(await listed()).not.toContain('calendar:read')
  })

  test('a config file gives them, and each grant has them', async () => {
    const client = { client_id: 'calendar', client_secret: 'calendar-secret' }
    const apps = [{ name: 'calendar', scopes: ['openid', ...own], redirect_uris: [callback], clients: [client] }]
    const { declared, problems } = readDeclarations({ sandboxes: { shop: { provider: 'standard', apps } } }, 'file')
    expect(problems).toEqual([])
    const { url } = await start({ declared })
    const shop = `${url}/shop`
    expect((await json(`${shop}/.well-known/openid-configuration`)).body.scopes_supported).toEqual(expect.arrayContaining(own))
    for (const scope of [...own, own.join(' ')]) {
      const { status, body } = await post(shop, '/token', { grant_type: 'client_credentials', scope, ...client })
      expect([status, claimsOf(body.access_token).scope]).toEqual([200, scope])
    }
    expect((await post(shop, '/token', { grant_type: 'client_credentials', scope: 'read', ...client })).body.error).toBe('invalid_scope')
    const broken = [{ ...apps[0], scopes: ['two words'] }]
    expect(readDeclarations({ sandboxes: { shop: { provider: 'standard', apps: broken } } }, 'file').problems).toMatchObject([
      { where: 'file: sandboxes.shop.apps[0].scopes[0]' },
    ])
  })

  test('what is no scope is refused', async () => {
    for (const scope of ['', 'two words', 'a"b', 'a\\b', 'tab\t', 'ümlaut']) {
      const { status, body } = await control(server, 'POST', `${box}/apps`, { name: 'none', scopes: ['openid', scope] })
      expect([status, body.errors?.[0]?.field]).toEqual([400, 'scopes[1]'])
    }
  })

  test('a refusal says how to allow it', async () => {
    const answer = await post(url, '/token', { grant_type: 'client_credentials', scope: 'groups', ...web })
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_scope'])
    expect(explained(answer)).toMatch(
      /scope 'groups' goes beyond app .*PATCH \/_grantbox\/sandboxes\/standard\/apps\/\S+\), or set strictness to lenient/,
    )
    const { body } = await control(server, 'POST', `${box}/tokens`, { client_id: web.client_id, scope: 'groups' })
    expect(body.detail).toContain("add others to the app's scopes, or set strictness to lenient")
  })
})

describe('a lenient sandbox', () => {
  test('lets scopes pass that nobody knows, and says so', async () => {
    await control(server, 'POST', '/sandboxes', { name: 'kind', provider: 'standard', settings: { strictness: 'lenient' } })
    const base = `${url}/kind`
    const scope = 'openid groups api://orders/.default'
    const answer = await post(base, '/token', { grant_type: 'password', ...web, ...alice, scope })
    expect(claimsOf(answer.body.access_token).scope).toBe(scope)
    const { explanation } = server.sandbox('kind').journal.list().at(-1) ?? {}
    expect(explanation).toContain("scope 'groups api://orders/.default' goes beyond app")
    const { body } = await control(server, 'POST', '/sandboxes/kind/authorize', {
      client_id: web.client_id,
      redirect_uri: callback,
      username: 'alice',
      scope,
    })
    expect(body.code).toEqual(expect.any(String))
    expect((await post(base, '/device_authorization', { client_id: 'standard-device', scope: 'tv' })).status).toBe(200)
    expect((await post(base, '/bc-authorize', { ...web, scope, login_hint: 'alice' })).status).toBe(200)
    expect((await control(server, 'POST', '/sandboxes/kind/tokens', { client_id: web.client_id, scope: 'tv' })).status).toBe(201)
    const registered = await json(`${base}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [callback], scope: 'openid mcp:tools' }),
    })
    expect([registered.status, registered.body.scope]).toEqual([201, 'openid mcp:tools'])
    expect((await post(base, '/token', { grant_type: 'client_credentials', ...web, scope: 'a"b' })).body.error).toBe('invalid_scope')
  })
})

describe('offline_access', () => {
  const registered = async (members: object) => {
    const { body } = await json(`${url}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [callback], scope: 'openid read', ...members }),
    })
    return { client_id: String(body.client_id), client_secret: String(body.client_secret) }
  }
  const ask = (client_id: string) =>
    control(server, 'POST', `${box}/authorize`, {
      client_id,
      redirect_uri: callback,
      username: 'alice',
      scope: 'openid read offline_access',
    })

  test('is within reach of a client that registered with the scopes of its resource', async () => {
    const client = await registered({ grant_types: ['authorization_code', 'refresh_token'] })
    await control(server, 'PATCH', `${box}/users/alice`, {
      apps: (await control(server, 'GET', `${box}/apps`)).body.items.map(({ id }: { id: string }) => id),
    })
    const { body } = await ask(client.client_id)
    const tokens = await post(url, '/token', { grant_type: 'authorization_code', code: body.code, redirect_uri: callback, ...client })
    expect(tokens.body).toMatchObject({ refresh_token: expect.any(String) })
    expect(claimsOf(tokens.body.access_token).scope).toBe('openid read offline_access')
  })

  test('and of none that may not use refresh tokens', async () => {
    const client = await registered({ grant_types: ['authorization_code'] })
    expect((await ask(client.client_id)).body.redirect_to).toContain('error=invalid_scope')
  })
})
