import { z } from 'zod'
import { openEventStream } from '../../http/event-stream.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import type { Resource } from '../deps.ts'
import { sandboxNamed } from '../input/lookup.ts'
import { inSandbox, refusal } from '../schemas.ts'
import { viewEntry } from '../views/journal.ts'
import { journalFilter } from './requests.ts'

/** The journal as it grows. */
export const requestStream: Resource = (app, { sandboxes, stopping }) => {
  app.get(
    '/sandboxes/:sandbox/requests/stream',
    {
      schema: {
        tags: ['requests'],
        summary: 'The requests as they come, as server-sent events named request',
        params: inSandbox,
        headers: z.looseObject({ 'last-event-id': z.string().optional().describe('Begins with what came after the entry with this id.') }),
        querystring: journalFilter.extend({
          after: z.coerce.number().int().min(0).optional().describe('As Last-Event-ID, which wins.'),
        }),
        response: {
          200: { description: 'Each event is a Request as JSON, its id the id.', content: { 'text/event-stream': { schema: z.string() } } },
          default: refusal,
        },
      },
    },
    (request, reply) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const { after, ...filter } = request.query
      const seen = request.headers['last-event-id']
      const from = seen !== undefined && /^\d{1,15}$/.test(seen) ? Number(seen) : after
      let unfollow = () => {}
      const stream = openEventStream(reply, 'the journal of a sandbox', stopping, () => unfollow())
      const tell = (entry: JournalEntry) => {
        const { settings } = sandboxes.find(sandbox.name) ?? sandbox
        stream.send({ id: entry.id, name: 'request', data: JSON.stringify(viewEntry(entry, settings.show_secrets === true)) })
      }
      if (from !== undefined) for (const entry of sandbox.journal.list({ ...filter, after: from })) tell(entry)
      unfollow = sandbox.journal.follow(filter, tell)
    },
  )
}
