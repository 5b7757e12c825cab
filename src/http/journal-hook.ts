import type { FastifyInstance } from 'fastify'
import { exchangeOf } from './exchange.ts'

/** Writes each answer into its sandbox's journal, and holds it until what it tells of is durable. */
export function recordAnswers(app: FastifyInstance, settled: () => Promise<void> | undefined): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const exchange = exchangeOf(request)
    const entry = {
      time: exchange.time,
      duration_ms: performance.now() - exchange.started,
      endpoint: exchange.endpoint,
      method: request.method,
      url: exchange.url,
      request_headers: request.headers,
      request_body: request.body,
      status: reply.statusCode,
      response_headers: reply.getHeaders(),
      response_body: typeof payload === 'string' ? payload : undefined,
      ...exchange.context.trace,
      ...(exchange.error === undefined ? {} : { error: exchange.error }),
      ...(exchange.explanation === undefined ? {} : { explanation: exchange.explanation }),
    }
    const answered = () => {
      exchange.sandbox.journal.add(entry)
      done(null, payload)
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
