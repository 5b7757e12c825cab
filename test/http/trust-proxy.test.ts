import { describe, expect, test } from 'vitest'
import { readPeers } from '../../src/basics/peers.ts'
import { rawRequest } from '../support/raw-request.ts'
import { start, startForFile, type TestServer } from '../support/server.ts'

const trusting = await startForFile({ defaultProvider: 'standard', trustProxy: 'loopback' })
const wellKnown = '/.well-known/openid-configuration'

/** The issuer of the default sandbox for a client whose request a proxy forwarded with these headers, and what was noted. */
async function told(headers: Record<string, string>, server: TestServer = trusting) {
  const { status, text } = await rawRequest(server.url, wellKnown, { headers: { host: 'inner:9400', ...headers } })
  expect(status).toBe(200)
  return { issuer: JSON.parse(text).issuer, notes: server.sandbox().journal.list({}).at(-1)?.notes ?? [] }
}

describe('a proxy that is trusted says how the client addressed it', () => {
  test.each([
    [{ 'x-forwarded-proto': 'https' }, 'https://inner:9400'],
    [{ 'x-forwarded-host': 'id.example' }, 'http://id.example'],
    [{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'id.example' }, 'https://id.example'],
    [{ 'x-forwarded-proto': 'HTTPS', 'x-forwarded-host': 'id.example:8443' }, 'https://id.example:8443'],
    [{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'id.example', 'x-forwarded-port': '8443' }, 'https://id.example:8443'],
    [{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'id.example', 'x-forwarded-port': '443' }, 'https://id.example'],
    [{ 'x-forwarded-host': 'id.example:80' }, 'http://id.example'],
    [{ 'x-forwarded-host': 'id.example:8080', 'x-forwarded-port': '80' }, 'http://id.example:8080'],
    [{ host: 'id.example', 'x-forwarded-port': '8080' }, 'http://id.example:8080'],
    [{ 'x-forwarded-prefix': '/auth' }, 'http://inner:9400/auth'],
    [{ 'x-forwarded-prefix': '/auth/v1/' }, 'http://inner:9400/auth/v1'],
    [{ 'x-forwarded-prefix': '/' }, 'http://inner:9400'],
    [{ 'x-forwarded-host': '[2001:db8::1]:8443', 'x-forwarded-proto': 'https' }, 'https://[2001:db8::1]:8443'],
    // The last is what the proxy itself wrote.
    [{ 'x-forwarded-host': 'evil.example, id.example', 'x-forwarded-proto': 'http,https' }, 'https://id.example'],
    [{ forwarded: 'for=192.0.2.1;proto=https;host=id.example' }, 'https://id.example'],
    [{ forwarded: 'For="[2001:db8::1]:47011"; Proto=https; Host="id.example:8443"' }, 'https://id.example:8443'],
    [{ forwarded: 'host=evil.example;proto=http, for="a,b;host=no.example";host=id.example;proto=https' }, 'https://id.example'],
    [{ forwarded: 'proto=https;host=id.example', 'x-forwarded-host': 'other.example', 'x-forwarded-port': '1' }, 'https://id.example'],
    [{ forwarded: 'proto=https', 'x-forwarded-host': 'id.example', 'x-forwarded-prefix': '/a' }, 'https://id.example/a'],
    [{ forwarded: 'for=192.0.2.1' }, 'http://inner:9400'],
  ])('%j is %s', async (headers: Record<string, string>, issuer) => {
    expect(await told(headers)).toEqual({ issuer, notes: [] })
  })

  test.each([
    [{ 'x-forwarded-proto': 'gopher' }, 'X-Forwarded-Proto'],
    [{ 'x-forwarded-host': 'id.example/path' }, 'X-Forwarded-Host'],
    [{ 'x-forwarded-host': 'id.example, ' + '<script>' }, 'X-Forwarded-Host'],
    [{ 'x-forwarded-host': 'user@id.example' }, 'X-Forwarded-Host'],
    [{ 'x-forwarded-host': 'id.example:99999' }, 'X-Forwarded-Host'],
    [{ 'x-forwarded-port': '0' }, 'X-Forwarded-Port'],
    [{ 'x-forwarded-port': '70000' }, 'X-Forwarded-Port'],
    [{ 'x-forwarded-prefix': '//evil.example' }, 'X-Forwarded-Prefix'],
    [{ 'x-forwarded-prefix': 'auth' }, 'X-Forwarded-Prefix'],
    [{ 'x-forwarded-prefix': '/a/../b' }, 'X-Forwarded-Prefix'],
    [{ 'x-forwarded-prefix': '/a;Domain=example' }, 'X-Forwarded-Prefix'],
    [{ forwarded: 'host="a b";proto=ftp' }, 'Forwarded'],
  ])('what cannot be read has no effect and is noted: %j', async (headers: Record<string, string>, name) => {
    const { issuer, notes } = await told(headers)
    expect(issuer).toBe('http://inner:9400')
    expect(notes.join()).toContain(`${name} ends with what is no`)
  })

  test('public_url wins over what it says', async () => {
    const server = await start({ defaultProvider: 'standard', trustProxy: '127.0.0.1 ::1', publicUrl: 'https://pub.example/p' })
    const headers = { 'x-forwarded-proto': 'http', 'x-forwarded-host': 'other.example', 'x-forwarded-prefix': '/x' }
    expect((await told(headers, server)).issuer).toBe('https://pub.example/p')
    // Whoever calls it directly is told what he called.
    expect((await told({}, server)).issuer).toBe('http://inner:9400')
  })

  test('the host that it tells finds the sandbox of that host', async () => {
    const { provider } = trusting.sandbox()
    trusting.server.sandboxes.create({ name: 'acme', provider, hosts: ['login.acme.example'] })
    const headers = { host: 'inner', 'x-forwarded-host': 'login.acme.example', 'x-forwarded-proto': 'https' }
    const { text } = await rawRequest(trusting.url, wellKnown, { headers })
    expect(JSON.parse(text)).toMatchObject({ issuer: 'https://login.acme.example', token_endpoint: 'https://login.acme.example/token' })
  })
})

