import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Target } from './target.ts'

/** Where this server listens; 0.0.0.0 and :: are all addresses of this machine. */
export interface Listens {
  addresses: readonly string[]
  /** 0 as long as it does not listen. */
  port: number
}

/**
 * Whether a connection to this target would come back to us, so that nothing goes round in a circle. Of a name only those are known that
 * mean this machine by themselves.
 */
export function isOwn({ host, port }: Target, { addresses, port: own }: Listens): boolean {
  if (port !== own) return false
  if (isIP(host) === 0) return host === 'localhost' || host.endsWith('.localhost')
  const address = host.replace(/^::ffff:(?=\d+\.)/, '')
  if (addresses.includes(address) || address.startsWith('127.') || ['::1', '0.0.0.0', '::'].includes(address)) return true
  const isAnyOfThisMachine = addresses.some((one) => one === '0.0.0.0' || one === '::')
  return isAnyOfThisMachine && Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address))
}
