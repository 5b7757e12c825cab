import type { IncomingMessage } from 'node:http'
import type { Peers } from '../basics/peers.ts'
import type { Origin } from '../sandbox/addresses.ts'
import { publicHost } from './certificates/host.ts'
import { forwardedNames, forwardedOrigin, hostHeader, isForwarded } from './forwarded.ts'

/** How a client addressed us, and what it told of that without effect. */
export interface Came extends Origin {
  /** The host's name alone, in lower case. */
  readonly name: string
  /** The name that it stands for ({@link publicHost}). */
  readonly publicName: string
  readonly notes?: readonly string[]
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

function readHost(host: string): Host {
  const name = host.replace(/\.?(:\d+)?$/, '').toLowerCase()
  return { host, name, publicName: publicHost(name) }
}
