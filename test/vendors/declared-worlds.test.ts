import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readDeclarations } from '../../src/config/declarations.ts'
import { connectGrantbox } from '../../src/index.ts'
import { guideExample } from '../support/declared.ts'
import { start, type TestServer } from '../support/server.ts'
import { basic, claimsOf, post, send } from '../support/vendor-client.ts'

/** Realms that stand in the config file, in the sandbox that has them. */

const key = (kid: string) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { pem: String(privateKey.export({ format: 'pem', type: 'pkcs8' })), kid }
}
const keys = { first: key('of-main'), second: key('of-partners') }

const app = (client_id: string) => ({ name: 'Web', id: 'web', scopes: ['read'], clients: [{ client_id, client_secret: 'secret' }] })
const spaces = {
  main: { apps: [app('here')], settings: { code_ttl: 44 } },
  partners: {
    apps: [app('there')],
    users: [{ username: 'erin', password: 'pw' }],
    settings: { access_token_ttl: 77, refresh_token_ttl: 700 },
    keys: [keys.second],
  },
}

const file = (box: object, provider: object = guideExample('own-spaces')) =>
  readDeclarations({ providers: { acme: provider }, sandboxes: { box: { provider: 'acme', ...box } } }, 'file')

async function open(box: object) {
  const { declared, problems } = file(box)
  expect(problems).toEqual([])
  const server = await start({ declared })
  return {
    server,
    sandbox: (await connectGrantbox(server.url)).sandbox('box'),
    declare: (next: object) => server.server.declare(file(next).declared),
  }
}

const tokenAt = ({ url }: TestServer, realm: string, client_id: string) =>
  post(`${url}/box/realms/${realm}/token`, { grant_type: 'client_credentials' }, basic(client_id, 'secret'))

const kidsAt = async ({ url }: TestServer, realm: string) =>
  ((await send(`${url}/box/realms/${realm}/certs`)).body.keys as { kid: string }[]).map(({ kid }) => kid)

describe('realms in the config file', () => {
  test('are there with their apps, users, settings and keys, the first one as the sandbox itself', async () => {
    const { server, sandbox } = await open({ settings: { access_token_ttl: 55 }, keys: [keys.first], spaces })
    expect((await sandbox.spaces.list()).map(({ id }) => id)).toEqual(['main', 'partners'])
    const [here, there] = [await tokenAt(server, 'main', 'here'), await tokenAt(server, 'partners', 'there')]
    expect([here.body.expires_in, there.body.expires_in]).toEqual([55, 77])
    expect((await tokenAt(server, 'main', 'there')).body.error).toBe('invalid_client')
    expect(claimsOf(there.body.access_token).iss).toBe(`${server.url}/box/realms/partners`)
    expect(await kidsAt(server, 'main')).toContain('of-main')
    expect(await kidsAt(server, 'partners')).toEqual(expect.arrayContaining(['of-partners']))
    expect(await kidsAt(server, 'partners')).not.toContain('of-main')
    expect((await sandbox.spaces.get('main')).settings.code_ttl).toBe(44)
    expect((await sandbox.space('partners').users.list()).map(({ username }) => username)).toEqual(['erin'])
    // The sandbox's settings hold where a realm says nothing, the first one's with them.
    expect((await sandbox.spaces.get('partners')).settings.code_ttl).toBe(44)
  })

  test('become what a changed file says, without a restart, and keep what others put there', async () => {
    const { server, sandbox, declare } = await open({ spaces })
    const partners = sandbox.space('partners')
    const { body } = await tokenAt(server, 'partners', 'there')
    await partners.users.create({ username: 'frank' })
    await sandbox.spaces.create({ id: 'guests' })
    const renewed = key('renewed')
    await declare({
      spaces: {
        partners: { settings: { access_token_ttl: 88 }, users: [{ username: 'gina' }], keys: [renewed] },
        staff: { apps: [app('staff')] },
      },
    })
    expect((await sandbox.spaces.list()).map(({ id }) => id)).toEqual(['main', 'partners', 'guests', 'staff'])
    const { settings } = await sandbox.spaces.get('partners')
    expect([settings.access_token_ttl, settings.refresh_token_ttl]).toEqual([88, server.sandbox('box').settings.refresh_token_ttl])
    expect(server.sandbox('box').settings.code_ttl).not.toBe(44)
    expect((await partners.users.list()).map(({ username }) => username)).toEqual(['erin', 'frank', 'gina'])
    expect((await tokenAt(server, 'staff', 'staff')).status).toBe(200)
    const headers = { authorization: `Bearer ${body.access_token}` }
    expect((await send(`${server.url}/box/realms/partners/userinfo`, { headers })).status).not.toBe(500)
    const again = await tokenAt(server, 'partners', 'there')
    expect(again.body.expires_in).toBe(88)
    const [header = ''] = String(again.body.access_token).split('.')
    expect(JSON.parse(Buffer.from(header, 'base64url').toString()).kid).toBe('renewed')
  })

  test('are there again after a reset, and after the first was deleted', async () => {
    const { server, sandbox, declare } = await open({ spaces })
    await sandbox.spaces.delete('partners')
    await sandbox.spaces.create({ id: 'guests' })
    await sandbox.reset()
    expect((await sandbox.spaces.list()).map(({ id }) => id)).toEqual(['main', 'partners'])
    expect((await tokenAt(server, 'partners', 'there')).body.expires_in).toBe(77)
    await sandbox.spaces.delete('main')
    expect((await tokenAt(server, 'main', 'here')).status).toBe(404)
    await declare({ spaces })
    expect((await tokenAt(server, 'main', 'here')).status).toBe(200)
  })

  test('are taken as a whole with the sandbox, or not at all', async () => {
    const { server, sandbox, declare } = await open({ spaces })
    const twice = { users: [{ username: 'hana', user_id: 'one' }], keys: [keys.second] }
    const before = server.sandbox('box').settings
    const more = {
      settings: { access_token_ttl: 5 },
      spaces: { fresh: {}, partners: { keys: [{ ...keys.first, kid: 'of-partners' }] }, other: twice },
    }
    await expect(declare(more)).rejects.toThrow('sandboxes.box.spaces.partners.keys[0].kid: expected one that no other key has')
    expect(server.sandbox('box').settings).toEqual(before)
    expect((await sandbox.spaces.list()).map(({ id }) => id)).toEqual(['main', 'partners'])
    expect((await tokenAt(server, 'partners', 'there')).body.expires_in).toBe(77)
  })

  test.each([
    ['a name', { spaces: { 'a/b': {} } }, 'file: sandboxes.box.spaces.a/b: expected a name without blanks, slashes and braces'],
    [
      'a setting',
      { spaces: { b: { settings: { access_token_ttl: 'soon' } } } },
      'file: sandboxes.box.spaces.b.settings.access_token_ttl: ',
    ],
    ['an unknown key', { spaces: { b: { hosts: [] } } }, 'file: sandboxes.box.spaces.b.hosts: '],
    [
      'a client twice',
      { spaces: { b: { apps: [app('x'), { ...app('x'), name: 'B', id: 'b' }] } } },
      'file: sandboxes.box.spaces.b.apps[1].clients[0].client_id: expected a client_id that no other client has',
    ],
    [
      'realms where there are none',
      { provider: 'standard', spaces: { b: {} } },
      'file: sandboxes.box.spaces: expected nothing, for standard has no realms, pools or tenants',
    ],
  ])('%s that is wrong is told with its place', (_, box, problem) => {
    const [first] = file(box).problems
    expect(`${first?.where}: ${first?.message}`).toContain(problem)
  })
})
