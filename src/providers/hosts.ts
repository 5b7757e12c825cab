import { ownValue } from '../basics/own-value.ts'
import type { Provider } from './provider.ts'

/** Whether a host name is one of the vendor's own. */
export function isVendors(name: string, { hosts = [] }: Pick<Provider, 'hosts'>): boolean {
  const below = `*${name.slice(Math.max(0, name.indexOf('.')))}`
  return hosts.some((host) => host.toLowerCase() === name || host.toLowerCase() === below)
}

/**
 * The host that has an endpoint, or the issuer, for whoever asks at one of the vendor's; undefined where all stand together, as at
 * grantbox's own names.
 * @param asked a host, with or without a port
 */
export function hostOf(endpoint: string, asked: string, provider: Pick<Provider, 'hosts' | 'endpoint_hosts'>): string | undefined {
  const { endpoint_hosts } = provider
  if (endpoint_hosts === undefined || !isVendors(asked.replace(/:\d+$/, '').toLowerCase(), provider)) return undefined
  return ownValue(endpoint_hosts as Readonly<Record<string, string>>, endpoint)
}

/** The same address at another host, port and all. */
export function atHost<T extends string | undefined>(url: T, host: string | undefined): T {
  return (host === undefined ? url : url?.replace(/^(https?:\/\/)(?:\[[^\]]*\]|[^/:?#]*)/i, `$1${host}`)) as T
}