describe.each(['off', '10.0.0.0/8', '2001:db8::/32, 192.0.2.7'])('with --trust-proxy %s', (trustProxy) => {
  test('headers of anybody else have no effect, and the journal says so', async () => {
    const server = await start({ defaultProvider: 'standard', trustProxy })
    const { issuer, notes } = await told({ forwarded: 'host=evil.example', 'x-forwarded-proto': 'https' }, server)
    expect(issuer).toBe('http://inner:9400')
    expect(notes).toEqual([
      expect.stringMatching(/^Forwarded, X-Forwarded-Proto had no effect: (127.0.0.1|::1) is no proxy that --trust-proxy names$/),
    ])
  })
})

test.each([
  ['loopback', '127.0.0.1', true],
  ['loopback', '127.8.9.1', true],
  ['loopback', '::1', true],
  ['loopback', '::ffff:127.0.0.1', true],
  ['loopback', '10.0.0.1', false],
  ['10.0.0.0/8, 192.0.2.7', '10.255.0.1', true],
  ['10.0.0.0/8, 192.0.2.7', '192.0.2.7', true],
  ['10.0.0.0/8, 192.0.2.7', '192.0.2.8', false],
  ['10.0.0.0/8', '::ffff:10.1.2.3', true],
  ['2001:db8::/32', '2001:db8:1::9', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['off', '127.0.0.1', false],
])('--trust-proxy %s and the peer %s: %s', (text, address, trusted) => {
  expect(readPeers(text)?.(address)).toBe(trusted)
})

test.each(['', 'on', 'true', '10.0.0.0/33', '10.0.0', '::1/129', 'proxy.example', 'off, loopback', '10.0.0.0/8/8'])(
  '--trust-proxy %j is refused',
  async (trustProxy) => {
    expect(readPeers(trustProxy)).toBeUndefined()
    if (trustProxy !== '') await expect(start({ trustProxy })).rejects.toThrow('loopback')
  },
)

describe('who may call the control API', () => {
  const call = (server: TestServer, headers: Record<string, string>, path = '/_grantbox/sandboxes') =>
    rawRequest(server.url, path, { headers })

  test.each([
    { trustProxy: 'loopback' },
    { trustProxy: '10.0.0.0/8' },
    { publicUrl: 'https://id.example' },
    { publicUrl: 'http://192.168.0.7:9400' },
  ])('needs the admin token with %j, for a proxy makes everybody look as if he were on this machine', async (options) => {
    const server = await start(options)
    expect((await call(server, {})).status).toBe(401)
    expect((await call(server, {}, '/dashboard')).status).toBe(401)
    const authorization = `Bearer ${server.server.adminToken}`
    for (const host of ['localhost', 'grantbox', 'id.example']) expect((await call(server, { host, authorization })).status).toBe(200)
    expect((await call(server, { host: 'x.wildixin.com', authorization })).status).toBe(404)
  })

  test.each([
    {},
    { trustProxy: 'off' },
    { publicUrl: 'http://localhost:1/x' },
    { publicUrl: 'https://127.0.0.1' },
    { internalUrl: 'http://grantbox:9400' },
  ])('needs none with %j', async (options) => {
    const server = await start(options)
    expect((await call(server, {})).status).toBe(200)
    if (options.internalUrl !== undefined) expect((await call(server, { host: 'grantbox:9400' })).status).toBe(200)
    expect((await call(server, { host: 'evil.example' })).status).toBe(403)
    expect((await call(server, { host: 'evil.example', 'x-forwarded-host': 'localhost', forwarded: 'host=localhost' })).status).toBe(403)
  })
})
