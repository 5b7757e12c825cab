import { ownValue } from '../basics/own-value.ts'
import type { Provider } from './provider.ts'

/** Whether a host name is one that a pattern stands for: a label `*` is any one label. */
export function isHostOf(name: string, pattern: string): boolean {
  if (!pattern.includes('*')) return pattern === name
  const [labels, named] = [pattern.split('.'), name.split('.')]
  return labels.length === named.length && labels.every((label, at) => label === named[at] || (label === '*' && named[at] !== ''))
}

/** Whether a host name is one of the vendor's own. */
export function isVendors(name: string, { hosts = [] }: Pick<Provider, 'hosts'>): boolean {
  return hosts.some((host) => isHostOf(name, host.toLowerCase()))
}

/**
 * The host that has an endpoint, or the issuer, for whoever asks at one of the vendor's; undefined where all stand together, as at
 * grantbox's own names. An issuer's may have a part of the space for a label, as `{tenant}.vendor.example`.
 * @param asked a host, with or without a port
 */
export function hostOf(endpoint: string, asked: string, provider: Pick<Provider, 'hosts' | 'endpoint_hosts'>): string | undefined {
  const { endpoint_hosts } = provider
  const name = asked.replace(/:\d+$/, '').toLowerCase()
  if (endpoint_hosts === undefined || !isVendors(name, provider)) return undefined
  const hosts = [ownValue(endpoint_hosts as Readonly<Record<string, string | readonly string[]>>, endpoint) ?? []].flat()
  const found = hosts.find((host) => isHostOf(name, host.toLowerCase().replace(/\{\w+\}/g, '*')))
  if (found === undefined) return hosts[0]
  return found.includes('{') ? found : name
}

/** The same address at another host, port and all. */
export function atHost<T extends string | undefined>(url: T, host: string | undefined): T {
  return (host === undefined ? url : url?.replace(/^(https?:\/\/)(?:\[[^\]]*\]|[^/:?#]*)/i, `$1${host}`)) as T
}
