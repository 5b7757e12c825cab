import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Target } from './target.ts'

/** Where this server listens; 0.0.0.0 and :: are all addresses of this machine. */
export interface Listens {
  addresses: readonly string[]
  /** 0 as long as it does not listen. */
  port: number
  /** Whether a port is one that a sandbox has to itself. */
  isAlone?: (port: number) => boolean
}

/** What means this machine, wherever it listens. */
const anywhere = listOf(['0.0.0.0', '::', '::1'])
anywhere.addSubnet('127.0.0.0', 8)

/**
 * Whether a connection to this target would come back to us, so that nothing goes round in a circle. Of a name only those are known that
 * mean this machine by themselves.
 */
export function isOwn({ host, port }: Target, listens: Listens): boolean {
  if (!isOwnPort(port, listens)) return false
  const { addresses } = listens
  if (isIP(host) === 0) return host === 'localhost' || host.endsWith('.localhost')
  const isAnyOfThisMachine = addresses.some((one) => one === '0.0.0.0' || one === '::')
  const all = isAnyOfThisMachine
    ? Object.values(networkInterfaces()).flatMap((some) => some?.map(({ address }) => address) ?? [])
    : addresses
  return [anywhere, listOf(all)].some((list) => list.check(host, familyOf(host)))
}

/** Whether this server listens on a port at all. */
export function isOwnPort(port: number, { port: own, isAlone }: Listens): boolean {
  return port === own || isAlone?.(port) === true
}

/** It knows an IPv4 address also as one of IPv6 that stands for it, however that is written. */
function listOf(addresses: readonly string[]): BlockList {
  const list = new BlockList()
  for (const address of addresses) list.addAddress(address, familyOf(address))
  return list
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
