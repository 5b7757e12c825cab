import type { Directory } from '../oauth/model/directory.ts'
import type { Documents } from '../oauth/model/documents.ts'
import type { GrantBook } from '../oauth/model/grant-book.ts'
import type { ProtocolStore } from '../oauth/storage/store.ts'
import type { SocialStore } from '../providers/social.ts'
import type { ClockState } from './clock.ts'
import type { CountStore } from './counts.ts'
import type { SnapshotTables } from './snapshot.ts'

/** A sandbox as it is stored. */
export interface SandboxRecord {
  id: number
  name: string
  provider: string
  /** Whose space it is; null for a sandbox. */
  parent_id: number | null
  /** Which of its vendor's spaces it is; null for the default one. */
  space: string | null
  company: string
  /** What differs from the provider's settings. */
  settings: Readonly<Record<string, unknown>>
  hosts: readonly string[]
  /** The port that it has to itself; 0 until a free one was found for it. */
  port: number | null
  seeded: boolean
  clock: ClockState
  created_at: number
  /** As it was created. A reset goes back to the company and the settings; the hosts are absent where they were not noted yet. */
  initial: {
    company: string
    settings: Readonly<Record<string, unknown>>
    hosts?: readonly string[]
    port?: number
    /** Set when nobody named it: its name was made up. */
    unnamed?: true
  }
}

/** How many of each a sandbox has, those of its spaces among them. */
export interface SandboxSize {
  users: number
  clients: number
  grants: number
  /** Beside its own. */
  spaces: number
}

/** What the sandboxes ask of the store. */
export interface SandboxTable {
  /** Runs changes all or none: what throws leaves nothing behind. */
  atomically<T>(work: () => T): T
  /** All but the spaces of sandboxes. */
  list(): SandboxRecord[]
  /** The spaces of a sandbox beside its own, in the order of their making. */
  listSpaces(parent_id: number): SandboxRecord[]
  /** @throws TakenError when the name is another sandbox's */
  insert(record: Omit<SandboxRecord, 'id'>): SandboxRecord
  /** Saves the company, the settings, the hosts and which space it is. */
  update(record: SandboxRecord): void
  /** With all that belongs to it. */
  delete(id: number): void
  saveClock(id: number, clock: ClockState): void
  /** How much is in each of these, by their ids. */
  sizes(ids: readonly number[]): ReadonlyMap<number, SandboxSize>
  /** Of the tables, for snapshots. */
  readonly version: number
  /** All rows of a sandbox. */
  dump(id: number): SnapshotTables
  /**
   * Puts rows in the place of a sandbox's own, all or none.
   * @throws SnapshotError that names the row that does not fit
   */
  load(id: number, rows: SnapshotTables): void
  /** Takes the rows of a sandbox away, but for the first signing key of each algorithm. */
  clear(id: number): void
  protocolStore(id: number): ProtocolStore
  directory(id: number): Directory
  grants(id: number): GrantBook
  social(id: number): SocialStore
  documents(id: number): Documents
  counts(id: number): CountStore
}
