import { createServer as createHttp, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Answer, ask, plug, raw, secure, tunnel } from '../support/proxied.ts'
import { start, startForFile, type TestServer } from '../support/server.ts'

const box = await startForFile()
const everywhere = await startForFile({ proxy: 'all' })

/** One request over https by way of the proxy. */
async function through({ url, ca }: TestServer, host: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { status, socket, body } = await tunnel(url, `${host}:443`, headers)
  if (status !== 200) throw new Error(`no tunnel: ${status} ${body}`)
  return ask(await secure(socket, host, await ca()), { path, headers: { Host: host } })
}

/** A server that is not ours. */
async function elsewhere(answer?: (request: IncomingMessage, body: string) => object): Promise<number> {
  const server = createHttp(async (request, response) => {
    let body = ''
    request.setEncoding('utf8')
    for await (const chunk of request) body += chunk
    response.setHeader('X-Own', 'kept').setHeader('Keep-Alive', 'timeout=1')
    response.end(JSON.stringify(answer?.(request, body) ?? { url: request.url, headers: request.headers, body }))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close().closeAllConnections())
  return (server.address() as AddressInfo).port
}

// biome-ignore lint/suspicious/noExplicitAny: what the test looks at next says what it has to be.
async function json(response: Response): Promise<any> {
  return await response.json()
}

function explained({ headers }: Pick<Answer, 'headers'>): string {
  return String(headers['grantbox-explain'])
}

describe('a tunnel to a vendor', () => {
  test('is answered by its sandbox, with a certificate of our authority, in HTTP/1.1', async () => {
    const { socket } = await tunnel(box.url, 'sandbox.iokids.net:443')
    const secured = await secure(socket, 'sandbox.iokids.net', await box.ca())
    expect('alpnProtocol' in secured && secured.alpnProtocol).toBe('http/1.1')
    const { status, text } = await ask(secured, { path: '/v1/me', headers: { Host: 'sandbox.iokids.net' } })
    expect(status).toBe(401)
    expect(JSON.parse(text)).toHaveProperty('error_code')
  })

  test.each(['auth.wildix.com', 'kite.wildixin.com', 'api.socialidnow.com', 'SANDBOX.iokids.net', 'sandbox.iokids.net.'])(
    'reaches %s',
    async (host) => {
      const { status } = await tunnel(box.url, `${host}:443`)
      expect(status).toBe(200)
    },
  )

  test('may lead to any port, encrypted or not', async () => {
    const plain = await tunnel(box.url, 'sandbox.iokids.net:8080')
    const answer = await ask(plain.socket, { path: '/v1/me', headers: { Host: 'sandbox.iokids.net:8080' } })
    expect(answer.status).toBe(401)
    const { socket } = await tunnel(box.url, 'sandbox.iokids.net:8443')
    const secured = await secure(socket, 'sandbox.iokids.net', await box.ca())
    expect((await ask(secured, { path: '/v1/me', headers: { Host: 'sandbox.iokids.net:8443' } })).status).toBe(401)
  })

  test('has the certificate of its host also for who names none', async () => {
    const { socket } = await tunnel(box.url, 'sandbox.iokids.net:443')
    const secured = connectTls({ socket, ca: await box.ca(), checkServerIdentity: () => undefined })
    await new Promise((resolve, reject) => secured.once('secureConnect', resolve).once('error', reject))
    expect(secured.getPeerCertificate().subjectaltname).toBe('DNS:sandbox.iokids.net')
  })

  test('serves several requests, each in the journal with its host', async () => {
    const { socket } = await tunnel(box.url, 'auth.wildix.com:443')
    const secured = await secure(socket, 'auth.wildix.com', await box.ca())
    const send = `GET /nowhere HTTP/1.1\r\nHost: auth.wildix.com\r\n\r\n`
    const came = new Promise<string>((resolve) => {
      let all = ''
      secured.on('data', (chunk: Buffer) => {
        all += chunk.toString()
        if (all.split('HTTP/1.1 404').length === 3) resolve(all)
      })
    })
    secured.write(send + send)
    await came
    const entries = box.sandbox('wildix').journal.list({ limit: 2 })
    expect(entries.map(({ url, host }) => ({ url, host }))).toEqual(Array(2).fill({ url: '/nowhere', host: 'auth.wildix.com:443' }))
  })

  test('speaks of the vendor by the address that the client used', async () => {
    const mine = await start({ proxy: 'known' })
    await fetch(`${mine.url}/_grantbox/sandboxes`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'own', provider: 'standard', hosts: ['login.example'] }),
    })
    const { text } = await through(mine, 'login.example', '/.well-known/openid-configuration')
    expect(JSON.parse(text)).toMatchObject({ issuer: 'https://login.example', token_endpoint: 'https://login.example/token' })
  })

  test.each([
    ['another host', 'auth.wildix.com'],
    ['this server', 'localhost'],
    ['another port', 'sandbox.iokids.net:444'],
    ['no host at all', '%%%'],
  ])('is for its host alone: a request in it to %s is misdirected', async (_what, host) => {
    const { socket } = await tunnel(box.url, 'sandbox.iokids.net:443')
    const answer = await ask(await secure(socket, 'sandbox.iokids.net', await box.ca()), {
      path: '/_grantbox/sandboxes',
      headers: { Host: host },
    })
    expect(answer.status).toBe(421)
    expect(explained(answer)).toContain('sandbox.iokids.net:443')
  })

  test.each(['/_grantbox/sandboxes', '/dashboard', '/_grantbox/health'])('leads to the vendor alone: %s is a path of his', async (path) => {
    const { status, text } = await through(box, 'sandbox.iokids.net', path)
    expect(status).toBe(404)
    expect(JSON.parse(text)).toHaveProperty('error_code', 4040)
  })

  test('leads to no proxy: a tunnel within it is refused', async () => {
    const { socket } = await tunnel(box.url, 'sandbox.iokids.net:443')
    const came = new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(String(chunk))))
    socket.write('CONNECT localhost:1 HTTP/1.1\r\nHost: localhost:1\r\n\r\n')
    expect(await came).toMatch(/^HTTP\/1.1 405 /)
  })

  test('takes an absolute address of its own host', async () => {
    const { socket } = await tunnel(box.url, 'sandbox.iokids.net:443')
    const secured = await secure(socket, 'sandbox.iokids.net', await box.ca())
    const answer = await ask(secured, { path: 'https://sandbox.iokids.net/v1/me', headers: { Host: 'sandbox.iokids.net' } })
    expect(answer.status).toBe(401)
  })

  test('may begin before it is confirmed', async () => {
    const came = raw(
      box.url,
      'CONNECT sandbox.iokids.net:80 HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/me HTTP/1.1\r\nHost: sandbox.iokids.net\r\nConnection: close\r\n\r\n',
    )
    expect(await came).toMatch(/^HTTP\/1.1 200 Connection established\r\n\r\nHTTP\/1.1 401 /)
  })

  test('can be asked for over https', async () => {
    const first = await plug(box.url)
    const secured = await secure(first, 'localhost', await box.ca())
    const open = new Promise<string>((resolve) => secured.once('data', (chunk) => resolve(String(chunk))))
    secured.write('CONNECT sandbox.iokids.net:443 HTTP/1.1\r\nHost: sandbox.iokids.net:443\r\n\r\n')
    expect(await open).toMatch(/^HTTP\/1.1 200 /)
    const inner = await secure(secured, 'sandbox.iokids.net', await box.ca())
    expect((await ask(inner, { path: '/v1/me', headers: { Host: 'sandbox.iokids.net' } })).status).toBe(401)
  })
})

