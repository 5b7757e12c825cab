import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { Context, Trace } from '../oauth/context.ts'
import type { Endpoint } from '../providers/provider.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { type Destination, originOf } from './routing.ts'

/** Addresses that the start fixes for every sandbox, without a slash at the end. */
export interface FixedAddresses {
  issuer?: string | undefined
  publicUrl?: string | undefined
}

/** One request to a sandbox while it is answered, and what the journal will say of it. */
export interface Exchange {
  readonly sandbox: Sandbox
  readonly prefix: string
  /** As the client sent it. */
  readonly url: string
  /** The sandbox's base URL as the client addressed it, without a slash at the end. */
  readonly base_url: string
  readonly context: Context
  readonly time: number
  readonly started: number
  endpoint: Endpoint
  error?: string
  explanation?: string
}

const exchanges = new WeakMap<IncomingMessage, Exchange>()

/** Begins the exchange of a request that was routed. */
export function beginExchange(request: IncomingMessage, { sandbox, prefix }: Destination, fixed: FixedAddresses): void {
  const { scheme, host } = originOf(request)
  const base_url = `${scheme}://${host}${prefix}`
  const { settings } = sandbox
  const issuer = settings.issuer ?? (fixed.issuer === undefined ? base_url : `${fixed.issuer}${prefix}`)
  const trace: Trace = {}
  exchanges.set(request, {
    sandbox,
    prefix,
    url: request.url ?? '/',
    base_url: fixed.publicUrl === undefined ? base_url : `${fixed.publicUrl}${prefix}`,
    context: { realm: sandbox, issuer, trace },
    time: sandbox.clock.now(),
    started: performance.now(),
    endpoint: 'api',
  })
}

/** The exchange of a request that reached a provider's routes. */
export function exchangeOf(request: FastifyRequest): Exchange {
  const exchange = exchanges.get(request.raw)
  if (exchange === undefined) throw new Error('the request was not routed to a sandbox')
  return exchange
}
