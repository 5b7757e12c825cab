import type { IncomingMessage } from 'node:http'
import type { Clock } from '../basics/clock.ts'
import type { Settled } from '../http/journal-hook.ts'
import type { FixedAddresses, Origin } from '../sandbox/addresses.ts'
import type { Sandboxes } from '../sandbox/sandboxes.ts'

/** What the dashboard is given by the server. */
export interface DashboardDeps {
  sandboxes: Sandboxes
  /** The machine's clock; each sandbox has its own. */
  clock: Clock
  version: string
  /** Asked for when set. */
  adminToken: string | undefined
  /** The largest body of a request, in bytes; 1 MiB when absent. */
  bodyLimit?: number | undefined
  settled: Settled
  /** How a request reached us; the host with its port. */
  originOf: (request: IncomingMessage) => Origin
  /** Addresses that the start fixes for every sandbox, without a slash at the end. */
  addresses?: FixedAddresses | undefined
  /** Aborted when the server is about to stop: what stays open is ended then. */
  stopping: AbortSignal
  /** Told of what went wrong inside; the browser is not. */
  onError?: ((error: unknown) => void) | undefined
}