describe('which sandbox', () => {
  const basic = (user: string, password = '') => ({
    'Proxy-Authorization': `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  })

  test('is said by the user name, for the hosts of its vendor', async () => {
    const mine = await start()
    const made = await fetch(`${mine.url}/_grantbox/sandboxes`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 't42', provider: 'iokids' }),
    })
    expect(made.status).toBe(201)
    await through(mine, 'sandbox.iokids.net', '/v1/me', basic('t42'))
    expect(mine.sandbox('t42').journal.list()).toHaveLength(1)
    expect(mine.sandbox('iokids').journal.list()).toHaveLength(0)
    // Of another vendor it has none.
    await through(mine, 'auth.wildix.com', '/x', basic('t42'))
    expect(mine.sandbox('wildix').journal.list()).toHaveLength(1)
    await through(mine, 'a.wildixin.com', '/x', basic('wildix'))
    expect(mine.sandbox('wildix').journal.list()).toHaveLength(2)
  })

  test('that is not there is named', async () => {
    const { status, headers, body } = await tunnel(box.url, 'sandbox.iokids.net:443', basic('t43'))
    expect(status).toBe(407)
    expect(headers['proxy-authenticate']).toBe('Basic realm="grantbox"')
    expect(body).toContain("no sandbox 't43'")
  })

  test('is asked for by Basic alone', async () => {
    const { status } = await tunnel(box.url, 'sandbox.iokids.net:443', { 'Proxy-Authorization': 'Bearer abc' })
    expect(status).toBe(407)
  })

  test('that was deleted answers no more, and one that was reset does', async () => {
    const mine = await start()
    const { socket } = await tunnel(mine.url, 'sandbox.iokids.net:80')
    mine.server.sandboxes.reset(mine.sandbox())
    const options = { path: '/v1/me', headers: { Host: 'sandbox.iokids.net' } }
    expect(
      await raw(
        mine.url,
        'CONNECT sandbox.iokids.net:80 HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/me HTTP/1.0\r\nHost: sandbox.iokids.net\r\n\r\n',
      ),
    ).toMatch(/401/)
    mine.server.sandboxes.delete(mine.sandbox())
    expect((await ask(socket, options)).status).toBe(404)
  })

  test('the token is asked for where hosts of no sandbox are, and for those alone', async () => {
    const port = await elsewhere()
    const guarded = await start({ proxy: 'all', adminToken: 'let-me-in' })
    expect((await tunnel(guarded.url, 'sandbox.iokids.net:443')).status).toBe(200)
    expect((await tunnel(guarded.url, `127.0.0.1:${port}`)).status).toBe(407)
    expect((await tunnel(guarded.url, `127.0.0.1:${port}`, basic('', 'wrong'))).status).toBe(407)
    expect((await tunnel(guarded.url, `127.0.0.1:${port}`, basic('', 'let-me-in'))).status).toBe(200)
    expect((await tunnel(guarded.url, `127.0.0.1:${port}`, basic('iokids', 'let-me-in'))).status).toBe(200)
  })
})

test('the admin token that a proxy is told stands in no journal', async () => {
  const guarded = await start({ proxy: 'known', adminToken: 'let-me-in' })
  const headers = { Host: 'sandbox.iokids.net', 'Proxy-Authorization': `Basic ${Buffer.from(':let-me-in').toString('base64')}` }
  await ask(await plug(guarded.url), { path: 'http://sandbox.iokids.net/v1/me', headers })
  await tunnel(guarded.url, 'elsewhere.example:443', headers)
  const entries = guarded.sandbox().journal.list()
  expect(entries.map(({ request_headers }) => request_headers['proxy-authorization'])).toEqual([undefined, undefined])
})

describe('a host of no sandbox', () => {
  test('is refused, told of, and in the journal with what to do', async () => {
    const mine = await start()
    const { status, headers, body } = await tunnel(mine.url, 'api.elsewhere.example:443')
    expect(status).toBe(403)
    expect(explained({ headers })).toMatch(/api\.elsewhere\.example:443 .* --proxy all .* NO_PROXY/)
    expect(JSON.parse(body)).toMatchObject({ error: 'access_denied' })
    await tunnel(mine.url, 'api.elsewhere.example:443')
    const report = await json(await fetch(`${mine.url}/_grantbox/proxy`))
    expect(report).toMatchObject({
      mode: 'known',
      refused: [{ host: 'api.elsewhere.example', port: 443, count: 2, last: expect.any(String) }],
    })
    expect(report.hosts).toContain('*.wildixin.com')
    const { items } = await json(await fetch(`${mine.url}/_grantbox/sandboxes/iokids/requests?endpoint=proxy`))
    expect(items).toHaveLength(2)
    expect(items[0]).toMatchObject({ method: 'CONNECT', url: 'api.elsewhere.example:443', host: 'api.elsewhere.example:443', status: 403 })
  })

  test('is tunnelled to where it leads by --proxy all', async () => {
    const port = await elsewhere()
    const { socket } = await tunnel(everywhere.url, `127.0.0.1:${port}`)
    const { text, headers } = await ask(socket, { path: '/x', headers: { Host: `127.0.0.1:${port}` } })
    expect(JSON.parse(text).url).toBe('/x')
    expect(headers['x-own']).toBe('kept')
  })

  test('is told of when it cannot be reached', async () => {
    const { status, body } = await tunnel(everywhere.url, '127.0.0.1:1')
    expect(status).toBe(502)
    expect(body).toContain('127.0.0.1:1 could not be reached (ECONNREFUSED)')
    const name = await tunnel(everywhere.url, 'no-such-host.invalid:443')
    expect(name.status).toBe(502)
    expect(name.body).toContain('no-such-host.invalid could not be looked up')
  })

  test.each([
    '169.254.169.254:80',
    '[fe80::1]:80',
    '[::ffff:169.254.169.254]:80',
    '100.100.100.200:80',
    'metadata.google.internal:80',
    '[fd00:ec2::254]:80',
  ])('is never called where clouds give credentials: %s', async (target) => {
    const { status, body } = await tunnel(everywhere.url, target)
    expect(status).toBe(403)
    expect(body).toContain('--proxy-allow')
    const report = await json(await fetch(`${everywhere.url}/_grantbox/proxy`))
    expect(report.refused.length).toBeGreaterThan(0)
  })

  test('is led to at once by many, and a stop ends them', async () => {
    const server = createServer((socket: Socket) => void socket.on('error', () => {}).pipe(socket))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const mine = await start({ proxy: 'all' })
    const all = await Promise.all(Array.from({ length: 100 }, () => tunnel(mine.url, `127.0.0.1:${port}`)))
    const echoed = await Promise.all(
      all.map(({ socket }, index) => {
        socket.write(`hello ${index}`)
        return new Promise((resolve) => socket.once('data', (chunk) => resolve(String(chunk))))
      }),
    )
    expect(echoed).toEqual(all.map((_, index) => `hello ${index}`))
    const closed = Promise.all(all.map(({ socket }) => new Promise<void>((resolve) => socket.once('close', () => resolve()))))
    await mine.close()
    await closed
  })
})

describe('an absolute address', () => {
  const get = async (url: string, target: string, headers: Record<string, string> = {}) =>
    ask(await plug(url), { path: target, headers: { Host: new URL(target).host, ...headers } })

  test('of a vendor is answered by its sandbox, by the scheme that it says', async () => {
    expect((await get(box.url, 'http://sandbox.iokids.net/v1/me')).status).toBe(401)
    const mine = await start({ proxy: 'known' })
    mine.server.sandboxes.create({
      name: 'own',
      provider: mine.sandbox('standard').provider,
      hosts: ['login.example'],
    })
    for (const scheme of ['http', 'https']) {
      const { text } = await get(mine.url, `${scheme}://login.example/.well-known/openid-configuration`)
      expect(JSON.parse(text).issuer).toBe(`${scheme}://login.example`)
    }
  })

  test('whose Host header says otherwise is refused', async () => {
    for (const host of ['localhost', 'sandbox.iokids.net:81', 'auth.wildix.com', '']) {
      const answer = await get(box.url, 'http://sandbox.iokids.net/v1/me', { Host: host })
      expect([host, answer.status]).toEqual([host, 400])
    }
  })

  test('of this server is answered by it', async () => {
    for (const target of [`${box.url}/_grantbox/health`, `${box.url.replace('localhost', '127.0.0.1')}/_grantbox/health`]) {
      expect(JSON.parse((await get(box.url, target)).text)).toMatchObject({ status: 'ok' })
    }
    const { socket } = await tunnel(everywhere.url, new URL(everywhere.url).host)
    const answer = await ask(socket, { path: '/_grantbox/health', headers: { Host: new URL(everywhere.url).host } })
    expect(answer.status).toBe(200)
  })

  test('does not open the control API to foreign names', async () => {
    const port = new URL(box.url).port
    const { socket } = await tunnel(box.url, `localhost:${port}`)
    const answer = await ask(socket, { path: '/_grantbox/sandboxes', headers: { Host: 'evil.example' } })
    expect(answer.status).toBe(403)
  })

  test('elsewhere is refused, or asked there without what is of one connection', async () => {
    const port = await elsewhere()
    const target = `http://127.0.0.1:${port}/path?q=1`
    const refused = await get(box.url, target)
    expect(refused.status).toBe(403)
    expect(explained(refused)).toContain(`127.0.0.1:${port}`)
    const { text, headers, status } = await get(everywhere.url, target, {
      Connection: 'close, X-Hop',
      'X-Hop': 'gone',
      'X-Kept': 'yes',
      'Proxy-Authorization': 'Basic Og==',
    })
    expect(status).toBe(200)
    const { url, headers: sent } = JSON.parse(text)
    expect(url).toBe('/path?q=1')
    expect(sent).toMatchObject({ 'x-kept': 'yes', host: `127.0.0.1:${port}`, via: '1.1 grantbox' })
    expect(sent).not.toHaveProperty('x-hop')
    expect(sent).not.toHaveProperty('proxy-authorization')
    expect(headers).toMatchObject({ 'x-own': 'kept', via: '1.1 grantbox' })
    expect(headers['keep-alive']).not.toBe('timeout=1')
  })

  test.each(['POST', 'DELETE', 'PUT'])('carries the body of %s as it came, whole', async (method) => {
    const port = await elsewhere()
    const long = 'ä'.repeat(200_000)
    for (const headers of [{ 'Transfer-Encoding': 'chunked' }, { 'Content-Length': String(Buffer.byteLength(long)) }]) {
      const answer = await ask(
        await plug(everywhere.url),
        { method, path: `http://127.0.0.1:${port}/b`, headers: { Host: `127.0.0.1:${port}`, ...headers } },
        long,
      )
      expect(JSON.parse(answer.text).body).toBe(long)
    }
  })

  test('that nobody answers is told of', async () => {
    const { status, text } = await get(everywhere.url, 'http://127.0.0.1:1/')
    expect(status).toBe(502)
    expect(text).toContain('127.0.0.1:1')
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    const cut = await get(everywhere.url, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    expect(cut.status).toBe(502)
  })

  test.each(['ftp://sandbox.iokids.net/x', 'http://user:pass@sandbox.iokids.net/x', 'sandbox.iokids.net/x', 'http:///x'])(
    '%s is none',
    async (target) => {
      expect(await raw(box.url, `GET ${target} HTTP/1.1\r\nHost: sandbox.iokids.net\r\nConnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1.1 400 /,
      )
    },
  )
})

describe('hostile peers', () => {
  test.each([
    'localhost',
    'localhost:',
    ':443',
    'localhost:0',
    'localhost:65536',
    'localhost:99999999999',
    'a b:443',
    'user@localhost:443',
    '[::1:443',
    '::1:443',
    '[zz]:1',
    '127.1:80',
    '0x7f.0.0.1:80',
    '2130706433:80',
    `${'a'.repeat(10_000)}:443`,
    `${'a.'.repeat(200)}:443`,
    'http://localhost:80',
    '/:443',
    'a_%00:443',
    '-a.example:443',
  ])('CONNECT %s names no host', async (target) => {
    const came = await raw(box.url, `CONNECT ${target} HTTP/1.1\r\nHost: x\r\n\r\n`)
    expect(came).toMatch(/^HTTP\/1.1 400 /)
  })

  test('what stands behind a refused CONNECT is no request', async () => {
    const came = await raw(
      box.url,
      'CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\nGET /_grantbox/health HTTP/1.1\r\nHost: localhost\r\n\r\n',
    )
    expect(came.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 403'])
  })

  test('line breaks in the target do not become headers of an answer', async () => {
    const came = await raw(box.url, 'CONNECT evil.example\r\nX-Evil: 1 HTTP/1.1\r\n\r\n')
    expect(came).toMatch(/^HTTP\/1.1 400 /)
    expect(came).not.toContain('X-Evil:')
  })

  test('two lengths of one body are refused', async () => {
    const came = await raw(
      everywhere.url,
      'POST http://sandbox.iokids.net/oauth/token HTTP/1.1\r\nHost: sandbox.iokids.net\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x',
    )
    expect(came).toMatch(/^HTTP\/1.1 400 /)
    expect(came.match(/HTTP\/1\.1 \d+/g)).toHaveLength(1)
  })

  test('who asks and leaves keeps no connection elsewhere', async () => {
    const closed: Promise<void>[] = []
    const server = createServer((socket) => {
      closed.push(new Promise((resolve) => socket.on('error', () => {}).on('close', () => resolve())))
      socket.resume()
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    const { socket } = await tunnel(everywhere.url, `127.0.0.1:${(server.address() as AddressInfo).port}`)
    socket.destroy()
    await Promise.all(closed)
    expect(closed).toHaveLength(1)
  })

  test('who is left is told by the end of the tunnel, after all that was said', async () => {
    const server = createServer((socket) => socket.end('x'.repeat(1_000_000)))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    const { socket, body } = await tunnel(everywhere.url, `127.0.0.1:${(server.address() as AddressInfo).port}`)
    let size = body.length
    socket.on('data', (chunk: Buffer) => {
      size += chunk.length
    })
    await new Promise((resolve) => socket.once('end', resolve))
    expect(size).toBe(1_000_000)
  })
})

describe('a grantbox that is no proxy', () => {
  test('says so', async () => {
    const off = await start({ proxy: 'off' })
    const { status, body } = await tunnel(off.url, 'sandbox.iokids.net:443')
    expect(status).toBe(403)
    expect(body).toContain('--proxy known')
    // An absolute address is only another way to write a request (RFC 9112 §3.2.2).
    const answer = await ask(await plug(off.url), { path: `${off.url}/_grantbox/health`, headers: { Host: new URL(off.url).host } })
    expect(answer.status).toBe(200)
  })

  test('is one that is bound to more than this machine, unless asked for', async () => {
    const open = await start({ host: '0.0.0.0' })
    expect((await tunnel(open.url, 'sandbox.iokids.net:443')).status).toBe(403)
    const asked = await start({ host: '0.0.0.0', proxy: 'all' })
    expect((await tunnel(asked.url, 'sandbox.iokids.net:443')).status).toBe(200)
    expect((await tunnel(asked.url, '127.0.0.1:1')).status).toBe(407)
  })
})
