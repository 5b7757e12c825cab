import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { withEnvironment } from '../../../src/basics/placeholders.ts'
import { readRealm } from '../../../src/providers/keycloak/realm/read-realm.ts'
import { base32, totp } from '../../../src/providers/totp.ts'
import { start } from '../../support/server.ts'
import { claimsOf, post, postJson, send } from '../../support/vendor-client.ts'

const till = {
  clientId: 'till',
  secret: 'till-secret',
  directAccessGrantsEnabled: true,
  protocolMappers: [
    {
      name: 'department',
      protocol: 'openid-connect',
      protocolMapper: 'oidc-usermodel-attribute-mapper',
      config: { 'user.attribute': 'department', 'claim.name': 'department', 'jsonType.label': 'String', 'access.token.claim': 'true' },
    },
  ],
}

/** An export with a bit of everything. */
const shop = {
  realm: 'shop',
  enabled: true,
  accessTokenLifespan: 120,
  roles: {
    realm: [{ name: 'clerk' }, { name: 'boss', composite: true, composites: { realm: ['clerk'], client: { till: ['open'] } } }],
    client: { till: [{ name: 'open' }, { name: 'close' }] },
  },
  groups: [{ name: 'branches', subGroups: [{ name: 'harbour', clientRoles: { till: ['close'] } }] }],
  clients: [till],
  users: [
    {
      username: 'gina',
      enabled: true,
      email: 'gina@example.com',
      firstName: 'Gina',
      lastName: 'Gray',
      attributes: { department: ['tills'] },
      credentials: [{ type: 'password', value: 'password' }],
      realmRoles: ['boss'],
      groups: ['/branches/harbour'],
    },
  ],
  identityProviders: [{ alias: 'google' }],
}

async function tokenOf(base: string, more: Record<string, string> = {}) {
  const form = { grant_type: 'password', client_id: 'till', client_secret: 'till-secret', username: 'gina', password: 'password' }
  const { body } = await post(`${base}/realms/shop/protocol/openid-connect/token`, { ...form, ...more })
  return { body, claims: body.access_token === undefined ? {} : claimsOf(body.access_token) }
}

async function folderWith(files: Record<string, unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'grantbox-realms-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(content))
  return folder
}

describe('a realm’s export', () => {
  test('is read by the control API, and its tokens have what it says', async () => {
    const server = await start()
    const answer = await postJson(`${server.url}/_grantbox/sandboxes/keycloak/import`, shop)
    expect([answer.status, answer.body]).toEqual([
      200,
      { items: [{ space: 'shop', left: ['identity providers (identityProviders) are led to, and nobody comes back from them'] }] },
    ])
    const { body, claims } = await tokenOf(`${server.url}/keycloak`)
    expect(body.expires_in).toBe(120)
    expect(claims).toMatchObject({ preferred_username: 'gina', department: 'tills', realm_access: { roles: ['boss', 'clerk'] } })
    expect(claims.resource_access).toEqual({ till: { roles: ['open', 'close'] } })
  })

  test('is read once more in the place of what was there', async () => {
    const server = await start()
    const url = `${server.url}/_grantbox/sandboxes/keycloak/import`
    await postJson(url, shop)
    await postJson(url, { ...shop, accessTokenLifespan: 60 })
    expect((await tokenOf(`${server.url}/keycloak`)).body.expires_in).toBe(60)
  })

  test('takes the place of the preloaded realm, too', async () => {
    const server = await start()
    await postJson(`${server.url}/_grantbox/sandboxes/keycloak/import`, { ...shop, realm: 'demo' })
    const form = { grant_type: 'password', client_id: 'till', client_secret: 'till-secret', username: 'gina', password: 'password' }
    expect((await post(`${server.url}/keycloak/realms/demo/protocol/openid-connect/token`, form)).status).toBe(200)
  })

  test.each([
    ['the realm that it would have replaced', [{ ...shop, users: [...shop.users, ...shop.users] }]],
    [
      'the realms beside it, of a list',
      [
        { ...shop, realm: 'first', users: [] },
        { ...shop, users: [...shop.users, ...shop.users] },
      ],
    ],
    ['the preloaded realm that it would have replaced', [{ ...shop, realm: 'demo', users: [...shop.users, ...shop.users] }]],
  ])('that contradicts itself leaves %s as before', async (_what, document) => {
    const { url } = await start({ made: ['keycloak'] })
    const at = `${url}/_grantbox/sandboxes/keycloak`
    expect((await postJson(`${at}/import`, shop)).status).toBe(200)
    const state = async () => (await (await fetch(`${at}/snapshot`)).json()) as { tables: object; spaces: object }
    const before = await state()
    expect((await postJson(`${at}/import`, document)).status).toBe(422)
    const { items } = (await (await fetch(`${at}/spaces`)).json()) as { items: { id: string }[] }
    expect(items.map(({ id }) => id)).toEqual(['demo', 'master', 'shop'])
    expect(await state()).toEqual(before)
    expect((await tokenOf(`${url}/keycloak`)).body).toHaveProperty('access_token')
  })

  test('is refused by a vendor that reads none, and when it is none', async () => {
    const server = await start()
    expect((await postJson(`${server.url}/_grantbox/sandboxes/iokids/import`, shop)).status).toBe(409)
    expect((await postJson(`${server.url}/_grantbox/sandboxes/keycloak/import`, { enabled: true })).status).toBe(422)
  })

  test('in a folder is read at the start', async () => {
    const folder = await folderWith({ 'shop-realm.json': shop, 'notes.txt': {} })
    const server = await start({ imports: [folder] })
    expect((await tokenOf(`${server.url}/keycloak`)).claims.preferred_username).toBe('gina')
    await expect(start({ imports: [join(folder, 'nowhere')] })).rejects.toThrow('cannot be read')
    await expect(start({ imports: [await folderWith({ 'a.json': { issuer: 'x' } })] })).rejects.toThrow('is no document')
  })

  test('gives no sub where its client scopes lack the one that brings it', async () => {
    const server = await start()
    const scoped = { ...till, defaultClientScopes: ['email'], optionalClientScopes: [] }
    const realm = { ...shop, clientScopes: [{ name: 'email', protocol: 'openid-connect' }], clients: [scoped] }
    await postJson(`${server.url}/_grantbox/sandboxes/keycloak/import`, realm)
    const { claims } = await tokenOf(`${server.url}/keycloak`)
    expect(Object.keys(claims)).toEqual(['exp', 'iat', 'jti', 'iss', 'typ', 'azp', 'sid', 'scope', 'department'])
  })
})

