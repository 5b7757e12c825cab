import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer, Agent as HttpAgent, get as httpGet, type IncomingMessage, type RequestListener } from 'node:http'
import { get as httpsGet, type RequestOptions } from 'node:https'
import { type AddressInfo, connect, createServer as createNetServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/basics/clock.ts'
import { authorityCertificate } from '../../src/basics/x509.ts'
import { type Certificates, createCertificates } from '../../src/http/certificates/certificates.ts'
import { keyPem } from '../../src/http/certificates/files.ts'
import { ListenError } from '../../src/http/listener/address.ts'
import { createListener, type Listener } from '../../src/http/listener/listener.ts'
import type { ListenerOptions } from '../../src/http/listener/options.ts'
import { makeKey } from '../../src/oauth/jose/keys.ts'

/** Says how it was reached, and with what. */
const echo: RequestListener = async (request, response) => {
  const body = await text(request).catch(() => 'aborted')
  const scheme = 'encrypted' in request.socket ? 'https' : 'http'
  response.end(JSON.stringify({ scheme, method: request.method, url: request.url, host: request.headers.host, body }))
}

interface Started {
  listener: Listener
  certificates: Certificates
  port: number
  addresses: string[]
}

async function start(options: Partial<ListenerOptions> & { host?: string; dataDir?: string } = {}): Promise<Started> {
  const { host, dataDir, ...rest } = options
  const certificates = createCertificates({ dataDir, clock: systemClock })
  const listener = createListener({ handler: echo, certificates, ...rest })
  onTestFinished(() => listener.close({ graceMs: 0 }))
  return { listener, certificates, ...(await listener.listen({ host, port: 0 })) }
}

async function text(stream: AsyncIterable<unknown>): Promise<string> {
  let all = ''
  for await (const chunk of stream) all += String(chunk)
  return all
}

function https(options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => httpsGet({ agent: false, ...options }, resolve).on('error', reject))
}

/** A connected plain socket; what it receives until the server ends is read with `text`. */
async function plug(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await new Promise((connected, failed) => socket.once('connect', connected).once('error', failed))
  return socket
}

function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve()
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.resume()
  })
}

