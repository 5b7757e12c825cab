import type { Clock } from '../basics/clock.ts'
import { randomLowerCase, randomText } from '../basics/random.ts'
import { clientAuthMethods } from '../oauth/clients/methods/registry.ts'
import { KeyRing } from '../oauth/jose/keys.ts'
import { TakenError } from '../oauth/model/directory.ts'
import type { Settings } from '../oauth/model/settings.ts'
import { usualResponseModes } from '../oauth/realm/response-type.ts'
import { discoveryDocument } from '../providers/discovery.ts'
import type { Provider } from '../providers/provider.ts'
import { type ClockChange, SandboxClock } from './clock.ts'
import { Counts } from './counts.ts'
import { Faults } from './faults.ts'
import { Journal } from './journal.ts'
import { JournalMemory } from './journal-memory.ts'
import type { Sandbox } from './sandbox.ts'
import { seed } from './seed.ts'
import { mergeSettings, settingsOf } from './settings.ts'
import { type Snapshot, SnapshotError } from './snapshot.ts'
import type { SandboxRecord, SandboxTable } from './table.ts'

/** What a new sandbox may say of itself. */
export interface NewSandbox {
  /** Made up when absent. */
  name?: string | undefined
  provider: Provider
  company?: string | undefined
  hosts?: readonly string[] | undefined
  settings?: Readonly<Record<string, unknown>> | undefined
  /** Whether it starts with the provider's preloaded world; true when absent. */
  seed?: boolean | undefined
}

/** What may change of a sandbox; a setting that is null goes back to what its provider says. */
export interface SandboxChange {
  company?: string | undefined
  hosts?: readonly string[] | undefined
  settings?: Readonly<Record<string, unknown>> | undefined
}

const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/
const reservedNames = ['dashboard', '_grantbox', '.well-known']

/** How much of what came and went is remembered. */
export interface JournalLimits {
  /** Requests of each sandbox; 1000 when absent. */
  journalSize?: number | undefined
  /** Bytes of all sandboxes together; 64 MiB when absent. */
  journalMemory?: number | undefined
}

/** All sandboxes of a server. Names and hosts are known from memory, for every request asks for them. */
export class Sandboxes {
  readonly #table: SandboxTable
  readonly #providers: ReadonlyMap<string, Provider>
  readonly #clock: Clock
  readonly #records = new Map<string, SandboxRecord>()
  readonly #opened = new Map<string, Sandbox>()
  readonly #hosts = new Map<string, string>()
  /** The vendors' own host names, which count where no sandbox lists them. */
  readonly #vendorHosts = new Map<string, string>()
  readonly #newJournal: () => Journal
  readonly defaultName: string
  /** Brings back what a configuration wants in a sandbox, when it was reset. */
  afterReset: (sandbox: Sandbox) => void = () => {}

  constructor(
    table: SandboxTable,
    providers: ReadonlyMap<string, Provider>,
    clock: Clock,
    defaultName: string,
    { journalSize, journalMemory = 64 * 1024 * 1024 }: JournalLimits = {},
  ) {
    this.#newJournal = () => new Journal(journalSize, memory)
    const memory = new JournalMemory(journalMemory)
    this.#table = table
    this.#providers = providers
    this.#clock = clock
    this.defaultName = defaultName
  }

