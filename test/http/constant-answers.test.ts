import { describe, expect, test } from 'vitest'
import { rawRequest } from '../support/raw-request.ts'
import { start, startForFile } from '../support/server.ts'

const { url, sandbox } = await startForFile({ defaultProvider: 'standard' })

/** What a client sees of an answer, and what the journal says of it but for what differs each time. */
async function ask(target: string, method = 'GET', headers: Record<string, string> = {}) {
  const { status, headers: received, text } = await rawRequest(url, target, { method, headers })
  const { id, time, duration_ms, url: asked, ...entry } = sandbox().journal.list().at(-1) ?? {}
  expect([id, time, duration_ms, asked]).toEqual([expect.any(Number), expect.any(Number), expect.any(Number), target])
  const { date, ...fixed } = received
  expect(date).toMatch(/GMT$/)
  return { status, names: Object.keys(received), headers: fixed, text, entry }
}

describe('what is constant is answered as everything else is', () => {
  // With a slash behind it a path is the same to the router, and strange to the short cut.
  test.each([
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/standard/.well-known/openid-configuration',
    '/jwks',
    '/standard/jwks',
  ])('%s', async (target) => {
    for (const headers of [{}, { origin: 'https://app.example' }]) {
      const through = await ask(`${target}/`, 'GET', headers)
      expect(through.status).toBe(200)
      expect(await ask(target, 'GET', headers)).toEqual(through)
      const head = await ask(target, 'HEAD', headers)
      expect([head.status, head.headers, head.text]).toEqual([200, through.headers, ''])
    }
    expect((await ask(target, 'POST')).status).toBe(405)
    expect((await ask(target, 'OPTIONS')).status).toBe(204)
  })

  test('with a body that nobody asked for, over a connection that goes on', async () => {
    const { status, text } = await rawRequest(url, '/jwks', { headers: { 'content-type': 'application/json' }, body: '{' })
    expect([status, Object.keys(JSON.parse(text))]).toEqual([200, ['keys']])
  })
})

test('a fault strikes it', async () => {
  sandbox().faults.add({ endpoint: 'jwks', after: 0, times: 1, status: 503 })
  expect((await rawRequest(url, '/jwks')).status).toBe(503)
  sandbox().faults.clear()
  expect((await rawRequest(url, '/jwks')).status).toBe(200)
})

test('keys and settings that change are seen at once', async () => {
  const own = await start({ defaultProvider: 'standard' })
  const keys = async () => JSON.parse((await rawRequest(own.url, '/jwks')).text).keys.length
  const issuer = async () => JSON.parse((await rawRequest(own.url, '/.well-known/openid-configuration')).text).issuer
  const before = await keys()
  expect(await keys()).toBe(before)
  await own.sandbox().keys.rotate('rotate')
  expect(await keys()).toBe(2 * before)
  expect(await issuer()).toBe(own.url)
  await own.server.sandboxes.update(own.sandbox(), { settings: { issuer: 'https://elsewhere.example' } })
  expect(await issuer()).toBe('https://elsewhere.example')
})

test('each address of a sandbox has its own document', async () => {
  const at = async (target: string, host: string) => JSON.parse((await rawRequest(url, target, { headers: { host } })).text)
  const path = '/.well-known/openid-configuration'
  expect((await at(path, 'one.example')).issuer).toBe('http://one.example')
  expect((await at(path, 'two.example:8080')).issuer).toBe('http://two.example:8080')
  expect((await at(`/standard${path}`, 'one.example')).issuer).toBe('http://one.example/standard')
  // Both speak of one issuer, and of different places for certificates.
  const [plain, mtls] = [await at(path, '127.0.0.1'), await at(path, 'mtls.127.0.0.1')]
  expect(mtls.issuer).toBe(plain.issuer)
})
