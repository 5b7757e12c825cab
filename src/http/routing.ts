import type { IncomingMessage } from 'node:http'
import type { Origin } from '../sandbox/addresses.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Sandboxes } from '../sandbox/sandboxes.ts'
import { publicHost } from './certificates/host.ts'

/** Where a request goes. */
export interface Destination {
  sandbox: Sandbox
  /** What the client put before the sandbox's own path: empty, or `/` and the sandbox's name. */
  prefix: string
  /** The path below the sandbox, with its query. */
  url: string
}

/** A Host header: as the client wrote it, and its name alone, in lower case. */
interface Host {
  host: string
  name: string
  /** The name that it stands for ({@link publicHost}). */
  publicName: string
}

/** What ends a segment; global, so that it can begin to look behind the path's first slash. */
const delimiter = /[/?#]/g
/** RFC 8414 §3: the sandbox may stand behind the well-known path. */
const wellKnown = /^(\/\.well-known\/[^/?]+)\/([^/?]+)(\/[^?]*)?(\?.*)?$/s
const hostHeader = /^([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i

/** Finds the sandbox of a request: by its Host, by the path's first segment, behind a well-known path, else the default one. */
export function route(request: IncomingMessage, sandboxes: Sandboxes): Destination | undefined {
  const url = pathOf(request.url ?? '/')
  const { name, publicName } = hostOf(request)
  const byHost = sandboxes.findByHost(name) ?? (publicName === name ? undefined : sandboxes.findByHost(publicName))
  if (byHost !== undefined) return { sandbox: byHost, prefix: '', url }

  delimiter.lastIndex = 1
  const end = delimiter.test(url) ? delimiter.lastIndex - 1 : url.length
  const segment = url.slice(1, end)
  if (segment === '.well-known') {
    const [, path, name, beyond = '', query = ''] = wellKnown.exec(url) ?? []
    const named = name === undefined ? undefined : sandboxes.find(name)
    if (named !== undefined && path !== undefined)
      return { sandbox: named, prefix: `/${named.name}`, url: `${path}${beyond === '/' ? '' : beyond}${query}` }
  } else {
    const named = sandboxes.find(segment)
    if (named !== undefined)
      return { sandbox: named, prefix: url.slice(0, end), url: url[end] === '/' ? url.slice(end) : `/${url.slice(end)}` }
  }
  const fallback = sandboxes.default
  return fallback === undefined ? undefined : { sandbox: fallback, prefix: '', url }
}

/** A request target may be absolute (RFC 9112 §3.2.2) or `*`. */
function pathOf(target: string): string {
  if (target.startsWith('/')) return target
  const path = /^https?:\/\/[^/?#]*(.*)$/is.exec(target)?.[1] ?? ''
  return path.startsWith('/') ? path : `/${path}`
}

/** The scheme and host by which a client addressed us; a Host header that is none counts as localhost. */
export function originOf(request: IncomingMessage): Origin {
  const { socket } = request
  const scheme = 'encrypted' in socket && socket.encrypted === true ? 'https' : 'http'
  return { scheme, host: hostOf(request).host, port: socket.localPort }
}

/** Host headers that were read: clients send the same few with every request, and may send whatever they like. */
const known = new Map<string, Host>()
const keptHosts = 100

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
  const name = host.replace(/:\d+$/, '').toLowerCase()
  return { host, name, publicName: publicHost(name) }
}
