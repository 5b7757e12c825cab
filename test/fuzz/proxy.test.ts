import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc, { type Arbitrary } from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { spawnServer } from '../support/child-server.ts'
import { seeds } from './seeds.ts'
import { injectedHeader } from './values.ts'
import { exchange } from './wire.ts'

/** As in fuzz.test.ts; each of these opens connections on both sides. */
const conversations = Number(process.env.GRANTBOX_FUZZ_REQUESTS ?? 2000) / 4
const together = 10

/** Bytes, one character for each. */
const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom(
    ...['', '\r\n', '\r\n\r\n', '\0', 'GET / HTTP/1.1\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'],
    // TLS: a record with nothing, one that says more than it has, an alert, a hello of no version.
    ...['\x16\x03\x01\x00\x00', '\x16\x03\x01\x40\x00\x01', '\x15\x03\x03\x00\x02\x02\x28', '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00'],
    'x'.repeat(100_000),
  ),
)

/** Part of a text, or with something in it: a mutation that keeps most of what it was. */
function mutated(text: Arbitrary<string>): Arbitrary<string> {
  const bits = fc.constantFrom(
    ':',
    '@',
    '[',
    ']',
    '.',
    '..',
    '%',
    '%00',
    ' ',
    '\t',
    '/',
    '\\',
    '#',
    '?',
    '0',
    '99999',
    '-',
    '_',
    '*',
    'ä',
    '\r',
    '\n',
    `\r\n${injectedHeader}: 1`,
    '\0',
  )
  const change = fc.oneof(
    { weight: 5, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.tuple(fc.nat(), fc.nat({ max: 3 }), bits) },
  )
  return fc.tuple(text, change).map(([whole, change]) => {
    if (change === null) return whole
    const [where, removed, bit] = change
    const at = where % (whole.length + 1)
    return whole.slice(0, at) + bit + whole.slice(at + removed)
  })
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** What is said in one connection, in pieces, and how it is left. */
interface Conversation {
  pieces: readonly string[]
  leave: 'end' | 'reset' | 'wait'
}

function conversation(ownPort: number, answering: string, silent: string): Arbitrary<Conversation> {
  const host = mutated(
    fc.constantFrom(
      ...['sandbox.iokids.net:443', 'sandbox.iokids.net:80', 'kite.wildixin.com:443', 'SANDBOX.iokids.net.:1', `localhost:${ownPort}`],
      ...[
        answering,
        answering,
        silent,
        `[::1]:${ownPort}`,
        '127.0.0.1:1',
        '[::1]:1',
        '169.254.169.254:80',
        '[fe80::1%25lo]:80',
        'none.invalid:443',
        '0.0.0.0:1',
      ],
    ),
  )
  const credentials = fc.oneof(
    fc.constant(''),
    mutated(
      fc.constantFrom('', ':', 'iokids:', 'nobody:', 'standard:secret', ':secret', 'a'.repeat(5000)).map((one) => `Basic ${base64(one)}`),
    ).map((one) => `Proxy-Authorization: ${one}\r\n`),
    fc.constantFrom(
      'Proxy-Authorization: Bearer x\r\n',
      'Proxy-Authorization: Basic\r\n',
      'Proxy-Authorization:\r\n',
      'Proxy-Authorization: Basic Og==\r\n'.repeat(2),
    ),
  )
  const more = fc.constantFrom(
    '',
    '',
    '',
    'Connection: close\r\n',
    'Connection: close, x, host\r\n',
    'Expect: 100-continue\r\n',
    'Expect: x\r\n',
    'Upgrade: websocket\r\nConnection: upgrade\r\n',
    'Content-Length: 5\r\n',
    'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding: gzip, chunked\r\n',
    'Host: x\r\n',
    `X: ${'x'.repeat(20_000)}\r\n`,
  )
  const head = (line: Arbitrary<string>) =>
    fc.tuple(line, host, credentials, more).map(([first, said, ...rest]) => {
      const named = /\/\/([^/]*)/.exec(first)?.[1] ?? said
      return `${first} HTTP/1.1\r\nHost: ${named}\r\n${rest.join('')}\r\n`
    })
  const connect = head(host.map((one) => `CONNECT ${one}`))
  const method = fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE')
  const scheme = mutated(fc.constantFrom('http://', 'http://', 'https://', 'HTTP://', 'ftp://', 'http:', 'http://u:p@'))
  const path = mutated(fc.constantFrom('', '/', '/v1/me', '/oauth/token', '//x/y', '/?q=1', '/_grantbox/health', '?x', '/a b'))
  const absolute = head(fc.tuple(method, scheme, host, path).map(([verb, before, whole, after]) => `${verb} ${before}${whole}${after}`))
  const inside = fc.oneof(
    garbage,
    mutated(fc.constantFrom('GET /v1/me HTTP/1.1\r\nHost: sandbox.iokids.net\r\n\r\n', '5\r\nhello\r\n0\r\n\r\n', 'hello')),
  )
  const piece = fc.oneof(
    { weight: 3, arbitrary: connect },
    { weight: 3, arbitrary: absolute },
    { weight: 1, arbitrary: mutated(connect) },
    { weight: 1, arbitrary: mutated(absolute) },
  )
  const half = fc.tuple(piece, fc.nat()).map(([text, at]) => text.slice(0, at % text.length))
  return fc.record({
    pieces: fc
      .tuple(fc.oneof({ weight: 6, arbitrary: piece }, { weight: 1, arbitrary: half }), fc.array(fc.oneof(inside, piece), { maxLength: 3 }))
      .map(([first, rest]) => [first, ...rest]),
    leave: fc.constantFrom('end', 'end', 'wait', 'reset'),
  })
}

/** Answers that cannot be reached or end without one are the only failures that a proxy may tell of. */
function verdict(heard: string): string | undefined {
  for (const [line, status] of heard.matchAll(/HTTP\/1\.1 (5\d\d) /g)) if (status !== '502' && status !== '504') return line
  if (/^x-injected:/im.test(heard)) return 'an injected header'
  if (/\n\s+at .+[:)]\d*|node:internal|node_modules|SQLITE_/.test(heard)) return 'words of the inside'
  if (/The proxy failed|server_error/.test(heard)) return 'a failure of ours'
  return undefined
}

