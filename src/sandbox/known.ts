import type { Clock } from '../basics/clock.ts'
import type { Provider } from '../providers/provider.ts'
import type { Vendor } from '../providers/registry.ts'
import { ownSpaceOf, spaceAt } from '../providers/space.ts'
import { SandboxClock } from './clock.ts'
import { Counts } from './counts.ts'
import { Faults } from './faults.ts'
import { HeldAnswers } from './held-answers.ts'
import { Journal } from './journal.ts'
import { type JournalLimits, JournalMemory } from './journal-memory.ts'
import { nameProblem } from './names.ts'
import { Places } from './places.ts'
import type { Sandbox } from './sandbox.ts'
import { type SandboxSettings, settingsOf } from './settings.ts'
import { SandboxSpaces } from './spaces.ts'
import { type Speech, speechOf } from './speech.ts'
import type { SandboxRecord, SandboxTable } from './table.ts'
import { Vendors } from './vendors.ts'

/** What sandboxes are told when a server is made. */
export interface KnownOptions extends JournalLimits {
  /** Those whose providers are loaded when they are first needed. */
  vendors?: readonly Vendor[] | undefined
}

/** What stays of a sandbox as long as it is known, whatever is said of it and whoever its provider is. */
type Lasting = Omit<Sandbox, keyof Speech | 'company' | 'hosts' | 'port' | 'settings' | 'space'>

/**
 * Which sandboxes there are. Names and hosts are known from memory, for every request asks for them; a sandbox itself is opened when
 * it is first asked for. One whose vendor is not loaded yet has a name and hosts, and is not found: it is to be reached first.
 */
export class KnownSandboxes {
  protected readonly table: SandboxTable
  /** The machine's clock. */
  protected readonly clock: Clock
  #providers: ReadonlyMap<string, Provider> = new Map()
  protected readonly vendors: Vendors
  protected readonly places = new Places()
  readonly #records = new Map<string, SandboxRecord>()
  readonly #opened = new Map<string, Sandbox>()
  readonly #newJournal: () => Journal
  readonly defaultName: string

  constructor(table: SandboxTable, clock: Clock, defaultName: string, options: KnownOptions = {}) {
    const { journalSize, journalMemory = 64 * 1024 * 1024, vendors = [] } = options
    const memory = new JournalMemory(journalMemory)
    this.#newJournal = () => new Journal(journalSize, memory)
    this.table = table
    this.clock = clock
    this.defaultName = defaultName
    this.vendors = new Vendors(vendors)
  }

  /** All that a sandbox can speak as and that is loaded, by name. */
  get providers(): ReadonlyMap<string, Provider> {
    return this.#providers
  }

  get default(): Sandbox | undefined {
    return this.find(this.defaultName)
  }

  /** By name, in any letter case. */
  find(name: string): Sandbox | undefined {
    const opened = this.#opened.get(name)
    if (opened !== undefined) return opened
    const record = this.#records.get(name) ?? this.#records.get(name.toLowerCase())
    return record === undefined || !this.#providers.has(record.provider) ? undefined : this.open(record)
  }

  /** By a host name, without the port, in lower case. */
  findByHost(host: string): Sandbox | undefined {
    const name = this.namedByHost(host)
    return name === undefined ? undefined : this.find(name)
  }

