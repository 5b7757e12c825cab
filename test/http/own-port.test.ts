import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { portsIn } from '../../src/config/schema.ts'
import { connectGrantbox } from '../../src/library/connect.ts'
import { startGrantbox } from '../../src/library/start.ts'
import { vendors as registered } from '../../src/providers/registry.ts'
import { standard } from '../../src/providers/standard/standard.ts'
import { ask, tunnel } from '../support/proxied.ts'
import { rawRequest } from '../support/raw-request.ts'
import { start as startServer } from '../support/server.ts'

const acme = { ...standard, id: 'acme', name: 'Acme' }
const vendors = [...registered.slice(0, 1), { id: 'acme', name: 'Acme', load: async () => acme }]
const discovery = '/.well-known/openid-configuration'

async function start(options: Parameters<typeof startServer>[0] = {}) {
  const server = await startServer({ vendors, ...options })
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${server.url}/_grantbox/sandboxes${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    return answer.status === 204 ? { status: 204 } : ((await answer.json()) as Record<string, unknown>)
  }
  const create = async (more: object = {}) => {
    const made = await call('POST', '', { name: 't42', provider: 'standard', port: 0, ...more })
    return { ...made, port: Number(made.port), at: `http://localhost:${made.port}` }
  }
  return { ...server, call, create }
}

/** A port that another program has, on both loopback addresses. */
async function taken(): Promise<number> {
  const other = createServer()
  await new Promise<void>((listening) => other.listen({ port: 0, host: '127.0.0.1' }, listening))
  onTestFinished(() => void other.close())
  return (other.address() as AddressInfo).port
}

const json = async (url: string) => (await fetch(url)).json() as Promise<Record<string, unknown>>
const isOpen = (port: number) =>
  new Promise<boolean>((done) => {
    const socket = connectTcp({ port, host: '127.0.0.1' })
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })

