import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Sent, saysWhy } from '../oauth/faults/kind.ts'
import { struckAnswer } from '../oauth/faults/strike.ts'
import { endpoints } from '../oauth/model/endpoint.ts'
import type { JournalEntry } from '../sandbox/journal.ts'
import { type Exchange, exchangeOf } from './exchange.ts'
import { harmless } from './harmless.ts'
import type { Refusal } from './listener/refusal.ts'

/** A body over this size is not kept: a thousand of them would fill the memory. */
const largest = 64 * 1024

/** What the journal reads of a request. */
type Came = Pick<FastifyRequest, 'method' | 'headers' | 'body'>

function kept({ body, headers }: Came): unknown {
  if (body === undefined || body === null) return body
  const { 'content-length': length } = headers
  const size = length === undefined ? JSON.stringify(body).length : Number(length)
  return size <= largest ? body : { '…': `${size} bytes, more than are kept` }
}

/** What the journal says of a request and its answer. */
export function journalEntry(
  exchange: Exchange,
  request: Came,
  status: number,
  response_headers: Readonly<Record<string, unknown>>,
  response_body: string | undefined,
): JournalEntry {
  const { trace } = exchange.context
  const entry: JournalEntry = {
    // The journal numbers it.
    id: 0,
    time: exchange.time,
    at_ms: exchange.started,
    duration_ms: performance.now() - exchange.started,
    endpoint: exchange.endpoint,
    method: request.method,
    url: exchange.url,
    request_headers: request.headers,
    request_body: kept(request),
    status,
    response_headers,
    response_body: response_body === undefined || response_body.length <= largest ? response_body : response_body.slice(0, largest),
  }
  // One by one, and only what there is: spreading costs more than all the rest.
  if (trace.client_id !== undefined) entry.client_id = trace.client_id
  if (trace.username !== undefined) entry.username = trace.username
  if (trace.grant_type !== undefined) entry.grant_type = trace.grant_type
  if (trace.grant_id !== undefined) entry.grant_id = trace.grant_id
  if (trace.basic !== undefined) entry.basic = trace.basic
  if (trace.space !== undefined) entry.space = trace.space
  if (exchange.host !== undefined) entry.host = exchange.host
  if (exchange.error !== undefined) entry.error = exchange.error
  if (exchange.reason !== undefined) entry.reason = exchange.reason
  const explanation = exchange.explanation ?? trace.explanation
  if (explanation !== undefined) entry.explanation = explanation
  if (trace.notes !== undefined) entry.notes = trace.notes
  return entry
}

/** Writes down what the listener refused, before or while a route saw it. */
export function noteRefusal(exchange: Exchange, { method = '', headers }: IncomingMessage, refusal: Refusal): void {
  const { prefix, url, paths } = exchange
  const [path] = url.slice(prefix.length).split('?')
  const named = endpoints.find((one) => Object.entries(paths).some(([name, its]) => name === one && its === path))
  if (named !== undefined) exchange.endpoint = named
  exchange.brokenOff = true
  exchange.error = 'invalid_request'
  exchange.explanation = refusal.explanation
  exchange.sandbox.journal.add(journalEntry(exchange, { method, headers, body: undefined }, refusal.status, refusal.headers, refusal.body))
}

/** Ends a connection because a fault says so; the journal has it with the status 0. */
export function dropConnection(exchange: Exchange, request: FastifyRequest, reply: FastifyReply): void {
  exchange.explanation = saysWhy({ ...exchange.context.fault })
  exchange.sandbox.journal.add(journalEntry(exchange, request, 0, {}, undefined))
  reply.hijack()
  request.raw.socket.destroy()
}

/** An answer as faults leave it, its headers already on the reply. */
function sentAs(payload: unknown, { context }: Exchange, reply: FastifyReply): Sent {
  const body = typeof payload === 'string' ? payload : undefined
  if (context.fault === undefined) return { body }
  const sent = struckAnswer(body, context)
  reply.headers(harmless(sent.headers ?? {}, context))
  if (sent.body !== undefined && sent.body !== body) reply.header('Content-Length', Buffer.byteLength(sent.body))
  return sent
}

/**
 * What an answer of this status waits for: undefined when all that its request changed is durable, else a promise of it, which rejects
 * when the disk refused.
 */
export type Settled = (request: IncomingMessage, status: number) => Promise<void> | undefined

/** Writes each answer into its sandbox's journal, and holds it until what it tells of is durable. */
export function recordAnswers(app: FastifyInstance, settled: Settled): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const exchange = exchangeOf(request)
    const { body, drop } = sentAs(payload, exchange, reply)
    const answered = () => {
      if (drop === true) return dropConnection(exchange, request, reply)
      if (exchange.brokenOff !== true)
        exchange.sandbox.journal.add(journalEntry(exchange, request, reply.statusCode, reply.getHeaders(), body))
      done(null, body ?? payload)
    }
    const durable = settled(request.raw, reply.statusCode)
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
