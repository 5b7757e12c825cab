import { EventEmitter } from 'node:events'
import type { Trace } from '../oauth/realm/context.ts'
import type { JournalMemory } from './journal-memory.ts'

/** One request to a sandbox and what was answered. Secrets stand in it as they came; whoever shows it masks them. */
export interface JournalEntry extends Trace {
  /** Grows from entry to entry, over all sandboxes. */
  id: number
  /** When it came, milliseconds by the sandbox's clock. */
  time: number
  duration_ms: number
  endpoint: string
  method: string
  url: string
  request_headers: Readonly<Record<string, string | string[] | undefined>>
  request_body: unknown
  status: number
  response_headers: Readonly<Record<string, unknown>>
  response_body: string | undefined
  error?: string
  explanation?: string
}

/** Which entries are wanted. */
export interface JournalQuery {
  endpoint?: string | undefined
  client_id?: string | undefined
  grant_type?: string | undefined
  /** Only entries with a higher id, the oldest of them first in line when there are more than `limit`. */
  after?: number | undefined
  /** How many, the newest unless `after` is given. */
  limit?: number | undefined
}

let lastId = 0

/** What came in and went out of a sandbox, newest last: a ring that forgets its oldest entries. */
export class Journal {
  readonly #capacity: number
  readonly #memory: JournalMemory | undefined
  #entries: JournalEntry[] = []
  readonly #added = new EventEmitter<{ entry: [JournalEntry] }>().setMaxListeners(0)

  /**
   * @param capacity how many entries it keeps
   * @param memory what it shares with other journals
   */
  constructor(capacity = 1000, memory?: JournalMemory) {
    this.#capacity = capacity
    this.#memory = memory
  }

  /** Takes an entry, to which it gives its id. */
  add(entry: JournalEntry): void {
    entry.id = ++lastId
    this.#entries.push(entry)
    // Cutting some at once costs less than shifting at each entry.
    if (this.#entries.length >= this.#capacity * 1.125) this.#entries = this.#entries.slice(-this.#capacity)
    this.#memory?.note(this, entry.id, sizeOf(entry))
    this.#added.emit('entry', entry)
  }

  /** Lets go of the entry when it is the oldest that is kept. */
  forget(id: number): void {
    if (this.#entries[0]?.id === id) this.#entries.shift()
  }

  list(query: JournalQuery = {}): JournalEntry[] {
    const { limit = this.#capacity, after } = query
    const found = this.#entries.slice(-this.#capacity).filter((entry) => matches(entry, query))
    return after === undefined ? found.slice(-limit) : found.slice(0, limit)
  }

  clear(): void {
    this.#entries = []
  }

  /** Hands over each entry that matches when it comes, until the function that this gives is called. */
  follow(query: JournalQuery, tell: (entry: JournalEntry) => void): () => void {
    const look = (entry: JournalEntry) => {
      if (matches(entry, query)) tell(entry)
    }
    this.#added.on('entry', look)
    return () => this.#added.off('entry', look)
  }

  /** The entries that match, waiting up to `milliseconds` for one when there is none. */
  async wait(query: JournalQuery, milliseconds: number, signal?: AbortSignal): Promise<JournalEntry[]> {
    const there = this.list(query)
    if (there.length > 0 || milliseconds <= 0) return there
    return new Promise((resolve) => {
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

function matches(entry: JournalEntry, { endpoint, client_id, grant_type, after }: JournalQuery): boolean {
  return (
    (endpoint === undefined || entry.endpoint === endpoint) &&
    (client_id === undefined || entry.client_id === client_id) &&
    (grant_type === undefined || entry.grant_type === grant_type) &&
    (after === undefined || entry.id > after)
  )
}

/** About how many bytes an entry takes; a decoded body takes several times what was sent. */
function sizeOf({ url, request_headers, request_body, response_body = '' }: JournalEntry): number {
  const sent = request_body === undefined ? 0 : Number(request_headers['content-length'] ?? 0)
  return 2048 + url.length + response_body.length + 8 * sent
}
