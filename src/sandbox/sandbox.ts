/**
 * In this room: a world of its own with its clock, settings, faults, journal and counts, and how worlds are made and found.
 * Elsewhere: what a vendor says (`providers/`) and SQL (`store/`).
 */

import type { GrantBook } from '../oauth/model/grant-book.ts'
import type { OwnSpace, OwnSpaces } from '../providers/own-spaces.ts'
import type { Provider } from '../providers/provider.ts'
import type { SandboxClock } from './clock.ts'
import type { Counts } from './counts.ts'
import type { Faults } from './faults.ts'
import type { HeldAnswers } from './held-answers.ts'
import type { Journal } from './journal.ts'
import type { SandboxSettings } from './settings.ts'

/** The spaces of a sandbox that are worlds of their own. */
export interface Spaces extends OwnSpaces {
  /** The sandbox itself. */
  readonly own: Sandbox
  find(name: string): Sandbox | undefined
  list(): readonly Sandbox[]
  create(name: string, settings?: Readonly<Record<string, unknown>>): Sandbox
  change(name: string, settings: Readonly<Record<string, unknown>>): Sandbox
  /** All that is done to spaces, or nothing when it throws. */
  atomically<T>(work: () => T): T
  /** What was known from memory is read again, and what was not stored of what was counted is forgotten. */
  forget(): void
  flushCounts(): void
}

/** One isolated world that speaks as one provider; also one of its spaces that has a world of its own. */
export interface Sandbox extends OwnSpace {
  readonly id: number
  readonly provider: Provider
  readonly clock: SandboxClock
  readonly journal: Journal
  readonly settings: SandboxSettings
  readonly faults: Faults
  readonly held: HeldAnswers
  readonly grants: GrantBook
  readonly spaces: Spaces
  readonly counts: Counts
  /** Host names, without a port, at which it answers at the root. */
  readonly hosts: readonly string[]
  /** The port that it has to itself; 0 until a free one was found for it. */
  readonly port: number | null
}
