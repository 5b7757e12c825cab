import { parse } from 'fast-querystring'
import type { FastifyInstance } from 'fastify'

/** Lets an app read forms, as it reads queries: what is repeated becomes a list. */
export function acceptForms(app: FastifyInstance): void {
  // Taken as text, bytes that are no UTF-8 would seem to make another length than was announced.
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, parse(body.toString()))
  })
}
