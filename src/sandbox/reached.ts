import { after, type MaybePromise } from '../basics/maybe-promise.ts'
import type { Provider } from '../providers/provider.ts'
import type { Vendor } from '../providers/registry.ts'
import type { ClockChange, ClockState, SandboxClock } from './clock.ts'
import { KnownSandboxes } from './known.ts'
import type { NewSandbox } from './new-sandbox.ts'
import type { Sandbox } from './sandbox.ts'
import type { SandboxRecord, SandboxSize } from './table.ts'

/** What a list tells of a sandbox, which is not opened for it. */
export interface ListedSandbox extends Pick<SandboxRecord, 'id' | 'name' | 'provider' | 'company' | 'hosts' | 'space' | 'created_at'> {
  /** As its vendor writes itself. */
  vendor: string
  /** Those at which unchanged clients call its vendor. */
  vendorHosts: readonly string[]
  /** Whether nobody gave it a name, as tests do that make theirs by the hundred. */
  isUnnamed: boolean
}

/** Sandboxes whose vendor is loaded, and which are made, when they are first asked for. */
export abstract class ReachedSandboxes extends KnownSandboxes {
  abstract create(draft: NewSandbox): Sandbox

  /** A provider by name, loaded if nobody has needed it yet. */
  provider(name: string): MaybePromise<Provider | undefined> {
    const known = this.providers.get(name)
    return known ?? after(this.vendors.load(name), (loaded) => loaded && this.learn(loaded))
  }

  /** All that a sandbox can speak as, loaded. */
  async allProviders(): Promise<Provider[]> {
    for (const { id } of this.vendors.list()) await this.provider(id)
    return [...this.providers.values()]
  }

  /** A sandbox by name, in any letter case; a vendor's is made when it is asked for first, once, whoever comes at the same time. */
  reach(wanted: string): MaybePromise<Sandbox | undefined> {
    return this.find(wanted) ?? this.#awaken(this.named(wanted))
  }

  #awaken(name: string | undefined): MaybePromise<Sandbox | undefined> {
    return name === undefined ? undefined : after(this.provider(this.providerOf(name)), (provider) => this.#awake(name, provider))
  }

  #awake(name: string, provider: Provider | undefined): Sandbox | undefined {
    const there = this.find(name)
    return there ?? (provider === undefined || !this.isUnmade(name) ? undefined : this.create({ name, provider }))
  }

  /** All that are there, those of an earlier run, too. */
  async all(): Promise<Sandbox[]> {
    for (const { provider } of this.asleep()) await this.provider(provider)
    return this.list()
  }

  /** All that are there, as they are stored. */
  listed(): ListedSandbox[] {
    const vendors = new Map(this.vendorNames().map((one) => [one.id, one]))
    return this.records().map(({ initial, ...record }) => {
      const { name = record.provider, hosts = [] } = vendors.get(record.provider) ?? {}
      return { ...record, vendor: name, vendorHosts: hosts, isUnnamed: initial.unnamed === true }
    })
  }

  /** All that a sandbox can speak as, loaded or not, in the order of their names. */
  vendorNames(): Pick<Vendor, 'id' | 'name' | 'hosts'>[] {
    const all = new Map([...this.vendors.list(), ...this.providers.values()].map((one) => [one.id, one]))
    return [...all.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'))
  }

  /** Those that speak as a provider. */
  speakingAs(wanted: string | undefined): SandboxRecord[] {
    return this.records().filter(({ provider }) => provider === wanted)
  }

  /** How much is in each of these sandboxes, by their ids. */
  sizes(ids: readonly number[]): ReadonlyMap<number, SandboxSize> {
    return this.table.sizes(ids)
  }

  /** Moves a sandbox's clock and keeps it so. */
  advanceClock({ id, clock }: Sandbox, milliseconds: number): void {
    this.#setClock(id, clock, clock.advanced(milliseconds))
  }

  /** Sets, stops or starts a sandbox's clock and keeps it so. */
  setClock({ id, clock }: Sandbox, change: ClockChange): void {
    this.#setClock(id, clock, clock.changed(change))
  }

  #setClock(id: number, clock: SandboxClock, state: ClockState): void {
    clock.check(state)
    this.table.saveClock(id, state)
    clock.load(state)
  }

  delete({ id, name }: Sandbox): void {
    this.table.atomically(() => this.table.delete(id))
    this.forget(this.record(name))
  }

  /** Deletes all to which nobody gave a name. @returns how many there were */
  deleteUnnamed(): number {
    const unnamed = this.records().filter(({ initial }) => initial.unnamed === true)
    this.table.atomically(() => {
      for (const { id } of unnamed) this.table.delete(id)
    })
    for (const record of unnamed) this.forget(record)
    return unnamed.length
  }

  /** The names of all that a sandbox can speak as. */
  providerNames(): string[] {
    return [...new Set([...this.providers.keys(), ...this.vendors.list().map(({ id }) => id)])]
  }

  /** Of all that are there, or will be made when they are asked for. */
  names(): string[] {
    return [...this.records().map(({ name }) => name), ...this.unmade().map(({ id }) => id)]
  }

  /** The vendors whose sandbox is made when it is first asked for. */
  unmade(): Vendor[] {
    return this.vendors.list().filter(({ id }) => this.isUnmade(id))
  }

  /** The sandboxes of an earlier run whose vendor nobody has needed since. */
  asleep(): SandboxRecord[] {
    return this.records().filter(({ provider }) => !this.providers.has(provider))
  }

  /** What sandboxes have as ports, by their names; 0 where one is to have a free one. */
  ports(): Map<string, number> {
    return new Map(this.records().flatMap(({ name, port }) => (port === null ? [] : [[name, port] as const])))
  }
}
