import { z } from 'zod'
import type { Endpoint } from '../providers/provider.ts'
import type { Resource } from './deps.ts'
import { entryView, viewEntry } from './journal-view.ts'
import { sandboxNamed } from './lookup.ts'
import { inSandbox, limit, refusal } from './schemas.ts'

const endpoints = [
  'authorize',
  'token',
  'userinfo',
  'jwks',
  'discovery',
  'introspection',
  'revocation',
  'device_authorization',
  'par',
  'registration',
  'api',
] as const satisfies readonly Endpoint[]

/** A sandbox's journal: what came in and went out. */
export const requests: Resource = async (app, { sandboxes }) => {
  const path = '/sandboxes/:sandbox/requests'

  app.get(
    path,
    {
      schema: {
        tags: ['requests'],
        summary: 'The requests that came, newest last',
        params: inSandbox,
        querystring: z.strictObject({
          endpoint: z.enum(endpoints).optional(),
          client_id: z.string().optional(),
          grant_type: z.string().optional(),
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
      // Nobody reads the answer once the connection has gone.
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const entries = await journal.wait(query, wait * 1000, gone.signal)
      const cursor = entries.at(-1)?.id ?? query.after
      return {
        items: entries.map((entry) => viewEntry(entry, settings.show_secrets === true)),
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
    async (request, reply) => {
      sandboxNamed(request.params.sandbox, sandboxes).journal.clear()
      return reply.code(204).send()
    },
  )
}
