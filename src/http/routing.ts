import type { IncomingMessage } from 'node:http'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Sandboxes } from '../sandbox/sandboxes.ts'
import { publicHost } from './certificate-host.ts'

/** Where a request goes. */
export interface Destination {
  sandbox: Sandbox
  /** What the client put before the sandbox's own path: empty, or `/` and the sandbox's name. */
  prefix: string
  /** The path below the sandbox, with its query. */
  url: string
}

/** How a request reached us. */
export interface Origin {
  scheme: 'http' | 'https'
  /** With the port, as the client wrote it. */
  host: string
}

/** The first segment of a path that starts with a slash. */
const firstSegment = /^\/([^/?#]*)(.*)$/s
/** RFC 8414 §3: the sandbox may stand behind the well-known path. */
const wellKnown = /^(\/\.well-known\/[^/?]+)\/([^/?]+)(\/[^?]*)?(\?.*)?$/s
const hostHeader = /^([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i

/** Finds the sandbox of a request: by its Host, by the path's first segment, behind a well-known path, else the default one. */
export function route(request: IncomingMessage, sandboxes: Sandboxes): Destination | undefined {
  const url = pathOf(request.url ?? '/')
  const name = hostName(request)
  const byHost = sandboxes.findByHost(name) ?? sandboxes.findByHost(publicHost(name))
  if (byHost !== undefined) return { sandbox: byHost, prefix: '', url }

  const [, segment = '', rest = ''] = firstSegment.exec(url) ?? []
  if (segment === '.well-known') {
    const [, path, name, beyond = '', query = ''] = wellKnown.exec(url) ?? []
    const named = name === undefined ? undefined : sandboxes.find(name)
    if (named !== undefined && path !== undefined)
      return { sandbox: named, prefix: `/${named.name}`, url: `${path}${beyond === '/' ? '' : beyond}${query}` }
  } else {
    const named = sandboxes.find(segment)
    if (named !== undefined) return { sandbox: named, prefix: `/${segment}`, url: rest.startsWith('/') ? rest : `/${rest}` }
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

/** The host name that a request asks for, without the port, in lower case. */
export function hostName(request: IncomingMessage): string {
  const { host } = originOf(request)
  return host.replace(/:\d+$/, '').toLowerCase()
}

/** The scheme and host by which a client addressed us; a Host header that is none counts as localhost. */
export function originOf(request: IncomingMessage): Origin {
  const { socket, headers } = request
  const scheme = 'encrypted' in socket && socket.encrypted === true ? 'https' : 'http'
  const { host = '' } = headers
  return { scheme, host: hostHeader.test(host) ? host : `localhost:${socket.localPort ?? ''}` }
}
