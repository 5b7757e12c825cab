/**
 * In this room: every SQL statement, beside the method that runs it, one file for each interface.
 * Elsewhere: the database itself (`database/`) and decisions: a store takes, finds and keeps.
 */

import { timingSafeEqual } from 'node:crypto'
import type { StoredKey } from '../oauth/jose/stored-keys.ts'
import type { Directory } from '../oauth/model/directory.ts'
import type { AuthorizationRequest, Grant, Interaction, RedeemedCode, User } from '../oauth/model/records.ts'
import type { GrantDraft, ProtocolStore } from '../oauth/storage/store.ts'
import type { Database } from './database/database.ts'
import { limit, type Records } from './database/kept-records.ts'
import { pruning } from './database/pruning.ts'
import { deferredStore } from './deferred-store.ts'
import { lineageStore, withDescendants } from './lineage-store.ts'
import { oneTimeTokenStore } from './one-time-token-store.ts'
import { pushedRequestStore } from './pushed-request-store.ts'
import { registrationStore } from './registration-store.ts'
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
import { sessionStore } from './session-store.ts'
import { tokenStore } from './token-store.ts'

interface CodeRow extends Omit<RedeemedCode, 'grant' | 'user'> {
  grant_id: number
  digest: Buffer
  expires_at: number
  used_at: number | null
}

type KeyRow = Omit<StoredKey, 'jwk' | 'given'> & { jwk: string; given: 0 | 1 }

interface InteractionRow extends ClientRow, UserRow {
  request: string
  browser: Buffer | null
  expires_at: number
}

/** Grants go with all that came of their tokens. One with a reason and without a time has no refresh tokens any more. */
function revokeLine(grants: string): string {
  return `${withDescendants(grants)}
    UPDATE "grant" SET revoked_at = @now, revoked_reason = @reason WHERE id IN (SELECT id FROM line) AND revoked_at IS NULL`
}

