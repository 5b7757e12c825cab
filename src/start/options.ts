import type { Clock } from '../basics/clock.ts'
import { closest } from '../basics/closest.ts'
import { makeFolder } from '../basics/folder.ts'
import { StartError } from '../basics/start-error.ts'
import type { Vendor } from '../providers/registry.ts'
import type { ProxyMode } from '../proxy/way.ts'
import type { Declared } from '../sandbox/declared.ts'
import type { JournalLimits } from '../sandbox/journal-memory.ts'

/** How a server is made. */
export interface ServerOptions extends JournalLimits {
  /** Keeps the certificate authority; without it everything is in memory. */
  dataDir?: string | undefined
  /** A path, or `:memory:`. */
  db: string
  /** The provider whose sandbox answers at the root. */
  defaultProvider: string
  /** What it will be bound to: anything but loopback asks for the admin token. */
  host: string
  issuer?: string | undefined
  publicUrl?: string | undefined
  internalUrl?: string | undefined
  /** Proxies whose word is taken on how they were addressed: `off` (as when absent), `loopback`, or addresses and networks. */
  trustProxy?: string | undefined
  /** Ports that sandboxes get to themselves, by their names; 0 takes a free one. */
  portOf?: Readonly<Record<string, number>> | undefined
  /** Files and folders of vendors' documents that are read at the start. */
  imports?: readonly string[] | undefined
  /** Where TLS clients are asked for a certificate: where loopback is called by its address when absent, also below `mtls.` and the name of any other host, or everywhere. */
  clientCertificates?: 'mtls' | 'always' | undefined
  adminToken?: string | undefined
  logLevel: string
  /** Those whose providers are loaded when they are first needed; grantbox's own when absent. */
  vendors?: readonly Vendor[] | undefined
  /** Providers beside the built-in ones, and sandboxes that are to be there. */
  declared?: Declared | undefined
  /** Whom it leads where as a proxy: `known` when absent on loopback, else `off`. */
  proxy?: ProxyMode | undefined
  /** A proxy that all connections to other hosts go through. */
  nextProxy?: string | undefined
  /** Hosts that the proxy leads to although they are link-local or of a cloud's metadata. */
  proxyAllow?: readonly string[] | undefined
  /** The machine's clock unless a test has its own. */
  clock?: Clock | undefined
  /** The largest body of a request, in bytes; 1 MiB when absent. */
  bodyLimit?: number | undefined
}

export function ensureFolder(folder: string): void {
  try {
    makeFolder(folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new StartError(
      `The data folder ${folder} cannot be made or written (${code}). Make it writable, or choose another one with --data.`,
      { cause: error },
    )
  }
}

export function unknownProvider(name: string, known: readonly string[]): StartError {
  const near = closest(name, known)
  return new StartError(
    `There is no provider '${name}'${near === undefined ? '' : `; did you mean '${near}'?`} Known are: ${known.join(', ')}.`,
  )
}