test('placeholders stand for the environment, else for what they say otherwise, else for themselves', () => {
  const text = JSON.stringify({ a: `\${SECRET}`, b: `\${env.HOST:localhost}`, c: `\${role_default-roles}`, d: `\${NOTHING}` })
  expect(JSON.parse(withEnvironment(text, { SECRET: 'a"b' }))).toEqual({
    a: 'a"b',
    b: 'localhost',
    c: `\${role_default-roles}`,
    d: `\${NOTHING}`,
  })
})

test('a user of an export has his authenticator app', async () => {
  const server = await start()
  const app = { type: 'otp', userLabel: 'phone', secretData: '{"value":"abcdefghijklmnopqrst"}', credentialData: '{"subType":"totp"}' }
  const [gina] = shop.users
  const users = [{ ...gina, credentials: [...(gina?.credentials ?? []), app] }]
  await postJson(`${server.url}/_grantbox/sandboxes/keycloak/import`, { ...shop, users })
  const { body } = await tokenOf(`${server.url}/keycloak`)
  expect(body).toEqual({ error: 'invalid_grant', error_description: 'Invalid user credentials' })
  const code = totp(base32(Buffer.from('abcdefghijklmnopqrst')), server.clock.now())
  expect((await tokenOf(`${server.url}/keycloak`, { totp: code })).body.error).toBeUndefined()
})

test('a user of an export without a password has one that nobody knows', () => {
  const [first, second] = readRealm({ realm: 'x', users: [{ username: 'a' }, { username: 'b' }] }).users
  expect(first?.user.password).toHaveLength(86)
  expect(first?.user.password).not.toBe(second?.user.password)
})

test('grantbox import leads a realm’s export into a running grantbox, or writes a config file that does', async () => {
  const server = await start()
  const folder = await folderWith({ 'shop.json': shop })
  const cli = async (...args: string[]) => {
    const main = join(import.meta.dirname, '../../../src/cli/main.ts')
    return await promisify(execFile)(process.execPath, [main, 'import', 'shop.json', ...args], { cwd: folder, timeout: 30_000 })
  }
  const written = await cli('--out', 'grantbox.config.json')
  expect(written.stderr).toBe('Wrote grantbox.config.json. Start with: grantbox --config grantbox.config.json --provider keycloak\n')
  expect((await send(`${server.url}/keycloak/realms/shop`)).status).toBe(404)
  const led = await cli('--url', server.url)
  expect(led.stdout).toBe('shop is in sandbox keycloak.\n')
  expect(led.stderr).toBe('  Left: identity providers (identityProviders) are led to, and nobody comes back from them\n')
  expect((await tokenOf(`${server.url}/keycloak`)).claims.preferred_username).toBe('gina')
})
