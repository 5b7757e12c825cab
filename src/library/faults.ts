import type { FaultDraft, FaultView } from '../oauth/faults/registry.ts'
import type { Endpoint } from '../oauth/model/endpoint.ts'
import type { ControlClient } from './control-client.ts'

/** Which requests meet a fault. */
interface FaultWhen {
  /** `*` means all. */
  endpoint: Endpoint | '*'
  grant_type?: string | undefined
  client_id?: string | undefined
  username?: string | undefined
}

/**
 * A fault to come: which requests meet it, how often, and what happens to them. The members that say what are `delay`, `drop`, `error`,
 * `status`, …: docs/testing.md has a table of them.
 */
export interface NewFault extends FaultWhen, FaultDraft {
  /** So many requests that match are let through first; 0 when absent. */
  after?: number
  /** How often it strikes; 0 means until it is removed, 1 when absent. */
  times?: number
}

/** A fault that may still strike. */
export interface Fault extends FaultWhen, FaultView {
  id: string
  after: number
  times: number
  /** How often it has struck. */
  hits: number
}

/** A sandbox's faults. A request meets the first that matches. */
export interface Faults {
  list(): Promise<Fault[]>
  add(fault: NewFault): Promise<Fault>
  remove(id: string): Promise<void>
  /** Removes all. */
  clear(): Promise<void>
}

export function faults(client: ControlClient, path: string): Faults {
  const all = `${path}/faults`
  return {
    list: async () => (await client.get<{ items: Fault[] }>(all)).items,
    add: (fault) => client.post(all, fault),
    remove: (id) => client.delete(`${all}/${encodeURIComponent(id)}`),
    clear: () => client.delete(all),
  }
}
