import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { readDeclarations } from '../../src/config/declarations.ts'
import { connectGrantbox } from '../../src/index.ts'
import { DashboardClient } from '../support/dashboard-client.ts'
import { guideExample, startDeclared } from '../support/declared.ts'
import { callback } from '../support/standard-sign-in.ts'
import { basic, post, send } from '../support/vendor-client.ts'

/** Realms that go away, come back, are made twice, or are called almost alike. */

const declaration = guideExample('own-spaces')
const web = { name: 'Web', client_id: 'web', client_secret: 'secret', redirect_uris: [callback] }
const credentials = basic('web', 'secret')

async function open(options: Parameters<typeof startDeclared>[1] = {}) {
  const server = await startDeclared(declaration, options)
  const box = await connectGrantbox(server.url)
  const at = (realm: string, path: string, sandbox = '') => `${server.url}${sandbox}/realms/${realm}${path}`
  return { server, box, sandbox: box.sandbox('acme'), spaces: server.sandbox('acme').spaces, at }
}

type Box = Awaited<ReturnType<typeof open>>

async function make({ sandbox }: Pick<Box, 'sandbox'>, id: string) {
  await sandbox.spaces.create({ id })
  await sandbox.space(id).apps.create(web)
  return sandbox.space(id)
}

const grant = { grant_type: 'client_credentials' }
const idsOf = async ({ sandbox }: Pick<Box, 'sandbox'>) => (await sandbox.spaces.list()).map(({ id }) => id)

/** Lets something happen before the call of that number to a store, whatever it asks; says whether it came so far. */
function before(store: object, number: number, happen: () => void): () => boolean {
  let calls = 0
  for (const [name, real] of Object.entries(store)) {
    if (typeof real !== 'function') continue
    vi.spyOn(store as Record<string, (...given: unknown[]) => unknown>, name).mockImplementation((...given) => {
      if (++calls === number) happen()
      return real(...given)
    })
  }
  return () => calls >= number
}

describe('a space that is deleted while a request is under way', () => {
  const requests: Readonly<Record<string, (box: Box, realm: string) => Promise<{ status: number }>>> = {
    'client credentials': ({ at }, realm) => post(at(realm, '/token'), grant, credentials),
    'a password': ({ at }, realm) =>
      post(at(realm, '/token'), { grant_type: 'password', username: 'erin', password: 'pw', scope: 'openid' }, credentials),
    'a sign-in': ({ at }, realm) => {
      const query = new URLSearchParams({ response_type: 'code', client_id: 'web', redirect_uri: callback, scope: 'openid', state: 's' })
      return send(at(realm, `/auth?${query}`))
    },
    introspection: ({ at }, realm) => post(at(realm, '/introspect'), { token: 'nothing' }, credentials),
    'the key set': ({ at }, realm) => send(at(realm, '/certs')),
    'the control API': async ({ sandbox }, realm) => {
      const wanted = { client_id: 'web', redirect_uri: callback, scope: 'openid', username: 'erin' }
      return sandbox
        .space(realm)
        .authorize(wanted)
        .then(
          () => ({ status: 200 }),
          ({ status }: { status: number }) => ({ status }),
        )
    },
  }

  test.each(Object.entries(requests))('refuses %s in its words, at whichever step it goes', async (_, send) => {
    const box = await open()
    const statuses: number[] = []
    for (let step = 1, reached = true; reached; step++) {
      const realm = `p${step}`
      const partners = await make(box, realm)
      await partners.users.create({ username: 'erin', password: 'pw' })
      const { store } = box.spaces.find(realm) ?? {}
      if (store === undefined) throw new Error('the space is not there')
      const cameTo = before(store, step, () => box.spaces.delete(realm))
      statuses.push((await send(box, realm)).status)
      reached = cameTo()
    }
    expect(statuses.length).toBeGreaterThan(1)
    // The last one was not struck; all others are refused, or came through before they noticed.
    expect(statuses.filter((status) => status >= 500)).toEqual([])
    expect(await idsOf(box)).toEqual(['main', `p${statuses.length}`])
  })

  test('leaves nothing of itself behind, and its browser session with it', async () => {
    const box = await open()
    await make(box, 'partners')
    const { body } = await post(box.at('partners', '/token'), grant, credentials)
    await box.sandbox.spaces.delete('partners')
    await make(box, 'partners')
    const asked = await post(box.at('partners', '/introspect'), { token: String(body.access_token) }, credentials)
    expect(asked.body).toEqual({ active: false })
    expect((await box.sandbox.space('partners').users.list()).length).toBe(0)
    expect(await box.sandbox.space('partners').grants.list()).toEqual([])
  })
})

