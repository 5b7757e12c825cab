import { isIP } from 'node:net'
import { isLoopbackName } from '../../basics/loopback.ts'

/**
 * Hosts whose first label is this ask TLS clients for a certificate (RFC 8705 §5: `mtls_endpoint_aliases`); what follows is
 * the host that they stand for. At others nobody is asked: a browser that has certificates would make its user choose one.
 */
const label = /^mtls\./i

/** Whether a name says that its clients are asked for a certificate. */
export function isNamedForCertificates(name: string): boolean {
  return label.test(name)
}

/** Whether a TLS client that calls this name is asked for a certificate; one that names an address or nothing has no browser's user behind it. */
export function asksForCertificate(serverName: string | undefined): boolean {
  return serverName === undefined || isIP(serverName) !== 0 || label.test(serverName)
}

/**
 * The host that a host stands for, so that both have one issuer.
 * @param own hosts that a sandbox lists: one of them stands for itself, whatever its name
 */
export function publicHost(host: string, own: readonly string[] = []): string {
  if (!label.test(host) || own.includes(host.replace(/:\d+$/, '').toLowerCase())) return host
  return host.replace(label, '')
}

/**
 * Where the clients of an address are asked for a certificate. It must resolve where they run, which no name below localhost does in
 * most containers: so loopback's names have an address, and a path that says which of them is meant ({@link certificatePath}).
 * @param asking what the start says; without it nobody is asked at names below other hosts, which nobody may have made
 */
export function certificateUrl(scheme: string, host: string, asking: 'mtls' | 'always' | undefined): string | undefined {
  const known = publicHost(host)
  const [, name = '', port = ''] = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(known) ?? []
  if (known !== host && !isLoopbackName(name)) return `https://${host}`
  const where = asking === 'always' ? known : placeFor(name, known, port, asking)
  if (where === undefined) return undefined
  if (scheme === 'https' && publicHost(where) === known) return `https://${where}`
  return `https://${where}/_mtls${scheme === 'https' && name === 'localhost' ? '' : `/_${scheme}_${name}`}`
}

function placeFor(name: string, host: string, port: string, asking: 'mtls' | undefined): string | undefined {
  if (isLoopbackName(name)) return `${name === '[::1]' ? name : '127.0.0.1'}${port}`
  return asking === 'mtls' && !name.startsWith('[') && isIP(name) === 0 ? `mtls.${host}` : undefined
}

/** What a path at such a place begins with: for whom it stands, https://localhost unless it is said. */
export const certificatePath = /^\/_mtls(?:\/_(https?)_([^/?]+))?(?=[/?]|$)/
