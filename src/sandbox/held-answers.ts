import type { Delivery } from '../oauth/authorization/response.ts'

/** An answer to a client that a fault kept from its browser. */
export interface HeldAnswer {
  readonly id: string
  /** Milliseconds, by the sandbox's clock. */
  readonly at: number
  readonly client_id: string
  readonly username: string | undefined
  readonly delivery: Delivery
}

/** More would be of no use to anybody. */
const most = 100

/** The answers of a sandbox that wait to be fetched, oldest first; in memory alone. */
export class HeldAnswers {
  #held: HeldAnswer[] = []
  #count = 0

  add(answer: Omit<HeldAnswer, 'id'>): void {
    this.#held = [...this.#held, { ...answer, id: `callback-${++this.#count}` }].slice(-most)
  }

  list(): readonly HeldAnswer[] {
    return this.#held
  }

  clear(): void {
    this.#held = []
  }
}