describe('names', () => {
  test('are taken once, whoever comes at the same time', async () => {
    const box = await open()
    const made = await Promise.allSettled(Array.from({ length: 4 }, () => box.sandbox.spaces.create({ id: 'partners' })))
    const refused = made.flatMap((one) => (one.status === 'rejected' ? [one.reason.status] : []))
    expect(refused).toEqual([409, 409, 409])
    expect(await idsOf(box)).toEqual(['main', 'partners'])
    await expect(box.sandbox.spaces.create({ id: 'main' })).rejects.toMatchObject({ status: 409 })
  })

  test('that differ in letter case alone are two', async () => {
    const box = await open()
    await make(box, 'partners')
    expect((await post(box.at('Partners', '/token'), grant, credentials)).status).toBe(404)
    const other = await make(box, 'Partners')
    await other.users.create({ username: 'erin' })
    expect(await box.sandbox.space('partners').users.list()).toEqual([])
    const issuers = (await box.sandbox.spaces.list()).map(({ issuer }) => issuer)
    expect(issuers).toEqual([box.at('main', ''), box.at('partners', ''), box.at('Partners', '')])
    await box.sandbox.spaces.delete('Partners')
    expect((await post(box.at('partners', '/token'), grant, credentials)).status).toBe(200)
  })

  test.each([
    ['pärtners', 'p%C3%A4rtners'],
    ['eu-central-1_Abc~1', 'eu-central-1_Abc~1'],
    ['a&b=c;d+e%2F', 'a%26b%3Dc%3Bd%2Be%252F'],
    ['контора', '%D0%BA%D0%BE%D0%BD%D1%82%D0%BE%D1%80%D0%B0'],
  ])('%s is found as addresses write it', async (name, written) => {
    const box = await open()
    await make(box, name)
    const { status, body } = await post(box.at(written, '/token'), grant, credentials)
    expect(status).toBe(200)
    expect((await send(box.at(written, '/.well-known/openid-configuration'))).body.issuer).toBe(box.at(written, ''))
    expect(JSON.parse(Buffer.from(String(body.access_token).split('.')[1] ?? '', 'base64url').toString()).iss).toBe(box.at(written, ''))
    const page = await new DashboardClient(box.server.url).get(`/dashboard/acme~${written}/apps`)
    expect([page.status, page.html.includes('Web')]).toEqual([200, true])
    expect((await box.sandbox.spaces.get(name)).id).toBe(name)
    expect((await box.sandbox.requests.list({ space: name })).length).toBe(2)
    await box.sandbox.spaces.delete(name)
    expect((await post(box.at(written, '/token'), grant, credentials)).status).toBe(404)
  })

  test.each(['a%2Fb', 'main%2F', '%2E%2E', '%00', '%20', 'main%20', '%E0%A4%A', '%ZZ', 'MAIN', 'constructor', '__proto__'])(
    '%s is none, and nothing of ours breaks',
    async (written) => {
      const box = await open()
      const statuses = [
        (await post(box.at(written, '/token'), grant, credentials)).status,
        (await send(box.at(written, '/.well-known/openid-configuration'))).status,
        (await new DashboardClient(box.server.url).get(`/dashboard/acme~${written}/apps`)).status,
      ]
      expect(statuses.every((status) => [400, 404].includes(status)) ? [] : statuses).toEqual([])
    },
  )

  test.each(['', '.', '..', 'a b', 'a/b', 'a?b', 'a#b', '{a}', 'a\n', '\u0000', '\ud800', 'x'.repeat(201)])(
    '%j may not be one',
    async (id) => {
      const { server } = await open()
      const headers = { 'content-type': 'application/json' }
      const made = await send(`${server.url}/_grantbox/sandboxes/acme/spaces`, { method: 'POST', headers, body: JSON.stringify({ id }) })
      expect(made.status).toBe(400)
    },
  )
})

