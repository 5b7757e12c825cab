import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { clientCredentials } from './conversations.ts'
import { load, request } from './load.ts'
import { fileBacked, type Running } from './process.ts'
import { cleanUp, connections, create, launch, type Subject, subjects } from './subjects.ts'
import { table, verdict, whole } from './tables.ts'
import { firstRequest, usual } from './vendors.ts'

/** How it is started: as by hand, or as the container image does it. */
interface Start {
  name: string
  flags: readonly string[]
  /** Megabytes that it may have after the first so many tokens. */
  most: number
}

const starts: readonly Start[] = [
  { name: 'by hand', flags: [], most: 240 },
  { name: 'as the image', flags: flagsOfImage(), most: 145 },
]

/** What stands between `node` and the program in the image. */
function flagsOfImage(): string[] {
  const [, entry = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync(join(import.meta.dirname, '../Dockerfile'), 'utf8')) ?? []
  return (JSON.parse(entry) as string[]).filter((one) => one.startsWith('--'))
}

/** Bytes, as servers/memory.js tells them. */
interface Told {
  rss: number
  heapUsed: number
  external: number
  spaces: { space_name: string; space_used_size: number; physical_space_size: number }[]
}

/** Megabytes of a process's memory, and whose they are. */
interface State {
  name: string
  rss: number
  /** Node.js's own program and libraries, which are mapped from their files. */
  program: number
  /** V8: the young generation, compiled code, and pages that hold nothing now. */
  young: number
  code: number
  spare: number
  /** Objects of ours and of the libraries, garbage among them, and buffers outside of the heap. */
  objects: number
  buffers: number
  /** SQLite's cache of pages at most. */
  sqlite: number
  /** The heap in use after a collection, where one was made. */
  kept?: number
}

/** SQLite's cache as better-sqlite3 is compiled. */
const sqliteCache = 16_000 * 1024
const mega = 2 ** 20

async function stateOf(name: string, running: Running, subject: Subject): Promise<State> {
  const { rss, external, spaces } = await ask(running)
  const sum = (which: RegExp, of: 'space_used_size' | 'physical_space_size') =>
    spaces.filter(({ space_name }) => which.test(space_name)).reduce((total, space) => total + space[of], 0) / mega
  const [young, code, old] = [/^new_/, /^(code|trusted|read_only|shared)/, /^(old|large_object|map)/]
  return {
    name,
    rss: rss / mega,
    program: fileBacked(running.pid) ?? Number.NaN,
    young: sum(young, 'physical_space_size'),
    code: sum(code, 'physical_space_size'),
    spare: sum(old, 'physical_space_size') - sum(old, 'space_used_size'),
    objects: sum(old, 'space_used_size'),
    buffers: external / mega,
    sqlite: Math.min(sqliteCache, databaseSize(subject)) / mega,
  }
}

function databaseSize({ folder = '' }: Subject): number {
  const files = readdirSync(folder).filter((name) => /\.db(-wal)?$/.test(name))
  return files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

async function ask({ port }: Running, query = ''): Promise<Told> {
  return (await (await fetch(`http://127.0.0.1:${port}/_bench/memory${query}`)).json()) as Told
}

/** What grantbox holds when it did something, each time in a process of its own; at the last step after a collection as well. */
async function after(start: Start, steps: readonly { name: string; work: (running: Running, subject: Subject) => Promise<void> }[]) {
  const subject = subjects.iokids()
  const hook = ['--expose-gc', '--import', './servers/memory.js']
  subject.command = { ...subject.command, args: [...hook, ...start.flags, ...subject.command.args] }
  const running = await launch(subject)
  try {
    const states: State[] = []
    for (const { name, work } of steps) {
      await work(running, subject)
      states.push(await stateOf(`${start.name}: ${name}`, running, subject))
    }
    const last = states.at(-1)
    if (last !== undefined) last.kept = (await ask(running, '?collected')).heapUsed / mega
    return states
  } finally {
    await running.stop()
    cleanUp(subject)
  }
}

const tokens = (count: number, name = `${whole(count)} tokens`) => ({
  name,
  async work({ port }: Running, { dialect }: Subject) {
    await load(port, Array.from({ length: connections }, clientCredentials(dialect)), 600, count)
  },
})

/** Sandboxes of all vendors in turns, each asked once. */
const sandboxes = (count: number) => ({
  name: `${whole(count)} sandboxes of all vendors`,
  async work({ port }: Running) {
    const requests: Buffer[] = []
    for (let i = 0; i < count; i++) {
      const one = usual[i % usual.length] as (typeof usual)[number]
      await create(`http://127.0.0.1:${port}`, { name: `m${i}`, provider: one.vendor })
      requests.push(firstRequest(one, `/m${i}`))
    }
    const next = () => requests.pop() ?? Buffer.alloc(0)
    await load(
      port,
      Array.from({ length: connections }, () => ({ next, seen() {} })),
      600,
      count,
    )
  },
})

/** As many requests as the journal keeps, as large as it keeps them: together its 64 MiB. */
const journal = () => ({
  name: 'a full journal, 1,000 entries of 64 KB',
  async work({ port }: Running, { dialect }: Subject) {
    const long = request('POST', dialect.token, {}, { grant_type: 'client_credentials', ...dialect.client, more: 'x'.repeat(65_000) })
    await load(
      port,
      Array.from({ length: connections }, () => ({ next: () => long, seen() {} })),
      600,
      1100,
    )
  },
})

/** Who holds how much after much was asked, in either start. */
export async function memory(quick: boolean): Promise<string> {
  // So many at first that the server is warm: what it keeps of its own code is no token's.
  const [first, some, many, mixed] = quick ? [5000, 10_000, 20_000, 34] : [20_000, 200_000, 1_000_000, 1000]
  const states: State[] = []
  const verdicts: string[] = []
  for (const start of starts) {
    const [fresh] = await after(start, [tokens(first)])
    const [early, late] = await after(start, [tokens(some), tokens(many - some, `${whole(many)} tokens`)])
    if (fresh?.kept === undefined || early === undefined || late?.kept === undefined) continue
    states.push(fresh, early, late, ...(await after(start, [sandboxes(mixed)])), ...(await after(start, [journal()])))
    const perToken = ((late.kept - fresh.kept) * mega) / (many - first)
    verdicts.push(
      verdict(`${early.name}: ≤ ${start.most} MB`, early.rss <= start.most, `${whole(early.rss)} MB`),
      verdict(`${late.name}: no more than 10 % above`, late.rss <= early.rss * 1.1, `${whole(late.rss)} MB`),
      verdict(`${start.name}: heap kept per token after a collection ≤ 1 byte`, perToken <= 1, `${perToken.toFixed(1)} bytes`),
    )
  }
  const parts = ['program', 'young', 'code', 'spare', 'objects', 'buffers', 'sqlite'] as const
  const head = [
    'MB',
    'resident',
    'Node.js itself',
    'young generation',
    'code',
    'spare',
    'objects',
    'buffers',
    'SQLite ≤',
    'the rest',
    'kept',
  ]
  const body = states.map((state) => {
    const rest = state.rss - parts.reduce((sum, part) => sum + state[part], 0)
    return [
      state.name,
      ...[state.rss, ...parts.map((part) => state[part]), rest, state.kept].map((one) => (one === undefined ? '' : whole(one))),
    ]
  })
  return [table(head, body), '', ...verdicts].join('\n')
}
