import { ControlClient } from './control-client.ts'
import { type Grantbox, grantbox } from './grantbox.ts'

/** How a grantbox in this process is started; everything has a default. */
export interface StartOptions {
  /** Whose sandbox answers at the root; `iokids` when absent. */
  provider?: string
  /** 0, the default, takes a free one. */
  port?: number
  /** `localhost` when absent, which is 127.0.0.1 and ::1. Bound to anything but loopback it asks for an admin token. */
  host?: string
  /** A database file; `:memory:` when absent. */
  db?: string
  /** Keeps the certificate authority; in memory when absent. */
  data?: string
  /** Fixes the issuer of the default sandbox. */
  issuer?: string
  /** The address that browsers use. */
  publicUrl?: string
  /** The address that other containers use. */
  internalUrl?: string
  /** Proxies whose word is taken on how they were addressed: `off` when absent, `loopback`, or addresses and CIDRs. */
  trustProxy?: string
  adminToken?: string
  /** Ports that sandboxes get to themselves, by their names; 0 takes a free one. */
  portOf?: Readonly<Record<string, number>>
  /** What it is as a proxy: `known`, as when absent on loopback, `all` or `off`. */
  proxy?: 'known' | 'all' | 'off'
  /** The largest request line with headers, in bytes; 64 KiB when absent. */
  maxHeaderSize?: number
  /** `warn` when absent. */
  logLevel?: string
}

/** How long requests in flight may take to be answered when it is closed; milliseconds. */
const graceMs = 500

/**
 * Starts grantbox in this process, in memory, on a free port. Many can run beside each other.
 * @throws StartError, ListenError when it cannot be started as was asked
 */
export async function startGrantbox(options: StartOptions = {}): Promise<Grantbox> {
  const { provider = 'iokids', port = 0, host = 'localhost', db = ':memory:', data, logLevel = 'warn', ...given } = options
  const { listen } = await import('../start/listen.ts')
  const { server, origin: url, close } = await listen({ db, dataDir: data, defaultProvider: provider, host, port, logLevel, ...given })
  return grantbox({
    client: new ControlClient(url, server.adminToken),
    adminToken: server.adminToken,
    ca: await server.certificates.ca(),
    defaultName: server.sandboxes.defaultName,
    defaultProvider: provider,
    placeOf(name, at) {
      const sandbox = server.sandboxes.find(name)
      if (sandbox === undefined) return { name, url: at, issuer: at, port: null }
      const { base_url, issuer } = server.addressesOf(sandbox, url)
      return { name, url: sandbox.port === null ? at : base_url, issuer, port: sandbox.port }
    },
    close: () => close(graceMs),
  })
}