describe('a port of its own', () => {
  test('is a free one where 0 is asked for, shown, and what the base URL and the issuer are told by', async () => {
    const { create, call } = await start()
    const { port, at, ...made } = await create()
    expect(port).toBeGreaterThan(0)
    expect(made).toMatchObject({ base_url: at, issuer: at, token_endpoint: `${at}/token` })
    expect(await call('GET', '/t42')).toMatchObject({ port, base_url: at, issuer: at })
    expect(await call('GET', '/standard')).toMatchObject({ port: null })
  })

  test('answers http and https alike, the sandbox at the root, and each address has its own issuer', async () => {
    const { create, url, ca } = await start()
    const { port, at } = await create()
    expect((await json(at + discovery)).issuer).toBe(at)
    expect((await json(`http://127.0.0.1:${port}${discovery}`)).issuer).toBe(`http://127.0.0.1:${port}`)
    expect((await json(`${url}/t42${discovery}`)).issuer).toBe(`${url}/t42`)
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: await ca() })
    const { text } = await ask(socket, { path: discovery, headers: { host: `localhost:${port}` } })
    expect([socket.authorized, JSON.parse(text).issuer]).toEqual([true, `https://localhost:${port}`])
  })

  test('is that sandbox alone: no segment, no well-known path and no host name another one', async () => {
    const { create, reach, server } = await start()
    server.sandboxes.update(await reach('standard'), { hosts: ['listed.example'] })
    const { at } = await create()
    for (const path of [`/standard${discovery}`, `/t42${discovery}`, `${discovery}/standard`]) {
      expect([path, (await fetch(at + path)).status]).toEqual([path, 404])
    }
    for (const host of ['sandbox.iokids.net', 'listed.example', 'acme.localhost', 'standard.localhost']) {
      const { status, text } = await rawRequest(at, discovery, { headers: { host } })
      expect([status, JSON.parse(text).issuer]).toEqual([200, `http://${host}`])
    }
  })

  test('has no control API and no dashboard, but the files of the pages', async () => {
    const { create } = await start()
    const { at } = await create()
    const unknown = await (await fetch(`${at}/no/such/path`)).text()
    for (const path of ['/_grantbox/health', '/_grantbox/sandboxes', '/dashboard', '/dashboard/t42/apps', '/_mtls/_grantbox/sandboxes']) {
      const answer = await fetch(at + path)
      expect([path, answer.status, await answer.text()]).toEqual([path, 404, unknown])
    }
    expect((await fetch(`${at}/_grantbox/assets/grantbox.css`)).status).toBe(200)
  })

  test('is no proxy, and takes a target of absolute form for its path', async () => {
    const { create } = await start({ proxy: 'all' })
    const { at, port } = await create()
    expect((await tunnel(at, `localhost:${port}`)).status).toBe(405)
    const { text } = await rawRequest(at, `http://localhost:${port}${discovery}`)
    expect(JSON.parse(text).issuer).toBe(at)
  })

  test('is answered inside by the proxy, which the port of all is', async () => {
    for (const proxy of ['known', 'all'] as const) {
      const { create, url } = await start({ proxy })
      const { at, port } = await create()
      const { socket } = await tunnel(url, `localhost:${port}`)
      const { text } = await ask(socket, { path: discovery, headers: { host: `localhost:${port}` } })
      expect(JSON.parse(text).issuer).toBe(at)
      const absolute = await rawRequest(url, at + discovery, { headers: { host: `localhost:${port}` } })
      expect(JSON.parse(absolute.text).issuer).toBe(at)
    }
  })

  test('that is taken is refused with 409 and the port, and nothing was made', async () => {
    const { create, call } = await start()
    const port = await taken()
    const problem = { status: 409, detail: `port ${port} is already in use`, errors: [{ field: 'port', came: port }] }
    expect(await create({ port })).toMatchObject({ ...problem, port: Number.NaN })
    expect(await call('PUT', '/t42', { provider: 'standard', port })).toMatchObject(problem)
    expect(await call('GET', '/t42')).toMatchObject({ status: 404 })
    expect(await call('PATCH', '/standard', { port, company: 'Changed' })).toMatchObject(problem)
    expect(await call('GET', '/standard')).toMatchObject({ port: null, company: expect.not.stringContaining('Changed') })
  })

  test('is refused with 409 when it is another sandbox’s, or that of all', async () => {
    const { create, call, url } = await start()
    const { port } = await create()
    expect(await call('PATCH', '/standard', { port })).toMatchObject({ status: 409, errors: [{ field: 'port' }] })
    expect(await call('PATCH', '/standard', { port: Number(new URL(url).port) })).toMatchObject({ status: 409 })
    expect(await call('PATCH', '/t42', { port })).toMatchObject({ port })
  })

  test('is held to be a port', async () => {
    const { create } = await start()
    for (const port of [-1, 65_536, 1.5, '80']) expect(await create({ port })).toMatchObject({ status: 400 })
  })

  test('is closed when it is taken back, changed, or its sandbox is deleted, and is free again', async () => {
    const { create, call } = await start()
    const { port, at } = await create()
    expect(await call('PATCH', '/t42', { port: 0 })).toMatchObject({ port })
    expect(await call('PATCH', '/t42', { port: null })).toMatchObject({ port: null, base_url: expect.stringMatching(/\/t42$/) })
    await expect(fetch(at + discovery)).rejects.toThrow()
    expect(await call('PATCH', '/t42', { port })).toMatchObject({ port, base_url: at })
    expect((await fetch(at + discovery)).status).toBe(200)
    expect((await call('DELETE', '/t42')).status).toBe(204)
    await expect(fetch(at + discovery)).rejects.toThrow()
    expect(await create({ name: 't43', port })).toMatchObject({ port })
  })

  test('of a deleted sandbox answers nobody on a connection that is still there', async () => {
    const { create, server } = await start()
    const { port } = await create()
    const socket = connectTcp({ port, host: '127.0.0.1' })
    let said = ''
    socket.on('data', (chunk) => {
      said += chunk
    })
    const closed = new Promise((done) => socket.once('close', done))
    socket.write('POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\na')
    await expect.poll(() => server.sandboxes.find('t42')).toBeDefined()
    await new Promise((later) => setTimeout(later, 50))
    const deleted = server.ports.change([], () => server.sandboxes.delete(server.sandboxes.find('t42') ?? expect.fail()))
    await deleted
    socket.write('=bGET /_grantbox/sandboxes HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await closed
    expect(said).toMatch(/^HTTP\/1.1 4\d\d /)
    expect(said).not.toContain('"items"')
  })

  test('is kept by a reset, and not in a snapshot', async () => {
    const { create, call } = await start()
    const { port, at } = await create()
    const snapshot = await call('GET', '/t42/snapshot')
    expect(JSON.stringify(snapshot)).not.toContain(String(port))
    expect(await call('POST', '/t42/reset')).toMatchObject({ port })
    await call('POST', '', { name: 't43', provider: 'standard' })
    expect(await call('PUT', '/t43/snapshot', snapshot)).toMatchObject({ port: null })
    expect(await call('PUT', '/t42/snapshot', snapshot)).toMatchObject({ port })
    expect((await json(at + discovery)).issuer).toBe(at)
  })

  test('is kept by the next start, which fails and names it when it is taken', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'grantbox-port-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const db = join(folder, 'grantbox.db')
    const first = await start({ db })
    const { port, at } = await first.create()
    await first.call('PATCH', '/acme', { port: 0 })
    const own = await first.call('GET', '/acme')
    await first.close()
    expect(await isOpen(port)).toBe(false)
    const second = await start({ db })
    expect((await json(at + discovery)).issuer).toBe(at)
    // The sandbox of a vendor that nobody needed yet has its port, too.
    expect(second.server.sandboxes.find('acme')).toBeUndefined()
    expect((await json(`http://localhost:${own.port}${discovery}`)).issuer).toBe(`http://localhost:${own.port}`)
    await second.close()
    const other = createServer()
    await new Promise<void>((listening) => other.listen({ port, host: '127.0.0.1' }, listening))
    await expect(start({ db })).rejects.toThrow(
      `Sandbox t42 cannot have its port to itself: port ${port} is already in use. Stop the other program, or give the sandbox another one: --port-of t42=PORT.`,
    )
    const third = await start({ db, portOf: { t42: 0, standard: 0 } }).catch(() => undefined)
    expect(third).toBeUndefined()
    other.close()
  })

  test('is given by the start, which makes a vendor’s sandbox for it', async () => {
    const free = await taken().then((port) => port)
    await expect(start({ portOf: { acme: free } })).rejects.toThrow(`Sandbox acme cannot have its port to itself: port ${free}`)
    await expect(start({ portOf: { nobody: 0 } })).rejects.toThrow("There is no sandbox 'nobody' to have port 0 to itself (--port-of)")
    const { call, sandbox } = await start({ portOf: { acme: 0, iokids: 0 } })
    const { port } = sandbox('acme')
    expect(await call('GET', '/acme')).toMatchObject({ port, base_url: `http://localhost:${port}`, made: true })
    expect((await fetch(`http://localhost:${sandbox('iokids').port}/wildix/jwks`)).status).toBe(404)
    expect(await json(`http://localhost:${port}${discovery}`)).toMatchObject({ issuer: `http://localhost:${port}` })
    await expect(start({ portOf: { acme: 9409, iokids: 9409 } })).rejects.toThrow(
      'Port 9409 is that of sandbox acme, so iokids cannot have it',
    )
  })

  test('is told by the start', async () => {
    const { server, url, sandbox } = await start({ portOf: { standard: 0, acme: 0 } })
    const at = `http://localhost:${sandbox('standard').port}`
    expect(server.describe(url).sandboxes).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'standard', base_url: at, token_endpoint: `${at}/token` })]),
    )
  })

  test('is declared, and the declarations that come later change it, take it back, or are refused as a whole', async () => {
    const declared = (port?: number, name = 'shop') => ({ providers: [], sandboxes: [{ name, provider: 'standard', port }] })
    const { server, sandbox, call } = await start({ declared: declared(0) })
    const port = sandbox('shop').port ?? 0
    expect((await json(`http://localhost:${port}${discovery}`)).issuer).toBe(`http://localhost:${port}`)
    await server.declare(declared(0))
    expect(sandbox('shop').port).toBe(port)
    await call('POST', '/shop/reset')
    expect(sandbox('shop').port).toBe(port)
    const other = await taken()
    await expect(server.declare(declared(other))).rejects.toThrow(
      `sandboxes.shop.port: expected a port that can be had, but port ${other} is already in use`,
    )
    expect((await json(`http://localhost:${port}${discovery}`)).issuer).toBe(`http://localhost:${port}`)
    await expect(
      server.declare({ providers: [], sandboxes: [...declared(port).sandboxes, ...declared(port, 'b').sandboxes] }),
    ).rejects.toThrow(`sandboxes.shop.port: expected one that no other sandbox has, got ${port}, which is that of b`)
    await server.declare({ providers: [], sandboxes: [...declared().sandboxes, ...declared(port, 'b').sandboxes] })
    expect([sandbox('shop').port, sandbox('b').port]).toEqual([null, port])
    expect((await json(`http://localhost:${port}${discovery}`)).issuer).toBe(`http://localhost:${port}`)
    await server.declare(declared())
    expect(sandbox('b').port).toBe(port)
  })

  test('is compared by PUT with what was asked for', async () => {
    const { call } = await start()
    const made = await call('PUT', '/t42', { provider: 'standard', port: 0 })
    expect(await call('PUT', '/t42', { provider: 'standard', port: 0 })).toMatchObject({ port: made.port })
    expect(await call('PUT', '/t42', { provider: 'standard' })).toMatchObject({ status: 409, errors: [{ field: 'port' }] })
  })

  test('keeps the issuer that the start fixes, and none of the other addresses, which lead to the port of all', async () => {
    const { create, call } = await start({ issuer: 'https://issuer.example', publicUrl: 'http://localhost:1' })
    const { at } = await create()
    expect(await json(at + discovery)).toMatchObject({ issuer: 'https://issuer.example/t42', token_endpoint: `${at}/token` })
    expect(await call('GET', '/t42')).toMatchObject({ base_url: at, issuer: 'https://issuer.example/t42' })
  })

  test('counts for the limit of connections, and what the listener refuses there is in the sandbox’s journal', async () => {
    const { create, sandbox } = await start({ maxHeaderSize: 4096, maxConnections: 2 })
    const { port, at } = await create()
    const answer = await rawRequest(at, '/token', { headers: { 'x-long': 'a'.repeat(5000) } })
    expect(answer.status).toBe(431)
    await expect
      .poll(() =>
        sandbox('t42')
          .journal.list({})
          .map(({ status }) => status),
      )
      .toContain(431)
    const sockets = [1, 2, 3].map(() => connectTcp({ port, host: '127.0.0.1' }))
    onTestFinished(() => void sockets.map((socket) => socket.destroy()))
    await new Promise((closed) => sockets[2]?.once('close', closed))
  })

  test('has the page of the sign-in with its forms and files at that port', async () => {
    const { create, call } = await start()
    const { at } = await create()
    const [app] = (await call('GET', '/t42/apps')).items as { clients: { client_id: string }[]; redirect_uris: string[] }[]
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: app?.clients[0]?.client_id ?? '',
      redirect_uri: app?.redirect_uris[0] ?? '',
      scope: 'openid',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
    })
    const page = await fetch(`${at}/authorize?${query}`)
    const text = await page.text()
    expect([page.status, text]).toEqual([200, expect.stringContaining('name="password"')])
    for (const [, path = ''] of text.matchAll(/(?:href|src|action)="(\/[^"]*)"/g)) expect(path).not.toMatch(/^\/t42/)
    const [, file] = /href="(\/_grantbox\/assets\/[^"]+)"/.exec(text) ?? []
    expect((await fetch(at + file)).status).toBe(200)
  })
})

