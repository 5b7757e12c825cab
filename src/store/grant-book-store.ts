import type { CodeRecord, GrantBook } from '../oauth/model/grant-book.ts'
import type { Database } from './database/database.ts'
import {
  type ClientRow,
  clientColumns,
  type GrantRow,
  grantColumns,
  toClient,
  toGrant,
  toUserIfAny,
  type UserRow,
  userColumns,
} from './rows.ts'

type EntryRow = GrantRow & ClientRow & UserRow

/** The tokens of one answer. */
interface TokenRow {
  id: number
  parent_id: number | null
  scope: string | null
  issued_at: number
  access: 0 | 1
  access_expires_at: number
  revoked_at: number | null
  refresh: 0 | 1
  refresh_expires_at: number | null
  used_at: number | null
}

const select = `SELECT ${grantColumns}, ${clientColumns}, ${userColumns} FROM "grant"
  JOIN client ON client.id = "grant".client_row JOIN app ON app.id = client.app_row LEFT JOIN user ON user.id = "grant".user_row
  WHERE "grant".sandbox_id = @sandbox`

const expire = (use: 'access' | 'refresh') => `UPDATE token SET ${use}_expires_at = @now
  WHERE ${use}_digest IS NOT NULL AND (${use}_expires_at IS NULL OR ${use}_expires_at > @now) AND grant_id IN
  (SELECT id FROM "grant" WHERE sandbox_id = @sandbox AND (@client IS NULL OR client_row = @client) AND (@user IS NULL OR user_row = @user))`

/** The grants of one sandbox. */
export function grantBookStore(db: Database) {
  const statements = {
    list: db.named<EntryRow>(
      `${select} AND "grant".id > @after AND (@client_id IS NULL OR client.client_id = @client_id) AND (@username IS NULL OR user.username = @username)
         AND (@active IS NULL OR ("grant".revoked_at IS NULL) = @active) ORDER BY "grant".id LIMIT @limit`,
    ),
    find: db.named<EntryRow>(`${select} AND "grant".id = @id`),
    codes: db.named<CodeRecord>(
      `SELECT id, scope, issued_at, expires_at, used_at FROM authorization_code WHERE grant_id = @grant_id ORDER BY id`,
    ),
    tokens: db.named<TokenRow>(
      `SELECT id, parent_id, scope, issued_at, access_digest IS NOT NULL AS access, access_expires_at, revoked_at,
         refresh_digest IS NOT NULL AS refresh, refresh_expires_at, used_at FROM token WHERE grant_id = @grant_id ORDER BY id`,
    ),
    expireAccess: db.named(expire('access')),
    expireRefresh: db.named(expire('refresh')),
  }
  return (sandbox: number): GrantBook => {
    const toEntry = (row: EntryRow) => ({ grant: toGrant(row), client: toClient(row), user: toUserIfAny(row) })
    return {
      list({ client_id = null, username = null, active, after = 0, limit }) {
        const wanted = active === undefined ? null : Number(active)
        return statements.list.all({ sandbox, client_id, username, active: wanted, after, limit }).map(toEntry)
      },
      find(id) {
        const row = statements.find.get({ sandbox, id })
        return row === undefined ? undefined : toEntry(row)
      },
      lineageOf({ id: grant_id, scope }) {
        const rows = statements.tokens.all({ grant_id })
        // What came first of a refresh token says when it was used, and may have come under any rotation.
        const brought = new Map<number | null, number>()
        for (const { parent_id, issued_at } of rows) if (!brought.has(parent_id)) brought.set(parent_id, issued_at)
        return {
          codes: statements.codes.all({ grant_id }),
          refresh_tokens: rows
            .filter((row) => row.refresh === 1)
            .map(({ id, parent_id, issued_at, refresh_expires_at, used_at }) => {
              return { id, parent_id, scope, issued_at, expires_at: refresh_expires_at, used_at: used_at ?? brought.get(id) ?? null }
            }),
          access_tokens: rows
            .filter((row) => row.access === 1)
            .map((row) => ({
              id: row.id,
              refresh_id: row.refresh === 1 ? row.id : row.parent_id,
              scope: row.scope ?? scope,
              issued_at: row.issued_at,
              expires_at: row.access_expires_at,
              revoked_at: row.revoked_at,
            })),
        }
      },
      expire: db.transaction((what, { client, user }, now) => {
        const owner = { sandbox, now, client: client?.row ?? null, user: user?.row ?? null }
        return {
          access_tokens: what === 'refresh' ? 0 : statements.expireAccess.run(owner).changes,
          refresh_tokens: what === 'access' ? 0 : statements.expireRefresh.run(owner).changes,
        }
      }),
    }
  }
}
