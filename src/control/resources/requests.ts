import { z } from 'zod'
import { openEventStream } from '../../http/event-stream.ts'
import { endpoints } from '../../oauth/model/endpoint.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { worldOf } from '../../sandbox/spaces.ts'
import { harOf } from '../exports/har.ts'
import { sandboxRoutes, textAnswer } from '../sandbox-routes.ts'
import { limit, listOf } from '../schemas.ts'
import { entryView, viewEntry } from '../views/journal.ts'

/** What of the journal is wanted. */
const journalFilter = z.strictObject({
  endpoint: z
    .enum([...endpoints, 'proxy'])
    .optional()
    .describe('`proxy`: what the proxy refused.'),
  client_id: z.string().optional(),
  grant_type: z.string().optional(),
  space: z.string().optional().describe('What came to one of the spaces.'),
  driver: z.enum(['control', 'any']).optional().describe('What the control API did for a browser, alone or as well; left out otherwise.'),
})

const after = z.coerce.number().int().min(0).optional()

const query = journalFilter.extend({
  after: after.describe('Only those that came after the one with this id.'),
  wait: z.coerce.number().min(0).max(60).default(0).describe('Seconds to wait for one when there is none.'),
  limit: limit.describe('How many: the newest ones, or with `after` those next in line.'),
})

const entries = listOf(entryView).extend({
  next_cursor: z.string().nullable().describe('What to send as `after` to get what comes next; null while nothing came.'),
})

const resumed = z.looseObject({ 'last-event-id': z.string().optional().describe('Begins with what came after the entry with this id.') })
const streamed = {
  headers: resumed,
  query: journalFilter.extend({ after: after.describe('As Last-Event-ID, which wins.') }),
  answer: textAnswer('text/event-stream', 'Each event is a Request as JSON, its id the id.'),
}

/** A sandbox's journal: what came in and went out, and as it grows. */
export const requests = sandboxRoutes('requests', ({ get, remove }, { sandboxes, stopping }) => {
  get('/requests', 'The requests that came, newest last', { query, answer: entries }, async ({ sandbox, query, reply }) => {
    const { journal } = sandbox
    const { wait, ...wanted } = query
    const end = new AbortController()
    const stop = () => end.abort()
    // Nobody reads the answer once the connection has gone.
    reply.raw.once('close', stop)
    stopping.addEventListener('abort', stop)
    const found = await journal.wait(wanted, stopping.aborted ? 0 : wait * 1000, end.signal)
    stopping.removeEventListener('abort', stop)
    const cursor = found.at(-1)?.id ?? wanted.after
    return {
      items: found.map((entry) => viewIn(entry, sandbox)),
      next_cursor: cursor === undefined ? null : String(cursor),
    }
  })

  get('/requests/stream', 'The requests as they come, as server-sent events named request', streamed, (call) => {
    const { sandbox, query, request, reply } = call
    const { after, ...filter } = query
    const seen = String(request.headers['last-event-id'])
    const from = /^\d{1,15}$/.test(seen) ? Number(seen) : after
    let unfollow = () => {}
    const stream = openEventStream(reply, 'the journal of a sandbox', stopping, () => unfollow())
    const tell = (entry: JournalEntry) => {
      stream.send({ id: entry.id, name: 'request', data: JSON.stringify(viewIn(entry, sandboxes.find(sandbox.name) ?? sandbox)) })
    }
    if (from !== undefined) for (const entry of sandbox.journal.list({ ...filter, after: from })) tell(entry)
    unfollow = sandbox.journal.follow(filter, tell)
    return undefined
  })

  const archive = { query: journalFilter, answer: z.record(z.string(), z.unknown()).describe('A HAR 1.2 log.') }
  get('/requests.har', 'The requests that came as HAR, which browsers and proxies read', archive, ({ sandbox, query }) =>
    harOf(sandbox.journal.list(query), sandbox),
  )

  remove('/requests', 'Forget the requests that came', ({ sandbox }) => sandbox.journal.clear(), 'The journal is empty.')
})

function viewIn(entry: JournalEntry, sandbox: Sandbox) {
  const { settings, requests } = worldOf(entry, sandbox)
  return viewEntry(entry, settings.show_secrets, requests)
}
