import type { IncomingMessage } from 'node:http'
import type { Sandboxes } from '../sandbox/sandboxes.ts'
import { beyondAlias, type Came, originReader } from './origin.ts'

/** Where a request goes. */
export interface Destination {
  /** The sandbox's name; it may have to be made first. */
  name: string
  /** What the client put before the sandbox's own path: empty, or `/` and the sandbox's name. */
  prefix: string
  /** The path below the sandbox, with its query. */
  url: string
}

/** What the Host header alone says. */
const directOrigin = originReader()

/** What ends a segment; global, so that it can begin to look behind the path's first slash. */
const delimiter = /[/?#]/g
/** RFC 8414 §3: the sandbox may stand behind the well-known path. */
const wellKnown = /^(\/\.well-known\/[^/?]+)\/([^/?]+)(\/[^?]*)?(\?.*)?$/s

/** What decides where requests go. */
export interface Routes {
  sandboxes: Sandboxes
  originOf: (request: IncomingMessage) => Came
  /** Host names that are ours although a vendor has them. */
  ownHosts: readonly string[]
  /** Paths that a proxy may have left before ours. */
  ownPaths: readonly string[]
  /** The port at which all sandboxes are; 0 as long as nobody listens. */
  port: () => number
}

/** Where a request goes: to a sandbox, unless that was deleted, or to what is ours at its path. */
export function destinationOf(
  request: IncomingMessage,
  { sandboxes, originOf, ownHosts, ownPaths, port }: Routes,
  localPort = request.socket.localPort,
) {
  const came = originOf(request)
  // At a port of its own there is that sandbox alone, and nobody when it was deleted.
  const isAlone = localPort !== port() && port() !== 0
  const paths = isAlone ? [] : ownPaths
  const url = withoutPaths(isAlone ? withoutHost(request) : (request.url ?? '/'), came.path ? [...paths, came.path] : paths, sandboxes)
  const isOurs = !isAlone && /^\/(_grantbox|dashboard)(?=[/?]|$)/.test(url) && !isToVendor(request, came, ownHosts, sandboxes)
  const { url: asked, origin } = beyondAlias(url, came)
  const destination = isAlone ? atPort(asked, localPort, sandboxes) : isOurs ? undefined : route(asked, origin, sandboxes)
  return { url, isOurs, origin, destination, isAlone }
}

function atPort(target: string, port: number | undefined, sandboxes: Sandboxes): Destination | undefined {
  const name = sandboxes.namedByPort(port)
  return name === undefined ? undefined : { name, prefix: '', url: target.startsWith('/') ? withoutEmpty(target) : '/' }
}

/** The path of a target, which may be of absolute form where nobody is a proxy (RFC 9112 §3.2.2). */
function withoutHost({ url = '/' }: IncomingMessage): string {
  return url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/^(?![/*])/, '/')
}

/** Finds the sandbox of a request: by its Host, by the path's first segment, behind a well-known path, else the default one. */
export function route(target: string, { name, publicName }: Came, sandboxes: Sandboxes): Destination | undefined {
  // `*` is the server as a whole (RFC 9112 §3.2.4); of an absolute address the proxy has left the path.
  const url = target.startsWith('/') ? withoutEmpty(target) : '/'
  const byHost = sandboxes.namedByHost(name) ?? (publicName === name ? undefined : sandboxes.namedByHost(publicName))
  if (byHost !== undefined) return { name: byHost, prefix: '', url }

  delimiter.lastIndex = 1
  const end = delimiter.test(url) ? delimiter.lastIndex - 1 : url.length
  const segment = url.slice(1, end)
  if (segment === '.well-known') {
    const [, path, last, beyond = '', query = ''] = wellKnown.exec(url) ?? []
    const named = last === undefined ? undefined : sandboxes.named(last)
    if (named !== undefined && path !== undefined)
      return { name: named, prefix: `/${named}`, url: `${path}${beyond === '/' ? '' : beyond}${query}` }
  } else {
    const named = sandboxes.named(segment)
    if (named !== undefined)
      return { name: named, prefix: url.slice(0, end), url: url[end] === '/' ? withoutEmpty(url.slice(end)) : `/${url.slice(end)}` }
  }
  const fallback = sandboxes.named(sandboxes.defaultName)
  return fallback === undefined ? undefined : { name: fallback, prefix: '', url }
}

/** A path that begins with one slash: clients put `/.well-known/…` behind an issuer that ends with one. */
function withoutEmpty(path: string): string {
  return path[1] === '/' ? path.replace(/^\/+/, '/') : path
}

/**
 * A target without the path of an address of ours, where a proxy left it; also behind a well-known path, which stands before it (RFC 8414 §3).
 * A path that begins with a sandbox's name is that sandbox's.
 */
export function withoutPaths(target: string, paths: readonly string[], sandboxes: Sandboxes): string {
  if (paths.length === 0) return target
  const [, known = '', rest = target] = /^(\/\.well-known\/[^/?]+)(\/.*)$/s.exec(target) ?? []
  const found = paths.find((path) => rest.startsWith(path) && /^[/?]?$/.test(rest.charAt(path.length)))
  if (found === undefined || sandboxes.named(found.split('/', 2)[1] ?? '') !== undefined) return target
  const below = rest.slice(found.length)
  return known + (below.startsWith('/') || known !== '' ? below : `/${below}`)
}

/**
 * Whether a request is to a vendor's host, at which each path is the vendor's and none is ours: by its Host header, or by what a proxy told.
 * @param own host names that are ours all the same
 */
export function isToVendor(request: IncomingMessage, came: Came, own: readonly string[], sandboxes: Sandboxes): boolean {
  return [came, directOrigin(request)].some(({ name, publicName }) =>
    [name, publicName].some((one) => !own.includes(one) && sandboxes.isVendorHost(one)),
  )
}
