import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectSecurely } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connectGrantbox } from '../../src/index.ts'
import { startForFile } from '../support/server.ts'
import { post, web } from '../support/standard-client.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const box = await connectGrantbox(server.url)

const machine = { grant_type: 'client_credentials', ...web }

/** A sandbox of its own, with its journal as it is kept. */
async function ownWorld() {
  const world = await box.createSandbox()
  const { journal, faults } = server.sandbox(world.name)
  return { world, journal, faults }
}

/** A connection that the test owns. */
function connected(secure = false): Socket {
  const port = Number(new URL(server.url).port)
  const socket = secure ? connectSecurely({ port, host: 'localhost', rejectUnauthorized: false }) : connect(port, 'localhost')
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  return socket
}

const tokenRequest = (path: string, body = new URLSearchParams(machine).toString(), length = body.length) =>
  [
    `POST ${path}/token HTTP/1.1`,
    'Host: localhost',
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${length}`,
    '',
    body,
  ].join('\r\n')

describe('a client that goes away before it has its answer', () => {
  test.each([
    ['http', false],
    ['https', true],
  ])('while a fault delays it, over %s: an entry as soon as it is gone, with how long it waited', async (_, secure) => {
    const { world, journal, faults } = await ownWorld()
    faults.add({ endpoint: 'token', after: 0, times: 1, delay_ms: 2000 })
    const socket = connected(secure)
    socket.write(tokenRequest(`/${world.name}`))
    await expect.poll(() => faults.size).toBe(0)
    await sleep(150)
    expect(journal.list()).toEqual([])
    socket.destroy()
    const [entry] = await journal.wait({ endpoint: 'token' }, 1000)
    expect(entry).toMatchObject({ status: 0, aborted: true, url: `/${world.name}/token`, request_body: machine, response_headers: {} })
    expect(entry?.waited_ms).toBeGreaterThan(100)
    expect(entry?.waited_ms).toBeLessThan(1900)
    expect(entry?.explanation).toMatch(
      /^The client went away after 0\.\d s, before it had all of its answer\. A fault of the sandbox struck it: fault-1$/,
    )
    await sleep(2000)
    expect(journal.list()).toEqual([entry])
    const [shown] = await world.requests.list()
    expect(shown).toMatchObject({ status: 0, aborted: true, waited_ms: expect.closeTo(entry?.waited_ms ?? 0, 2) })
    const page = await (await fetch(`${server.url}/dashboard/${world.name}/requests?errors=on`)).text()
    expect(page).toContain('<span class="chip bad">gone</span>')
    expect(page).toMatch(/<b>Why:<\/b> The client went away after 0\.\d s, before/)
  })

  test('while its request is still coming', async () => {
    const { world, journal } = await ownWorld()
    const socket = connected()
    socket.write(tokenRequest(`/${world.name}`, 'grant_type=', 100))
    await sleep(100)
    socket.resetAndDestroy()
    const [entry] = await journal.wait({ endpoint: 'token' }, 1000)
    expect(entry).toMatchObject({ status: 0, aborted: true, request_body: undefined })
  })

  test('while its answer is computed: what was found out meanwhile stands there too', async () => {
    const { world, journal } = await ownWorld()
    const socket = connected()
    // A client whose keys are fetched from a server that is slow.
    const jwks = await slowServer(500)
    await world.apps.create({ name: 'slow', client_id: 'slow', token_endpoint_auth_method: 'private_key_jwt', jwks_uri: jwks })
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const exp = Math.floor(server.clock.now() / 1000) + 60
    const claims = { iss: 'slow', sub: 'slow', aud: world.issuer, jti: 'one', exp }
    const client_assertion = `${part({ alg: 'RS256', kid: 'k' })}.${part(claims)}.${part('signature')}`
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_assertion, client_assertion_type })
    socket.write(tokenRequest(`/${world.name}`, form.toString()))
    await sleep(100)
    socket.destroy()
    const [entry] = await journal.wait({ endpoint: 'token' }, 400)
    expect(entry).toMatchObject({ status: 0, aborted: true, client_id: 'slow', grant_type: 'client_credentials' })
    await sleep(700)
    expect(journal.list()).toHaveLength(1)
  })

  test('while its answer is written', async () => {
    const { world, journal, faults } = await ownWorld()
    faults.add({ endpoint: 'token', after: 0, times: 1, status: 200, body: 'x'.repeat(30e6) })
    const socket = connected()
    socket.pause()
    socket.write(tokenRequest(`/${world.name}`))
    const [entry] = await journal.wait({ endpoint: 'token' }, 1000)
    expect(entry).toMatchObject({ status: 200 })
    await sleep(100)
    socket.resetAndDestroy()
    await expect.poll(() => entry?.aborted).toBe(true)
    expect(entry).toMatchObject({ status: 0, response_headers: {}, waited_ms: expect.any(Number) })
    expect(entry).not.toHaveProperty('response_body', expect.anything())
    expect(journal.list()).toEqual([entry])
  })

  test('with several requests in line: each that was not answered', async () => {
    const { world, journal, faults } = await ownWorld()
    faults.add({ endpoint: 'token', after: 1, times: 1, delay_ms: 500 })
    const socket = connected()
    socket.write(tokenRequest(`/${world.name}`).repeat(3))
    await journal.wait({ endpoint: 'token' }, 1000)
    await sleep(100)
    socket.destroy()
    await expect.poll(() => journal.list().filter(({ aborted }) => aborted)).toHaveLength(2)
    await sleep(600)
    expect(journal.list()).toHaveLength(3)
    expect(journal.list().find(({ aborted }) => aborted !== true)).toMatchObject({ status: 200 })
  })
})

describe('is not said of', () => {
  test('a client that has its answer and closes', async () => {
    const { world, journal } = await ownWorld()
    const socket = connected()
    socket.write(tokenRequest(`/${world.name}`))
    await new Promise((resolve) => socket.once('data', resolve))
    socket.destroy()
    await sleep(50)
    expect(journal.list()).toMatchObject([{ status: 200 }])
    expect(journal.list()[0]).not.toHaveProperty('aborted')
    const [shown] = await world.requests.list()
    expect(shown).toMatchObject({ aborted: false, waited_ms: null })
  })

  test.each([
    ['that asks for one answer alone', 'HTTP/1.1', 'Connection: close'],
    ['of HTTP/1.0', 'HTTP/1.0', 'Accept: */*'],
  ])('a client %s, also of a long answer', async (_, version, header) => {
    const { world, journal, faults } = await ownWorld()
    faults.add({ endpoint: 'token', after: 1, times: 1, status: 200, body: 'x'.repeat(30e6) })
    for (const least of [100, 30e6]) {
      const socket = connected()
      socket.write(tokenRequest(`/${world.name}`).replace('HTTP/1.1\r\n', `${version}\r\n${header}\r\n`))
      let size = 0
      socket.on('data', (chunk) => {
        size += chunk.length
      })
      await new Promise((resolve) => socket.once('close', resolve))
      expect(size).toBeGreaterThan(least)
    }
    await sleep(50)
    expect(journal.list().map(({ status, aborted }) => [status, aborted])).toEqual([
      [200, undefined],
      [200, undefined],
    ])
  })

  test.each([true, 'after'] as const)('a connection that a fault ends (drop: %s)', async (drop) => {
    const { world, journal, faults } = await ownWorld()
    faults.add({ endpoint: 'token', after: 0, times: 1, drop })
    await expect(post(world.url, '/token', machine)).rejects.toThrow('fetch failed')
    await sleep(50)
    expect(journal.list()).toMatchObject([{ status: 0 }])
    expect(journal.list()[0]).not.toHaveProperty('aborted')
  })
})

test('requests of one connection have its number', async () => {
  const { world, journal } = await ownWorld()
  const [one, other] = [connected(), connected()]
  one.write(tokenRequest(`/${world.name}`).repeat(2))
  await expect.poll(() => journal.list()).toHaveLength(2)
  other.write(tokenRequest(`/${world.name}`))
  await expect.poll(() => journal.list()).toHaveLength(3)
  const [first, second, third] = (await world.requests.list()).map(({ connection }) => connection)
  expect([first, second, third]).toEqual([expect.any(Number), first, expect.any(Number)])
  expect(third).not.toBe(first)
})

async function slowServer(milliseconds: number): Promise<string> {
  const slow = createServer((_request, response) => void setTimeout(() => response.end('{"keys":[]}'), milliseconds))
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void slow.close())
  const address = slow.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/jwks`
}
