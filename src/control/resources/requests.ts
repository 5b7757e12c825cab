import { z } from 'zod'
import { endpoints } from '../../oauth/model/endpoint.ts'
import type { Resource } from '../deps.ts'
import { sandboxNamed } from '../input/lookup.ts'
import { inSandbox, limit, refusal } from '../schemas.ts'
import { entryView, viewEntry } from '../views/journal.ts'

/** What of the journal is wanted. */
export const journalFilter = z.strictObject({
  endpoint: z.enum(endpoints).optional(),
  client_id: z.string().optional(),
  grant_type: z.string().optional(),
  driver: z.enum(['control', 'any']).optional().describe('What the control API did for a browser, alone or as well; left out otherwise.'),
})

/** A sandbox's journal: what came in and went out. */
export const requests: Resource = (app, { sandboxes, stopping }) => {
  const path = '/sandboxes/:sandbox/requests'

  app.get(
    path,
    {
      schema: {
        tags: ['requests'],
        summary: 'The requests that came, newest last',
        params: inSandbox,
        querystring: journalFilter.extend({
          after: z.coerce.number().int().min(0).optional().describe('Only those that came after the one with this id.'),
          wait: z.coerce.number().min(0).max(60).default(0).describe('Seconds to wait for one when there is none.'),
          limit: limit.describe('How many: the newest ones, or with `after` those next in line.'),
        }),
        response: {
          200: z.object({
            items: z.array(entryView),
            next_cursor: z.string().nullable().describe('What to send as `after` to get what comes next; null while nothing came.'),
          }),
          default: refusal,
        },
      },
    },
    async (request, reply) => {
      const { journal, settings } = sandboxNamed(request.params.sandbox, sandboxes)
      const { wait, ...query } = request.query
      const end = new AbortController()
      const stop = () => end.abort()
      // Nobody reads the answer once the connection has gone.
      reply.raw.once('close', stop)
      stopping.addEventListener('abort', stop)
      const entries = await journal.wait(query, stopping.aborted ? 0 : wait * 1000, end.signal)
      stopping.removeEventListener('abort', stop)
      const cursor = entries.at(-1)?.id ?? query.after
      return {
        items: entries.map((entry) => viewEntry(entry, settings.show_secrets)),
        next_cursor: cursor === undefined ? null : String(cursor),
      }
    },
  )

  app.delete(
    path,
    {
      schema: {
        tags: ['requests'],
        summary: 'Forget the requests that came',
        params: inSandbox,
        response: { 204: z.undefined().describe('The journal is empty.'), default: refusal },
      },
    },
    (request, reply) => {
      sandboxNamed(request.params.sandbox, sandboxes).journal.clear()
      reply.code(204).send()
    },
  )
}
