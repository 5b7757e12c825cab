import { EventEmitter } from 'node:events'
import type { Reason } from '../oauth/model/reasons.ts'
import type { Trace } from '../oauth/realm/trace.ts'
import type { Forgetful, Held, JournalMemory } from './journal-memory.ts'
import type { Origin } from './origin.ts'

/** One request to a sandbox and what was answered. Secrets stand in it as they came; whoever shows it masks them. */
export interface JournalEntry extends Trace {
  /** Grows from entry to entry, over all sandboxes. */
  id: number
  /** When it came, milliseconds by the sandbox's clock. */
  time: number
  /** When it came, milliseconds by a clock that nobody moves. */
  at_ms: number
  /** The connection that it came by: requests of one have the same number. */
  connection?: number | undefined
  duration_ms: number
  /** Set when its client closed the connection before all of the answer was written; then its status is 0. */
  aborted?: true
  /** How long such a client waited, milliseconds. */
  waited_ms?: number
  endpoint: string
  method: string
  url: string
  /** The host and port that were called, when it came through the proxy. */
  host?: string
  /** How its client addressed us; absent for what did not come to a sandbox's own address. */
  origin?: Origin
  request_headers: Readonly<Record<string, string | string[] | undefined>>
  request_body: unknown
  /** 0 when no answer reached the client: the connection was dropped, or the client went away. */
  status: number
  response_headers: Readonly<Record<string, unknown>>
  response_body: string | undefined
  /** The id of the fault that struck it. */
  fault?: string
  /** Set when it was the control API that acted for a browser. */
  driver?: 'control'
  /** Set when it was sent again from the dashboard: the id of the request that it repeats. */
  again_of?: number
  error?: string
  /** Why, where the error's code has several situations. */
  reason?: Reason
  explanation?: string
}

/** Which entries are wanted. */
export interface JournalQuery {
  endpoint?: string | undefined
  client_id?: string | undefined
  grant_type?: string | undefined
  /** What came to a space with a world of its own. */
  space?: string | undefined
  /** Also what the control API did for a browser, or that alone; without it what clients and browsers sent. */
  driver?: 'control' | 'any' | undefined
  /** Only entries with a higher id, the oldest of them first in line when there are more than `limit`. */
  after?: number | undefined
  /** How many, the newest unless `after` is given. */
  limit?: number | undefined
}

let lastId = 0

/** An entry in a journal. What the shared memory knows of it is apart, since it lasts there some time longer than the entry. */
interface Kept {
  readonly entry: JournalEntry
  readonly held: Held
}

/** What came in and went out of a sandbox, newest last: a ring that forgets its oldest entries. */
export class Journal implements Forgetful {
  /** How many entries it keeps at least, as long as the memory of all journals suffices. */
  readonly capacity: number
  readonly #memory: JournalMemory | undefined
  #kept: Kept[] = []
  #closed = false
  readonly #added = new EventEmitter<{ entry: [JournalEntry]; changed: [JournalEntry] }>().setMaxListeners(0)

  /**
   * @param capacity how many entries it keeps
   * @param memory what it shares with other journals
   */
  constructor(capacity = 1000, memory?: JournalMemory) {
    this.capacity = capacity
    this.#memory = memory
  }

  /** Takes an entry, to which it gives its id. */
  add(entry: JournalEntry): void {
    entry.id = ++lastId
    if (!this.#closed) this.#keep({ entry, held: { size: sizeOf(entry), by: this } })
    this.#added.emit('entry', entry)
  }

  #keep(kept: Kept): void {
    this.#kept.push(kept)
    // Cutting some at once costs less than shifting at each entry.
    if (this.#kept.length >= this.capacity * 1.125) this.#letGo(this.#kept.length - this.capacity)
    this.#memory?.hold(kept.held)
  }

  /** Lets go of so many of the oldest. */
  #letGo(count: number): void {
    for (const { held } of this.#kept.splice(0, count)) this.#memory?.release(held)
  }

  forgetOldest(): void {
    this.#letGo(1)
  }

  list(query: JournalQuery = {}): JournalEntry[] {
    const { limit = this.capacity, after } = query
    const found = this.#kept.slice(-this.capacity).flatMap(({ entry }) => (matches(entry, query) ? [entry] : []))
    return after === undefined ? found.slice(-limit) : found.slice(0, limit)
  }

  /** How many entries it has, and about how many bytes they take. */
  get size(): { entries: number; bytes: number } {
    return { entries: Math.min(this.#kept.length, this.capacity), bytes: this.#kept.reduce((sum, { held }) => sum + held.size, 0) }
  }

  clear(): void {
    this.#letGo(this.#kept.length)
  }

  /** Forgets all and keeps nothing any more: its sandbox is gone, and an answer that is still under way is told to followers alone. */
  close(): void {
    this.clear()
    this.#closed = true
  }

  /** Hands over each entry that matches when it comes, until the function that this gives is called. */
  follow(query: JournalQuery, tell: (entry: JournalEntry) => void): () => void {
    const look = (entry: JournalEntry) => {
      if (matches(entry, query)) tell(entry)
    }
    this.#added.on('entry', look)
    return () => this.#added.off('entry', look)
  }

  /** Says that an entry tells something else by now. */
  changed(entry: JournalEntry): void {
    this.#added.emit('changed', entry)
  }

  /** Hands over each entry that changes, until the function that this gives is called. */
  followChanges(tell: (entry: JournalEntry) => void): () => void {
    this.#added.on('changed', tell)
    return () => this.#added.off('changed', tell)
  }

  /** The entries that match, waiting up to `milliseconds` for one when there is none. */
  async wait(query: JournalQuery, milliseconds: number, signal?: AbortSignal): Promise<JournalEntry[]> {
    const there = this.list(query)
    if (there.length > 0 || milliseconds <= 0) return there
    return await new Promise((resolve) => {
      const end = (entries: JournalEntry[]) => {
        clearTimeout(timer)
        this.#added.off('entry', look)
        signal?.removeEventListener('abort', stop)
        resolve(entries)
      }
      const look = (entry: JournalEntry) => {
        if (matches(entry, query)) end([entry])
      }
      const stop = () => end([])
      const timer = setTimeout(stop, milliseconds)
      this.#added.on('entry', look)
      signal?.addEventListener('abort', stop)
    })
  }
}

function matches(entry: JournalEntry, { endpoint, client_id, grant_type, space, driver, after }: JournalQuery): boolean {
  return (
    (driver === 'any' || entry.driver === driver) &&
    (endpoint === undefined || entry.endpoint === endpoint) &&
    (client_id === undefined || entry.client_id === client_id) &&
    (grant_type === undefined || entry.grant_type === grant_type) &&
    (space === undefined || entry.space === space) &&
    (after === undefined || entry.id > after)
  )
}

/** About how many bytes an entry takes; a decoded body takes several times what was sent. */
function sizeOf({ url, request_headers, request_body, response_body = '' }: JournalEntry): number {
  const sent = request_body === undefined ? 0 : Number(request_headers['content-length'] ?? 0)
  return 2048 + url.length + response_body.length + 8 * sent
}
