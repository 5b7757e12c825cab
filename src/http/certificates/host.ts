import { isIP } from 'node:net'

/**
 * Hosts whose first label is this ask TLS clients for a certificate (RFC 8705 §5: `mtls_endpoint_aliases`); what follows is
 * the host that they stand for. At others nobody is asked: a browser that has certificates would make its user choose one.
 */
const label = /^mtls\./i

/** Whether a TLS client that calls this name is asked for a certificate. */
export function asksForCertificate(serverName: string | undefined): boolean {
  return serverName !== undefined && label.test(serverName)
}

/**
 * The host that a host stands for, so that both have one issuer.
 * @param own hosts that a sandbox lists: one of them stands for itself, whatever its name
 */
export function publicHost(host: string, own: readonly string[] = []): string {
  if (!label.test(host) || own.includes(host.replace(/:\d+$/, '').toLowerCase())) return host
  return host.replace(label, '')
}

/** Where the clients of a host are asked for a certificate; undefined for an address, which has no names below it. */
export function certificateHost(host: string): string | undefined {
  if (label.test(host)) return host
  const [, address, name = address ?? '', port = ''] = /^(?:\[([^\]]*)\]|([^:]*))(:\d+)?$/.exec(host) ?? []
  if (isIP(name) === 0) return `mtls.${host}`
  return name === '::1' || name.startsWith('127.') ? `mtls.localhost${port}` : undefined
}
