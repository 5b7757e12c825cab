import type { Clock } from '../basics/clock.ts'
import { TakenError } from '../oauth/model/directory.ts'
import type { Provider } from '../providers/provider.ts'
import { ownSpaceOf, spaceAt } from '../providers/space.ts'
import { Counts } from './counts.ts'
import type { JournalEntry } from './journal.ts'
import type { Sandbox, Spaces } from './sandbox.ts'
import { seed } from './seed.ts'
import { mergeSettings, settingsOf } from './settings.ts'
import type { SpaceSnapshot } from './snapshot.ts'
import { type Speech, speechOf } from './speech.ts'
import type { SandboxRecord, SandboxTable } from './table.ts'

/** What stays of a space as long as it is known, whatever is said of it. */
type Lasting = Speech & Pick<Sandbox, 'id' | 'space' | 'created_at' | 'directory' | 'grants' | 'social' | 'documents' | 'counts'>

/** What the spaces of a sandbox ask of it. */
export interface SpacesDeps {
  table: SandboxTable
  /** The machine's clock. */
  clock: Clock
  sandbox: () => Sandbox
  /** As the sandbox is stored. */
  record: () => SandboxRecord
  /** Stores that the sandbox's own space has another name, or other settings. */
  changeOwn: (change: Partial<Pick<SandboxRecord, 'space' | 'settings'>>) => void
}

/** The spaces of a sandbox, known when they are first asked for, so that sandboxes of other vendors pay nothing for them. */
export class SandboxSpaces implements Spaces {
  readonly #deps: SpacesDeps
  #records: Map<string, SandboxRecord> | undefined
  readonly #opened = new Map<string, { parent: Sandbox; lasting: Lasting; sandbox: Sandbox }>()

  constructor(deps: SpacesDeps) {
    this.#deps = deps
  }

  get own(): Sandbox {
    return this.#deps.sandbox()
  }

  find(name: string): Sandbox | undefined {
    const { own } = this
    if (own.space === name) return own
    const record = this.#known().get(name)
    return record && this.#open(name, record)
  }

  list(): Sandbox[] {
    const { own } = this
    const others = [...this.#known()].map(([name, record]) => this.#open(name, record))
    return own.space === '' ? others : [own, ...others]
  }

  create(name: string, settings: Readonly<Record<string, unknown>> = {}): Sandbox {
    const { table, clock, record, changeOwn } = this.#deps
    if (name === '' || this.find(name) !== undefined) throw new TakenError('space', name)
    const { own } = this
    if (own.space === '' && name === firstSpace(record(), own.provider)) {
      changeOwn({ space: null, settings: merged(record().settings, settings) })
      return this.own
    }
    const made = table.atomically(() => insertSpace(table, record(), name, settings, clock.now()))
    this.#known().set(name, made)
    return this.#open(name, made)
  }

  change(name: string, settings: Readonly<Record<string, unknown>>): Sandbox {
    const record = this.#known().get(name)
    if (record === undefined && this.#deps.sandbox().space === name) {
      this.#deps.changeOwn({ settings: merged(this.#deps.record().settings, settings) })
      return this.#deps.sandbox()
    }
    if (record === undefined) throw new Error(`there is no space ${name}`)
    const changed = { ...record, settings: merged(record.settings, settings) }
    this.#deps.table.atomically(() => this.#deps.table.update(changed))
    this.#known().set(name, changed)
    const { parent, lasting } = this.#opened.get(name) ?? {}
    if (parent !== undefined && lasting !== undefined) this.#opened.set(name, this.#build(parent, lasting, changed))
    return this.#open(name, changed)
  }

  delete(name: string): void {
    const { table, changeOwn } = this.#deps
    const { own } = this
    const record = this.#known().get(name)
    if (record !== undefined) table.atomically(() => table.delete(record.id))
    else if (own.space === name) {
      table.atomically(() => {
        table.clear(own.id)
        // A sandbox that begins anew keeps its keys; of a space that is deleted nothing is to be known again.
        for (const { kid } of own.store.listKeys()) own.store.deleteKey(kid)
        changeOwn({ space: '' })
      })
      own.keys.forget()
    }
    this.#known().delete(name)
    this.#opened.get(name)?.lasting.counts.stop()
    this.#opened.delete(name)
  }

  atomically<T>(work: () => T): T {
    const { space, settings } = this.#deps.record()
    try {
      return this.#deps.table.atomically(work)
    } catch (error) {
      this.forget()
      this.#deps.changeOwn({ space, settings })
      this.own.keys.forget()
      throw error
    }
  }

  forget(): void {
    for (const { lasting } of this.#opened.values()) lasting.counts.stop()
    this.#records = undefined
    this.#opened.clear()
  }

  /** Where what came to a space beside the sandbox's own is counted. */
  countsOf(space: string | undefined): Counts | undefined {
    return space === undefined ? undefined : this.#opened.get(space)?.lasting.counts
  }

  flushCounts(): void {
    for (const { lasting } of this.#opened.values()) lasting.counts.flush()
  }

  #known(): Map<string, SandboxRecord> {
    this.#records ??= new Map(this.#deps.table.listSpaces(this.#deps.record().id).map((record) => [record.space ?? '', record]))
    return this.#records
  }

  #open(name: string, record: SandboxRecord): Sandbox {
    const parent = this.own
    const there = this.#opened.get(name)
    if (there?.parent === parent) return there.sandbox
    const lasting = there?.lasting.provider === parent.provider ? there.lasting : this.#begin(name, record, parent, there?.lasting)
    const built = this.#build(parent, lasting, record)
    this.#opened.set(name, built)
    return built.sandbox
  }

  #build(parent: Sandbox, lasting: Lasting, { settings }: SandboxRecord) {
    const said = { ...this.#deps.record().settings, ...settings }
    return { parent, lasting, sandbox: { ...parent, ...lasting, settings: settingsOf(parent.provider, said) } }
  }

  #begin(space: string, { id, created_at }: SandboxRecord, { provider, clock }: Sandbox, there?: Lasting): Lasting {
    const { table } = this.#deps
    const now = () => this.#opened.get(space)?.sandbox.settings ?? this.own.settings
    const { directory, grants, social, documents } = table
    return {
      id,
      space,
      created_at,
      ...speechOf(provider, table.protocolStore(id), clock, now),
      directory: directory(id),
      grants: grants(id),
      social: social(id),
      documents: documents(id),
      counts: there?.counts ?? new Counts(table.counts(id)),
    }
  }
}

