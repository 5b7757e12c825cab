import type { Provider } from '../providers/provider.ts'
import type { JournalEntry } from './journal.ts'

/** What is counted; `token:` is followed by the grant type, `api` are requests to the vendor's API and for a user's claims. */
export type CountName = 'sign_in' | `token:${string}` | 'api' | 'error' | 'refused'

/** How often something happened in an hour of the sandbox's clock. */
export interface HourlyCount {
  /** Hours since the epoch. */
  hour: number
  name: CountName
  count: number
}

/** Where counts are kept. */
export interface CountStore {
  /** Adds to what is there, in one transaction. */
  add(counts: readonly HourlyCount[]): void
  /** From that hour on, oldest first. */
  since(hour: number): HourlyCount[]
}

export const hourLength = 3_600_000

/** How long counts stay in memory, milliseconds: one write a second, however many requests come. */
const delay = 1000

/** Counts what the journal of a sandbox writes down: the journal forgets, the counts stay. */
export class Counts {
  readonly #store: CountStore
  readonly #waiting = new Map<string, HourlyCount>()
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(store: CountStore) {
    this.#store = store
  }

  /** @param refuses whether the vendor's answer refused a token */
  add(entry: JournalEntry, refuses: Provider['refuses'] = ({ status }) => status === 401): void {
    if (this.#stopped) return
    const hour = Math.floor(entry.time / hourLength)
    for (const name of namesOf(entry, refuses)) {
      const key = `${hour} ${name}`
      const known = this.#waiting.get(key)
      if (known === undefined) this.#waiting.set(key, { hour, name, count: 1 })
      else known.count++
    }
    if (this.#waiting.size > 0 && this.#timer === undefined) this.#timer = setTimeout(() => this.#flushInTime(), delay).unref()
  }

  /** From that hour on, up to now, oldest first. */
  since(hour: number): HourlyCount[] {
    this.flush()
    return this.#store.since(hour)
  }

  /** Stores what was counted since the last time. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting.size === 0) return
    this.#store.add([...this.#waiting.values()])
    this.#waiting.clear()
  }

  /** Nobody waits for what a timer stores, so nobody is told that it could not: it stays, and is stored with what comes next. */
  #flushInTime(): void {
    try {
      this.flush()
    } catch {
      // A disk that refuses says so to those who change something.
    }
  }

  /** Counts no more, and forgets what is not stored yet. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#waiting.clear()
  }
}

/** What an answered request counts as. */
function namesOf(entry: JournalEntry, refuses: NonNullable<Provider['refuses']>): CountName[] {
  const { endpoint, status, grant_type, grant_id, response_body: body } = entry
  const names: CountName[] = []
  // What the proxy refused came to no endpoint of the vendor's.
  if (endpoint === 'proxy') return names
  if (endpoint === 'authorize' && grant_id !== undefined && status < 400) names.push('sign_in')
  if (endpoint === 'token' && status > 0 && status < 300) names.push(`token:${grant_type ?? 'unknown'}`)
  if (endpoint === 'api' || endpoint === 'userinfo') {
    names.push('api')
    if (refuses({ status, body })) names.push('refused')
  }
  if (status >= 400) names.push('error')
  return names
}