describe('the first space', () => {
  test('comes back empty under its name, as the sandbox itself', async () => {
    const box = await open()
    const { sandbox, at } = box
    await sandbox.apps.create(web)
    const { body } = await post(at('main', '/token'), grant, credentials)
    const kids = async () => ((await send(at('main', '/certs'))).body.keys as { kid: string }[]).map(({ kid }) => kid)
    const before = await kids()
    await make(box, 'partners')
    await sandbox.spaces.delete('main')
    expect(await idsOf(box)).toEqual(['partners'])
    await expect(sandbox.users.list()).rejects.toMatchObject({ status: 409, message: expect.stringContaining('space: partners') })
    await expect(sandbox.spaces.create({ id: 'main' })).resolves.toMatchObject({ id: 'main', default: true })
    expect(await idsOf(box)).toEqual(['main', 'partners'])
    expect((await sandbox.spaces.update('main', { settings: { code_ttl: 9 } })).default).toBe(true)
    expect(await sandbox.users.list()).toEqual([])
    expect(await sandbox.apps.list()).toEqual([])
    await sandbox.apps.create(web)
    expect((await post(at('main', '/introspect'), { token: String(body.access_token) }, credentials)).body).toEqual({ active: false })
    expect((await post(at('main', '/token'), grant, credentials)).status).toBe(200)
    expect((await kids()).filter((kid) => before.includes(kid))).toEqual([])
  })

  test('stays away over a restart, and comes back with a reset', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'grantbox-apart-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const db = join(folder, 'db.sqlite')
    const box = await open({ db })
    await make(box, 'partners')
    await box.sandbox.spaces.delete('main')
    await box.server.close()
    const again = await open({ db })
    expect(await idsOf(again)).toEqual(['partners'])
    expect((await send(again.at('main', '/certs'))).status).toBe(404)
    expect((await post(again.at('partners', '/token'), grant, credentials)).status).toBe(200)
    await again.sandbox.reset()
    expect(await idsOf(again)).toEqual(['main'])
    expect((await again.sandbox.users.list()).length).toBeGreaterThan(0)
  })
})

test('a snapshot puts the spaces of one sandbox into another, and leaves the first as it was', async () => {
  const box = await open()
  const partners = await make(box, 'partners')
  await box.sandbox.spaces.update('partners', { settings: { access_token_ttl: 77 } })
  const { body } = await post(box.at('partners', '/token'), grant, credentials)
  const other = await box.box.createSandbox({ name: 'other', provider: 'acme' })
  await make({ sandbox: other }, 'guests')
  const snapshot = await box.sandbox.snapshot()
  for (const _ of [1, 2]) await other.restore(snapshot)
  expect(await idsOf({ sandbox: other })).toEqual(['main', 'partners'])
  const asked = await post(box.at('partners', '/introspect', '/other'), { token: String(body.access_token) }, credentials)
  expect([asked.status, asked.body.active]).toEqual([200, true])
  expect((await post(box.at('partners', '/token', '/other'), grant, credentials)).body.expires_in).toBe(77)
  await other.space('partners').users.create({ username: 'frank' })
  await other.spaces.delete('partners')
  expect((await partners.users.list()).map(({ username }) => username)).toEqual([])
  expect((await post(box.at('partners', '/token'), grant, credentials)).body.expires_in).toBe(77)
})

test('a provider that loses its worlds by a changed file has one, and has them back with it', async () => {
  const box = await open()
  await make(box, 'partners')
  const { server, sandbox } = box
  const declare = (spaces: object) =>
    server.server.declare(readDeclarations({ providers: { acme: { ...declaration, spaces } } }, 'file').declared)
  await declare({ realm: { default: 'main' } })
  expect(await idsOf(box)).toEqual([])
  expect((await post(box.at('partners', '/token'), grant, credentials)).body.error).toBe('invalid_client')
  expect((await sandbox.users.list())[0]).not.toHaveProperty('space')
  await expect(sandbox.space('partners').users.list()).rejects.toMatchObject({ status: 400 })
  await expect(sandbox.spaces.create({ id: 'guests' })).rejects.toMatchObject({ status: 409 })
  const browser = new DashboardClient(server.url)
  expect((await browser.get('/dashboard/acme~partners/apps')).status).toBe(404)
  expect((await browser.get('/dashboard/acme/requests')).status).toBe(200)
  await declare({ realm: { default: 'main', own: true } })
  expect(await idsOf(box)).toEqual(['main', 'partners'])
  expect((await post(box.at('partners', '/token'), grant, credentials)).status).toBe(200)
})
