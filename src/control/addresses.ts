import type { IncomingMessage } from 'node:http'
import { publicHost } from '../http/certificates/host.ts'
import type { Context } from '../oauth/realm/context.ts'
import { spaceNamed } from '../providers/space.ts'
import { type Addresses, addressesFrom, baseUrlFrom, fixedHosts } from '../sandbox/addresses.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { ControlDeps } from './deps.ts'

type AddressDeps = Pick<ControlDeps, 'sandboxes' | 'originOf' | 'addresses'>

/** Where a sandbox is, for whoever sent this request to the control API or the dashboard. */
export function addressesOf(sandbox: Sandbox, request: IncomingMessage, { sandboxes, originOf, addresses = {} }: AddressDeps): Addresses {
  const origin = originOf(request)
  return addressesFrom({ ...origin, host: publicHost(origin.host, sandbox.hosts) }, sandbox, sandboxes, addresses)
}

/** Where a sandbox will be that is not made yet. */
export function baseUrlOf(name: string, request: IncomingMessage, { sandboxes, originOf, addresses = {} }: AddressDeps): string {
  return baseUrlFrom(originOf(request), name, sandboxes, addresses)
}

/** What the protocol is told when the control API asks it in the place of a client. */
export function contextOf(sandbox: Sandbox, { issuer, is_only_issuer }: Addresses): Context {
  const trace = sandbox.space === '' ? {} : { space: sandbox.space }
  return { realm: sandbox, issuer, is_only_issuer, trace, space: spaceNamed(sandbox.space, sandbox.provider) }
}

/** Whether a host name is ours: a sandbox lists it by itself, or it is that of the public or the internal URL. */
export function isOurHost(name: string, { sandboxes, addresses = {} }: Pick<ControlDeps, 'sandboxes' | 'addresses'>): boolean {
  return sandboxes.listsHost(name) || fixedHosts(addresses).includes(name)
}
