import { BlockList, isIP } from 'node:net'

/** Whether an address is one of those that were named. */
export type Peers = (address: string) => boolean

/**
 * Reads whose word is taken: `off`, `loopback`, or addresses and networks (RFC 4632), with commas or spaces between.
 * @returns undefined when it is none of these
 */
export function readPeers(text: string): Peers | undefined {
  if (text === 'off') return () => false
  const list = new BlockList()
  const entries = text.split(/[\s,]+/).flatMap((one) => (one === 'loopback' ? ['127.0.0.0/8', '::1'] : one === '' ? [] : [one]))
  if (entries.length === 0 || !entries.every((one) => add(one, list))) return undefined
  // An IPv4 client of an IPv6 socket (`::ffff:10.0.0.1`) is looked up as what it stands for.
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

function add(entry: string, list: BlockList): boolean {
  const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? []
  const version = isIP(address)
  const longest = version === 6 ? 128 : 32
  if (version === 0 || Number(length ?? longest) > longest) return false
  list.addSubnet(address, Number(length ?? longest), version === 6 ? 'ipv6' : 'ipv4')
  return true
}
