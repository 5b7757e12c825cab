import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createListener } from '../../src/http/listener/listener.ts'
import type { ServerOptions } from '../../src/start/options.ts'
import { createServer } from '../../src/start/server.ts'
import { parseAnswer } from '../fuzz/wire.ts'

/** A server whose limits are small. */
async function limited(options: Partial<ServerOptions> = {}, limits: Partial<Parameters<typeof createListener>[0]> = {}) {
  const server = await createServer({ db: ':memory:', defaultProvider: 'standard', host: 'localhost', logLevel: 'silent', ...options })
  const listener = createListener({ handler: server.handler, certificates: server.certificates, ...limits })
  const { port } = await listener.listen({ port: 0 })
  onTestFinished(async () => {
    await listener.close({ graceMs: 100 })
    await server.close()
  })
  return { server, port, url: `http://localhost:${port}` }
}

/** A connection and all that came over it until it ended. */
async function open(port: number): Promise<{ socket: Socket; ended: Promise<string>; isOpen: () => boolean }> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let came = ''
  socket.on('data', (chunk) => {
    came += chunk.toString('latin1')
  })
  socket.on('error', () => {})
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(came)))
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))
  return { socket, ended, isOpen: () => !socket.destroyed }
}

const statusOf = (text: string) => parseAnswer(Buffer.from(text, 'latin1')).status
const works = async (url: string) => (await fetch(`${url}/_grantbox/health`, { headers: { connection: 'close' } })).status

describe('who is slow', () => {
  const limits = { server: { requestTimeout: 500, headersTimeout: 400, connectionsCheckingInterval: 50 } }

  test.each([
    ['sends nothing', []],
    ['sends headers byte by byte', [...'POST /token HTTP/1.1\r\nHost: localhost\r\nX-Slow: '.padEnd(2000, 'x')]],
    ['sends half of the headers', ['POST /token HTTP/1.1\r\nHost: local']],
    [
      'sends half of the body',
      [
        'POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ngrant_type=',
      ],
    ],
    [
      'sends the body byte by byte',
      [...'POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n'.padEnd(3000, ' ')],
    ],
    [
      'begins a chunk and stops',
      ['POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\nx'],
    ],
    ['begins a TLS handshake and stops', ['\x16\x03\x01\x02\x00\x01']],
  ])('and %s is cut off, and others are answered meanwhile', async (_what, pieces) => {
    const { port, url } = await limited({}, limits)
    const slow = await open(port)
    let over = false
    const sending = (async () => {
      for (const piece of pieces) {
        if (over) return
        slow.socket.write(piece, 'latin1')
        await setTimeout(5)
      }
    })()
    expect(await works(url)).toBe(200)
    const came = await slow.ended
    over = true
    await sending
    if (came !== '') expect(statusOf(came)).toBe(408)
    expect(await works(url)).toBe(200)
  })
})

