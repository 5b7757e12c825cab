import type { Speech } from '../support/vendor-speech.ts'

/** A grant with what a client was given of it; the load and the checks use one at a time. */
export interface Family {
  speech: Speech
  /** Access tokens that a client was given. */
  access: string[]
  /** Redeems a code that was not redeemed yet. */
  code?: Record<string, string>
  /** The newest refresh token. */
  refresh?: string
  /** What was used up, or revoked, by answers. */
  spent: Record<string, string>[]
  /** A use of the newest was under way when the server was killed: it may have happened or not. */
  unsure?: boolean
}

/** What clients were told, and what must therefore be so. */
export class Ledger {
  /** Who speaks; at least one. */
  readonly speeches: readonly [Speech, ...Speech[]]
  readonly families: Family[] = []
  /** Paths of the control API that answer 200 with these members. */
  readonly created = new Map<string, Record<string, unknown>>()
  /** Paths of the control API that answer 404. */
  readonly deleted = new Set<string>()
  /** The keys that were published, by their ids. */
  readonly keys = new Map<string, unknown>()
  answers = 0
  /** Requests that should have been answered otherwise. */
  readonly refusals: string[] = []

  constructor(speeches: readonly [Speech, ...Speech[]]) {
    this.speeches = speeches
  }
}
