import type { IncomingMessage } from 'node:http'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { ControlDeps } from './deps.ts'

/** Where a sandbox is, for whoever sent this request. URLs without a slash at the end. */
export interface Addresses {
  base_url: string
  issuer: string
}

/** The setting `public_url` wins, then what the start fixes, then the address by which this request came. */
export function addressesOf(
  sandbox: Sandbox,
  request: IncomingMessage,
  { sandboxes, originOf, addresses = {} }: Pick<ControlDeps, 'sandboxes' | 'originOf' | 'addresses'>,
): Addresses {
  const { scheme, host } = originOf(request)
  const { issuer, public_url } = sandbox.settings
  const hostsOwner = sandboxes.findByHost(host.replace(/:\d+$/, '').toLowerCase())?.name
  const prefix = sandbox.name === (hostsOwner ?? sandboxes.defaultName) ? '' : `/${sandbox.name}`
  const addressed = `${scheme}://${host}${prefix}`
  const fixed = (url: string | undefined) => (url === undefined ? addressed : `${url}${prefix}`)
  return {
    base_url: typeof public_url === 'string' ? public_url : fixed(addresses.publicUrl),
    issuer: issuer ?? fixed(addresses.issuer) + (sandbox.provider.issuer_path ?? ''),
  }
}
