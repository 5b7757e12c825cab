import type { Clock } from '../basics/clock.ts'
import { TakenError } from '../oauth/model/directory.ts'
import type { Provider } from '../providers/provider.ts'
import { SandboxClock } from './clock.ts'
import { Counts } from './counts.ts'
import { Faults } from './faults.ts'
import { Journal } from './journal.ts'
import { JournalMemory } from './journal-memory.ts'
import type { Sandbox } from './sandbox.ts'
import { settingsOf } from './settings.ts'
import { type Speech, speechOf } from './speech.ts'
import type { SandboxRecord, SandboxTable } from './table.ts'

const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/
const reservedNames = ['dashboard', '_grantbox', '.well-known', 'mtls', '_mtls', '_stranger']

/** How much of what came and went is remembered. */
export interface JournalLimits {
  /** Requests of each sandbox; 1000 when absent. */
  journalSize?: number | undefined
  /** Bytes of all sandboxes together; 64 MiB when absent. */
  journalMemory?: number | undefined
}

/** What stays of a sandbox as long as it is known, whatever is said of it and whoever its provider is. */
type Lasting = Omit<Sandbox, keyof Speech | 'company' | 'hosts' | 'settings'>

/**
 * Which sandboxes there are. Names and hosts are known from memory, for every request asks for them; a sandbox itself is opened when
 * it is first asked for.
 */
export class KnownSandboxes {
  protected readonly table: SandboxTable
  /** The machine's clock. */
  protected readonly clock: Clock
  #providers: ReadonlyMap<string, Provider> = new Map()
  readonly #records = new Map<string, SandboxRecord>()
  readonly #opened = new Map<string, Sandbox>()
  readonly #hosts = new Map<string, string>()
  /** The vendors' own host names, which count where no sandbox lists them. */
  readonly #vendorHosts = new Map<string, string>()
  readonly #newJournal: () => Journal
  readonly defaultName: string

  constructor(
    table: SandboxTable,
    clock: Clock,
    defaultName: string,
    { journalSize, journalMemory = 64 * 1024 * 1024 }: JournalLimits = {},
  ) {
    const memory = new JournalMemory(journalMemory)
    this.#newJournal = () => new Journal(journalSize, memory)
    this.table = table
    this.clock = clock
    this.defaultName = defaultName
  }

