import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { Endpoint } from '../oauth/model/endpoint.ts'
import type { Reason } from '../oauth/model/reasons.ts'
import type { Context } from '../oauth/realm/context.ts'
import type { Trace } from '../oauth/realm/trace.ts'
import type { Session } from '../oauth/storage/session-store.ts'
import type { Provider } from '../providers/provider.ts'
import { editionOf, issuerIn, ownSpaceOf, pathsIn, spaceAt } from '../providers/space.ts'
import { type Addresses, addressesAt, type FixedAddresses, pathOf } from '../sandbox/addresses.ts'
import type { JournalEntry } from '../sandbox/journal.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { publicHost } from './certificates/host.ts'
import { connectionOf } from './listener/connection.ts'
import type { Came } from './origin.ts'
import type { Destination } from './routing.ts'
import { HttpTransport } from './transport.ts'

/** What the start says of every sandbox's addresses. */
export interface ExchangeOptions extends FixedAddresses {
  /** Where TLS clients are asked for a certificate; only where loopback is called by its address when absent. */
  clientCertificates?: 'mtls' | 'always' | undefined
}

/** One request to a sandbox while it is answered, and what the journal will say of it. */
export interface Exchange extends Readonly<Addresses> {
  readonly sandbox: Sandbox
  readonly prefix: string
  /** As the client sent it. */
  readonly url: string
  /** Scheme, host and prefix as the client wrote them, or a proxy told: with the sandbox, all that its addresses follow from. */
  readonly called: string
  readonly origin: Came
  /** The provider's paths in the space that was asked for. */
  readonly paths: Provider['paths']
  readonly context: Context
  readonly time: number
  readonly started: number
  /** The number of the connection that it came by. */
  readonly connection: number | undefined
  endpoint: Endpoint
  /** The host and port that were called, when it came through the proxy. */
  host?: string
  /** The journal's request that it repeats. */
  again_of?: number
  error?: string
  reason?: Reason
  explanation?: string
  /** The request when it has come whole, until it is answered. */
  came?: Pick<FastifyRequest, 'method' | 'headers' | 'body'> | undefined
  /** The session of its browser, once it was looked up. */
  browser?: { readonly session: Session | undefined }
  /** Set when its connection ended without an answer: what the journal says of it. */
  brokenOff?: JournalEntry
}

/** Where a request carries its exchange; a WeakMap of as many entries keeps the garbage collector busy. */
const key = Symbol('exchange')

interface Routed extends IncomingMessage {
  [key]?: Exchange
}

/** Begins the exchange of a request that was routed. */
export function beginExchange(
  request: IncomingMessage,
  origin: Came,
  { sandbox: found, prefix, url }: Omit<Destination, 'name'> & { sandbox: Sandbox },
  options: ExchangeOptions,
): Exchange {
  const { scheme, host, notes, path = '', isForwarded = false, calledAs = `${scheme}://${host}` } = origin
  const { provider } = found
  const space = spaceAt(provider, withoutAliasPath(url, found))
  // One that is not there is refused when it is known whose path it was.
  const own = ownSpaceOf(space, provider)
  const sandbox = own === '' ? found : (found.spaces.find(own) ?? found)
  const paths = pathsIn(provider, space)
  const addresses = addressesAt(sandbox, { ...origin, host: publicHost(host, sandbox.hosts) }, prefix, options, space)
  const { base_url, asked_url, internal_url, program_url, issuer, is_only_issuer } = addresses
  const part = space && provider.own_keys?.(space)
  const trace: Trace = notes === undefined ? {} : { notes: [...notes] }
  if (own !== '' && sandbox.space === own) trace.space = own
  const transport = new HttpTransport(request, {
    scheme,
    host,
    prefix,
    addresses,
    path: url,
    token_path: paths.token,
    issuer_path: issuerIn(space, editionOf(provider, space).issuer_path),
    asking: options.clientCertificates,
    isForwarded,
    calledAs,
  })
  return {
    sandbox,
    prefix,
    url: request.url ?? '/',
    called: `${isForwarded ? 'by way of ' : ''}${scheme}://${host}${path}${prefix}`,
    base_url,
    asked_url,
    internal_url,
    program_url,
    issuer,
    is_only_issuer,
    origin,
    paths,
    context: {
      realm: part === undefined ? sandbox : { ...sandbox, keys: sandbox.keys.of(part) },
      issuer,
      is_only_issuer,
      trace,
      transport,
      space,
    },
    time: sandbox.clock.now(),
    started: performance.now(),
    connection: connectionOf(request.socket),
    endpoint: 'api',
  }
}

/** A path below a sandbox as its routes know it: without what its discovery puts before some. */
export function withoutAliasPath(url: string, { settings: { alias_path } }: Sandbox): string {
  return alias_path !== null && url.startsWith(`${alias_path}/`) ? url.slice(alias_path.length) : url
}

/** The path at which browsers find the sandbox, without a slash at the end. */
export function pagePath({ base_url }: Exchange): string {
  return pathOf(base_url)
}

/** The path at which they find what all sandboxes share. */
export function rootPath(exchange: Exchange): string {
  const path = pagePath(exchange)
  const { sandbox, prefix } = exchange
  // A public address of its own leads to this sandbox alone.
  return sandbox.settings.public_url === null && path.endsWith(prefix) ? path.slice(0, path.length - prefix.length) : path
}

/** The same for what answers a request; empty for one that was not routed. */
export function rootOf(request: FastifyRequest): string {
  const exchange = carriedBy(request.raw)
  return exchange === undefined ? '' : rootPath(exchange)
}

/** Lets a request carry its exchange to the handlers. */
export function carry(request: Routed, exchange: Exchange): void {
  request[key] = exchange
}

/** The exchange of a request that was routed to a sandbox. */
export function carriedBy(request: Routed): Exchange | undefined {
  return request[key]
}

/** The exchange of a request that reached a provider's routes. */
export function exchangeOf(request: FastifyRequest): Exchange {
  const exchange = (request.raw as Routed)[key]
  if (exchange === undefined) throw new Error('the request was not routed to a sandbox')
  return exchange
}
