import { sandboxOfGrant } from '../rows.ts'
import type { Database } from './database.ts'

/** Milliseconds that something dead is still there, to be told from what never was: a reused code or token says what it is. */
export const kept = {
  /** After a code or token has expired. */
  expired: 3_600_000,
  /** After a refresh token was used, when its successor was used too. */
  superseded: 86_400_000,
} as const

/** So many tokens of a sandbox, and a batch of rows is looked at; so many rows, twice as many as came meanwhile at most. */
const everyTokens = 256
const batchSize = 512

type Range = { after: number; to: number; sandbox: number; expired: number; superseded: number }

/**
 * Prunes a sandbox's dead codes and tokens by its clock: a batch of rows at a time, after answers and never before one, the
 * more often the more tokens it issues. Rows are found by their keys, which grow, so that no index is kept for it.
 * @returns for a sandbox, who is to be told of each token that was issued, and when
 */
export function pruning(db: Database) {
  // What a successor brought came when the successor was used.
  const superseded = `(SELECT min(late.issued_at) FROM token AS late
    WHERE late.grant_id = token.grant_id AND late.generation = token.generation + 2) <= @superseded`
  const tables = [
    { table: 'authorization_code', dead: 'expires_at <= @expired' },
    {
      table: 'token',
      dead: `(access_digest IS NULL OR access_expires_at <= @expired)
        AND (refresh_digest IS NULL OR refresh_expires_at <= @expired OR ${superseded})`,
    },
  ]
  const statements = tables.map(({ table, dead }) => ({
    last: db.prepare<[after: number, size: number], { id: number | null; n: number }>(
      `SELECT max(id) AS id, count(*) AS n FROM (SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ?)`,
    ),
    remove: db.prepare<[Range]>(`DELETE FROM ${table} WHERE id > @after AND id <= @to AND ${dead} AND ${sandboxOfGrant} = @sandbox`),
  }))
  return (sandbox: number): ((now: number) => void) => {
    const cursors = statements.map(() => 0)
    const prune = db.transaction((now: number) => {
      for (const [index, { last, remove }] of statements.entries()) {
        const after = cursors[index] ?? 0
        const found = last.get(after, batchSize)
        const to = found?.id ?? 0
        // At the last row it begins again: it would follow those that come and never see the ones behind it die.
        cursors[index] = found?.n === batchSize ? to : 0
        if (to > 0) remove.run({ after, to, sandbox, expired: now - kept.expired, superseded: now - kept.superseded })
      }
    })
    let issued = 0
    return (now) => {
      if (++issued % everyTokens !== 0) return
      setImmediate(() => {
        try {
          if (db.isOpen) prune(now)
        } catch {
          // A disk that refuses says so to those who change something; what is dead can wait.
        }
      })
    }
  }
}
