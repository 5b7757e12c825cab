import type { OneTimeTokenStore } from '../oauth/storage/store.ts'
import type { Database } from './database/database.ts'
import { toUser, type UserRow, userColumns } from './rows.ts'

/** How long a token is remembered behind its end, so that it can be said what became of it; milliseconds. */
const remembered = 24 * 3600 * 1000

export interface OneTimeTokenRow extends UserRow {
  service: string
  details: string
  expires_at: number
  used_at: number | null
}

/** The one-time tokens of one sandbox. */
export function oneTimeTokenStore(db: Database) {
  const statements = {
    prune: db.named(`DELETE FROM one_time_token WHERE sandbox_id = @sandbox AND expires_at <= @before`),
    save: db.named(
      `INSERT INTO one_time_token (digest, sandbox_id, user_row, service, details, issued_at, expires_at)
       VALUES (@digest, @sandbox, @user, @service, @details, @issued_at, @expires_at)`,
    ),
    take: db.named(
      `UPDATE one_time_token SET used_at = @now
       WHERE digest = @digest AND sandbox_id = @sandbox AND expires_at > @now AND (used_at IS NULL OR @keep)`,
    ),
    find: db.named<OneTimeTokenRow>(
      `SELECT one_time_token.service, one_time_token.details, one_time_token.expires_at, one_time_token.used_at, ${userColumns}
       FROM one_time_token JOIN user ON user.id = one_time_token.user_row
       WHERE one_time_token.digest = @digest AND one_time_token.sandbox_id = @sandbox`,
    ),
  }
  return (sandbox: number): OneTimeTokenStore => {
    return {
      saveOneTimeToken: db.transaction(({ user, details, issued_at, ...draft }) => {
        statements.prune.run({ sandbox, before: issued_at - remembered })
        statements.save.run({ ...draft, sandbox, user: user.row, details: JSON.stringify(details), issued_at })
      }),
      takeOneTimeToken: db.transaction((digest, now, keep) => {
        const taken = statements.take.run({ digest, sandbox, now, keep: keep ? 1 : 0 }).changes === 1
        const row = statements.find.get({ digest, sandbox })
        if (row === undefined) return 'unknown'
        if (row.disabled === 1) return 'revoked'
        if (!taken) return row.used_at === null || row.expires_at <= now ? 'expired' : 'used'
        return { user: toUser(row), service: row.service, details: JSON.parse(row.details) }
      }),
    }
  }
}
