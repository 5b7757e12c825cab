import { mkdtemp, rm, stat } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { type ChildServer, spawnServer } from '../support/child-server.ts'
import { web } from '../support/standard-client.ts'

/** The long form, `npm run load`, does all of it on a larger scale. */
const tokens = Number(process.env.GRANTBOX_LOAD_TOKENS ?? 4000)
const long = process.env.GRANTBOX_LOAD_TOKENS !== undefined
const connections = long ? 1000 : 200
const sandboxes = long ? 10_000 : 100

/** What memory may grow by from one half of a load to the other, MiB: more is a leak. */
const flat = 64

const agent = new Agent({ keepAlive: true, maxSockets: 32 })

function send(
  server: ChildServer,
  method: string,
  path: string,
  body = '',
  type = 'application/json',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { ...(body !== '' && { 'content-type': type }), 'content-length': Buffer.byteLength(body) }
    const sent = request({ host: '127.0.0.1', port: server.port, method, path, headers, agent }, (response) => {
      let came = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        came += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: came }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Does something so often, 32 at a time. */
async function times(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let n = 0
  const worker = async () => {
    while (n < count) await work(n++)
  }
  await Promise.all(Array.from({ length: 32 }, worker))
}

async function startForLoad() {
  const cwd = await mkdtemp(join(tmpdir(), 'grantbox-load-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  const db = join(cwd, 'grantbox.db')
  const server = await spawnServer({ cwd, args: ['--db', db, '--data', cwd, '--log-level', 'error'] })
  onTestFinished(async () => {
    server.kill('SIGKILL')
    await server.ended
  })
  return { server, db }
}

const figures: Record<string, unknown> = {}
const rounded = (mebibytes: number) => Math.round(mebibytes)
/** Tells what the documentation writes down. */
function tell(name: string, figure: unknown): void {
  figures[name] = figure
  process.stdout.write(`load: ${name} ${JSON.stringify(figure)}\n`)
}

test(`${tokens} tokens leave memory as it was, and what is dead leaves the file`, async () => {
  const { server, db } = await startForLoad()
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...web, scope: 'read' }).toString()
  const issue = async () => {
    const { status } = await send(server, 'POST', '/standard/token', form, 'application/x-www-form-urlencoded')
    expect(status).toBe(200)
  }
  await times(500, issue)
  const memory = [server.memory()]
  const quarters = 4
  const started = performance.now()
  for (let quarter = 0; quarter < quarters; quarter++) {
    await times(Math.ceil(tokens / quarters), issue)
    memory.push(server.memory())
    // Longer than a token lives, and than its row is kept afterwards.
    await send(server, 'POST', '/_grantbox/sandboxes/standard/clock/advance', '{"by":"3h"}')
  }
  const seconds = (performance.now() - started) / 1000
  server.kill('SIGTERM')
  await server.ended
  const file = new Sqlite(db, { readonly: true })
  const rows = file.prepare<[], { n: number }>('SELECT count(*) AS n FROM token').get()?.n ?? -1
  file.close()
  tell('tokens', {
    tokens,
    perSecond: Math.round(tokens / seconds),
    memory: memory.map(rounded),
    rows,
    fileMiB: rounded((await stat(db)).size / 2 ** 20),
  })
  expect((memory[4] ?? 0) - (memory[2] ?? 0)).toBeLessThan(flat)
  // A quarter lives; what is dead is pruned as others are issued.
  expect(rows).toBeLessThan(tokens * 0.7)
}, 3_600_000)

test(`${connections} open connections, half of them in the middle of a request, hold up nobody`, async () => {
  const { server } = await startForLoad()
  const before = server.memory()
  const held: Socket[] = []
  onTestFinished(() => {
    for (const socket of held) socket.destroy()
  })
  for (let n = 0; n < connections; n++) {
    const socket = connect(server.port, '127.0.0.1')
    held.push(socket)
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    if (n % 2 === 0)
      socket.write(
        'POST /standard/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n{"a":"',
      )
  }
  let answered = 0
  await times(200, async () => {
    if ((await send(server, 'GET', '/standard/jwks')).status === 200) answered++
  })
  expect(answered).toBe(200)
  expect(held.every((socket) => !socket.destroyed)).toBe(true)
  const after = server.memory()
  tell('connections', {
    connections,
    before: rounded(before),
    after: rounded(after),
    eachKiB: rounded(((after - before) * 1024) / connections),
  })
  expect(after - before).toBeLessThan(flat + connections / 10)
}, 600_000)

test(`${sandboxes} sandboxes stand beside each other, and are gone when they are deleted`, async () => {
  const { server } = await startForLoad()
  const before = server.memory()
  await times(sandboxes, async (n) => {
    const { status } = await send(server, 'POST', '/_grantbox/sandboxes', JSON.stringify({ name: `many-${n}`, provider: 'standard' }))
    expect(status).toBe(201)
  })
  const after = server.memory()
  for (const n of [0, Math.floor(sandboxes / 2), sandboxes - 1]) {
    expect((await send(server, 'GET', `/many-${n}/.well-known/openid-configuration`)).status).toBe(200)
  }
  const { body } = await send(server, 'GET', '/_grantbox/sandboxes')
  expect((JSON.parse(body) as { items: unknown[] }).items.length).toBeGreaterThanOrEqual(sandboxes)
  await times(sandboxes, async (n) => {
    expect((await send(server, 'DELETE', `/_grantbox/sandboxes/many-${n}`)).status).toBe(204)
  })
  expect((await send(server, 'GET', '/_grantbox/sandboxes/many-0')).status).toBe(404)
  tell('sandboxes', {
    sandboxes,
    before: rounded(before),
    after: rounded(after),
    eachKiB: rounded(((after - before) * 1024) / sandboxes),
    deleted: rounded(server.memory()),
  })
  expect((after - before) / sandboxes).toBeLessThan(0.2 + flat / sandboxes)
}, 1_800_000)

test('a journal that is fed for ever, with bodies as large as they may be, ends at its limit', async () => {
  const { server } = await startForLoad()
  const rounds = long ? 20_000 : 400
  const bodies = [
    JSON.stringify({ client_id: 'x', list: Array(10_000).fill([]) }),
    JSON.stringify({ client_id: 'x', text: 'x'.repeat(60_000) }),
  ]
  const feed = (count: number) =>
    times(count, async (n) => {
      await send(server, 'POST', n % 3 === 0 ? '/standard/token' : '/oauth/token', bodies[n % 2] ?? '')
    })
  await feed(rounds / 2)
  const half = server.memory()
  await feed(rounds / 2)
  const whole = server.memory()
  tell('journal', { requests: rounds, half: rounded(half), whole: rounded(whole) })
  expect(whole - half).toBeLessThan(flat * 1.5)
}, 600_000)
