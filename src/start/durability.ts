import type { IncomingMessage } from 'node:http'
import type { Settled } from '../http/journal-hook.ts'
import type { Database } from '../store/database/database.ts'

/** Where a request carries how often the disk had refused when it began. */
const refusals = Symbol('refusals')

interface Begun extends IncomingMessage {
  [refusals]?: number
}

/** What answers wait for: what they tell of must not be lost when the process ends now. */
export class Durability {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Takes notice that a request begins: what it changes may be refused in any turn of the event loop until it is answered. */
  begin(request: Begun): void {
    request[refusals] = this.#database.refusals
  }

  /** For an answer of this status; one that says that something failed has nothing to be kept, and must go out when the disk refuses. */
  readonly settled: Settled = (request: Begun, status) => (status < 500 ? this.#database.settled(request[refusals]) : undefined)
}
