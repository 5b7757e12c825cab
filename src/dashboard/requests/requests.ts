/**
 * In this room: the journal request by request, live, with the tokens in it decoded.
 * Elsewhere: requests that belong together (`flows/`).
 */

import { Problem } from '../../control/problem.ts'
import { hintsOf } from '../../exam/hints.ts'
import { pathsOf } from '../../providers/space.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import type { Choice } from '../forms/form.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { spaceWord } from '../frame/vendor.ts'
import { part, type Visit } from '../frame/visit.ts'
import { byRequest, flowPaths, sendRows } from './live-rows.ts'
import { isBad, type RequestRow, requestRow } from './request-row.ts'

const perPage = 50

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

const requestPage = page<{ row: RequestRow }>('request')

const notices = noticesOf({
  'requests-forgotten': 'The requests were forgotten.',
})

const icon = '<path d="M4 8h14l-3.500-3.500M20 16H6l3.500 3.500"/>'

/** The journal: newest on top, live where scripts run. */
export const requestPages = part({ icon, notices }, (pages) => {
  const { get, post } = pages

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
    const hints = byRequest(hintsOf(sandbox))
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
    // A browser that lost the connection says what it saw last (Server-Sent Events, HTML §9.2.4).
    const seen = Number(visit.request.headers['last-event-id'] ?? visit.query.whole('after', 0, Number.MAX_SAFE_INTEGER) ?? 0)
    sendRows(visit, filterOf(visit).matches, Number.isSafeInteger(seen) ? seen : 0, pages)
    return visit.reply
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
      row: requestRow(
        entry,
        sandbox,
        base,
        flowPaths(sandbox.journal.list(), visit).get(entry.id),
        byRequest(hintsOf(sandbox)).get(entry.id),
      ),
    })
  })
})

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
