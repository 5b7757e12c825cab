import { publicHost } from '../http/certificates/host.ts'
import { isVendors } from '../providers/hosts.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Sandboxes } from '../sandbox/sandboxes.ts'
import { type Credentials, mayPass, readCredentials } from './credentials.ts'
import { type DialOptions, leadsToUs } from './dial.ts'
import { isOwn } from './own-addresses.ts'
import { ProxyRefusal } from './refusal.ts'
import { authority, readUrl, type Target } from './target.ts'

/** `known` answers hosts of sandboxes, `all` leads to all others as well. */
export const proxyModes = ['known', 'all', 'off'] as const
export type ProxyMode = (typeof proxyModes)[number]

/** What decides where somebody is led. */
export interface WayOptions extends DialOptions {
  mode: ProxyMode
  sandboxes: Pick<Sandboxes, 'reach' | 'ownerOf' | 'namedByPort'>
  /** What hosts of no sandbox are led to for. */
  adminToken: string | undefined
  /** Addresses that the start fixes: they are of this server, too. */
  ownUrls: readonly (string | undefined)[]
}

/** Where somebody is led: to a sandbox, to this server itself, or elsewhere. */
export type Way = { to: 'sandbox'; name: string } | { to: 'us' } | { to: 'elsewhere' }

/**
 * Decides where somebody is led who asks for a target.
 * @param authorization the header `Proxy-Authorization`
 * @throws ProxyRefusal when it is nowhere
 */
export async function wayTo(target: Target, authorization: string | undefined, options: WayOptions): Promise<Way> {
  const { mode, sandboxes, adminToken, ownUrls, listens } = options
  if (mode === 'off') {
    throw new ProxyRefusal(
      403,
      `This grantbox is no proxy, so nothing leads to ${authority(target)}: start it with --proxy known or --proxy all`,
    )
  }
  const credentials = credentialsIn(authorization)
  const named = await sandboxNamed(credentials, sandboxes)
  const host = publicHost(target.host)
  if (named !== undefined && speaksFor(named, host)) return { to: 'sandbox', name: named.name }
  const known = sandboxes.ownerOf(target.host) ?? sandboxes.ownerOf(host)
  if (known !== undefined) return { to: 'sandbox', name: known }
  if (isOwn(target, listens())) return ownWay(target, sandboxes)
  if (ownUrls.some((url) => isAt(url, target))) return { to: 'us' }
  if (mode === 'all') {
    if (mayPass(credentials, adminToken)) return { to: 'elsewhere' }
    throw new ProxyRefusal(
      407,
      `${authority(target)} is a host of no sandbox, and this grantbox leads there only who has its admin token: put it in the proxy's ` +
        'address, as in http://_:TOKEN@localhost:9400',
    )
  }
  if (await leadsToUs(target, options)) return ownWay(target, sandboxes)
  throw new ProxyRefusal(
    403,
    `${authority(target)} is a host of no sandbox, and this grantbox leads to those alone: list it among the hosts of a sandbox to have it ` +
      'answered there, start with --proxy all to reach it, or add it to NO_PROXY so that clients go there by themselves',
  )
}

/** Who answers at a port of this machine that is ours: the sandbox that has it to itself, or the server. */
export function ownWay({ port }: Target, sandboxes: Pick<Sandboxes, 'namedByPort'>): Exclude<Way, { to: 'elsewhere' }> {
  const name = sandboxes.namedByPort(port)
  return name === undefined ? { to: 'us' } : { to: 'sandbox', name }
}

function credentialsIn(authorization: string | undefined): Credentials {
  const credentials = readCredentials(authorization)
  if (credentials === undefined) {
    throw new ProxyRefusal(407, 'Proxy-Authorization is not Basic: the user name is a sandbox, the password the admin token')
  }
  return credentials
}

async function sandboxNamed({ sandbox: name }: Credentials, sandboxes: WayOptions['sandboxes']): Promise<Sandbox | undefined> {
  const named = await sandboxes.reach(name)
  if (named !== undefined || name === '') return named
  throw new ProxyRefusal(
    407,
    `There is no sandbox '${name}', which the user name in the proxy's address names: make it first, or leave the name out`,
  )
}

/** Whether a sandbox lists a host, or its vendor has it. */
function speaksFor({ hosts, provider }: Sandbox, host: string): boolean {
  return hosts.includes(host) || isVendors(host, provider)
}

function isAt(url: string | undefined, { host, port }: Target): boolean {
  const found = url === undefined ? undefined : readUrl(url)?.target
  return found?.host === host && found.port === port
}
