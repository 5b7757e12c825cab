import { BlockList, isIP } from 'node:net'

/** How long a client under development may take to answer, milliseconds. */
const patience = 3000

const near = new BlockList()
near.addSubnet('127.0.0.0', 8)
near.addSubnet('10.0.0.0', 8)
near.addSubnet('172.16.0.0', 12)
near.addSubnet('192.168.0.0', 16)
near.addAddress('::1', 'ipv6')
near.addSubnet('fc00::', 7, 'ipv6')

/**
 * Whether a host is this machine or stands on a private network, as the containers beside it do: a private address, a name
 * without a dot, or one that no public name server knows (RFC 6761 §6, RFC 6762 §3). Nothing else is ever called.
 */
export function isNearby(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  if (family !== 0) return near.check(host, family === 4 ? 'ipv4' : 'ipv6')
  return !host.includes('.') || /\.(localhost|local|test|internal)$/i.test(host)
}

/**
 * Posts a form to a client nearby.
 * @returns why it did not arrive; undefined when it did
 */
export async function postNearby(uri: string, form: Readonly<Record<string, string>>): Promise<string | undefined> {
  if (!URL.canParse(uri)) return 'it is no URL'
  const { protocol, hostname } = new URL(uri)
  if (!/^https?:$/.test(protocol) || !isNearby(hostname))
    return `${hostname || uri} is neither this machine nor on a private network, and is never called`
  try {
    const response = await fetch(uri, {
      method: 'POST',
      body: new URLSearchParams(form),
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    })
    await response.body?.cancel()
    return response.ok ? undefined : `it answered ${response.status}`
  } catch (error) {
    const { message, cause } = error as Error
    return cause instanceof Error ? cause.message : message
  }
}
