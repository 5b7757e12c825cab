import type { Sandbox } from './sandbox.ts'
import type { Sandboxes } from './sandboxes.ts'

/**
 * Where a sandbox is: whoever tells anybody an address of one has it from here. What a request says of how it came, and below which
 * host and path a sandbox stands for others, is decided in this file; `originOf` in `http/routing.ts` reads it off the request.
 */

/** Addresses that the start fixes for every sandbox, without a slash at the end. */
export interface FixedAddresses {
  issuer?: string | undefined
  /** As browsers reach this server. */
  publicUrl?: string | undefined
  /** As other containers reach it. */
  internalUrl?: string | undefined
}

/** How a request reached the server. */
export interface Origin {
  scheme: 'http' | 'https'
  /** With the port, as the client wrote it. */
  host: string
}

/** A sandbox's addresses, without a slash at the end. */
export interface Addresses {
  base_url: string
  /** The same as other containers reach it. */
  internal_url: string
  issuer: string
}

/** The addresses of a sandbox that was asked at `addressed`: a setting wins, then what the start fixes. */
export function addressesAt(
  { settings, provider }: Pick<Sandbox, 'settings' | 'provider'>,
  { scheme, host }: Origin,
  prefix: string,
  fixed: FixedAddresses,
): Addresses {
  const addressed = `${scheme}://${host}${prefix}`
  const fixedAs = (url: string | undefined) => (url === undefined ? addressed : `${url}${prefix}`)
  return {
    base_url: settings.public_url ?? fixedAs(fixed.publicUrl),
    internal_url: settings.internal_url ?? fixedAs(fixed.internalUrl),
    issuer: settings.issuer ?? fixedAs(fixed.issuer) + (provider.issuer_path ?? ''),
  }
}

/** Names of this machine for itself; one is where every sandbox can be reached, as long as none lists it as its own. */
const ownNames = ['localhost', '127.0.0.1', '[::1]']

/** The addresses of any sandbox for whoever asked at this origin, which may be the host of one. */
export function addressesFrom(
  { scheme, host }: Origin,
  sandbox: Sandbox,
  sandboxes: Pick<Sandboxes, 'findByHost' | 'defaultName'>,
  fixed: FixedAddresses,
): Addresses {
  const [, name = host, port = ''] = /^(.*?)(:\d+)?$/.exec(host) ?? []
  const owner = sandboxes.findByHost(name.toLowerCase())
  if (owner?.name === sandbox.name) return addressesAt(sandbox, { scheme, host }, '', fixed)
  const prefix = sandbox.name === sandboxes.defaultName ? '' : `/${sandbox.name}`
  if (owner === undefined) return addressesAt(sandbox, { scheme, host }, prefix, fixed)
  // The host of a sandbox serves that one alone, at every path.
  const free = ownNames.find((one) => sandboxes.findByHost(one) === undefined) ?? name
  return addressesAt(sandbox, { scheme, host: free + port }, prefix, fixed)
}

/** Where people sign in and programs get tokens. */
export function endpointsAt(base_url: string, { paths }: Sandbox['provider']): { authorization_endpoint: string; token_endpoint: string } {
  return { authorization_endpoint: base_url + paths.authorize, token_endpoint: base_url + paths.token }
}
