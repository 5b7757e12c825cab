/** Who keeps entries that may have to go. */
export interface Forgetful {
  /** Lets go of the entry when it is the oldest that is kept. */
  forget(id: number): void
}

interface Kept {
  by: Forgetful
  id: number
  size: number
}

/** What all journals of a server keep together: when it is too much, the oldest entries of any of them go. */
export class JournalMemory {
  readonly #limit: number
  #used = 0
  #kept: Kept[] = []
  /** Those before it are gone. */
  #first = 0

  /** @param limit bytes */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Takes notice of a new entry and its size in bytes. */
  note(by: Forgetful, id: number, size: number): void {
    this.#used += size
    this.#kept.push({ by, id, size })
    while (this.#used > this.#limit) {
      const oldest = this.#kept[this.#first++]
      if (oldest === undefined) break
      this.#used -= oldest.size
      oldest.by.forget(oldest.id)
    }
    // Cutting many at once costs less than shifting each.
    if (this.#first > 1024 && this.#first * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#first)
      this.#first = 0
    }
  }
}
