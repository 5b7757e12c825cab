import { Problem } from '../control/problem.ts'
import type { JournalEntry } from '../sandbox/journal.ts'
import { requestRow } from './request-row.ts'
import type { Part, Visit } from './visit.ts'

const section = 'Requests'
const perPage = 50

/** The journal: newest on top, live where scripts run. */
export const requestPages: Part = ({ get, post, draw }) => {
  get('/requests', async (visit) => {
    const { sandbox, base, query } = visit
    const wanted = filterOf(visit)
    const before = query.whole('before', 1, Number.MAX_SAFE_INTEGER)
    const all = sandbox.journal.list()
    const found = all.filter((entry) => wanted.matches(entry) && (before === undefined || entry.id < before)).reverse()
    const shown = found.slice(0, perPage)
    const last = shown.at(-1)
    const newest = all.at(-1)?.id ?? 0
    return visit.page('requests', {
      title: 'Requests',
      section,
      rows: shown.map((entry) => requestRow(entry, sandbox, base)),
      endpoints: [...new Set(all.map((entry) => entry.endpoint))]
        .sort()
        .map((value) => ({ value, label: value, chosen: value === wanted.endpoint })),
      onlyErrors: wanted.onlyErrors,
      filtered: wanted.isNarrow || before !== undefined,
      total: all.length,
      olderHref: found.length > perPage && last !== undefined ? `${base}/requests?${wanted.query({ before: String(last.id) })}` : undefined,
      streamHref: before === undefined ? `${base}/requests/stream?${wanted.query({ after: String(newest) })}` : undefined,
      example: `curl ${visit.addresses.base_url}${sandbox.provider.paths.token} --data grant_type=client_credentials`,
    })
  })

  get('/requests/stream', async (visit) => {
    const { sandbox, base, query, reply } = visit
    const wanted = filterOf(visit)
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
    raw.write('retry: 2000\n\n')
    let drawn = Promise.resolve()
    const send = (entry: JournalEntry) => {
      if (!wanted.matches(entry)) return
      drawn = drawn.then(async () => {
        const html = await draw('partials/request', { row: requestRow(entry, sandbox, base), open: false })
        raw.write(
          `id: ${entry.id}\nevent: row\n${html
            .trim()
            .split('\n')
            .map((line) => `data: ${line}\n`)
            .join('')}\n`,
        )
      })
    }
    // A browser that lost the connection says what it saw last (Server-Sent Events, HTML §9.2.4).
    const seen = Number(visit.request.headers['last-event-id'] ?? query.whole('after', 0, Number.MAX_SAFE_INTEGER) ?? 0)
    for (const entry of sandbox.journal.list({ after: Number.isSafeInteger(seen) ? seen : 0 })) send(entry)
    const stop = sandbox.journal.listen(send)
    const beat = setInterval(() => raw.write(': still here\n\n'), 15_000).unref()
    raw.once('close', () => {
      stop()
      clearInterval(beat)
    })
    return reply
  })

  post('/requests/forget', async (visit) => {
    visit.sandbox.journal.clear()
    return visit.go('/requests', 'requests-forgotten')
  })

  get('/requests/:id', async (visit) => {
    const { sandbox, base, params } = visit
    const entry = sandbox.journal.list().find(({ id }) => String(id) === params.id)
    if (entry === undefined) throw new Problem(404, 'This request is not in the journal (any more): it keeps the newest thousand.')
    return visit.page('request', { title: `${entry.method} ${entry.endpoint}`, section, row: requestRow(entry, sandbox, base) })
  })
}

/** Which requests the address asks for. */
function filterOf({ query }: Visit) {
  const [endpoint, onlyErrors] = [query.text('endpoint'), query.has('errors')]
  return {
    endpoint,
    onlyErrors,
    isNarrow: endpoint !== '' || onlyErrors,
    matches: (entry: JournalEntry) => (endpoint === '' || entry.endpoint === endpoint) && (!onlyErrors || entry.status >= 400),
    query: (more: Record<string, string>) =>
      new URLSearchParams({ ...(endpoint !== '' && { endpoint }), ...(onlyErrors && { errors: 'on' }), ...more }),
  }
}
