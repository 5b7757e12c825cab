import type { RequestListener } from 'node:http'
import type { Certificates } from '../http/certificates/certificates.ts'
import type { ListenerOptions } from '../http/listener/options.ts'
import type { Listens } from '../proxy/own-addresses.ts'
import type { ProxyReport } from '../proxy/proxy.ts'
import type { Addresses } from '../sandbox/addresses.ts'
import type { Declared } from '../sandbox/declared.ts'
import type { OwnPorts } from '../sandbox/own-ports.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Sandboxes } from '../sandbox/sandboxes.ts'
import type { StartInfo } from './info.ts'

/** A server that does not listen yet. */
export interface GrantboxServer {
  handler: RequestListener
  /** Leads those who ask it as a proxy. */
  connect: NonNullable<ListenerOptions['connect']>
  /** Takes what the listener refused into the journal of the sandbox that it was for. */
  onRefusal: NonNullable<ListenerOptions['onRefusal']>
  onGone: NonNullable<ListenerOptions['onGone']>
  /** To be told where it listens, so that nobody is led back to it. */
  listensAt(listens: Listens): void
  /** What it did as a proxy. */
  proxyReport(): Promise<ProxyReport>
  certificates: Certificates
  sandboxes: Sandboxes
  /** To be begun when it listens. */
  ports: OwnPorts
  /** What the control API asks for; undefined when it asks for nothing. */
  adminToken: string | undefined
  /**
   * Takes other declarations for those that held until now; requests under way end as they began.
   * @throws DeclarationError when something cannot be what it is declared to be: then all stays as it was
   */
  declare(declared: Declared): Promise<void>
  /** @param origin where somebody reaches it, as `http://localhost:9400` */
  addressesOf(sandbox: Sandbox, origin: string): Addresses
  /** @param origin where it listens */
  describe(origin: string): StartInfo
  /** Ends what would stay open: event streams, and requests that wait for something to come. Call it before the listener closes. */
  quiesce(): void
  close(): Promise<void>
}
