import { atHost, hostOf } from '../providers/hosts.ts'

import { editionOf, issuerIn, pathsOf, spaceNamed } from '../providers/space.ts'

import type { Origin } from './origin.ts'
import type { Sandbox } from './sandbox.ts'
import type { Sandboxes } from './sandboxes.ts'

/**
 * Where a sandbox is: whoever tells anybody an address of one has it from here. What a request says of how it came, and below which
 * host and path a sandbox stands for others, is decided in this file; `http/origin.ts` reads it off the request.
 */

/** Addresses that the start fixes for every sandbox, without a slash at the end. */
export interface FixedAddresses {
  issuer?: string | undefined
  /** As browsers reach this server. */
  publicUrl?: string | undefined
  /** As other containers reach it. */
  internalUrl?: string | undefined
}

/** A sandbox's addresses. But for the issuer they have no slash at the end. */
export interface Addresses {
  /** Where browsers reach it. */
  base_url: string
  /** Where whoever asked reached it. */
  asked_url: string
  /** As other containers reach it. */
  internal_url: string
  /** Where the programs of whoever asked are to call it. */
  program_url: string
  /** What whoever asked compares `iss` with. */
  issuer: string
  /** Whether it is the issuer for everybody. Of several addresses, a callback cannot know the one by which its client calls. */
  is_only_issuer: boolean
}

/**
 * The addresses of a sandbox that was asked at an origin: a setting wins, then what the start fixes. Each client is told the issuer
 * and the endpoints of the address by which it asks, since that is what it compares, unless the issuer is fixed.
 */
export function addressesAt(
  { settings, provider, space: own }: Pick<Sandbox, 'settings' | 'provider' | 'space'>,
  origin: Origin,
  prefix: string,
  fixed: FixedAddresses,
  space = spaceNamed(own, provider),
): Addresses {
  const publicUrl = settings.public_url ?? below(fixed.publicUrl, prefix)
  const internalUrl = settings.internal_url ?? below(fixed.internalUrl, prefix)
  const edition = editionOf(provider, space)
  const issuer_path = issuerIn(space, edition.issuer_path)
  const fixedIssuer = settings.issuer === null ? below(below(fixed.issuer, prefix), issuer_path) : issuerIn(space, settings.issuer)
  const isPublic = publicUrl !== undefined && isReachedBy(publicUrl, origin)
  const asked_url = isPublic ? publicUrl : addressed(origin, prefix)
  const internal_url = internalUrl ?? asked_url
  return {
    base_url: publicUrl ?? addressed(origin, prefix),
    asked_url,
    internal_url,
    program_url: isPublic || fixedIssuer === undefined ? asked_url : internal_url,
    issuer: fixedIssuer ?? issuerIn(space, atHost(asked_url, hostOf('issuer', origin.host, edition))) + issuer_path,
    is_only_issuer: fixedIssuer !== undefined || (publicUrl === undefined && internalUrl === undefined),
  }
}

/** As whoever asked wrote it. */
function addressed({ scheme, host, path = '' }: Origin, prefix: string): string {
  return `${scheme}://${host}${path}${prefix}`
}

/** An address below a URL, which may end with a slash of its own. */
function below<T extends string | undefined>(url: T, path: string): T | string {
  return url === undefined || path === '' ? url : url.replace(/\/$/, '') + path
}

/**
 * Whether a request came by a URL: by its host and scheme, or over http where TLS ends before us. On a port of ours it does not,
 * since that speaks both. Whoever came through a proxy came by the public address, whatever the proxy tells.
 */
function isReachedBy(url: string, { scheme, host, port, isForwarded }: Origin): boolean {
  if (isForwarded === true) return true
  const [, urlScheme, urlHost = '', urlPort] = /^(https?):\/\/([^/:]+|\[[^\]]*\](?=[:/]|$))(?::(\d+))?(?:\/|$)/i.exec(url) ?? []
  const named = urlPort === undefined ? urlHost : `${urlHost}:${urlPort}`
  if (named.toLowerCase() !== host.toLowerCase()) return false
  return urlScheme === scheme || (urlScheme === 'https' && port !== Number(urlPort ?? 443))
}

/** Where whoever asked reached the server itself. */
export function serverUrl(origin: Origin, { publicUrl }: FixedAddresses): string {
  return publicUrl !== undefined && isReachedBy(publicUrl, origin) ? publicUrl : addressed(origin, '')
}

