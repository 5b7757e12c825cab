import type { Clock } from '../basics/clock.ts'
import type { Provider } from '../providers/provider.ts'
import { mustBeAsCreated } from './as-created.ts'
import { type ClockState, machineTime, SandboxClock } from './clock.ts'
import { apart, DeclarationError, type Declared, fill, placed, type SandboxDeclaration, type WorldDeclaration } from './declared.ts'
import type { KnownOptions } from './known.ts'
import { changedRecord, type NewSandbox, newRecord, type SandboxChange } from './new-sandbox.ts'
import { hostNames } from './places.ts'
import { ReachedSandboxes } from './reached.ts'
import type { Sandbox } from './sandbox.ts'
import { settingsOf, sinceThen } from './settings.ts'
import { mustFit, type Snapshot } from './snapshot.ts'
import { declareSpace, dumpSpaces, firstSpace, loadSpaces, seedSpaces } from './spaces.ts'
import type { SandboxRecord, SandboxTable } from './table.ts'

const nothing: Declared = { providers: [], sandboxes: [] }

/**
 * The sandboxes of a server and what may happen to one. Each of these is one transaction: it is stored as a whole or not at all, and
 * what is known from memory follows when it was.
 */
export class Sandboxes extends ReachedSandboxes {
  readonly #builtIn: ReadonlyMap<string, Provider>
  #declared: Declared = nothing

  /** @param builtIn providers that are there whatever is declared */
  constructor(table: SandboxTable, builtIn: ReadonlyMap<string, Provider>, clock: Clock, defaultName: string, options?: KnownOptions) {
    super(table, clock, defaultName, options)
    this.#builtIn = builtIn
  }

  /** What a configuration wants to be there. */
  get declared(): Declared {
    return this.#declared
  }

  /** @throws TakenError when the name, a host or the port is another sandbox's */
  create(draft: NewSandbox): Sandbox {
    const hosts = this.places.freeHosts(draft.hosts ?? [])
    this.places.checkPort(draft.port)
    return this.#stored(() => this.#insert({ ...draft, hosts }))
  }

  /**
   * The sandbox of a name, made if there is none.
   * @throws CreatedOtherwiseError when there is one that was created with something else
   * @throws TakenError when a host is another sandbox's
   */
  ensure(draft: NewSandbox & { name: string }): { sandbox: Sandbox; created: boolean } {
    if (!this.isThere(draft.name)) return { sandbox: this.create(draft), created: true }
    const there = this.record(draft.name.toLowerCase())
    mustBeAsCreated(there, { ...draft, hosts: hostNames(draft.hosts ?? []) })
    return { sandbox: this.open(there), created: false }
  }

  /** @throws TakenError when a host or the port is another sandbox's */
  update({ name }: Sandbox, change: SandboxChange): Sandbox {
    const hosts = change.hosts === undefined ? undefined : this.places.freeHosts(change.hosts, name)
    this.places.checkPort(change.port, name)
    return this.#stored(() => this.#change(this.record(name), { ...change, hosts }))
  }

  /** Says which free port was found for a sandbox. */
  foundPort(name: string, port: number): void {
    this.know(this.table.atomically(() => this.#change(this.record(name), { port })))
  }

  /** Back to what it was when it was created, and to what is declared of it: no grants, no faults, no journal, the machine's time. */
  reset({ name }: Sandbox): Sandbox {
    const before = this.record(name)
    const declaration = this.#declared.sandboxes.find((one) => one.name === name)
    return this.#anew(machineTime, () => {
      this.table.clear(before.id)
      const { company, settings } = before.initial
      const record = this.#change({ ...before, company, settings, space: null, clock: machineTime }, {})
      this.table.saveClock(record.id, machineTime)
      this.#seed(record)
      return declaration === undefined ? record : this.#declare(declaration, record)
    })
  }

  /** The whole state of a sandbox, but for its name, its hosts and its journal. */
  snapshot({ id, name, clock, faults }: Sandbox): Snapshot {
    const record = this.record(name)
    const { provider, company, settings, space } = record
    const { version } = this.table
    const tables = this.table.dump(id)
    const spaces = dumpSpaces(this.table, record)
    return {
      ...{ format: 'grantbox-snapshot', version, provider, company, settings, clock: clock.state, faults: faults.state, tables },
      ...(space !== null && { space }),
      ...(spaces.length > 0 && { spaces }),
    }
  }

