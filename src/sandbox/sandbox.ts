/**
 * In this room: a world of its own with its clock, settings, faults, journal and counts, and how worlds are made and found.
 * Elsewhere: what a vendor says (`providers/`) and SQL (`store/`).
 */

import type { Directory } from '../oauth/model/directory.ts'
import type { GrantBook } from '../oauth/model/grant-book.ts'
import type { Realm } from '../oauth/realm/context.ts'
import type { Provider } from '../providers/provider.ts'
import type { SocialStore } from '../providers/social.ts'
import type { SandboxClock } from './clock.ts'
import type { Counts } from './counts.ts'
import type { Faults } from './faults.ts'
import type { Journal } from './journal.ts'
import type { SandboxSettings } from './settings.ts'

/** One isolated world that speaks as one provider. */
export interface Sandbox extends Realm {
  readonly id: number
  readonly provider: Provider
  readonly clock: SandboxClock
  readonly journal: Journal
  readonly settings: SandboxSettings
  readonly faults: Faults
  readonly directory: Directory
  readonly grants: GrantBook
  readonly social: SocialStore
  readonly counts: Counts
  /** Host names, without a port, at which it answers at the root. */
  readonly hosts: readonly string[]
  /** Milliseconds by the machine's clock. */
  readonly created_at: number
}
