/**
 * In this room: the journal request by request, live, with the tokens in it decoded.
 * Elsewhere: requests that belong together (`flows/`).
 */

import { harOf } from '../../control/exports/har.ts'
import { hintsOf } from '../../exam/hints.ts'
import { pathsOf } from '../../providers/space.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import type { Fields } from '../forms/fields.ts'
import { confirm } from '../frame/confirm.ts'
import { sendFile } from '../frame/file.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { spaceWord } from '../frame/vendor.ts'
import { part } from '../frame/visit.ts'
import { filterOf, type RequestFilter } from './filter.ts'
import { byRequest, flowPaths, sendRows } from './live-rows.ts'
import { type RequestRow, requestRow } from './request-row.ts'

const perPage = 50

const requestsPage = page<{
  rows: readonly RequestRow[]
  asked: RequestFilter['asked']
  choices: ReturnType<RequestFilter['choices']>
  /** What the vendor calls its spaces. */
  word: string
  /** How many there are. */
  hints: number
  isNarrow: boolean
  /** How many there are, how many of these are asked for, and which of those are shown. */
  total: number
  found: number
  range: string
  /** Where the other pages are; a request that comes moves no page but the first. */
  ways: readonly { label: string; href: string; rel?: string }[]
  /** Where new rows come from while the page is open. */
  streamHref: string
  /** Where these are shown, on pages of older ones. */
  topHref?: string | undefined
  /** All that were found, as a file for other tools. */
  harHref: string
  /** A command that sends a request. */
  example: string
}>('requests')

const notices = noticesOf({
  'requests-forgotten': 'The requests were forgotten.',
})

const icon = '<path d="M4 8h14l-3.500-3.500M20 16H6l3.500 3.500"/>'

/** The journal: newest on top, live where scripts run. */
export const requestPages = part({ icon, notices }, (pages) => {
  const { get, post } = pages

  get('/requests', (visit) => {
    const { sandbox, base, query } = visit
    const filter = filterOf(visit)
    const all = sandbox.journal.list()
    const found = all.filter(filter.matches).reverse()
    const first = placeOf(query, found)
    const shown = found.slice(first, first + perPage)
    const flows = flowPaths(all, visit)
    const hints = hintsOf(sandbox)
    const hintsBy = byRequest(hints)
    const at = (more: Record<string, string>) => `${base}/requests?${filter.query(more)}`
    const isTop = first === 0
    return visit.show(requestsPage, {
      title: 'Requests',
      rows: shown.map((entry) => requestRow(entry, visit, flows.get(entry.id), hintsBy.get(entry.id))),
      asked: filter.asked,
      choices: filter.choices(all),
      word: spaceWord(sandbox.provider),
      hints: hints.length,
      isNarrow: filter.isNarrow,
      total: all.length,
      found: found.length,
      range: `${(first + 1).toLocaleString('en-US')}–${(first + shown.length).toLocaleString('en-US')}`,
      ways: waysFrom(first, found, at),
      streamHref: `${base}/requests/stream?${filter.query({ after: String(all.at(-1)?.id ?? 0) })}`,
      harHref: `${base}/requests.har?${filter.query()}`,
      topHref: isTop ? undefined : at({}),
      example: `curl ${visit.addresses.base_url}${pathsOf(sandbox).token} --data grant_type=client_credentials`,
    })
  })

  get('/requests.har', (visit) => {
    const { sandbox, reply } = visit
    const wanted = sandbox.journal.list().filter(filterOf(visit).matches)
    const text = JSON.stringify(harOf(wanted, sandbox), null, 2)
    return sendFile(reply, { name: `${sandbox.name}.har`, type: 'application/json; charset=utf-8', text })
  })

  get('/requests/stream', (visit) => {
    // A browser that lost the connection says what it saw last (Server-Sent Events, HTML §9.2.4).
    const seen = Number(visit.request.headers['last-event-id'] ?? visit.query.whole('after', 0, Number.MAX_SAFE_INTEGER) ?? 0)
    sendRows(visit, filterOf(visit).matches, Number.isSafeInteger(seen) ? seen : 0, pages)
    return visit.reply
  })

  get('/requests/forget', (visit) =>
    confirm(visit, {
      heading: 'Forget all requests?',
      lines: ['The journal of this sandbox becomes empty: its flows and hints go with it.', 'Grants and tokens stay.'],
      path: '/requests/forget',
      button: 'Forget all',
      back: '/requests',
    }),
  )
  post('/requests/forget', (visit) => {
    visit.sandbox.journal.clear()
    return visit.go('/requests', notices['requests-forgotten'])
  })
})

/**
 * Which of the requests that were found, newest first, a page begins with. Pages are named by a request and not by a number, so that each
 * stays where it is while others come.
 */
function placeOf(query: Fields, found: readonly JournalEntry[]): number {
  const [before, after] = ['before', 'after'].map((name) => query.whole(name, 1, Number.MAX_SAFE_INTEGER))
  if (before !== undefined) {
    const first = found.findIndex(({ id }) => id < before)
    return first === -1 ? lastPage(found) : first
  }
  if (after === undefined) return 0
  const end = found.findIndex(({ id }) => id <= after)
  return Math.max(0, (end === -1 ? found.length : end) - perPage)
}

function lastPage({ length }: readonly JournalEntry[]): number {
  return Math.max(0, length - perPage)
}

function waysFrom(first: number, found: readonly JournalEntry[], at: (more: Record<string, string>) => string) {
  const before = (place: number) => at({ before: String((found[place]?.id ?? 0) + 1) })
  const newer = { label: 'Newer', href: first <= perPage ? at({}) : at({ after: String(found[first]?.id ?? 0) }), rel: 'prev' }
  const older = { label: 'Older', href: before(first + perPage), rel: 'next' }
  return [
    ...(first > 0 ? [{ label: 'Newest', href: at({}) }, newer] : []),
    ...(first + perPage < found.length ? [older, { label: 'Oldest', href: before(lastPage(found)) }] : []),
  ]
}