/** What a sandbox's own space is called, or was before it was deleted; empty where the vendor has none. */
export function firstSpace(record: Pick<SandboxRecord, 'space'>, provider: Provider): string {
  return record.space || ownSpaceOf(spaceAt(provider), provider)
}

/** The declared space of a sandbox, made or with the settings that are declared now. Inside a transaction. */
export function declareSpace(
  table: SandboxTable,
  parent: SandboxRecord,
  space: string,
  settings: Readonly<Record<string, unknown>>,
  now: number,
): SandboxRecord {
  const there = table.listSpaces(parent.id).find((one) => one.space === space)
  if (there === undefined) return insertSpace(table, parent, space, settings, now)
  const changed = { ...there, settings: merged(there.settings, settings) }
  table.update(changed)
  return changed
}

/** Whether it is a space beside the sandbox's own. */
export function isBeside({ space, spaces }: Pick<Sandbox, 'space' | 'spaces'>): boolean {
  return space !== spaces.own.space
}

/** The world of a sandbox that an entry of its journal is about. */
export function worldOf({ space }: Pick<JournalEntry, 'space'>, { spaces }: Pick<Sandbox, 'spaces'>): Sandbox {
  return (space === undefined ? undefined : spaces.find(space)) ?? spaces.own
}

/** Fills the world of a sandbox and those of its preloaded spaces, which keep their keys; other spaces go. Inside a transaction. */
export function seedSpaces(table: SandboxTable, parent: SandboxRecord, provider: Provider, now: number): void {
  const { own_spaces } = provider
  fill(parent, provider.world, provider.spaces?.[own_spaces?.part ?? '']?.default ?? '')
  if (own_spaces === undefined) return
  const preloaded = new Map(Object.entries(own_spaces.preloaded ?? {}))
  for (const record of table.listSpaces(parent.id)) {
    const world = preloaded.get(record.space ?? '')
    if (world === undefined) table.delete(record.id)
    else {
      table.clear(record.id)
      table.update({ ...record, settings: {} })
      fill(record, world, record.space ?? '')
      preloaded.delete(record.space ?? '')
    }
  }
  for (const [name, world] of preloaded) fill(insertSpace(table, parent, name, {}, now), world, name)

  function fill({ id }: SandboxRecord, world: Provider['world'], space: string): void {
    seed({ provider, world, space, directory: table.directory(id), social: table.social(id), documents: table.documents(id) }, now)
  }
}

/** Puts what a snapshot has of spaces in the place of those there are. Inside a transaction. */
export function loadSpaces(table: SandboxTable, parent: SandboxRecord, spaces: readonly SpaceSnapshot[], now: number): void {
  for (const { id } of table.listSpaces(parent.id)) table.delete(id)
  for (const { space, settings, tables } of spaces) table.load(insertSpace(table, parent, space, settings, now).id, tables)
}

/** All that the spaces of a sandbox have, but for its own. */
export function dumpSpaces(table: SandboxTable, { id }: SandboxRecord): SpaceSnapshot[] {
  return table.listSpaces(id).map(({ id, space, settings }) => ({ space: space ?? '', settings, tables: table.dump(id) }))
}

function insertSpace(
  table: SandboxTable,
  { id, name, provider, company }: SandboxRecord,
  space: string,
  settings: Readonly<Record<string, unknown>>,
  created_at: number,
): SandboxRecord {
  const said = { company, settings: merged({}, settings) }
  // No path and no host leads to that name: a sandbox's has no slash.
  const record = {
    name: `${name}/${space}`,
    provider,
    parent_id: id,
    space,
    ...said,
    initial: said,
    hosts: [],
    port: null,
    seeded: false,
    created_at,
  }
  return table.insert({ ...record, clock: { offset: 0, frozen_at: null } })
}

/** The secret that signs is the sandbox's, unless the space was given one. */
function merged(before: Readonly<Record<string, unknown>>, change: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { signing_secret: _, ...rest } = mergeSettings(before, change, () => '')
  const own = change.signing_secret ?? before.signing_secret
  return own === undefined ? rest : { ...rest, signing_secret: own }
}