  /**
   * Puts a snapshot in the place of a sandbox's state; its journal begins anew.
   * @throws SnapshotError when it is another provider's, another version's, or does not hang together
   * @throws ClockRangeError
   */
  restore({ name, clock }: Sandbox, snapshot: Snapshot): Sandbox {
    const before = this.record(name)
    mustFit(snapshot, { provider: before.provider, version: this.table.version }, `sandbox ${name}`)
    clock.check(snapshot.clock)
    const restored = this.#anew(snapshot.clock, () => this.#load(before, snapshot))
    restored.faults.load(snapshot.faults)
    return restored
  }

  /**
   * Makes a sandbox that has the state of a snapshot; a reset leaves it with the settings and with what its provider preloads.
   * @throws SnapshotError as {@link restore}
   * @throws TakenError when the name, a host or the port is another sandbox's
   * @throws ClockRangeError
   */
  createFrom(snapshot: Snapshot, { provider, name, hosts = [], port }: Omit<NewSandbox, 'company' | 'settings' | 'seed'>): Sandbox {
    const { company, settings, clock, faults } = snapshot
    mustFit(snapshot, { provider: provider.id, version: this.table.version }, 'the new sandbox')
    new SandboxClock(this.clock, machineTime).check(clock)
    const draft = { provider, name, port, company, settings, hosts: this.places.freeHosts(hosts) }
    this.places.checkPort(port)
    const made = this.#stored(() => this.#load({ ...this.table.insert(newRecord(draft, this.clock.now())), clock }, snapshot))
    made.faults.load(faults)
    return made
  }

  /**
   * Takes other declarations for those that held until now, all of them or none: a provider without a sandbox of its name gets one,
   * the declared sandboxes are made, or become what they are declared to be now. What others put into them stays.
   * @param gone a provider whose sandboxes are deleted
   * @throws DeclarationError
   */
  declare(declared: Declared = nothing, gone?: string): void {
    const providers = this.#with(declared)
    if (this.providers.has(this.defaultName) && !providers.has(this.defaultName)) {
      throw new DeclarationError(`providers.${this.defaultName}`, 'expected a provider, whose sandbox answers at the root, got nothing')
    }
    this.flushCounts()
    const records = this.table.atomically(() => {
      for (const { id } of this.speakingAs(gone)) this.table.delete(id)
      return this.#realize(declared, providers)
    })
    this.#declared = declared
    this.takeStock(records, providers)
    this.readAgain()
  }

