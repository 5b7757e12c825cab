import type { IncomingMessage } from 'node:http'
import { publicHost } from '../http/certificates/host.ts'
import { type Addresses, addressesFrom } from '../sandbox/addresses.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { ControlDeps } from './deps.ts'

/** Where a sandbox is, for whoever sent this request to the control API or the dashboard. */
export function addressesOf(
  sandbox: Sandbox,
  request: IncomingMessage,
  { sandboxes, originOf, addresses = {} }: Pick<ControlDeps, 'sandboxes' | 'originOf' | 'addresses'>,
): Addresses {
  const { scheme, host } = originOf(request)
  return addressesFrom({ scheme, host: publicHost(host, sandbox.hosts) }, sandbox, sandboxes, addresses)
}
