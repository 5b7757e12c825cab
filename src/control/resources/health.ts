import { z } from 'zod'
import type { Resource } from '../deps.ts'

/** Whether this grantbox works; open to all, so it tells its version and nothing more. */
export const health: Resource = (app, { version, checkDatabase, onError }) => {
  const answer = (status: 'ok' | 'failing') => z.object({ status: z.literal(status), version: z.string() })
  app.get(
    '/health',
    {
      schema: {
        tags: ['server'],
        summary: 'Whether grantbox works',
        security: [],
        // Some who watch over it append what keeps caches away.
        querystring: z.looseObject({}),
        response: { 200: answer('ok'), 503: answer('failing') },
      },
    },
    (_request, reply) => {
      try {
        checkDatabase()
      } catch (error) {
        onError?.(error)
        return void reply.code(503).send({ status: 'failing', version })
      }
      reply.send({ status: 'ok', version })
    },
  )
}
