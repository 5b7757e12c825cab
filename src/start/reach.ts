import { isLoopbackName } from '../basics/loopback.ts'
import { type Peers, readPeers } from '../basics/peers.ts'
import { StartError } from '../basics/start-error.ts'

/** Who can reach a server, as it is started. */
interface Reach {
  host: string
  publicUrl?: string | undefined
  trustProxy?: string | undefined
}

/** Whether nobody but this machine's programs and browsers can reach it. A proxy makes everybody look as if he were on this machine. */
export function isForThisMachine({ host, publicUrl, trustProxy = 'off' }: Reach): boolean {
  return trustProxy === 'off' && isLoopbackName(host) && (publicUrl === undefined || isLoopbackName(new URL(publicUrl).hostname))
}

/**
 * The proxies that are believed.
 * @throws StartError when they are named in no way that can be read
 */
export function trustedBy({ trustProxy = 'off' }: Reach): Peers {
  const peers = readPeers(trustProxy)
  if (peers === undefined) throw new StartError(`--trust-proxy takes off, loopback, or addresses and CIDRs; it is '${trustProxy}'.`)
  return peers
}
