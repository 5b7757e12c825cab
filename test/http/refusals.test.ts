import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ListenOptions } from '../../src/start/listen.ts'
import { browser } from '../support/browser.ts'
import { launch, type TestServer } from '../support/server.ts'

/** What the listener refuses before any endpoint sees it is told as everything else is. */

async function started(options: Partial<ListenOptions> = {}): Promise<TestServer> {
  const server = await launch({ defaultProvider: 'standard', ...options })
  onTestFinished(() => server.close())
  return server
}

/** Sends bytes, one text after the other, and reads to the end. */
async function send({ url }: TestServer, texts: readonly string[], tls = false): Promise<string> {
  const port = Number(new URL(url).port)
  const socket = tls ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }) : connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await new Promise((ready) => socket.once(tls ? 'secureConnect' : 'connect', ready))
  let came = ''
  const ended = new Promise<string>((resolve) => {
    socket.on('data', (chunk) => {
      came += String(chunk)
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(came))
  })
  for (const text of texts) {
    socket.write(text)
    await new Promise((later) => setTimeout(later, 50))
  }
  return ended
}

const long = 'a'.repeat(70_000)
const host = 'Host: localhost\r\nOrigin: https://app.example\r\n'
const limit = 'the request line and headers are too long: over 65536 bytes (--max-header-size)'
const post = `POST /standard/token HTTP/1.1\r\n${host}Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n`

const refusals: [what: string, status: number, explanation: string, texts: string[], endpoint: string][] = [
  ['a long header', 431, limit, [`GET /standard/userinfo HTTP/1.1\r\n${host}Cookie: x=${long}\r\n\r\n`], 'userinfo'],
  ['a long header in pieces', 431, limit, [`GET /authorize?a=b HTTP/1.1\r\n${host}`, `X: ${long}`, '\r\n\r\n'], 'authorize'],
  ['many headers', 431, limit, [`GET /jwks HTTP/1.1\r\n${host}${'X-Many: 123456789\r\n'.repeat(4000)}\r\n`], 'jwks'],
  ['a long URL', 431, limit, [`GET /standard/authorize?state=${long} HTTP/1.1\r\n${host}\r\n`], 'authorize'],
  ['a broken chunk', 400, 'this is no HTTP request: Invalid character in chunk size', [post, 'zz\r\n'], 'token'],
  [
    'long chunk extensions',
    413,
    'the chunk extensions are too long: over 16384 bytes',
    [post, `5;x=${'y'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`],
    'token',
  ],
  ['a header without a name', 400, 'this is no HTTP request', [`GET /jwks HTTP/1.1\r\n${host}: nothing\r\n\r\n`], 'jwks'],
  [
    'two lengths',
    400,
    'this is no HTTP request',
    [`POST /token HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`],
    'token',
  ],
  ['no Host header', 400, 'the Host header is missing: HTTP/1.1 asks for one', ['GET /standard/jwks HTTP/1.1\r\n\r\n'], 'jwks'],
]

describe.each([false, true])('over TLS: %s', (tls) => {
  test.each(refusals)(
    '%s is answered %i, explained, readable by pages and in the journal',
    async (_what, status, explanation, texts, endpoint) => {
      const server = await started()
      const [head = ''] = (await send(server, texts, tls)).split('\r\n\r\n')
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
      expect(head.split('\r\n').find((line) => /^grantbox-explain/i.test(line))).toContain(explanation)
      expect(head).toMatch(/^access-control-allow-origin: \*$/im)
      expect(head).toMatch(/^access-control-expose-headers: .*Grantbox-Explain/im)
      const entries = server.sandbox('standard').journal.list()
      expect(entries).toEqual([
        expect.objectContaining({ status, endpoint, error: 'invalid_request', explanation: expect.stringContaining(explanation) }),
      ])
    },
  )
})

