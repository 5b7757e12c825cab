import type { Grant, User } from '../model/records.ts'

/** The part of the store that knows what exchanged tokens came of. */
export interface LineageStore {
  /** The newest live grant of a user to a client that is not younger than `latest`. */
  findGrant(client_id: string, user: User, latest: number): Grant | undefined
}
