import { isIPv4 } from 'node:net'

const privateNetworks = /^(127|10)\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^169\.254\./
const privateNetworks6 = /^\[(::1|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]$/

/**
 * Whether a URL's host is this machine or its private network: a loopback or private address, or a name that only a private
 * network knows, as containers have. Nothing else is ever called.
 */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.toLowerCase()
  if (isIPv4(host)) return privateNetworks.test(host)
  if (host.startsWith('[')) return privateNetworks6.test(host)
  return !host.includes('.') || /\.(localhost|local|internal|test|lan)$/.test(host)
}
