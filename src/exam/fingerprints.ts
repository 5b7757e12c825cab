import { createHmac, randomBytes } from 'node:crypto'

/** What is secret, under short names that are the same for the same value and say nothing of it. They are good for one report. */
export class Fingerprints {
  readonly #key = randomBytes(32)

  /** Such as `#a1f`. */
  of(secret: string): string {
    return `#${createHmac('sha256', this.#key).update(secret).digest('hex').slice(0, 3)}`
  }
}