async function listening(meet: (socket: Socket) => void): Promise<{ authority: string; open: Set<Socket> }> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => {}).once('close', () => open.delete(socket))
    meet(socket)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return { authority: `127.0.0.1:${(server.address() as AddressInfo).port}`, open }
}

test(`${conversations} conversations with the proxy end, none with a failure of ours, and leave no tunnel open`, async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'grantbox-fuzz-proxy-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  const server = await spawnServer({ cwd, args: ['--db', ':memory:', '--log-level', 'error', '--proxy', 'all'] })
  onTestFinished(async () => {
    server.kill('SIGKILL')
    await server.ended
  })
  const answering = await listening((socket) => socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')))
  const silent = await listening((socket) => socket.resume())
  const seen: Record<string, number> = {}
  const batch = fc.array(conversation(server.port, answering.authority, silent.authority), { minLength: together, maxLength: together })
  const property = fc.asyncProperty(batch, async (all) => {
    await Promise.all(
      all.map(async ({ pieces, leave }) => {
        const heard = await exchange(server.port, pieces, leave)
        const where = `${JSON.stringify(pieces).slice(0, 2000)} ${leave}`
        for (const [, status = ''] of heard.matchAll(/HTTP\/1\.1 (\d+) /g)) seen[status] = (seen[status] ?? 0) + 1
        const problem = verdict(heard)
        if (problem !== undefined) throw new Error(`${where}: ${problem}\n${heard.slice(0, 2000)}\n${server.stderr()}`)
        if (!server.alive()) throw new Error(`THE SERVER DIED after ${where}: ${server.stderr().slice(-3000)}`)
      }),
    )
    const health = await fetch(`${server.url}/_grantbox/health`)
    if (health.status !== 200) throw new Error(`then its health was ${health.status}`)
  })
  const numRuns = Math.ceil(conversations / seeds.length / together)
  for (const seed of seeds) await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: 3_600_000, endOnFailure: true })
  await expect.poll(() => answering.open.size + silent.open.size, { timeout: 20_000 }).toBe(0)
  // Below its first line stands what it logged: errors alone.
  expect(server.stdout().split('\n').slice(1).join('\n') + server.stderr()).toBe('')
  for (const status of [200, 400, 403, 407, 502]) expect(seen).toHaveProperty(String(status))
  process.stdout.write(`fuzz of the proxy, seed ${seeds.join(', ')}: ${JSON.stringify(seen)}\n`)
}, 3_600_000)
