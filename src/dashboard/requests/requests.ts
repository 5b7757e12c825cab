/**
 * In this room: the journal request by request, live, with the tokens in it decoded.
 * Elsewhere: requests that belong together (`flows/`).
 */

import { Problem } from '../../control/problem.ts'
import { type Hint, hintsOf } from '../../exam/hints.ts'
import { openEventStream } from '../../http/event-stream.ts'
import { pathsOf } from '../../providers/space.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { worldOf } from '../../sandbox/spaces.ts'
import { type Flow, flowsIn } from '../flows/flows-in.ts'
import type { Choice } from '../forms/form.ts'
import { basePathOf } from '../frame/frame.ts'
import { noticesOf } from '../frame/notices.ts'
import { page, partial } from '../frame/page.ts'
import { spaceWord } from '../frame/vendor.ts'
import { part, type Visit } from '../frame/visit.ts'
import { isBad, type RequestRow, requestRow } from './request-row.ts'

const perPage = 50

/** How long new requests are collected before they are sent to a page that is open, milliseconds. */
const pause = 100
const mostAtOnce = 100

const requestsPage = page<{
  rows: readonly RequestRow[]
  endpoints: readonly Choice[]
  /** What the vendor calls its spaces, and which of them requests came to; none where there are no such worlds. */
  word: string
  spaces: readonly Choice[]
  onlyErrors: boolean
  filtered: boolean
  total: number
  olderHref?: string | undefined
  /** Where new rows come from while the page is open; absent on pages of older ones. */
  streamHref?: string | undefined
  /** A command that sends a request. */
  example: string
}>('requests')

const rowPart = partial<{ row: RequestRow; open: boolean }>('partials/request')

const requestPage = page<{ row: RequestRow }>('request')

const notices = noticesOf({
  'requests-forgotten': 'The requests were forgotten.',
})

const icon = '<path d="M4 8h14l-3.500-3.500M20 16H6l3.500 3.500"/>'

