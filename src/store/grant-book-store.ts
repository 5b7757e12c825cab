import type { CodeRecord, GrantBook } from '../oauth/model/grant-book.ts'
import type { Database } from './database/database.ts'
import { prefixPattern } from './directory-store.ts'
import {
  type ClientRow,
  clientColumns,
  type GrantRow,
  grantColumns,
  sandboxOfGrant,
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

const columns = `${grantColumns}, ${clientColumns}, ${userColumns}`
const from = `FROM "grant"
  JOIN client ON client.id = "grant".client_row JOIN app ON app.id = client.app_row LEFT JOIN user ON user.id = "grant".user_row
  WHERE client.sandbox_id = @sandbox`
const wanted = `(@client_id IS NULL OR client.client_id = @client_id) AND (@username IS NULL OR user.username = @username)
  AND (@active IS NULL OR ("grant".revoked_at IS NULL) = @active)`
/** Whether a token of the grant still lives. */
const lives = `EXISTS (SELECT 1 FROM token WHERE grant_id = "grant".id AND (access_expires_at > @now AND token.revoked_at IS NULL
  OR refresh_digest IS NOT NULL AND ifnull(refresh_expires_at, @now + 1) > @now))`

const expireWhere = (use: 'access' | 'refresh') => `UPDATE token SET ${use}_expires_at = @now
  WHERE ${use}_digest IS NOT NULL AND (${use}_expires_at IS NULL OR ${use}_expires_at > @now)`
const expireOne = (use: 'access' | 'refresh') => `${expireWhere(use)} AND id = @id AND grant_id = @grant_id`
const expire = (use: 'access' | 'refresh') => `${expireWhere(use)} AND grant_id IN
  (SELECT "grant".id FROM client JOIN "grant" ON client_row = client.id
    WHERE sandbox_id = @sandbox AND (@client IS NULL OR client_row = @client) AND (@user IS NULL OR user_row = @user))`

/** The grants of one sandbox. */
export function grantBookStore(db: Database) {
  const statements = {
    list: db.named<EntryRow>(`SELECT ${columns} ${from} AND "grant".id > @after AND ${wanted} ORDER BY "grant".id LIMIT @limit`),
    newest: db.named<EntryRow & { lives: 0 | 1 }>(
      `SELECT ${columns}, ${lives} AS lives ${from} AND "grant".id < @before AND ${wanted} AND (@search IS NULL
         OR user.username LIKE @search ESCAPE '\\' OR client.client_id LIKE @search ESCAPE '\\' OR app.name LIKE @search ESCAPE '\\')
       ORDER BY "grant".id DESC LIMIT @limit`,
    ),
    find: db.named<EntryRow>(`SELECT ${columns} ${from} AND "grant".id = @id`),
    issuerOf: db.named<{ name: string }>(
      `SELECT coalesce(parent.name, own.name) AS name FROM token
         JOIN sandbox AS own ON own.id = ${sandboxOfGrant} LEFT JOIN sandbox AS parent ON parent.id = own.parent_id
       WHERE token.id = @id AND @digest IN (access_digest, refresh_digest)`,
    ),
    codes: db.named<CodeRecord>(
      `SELECT id, scope, issued_at, expires_at, used_at FROM authorization_code WHERE grant_id = @grant_id ORDER BY id`,
    ),
    tokens: db.named<TokenRow>(
      `SELECT id, parent_id, scope, issued_at, access_digest IS NOT NULL AS access, access_expires_at, revoked_at,
         refresh_digest IS NOT NULL AS refresh, refresh_expires_at, used_at FROM token WHERE grant_id = @grant_id ORDER BY id`,
    ),
    expireAccess: db.named(expire('access')),
    expireRefresh: db.named(expire('refresh')),
    expireOneAccess: db.named(expireOne('access')),
    expireOneRefresh: db.named(expireOne('refresh')),
    revokeOne: db.named(
      'UPDATE token SET revoked_at = @now WHERE id = @id AND grant_id = @grant_id AND access_digest IS NOT NULL AND revoked_at IS NULL',
    ),
  }
  return (sandbox: number): GrantBook => {
    const toEntry = (row: EntryRow) => ({ grant: toGrant(row), client: toClient(row), user: toUserIfAny(row) })
    return {
      list({ client_id = null, username = null, active, after = 0, limit }) {
        const only = active === undefined ? null : Number(active)
        return statements.list.all({ sandbox, client_id, username, active: only, after, limit }).map(toEntry)
      },
      newest({ client_id = null, username = null, active, search = '', before = Number.MAX_SAFE_INTEGER, limit }, now) {
        const only = active === undefined ? null : Number(active)
        const beginning = search === '' ? null : prefixPattern(search)
        const rows = statements.newest.all({ sandbox, client_id, username, active: only, search: beginning, before, limit, now })
        return rows.map((row) => ({ ...toEntry(row), lives: row.lives === 1 }))
      },
      find(id) {
        const row = statements.find.get({ sandbox, id })
        return row === undefined ? undefined : toEntry(row)
      },
      issuerOf: (id, digest) => statements.issuerOf.get({ id, digest })?.name,
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
      expireOne: ({ id: grant_id }, { use, id }, now) =>
        statements[use === 'access' ? 'expireOneAccess' : 'expireOneRefresh'].run({ id, grant_id, now }).changes === 1,
      revokeOne: ({ id: grant_id }, id, now) => statements.revokeOne.run({ id, grant_id, now }).changes === 1,
    }
  }
}
