import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { faultOf, type Sent, saysWhy } from '../oauth/faults/kind.ts'
import { struckAnswer } from '../oauth/faults/strike.ts'
import { endpoints } from '../oauth/model/endpoint.ts'
import type { Trace } from '../oauth/realm/trace.ts'
import type { JournalEntry } from '../sandbox/journal.ts'
import { type Exchange, exchangeOf } from './exchange.ts'
import { harmless } from './harmless.ts'
import type { Refusal } from './listener/refusal.ts'

/** A body over this size is not kept: a thousand of them would fill the memory. */
const largest = 64 * 1024

/** What the journal reads of a request. */
type Came = NonNullable<Exchange['came']>

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
  const entry: JournalEntry = {
    // The journal numbers it.
    id: 0,
    time: exchange.time,
    at_ms: exchange.started,
    connection: exchange.connection,
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
  entry.origin = exchange.origin
  if (exchange.host !== undefined) entry.host = exchange.host
  if (exchange.again_of !== undefined) entry.again_of = exchange.again_of
  if (exchange.error !== undefined) entry.error = exchange.error
  if (exchange.reason !== undefined) entry.reason = exchange.reason
  const { trace, fault } = exchange.context
  if (fault !== undefined) Object.assign(entry, faultOf(fault))
  const explanation = exchange.explanation ?? trace.explanation
  if (explanation !== undefined) entry.explanation = explanation
  addTrace(entry, trace)
  return entry
}

/** What the protocol learnt. */
function addTrace(entry: JournalEntry, trace: Trace): void {
  // One by one, and only what there is: spreading costs more than all the rest.
  if (trace.client_id !== undefined) entry.client_id = trace.client_id
  if (trace.username !== undefined) entry.username = trace.username
  if (trace.grant_type !== undefined) entry.grant_type = trace.grant_type
  if (trace.grant_id !== undefined) entry.grant_id = trace.grant_id
  if (trace.basic !== undefined) entry.basic = trace.basic
  if (trace.space !== undefined) entry.space = trace.space
  if (trace.notes !== undefined) entry.notes = trace.notes
}

/** Writes down what the listener refused, before or while a route saw it. */
export function noteRefusal(exchange: Exchange, { method = '', headers }: IncomingMessage, refusal: Refusal): void {
  const { prefix, url, paths } = exchange
  const [path] = url.slice(prefix.length).split('?')
  const named = endpoints.find((one) => Object.entries(paths).some(([name, its]) => name === one && its === path))
  if (named !== undefined) exchange.endpoint = named
  exchange.error = 'invalid_request'
  exchange.explanation = refusal.explanation
  breakOff(exchange, journalEntry(exchange, { method, headers, body: undefined }, refusal.status, refusal.headers, refusal.body))
}

function breakOff(exchange: Exchange, entry: JournalEntry): void {
  exchange.brokenOff = entry
  exchange.sandbox.journal.add(entry)
}

/**
 * Writes down that the client closed its connection before all of the answer was written.
 * @param hasBegun whether it is being written, so that the journal has it
 */
export function noteGone(exchange: Exchange | undefined, { method = '', headers }: IncomingMessage, hasBegun: boolean): void {
  if (exchange === undefined || exchange.brokenOff !== undefined) return
  const { started, sandbox, context, came = { method, headers, body: undefined } } = exchange
  const waited_ms = performance.now() - started
  const struck = context.fault === undefined ? '' : `. ${saysWhy({ ...context.fault }, 'struck it')}`
  const gone = `The client went away after ${(waited_ms / 1000).toFixed(1)} s, before it had all of its answer${struck}`
  const end = { status: 0, aborted: true, waited_ms } as const
  if (hasBegun) {
    // Nobody keeps it for this rare case: no two came at one time.
    const entry = sandbox.journal.list().findLast(({ at_ms }) => at_ms === started)
    if (entry === undefined) return
    Object.assign(entry, end, { response_headers: {}, response_body: undefined, explanation: gone })
    sandbox.journal.changed(entry)
    return
  }
  exchange.explanation = gone
  breakOff(exchange, Object.assign(journalEntry(exchange, came, 0, {}, undefined), end))
}

/** Ends a connection because a fault says so; the journal has it with the status 0. */
export function dropConnection(exchange: Exchange, request: FastifyRequest, reply: FastifyReply): void {
  exchange.explanation = saysWhy({ ...exchange.context.fault })
  breakOff(exchange, journalEntry(exchange, request, 0, {}, undefined))
  reply.hijack()
  request.raw.socket.destroy()
}

/** An answer as faults leave it, its headers already on the reply. */
function sentAs(payload: unknown, { context }: Exchange, reply: FastifyReply): Sent {
  const body = typeof payload === 'string' ? payload : undefined
  if (context.fault === undefined) return { body }
  const sent = struckAnswer(body, context)
  reply.headers(harmless(sent.headers ?? {}, context))
  if (sent.body !== undefined && (sent.body !== body || sent.pause_ms !== undefined)) {
    reply.header('Content-Length', Buffer.byteLength(sent.body))
  }
  return sent
}

/** A body that comes in two halves, with a pause between them that keeps no closed server alive. */
async function* halves(body: string, pause_ms: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(body)
  const half = Math.floor(bytes.length / 2)
  yield bytes.subarray(0, half)
  await setTimeout(pause_ms, undefined, { ref: false })
  yield bytes.subarray(half)
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
    const { body, drop, pause_ms } = sentAs(payload, exchange, reply)
    const answered = () => {
      exchange.came = undefined
      if (exchange.brokenOff !== undefined) addTrace(exchange.brokenOff, exchange.context.trace)
      else if (drop === true) return dropConnection(exchange, request, reply)
      else exchange.sandbox.journal.add(journalEntry(exchange, request, reply.statusCode, reply.getHeaders(), body))
      done(null, body && pause_ms !== undefined ? Readable.from(halves(body, pause_ms)) : (body ?? payload))
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
