import { type Hint, hintsOf } from '../../exam/hints.ts'
import { openEventStream } from '../../http/event-stream.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { worldOf } from '../../sandbox/spaces.ts'
import { type Flow, flowsIn } from '../flows/flows-in.ts'
import { basePathOf } from '../frame/frame.ts'
import { partial } from '../frame/page.ts'
import type { Pages, Visit } from '../frame/visit.ts'
import { type RequestRow, requestRow } from './request-row.ts'
import { whenQuiet } from './when-quiet.ts'

/** How long new requests are collected before they are sent to a page that is open, milliseconds. */
const pause = 100
const mostAtOnce = 100

/** Hints are read from the whole journal: when nothing came for so long, or so late while requests go on coming; milliseconds. */
const quiet = 400
const latest = 5000

const rowPart = partial<{ row: RequestRow; open: boolean }>('partials/request')

/**
 * Sends the rows of new requests to a page that is open (`row`), and once more when they turned out to prove a hint, or their client went away (`again`).
 * @param after the page shows what came until then
 */
export function sendRows(
  visit: Visit,
  matches: (entry: JournalEntry) => boolean,
  after: number,
  { draw, deps }: Pick<Pages, 'draw' | 'deps'>,
): void {
  /** As it is now: its settings may have changed since the page was opened. */
  const sandboxNow = () => deps.sandboxes.find(visit.sandbox.name) ?? visit.sandbox
  let waiting: JournalEntry[] = []
  let graded = after
  const changed = new Set<number>()
  let timer: NodeJS.Timeout | undefined
  let unfollow = () => {}

  const send = (name: 'row' | 'again', entries: readonly JournalEntry[], sandbox: Sandbox, hints?: HintsByRequest) => {
    const flows = flowPaths(sandbox.journal.list(), visit)
    for (const entry of entries) {
      const row = requestRow(entry, { ...visit, sandbox }, flows.get(entry.id), hints?.get(entry.id))
      const data = draw(rowPart, { row, open: false }).trim()
      // A page that comes back asks for what came behind the last new row.
      stream.send(name === 'row' ? { id: entry.id, name, data } : { name, data })
    }
  }
  const mark = () => {
    sendWaiting()
    const sandbox = sandboxNow()
    const entries = sandbox.journal.list()
    const hints = hintsOf(sandbox)
    // Others stood at their rows before.
    const proving = byRequest(hints.filter(({ evidence }) => evidence.some((id) => id > graded)))
    graded = entries.at(-1)?.id ?? graded
    const rows = entries.filter((entry) => (proving.has(entry.id) || changed.has(entry.id)) && matches(entry))
    changed.clear()
    if (rows.length > 0) send('again', rows, sandbox, byRequest(hints))
  }
  const sendWaiting = () => {
    clearTimeout(timer)
    timer = undefined
    const entries = waiting
    waiting = []
    if (entries.length > 0) send('row', entries, sandboxNow())
  }
  const orEnd = (work: () => void) => () => {
    try {
      work()
    } catch {
      stream.destroy()
    }
  }
  const marking = whenQuiet(orEnd(mark), quiet, latest)
  const stream = openEventStream(visit.reply, 'the journal of a sandbox', deps.stopping, () => {
    clearTimeout(timer)
    marking.stop()
    unfollow()
  })
  // Nobody reads a thousand rows a second: what comes at once is drawn at once, and of very much the newest.
  const take = (entry: JournalEntry) => {
    if (!matches(entry)) return
    waiting.push(entry)
    if (waiting.length > mostAtOnce) waiting.shift()
    timer ??= setTimeout(orEnd(sendWaiting), pause)
  }
  const come = (entry: JournalEntry) => {
    take(entry)
    // One that is not shown may prove what others did wrong.
    marking.touch()
  }
  for (const entry of visit.sandbox.journal.list({ after })) come(entry)
  const { journal } = visit.sandbox
  const ends = [
    journal.follow({}, come),
    journal.followChanges(({ id }) => {
      changed.add(id)
      marking.touch()
    }),
  ]
  unfollow = () => {
    for (const end of ends) end()
  }
}

/** The hints that each request proves, by its id. */
export type HintsByRequest = ReadonlyMap<number, readonly Hint[]>

export function byRequest(hints: readonly Hint[]): HintsByRequest {
  const found = hints.flatMap((hint) => hint.evidence.map((id) => ({ id, hint })))
  return new Map([...Map.groupBy(found, ({ id }) => id)].map(([id, of]) => [id, of.map(({ hint }) => hint)]))
}

/** Where the flow of each request is, by the request's id. */
export function flowPaths(entries: readonly JournalEntry[], { sandbox, root }: Visit): Map<number, string> {
  const path = (entry: JournalEntry, { key }: Flow) => `${basePathOf(worldOf(entry, sandbox), root)}/flows/${key}`
  return new Map(flowsIn(entries).flatMap((flow) => flow.entries.map((entry) => [entry.id, path(entry, flow)])))
}
