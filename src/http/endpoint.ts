import type { FastifyReply, FastifyRequest } from 'fastify'
import type { MaybePromise } from '../basics/maybe-promise.ts'
import type { Endpoint } from '../oauth/model/endpoint.ts'
import type { HostedEndpoint } from '../providers/paths.ts'
import type { Provider, Reply } from '../providers/provider.ts'
import { exchangeOf } from './exchange.ts'
import { harmless } from './harmless.ts'

/**
 * Answers one method of one path by sending the reply. It does not resolve with the reply, which is thenable: that would wait until
 * the answer is out, and costs listeners on each response.
 */
export type Handler = (request: FastifyRequest, reply: FastifyReply) => MaybePromise<void>

/** What a path answers, by method; HEAD and OPTIONS follow from these. */
export interface EndpointHandlers {
  readonly endpoint: Endpoint
  /** A page for people: errors for people, and out of reach of other pages' scripts. */
  readonly page?: boolean
  readonly handlers: Readonly<Record<string, Handler>>
}

/** A protocol endpoint and where a provider has it. */
export interface ProtocolEndpoint extends EndpointHandlers {
  /** What of the vendor's it is that may have a host of its own, where that is not named as the endpoint is. */
  readonly hosted?: HostedEndpoint
  /** The provider's paths for it; none when it has no such endpoint. */
  paths(provider: Provider): readonly (string | undefined)[]
}

/** An answer that no cache may keep (RFC 6749 §5.1). */
export function noStore(reply: FastifyReply): FastifyReply {
  return reply.header('Cache-Control', 'no-store').header('Pragma', 'no-cache')
}

/** Sends JSON that no cache may keep. */
export function sendJson(reply: FastifyReply, body: unknown, type = 'application/json'): void {
  noStore(reply).type(type).send(written(body, reply))
}

/** JSON as the vendor writes it. */
function written(body: unknown, reply: FastifyReply): string {
  return JSON.stringify(body, null, exchangeOf(reply.request).sandbox.provider.json_indent)
}

/** Sends what a provider answers; a body that is no string or buffer goes as JSON. */
export function send(reply: FastifyReply, { status, headers, body, as_is }: Reply): void {
  reply.code(status)
  if (headers !== undefined) {
    reply.headers(harmless(headers, exchangeOf(reply.request).context))
    if (String(reply.getHeader('content-type')).startsWith('text/html')) guard(reply)
  }
  if (as_is === true) reply.serializer(String)
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) reply.send(body)
  else (reply.hasHeader('content-type') ? reply : reply.type('application/json')).send(written(body, reply))
}

/** Of a vendor's page that says nothing of it: it loads nothing, nobody frames it, and it is taken for nothing else. */
const guards = {
  'Content-Security-Policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
}

function guard(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(guards)) if (!reply.hasHeader(name)) reply.header(name, value)
}

/** Sends the browser to the client; 303 makes a GET of a POST (RFC 9700 §4.12), which the vendor may leave to browsers. */
export function redirect(reply: FastifyReply, redirect_to: string, status?: 303): void {
  const { sign_in } = exchangeOf(reply.request).sandbox.provider
  reply
    .code(status ?? (reply.request.method === 'POST' ? (sign_in?.answered_status ?? 303) : 302))
    .header('Location', redirect_to)
    .header('Cache-Control', 'no-store')
    .header('Referrer-Policy', 'no-referrer')
    .send()
}