describe('who sends too much', () => {
  const post = (length: number, type = 'application/x-www-form-urlencoded') =>
    `POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`

  test('is told 413 by the announced length alone, before the body comes', async () => {
    const { port } = await limited({ bodyLimit: 2000 })
    const { socket, ended } = await open(port)
    socket.write(post(2001))
    const answer = parseAnswer(Buffer.from(await ended, 'latin1'))
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([413, 'invalid_request'])
  })

  test('without a length is cut off at the limit', async () => {
    const { port } = await limited({ bodyLimit: 2000 })
    const { socket, ended } = await open(port)
    socket.write(
      'POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n',
    )
    for (let n = 0; n < 20; n++) socket.write(`c8\r\n${' '.repeat(200)}\r\n`)
    expect(statusOf(await ended)).toBe(413)
  })

  test.each([
    ['POST', '/token', 413],
    ['PURGE', '/token', 404],
    ['POST', '/nothing', 413],
    ['POST', '/_grantbox/sandboxes', 413],
  ])('gets the answer to %s %s though it is sending still', async (method, path, status) => {
    const { port } = await limited({ bodyLimit: 2000 })
    for (let round = 0; round < 10; round++) {
      const { socket, ended } = await open(port)
      const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 3000000\r\nConnection: close\r\n\r\n`
      // It reads nothing before all is on its way, as simple clients do.
      socket.pause()
      socket.write(head + 'x'.repeat(300_000))
      await setTimeout(30)
      socket.write('x'.repeat(2_700_000))
      await setTimeout(10)
      socket.resume()
      expect(statusOf(await ended)).toBe(status)
    }
  })

  test('is let in up to the limit', async () => {
    const { port } = await limited({ bodyLimit: 2000 })
    const { socket, ended } = await open(port)
    socket.write(`${post(2000)}grant_type=${'x'.repeat(1989)}`)
    expect(statusOf(await ended)).toBe(401)
  })

  test.each(['/_grantbox/sandboxes', '/dashboard', '/token'])('has the same limit at %s', async (path) => {
    const { url } = await limited({ bodyLimit: 2000 })
    const type = path === '/dashboard' ? 'application/x-www-form-urlencoded' : 'application/json'
    const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': type }, body: 'x'.repeat(2001) })
    expect(answer.status).toBe(413)
  })

  test('in headers is told 431', async () => {
    const { port, url } = await limited()
    const { socket, ended } = await open(port)
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(70_000)}\r\n\r\n`)
    expect(statusOf(await ended)).toBe(431)
    expect(await works(url)).toBe(200)
  })
})

test('one connection more than may be open is closed at once; when one ends, the next is let in', async () => {
  const { port, url } = await limited({}, { maxConnections: 20 })
  const held = await Promise.all(Array.from({ length: 20 }, () => open(port)))
  const more = await open(port)
  expect(await more.ended).toBe('')
  expect(held.every((one) => one.isOpen())).toBe(true)
  held[0]?.socket.destroy()
  await held[0]?.ended
  await expect.poll(() => works(url).catch(() => 0)).toBe(200)
})

describe('the journal', () => {
  const ask = (url: string, body: string, type = 'application/json') =>
    fetch(`${url}/token`, { method: 'POST', headers: { 'content-type': type }, body }).then((answer) => answer.arrayBuffer())

  test('keeps so many requests of a sandbox as the setting says, the newest', async () => {
    const { server, url } = await limited({ journalSize: 10 })
    for (let n = 0; n < 50; n++) await ask(url, `{"client_id":"n${n}"}`)
    const entries = server.sandboxes.find('standard')?.journal.list() ?? []
    expect(entries.map((entry) => entry.client_id)).toEqual(Array.from({ length: 10 }, (_, n) => `n${n + 40}`))
  })

  test('of all sandboxes together takes so much memory as the setting says: the oldest requests of any go first', async () => {
    const { server, url } = await limited({ journalMemory: 100_000 })
    await ask(`${url}/iokids/oauth`, '{"client_id":"old"}')
    for (let n = 0; n < 100; n++) await ask(url, JSON.stringify({ client_id: `n${n}`, padding: 'x'.repeat(500) }))
    const kept = (name: string) =>
      server.sandboxes
        .find(name)
        ?.journal.list()
        .map((entry) => entry.client_id) ?? []
    expect(kept('iokids')).toEqual([])
    expect(kept('standard').at(-1)).toBe('n99')
    expect(kept('standard').length).toBeLessThan(30)
    expect(kept('standard').length).toBeGreaterThan(5)
  })

  test('keeps of a very large body its size alone, however it came', async () => {
    const { server, url } = await limited()
    const large = `{"client_id":"large","list":[${'[],'.repeat(50_000)}0]}`
    await ask(url, large)
    await fetch(`${url}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([large]).stream(),
      duplex: 'half',
    } as RequestInit)
    const bodies = server.sandboxes
      .find('standard')
      ?.journal.list()
      .map((entry) => JSON.stringify(entry.request_body))
    expect(bodies).toEqual(Array(2).fill(expect.stringContaining('bytes, more than are kept')))
  })
})
