import type { IncomingMessage } from 'node:http'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import type { Clock } from '../basics/clock.ts'
import type { Settled } from '../http/journal-hook.ts'
import type { ProxyReport } from '../proxy/proxy.ts'
import type { FixedAddresses } from '../sandbox/addresses.ts'
import type { Declared } from '../sandbox/declared.ts'
import type { Origin } from '../sandbox/origin.ts'
import type { OwnPorts } from '../sandbox/own-ports.ts'
import type { Sandboxes } from '../sandbox/sandboxes.ts'

/** What is declared beside the configuration, until grantbox ends. */
export interface AddedDeclarations {
  /** All of it or nothing. @throws DeclarationError */
  add(more: Declared): Promise<void>
  /** Takes a provider away that was added, with its sandboxes. @throws DeclarationError */
  remove(provider: string): Promise<void>
  isAdded(provider: string): boolean
  /** Whether the configuration declares it, too. */
  isConfigured(provider: string): boolean
}

/** What the control API is given by the server. */
export interface ControlDeps {
  sandboxes: Sandboxes
  /** The ports that sandboxes have to themselves. */
  ports: Pick<OwnPorts, 'change'>
  /** The machine's clock; each sandbox has its own. */
  clock: Clock
  version: string
  /** Asked for when set. */
  adminToken: string | undefined
  /** The largest body of a request, in bytes; 1 MiB when absent. */
  bodyLimit?: number | undefined
  settled: Settled
  /** @throws when the database does not answer */
  checkDatabase: () => void
  /** How a request reached us; the host with its port. */
  originOf: (request: IncomingMessage) => Origin
  /** What grantbox does as a proxy. */
  proxy: () => Promise<ProxyReport>
  /** The certificate of its authority, as PEM. */
  authority: () => Promise<string>
  /** Addresses that the start fixes for every sandbox, without a slash at the end. */
  addresses?: FixedAddresses | undefined
  declarations: AddedDeclarations
  /** Aborted when the server is about to stop: what waits for something to come is answered then. */
  stopping: AbortSignal
  /** Told of what went wrong inside; the client is not. */
  onError?: ((error: unknown) => void) | undefined
}

/** The routes of one kind of thing: a file each, listed in app.ts. */
export type Resource = FastifyPluginCallbackZod<ControlDeps>