  /** Goes back to earlier declarations because the disk refused what came of the later ones. */
  goBackTo(declared: Declared): void {
    if (declared === this.#declared) return
    this.#declared = declared
    this.takeStock(this.table.list(), this.#with(declared))
    this.readAgain()
  }

  #with({ providers }: Declared): ReadonlyMap<string, Provider> {
    return new Map([...this.#builtIn, ...this.vendors.loaded, ...providers.map((one) => [one.id, one] as const)])
  }

  /** The records of all sandboxes when the declarations hold; inside a transaction. */
  #realize({ sandboxes }: Declared, providers: ReadonlyMap<string, Provider>): SandboxRecord[] {
    const records = new Map(this.table.list().map((record) => [record.name, record]))
    for (const provider of providers.values()) {
      const { id: name } = provider
      if (this.vendors.loaded.has(name) && name !== this.defaultName) continue
      const there = records.get(name)
      if (there === undefined) {
        const record = placed(
          () => `providers.${name}`,
          () => this.#insert({ name, provider }),
        )
        records.set(name, record)
      } else if (!this.isSpoken(there, providers)) {
        const came = `got that of one that speaks as ${there.provider}, which is not declared any more`
        throw new DeclarationError(`providers.${name}`, `expected a name that no sandbox has, ${came}`)
      }
    }
    for (const one of sandboxes) records.set(one.name, this.#declare(one, records.get(one.name), providers))
    const all = [...records.values()]
    apart(
      sandboxes,
      all.filter((one) => this.isSpoken(one, providers)),
    )
    return all
  }

  /** Makes a declared sandbox, or changes the one that is there; inside a transaction. */
  #declare(declaration: SandboxDeclaration, there: SandboxRecord | undefined, providers = this.providers): SandboxRecord {
    const { name, provider: providerName, company, hosts, port, seed, spaces = {} } = declaration
    const place = `sandboxes.${name}`
    const provider = providers.get(providerName)
    if (provider === undefined) {
      throw new DeclarationError(`${place}.provider`, `Sandbox '${name}' is to speak as '${providerName}', which is no provider.`)
    }
    if (there !== undefined && there.provider !== providerName) {
      throw new DeclarationError(
        `${place}.provider`,
        `Sandbox '${name}' is there and speaks as ${there.provider}, but the config file says ${providerName}. Delete it, or choose another name.`,
      )
    }
    const problem = there === undefined ? this.nameProblem(name, providers) : undefined
    if (problem !== undefined) throw new DeclarationError(place, `A sandbox cannot be called '${name}': ${problem}.`)
    return placed(
      () => place,
      () => {
        const before = this.#declared.sandboxes.find((one) => one.name === name)
        const first = firstSpace({ space: there?.space ?? null }, provider)
        const settingsIn = (said: SandboxDeclaration | undefined) => ({ ...said?.settings, ...said?.spaces?.[first]?.settings })
        const settings = settingsIn(declaration)
        // One that was deleted is there again when it is declared.
        const space = Object.hasOwn(spaces, first) ? null : (there?.space ?? null)
        const record =
          there === undefined
            ? this.#insert({ name, provider, company, hosts, port, settings, seed })
            : this.#change(
                { ...there, space },
                {
                  company,
                  hosts,
                  port: port ?? (before?.port === undefined ? undefined : null),
                  settings: sinceThen(settingsIn(before), settings),
                },
              )
        this.#fill(record, declaration, provider, place, record)
        for (const [id, said] of Object.entries(spaces)) {
          const changed = sinceThen(before?.spaces?.[id]?.settings ?? {}, said.settings ?? {})
          const world = id === first ? record : declareSpace(this.table, record, id, changed, this.clock.now())
          this.#fill(world, said, provider, `${place}.spaces.${id}`, record)
        }
        return record
      },
    )
  }

  /** Fills a sandbox, or a space of one, with what is declared of it. */
  #fill({ id, settings }: SandboxRecord, said: WorldDeclaration, provider: Provider, place: string, parent: SandboxRecord): void {
    const { signing_alg } = settingsOf(provider, { ...parent.settings, ...settings })
    const now = new SandboxClock(this.clock, parent.clock).now()
    const { company } = parent
    fill({ place, directory: this.table.directory(id), keys: this.table.protocolStore(id), provider, company, signing_alg, now }, said)
  }

  #insert(draft: NewSandbox): SandboxRecord {
    const record = this.table.insert(newRecord(draft, this.clock.now()))
    this.#seed(record, draft.provider)
    return record
  }

  /** Fills a sandbox that is to have it with what its provider preloads. */
  #seed(record: SandboxRecord, provider = this.providers.get(record.provider)): void {
    if (record.seeded && provider !== undefined) seedSpaces(this.table, record, provider, this.clock.now())
  }

  /** Puts a snapshot in the place of what a sandbox has; inside a transaction. */
  #load(before: SandboxRecord, { tables, clock, company, settings, space, spaces = [] }: Snapshot): SandboxRecord {
    this.table.load(before.id, tables)
    this.table.saveClock(before.id, clock)
    loadSpaces(this.table, before, spaces, this.clock.now())
    return this.#change({ ...before, company, space: space ?? null, settings: {} }, { settings })
  }

  #change(before: SandboxRecord, change: SandboxChange): SandboxRecord {
    const record = changedRecord(before, change)
    this.table.update(record)
    return record
  }

  /** The sandbox as it is after it was stored. */
  #stored(change: () => SandboxRecord): Sandbox {
    const record = this.table.atomically(change)
    this.know(record)
    return this.open(record)
  }

  /** The same for one that begins anew at a time: it forgets what it keeps in memory. */
  #anew(time: ClockState, change: () => SandboxRecord): Sandbox {
    const sandbox = this.#stored(change)
    const { keys, failing, faults, held, journal, clock, spaces } = sandbox
    spaces.forget()
    keys.forget()
    failing.clear()
    faults.clear()
    held.clear()
    journal.clear()
    clock.load(time)
    return sandbox
  }
}
