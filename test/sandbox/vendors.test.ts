import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { renderBanner } from '../../src/cli/banner.ts'
import { connectGrantbox } from '../../src/library/connect.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { allProviders, type Vendor, vendors } from '../../src/providers/registry.ts'
import { standard } from '../../src/providers/standard/standard.ts'
import { ask, tunnel } from '../support/proxied.ts'
import { rawRequest } from '../support/raw-request.ts'
import { start as startServer } from '../support/server.ts'

const hosts = ['login.acme.example', '*.tenants.acme.example']
/** A server needs its default provider as well. */
const ofTheDefault = vendors.slice(0, 1)
const provider: Provider = { ...standard, id: 'acme', name: 'Acme', hosts }

/** A server that knows a vendor of no more than its name, hosts and loader, and how often it was loaded. */
async function start(options: Parameters<typeof startServer>[0] = {}, id = 'acme') {
  let loads = 0
  const vendor: Vendor = {
    id,
    name: 'Acme',
    hosts,
    async load() {
      loads++
      await new Promise((later) => setTimeout(later, 20))
      return { ...provider, id }
    },
  }
  const server = await startServer({ vendors: [...ofTheDefault, vendor], ...options })
  const json = async (path: string, init?: RequestInit) => (await fetch(server.url + path, init)).json() as Promise<Record<string, unknown>>
  const listed = async () => ((await json('/_grantbox/sandboxes')).items as Record<string, unknown>[]).find(({ name }) => name === 'acme')
  const post = (path: string, body: object, method = 'POST') =>
    json(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return { ...server, vendor, json, listed, post, loads: () => loads }
}

describe('a vendor of which only name, hosts and loader are known', () => {
  test('costs a start nothing, and is shown as not made with its address', async () => {
    const { listed, loads, url, server } = await start()
    expect(await listed()).toEqual({ made: false, name: 'acme', provider: 'acme', base_url: `${url}/acme` })
    expect(server.describe(url).sandboxes.find(({ name }) => name === 'acme')).toEqual({
      made: false,
      name: 'acme',
      provider: 'acme',
      base_url: `${url}/acme`,
    })
    expect(server.sandboxes.list().map(({ name }) => name)).not.toContain('acme')
    expect(loads()).toBe(0)
  })

  test.each([
    ['its path', '/acme/jwks', {}],
    ['its path in capitals', '/ACME/jwks', {}],
    ['a well-known path', '/.well-known/openid-configuration/acme', {}],
    ['the control API', '/_grantbox/sandboxes/acme', {}],
    ['the control API’s parts of it', '/_grantbox/sandboxes/acme/users', {}],
    ['the dashboard', '/dashboard/acme/apps', {}],
  ])('makes its sandbox when asked for by %s', async (_way, path) => {
    const { listed, loads, url } = await start()
    const answer = await fetch(url + path)
    expect([answer.status, answer.url]).toEqual([200, url + path])
    expect([await listed(), loads()]).toEqual([expect.objectContaining({ made: true, provider: 'acme' }), 1])
  })

  test('makes it when asked for by one of its hosts', async () => {
    for (const host of ['login.acme.example', 'one.tenants.acme.example:443']) {
      const { url, loads } = await start()
      const { status, text } = await rawRequest(url, '/.well-known/openid-configuration', { headers: { host } })
      expect([status, JSON.parse(text).issuer, loads()]).toEqual([200, `http://${host}`, 1])
    }
  })

  test('has its hosts at the proxy before it is loaded, and is made by the first request through it', async () => {
    const { url, json, loads, listed } = await start()
    expect((await json('/_grantbox/proxy')).hosts).toEqual(expect.arrayContaining(hosts))
    const pac = await (await fetch(`${url}/_grantbox/proxy.pac`)).text()
    expect(pac).toContain('login.acme.example')
    expect(pac).toContain('tenants')
    const { socket } = await tunnel(url, 'login.acme.example:443')
    expect(loads()).toBe(0)
    const secure = connectTls({ socket, servername: 'login.acme.example', rejectUnauthorized: false })
    const { status, text } = await ask(secure, { path: '/.well-known/openid-configuration', headers: { host: 'login.acme.example' } })
    expect([status, JSON.parse(text).issuer]).toEqual([200, 'https://login.acme.example'])
    expect(await listed()).toMatchObject({ made: true })
  })

  test('is made by its name in the address of the proxy, and by nothing else there', async () => {
    const { url, loads, listed } = await start()
    const as = (name: string) => ({ 'proxy-authorization': `Basic ${Buffer.from(`${name}:`).toString('base64')}` })
    expect((await tunnel(url, 'login.acme.example:443', as('nobody'))).status).toBe(407)
    expect(loads()).toBe(0)
    expect((await tunnel(url, 'login.acme.example:443', as('acme'))).status).toBe(200)
    expect(await listed()).toMatchObject({ made: true })
  })

  test('is made once, whoever comes at the same time, and its world with it', async () => {
    const { url, server } = await start()
    const ways = ['/acme/jwks', '/_grantbox/sandboxes/acme', '/.well-known/openid-configuration/acme', '/dashboard/acme/apps']
    const answers = await Promise.all([...ways, ...ways, ...ways].map((path) => fetch(url + path)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    const keys = await Promise.all([1, 2].map(async () => (await fetch(`${url}/acme/jwks`)).text()))
    expect(new Set(keys).size).toBe(1)
    expect(server.sandboxes.list().filter(({ provider: { id } }) => id === 'acme')).toHaveLength(1)
    expect(server.sandboxes.find('acme')?.directory.listClients().length).toBe(standard.world.apps.flatMap(({ clients }) => clients).length)
  })

  test('gives its provider to a sandbox of another name without being made itself', async () => {
    const { post, listed } = await start()
    expect(await post('/_grantbox/sandboxes', { name: 't42', provider: 'acme' })).toMatchObject({ made: true, provider: 'acme' })
    expect(await listed()).toMatchObject({ made: false })
    expect(await post('/_grantbox/sandboxes', { name: 't43', provider: 'akme' })).toMatchObject({
      status: 400,
      errors: [{ field: 'provider', suggestion: 'acme' }],
    })
  })

  test('is made by PUT under its name', async () => {
    const { post } = await start()
    expect(await post('/_grantbox/sandboxes/acme', { provider: 'acme' }, 'PUT')).toMatchObject({ name: 'acme', made: true })
    expect(await post('/_grantbox/sandboxes/acme', { provider: 'acme' }, 'PUT')).toMatchObject({ name: 'acme', made: true })
  })

  test('is unmade again when it is deleted, and made anew when it is asked for', async () => {
    const { url, json, post, listed } = await start()
    await post('/_grantbox/sandboxes/acme/users', { username: 'zoe' })
    expect((await fetch(`${url}/_grantbox/sandboxes/acme`, { method: 'DELETE' })).status).toBe(204)
    expect(await listed()).toMatchObject({ made: false })
    expect((await json('/_grantbox/sandboxes/acme/users/zoe')).status).toBe(404)
  })

  test('leaves its name to whoever has it', async () => {
    const { post, json, listed, loads } = await start()
    await post('/_grantbox/sandboxes', { name: 'acme', provider: 'standard' })
    expect(await json('/_grantbox/sandboxes/acme')).toMatchObject({ provider: 'standard' })
    expect([await listed(), loads()]).toEqual([expect.objectContaining({ made: true, provider: 'standard' }), 0])
  })

  test('leaves a path to the default sandbox that begins with its name', async () => {
    const { url, listed } = await start({}, 'oauth')
    expect((await fetch(`${url}/oauth/token`, { method: 'POST' })).status).not.toBe(404)
    expect(await listed()).toBeUndefined()
  })

  test('is the default sandbox of a start that says so', async () => {
    const { url, json } = await start({ defaultProvider: 'acme' })
    expect((await json('/.well-known/openid-configuration')).issuer).toBe(url)
    expect(await json('/_grantbox/sandboxes/acme')).toMatchObject({ default: true, made: true })
  })

  test('is spoken by a declared sandbox from the start', async () => {
    const { json, listed, server } = await start({ declared: { providers: [], sandboxes: [{ name: 'shop', provider: 'acme' }] } })
    expect(await json('/_grantbox/sandboxes/shop')).toMatchObject({ provider: 'acme' })
    expect(await listed()).toMatchObject({ made: false })
    await server.declare({ providers: [], sandboxes: [{ name: 'acme', provider: 'acme', company: 'Acme Ltd' }] })
    expect(await listed()).toMatchObject({ made: true, company: 'Acme Ltd' })
  })

  test('stays as a sandbox of an earlier run, and is loaded when somebody asks for that one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'grantbox-vendors-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const db = join(folder, 'grantbox.db')
    const first = await start({ db })
    await first.post('/_grantbox/sandboxes', { name: 't42', provider: 'acme', hosts: ['t42.example'], company: 'T 42' })
    await first.post('/_grantbox/sandboxes/acme/users', { username: 'zoe' })
    await first.close()

    const { json, loads, server, url, post } = await start({ db })
    expect(server.describe(url).sandboxes).toEqual(
      expect.arrayContaining([
        { made: true, name: 't42', provider: 'acme', base_url: `${url}/t42` },
        { made: true, name: 'acme', provider: 'acme', base_url: `${url}/acme` },
      ]),
    )
    await server.declare({ providers: [], sandboxes: [] })
    expect(await post('/_grantbox/sandboxes', { name: 't42', provider: 'standard' })).toMatchObject({ status: 409 })
    expect(await post('/_grantbox/sandboxes/t42', { provider: 'standard' }, 'PUT')).toMatchObject({ status: 409 })
    expect(await post('/_grantbox/sandboxes', { provider: 'standard', hosts: ['t42.example'] })).toMatchObject({ status: 409 })
    expect(loads()).toBe(0)
    const { text } = await rawRequest(url, '/.well-known/openid-configuration', { headers: { host: 't42.example' } })
    expect([JSON.parse(text).issuer, loads()]).toEqual(['http://t42.example', 1])
    expect(await json('/_grantbox/sandboxes/acme/users/zoe')).toMatchObject({ username: 'zoe' })
    expect((await json('/_grantbox/sandboxes')).items).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 't42', company: 'T 42', made: true })]),
    )
    await server.declare({ providers: [], sandboxes: [] })
    expect(server.sandboxes.find('t42')?.company).toBe('T 42')
  })

  test('that cannot be loaded is told as an error, and tried again by whoever comes next', async () => {
    const { server, vendor, url } = await start({ logLevel: 'silent' })
    const load = vi.spyOn(vendor, 'load').mockRejectedValueOnce(new Error('the file is gone'))
    expect((await fetch(`${url}/acme/jwks`)).status).toBe(500)
    expect(server.sandboxes.find('acme')).toBeUndefined()
    expect((await fetch(`${url}/acme/jwks`)).status).toBe(200)
    expect(load).toHaveBeenCalledTimes(2)
  })

  test('is told of by the list of providers, which loads it to say what it supports, and does not make it', async () => {
    const { json, listed, url } = await start()
    expect((await json('/_grantbox/providers')).items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'acme', title: 'Acme', made: false, base_url: `${url}/acme`, paths: standard.paths }),
        expect.objectContaining({ name: 'iokids', made: true, base_url: url }),
      ]),
    )
    expect(await listed()).toMatchObject({ made: false })
  })

  test('is on the first page of the dashboard and in the banner by its name', async () => {
    const { url, server, loads } = await start()
    const page = await (await fetch(`${url}/dashboard`)).text()
    expect(page).toContain(`href="/dashboard/acme/apps"`)
    expect(page).toContain(`${url}/acme`)
    expect(renderBanner(server.describe(url), { color: false, columns: 80 })).toMatch(/Vendors +standard, acme$/m)
    expect(loads()).toBe(0)
  })

  test('is made by the library when it is used, and not before', async () => {
    const { url, listed } = await start()
    const box = await connectGrantbox(url)
    const sandbox = box.sandbox('acme')
    expect((await box.sandboxes()).map(({ name }) => name)).not.toContain('acme')
    expect(await listed()).toMatchObject({ made: false })
    expect(await sandbox.users.list()).not.toEqual([])
    expect(await listed()).toMatchObject({ made: true })
    expect((await box.createSandbox({ provider: 'acme' })).name).toMatch(/^acme-/)
  })
})

describe('the vendors of the registry', () => {
  test('are what their providers say', async () => {
    const loaded = await Promise.all(vendors.map(async (vendor) => ({ vendor, provider: await vendor.load() })))
    for (const { vendor, provider } of loaded) {
      expect([provider.id, provider.name, provider.hosts ?? []]).toEqual([vendor.id, vendor.name, vendor.hosts ?? []])
    }
    const ids = (await allProviders()).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
