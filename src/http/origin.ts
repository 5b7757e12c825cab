import type { IncomingMessage } from 'node:http'
import { isLoopbackName } from '../basics/loopback.ts'
import type { Peers } from '../basics/peers.ts'
import type { Origin } from '../sandbox/origin.ts'
import { certificatePath, publicHost } from './certificates/host.ts'
import { forwardedNames, forwardedOrigin, hostHeader, isForwarded } from './forwarded.ts'

/** How a client addressed us, and what it told of that without effect. */
export interface Came extends Origin {
  /** The host's name alone, in lower case. */
  readonly name: string
  /** The name that it stands for ({@link publicHost}). */
  readonly publicName: string
  readonly notes?: readonly string[]
  /** The address that was called in the place of the one by which the client knows us. */
  readonly calledAs?: string
}

/** A Host header that was read. */
type Host = Pick<Came, 'host' | 'name' | 'publicName'>

/** Host headers that were read: clients send the same few with every request, and may send whatever they like. */
const known = new Map<string, Host>()
const keptHosts = 100

/** Reads off requests how their clients addressed us. @param trusted proxies that are believed when they tell it */
export function originReader(trusted: Peers = () => false): (request: IncomingMessage) => Came {
  return (request) => {
    const { socket, headers } = request
    const scheme = 'encrypted' in socket && socket.encrypted === true ? 'https' : 'http'
    const { host, name, publicName } = hostOf(request)
    const direct = { scheme, host, name, publicName, port: socket.localPort } as const
    if (!isForwarded(headers)) return direct
    const peer = socket.remoteAddress ?? ''
    if (!trusted(peer)) {
      return { ...direct, notes: [`${forwardedNames(headers)} had no effect: ${peer} is no proxy that --trust-proxy names`] }
    }
    const { origin, notes } = forwardedOrigin(headers, direct)
    return { ...origin, ...readHost(origin.host), notes }
  }
}

/**
 * A path where clients are asked for a certificate, and for whom it stands: a name of loopback, or of the host itself.
 * @returns the path beyond, and how the client knows the server
 */
export function beyondAlias(url: string, came: Came): { url: string; origin: Came } {
  const [alias, scheme = 'https', name = 'localhost'] = url.startsWith('/_mtls') ? (certificatePath.exec(url) ?? []) : []
  if (alias === undefined || !(isLoopbackName(name) || name === came.publicName)) return { url, origin: came }
  const { host, port } = came
  const known = readHost(name + (/:\d+$/.exec(host)?.[0] ?? ''))
  const origin = { ...known, scheme: scheme === 'http' ? 'http' : 'https', port, calledAs: `${came.scheme}://${host}${alias}` } as const
  return { url: url.slice(alias.length).replace(/^(?!\/)/, '/'), origin }
}

/** A Host header that is none counts as localhost. */
function hostOf({ headers, socket }: IncomingMessage): Host {
  const { host = '' } = headers
  const found = known.get(host)
  if (found !== undefined) return found
  if (!hostHeader.test(host)) return readHost(`localhost:${socket.localPort ?? ''}`)
  if (known.size >= keptHosts) known.clear()
  const read = readHost(host)
  known.set(host, read)
  return read
}

/** An origin that was kept, read again. */
export function asCame(origin: Origin): Came {
  return { ...readHost(origin.host), ...origin }
}

function readHost(host: string): Host {
  const name = host.replace(/\.?(:\d+)?$/, '').toLowerCase()
  return { host, name, publicName: publicHost(name) }
}