/** A promise, and the function that settles it. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

const localhostHasIpv6 = await new Promise<boolean>((resolve) => {
  const probe = createNetServer().on('error', () => resolve(false))
  probe.listen(0, '::1', () => probe.close(() => resolve(true)))
})
const curl = spawnSync('curl', ['--version']).error === undefined

test('answers http and https on one port and tells the handler which it was', async () => {
  const { port, certificates } = await start()
  const plain = await fetch(`http://127.0.0.1:${port}/a?b=c`, { method: 'POST', body: 'grant_type=password' })
  expect(await plain.json()).toEqual({
    scheme: 'http',
    method: 'POST',
    url: '/a?b=c',
    host: `127.0.0.1:${port}`,
    body: 'grant_type=password',
  })
  const secure = await https({ host: 'localhost', port, path: '/d', ca: await certificates.ca() })
  expect(JSON.parse(await text(secure))).toMatchObject({ scheme: 'https', url: '/d' })
})

test('listens on both loopback addresses, on the same port', async ({ skip }) => {
  if (!localhostHasIpv6) skip('this machine has no ::1')
  const { port, addresses, certificates } = await start({ host: 'localhost' })
  expect(addresses).toEqual(['127.0.0.1', '::1'])
  expect(await (await fetch(`http://[::1]:${port}/`)).json()).toMatchObject({ scheme: 'http' })
  // Some releases of Node 22 cannot verify an IPv6 address themselves.
  const checkServerIdentity = (_host: string, { subjectaltname }: { subjectaltname?: string }) =>
    subjectaltname?.includes('IP Address:0:0:0:0:0:0:0:1') ? undefined : new Error('the certificate is not for ::1')
  const secure = await https({ host: '::1', port, ca: await certificates.ca(), checkServerIdentity })
  expect(JSON.parse(await text(secure))).toMatchObject({ scheme: 'https' })
})

test('listens on any other host alone', async () => {
  const { addresses, port } = await start({ host: '127.0.0.2' })
  expect(addresses).toEqual(['127.0.0.2'])
  expect((await fetch(`http://127.0.0.2:${port}/`)).status).toBe(200)
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
})

test('shows an address that was reached without a host name its own certificate', async () => {
  const { certificates, port } = await start({ host: '127.0.0.2' })
  expect((await https({ host: '127.0.0.2', port, ca: await certificates.ca() })).statusCode).toBe(200)
})

test('shows localhost its certificate to clients without SNI', async () => {
  const { port, certificates } = await start()
  expect((await https({ host: '127.0.0.1', port, ca: await certificates.ca() })).statusCode).toBe(200)
})

test('shows each host name its own certificate by SNI (RFC 6066 §3)', async () => {
  const { port, certificates } = await start()
  const ca = await certificates.ca()
  const servername = 'sandbox.iokids.net'
  const reached = await https({ host: '127.0.0.1', port, servername, headers: { host: servername }, ca })
  expect(JSON.parse(await text(reached))).toMatchObject({ scheme: 'https', host: servername })
  const presented = await new Promise<TLSSocket>((resolve, reject) => {
    const client = connectTls({ host: '127.0.0.1', port, servername, ca }, () => resolve(client)).on('error', reject)
  })
  expect(presented.authorized).toBe(true)
  expect(checkServerIdentity(servername, presented.getPeerCertificate())).toBeUndefined()
  expect(checkServerIdentity('elsewhere.example', presented.getPeerCertificate())).toBeInstanceOf(Error)
  presented.destroy()
})

test('is not trusted by a client that does not know the certificate authority, and goes on', async () => {
  const { port } = await start()
  await expect(https({ host: '127.0.0.1', port })).rejects.toThrow(/certificate/)
  expect((await https({ host: '127.0.0.1', port, rejectUnauthorized: false })).statusCode).toBe(200)
})

test('speaks HTTP/1.1 over TLS, also to a client that would rather have HTTP/2 (RFC 7301)', async () => {
  const { port, certificates } = await start()
  const ca = await certificates.ca()
  const protocol = await new Promise((resolve, reject) => {
    const client = connectTls({ host: '127.0.0.1', port, ca, ALPNProtocols: ['h2', 'http/1.1'] }, () => {
      resolve(client.alpnProtocol)
      client.destroy()
    }).on('error', reject)
  })
  expect(protocol).toBe('http/1.1')
})

test('hands the certificate of a client to the handler, whoever issued it (RFC 8705 §2.2)', async () => {
  const handler: RequestListener = (request, response) => {
    const { socket } = request as unknown as { socket: TLSSocket }
    response.end(socket.getPeerX509Certificate()?.subject ?? 'none')
  }
  const { port, certificates } = await start({ handler, requestClientCertificate: true })
  const ca = await certificates.ca()
  expect(await text(await https({ host: '127.0.0.1', port, ca }))).toBe('none')
  const { key, cert } = await clientCertificate()
  expect(await text(await https({ host: '127.0.0.1', port, ca, key, cert }))).toMatch(/^O=grantbox\nCN=grantbox CA/)
})

/** Any self-signed certificate will do: that of another authority. */
async function clientCertificate(): Promise<{ key: string; cert: string }> {
  const key = await makeKey('ES256')
  const now = systemClock.now()
  return { key: keyPem(key), cert: authorityCertificate(key, { notBefore: now - 60_000, notAfter: now + 3_600_000 }) }
}

