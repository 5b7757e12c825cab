import type { ClockState } from './clock.ts'
import type { FaultState } from './faults.ts'

/** A row as a snapshot has it: columns by name, bytes as base64. */
export type SnapshotRow = Readonly<Record<string, string | number | null>>

/** The rows of a sandbox by table. */
export type SnapshotTables = Readonly<Record<string, readonly SnapshotRow[]>>

/** The whole state of a sandbox, but for its name, its hosts and its journal. */
export interface Snapshot {
  format: 'grantbox-snapshot'
  /** Of the tables: one that was taken by another version may have other columns. */
  version: number
  provider: string
  company: string
  /** What differs from the provider's settings. */
  settings: Readonly<Record<string, unknown>>
  clock: ClockState
  faults: readonly FaultState[]
  tables: SnapshotTables
  /** Which space the sandbox's own world is; absent for the vendor's default one. */
  space?: string | undefined
  /** The spaces beside it; absent when there is none. */
  spaces?: readonly SpaceSnapshot[] | undefined
}

/** A space that has a world of its own. */
export interface SpaceSnapshot {
  space: string
  /** What differs from the sandbox's settings. */
  settings: Readonly<Record<string, unknown>>
  tables: SnapshotTables
}

/** Why a snapshot cannot be restored. */
export class SnapshotError extends Error {
  /** The member that is wrong. */
  readonly field: string
  readonly came: unknown

  /** @param message what was expected there */
  constructor(field: string, message: string, came: unknown) {
    super(message)
    this.name = 'SnapshotError'
    this.field = field
    this.came = came
  }
}

/**
 * Holds a snapshot to what can take its state.
 * @param taker a provider, and the version of the tables
 * @param speaking what speaks as that provider: `sandbox b`
 * @throws SnapshotError
 */
export function mustFit(snapshot: Snapshot, taker: { provider: string; version: number }, speaking: string): void {
  const { provider, version } = snapshot
  if (provider !== taker.provider) throw new SnapshotError('provider', `${taker.provider}, as which ${speaking} speaks`, provider)
  if (version !== taker.version) {
    throw new SnapshotError('version', `${taker.version}, of this grantbox: take the snapshot again with this version`, version)
  }
}
