import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import type { Provider } from '../../src/providers/provider.ts'
import type { ChildServer } from '../support/child-server.ts'
import { type Seeded, seeded } from '../support/seeded.ts'
import { learnSpeech, type Speech, tell } from '../support/vendor-speech.ts'
import { type Inside, insidePath } from './inside.ts'
import { flow, life, look } from './life.ts'

/** What a server holds at a moment. */
export interface Sample {
  /** MiB. */
  rss: number
  heap: number
  /** Of the database with its log, MiB. */
  file: number
  /** Open files and connections; undefined where the system does not tell. */
  fds: number | undefined
  /** In all tables. */
  rows: number
  timers: number
  sandboxes: number
  /** Sandboxes that are kept in memory, with what the last requests still hold. */
  journals: number
}

const mega = 2 ** 20

/** Looks at a server that was started with `test/load/inside.ts`, after a collection. */
export async function sample({ url, pid }: ChildServer, db: string): Promise<Sample> {
  const { rss, heap, journals, resources } = (await (await fetch(url + insidePath)).json()) as Inside
  const { items } = await tell(url, 'GET', '/sandboxes')
  const open = `/proc/${pid}/fd`
  const size = (file: string) => (existsSync(file) ? statSync(file).size : 0)
  return {
    rss: rss / mega,
    heap: heap / mega,
    file: (size(db) + size(`${db}-wal`)) / mega,
    fds: existsSync(open) ? readdirSync(open).length : undefined,
    rows: rowsOf(db),
    timers: resources.Timeout ?? 0,
    sandboxes: (items as { made: boolean }[]).filter(({ made }) => made).length,
    journals,
  }
}

/** Of a copy: the server has the file to itself. */
function rowsOf(db: string): number {
  const folder = mkdtempSync(`${db}-copy-`)
  const copy = join(folder, 'copy.db')
  try {
    for (const end of ['', '-wal']) if (existsSync(db + end)) copyFileSync(db + end, copy + end)
    const file = new Sqlite(copy)
    const tables = file.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
    const count = ({ name }: { name: string }) => file.prepare<[], { n: number }>(`SELECT count(*) AS n FROM "${name}"`).get()?.n ?? 0
    const rows = tables.reduce((sum, table) => sum + count(table), 0)
    file.close()
    return rows
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A sandbox that stays, and what it is taken back to when much was done in it: else what never expires would grow for ever. */
interface Standing {
  speech: Speech
  snapshot: unknown
  uses: number
}

/** How often a standing sandbox is used before it is restored. */
const most = 100

/**
 * Keeps a server under the load of all vendors for so long: eight who use sandboxes that stay, two whose sandboxes come and go.
 * @param each called with a sample as often as `every` milliseconds
 */
export async function soak(
  server: ChildServer,
  db: string,
  providers: readonly Provider[],
  { milliseconds, every, seed }: { milliseconds: number; every: number; seed: number },
  each: (sample: Sample) => void,
): Promise<{ flows: number; lives: number }> {
  const { url, port } = server
  const random = seeded(seed)
  const standing: Standing[] = []
  for (const provider of providers) {
    const speech = await learnSpeech(url, provider, `soak-${provider.id}`)
    const snapshot = await tell(url, 'GET', `/sandboxes/${speech.sandbox}/snapshot`)
    // They are restored one after the other, not all at the same time.
    standing.push({ speech, snapshot, uses: Math.floor((standing.length * most) / providers.length) })
  }
  const done = { flows: 0, lives: 0 }
  const end = performance.now() + milliseconds
  const goesOn = () => performance.now() < end
  const users = Array.from({ length: 8 }, async () => {
    while (goesOn()) {
      await use(url, standing[random.below(standing.length)], random)
      done.flows++
    }
  })
  const owners = Array.from({ length: 2 }, async (_, owner) => {
    for (let n = 0; goesOn(); n++) {
      const provider = providers[random.below(providers.length)]
      if (provider !== undefined) await life(url, port, provider, `life-${owner}-${n}`)
      done.lives++
    }
  })
  const watching = async () => {
    while (goesOn()) {
      await setTimeout(Math.min(every, Math.max(0, end - performance.now())))
      each(await sample(server, db))
    }
  }
  await Promise.all([...users, ...owners, watching()])
  for (const { speech } of standing) await tell(url, 'DELETE', `/sandboxes/${speech.sandbox}`)
  return done
}

async function use(url: string, one: Standing | undefined, random: Seeded): Promise<void> {
  if (one === undefined) return
  const { speech, snapshot } = one
  one.uses++
  if (one.uses % most === 0) await tell(url, 'PUT', `/sandboxes/${speech.sandbox}/snapshot`, snapshot)
  if (random.below(20) === 0) await look(url, speech.sandbox)
  // What was restored meanwhile knows no code and no token of before.
  else await flow(url, speech)
}

/** What may grow from the median of the middle third of the samples to that of the last: a share, and what is no more than a flutter. */
const bounds: Readonly<Record<'rss' | 'heap' | 'file' | 'fds' | 'rows' | 'timers', { share: number; more: number }>> = {
  rss: { share: 0.1, more: 16 },
  heap: { share: 0.05, more: 4 },
  file: { share: 0.1, more: 2 },
  fds: { share: 0, more: 10 },
  rows: { share: 0.1, more: 500 },
  timers: { share: 0, more: 10 },
}

/** What is not flat, a line each. */
export function growth(samples: readonly Sample[]): string[] {
  const third = Math.floor(samples.length / 3)
  return Object.entries(bounds).flatMap(([name, { share, more }]) => {
    const figures = samples.map((one) => one[name as keyof typeof bounds] ?? 0)
    const [middle, last] = [median(figures.slice(third, -third)), median(figures.slice(-third))]
    return last <= middle * (1 + share) + more
      ? []
      : [`${name}: ${Math.round(middle)} in the middle third, ${Math.round(last)} in the last`]
  })
}

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** A sample as a line of a table. */
export function line({ rss, heap, file, fds = Number.NaN, rows, timers, sandboxes, journals }: Sample): string {
  const figures = [rss, heap, file, fds, rows, timers, sandboxes, journals].map((figure) => String(Math.round(figure)).padStart(9))
  return figures.join('')
}

/** The names above these lines. */
export const head = ['rss', 'heap', 'file', 'fds', 'rows', 'timers', 'boxes', 'journals'].map((name) => name.padStart(9)).join('')
