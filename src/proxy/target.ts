import { isIP } from 'node:net'

/** Where a client of the proxy wants to be led. */
export interface Target {
  /** A name in lower case, or an address without brackets. */
  host: string
  port: number
}

/** RFC 1035 §2.3.4. */
const longestName = 253
const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/

/**
 * Reads `host:port`, as CONNECT has it (RFC 9110 §9.3.6), where the port may not be absent.
 * @param usualPort what an absolute URL means that names none
 * @returns undefined when it is no such thing
 */
export function readAuthority(text: string, usualPort?: number): Target | undefined {
  const [, address, name = '', digits] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const port = digits === undefined ? usualPort : Number(digits)
  if (port === undefined || port < 1 || port > 65_535) return undefined
  // An address of IPv6 can be written in many ways, of which a URL knows one.
  if (address !== undefined) return isIP(address) === 6 ? { host: new URL(`http://[${address}]`).hostname.slice(1, -1), port } : undefined
  const host = name.toLowerCase().replace(/[.]$/, '')
  return isIP(host) === 4 || isName(host) ? { host, port } : undefined
}

/** What looks like an address and is none, as 127.1 or 0x7f.0.0.1, would be read as one by some and as a name by others. */
function isName(host: string): boolean {
  const labels = host.split('.')
  return host.length <= longestName && labels.every((one) => label.test(one)) && !/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')
}

/** As it stands in a request: an IPv6 address in brackets. */
export function authority({ host, port }: Target): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
}

/** Reads an absolute http or https URL, as a request for a proxy has it (RFC 9112 §3.2.2); one with credentials is none. */
export function readUrl(text: string): { url: URL; target: Target } | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const target = url.username === '' && url.password === '' ? readAuthority(url.host, usualPort(url)) : undefined
  return target && { url, target }
}

export function usualPort({ protocol }: URL): number {
  return protocol === 'https:' ? 443 : 80
}

export function isSame(one: Target | undefined, other: Target): boolean {
  return one?.host === other.host && one.port === other.port
}
