import type { FaultEffects } from '../oauth/faults/registry.ts'
import { stageOf } from '../oauth/faults/strike.ts'
import type { Endpoint } from '../oauth/model/endpoint.ts'
import type { LateFaults, LateOccasion, Stage } from '../oauth/realm/late-faults.ts'

/** When a fault strikes. */
export interface FaultWhen {
  endpoint: Endpoint | '*'
  grant_type?: string | undefined
  client_id?: string | undefined
  username?: string | undefined
  /** So many requests that match are let through first. */
  after: number
  /** It strikes so often, or until it is removed when 0. */
  times: number
}

/** When it strikes, and what it does then. */
export interface Fault extends FaultWhen, FaultEffects {
  id: string
  /** How often it has struck. */
  hits: number
}

/** A fault as a snapshot has it. */
export interface FaultState extends Fault {
  /** How many requests that match it has seen. */
  seen: number
}

/** What is known of a request when a fault may strike. */
export interface Occasion {
  endpoint: Endpoint
  grant_type: string | undefined
  client_id: string | undefined
  username: string | undefined
}

/** How many are remembered that are gone. */
const mostSpent = 20

/** The faults of a sandbox, in the order in which they were added; a request meets the first that matches. */
export class Faults implements LateFaults {
  #faults: Fault[] = []
  #seen = new Map<string, number>()
  #spent: FaultState[] = []
  #count = 0

  get size(): number {
    return this.#faults.length
  }

  /** Whether any of them asks for a username, which then has to be found out. */
  get wantsUsername(): boolean {
    return this.#faults.some((fault) => fault.username !== undefined)
  }

  add(fault: Omit<Fault, 'id' | 'hits'>): Fault {
    const added = { ...fault, id: `fault-${++this.#count}`, hits: 0 }
    this.#faults.push(added)
    return added
  }

  list(): readonly Fault[] {
    return this.#faults
  }

  /** Those that struck for the last time, the newest of them first: what they were, for whoever looks back. */
  get spent(): readonly FaultState[] {
    return this.#spent
  }

  /** @returns whether there was one */
  delete(id: string): boolean {
    const before = this.#faults.length
    this.#faults = this.#faults.filter((fault) => fault.id !== id)
    this.#seen.delete(id)
    return this.#faults.length < before
  }

  clear(): void {
    this.#faults = []
    this.#spent = []
    this.#seen.clear()
  }

  /** All that there is to them, for a snapshot. */
  get state(): FaultState[] {
    return this.#faults.map((fault) => ({ ...fault, seen: this.#seen.get(fault.id) ?? 0 }))
  }

  /** Goes on from a snapshot. */
  load(state: readonly FaultState[]): void {
    this.#faults = state.map(({ seen: _, ...fault }) => fault)
    this.#seen = new Map(state.map(({ id, seen }) => [id, seen]))
    const numbers = state.map(({ id }) => Number(/(?<!\d)\d+$/.exec(id)?.[0] ?? 0))
    this.#count = Math.max(this.#count, ...numbers)
  }

  /** The fault that strikes this request; it is counted, and gone after its last time. */
  strike(occasion: Occasion): Fault | undefined {
    return this.#strike(occasion, 'request')
  }

  strikeLater(stage: Stage, occasion: LateOccasion): Fault | undefined {
    return this.#strike({ grant_type: undefined, ...occasion }, stage)
  }

  #strike(occasion: Occasion, stage: Stage | 'request'): Fault | undefined {
    for (const fault of this.#faults) {
      if (momentOf(fault, occasion) !== stage || !matches(fault, occasion)) continue
      const seen = (this.#seen.get(fault.id) ?? 0) + 1
      this.#seen.set(fault.id, seen)
      if (seen <= fault.after) continue
      fault.hits++
      if (fault.times > 0 && fault.hits >= fault.times) {
        this.#spent = [{ ...fault, seen }, ...this.#spent].slice(0, mostSpent)
        this.delete(fault.id)
      }
      return fault
    }
    return undefined
  }
}

/** Who an authorization's user is shows only when he has signed in. */
function momentOf(fault: Fault, { endpoint }: Occasion): Stage | 'request' {
  const stage = stageOf(fault, endpoint)
  return stage === 'begin' && fault.username !== undefined ? 'answer' : stage
}

function matches({ endpoint, grant_type, client_id, username }: FaultWhen, occasion: Occasion): boolean {
  return (
    (endpoint === '*' || endpoint === occasion.endpoint) &&
    (grant_type === undefined || grant_type === occasion.grant_type) &&
    (client_id === undefined || client_id === occasion.client_id) &&
    (username === undefined || username.toLowerCase() === occasion.username?.toLowerCase())
  )
}
