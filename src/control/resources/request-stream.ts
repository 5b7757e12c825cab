import { z } from 'zod'
import type { JournalEntry } from '../../sandbox/journal.ts'
import type { Resource } from '../deps.ts'
import { sandboxNamed } from '../input/lookup.ts'
import { inSandbox, refusal } from '../schemas.ts'
import { viewEntry } from '../views/journal.ts'
import { journalFilter } from './requests.ts'

/** So often something is sent, lest a proxy takes the silence for the end; milliseconds. */
const heartbeat = 15_000

/** A client that lets so many bytes pile up is let go: it comes back and names the last event that it saw. */
const patience = 8 * 1024 * 1024

/** The journal as it grows. */
export const requestStream: Resource = async (app, { sandboxes, stopping }) => {
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
    async (request, reply) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const { after, ...filter } = request.query
      const seen = request.headers['last-event-id']
      const from = seen !== undefined && /^\d{1,15}$/.test(seen) ? Number(seen) : after
      reply.hijack()
      const { raw } = reply
      raw.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        // The stream ends with its connection, which must not be offered for more.
        Connection: 'close',
        'X-Accel-Buffering': 'no',
      })
      raw.write(': the journal of a sandbox\n\n')
      const tell = (entry: JournalEntry) => {
        const { settings } = sandboxes.find(sandbox.name) ?? sandbox
        raw.write(`id: ${entry.id}\nevent: request\ndata: ${JSON.stringify(viewEntry(entry, settings.show_secrets))}\n\n`)
        if (raw.writableLength > patience) raw.destroy()
      }
      if (from !== undefined) for (const entry of sandbox.journal.list({ ...filter, after: from })) tell(entry)
      const unfollow = sandbox.journal.follow(filter, tell)
      const beat = setInterval(() => raw.write(':\n\n'), heartbeat).unref()
      const stop = () => raw.end()
      raw.once('close', () => {
        clearInterval(beat)
        unfollow()
        stopping.removeEventListener('abort', stop)
      })
      if (stopping.aborted) stop()
      else stopping.addEventListener('abort', stop)
      return reply
    },
  )
}