  /** Reads what is stored and makes one sandbox for each built-in provider that has none yet. */
  load(): void {
    for (const record of this.#table.list()) {
      // One of a provider that is not declared any more sleeps until it is.
      if (this.#providers.has(record.provider)) this.#remember(record)
    }
    this.#haveOneOfEach()
  }

  #haveOneOfEach(): void {
    for (const provider of this.#providers.values()) {
      if (!this.#records.has(provider.id)) this.create({ name: provider.id, provider })
      for (const host of provider.hosts ?? []) this.#vendorHosts.set(host.toLowerCase(), provider.id)
    }
  }

  /** Stores what was counted; after this the store may be closed. */
  close(): void {
    for (const { counts } of this.#opened.values()) {
      counts.flush()
      counts.stop()
    }
  }

  /** Takes notice that the providers changed: sandboxes go on with their state and speak as theirs does now. */
  providersChanged(): void {
    this.#vendorHosts.clear()
    for (const record of this.#table.list()) {
      const provider = this.#providers.get(record.provider)
      const opened = this.#opened.get(record.name)
      if (provider === undefined) {
        opened?.counts.flush()
        opened?.counts.stop()
        if (this.#records.has(record.name)) this.#forget(record)
      } else if (!this.#records.has(record.name)) this.#remember(record)
      else if (opened !== undefined && opened.provider !== provider) {
        const settings = settingsOf(provider, this.#record(record.name).settings)
        this.#opened.set(record.name, { ...opened, ...speechOf(provider), settings, keys: this.#keyRing(record.name, provider, opened) })
      }
    }
    this.#haveOneOfEach()
  }

  get default(): Sandbox | undefined {
    return this.find(this.defaultName)
  }

  /** By name, in any letter case. */
  find(name: string): Sandbox | undefined {
    const opened = this.#opened.get(name)
    if (opened !== undefined) return opened
    const record = this.#records.get(name) ?? this.#records.get(name.toLowerCase())
    return record === undefined ? undefined : this.#open(record)
  }

  /** By a host name that a sandbox lists, or else that its vendor has, without the port, in lower case. */
  findByHost(host: string): Sandbox | undefined {
    const name = this.#hosts.get(host) ?? (this.#vendorHosts.size === 0 ? undefined : this.#vendorOf(host))
    return name === undefined ? undefined : this.find(name)
  }

  #vendorOf(host: string): string | undefined {
    return this.#vendorHosts.get(host) ?? this.#vendorHosts.get(`*${host.slice(Math.max(0, host.indexOf('.')))}`)
  }

  list(): Sandbox[] {
    return [...this.#records.values()].map((record) => this.#open(record))
  }

  /** The rule that a name breaks; undefined when it may be one. */
  nameProblem(name: string): string | undefined {
    if (!namePattern.test(name)) return 'a name has 1 to 63 characters of a-z, 0-9 and "-", and starts with a letter or digit'
    const provider = this.#providers.get(this.defaultName)
    const routes = provider === undefined ? [] : [...Object.values(provider.paths).flat(), ...provider.routes.map((route) => route.path)]
    const taken = [...reservedNames, ...routes.map((path) => path.split('/')[1]?.toLowerCase())]
    return taken.includes(name) ? `"${name}" begins a path of the default sandbox or of grantbox itself` : undefined
  }

  /** @throws TakenError when the name or a host is another sandbox's */
  create({ name, provider, company = provider.world.company, hosts = [], settings = {}, seed: seeded = true }: NewSandbox): Sandbox {
    const created_at = this.#clock.now()
    const initial = { company, settings: mergeSettings({}, settings, newSecret) }
    const record = this.#table.insert({
      name: name ?? `${provider.id}-${randomLowerCase(8)}`,
      provider: provider.id,
      ...initial,
      initial,
      hosts: this.#freeHosts(hosts),
      seeded,
      clock: { offset: 0, frozen_at: null },
      created_at,
    })
    this.#remember(record)
    const sandbox = this.#open(record)
    if (seeded) seed(sandbox, created_at)
    return sandbox
  }

  /**
   * Changes a sandbox and keeps it so; whoever holds the old object goes on with it as it was.
   * @throws TakenError when a host is another sandbox's
   */
  update({ name }: Sandbox, { company, hosts, settings = {} }: SandboxChange): Sandbox {
    const before = this.#record(name)
    const record: SandboxRecord = {
      ...before,
      company: company ?? before.company,
      hosts: hosts === undefined ? before.hosts : this.#freeHosts(hosts, name),
      settings: mergeSettings(before.settings, settings, newSecret),
    }
    this.#table.update(record)
    return this.#replace(before, record)
  }

  /** Back to what it was when it was created: the preloaded world, its settings then, the machine's time, no faults, no journal. */
  reset({ name }: Sandbox): Sandbox {
    const before = this.#record(name)
    const record: SandboxRecord = { ...before, ...before.initial }
    this.#table.clear(record.id)
    this.#table.update(record)
    const sandbox = this.#replace(before, record)
    forgetAll(sandbox)
    this.setClock(sandbox, { offset: 0, frozen: false })
    if (record.seeded) seed(sandbox, sandbox.clock.now())
    this.afterReset(sandbox)
    return this.find(record.name) ?? sandbox
  }

  /** The whole state of a sandbox, but for its name, its hosts and its journal. */
  snapshot({ id, name, clock, faults }: Sandbox): Snapshot {
    const { provider, company, settings } = this.#record(name)
    const { version } = this.#table
    const tables = this.#table.dump(id)
    return { format: 'grantbox-snapshot', version, provider, company, settings, clock: clock.state, faults: faults.state, tables }
  }

  /**
   * Puts a snapshot in the place of a sandbox's state, all or nothing; its journal begins anew.
   * @throws SnapshotError when it is another provider's, another version's, or does not hang together
   */
  restore({ name }: Sandbox, snapshot: Snapshot): Sandbox {
    const before = this.#record(name)
    const { provider, version, company, settings, clock, faults, tables } = snapshot
    if (provider !== before.provider) throw new SnapshotError('provider', `${before.provider}, as which sandbox ${name} speaks`, provider)
    if (version !== this.#table.version) {
      throw new SnapshotError('version', `${this.#table.version}, of this grantbox: take the snapshot again with this version`, version)
    }
    const record: SandboxRecord = { ...before, company, settings: mergeSettings({}, settings, newSecret) }
    this.#table.load(record.id, tables)
    this.#table.update(record)
    this.#table.saveClock(record.id, clock)
    const sandbox = this.#replace(before, record)
    forgetAll(sandbox)
    sandbox.clock.load(clock)
    sandbox.faults.load(faults)
    return sandbox
  }

  delete(sandbox: Sandbox): void {
    sandbox.counts.stop()
    this.#table.delete(sandbox.id)
    this.#forget(this.#record(sandbox.name))
  }

  /** Takes notice that the store took back what was changed last: what is known from memory is again as it is stored. */
  changesTakenBack(): void {
    const stored = this.#table.list()
    const ids = new Set(stored.map((record) => record.id))
    for (const record of [...this.#records.values()]) {
      if (ids.has(record.id)) continue
      this.#opened.get(record.name)?.counts.stop()
      this.#forget(record)
    }
    for (const record of stored) {
      const known = this.#records.get(record.name)
      const opened = this.#opened.get(record.name)
      if (known === undefined || opened === undefined) {
        if (known !== undefined) this.#forget(known)
        if (this.#providers.has(record.provider)) this.#remember(record)
        continue
      }
      opened.clock.load(record.clock)
      const sandbox = this.#replace(known, record)
      // A key that was made and not stored would be gone after the next start.
      this.#opened.set(record.name, { ...sandbox, keys: this.#keyRing(record.name, sandbox.provider, sandbox) })
    }
  }

  /** Moves a sandbox's clock and keeps it so. */
  advanceClock(sandbox: Sandbox, milliseconds: number): void {
    this.#table.saveClock(sandbox.id, sandbox.clock.advance(milliseconds))
  }

  /** Sets, stops or starts a sandbox's clock and keeps it so. */
  setClock(sandbox: Sandbox, change: ClockChange): void {
    this.#table.saveClock(sandbox.id, sandbox.clock.set(change))
  }

  /** From now on a sandbox is as another record says; whoever holds the old object goes on with it as it was. */
  #replace(before: SandboxRecord, record: SandboxRecord): Sandbox {
    const opened = this.#open(before)
    const changed: Sandbox = {
      ...opened,
      company: record.company,
      hosts: record.hosts,
      settings: settingsOf(opened.provider, record.settings),
    }
    for (const host of before.hosts) this.#hosts.delete(host)
    this.#remember(record)
    this.#opened.set(record.name, changed)
    return changed
  }

  /** Host names in lower case, each once. */
  #freeHosts(hosts: readonly string[], owner?: string): string[] {
    const lower = [...new Set(hosts.map((host) => host.toLowerCase()))]
    const taken = lower.find((host) => (this.#hosts.get(host) ?? owner) !== owner)
    if (taken !== undefined) throw new TakenError('hosts', taken)
    return lower
  }

  #record(name: string): SandboxRecord {
    const record = this.#records.get(name)
    if (record === undefined) throw new Error(`there is no sandbox ${name}`)
    return record
  }

  #forget(record: SandboxRecord): void {
    this.#opened.get(record.name)?.journal.close()
    this.#records.delete(record.name)
    this.#opened.delete(record.name)
    for (const host of record.hosts) this.#hosts.delete(host)
  }

  #remember(record: SandboxRecord): void {
    this.#records.set(record.name, record)
    for (const host of record.hosts) this.#hosts.set(host, record.name)
  }

  #open(record: SandboxRecord): Sandbox {
    const opened = this.#opened.get(record.name)
    if (opened !== undefined) return opened
    const provider = this.#providers.get(record.provider)
    if (provider === undefined) throw new Error(`sandbox ${record.name} speaks as provider ${record.provider}, which is not known`)
    const clock = new SandboxClock(this.#clock, record.clock)
    const settings = settingsOf(provider, record.settings)
    const kept = this.#table.protocolStore(record.id)
    const store = provider.open_apps === true ? { ...kept, userHasApp: () => true } : kept
    const directory = this.#table.directory(record.id)
    const journal = this.#newJournal()
    const counts = new Counts(this.#table.counts(record.id))
    journal.follow({}, (entry) => counts.add(entry, this.#providers.get(record.provider)?.refuses))
    const sandbox: Sandbox = {
      id: record.id,
      name: record.name,
      ...speechOf(provider),
      company: record.company,
      hosts: record.hosts,
      created_at: record.created_at,
      settings,
      clock,
      keys: this.#keyRing(record.name, provider, { store, clock, settings }),
      journal,
      faults: new Faults(),
      failing: new Set(),
      store,
      directory,
      grants: this.#table.grants(record.id),
      social: this.#table.social(record.id),
      documents: this.#table.documents(record.id),
      brands: this.#table.brands(record.id),
      counts,
    }
    this.#opened.set(record.name, sandbox)
    return sandbox
  }

  #keyRing(name: string, provider: Provider, { store, clock, settings }: Pick<Sandbox, 'store' | 'clock' | 'settings'>): KeyRing {
    const secret = () => (this.#opened.get(name)?.settings ?? settings).signing_secret
    return new KeyRing({ store, clock, algs: provider.signing_algs, kid: provider.kid, secret })
  }
}

/** What of a sandbox its provider alone decides. */
function speechOf(provider: Provider) {
  return {
    provider,
    tokens: provider.tokens,
    grant_types: provider.grant_types,
    auth_methods: provider.auth_methods ?? clientAuthMethods,
    sender_constraints: provider.sender_constraints ?? true,
    response_types: provider.response_types ?? ['code'],
    response_modes: provider.response_modes ?? usualResponseModes,
    response_iss: provider.response_iss ?? false,
    offered: provider.client_documents === true ? (settings: Settings) => offered(provider, settings) : undefined,
    sessions: provider.sessions ?? false,
    scopes: provider.scopes.map((scope) => scope.name),
    requests: provider.requests,
  }
}

/** Lets a sandbox forget what it keeps in memory, but for its clock. */
function forgetAll({ keys, failing, faults, journal }: Sandbox): void {
  keys.forget()
  failing.clear()
  faults.clear()
  journal.clear()
}

/** What a sandbox offers at whatever address. */
function offered(provider: Provider, settings: Settings): Record<string, unknown> {
  return discoveryDocument(provider, settings, { issuer: '', public_url: '', internal_url: '', certificate_url: undefined })
}

/** A key for HS256: 258 bits (RFC 7518 §3.2 asks for 256). */
function newSecret(): string {
  return randomText(43)
}
