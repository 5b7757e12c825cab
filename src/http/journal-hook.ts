import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { JournalEntry } from '../sandbox/journal.ts'
import { distort } from './distort.ts'
import { type Exchange, exchangeOf } from './exchange.ts'

/** What the journal says of a request and its answer. */
export function journalEntry(
  exchange: Exchange,
  request: FastifyRequest,
  status: number,
  response_headers: Readonly<Record<string, unknown>>,
  response_body: string | undefined,
): Omit<JournalEntry, 'id'> {
  return {
    time: exchange.time,
    duration_ms: performance.now() - exchange.started,
    endpoint: exchange.endpoint,
    method: request.method,
    url: exchange.url,
    request_headers: request.headers,
    request_body: request.body,
    status,
    response_headers,
    response_body,
    ...exchange.context.trace,
    ...(exchange.error === undefined ? {} : { error: exchange.error }),
    ...(exchange.explanation === undefined ? {} : { explanation: exchange.explanation }),
  }
}

/** Writes each answer into its sandbox's journal, and holds it until what it tells of is durable. */
export function recordAnswers(app: FastifyInstance, settled: () => Promise<void> | undefined): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const exchange = exchangeOf(request)
    const { fault } = exchange.context
    const sent = fault !== undefined && typeof payload === 'string' ? distort(payload, fault, reply) : payload
    const answered = () => {
      const body = typeof sent === 'string' ? sent : undefined
      exchange.sandbox.journal.add(journalEntry(exchange, request, reply.statusCode, reply.getHeaders(), body))
      done(null, sent)
    }
    const durable = settled()
    if (durable === undefined) answered()
    else {
      durable.then(answered, (error) => {
        // What the answer told did not happen: no code may leave in its Location.
        for (const name of ['location', 'www-authenticate', 'allow', 'etag']) reply.removeHeader(name)
        done(error)
      })
    }
  })
}