  /** The name of the sandbox that a name means in any letter case: of one that is there, or that is made when it is first asked for. */
  named(name: string): string | undefined {
    if (this.#records.has(name)) return name
    const lower = name.toLowerCase()
    return this.#records.has(lower) || this.isUnmade(lower) ? lower : undefined
  }

  /** The same by a host name: one that it has, or its own name below localhost. */
  namedByHost(host: string): string | undefined {
    const owner = this.ownerOf(host)
    return owner === undefined && host.endsWith('.localhost') ? this.named(host.slice(0, -'.localhost'.length)) : owner
  }

  /** The name of the sandbox that lists a host, or else whose vendor has it. */
  ownerOf(host: string): string | undefined {
    const own = this.places.listing(host)
    const vendor = own === undefined ? this.places.vendorOf(host) : undefined
    return vendor === undefined ? own : this.named(vendor)
  }

  /** The name of the sandbox that has a port to itself. */
  namedByPort(port: number | undefined): string | undefined {
    return port === undefined ? undefined : this.places.atPort(port)
  }

  /** The port that a sandbox has to itself. */
  portOf(name: string): number | undefined {
    return this.#records.get(name)?.port || undefined
  }

  /** Whether a sandbox has this name already, in any letter case. */
  isThere(name: string): boolean {
    return this.#records.has(name.toLowerCase())
  }

  /** What a sandbox speaks as that has this name, or will have it. */
  protected providerOf(name: string): string {
    return this.#records.get(name)?.provider ?? name
  }

  protected isUnmade(name: string): boolean {
    return name !== this.defaultName && this.vendors.has(name) && !this.#records.has(name) && this.nameProblem(name) === undefined
  }

  /** Whether a sandbox lists this host name by itself. */
  listsHost(host: string): boolean {
    return this.places.listing(host) !== undefined
  }

  /** Whether a vendor has this host name, and no sandbox lists it. */
  isVendorHost(host: string): boolean {
    return !this.listsHost(host) && this.places.vendorOf(host) !== undefined
  }

  /** Every host that is some sandbox's or some vendor's; a label `*` stands for any. */
  hostNames(): string[] {
    return this.places.hostNames()
  }

  /** Those whose provider is loaded. */
  list(): Sandbox[] {
    return [...this.#records.values()].flatMap((record) => (this.#providers.has(record.provider) ? [this.open(record)] : []))
  }

  /** The rule that a name breaks; undefined when it may be one. */
  nameProblem(name: string, providers = this.#providers): string | undefined {
    return nameProblem(name, providers.get(this.defaultName))
  }

  /** Takes notice that the store took back what was changed last: what is known from memory is again as it is stored. */
  changesTakenBack(): void {
    const records = this.table.list()
    this.takeStock(records)
    for (const { name, clock } of records) {
      this.#opened.get(name)?.clock.load(clock)
    }
    // A key that was made and not stored would be gone after the next start.
    this.readAgain()
  }

  /** What was changed in the store without the sandboxes is read from there. */
  protected readAgain(): void {
    for (const { keys, spaces } of this.#opened.values()) {
      keys.forget()
      spaces.forget()
    }
  }

  /** Stores what was counted; after this the store may be closed. */
  close(): void {
    this.flushCounts()
    for (const { counts, spaces } of this.#opened.values()) {
      counts.stop()
      spaces.forget()
    }
  }

  protected flushCounts(): void {
    for (const { counts, spaces } of this.#opened.values()) {
      counts.flush()
      spaces.flushCounts()
    }
  }

  /** As they are stored. */
  protected records(): SandboxRecord[] {
    return [...this.#records.values()]
  }

  protected record(name: string): SandboxRecord {
    const record = this.#records.get(name)
    if (record === undefined) throw new Error(`there is no sandbox ${name}`)
    return record
  }

  /** From now on these are all that are stored, and speak as these providers; one of a provider that is not there is unknown until it is. */
  protected takeStock(records: readonly SandboxRecord[], providers = this.#providers): void {
    this.#providers = providers
    const spoken = records.filter((record) => this.isSpoken(record, providers))
    const there = new Map(spoken.map((record) => [record.name, record]))
    for (const known of [...this.#records.values()]) if (there.get(known.name)?.id !== known.id) this.forget(known)
    for (const record of spoken) this.know(record)
    this.places.setVendors([...this.vendors.list(), ...providers.values()])
  }

  /** Whether a sandbox's provider is there, loaded or not. */
  protected isSpoken({ provider }: SandboxRecord, providers: ReadonlyMap<string, Provider>): boolean {
    return providers.has(provider) || this.vendors.has(provider)
  }

  /** From now on this provider is loaded. */
  protected learn(provider: Provider): Provider {
    this.#providers = new Map([...this.#providers, [provider.id, provider]])
    return provider
  }

  /** From now on a sandbox is as it is stored here; whoever holds its object of before goes on with that. */
  protected know(record: SandboxRecord): void {
    const before = this.#records.get(record.name)
    if (before !== undefined) this.places.leave(before)
    this.#records.set(record.name, record)
    this.places.take(record)
    const opened = this.#opened.get(record.name)
    if (opened !== undefined) this.#opened.set(record.name, this.#build(record, opened))
  }

  /** Lays settings over those of a sandbox, in memory alone; none of them takes them off again, as does any change of it. */
  layOver({ name }: Pick<Sandbox, 'name'>, settings: Partial<SandboxSettings> = {}): void {
    const opened = this.#opened.get(name)
    if (opened === undefined) return
    const own = this.#build(this.record(name), opened)
    this.#opened.set(name, { ...own, settings: { ...own.settings, ...settings } })
  }

  protected forget(record: SandboxRecord): void {
    const opened = this.#opened.get(record.name)
    opened?.counts.stop()
    opened?.spaces.forget()
    opened?.journal.close()
    this.#records.delete(record.name)
    this.#opened.delete(record.name)
    this.places.leave(record)
  }

  protected open(record: SandboxRecord): Sandbox {
    const opened = this.#opened.get(record.name)
    if (opened !== undefined) return opened
    const sandbox = this.#build(record)
    this.#opened.set(record.name, sandbox)
    return sandbox
  }

  #build(record: SandboxRecord, opened?: Sandbox): Sandbox {
    const provider = this.#providers.get(record.provider)
    if (provider === undefined) throw new Error(`sandbox ${record.name} speaks as provider ${record.provider}, which is not known`)
    const { company, hosts, port } = record
    const settings = settingsOf(provider, record.settings)
    const space = provider.own_spaces === undefined ? '' : (record.space ?? ownSpaceOf(spaceAt(provider), provider))
    const said = { company, hosts, port, settings, space }
    if (opened?.provider === provider) return { ...opened, ...said }
    const lasting = opened ?? this.#begin(record)
    const now = () => this.#opened.get(record.name)?.settings ?? settings
    return { ...lasting, ...speechOf(provider, this.table.protocolStore(record.id), lasting.clock, now), ...said }
  }

  #begin({ id, name, provider, created_at, clock }: SandboxRecord): Lasting {
    const { table } = this
    const journal = this.#newJournal()
    const counts = new Counts(this.table.counts(id))
    const spaces = new SandboxSpaces({
      table,
      clock: this.clock,
      sandbox: () => this.open(this.record(name)),
      record: () => this.record(name),
      changeOwn: (change) => {
        const changed = { ...this.record(name), ...change }
        table.atomically(() => table.update(changed))
        this.know(changed)
      },
    })
    journal.follow({}, (entry) => (spaces.countsOf(entry.space) ?? counts).add(entry, this.#providers.get(provider)?.refuses))
    return {
      id,
      name,
      created_at,
      clock: new SandboxClock(this.clock, clock),
      journal,
      counts,
      faults: new Faults(),
      held: new HeldAnswers(),
      failing: new Set(),
      directory: this.table.directory(id),
      grants: this.table.grants(id),
      social: this.table.social(id),
      documents: this.table.documents(id),
      spaces,
    }
  }
}