  /** All that a sandbox can speak as, by name. */
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
    return record === undefined ? undefined : this.open(record)
  }

  /** By a host name that a sandbox lists, or else that its vendor has, without the port, in lower case. */
  findByHost(host: string): Sandbox | undefined {
    const name = this.#hosts.get(host) ?? (this.#vendorHosts.size === 0 ? undefined : this.#vendorOf(host))
    return name === undefined ? undefined : this.find(name)
  }

  /** Whether a sandbox lists this host name by itself. */
  listsHost(host: string): boolean {
    return this.#hosts.has(host)
  }

  /** Whether a vendor has this host name, and no sandbox lists it. */
  isVendorHost(host: string): boolean {
    return !this.#hosts.has(host) && this.#vendorOf(host) !== undefined
  }

  #vendorOf(host: string): string | undefined {
    return this.#vendorHosts.get(host) ?? this.#vendorHosts.get(`*${host.slice(Math.max(0, host.indexOf('.')))}`)
  }

  /** Every host that is some sandbox's or some vendor's; `*.` stands for one name below. */
  hostNames(): string[] {
    return [...new Set([...this.#hosts.keys(), ...this.#vendorHosts.keys()])]
  }

  list(): Sandbox[] {
    return [...this.#records.values()].map((record) => this.open(record))
  }

  /** The rule that a name breaks; undefined when it may be one. */
  nameProblem(name: string, providers = this.#providers): string | undefined {
    if (!namePattern.test(name)) return 'a name has 1 to 63 characters of a-z, 0-9 and "-", and starts with a letter or digit'
    const provider = providers.get(this.defaultName)
    const routes = provider === undefined ? [] : [...Object.values(provider.paths).flat(), ...provider.routes.map((route) => route.path)]
    const taken = [...reservedNames, ...routes.map((path) => path.split('/')[1]?.toLowerCase())]
    return taken.includes(name) ? `"${name}" begins a path of the default sandbox or of grantbox itself` : undefined
  }

  /** Takes notice that the store took back what was changed last: what is known from memory is again as it is stored. */
  changesTakenBack(): void {
    const records = this.table.list()
    this.takeStock(records)
    for (const { name, clock } of records) {
      const opened = this.#opened.get(name)
      opened?.clock.load(clock)
      // A key that was made and not stored would be gone after the next start.
      opened?.keys.forget()
    }
  }

  /** Stores what was counted; after this the store may be closed. */
  close(): void {
    this.flushCounts()
    for (const { counts } of this.#opened.values()) counts.stop()
  }

  protected flushCounts(): void {
    for (const { counts } of this.#opened.values()) counts.flush()
  }

  protected record(name: string): SandboxRecord {
    const record = this.#records.get(name)
    if (record === undefined) throw new Error(`there is no sandbox ${name}`)
    return record
  }

  /**
   * Host names in lower case, each once.
   * @throws TakenError when one is another sandbox's
   */
  protected freeHosts(hosts: readonly string[], owner?: string): string[] {
    const free = hostNames(hosts)
    const taken = free.find((host) => (this.#hosts.get(host) ?? owner) !== owner)
    if (taken !== undefined) throw new TakenError('hosts', taken)
    return free
  }

  /** From now on these are all that are stored, and speak as these providers; one of a provider that is not there sleeps until it is. */
  protected takeStock(records: readonly SandboxRecord[], providers = this.#providers): void {
    this.#providers = providers
    const awake = new Map(records.flatMap((record) => (providers.has(record.provider) ? [[record.name, record] as const] : [])))
    for (const known of [...this.#records.values()]) if (awake.get(known.name)?.id !== known.id) this.forget(known)
    for (const record of awake.values()) this.know(record)
    this.#vendorHosts.clear()
    for (const { id, hosts = [] } of providers.values()) for (const host of hosts) this.#vendorHosts.set(host.toLowerCase(), id)
  }

  /** From now on a sandbox is as it is stored here; whoever holds its object of before goes on with that. */
  protected know(record: SandboxRecord): void {
    for (const host of this.#records.get(record.name)?.hosts ?? []) if (this.#hosts.get(host) === record.name) this.#hosts.delete(host)
    this.#records.set(record.name, record)
    for (const host of record.hosts) this.#hosts.set(host, record.name)
    const opened = this.#opened.get(record.name)
    if (opened !== undefined) this.#opened.set(record.name, this.#build(record, opened))
  }

  protected forget(record: SandboxRecord): void {
    const opened = this.#opened.get(record.name)
    opened?.counts.stop()
    opened?.journal.close()
    this.#records.delete(record.name)
    this.#opened.delete(record.name)
    for (const host of record.hosts) if (this.#hosts.get(host) === record.name) this.#hosts.delete(host)
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
    const { company, hosts } = record
    const settings = settingsOf(provider, record.settings)
    if (opened?.provider === provider) return { ...opened, company, hosts, settings }
    const lasting = opened ?? this.#begin(record)
    const now = () => this.#opened.get(record.name)?.settings ?? settings
    return { ...lasting, ...speechOf(provider, this.table.protocolStore(record.id), lasting.clock, now), company, hosts, settings }
  }

  #begin({ id, name, provider, created_at, clock }: SandboxRecord): Lasting {
    const journal = this.#newJournal()
    const counts = new Counts(this.table.counts(id))
    journal.follow({}, (entry) => counts.add(entry, this.#providers.get(provider)?.refuses))
    return {
      id,
      name,
      created_at,
      clock: new SandboxClock(this.clock, clock),
      journal,
      counts,
      faults: new Faults(),
      failing: new Set(),
      directory: this.table.directory(id),
      grants: this.table.grants(id),
      social: this.table.social(id),
      documents: this.table.documents(id),
    }
  }
}

/** In lower case, each once. */
export function hostNames(hosts: readonly string[]): string[] {
  return [...new Set(hosts.map((host) => host.toLowerCase()))]
}
