import type { User } from '../model/records.ts'

/** Other ways to find a user than by username. */
export interface UserLookup {
  /** In any letter case; of several the oldest. */
  findUserByEmail(email: string): User | undefined
}
