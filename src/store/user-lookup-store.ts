import type { UserLookup } from '../oauth/storage/store.ts'
import type { Database } from './database/database.ts'
import { toUser, type UserRow, userColumns } from './rows.ts'

/** The users of one sandbox, found by other means than their usernames. */
export function userLookupStore(db: Database) {
  const prepare = (sql: string) => db.prepare<[Record<string, unknown>], UserRow>(sql)
  const statements = {
    byEmail: prepare(`SELECT ${userColumns} FROM user WHERE sandbox_id = @sandbox AND email = @email COLLATE NOCASE ORDER BY id LIMIT 1`),
  }
  return (sandbox: number): UserLookup => {
    const userOf = (row: UserRow | undefined) => (row === undefined ? undefined : toUser(row))
    return {
      findUserByEmail: (email) => userOf(statements.byEmail.get({ sandbox, email })),
    }
  }
}
