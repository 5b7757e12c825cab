import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connectGrantbox } from '../../src/index.ts'
import { Jar } from '../support/browser-jar.ts'
import { guideExample, problemsOf, startDeclared } from '../support/declared.ts'
import { callback, signInAndAllow } from '../support/standard-sign-in.ts'
import { basic, claimsOf, post, send } from '../support/vendor-client.ts'

const declaration = guideExample('own-spaces')
const member = { client_id: 'web', client_secret: 'secret', redirect_uris: [callback] }

/** Two worlds with a client and a user of the same names. */
async function twoRealms(options: Parameters<typeof startDeclared>[1] = {}) {
  const server = await startDeclared(declaration, options)
  const box = await connectGrantbox(server.url)
  const sandbox = box.sandbox('acme')
  await sandbox.spaces.create({ id: 'partners', settings: { access_token_ttl: 77 } })
  const main = sandbox.space('main')
  const partners = sandbox.space('partners')
  for (const [realm, password] of [
    [main, 'here'],
    [partners, 'there'],
  ] as const) {
    await realm.apps.create({ name: 'Web', ...member })
    await realm.users.create({ username: 'erin', password, id: `erin-${realm.id}` })
  }
  return { server, sandbox, main, partners, at: (realm: string, path: string) => `${server.url}/realms/${realm}${path}` }
}

type Realms = Awaited<ReturnType<typeof twoRealms>>

const credentials = basic(member.client_id, member.client_secret)

function signIn({ at }: Realms, realm: string, password: string) {
  const form = { grant_type: 'password', username: 'erin', password, scope: 'openid' }
  return post(at(realm, '/token'), form, credentials)
}

describe('a space that is a world of its own', () => {
  test('has users, clients, settings and keys that another one of the same names has not', async () => {
    const realms = await twoRealms()
    const here = await signIn(realms, 'main', 'here')
    const there = await signIn(realms, 'partners', 'there')
    expect([here.status, there.status]).toEqual([200, 200])
    expect(claimsOf(here.body.access_token)).toMatchObject({ iss: realms.at('main', ''), sub: 'erin-main' })
    expect(claimsOf(there.body.access_token)).toMatchObject({ iss: realms.at('partners', ''), sub: 'erin-partners' })
    expect(there.body.expires_in).toBe(77)
    expect(here.body.expires_in).not.toBe(77)
    expect((await signIn(realms, 'main', 'there')).body.error).toBe('invalid_grant')
    expect((await signIn(realms, 'partners', 'here')).body.error).toBe('invalid_grant')

    const keysOf = (realm: string) => createRemoteJWKSet(new URL(realms.at(realm, '/certs')))
    await jwtVerify(String(there.body.access_token), keysOf('partners'))
    await expect(jwtVerify(String(there.body.access_token), keysOf('main'))).rejects.toThrow(/no applicable key/)
  })

  test('knows no token of another one', async () => {
    const realms = await twoRealms()
    const { body } = await signIn(realms, 'partners', 'there')
    const bearer = { authorization: `Bearer ${body.access_token}` }
    expect((await send(realms.at('partners', '/userinfo'), { headers: bearer })).body.sub).toBe('erin-partners')
    expect((await send(realms.at('main', '/userinfo'), { headers: bearer })).status).toBe(401)
    const asked = await post(realms.at('main', '/introspect'), { token: String(body.access_token) }, credentials)
    expect(asked.body).toEqual({ active: false })
    const refreshed = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) }
    expect((await post(realms.at('main', '/token'), refreshed, credentials)).body.error).toBe('invalid_grant')
    expect((await post(realms.at('partners', '/token'), refreshed, credentials)).status).toBe(200)
  })

  test('signs a browser in for itself alone', async () => {
    const realms = await twoRealms()
    const jar = new Jar()
    const asked = (realm: string) => {
      const query = new URLSearchParams({ response_type: 'code', client_id: 'web', redirect_uri: callback, scope: 'openid', state: realm })
      return realms.at(realm, `/auth?${query}`)
    }
    const erin = (password: string) => ({ username: 'erin', password })
    const end = await signInAndAllow(jar, await jar.open(asked('partners')), realms.server.url, erin('there'))
    expect(end.location?.searchParams.get('state')).toBe('partners')
    const again = await jar.open(`${asked('partners')}&prompt=none`)
    expect(again.location?.searchParams.has('code')).toBe(true)
    const elsewhere = await jar.open(`${asked('main')}&prompt=none`)
    expect(elsewhere.location?.searchParams.get('error')).toBe('login_required')
    await signInAndAllow(jar, await jar.open(asked('main')), realms.server.url, erin('here'))
    const still = await jar.open(`${asked('partners')}&prompt=none`)
    expect(still.location?.searchParams.has('code')).toBe(true)
  })

  test('is refused when nobody made it, with those there are', async () => {
    const realms = await twoRealms()
    const answer = await post(realms.at('strangers', '/token'), { grant_type: 'client_credentials' }, credentials)
    expect(answer.status).toBe(404)
    expect(answer.explanation).toBe("realm 'strangers' came; there are: main, partners")
  })

  test('shares the clock, the faults and the journal with its sandbox', async () => {
    const realms = await twoRealms()
    await realms.sandbox.faults.add({ endpoint: 'token', error: 'server_error' })
    expect((await signIn(realms, 'partners', 'there')).body.error).toBe('server_error')
    const { body } = await signIn(realms, 'partners', 'there')
    await realms.sandbox.clock.advance('2m')
    const userinfo = await send(realms.at('partners', '/userinfo'), { headers: { authorization: `Bearer ${body.access_token}` } })
    expect(userinfo.status).toBe(401)
    const urls = (await realms.sandbox.requests.list()).map(({ url }) => url)
    expect(urls).toContain('/realms/partners/userinfo')
  })
})