describe('the command line', () => {
  const load = (argv: string[], env: Record<string, string> = {}) => loadConfig({ argv, env, cwd: tmpdir() })

  test('takes --port-of as often as it is given, or the variable', async () => {
    expect(portsIn((await load(['--port-of', 'acme=9401', '--port-of=t42=0'])).port_of)).toEqual({ acme: 9401, t42: 0 })
    expect(portsIn((await load([], { GRANTBOX_PORT_OF: 'acme=9401,t42=0' })).port_of)).toEqual({ acme: 9401, t42: 0 })
    expect(portsIn((await load([])).port_of)).toEqual({})
  })

  test('refuses what is no name with a port', async () => {
    for (const text of ['9401', 'acme', 'acme=', 'acme=65536', 'acme=1,', 'Acme=1', 'acme=-1']) {
      await expect(load([`--port-of=${text}`])).rejects.toThrow("flag --port-of: expected a sandbox's name, = and a port from 0 to 65535")
    }
  })

  test('reads the port of a declared sandbox, and refuses one that two have', async () => {
    const file = (sandboxes: object) => load([], { GRANTBOX_CONFIG_INLINE: JSON.stringify({ sandboxes }) })
    expect((await file({ standard: { port: 9401 }, b: { provider: 'standard', port: 0 } })).declared?.sandboxes).toMatchObject([
      { name: 'standard', port: 9401 },
      { name: 'b', port: 0 },
    ])
    await expect(file({ standard: { port: 9401 }, b: { provider: 'standard', port: 9401 } })).rejects.toThrow(
      'sandboxes.b.port: expected a port that no other sandbox has, got "9401", which stands at sandboxes.standard.port too',
    )
    await expect(file({ standard: { port: 65_536 } })).rejects.toThrow('sandboxes.standard.port')
  })
})

describe('the library', () => {
  test('makes a sandbox with a port of its own, and knows where it is', async () => {
    const box = await startGrantbox({ portOf: { standard: 0 } })
    onTestFinished(() => box.close())
    const sandbox = await box.createSandbox({ provider: 'standard', port: 0 })
    expect([sandbox.url, sandbox.issuer]).toEqual([`http://localhost:${sandbox.port}`, `http://localhost:${sandbox.port}`])
    expect((await json(sandbox.url + discovery)).issuer).toBe(sandbox.issuer)
    const given = box.sandbox('standard')
    expect([given.port, given.url]).toEqual([expect.any(Number), `http://localhost:${given.port}`])
    const other = (await connectGrantbox(box.url)).sandbox(sandbox.name)
    expect([other.port, other.url, other.issuer]).toEqual([sandbox.port, sandbox.url, sandbox.issuer])
    await other.update({ port: null })
    expect([other.port, other.url]).toEqual([null, `${box.url}/${other.name}`])
    expect([box.sandbox().port, box.sandbox().url]).toEqual([null, box.url])
  })
})
