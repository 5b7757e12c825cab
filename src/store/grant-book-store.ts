import type { AccessTokenRecord, CodeRecord, GrantBook, RefreshTokenRecord, TokenOwner } from '../oauth/grant-book.ts'
import type { Database } from './database.ts'
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

const select = `SELECT ${grantColumns}, ${clientColumns}, ${userColumns} FROM "grant"
  JOIN client ON client.id = "grant".client_row JOIN app ON app.id = client.app_row LEFT JOIN user ON user.id = "grant".user_row
  WHERE "grant".sandbox_id = @sandbox`

const expire = (table: string) => `UPDATE ${table} SET expires_at = @now WHERE (expires_at IS NULL OR expires_at > @now) AND grant_id IN
  (SELECT id FROM "grant" WHERE sandbox_id = @sandbox AND (@client IS NULL OR client_row = @client) AND (@user IS NULL OR user_row = @user))`

/** Every statement about grants and what descended from them, prepared once for all sandboxes. */
export function grantBookStatements(db: Database) {
  const prepare = <Row = unknown>(sql: string) => db.prepare<[Record<string, unknown>], Row>(sql)
  return {
    list: prepare<EntryRow>(
      `${select} AND "grant".id > @after AND (@client_id IS NULL OR client.client_id = @client_id) AND (@username IS NULL OR user.username = @username)
         AND (@active IS NULL OR ("grant".revoked_at IS NULL) = @active) ORDER BY "grant".id LIMIT @limit`,
    ),
    find: prepare<EntryRow>(`${select} AND "grant".id = @id`),
    codes: prepare<CodeRecord>(
      `SELECT id, scope, issued_at, expires_at, used_at FROM authorization_code WHERE grant_id = @grant_id ORDER BY id`,
    ),
    refreshTokens: prepare<RefreshTokenRecord>(
      `SELECT id, parent_id, scope, issued_at, expires_at, used_at, revoked_at FROM refresh_token WHERE grant_id = @grant_id ORDER BY id`,
    ),
    accessTokens: prepare<AccessTokenRecord>(
      `SELECT id, refresh_id, scope, issued_at, expires_at, revoked_at FROM access_token WHERE grant_id = @grant_id ORDER BY id`,
    ),
    expireAccess: prepare(expire('access_token')),
    expireRefresh: prepare(expire('refresh_token')),
  }
}

/** The grants of one sandbox. */
export function grantBookStore(db: Database, statements: ReturnType<typeof grantBookStatements>, sandbox: number): GrantBook {
  const toEntry = (row: EntryRow) => ({ grant: toGrant(row), client: toClient(row), user: toUserIfAny(row) })
  const expireTokens = db.transaction((what: Parameters<GrantBook['expire']>[0], { client, user }: TokenOwner, now: number) => {
    const owner = { sandbox, now, client: client?.row ?? null, user: user?.row ?? null }
    return {
      access_tokens: what === 'refresh' ? 0 : statements.expireAccess.run(owner).changes,
      refresh_tokens: what === 'access' ? 0 : statements.expireRefresh.run(owner).changes,
    }
  })
  return {
    async list({ client_id = null, username = null, active, after = 0, limit }) {
      const wanted = active === undefined ? null : Number(active)
      return statements.list.all({ sandbox, client_id, username, active: wanted, after, limit }).map(toEntry)
    },
    async find(id) {
      const row = statements.find.get({ sandbox, id })
      return row === undefined ? undefined : toEntry(row)
    },
    lineageOf: async ({ id: grant_id }) => ({
      codes: statements.codes.all({ grant_id }),
      refresh_tokens: statements.refreshTokens.all({ grant_id }),
      access_tokens: statements.accessTokens.all({ grant_id }),
    }),
    expire: async (what, owner, now) => expireTokens(what, owner, now),
  }
}