test('is accepted by curl with --cacert', async ({ skip }) => {
  if (!curl) skip('curl is not installed')
  const dataDir = await mkdtemp(join(tmpdir(), 'grantbox-listener-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const { port, certificates } = await start({ dataDir })
  await certificates.ca()
  const run = promisify(execFile)
  const common = ['--silent', '--show-error', '--noproxy', '*', '--cacert', certificates.caPath ?? '']
  for (const url of [`https://localhost:${port}/`, `https://127.0.0.1:${port}/`, `https://sandbox.iokids.net:${port}/`]) {
    const { stdout } = await run('curl', [...common, '--resolve', `sandbox.iokids.net:${port}:127.0.0.1`, url])
    expect(JSON.parse(stdout)).toMatchObject({ scheme: 'https' })
  }
})

test('takes a request that comes byte by byte, and its body in a later packet', async () => {
  const { port } = await start()
  const socket = await plug(port)
  for (const byte of 'POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\n') {
    socket.write(byte)
    await new Promise(setImmediate)
  }
  setTimeout(() => socket.write('hello'), 20)
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*"body":"hello"/)
})

test('answers pipelined requests in order and keeps the connection alive (RFC 9112 §9.3.2)', async () => {
  const { port } = await start()
  const socket = await plug(port)
  socket.write('GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\n\r\n')
  let received = ''
  for await (const chunk of socket) {
    received += String(chunk)
    if (received.includes('"/two"') && !received.includes('"/three"')) {
      if (!received.includes('/asked')) socket.write('GET /three HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
      received += '/asked'
    }
  }
  expect(received.match(/"\/(one|two|three)"/g)).toEqual(['"/one"', '"/two"', '"/three"'])
})

test('serves many requests over one kept connection, plain and over TLS', async () => {
  const { port, certificates } = await start()
  const agent = new HttpAgent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const ports = new Set<number | undefined>()
  for (let n = 0; n < 3; n++) {
    const response = await new Promise<IncomingMessage>((resolve) => httpGet({ host: '127.0.0.1', port, agent }, resolve))
    ports.add(response.socket.localPort)
    await text(response)
  }
  expect(ports.size).toBe(1)
  const ca = await certificates.ca()
  const secured = await new Promise<TLSSocket>((resolve) => {
    const client = connectTls({ host: '127.0.0.1', port, ca }, () => resolve(client))
  })
  secured.write('GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect((await text(secured)).match(/"\/[12]"/g)).toEqual(['"/1"', '"/2"'])
})

test.each([
  ['garbage', 'hello\r\n\r\n', 400],
  ['a missing Host header (RFC 9112 §3.2)', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ['HTTP/2 without TLS', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['a body with a broken length', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
  ['headers beyond every limit', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(2_000_000)}\r\n\r\n`, 431],
])('answers %s in JSON and ends the connection', async (_what, bytes, status) => {
  const { port } = await start()
  const socket = await plug(port)
  socket.end(bytes)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  expect(head).toMatch(/^content-type: application\/json$/im)
  expect(head).toMatch(/^connection: close$/im)
  const { error, error_description } = JSON.parse(body)
  expect(error).toBe('invalid_request')
  // RFC 6749 §5.2: printable ASCII without quotation mark and backslash.
  expect(error_description).toMatch(/^[ !#-[\]-~]{10,}$/)
})

test('lets a client that is still sending read why it was refused (RFC 9112 §9.6)', async () => {
  const { port } = await start()
  const socket = await plug(port)
  const written: unknown[] = []
  socket.on('error', (error) => written.push(error))
  for (let n = 0; n < 4; n++) {
    socket.write(n === 0 ? `GET / HTTP/1.1\r\nX-Long: ${'a'.repeat(100_000)}` : 'a'.repeat(1000))
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect(written).toEqual([])
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 431 /)
})

test('does not write a refusal into an answer that has begun', async () => {
  const handler: RequestListener = (_request, response) => void response.write('begun')
  const { port } = await start({ handler })
  const socket = await plug(port)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  let received = ''
  socket.on('data', (chunk) => {
    if (!received.includes('begun')) socket.write('garbage\r\n\r\n')
    received += String(chunk)
  })
  await ended(socket)
  expect(received).toContain('begun')
  expect(received).not.toContain('invalid_request')
})

test('ends a broken TLS handshake, says so, and goes on', async () => {
  const errors: Error[] = []
  const { port } = await start({ onError: (error) => errors.push(error) })
  const socket = await plug(port)
  socket.write(Buffer.concat([Buffer.from([0x16]), Buffer.alloc(600, 0xff)]))
  await ended(socket)
  expect(errors).toHaveLength(1)
  const vanished = await plug(port)
  vanished.write(Buffer.from([0x16]))
  vanished.resetAndDestroy()
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200)
})

test('ends the connection and says why when no certificate can be made', async () => {
  const errors: Error[] = []
  const broken = new Error('ca.pem is not a certificate')
  const certificates = { secureContext: () => Promise.reject(broken) }
  const { port } = await start({ certificates, onError: (error) => errors.push(error) })
  await expect(https({ host: '127.0.0.1', port })).rejects.toThrow()
  expect(errors).toEqual([broken])
})

test('tells why when only the certificate of the named host cannot be made', async () => {
  const errors: Error[] = []
  const good = createCertificates({ clock: systemClock })
  const broken = new Error('no certificate for that name')
  const secureContext: Certificates['secureContext'] = (host) =>
    host === 'bad.example' ? Promise.reject(broken) : good.secureContext(host)
  const { port } = await start({ certificates: { secureContext }, onError: (error) => errors.push(error) })
  await expect(https({ host: '127.0.0.1', port, servername: 'bad.example', rejectUnauthorized: false })).rejects.toThrow()
  expect(errors).toEqual([broken])
})

const hurried = { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 20 }

test('ends a connection that stays silent', async () => {
  const { port } = await start({ server: hurried })
  await ended(await plug(port))
})

test('ends a TLS handshake that never ends', async () => {
  const { port } = await start({ server: hurried })
  const socket = await plug(port)
  // A record header that promises 512 bytes of ClientHello.
  socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1]))
  await ended(socket)
})

test('answers 408 to headers that never end', async () => {
  const { port } = await start({ server: hurried })
  const socket = await plug(port)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n')
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 [\s\S]*"invalid_request"/)
})

test('lets the answers under way be given before it closes, and takes no new connection', async () => {
  const bothArrived = gate()
  const release = gate()
  let arrivals = 0
  const handler: RequestListener = async (_request, response) => {
    if (++arrivals === 2) bothArrived.open()
    await release.opened
    response.end('late')
  }
  const { listener, port, certificates } = await start({ handler })
  const ca = await certificates.ca()
  const plain = fetch(`http://127.0.0.1:${port}/`)
  const secure = https({ host: '127.0.0.1', port, ca })
  const spare = await plug(port)
  await bothArrived.opened
  const closed = listener.close()
  await ended(spare)
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
  release.open()
  const [one, two] = [await plain, await secure]
  expect([one.headers.get('connection'), await one.text()]).toEqual(['close', 'late'])
  expect([two.headers.connection, await text(two)]).toEqual(['close', 'late'])
  await closed
})

test('ends a kept connection whose answer had begun before it closes', async () => {
  const begun = gate()
  const release = gate()
  const handler: RequestListener = async (_request, response) => {
    response.writeHead(200, { 'Content-Length': 4 })
    response.write('be')
    begun.open()
    await release.opened
    response.end('gu')
  }
  const { listener, port } = await start({ handler })
  const socket = await plug(port)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await begun.opened
  const closed = listener.close({ graceMs: 60_000 })
  release.open()
  expect(await text(socket)).toMatch(/begu$/)
  await closed
})

test('does not wait for silent, idle, half-spoken or unshaken connections when it closes', async () => {
  const { listener, port, certificates } = await start()
  const sockets = await Promise.all([plug(port), plug(port), plug(port), plug(port)])
  const [, half, unshaken, idle] = sockets
  half?.write('GET / HTTP/1.1\r\nHo')
  unshaken?.write(Buffer.from([0x16, 3, 1]))
  idle?.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await new Promise((resolve) => idle?.once('data', resolve))
  const ca = await certificates.ca()
  const shaken = await new Promise<TLSSocket>((resolve) => {
    // The server sends its session ticket when the handshake is over for it too.
    const client = connectTls({ host: '127.0.0.1', port, ca }).once('session', () => resolve(client))
  })
  // The grace is longer than this test may take.
  const closed = listener.close({ graceMs: 600_000 })
  await Promise.all([...sockets, shaken].map(ended))
  await closed
  expect(listener.close()).toBe(closed)
})

test('cuts off what is still open after the grace', async () => {
  const arrived = gate()
  const { listener, port } = await start({ handler: () => arrived.open() })
  const answer = fetch(`http://127.0.0.1:${port}/`).catch((error: unknown) => error)
  await arrived.opened
  await listener.close({ graceMs: 10 })
  expect(await answer).toBeInstanceOf(TypeError)
})

test('survives clients that vanish before they say anything', async () => {
  const { listener, port } = await start()
  for (const socket of await Promise.all([plug(port), plug(port)])) socket.resetAndDestroy()
  await fetch(`http://127.0.0.1:${port}/`)
  await listener.close({ graceMs: 600_000 })
})

test('survives clients that vanish in the middle of an answer', async () => {
  const arrived = gate()
  const handler: RequestListener = (_request, response) => {
    arrived.open()
    response.write('x'.repeat(10_000_000))
  }
  const { listener, port } = await start({ handler })
  const socket = await plug(port)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await arrived.opened
  socket.resetAndDestroy()
  await listener.close({ graceMs: 600_000 })
})

test('says in words that a port is taken, on either address', async ({ skip }) => {
  const { port } = await start({ host: '127.0.0.1' })
  const second = createListener({ handler: echo, certificates: createCertificates({ clock: systemClock }) })
  const failure = await second.listen({ port }).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ListenError)
  expect(failure).toMatchObject({
    code: 'EADDRINUSE',
    message: `Port ${port} is already in use. Stop the other program or choose another port with --port.`,
  })
  if (!localhostHasIpv6) skip('this machine has no ::1; the port of one address was refused as it should be')
  const other = createHttpServer()
  await new Promise<void>((listening) => other.listen(0, '::1', listening))
  onTestFinished(() => void other.close())
  const { port: taken } = other.address() as AddressInfo
  await expect(second.listen({ port: taken })).rejects.toThrow(/^Port \d+ is already in use on ::1\./)
  // Nothing is left behind on the address that was free.
  const free = createNetServer()
  await new Promise<void>((listening, failed) => free.on('error', failed).listen(taken, '127.0.0.1', listening))
  free.close()
})

test.each(['no-such-host.invalid', '203.0.113.7'])('says in words that %s is no address of this machine', async (host) => {
  const listener = createListener({ handler: echo, certificates: createCertificates({ clock: systemClock }) })
  const failure = await listener.listen({ host, port: 0 }).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ListenError)
  expect(failure).toHaveProperty('message', expect.stringContaining(`"${host}" is no address of this machine. Choose another with --host`))
})