test('a head of 60 KiB is no problem, and the limit can be set', async () => {
  const headers = { cookie: 'x'.repeat(60_000) }
  const { url } = await started()
  expect((await fetch(`${url}/jwks`, { headers })).status).toBe(200)
  const narrow = await started({ maxHeaderSize: 8192 })
  const { status, headers: told } = await fetch(`${narrow.url}/jwks`, { headers })
  expect([status, told.get('grantbox-explain')]).toEqual([431, expect.stringContaining('over 8192 bytes')])
  const wide = await started({ maxHeaderSize: 200_000 })
  expect((await fetch(`${wide.url}/jwks`, { headers: { cookie: 'x'.repeat(150_000) } })).status).toBe(200)
})

test('what does not arrive in time is answered 408 and told', async () => {
  const server = await started({ requestTimeout: 300 })
  const came = await send(server, ['GET /standard/authorize?x=1 HTTP/1.1\r\nHost: localhost\r\n'])
  expect(came).toMatch(/^HTTP\/1\.1 408 /)
  expect(came).toContain('within 0.3 s (--request-timeout)')
  const [entry] = server.sandbox('standard').journal.list()
  expect(entry).toMatchObject({ status: 408, method: 'GET', endpoint: 'authorize', request_headers: { host: 'localhost' } })
})

test('a later request of a connection, and one behind others in a packet, are told as themselves', async () => {
  const server = await started()
  const good = `GET /standard/jwks HTTP/1.1\r\n${host}\r\n`
  // Its keys are made for the first one who asks, which may take longer than the connection stays.
  await fetch(`${server.url}/standard/jwks`)
  server.sandbox('standard').journal.clear()
  await send(server, [good, `GET /standard/userinfo HTTP/1.1\r\n${host}Broken header\r\n\r\n`])
  await send(server, [`${good}GET /standard/token HTTP/1.1\r\n${host}Broken header\r\n\r\n`])
  const entries = server.sandbox('standard').journal.list()
  expect(entries.map(({ endpoint, status }) => `${endpoint} ${status}`)).toEqual(expect.arrayContaining(['userinfo 400', 'token 400']))
  expect(entries.filter(({ status }) => status !== 400).map(({ endpoint, status }) => `${endpoint} ${status}`)).toEqual([
    'jwks 200',
    'jwks 200',
  ])
})

test('is in the journal of the sandbox that was meant, by path and by host, and in none when nobody can tell', async () => {
  const server = await started()
  const { sandboxes } = server.server
  await server.reach('wildix')
  const { provider } = server.sandbox('standard')
  sandboxes.create({ name: 't42', provider, hosts: ['t42.example'] })
  const tooLong = (path: string, name: string) => send(server, [`GET ${path} HTTP/1.1\r\nHost: ${name}\r\nX: ${long}\r\n\r\n`])
  await tooLong('/wildix/api/v2/Token/', 'localhost')
  await tooLong('/token', 'T42.example')
  await tooLong('/_grantbox/sandboxes', 'localhost')
  await tooLong('/dashboard', 'localhost')
  await send(server, ['hello\r\n\r\n'])
  const told = ['wildix', 't42', 'standard'].map((name) =>
    server
      .sandbox(name)
      .journal.list()
      .map(({ url, status }) => `${status} ${url}`),
  )
  expect(told).toEqual([['431 /wildix/api/v2/Token/'], ['431 /token'], []])
})

const openPage = browser()

test('a page of another origin can read why', async () => {
  const { url } = await started()
  const app = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>App</title>'))
  await new Promise<void>((listening) => app.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void app.close())
  const page = await openPage()
  await page.goto(`http://127.0.0.1:${(app.address() as AddressInfo).port}/`)
  const told = await page.evaluate(
    async (address) => {
      const answer = await fetch(address)
      return [answer.status, answer.headers.get('grantbox-explain')]
    },
    `${url}/jwks?x=${'a'.repeat(70_000)}`,
  )
  expect(told).toEqual([431, limit])
})
