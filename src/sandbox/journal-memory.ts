/** How much of what came and went is remembered. */
export interface JournalLimits {
  /** Requests of each sandbox; 1000 when absent. */
  journalSize?: number | undefined
  /** Bytes of all sandboxes together; 64 MiB when absent. */
  journalMemory?: number | undefined
}

/** Who keeps entries that may have to go. */
export interface Forgetful {
  /** Lets go of its oldest entry. */
  forgetOldest(): void
}

/** What is known of an entry that is held; the entry itself is its holder's alone, so that it is gone when that lets go of it. */
export interface Held {
  /** Bytes. */
  readonly size: number
  /** Who holds it; undefined when it was let go, so that a holder that is gone is kept alive by nothing here. */
  by: Forgetful | undefined
}

/** What all journals of a server hold together: when it is too much, the oldest entries of any of them go. */
export class JournalMemory {
  readonly #limit: number
  #used = 0
  /** In the order in which they came, which is also the order of each holder's own; those that were let go still stand among them. */
  #held: Held[] = []
  /** Those before it are gone. */
  #first = 0
  #gone = 0

  /** @param limit bytes */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Bytes that are held. */
  get used(): number {
    return this.#used
  }

  /** Takes notice of an entry that is held from now on. */
  hold(entry: Held): void {
    this.#used += entry.size
    this.#held.push(entry)
    while (this.#used > this.#limit) {
      const oldest = this.#held[this.#first++]
      if (oldest === undefined) break
      oldest.by?.forgetOldest()
    }
    this.#tidy()
  }

  /** Takes notice of an entry that its holder let go. */
  release(entry: Held): void {
    if (entry.by === undefined) return
    entry.by = undefined
    this.#used -= entry.size
    this.#gone++
  }

  /** Cutting many at once costs less than taking out each. */
  #tidy(): void {
    if (this.#gone <= 1024 || this.#gone * 2 <= this.#held.length) return
    this.#held = this.#held.filter(({ by }) => by !== undefined)
    this.#first = 0
    this.#gone = 0
  }
}