/** The protocol's store of one sandbox. */
export function protocolStore(db: Database, known: Records, ids: Ids, directory: (sandbox: number) => Directory) {
  const stores = {
    sessions: sessionStore(db, known),
    pushedRequests: pushedRequestStore(db),
    deferred: deferredStore(db),
    lineage: lineageStore(db),
    registration: registrationStore(db, directory),
    tokens: tokenStore(db, known),
    oneTimeTokens: oneTimeTokenStore(db),
  }
  const prune = pruning(db)
  /** Codes that were not used yet: they soon are. */
  const codes = db.memory<number, CodeRow>(limit, 'authorization_code')
  const userApps = db.memory<string, true>(limit, 'user_app')
  const statements = {
    findUser: db.named<UserRow>(`SELECT ${userColumns} FROM user WHERE sandbox_id = @sandbox AND username = @username`),
    findUserById: db.named<UserRow>(`SELECT ${userColumns} FROM user WHERE sandbox_id = @sandbox AND user_id = @user_id`),
    findUserByEmail: db.named<UserRow>(
      `SELECT ${userColumns} FROM user WHERE sandbox_id = @sandbox AND email = @email COLLATE NOCASE ORDER BY id LIMIT 1`,
    ),
    hasApp: db.named(`SELECT 1 FROM user_app WHERE user_row = @user AND app_row = @app`),
    addApp: db.named(`INSERT INTO user_app (user_row, app_row) VALUES (@user, @app) ON CONFLICT DO NOTHING`),

    saveInteraction: db.named(
      `INSERT INTO interaction (id, sandbox_id, client_row, user_row, request, browser, expires_at)
       VALUES (@id, @sandbox, @client, @user, @request, @browser, @expires_at)`,
    ),
    pruneInteractions: db.named(`DELETE FROM interaction WHERE sandbox_id = @sandbox AND expires_at <= @now`),
    findInteraction: db.named<InteractionRow>(
      `SELECT interaction.request, interaction.browser, interaction.expires_at, ${clientColumns}, ${userColumns} FROM interaction
         JOIN client ON client.id = interaction.client_row JOIN app ON app.id = client.app_row LEFT JOIN user ON user.id = interaction.user_row
       WHERE interaction.id = @id AND interaction.sandbox_id = @sandbox AND interaction.expires_at > @now`,
    ),
    setInteractionUser: db.named(`UPDATE interaction SET user_row = @user WHERE id = @id AND sandbox_id = @sandbox`),
    setInteractionRequest: db.named(`UPDATE interaction SET request = @request WHERE id = @id AND sandbox_id = @sandbox`),
    deleteInteraction: db.named(`DELETE FROM interaction WHERE id = @id AND sandbox_id = @sandbox`),

    // What is written for each flow has its values by position, which costs half as much as by name.
    saveGrant: db.prepare(
      `INSERT INTO "grant" (client_row, user_row, grant_type, scope, details, parent_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      // A new one changes none of those that were read, and each flow brings one.
      { keeps: true },
    ),
    ownGrant: db.named<GrantRow>(
      `SELECT ${grantColumns} FROM "grant"
       WHERE client_row = @client AND user_row IS NULL AND grant_type = @grant_type AND scope = @scope AND revoked_at IS NULL`,
    ),
    revoke: db.named(revokeLine('SELECT @grant_id')),
    revokeAll: db.named(
      revokeLine('SELECT id FROM "grant" WHERE client_row = @client AND user_row = @user AND created_at <= @latest AND revoked_at IS NULL'),
    ),

    saveCode: db.prepare(
      `INSERT INTO authorization_code (id, grant_id, digest, redirect_uri, scope, nonce, code_challenge, code_challenge_method, issued_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      { keeps: true },
    ),
    useCode: db.prepare<[now: number, id: number]>(`UPDATE authorization_code SET used_at = ? WHERE id = ?`, { keeps: true }),
    findCode: db.named<CodeRow>(
      `SELECT grant_id, digest, redirect_uri, scope, nonce, code_challenge, code_challenge_method, expires_at, used_at
       FROM authorization_code WHERE id = @id`,
    ),
    bindGrant: db.named(
      `UPDATE "grant" SET details = json_set(coalesce(details, '{}'), '$.cnf', json(@cnf))
       WHERE id = @grant_id AND (SELECT sandbox_id FROM client WHERE client.id = client_row) = @sandbox`,
    ),

    listKeys: db.named<KeyRow>(`SELECT kid, alg, jwk, state, created_at, given FROM signing_key WHERE sandbox_id = @sandbox ORDER BY id`),
    activeKey: db.named<KeyRow>(
      `SELECT kid, alg, jwk, state, created_at, given FROM signing_key WHERE sandbox_id = @sandbox AND alg = @alg AND state <> 'retired'`,
    ),
    saveKey: db.named(
      `INSERT INTO signing_key (sandbox_id, kid, alg, jwk, state, created_at, given) VALUES (@sandbox, @kid, @alg, @jwk, @state, @created_at, @given)`,
    ),
    setKeyState: db.named(`UPDATE signing_key SET state = @state WHERE sandbox_id = @sandbox AND kid = @kid`),
    deleteKey: db.named(`DELETE FROM signing_key WHERE sandbox_id = @sandbox AND kid = @kid`),

    pruneSeen: db.named(`DELETE FROM seen_identifier WHERE sandbox_id = @sandbox AND expires_at <= @now`),
    see: db.named(
      `INSERT INTO seen_identifier (sandbox_id, identifier, expires_at) VALUES (@sandbox, @identifier, @expires_at) ON CONFLICT DO NOTHING`,
    ),
  }
  return (sandbox: number): ProtocolStore => {
    const insertGrant = ({ client, user, grant_type, scope, details = {}, parent_id, created_at }: GrantDraft): Grant => {
      const json = Object.keys(details).length === 0 ? null : JSON.stringify(details)
      const user_row = user?.row ?? null
      const values = [client.row, user_row, grant_type, scope, json, parent_id ?? null, created_at]
      const { lastInsertRowid } = statements.saveGrant.run(...values)
      const grant = { id: Number(lastInsertRowid), grant_type, scope, details, created_at, revoked_at: null, revoked_reason: null }
      return known.keepGrant({ grant, sandbox, client_row: client.row, user_row })
    }
    const revoke = (grant_id: number, reason: string, now: number | null) => {
      statements.revoke.run({ grant_id, reason, now })
    }
    const findCode = (id: number) => codes.get(id) ?? statements.findCode.get({ id })
    const useCode = (id: number, now: number) => {
      codes.delete(id)
      statements.useCode.run(now, id)
    }
    const readInteraction = (id: string, now: number): Interaction | undefined => {
      const row = statements.findInteraction.get({ id, sandbox, now })
      if (row === undefined) return undefined
      const request: AuthorizationRequest = JSON.parse(row.request)
      const { browser, expires_at } = row
      return { id, request, client: toClient(row), user: toUserIfAny(row), browser, expires_at }
    }
    return {
      ...stores.sessions(sandbox),
      ...stores.pushedRequests(sandbox),
      ...stores.deferred(sandbox, insertGrant),
      ...stores.lineage(sandbox),
      ...stores.tokens(sandbox, revoke, prune(sandbox)),
      ...stores.registration(sandbox),
      ...stores.oneTimeTokens(sandbox),
      findClient: (client_id) => known.client(sandbox, client_id),
      findUser: (username) => toUserIfAny(statements.findUser.get({ sandbox, username })),
      findUserById: (user_id) => toUserIfAny(statements.findUserById.get({ sandbox, user_id })),
      findUserByEmail: (email) => toUserIfAny(statements.findUserByEmail.get({ sandbox, email })),
      userHasApp(user, client) {
        const key = `${user.row} ${client.app.row}`
        const has = userApps.get(key) ?? statements.hasApp.get({ user: user.row, app: client.app.row }) !== undefined
        if (has) userApps.set(key, true)
        return has
      },
      addUserToApp: (user, client) => statements.addApp.run({ user: user.row, app: client.app.row }),
      saveInteraction: db.transaction((interaction, now) => {
        statements.pruneInteractions.run({ sandbox, now })
        const [client, user] = [interaction.client.row, interaction.user?.row ?? null]
        statements.saveInteraction.run({ ...interaction, sandbox, client, user, request: JSON.stringify(interaction.request) })
      }),
      findInteraction: (id, now) => readInteraction(id, now),
      setInteractionUser: (id: string, user: User | undefined) =>
        statements.setInteractionUser.run({ id, sandbox, user: user?.row ?? null }),
      setInteractionRequest: (id, request) => statements.setInteractionRequest.run({ id, sandbox, request: JSON.stringify(request) }),
      takeInteraction: db.transaction((id, now) => {
        const interaction = readInteraction(id, now)
        return interaction !== undefined && statements.deleteInteraction.run({ id, sandbox }).changes === 1 ? interaction : undefined
      }),
      reserveIds: (count) => ids.reserve(count),
      saveGrant: (draft) => insertGrant(draft),
      ownGrant(draft) {
        return known.ownGrant(draft.client, draft.grant_type, draft.scope, () => {
          const { client, grant_type, scope } = draft
          const row = statements.ownGrant.get({ client: client.row, grant_type, scope })
          return row === undefined
            ? insertGrant(draft)
            : known.keepGrant({ grant: toGrant(row), sandbox, client_row: client.row, user_row: null })
        })
      },
      // No savepoint: where the grant fits its code does, too.
      saveGrantWithCode(draft, code) {
        const grant = insertGrant(draft)
        const { id, digest, redirect_uri, scope, nonce, code_challenge, code_challenge_method, issued_at, expires_at } = code
        const challenge = [code_challenge, code_challenge_method]
        statements.saveCode.run(id, grant.id, digest, redirect_uri, scope, nonce, ...challenge, issued_at, expires_at)
        codes.set(id, { ...code, grant_id: grant.id, used_at: null })
        return grant
      },
      takeCode(id, digest, client, now) {
        const row = findCode(id)
        if (row === undefined || !timingSafeEqual(row.digest, digest)) return 'unknown'
        const stored = known.grantOf(row.grant_id)
        const user = known.userOf(stored?.user_row ?? null)
        if (stored?.sandbox !== sandbox || user === undefined) return 'unknown'
        const { grant } = stored
        if (stored.client_row !== client.row) return 'other_client'
        if (row.used_at !== null) {
          revoke(grant.id, 'its authorization code was used twice', now)
          return 'used'
        }
        if (grant.revoked_at !== null) return 'revoked'
        if (row.expires_at <= now) return 'expired'
        useCode(id, now)
        const { redirect_uri, scope, nonce, code_challenge, code_challenge_method } = row
        return { grant, user, redirect_uri, scope, nonce, code_challenge, code_challenge_method }
      },
      burnCode(id, digest, now) {
        const row = findCode(id)
        if (row === undefined || row.used_at !== null || !timingSafeEqual(row.digest, digest)) return
        if (known.grantOf(row.grant_id)?.sandbox === sandbox) useCode(id, now)
      },
      bindGrant: (grant_id, cnf) => statements.bindGrant.run({ grant_id, sandbox, cnf: JSON.stringify(cnf) }),
      ownerOfCode(id) {
        const code = findCode(id)
        const stored = code === undefined ? undefined : known.grantOf(code.grant_id)
        return stored?.sandbox === sandbox ? { grant_id: stored.grant.id, username: known.userOf(stored.user_row)?.username } : undefined
      },
      listKeys: () => statements.listKeys.all({ sandbox }).map(toKey),
      saveKey: db.transaction((key) => {
        const there = key.state === 'active' ? statements.activeKey.get({ sandbox, alg: key.alg }) : undefined
        if (there !== undefined) return toKey(there)
        statements.saveKey.run({ ...key, sandbox, jwk: JSON.stringify(key.jwk), given: key.given === true ? 1 : 0 })
        return key
      }),
      setKeyState: (kid, state) => statements.setKeyState.run({ sandbox, kid, state }),
      deleteKey: (kid) => statements.deleteKey.run({ sandbox, kid }),
      seeFirst: db.transaction((identifier, expires_at, now) => {
        statements.pruneSeen.run({ sandbox, now })
        return statements.see.run({ sandbox, identifier, expires_at }).changes === 1
      }),
      revokeGrant: (grant_id, reason, now) => revoke(grant_id, reason, now),
      revokeGrants(client, user, reason, now, latest = Number.MAX_SAFE_INTEGER) {
        statements.revokeAll.run({ client: client.row, user: user.row, reason, now, latest })
      },
      endRefresh: (grant_id, reason) => revoke(grant_id, reason, null),
    }
  }
}

function toKey(row: KeyRow): StoredKey {
  return { ...row, jwk: JSON.parse(row.jwk), given: row.given === 1 }
}

/** Hands out the keys of codes and tokens, which grow, so that rows are appended. One process owns the file, so memory will do. */
export class Ids {
  #next: number

  constructor(db: Database) {
    const last = db.prepare<[], { id: number | null }>(
      `SELECT max(id) AS id FROM (SELECT max(id) AS id FROM token UNION ALL SELECT max(id) FROM authorization_code)`,
    )
    this.#next = (last.get()?.id ?? 0) + 1
  }

  /** The first of `count` fresh ids. */
  reserve(count: number): number {
    const first = this.#next
    this.#next += count
    return first
  }
  /** Goes on behind an id that came from elsewhere. */
  reach(id: number): void {
    this.#next = Math.max(this.#next, id + 1)
  }
}
