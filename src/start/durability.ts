import type { IncomingMessage } from 'node:http'
import { StartError } from '../basics/start-error.ts'
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

/** What a start makes is there before anybody is told that it started. */
export async function stored(database: Database): Promise<void> {
  try {
    await database.settled()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartError(`The database ${database.file} takes no changes (${reason}). Is the disk full?`, { cause: error })
  }
}