/** The journal: newest on top, live where scripts run. */
export const requestPages = part({ icon, notices }, ({ get, post, draw, deps }) => {
  get('/requests', (visit) => {
    const { sandbox, base, query } = visit
    const wanted = filterOf(visit)
    const before = query.whole('before', 1, Number.MAX_SAFE_INTEGER)
    const all = sandbox.journal.list()
    const found = all.filter((entry) => wanted.matches(entry) && (before === undefined || entry.id < before)).reverse()
    const shown = found.slice(0, perPage)
    const last = shown.at(-1)
    const newest = all.at(-1)?.id ?? 0
    const flows = flowPaths(all, visit)
    const hints = hintsByRequest(sandbox)
    return visit.show(requestsPage, {
      title: 'Requests',
      rows: shown.map((entry) => requestRow(entry, sandbox, base, flows.get(entry.id), hints.get(entry.id))),
      endpoints: choicesOf(
        all.map(({ endpoint }) => endpoint),
        wanted.endpoint,
      ),
      word: spaceWord(sandbox.provider),
      spaces: choicesOf(
        all.flatMap(({ space }) => space ?? []),
        wanted.space,
      ),
      onlyErrors: wanted.onlyErrors,
      filtered: wanted.isNarrow || before !== undefined,
      total: all.length,
      olderHref: found.length > perPage && last !== undefined ? `${base}/requests?${wanted.query({ before: String(last.id) })}` : undefined,
      streamHref: before === undefined ? `${base}/requests/stream?${wanted.query({ after: String(newest) })}` : undefined,
      example: `curl ${visit.addresses.base_url}${pathsOf(sandbox).token} --data grant_type=client_credentials`,
    })
  })

  get('/requests/stream', (visit) => {
    const { sandbox, base, query, reply } = visit
    const wanted = filterOf(visit)
    let waiting: JournalEntry[] = []
    const send = () => {
      const entries = waiting
      waiting = []
      // As it is now: its settings may have changed since the page was opened.
      const sandbox = deps.sandboxes.find(visit.sandbox.name) ?? visit.sandbox
      const flows = flowPaths(sandbox.journal.list(), visit)
      for (const entry of entries) {
        const html = draw(rowPart, { row: requestRow(entry, sandbox, base, flows.get(entry.id)), open: false })
        stream.send({ id: entry.id, name: 'row', data: html.trim() })
      }
    }
    let timer: NodeJS.Timeout | undefined
    let unfollow = () => {}
    const stream = openEventStream(reply, 'the journal of a sandbox', deps.stopping, () => {
      clearTimeout(timer)
      unfollow()
    })
    // Nobody reads a thousand rows a second: what comes at once is drawn at once, and of very much the newest.
    const take = (entry: JournalEntry) => {
      if (!wanted.matches(entry)) return
      waiting.push(entry)
      if (waiting.length > mostAtOnce) waiting.shift()
      timer ??= setTimeout(() => {
        timer = undefined
        try {
          send()
        } catch {
          stream.destroy()
        }
      }, pause)
    }
    // A browser that lost the connection says what it saw last (Server-Sent Events, HTML §9.2.4).
    const seen = Number(visit.request.headers['last-event-id'] ?? query.whole('after', 0, Number.MAX_SAFE_INTEGER) ?? 0)
    for (const entry of sandbox.journal.list({ after: Number.isSafeInteger(seen) ? seen : 0 })) take(entry)
    unfollow = sandbox.journal.follow({}, take)
    return reply
  })

  post('/requests/forget', (visit) => {
    visit.sandbox.journal.clear()
    return visit.go('/requests', notices['requests-forgotten'])
  })

  get('/requests/:id', (visit) => {
    const { sandbox, base, params } = visit
    const entry = sandbox.journal.list().find(({ id }) => String(id) === params.id)
    if (entry === undefined)
      throw new Problem(404, `This request is not in the journal (any more): it keeps the newest ${sandbox.journal.capacity}.`)
    return visit.show(requestPage, {
      title: `${entry.method} ${entry.endpoint}`,
      row: requestRow(entry, sandbox, base, flowPaths(sandbox.journal.list(), visit).get(entry.id), hintsByRequest(sandbox).get(entry.id)),
    })
  })
})

/** Where the flow of each request is, by the request's id. */
function flowPaths(entries: readonly JournalEntry[], { sandbox, root }: Visit): Map<number, string> {
  const path = (entry: JournalEntry, { key }: Flow) => `${basePathOf(worldOf(entry, sandbox), root)}/flows/${key}`
  return new Map(flowsIn(entries).flatMap((flow) => flow.entries.map((entry) => [entry.id, path(entry, flow)])))
}

/** The hints that each request proves, by its id. Rows that come live are without: the whole journal is read for them. */
function hintsByRequest(sandbox: Sandbox): Map<number, Hint[]> {
  const found = hintsOf(sandbox).flatMap((hint) => hint.evidence.map((id) => ({ id, hint })))
  return new Map([...Map.groupBy(found, ({ id }) => id)].map(([id, of]) => [id, of.map(({ hint }) => hint)]))
}

function choicesOf(values: readonly string[], wanted: string): Choice[] {
  return [...new Set(values)].sort().map((value) => ({ value, label: value, chosen: value === wanted }))
}

/** Which requests the address asks for. */
function filterOf({ query }: Visit) {
  const [endpoint, space, onlyErrors] = [query.text('endpoint'), query.text('space'), query.has('errors')]
  return {
    endpoint,
    space,
    onlyErrors,
    isNarrow: endpoint !== '' || space !== '' || onlyErrors,
    matches: (entry: JournalEntry) =>
      (endpoint === '' || entry.endpoint === endpoint) && (space === '' || entry.space === space) && (!onlyErrors || isBad(entry)),
    query: (more: Record<string, string>) =>
      new URLSearchParams({
        ...(endpoint !== '' && { endpoint }),
        ...(space !== '' && { space }),
        ...(onlyErrors && { errors: 'on' }),
        ...more,
      }),
  }
}