test('the journal tells which space was asked, and gives those of one alone', async () => {
  const realms = await twoRealms()
  const { sandbox, partners, at } = realms
  await sandbox.requests.clear()
  await signIn(realms, 'main', 'here')
  await signIn(realms, 'partners', 'there')
  await partners.authorize({ client_id: 'web', redirect_uri: callback, scope: 'openid', username: 'erin' })
  await send(at('strangers', '/certs'))
  const told = await sandbox.requests.list({ driver: 'any' })
  expect(told.map(({ url, space }) => [url.split('?')[0], space])).toEqual([
    ['/realms/main/token', 'main'],
    ['/realms/partners/token', 'partners'],
    ['/_grantbox/sandboxes/acme/authorize', 'partners'],
    ['/realms/strangers/certs', undefined],
  ])
  expect((await sandbox.requests.list({ space: 'partners' })).map(({ url }) => url)).toEqual(['/realms/partners/token'])
  expect((await sandbox.requests.wait({ space: 'main' })).url).toBe('/realms/main/token')
  expect(await sandbox.requests.list({ space: 'Main' })).toEqual([])
  // What is shown follows the settings of the space that was asked.
  await sandbox.spaces.update('partners', { settings: { show_secrets: true } })
  const bodies = (await sandbox.requests.list({ endpoint: 'token' })).map(
    ({ request_body }) => (request_body as { password: string }).password,
  )
  expect(bodies).toEqual([expect.not.stringContaining('here'), 'there'])
})

