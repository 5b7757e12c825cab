/** A sandbox and how its clients speak, as the load uses it. */
export interface Speaker {
  /** Below the server's address. */
  base: string
  token: string
  client: Readonly<Record<string, string>>
  user: Readonly<Record<string, string>>
  /** What answers 200 to a live access token. */
  me: string
}

/** A grant with what a client was given of it; the load and the checks use one at a time. */
export interface Family {
  speaker: Speaker
  /** Access tokens that a client was given. */
  access: string[]
  /** A code that was not redeemed yet. */
  code?: string
  /** The newest refresh token. */
  refresh?: string
  /** Refresh tokens and codes whose use was answered. */
  spent: Record<string, string>[]
  /** A use of the newest was under way when the server was killed: it may have happened or not. */
  unsure?: boolean
}

/** What clients were told, and what must therefore be so. */
export class Ledger {
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
}