/** The path of an address; empty for the root. */
export function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/]*/i, '').replace(/\/$/, '')
}

/** The host names that the start fixes for this server. */
export function fixedHosts({ publicUrl, internalUrl }: FixedAddresses): string[] {
  return [publicUrl, internalUrl].flatMap((url) => (url === undefined ? [] : [new URL(url).hostname]))
}

/** Names of this machine for itself; one is where every sandbox can be reached, as long as none lists it as its own. */
const ownNames = ['localhost', '127.0.0.1', '[::1]']

/** The addresses of any sandbox for whoever asked at this origin, which may be the host of one. */
export function addressesFrom(origin: Origin, sandbox: Sandbox, sandboxes: NamedSandboxes, fixed: FixedAddresses): Addresses {
  const way = wayFrom(origin, sandbox.name, sandboxes)
  return addressesAt(sandbox, way.origin, way.prefix, way.isAlone ? fixedAtPort(sandbox.name, sandboxes, fixed) : fixed)
}

/** Where a sandbox is that was not made yet. */
export function baseUrlFrom(origin: Origin, sandbox: string, sandboxes: NamedSandboxes, fixed: FixedAddresses): string {
  const { origin: at, prefix, isAlone } = wayFrom(origin, sandbox, sandboxes)
  return (isAlone ? undefined : below(fixed.publicUrl, prefix)) ?? addressed(at, prefix)
}

type NamedSandboxes = Pick<Sandboxes, 'namedByHost' | 'portOf' | 'defaultName'>

/**
 * What the start fixes at the port that a sandbox has to itself: the issuer, which is one everywhere. The other addresses lead to the
 * port of all.
 */
export function fixedAtPort(sandbox: string, { defaultName }: Pick<Sandboxes, 'defaultName'>, { issuer }: FixedAddresses): FixedAddresses {
  return { issuer: below(issuer, prefixOf(sandbox, defaultName)) }
}

function prefixOf(sandbox: string, defaultName: string): string {
  return sandbox === defaultName ? '' : `/${sandbox}`
}

/** At which host and below which path a sandbox answers those who asked at this origin; a port of its own is where it is alone. */
function wayFrom(origin: Origin, sandbox: string, sandboxes: NamedSandboxes): { origin: Origin; prefix: string; isAlone?: true } {
  const { host, scheme, port: ours } = origin
  const [, name = host, port = ''] = /^(.*?)(:\d+)?$/.exec(host) ?? []
  const owner = sandboxes.namedByHost(name.toLowerCase())
  // The host of a sandbox serves that one alone, at every path.
  const isOthers = owner !== undefined && owner !== sandbox
  const at = isOthers ? (ownNames.find((one) => sandboxes.namedByHost(one) === undefined) ?? name) : name
  const own = sandboxes.portOf(sandbox)
  // A proxy leads to the port that it knows.
  if (own !== undefined && origin.isForwarded !== true)
    return { origin: { scheme, host: `${at}:${own}`, port: ours }, prefix: '', isAlone: true }
  return {
    origin: isOthers ? { ...origin, host: at + port } : origin,
    prefix: owner === sandbox ? '' : prefixOf(sandbox, sandboxes.defaultName),
  }
}

type Spoken = Pick<Sandbox, 'provider' | 'space'>

/** Where people sign in and programs get tokens. */
export function endpointsAt(base_url: string, sandbox: Spoken): { authorization_endpoint: string; token_endpoint: string } {
  const { authorize, token } = pathsOf(sandbox)
  return { authorization_endpoint: base_url + authorize, token_endpoint: base_url + token }
}

/** Where the documents of discovery are. */
export function discoveriesAt(base_url: string, { provider, space }: Spoken): string[] {
  const issuer = base_url + issuerIn(spaceNamed(space, provider), provider.issuer_path ?? '').replace(/\/$/, '')
  return (provider.paths.discovery ?? []).map((name) => `${issuer}/.well-known/${name}`)
}

/** Where OpenID Connect's is; undefined for a provider that has none. */
export function discoveryAt(base_url: string, sandbox: Spoken): string | undefined {
  return discoveriesAt(base_url, sandbox).find((url) => url.endsWith('/openid-configuration'))
}