describe('the control API', () => {
  test('means the first space when none is named, and shows which', async () => {
    const { sandbox, partners } = await twoRealms()
    expect((await sandbox.users.get('erin')).space).toBe('main')
    expect((await partners.users.get('erin')).space).toBe('partners')
    expect((await sandbox.apps.list()).map(({ name, space }) => [name, space])).toContainEqual(['Web', 'main'])
    const minted = await partners.tokens.mint({ client_id: 'web', username: 'erin' })
    expect(claimsOf(minted.access_token).sub).toBe('erin-partners')
    expect((await partners.grants.list()).map(({ username, space }) => [username, space])).toEqual([['erin', 'partners']])
    expect(await sandbox.grants.list()).toEqual([])
  })

  test('takes the name from the body, too, and refuses one that is none', async () => {
    const { server, at } = await twoRealms()
    const users = `${server.url}/_grantbox/sandboxes/acme/users`
    const headers = { 'content-type': 'application/json' }
    const made = await send(users, { method: 'POST', headers, body: '{"username":"frank","space":"partners"}' })
    expect(made.body).toMatchObject({ username: 'frank', space: 'partners' })
    const refused = await send(users, { method: 'POST', headers, body: '{"username":"frank","space":"partner"}' })
    expect(refused.text).toContain('partners')
    expect(refused.status).toBe(400)
    expect((await send(`${users}/frank`)).status).toBe(404)
    expect((await send(`${users}/frank?space=partners`)).body.username).toBe('frank')
    expect((await send(at('main', '/certs'))).status).toBe(200)
  })

  test('lists, makes, changes and deletes spaces', async () => {
    const { server, sandbox, at } = await twoRealms()
    expect((await sandbox.spaces.list()).map(({ id, default: first, issuer }) => [id, first, issuer])).toEqual([
      ['main', true, at('main', '')],
      ['partners', false, at('partners', '')],
    ])
    await expect(sandbox.spaces.create({ id: 'partners' })).rejects.toThrow(/partners/)
    await expect(sandbox.spaces.create({ id: 'no/slash' })).rejects.toThrow(/without blanks, slashes/)
    expect((await sandbox.spaces.update('partners', { settings: { access_token_ttl: 99 } })).settings.access_token_ttl).toBe(99)
    expect((await sandbox.spaces.get('main')).settings.access_token_ttl).not.toBe(99)
    await sandbox.spaces.delete('partners')
    await expect(sandbox.spaces.get('partners')).rejects.toThrow(/There is: main/)
    expect((await send(at('partners', '/certs'))).status).toBe(404)
    await sandbox.spaces.delete('main')
    expect((await send(at('main', '/certs'))).status).toBe(404)
    expect(await sandbox.spaces.list()).toEqual([])
    await sandbox.reset()
    expect((await send(at('main', '/certs'))).status).toBe(200)
    const elsewhere = await send(`${server.url}/_grantbox/sandboxes/deyel/spaces`, {
      method: 'POST',
      body: '{"id":"x"}',
      headers: { 'content-type': 'application/json' },
    })
    expect([elsewhere.status, elsewhere.text]).toEqual([409, expect.stringContaining('has no spaces')])
  })

  test('resets all spaces, and takes them along in snapshots', async () => {
    const realms = await twoRealms()
    const before = await signIn(realms, 'partners', 'there')
    const snapshot = await realms.sandbox.snapshot()
    await realms.sandbox.reset()
    expect((await realms.sandbox.spaces.list()).map(({ id }) => id)).toEqual(['main'])
    await realms.sandbox.restore(snapshot)
    const headers = { authorization: `Bearer ${before.body.access_token}` }
    expect((await send(realms.at('partners', '/userinfo'), { headers })).body.sub).toBe('erin-partners')
    expect((await signIn(realms, 'partners', 'there')).body.expires_in).toBe(77)
  })
})

test('spaces are there after a restart, and gone with their sandbox', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'grantbox-spaces-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const db = join(folder, 'db.sqlite')
  const first = await twoRealms({ db })
  const { body } = await signIn(first, 'partners', 'there')
  await first.server.close()

  const server = await startDeclared(declaration, { db })
  const userinfo = await send(`${server.url}/realms/partners/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })
  expect(userinfo.body.sub).toBe('erin-partners')
  const box = await connectGrantbox(server.url)
  const made = await box.createSandbox({ name: 'other', provider: 'acme' })
  await made.spaces.create({ id: 'partners' })
  await made.delete()
  const again = await box.createSandbox({ name: 'other', provider: 'acme' })
  expect((await again.spaces.list()).map(({ id }) => id)).toEqual(['main'])
  expect((await box.sandbox('acme').spaces.list()).map(({ id }) => id)).toEqual(['main', 'partners'])
})

test('a declaration says what is wrong with its worlds', () => {
  expect(problemsOf({ ...declaration, spaces: { realm: { default: 'main', own: true, only: ['main'] } } })).toEqual([
    'file: providers.acme.spaces.realm.only: expected nothing beside own: there are those that were made',
  ])
})
