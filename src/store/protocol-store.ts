import { timingSafeEqual } from 'node:crypto'
import type { AccessTokenDetails, AuthorizationRequest, Client, Interaction, RedeemedCode, User } from '../oauth/records.ts'
import { confirms } from '../oauth/sender-constraint.ts'
import type { Settings } from '../oauth/settings.ts'
import type { AccessTokenDraft, CodeDraft, GrantDraft, ProtocolStore, RefreshTokenDraft, StoredKey } from '../oauth/store.ts'
import { records } from './client-cache.ts'
import type { Database } from './database.ts'
import { deferredStatements, deferredStore } from './deferred-store.ts'
import { withDescendants } from './lineage.ts'
import { lineageStatements, lineageStore } from './lineage-store.ts'
import { oneTimeTokenStatements, oneTimeTokenStore } from './one-time-token-store.ts'
import { pruning, pruningStatements } from './pruning.ts'
import { pushedRequestStatements, pushedRequestStore } from './pushed-request-store.ts'
import { registrationStatements, registrationStore } from './registration-store.ts'
import {
  type ClientRow,
  clientColumns,
  type GrantRow,
  grantColumns,
  toClient,
  toGrant,
  toUser,
  toUserIfAny,
  type UserRow,
  userColumns,
} from './rows.ts'
import { sessionStatements, sessionStore } from './session-store.ts'
import { userLookupStatements, userLookupStore } from './user-lookup-store.ts'

interface CodeRow extends GrantRow {
  user_row: number
  code_client: number
  digest: Buffer
  redirect_uri: string | null
  code_scope: string
  nonce: string | null
  code_challenge: string | null
  code_challenge_method: 'S256' | 'plain' | null
  expires_at: number
  used_at: number | null
}

interface RefreshRow extends GrantRow {
  user_row: number | null
  refresh_client: number
  digest: Buffer
  generation: number
  refresh_scope: string
  expires_at: number | null
  refresh_used_at: number | null
  refresh_revoked_at: number | null
  refresh_generation: number
}

interface AccessRow extends GrantRow {
  client_row: number
  user_row: number | null
  digest: Buffer
  token_scope: string
  token_details: string | null
  issued_at: number
  expires_at: number
  token_revoked_at: number | null
}

interface ActiveRefreshRow extends GrantRow {
  client_row: number
  user_row: number | null
  digest: Buffer
  token_scope: string
  issued_at: number
  expires_at: number | null
  token_revoked_at: number | null
  generation: number
  refresh_generation: number
}

interface KeyRow {
  kid: string
  alg: string
  jwk: string
  state: StoredKey['state']
  created_at: number
}

interface InteractionRow extends ClientRow, UserRow {
  request: string
  browser: Buffer | null
}

/** A grant goes with all that came of its tokens. */
const revoke = `${withDescendants('SELECT @grant_id')}
  UPDATE "grant" SET revoked_at = @now, revoked_reason = @reason WHERE id IN (SELECT id FROM line) AND revoked_at IS NULL`

/** Every statement of the protocol, prepared once for all sandboxes. */
export function protocolStatements(db: Database) {
  const prepare = <Row = unknown>(sql: string) => db.prepare<[Record<string, unknown>], Row>(sql)
  return {
    sessions: sessionStatements(db),
    pushedRequests: pushedRequestStatements(db),
    records: records(db),
    pruning: pruningStatements(db),
    deferred: deferredStatements(db),
    lineage: lineageStatements(db),
    registration: registrationStatements(db),
    oneTimeTokens: oneTimeTokenStatements(db),
    userLookup: userLookupStatements(db),
    findUser: prepare<UserRow>(`SELECT ${userColumns} FROM user WHERE sandbox_id = @sandbox AND username = @username`),
    findUserById: prepare<UserRow>(`SELECT ${userColumns} FROM user WHERE sandbox_id = @sandbox AND user_id = @user_id`),
    hasApp: prepare(`SELECT 1 FROM user_app WHERE user_row = @user AND app_row = @app`),
    addApp: prepare(`INSERT INTO user_app (user_row, app_row) VALUES (@user, @app) ON CONFLICT DO NOTHING`),

    saveInteraction: prepare(
      `INSERT INTO interaction (id, sandbox_id, client_row, user_row, request, browser, expires_at)
       VALUES (@id, @sandbox, @client, @user, @request, @browser, @expires_at)`,
    ),
    pruneInteractions: prepare(`DELETE FROM interaction WHERE sandbox_id = @sandbox AND expires_at <= @now`),
    findInteraction: prepare<InteractionRow>(
      `SELECT interaction.request, interaction.browser, ${clientColumns}, ${userColumns} FROM interaction
         JOIN client ON client.id = interaction.client_row JOIN app ON app.id = client.app_row LEFT JOIN user ON user.id = interaction.user_row
       WHERE interaction.id = @id AND interaction.sandbox_id = @sandbox AND interaction.expires_at > @now`,
    ),
    setInteractionUser: prepare(`UPDATE interaction SET user_row = @user WHERE id = @id AND sandbox_id = @sandbox`),
    deleteInteraction: prepare(`DELETE FROM interaction WHERE id = @id AND sandbox_id = @sandbox`),

    lastId: prepare<{ id: number | null }>(
      `SELECT max(id) AS id FROM (SELECT max(id) AS id FROM access_token UNION ALL SELECT max(id) FROM refresh_token UNION ALL SELECT max(id) FROM authorization_code)`,
    ),
    saveGrant: prepare<GrantRow>(
      `INSERT INTO "grant" (sandbox_id, client_row, user_row, grant_type, scope, details, parent_id, created_at)
       VALUES (@sandbox, @client, @user, @grant_type, @scope, @details, @parent, @created_at) RETURNING ${grantColumns.replaceAll('"grant".', '')}`,
    ),
    ownGrant: prepare<GrantRow>(
      `SELECT ${grantColumns} FROM "grant"
       WHERE client_row = @client AND user_row IS NULL AND grant_type = @grant_type AND scope = @scope AND revoked_at IS NULL`,
    ),
    revoke: prepare(revoke),

    saveCode: prepare(
      `INSERT INTO authorization_code (id, grant_id, digest, redirect_uri, scope, nonce, code_challenge, code_challenge_method, issued_at, expires_at)
       VALUES (@id, @grant_id, @digest, @redirect_uri, @scope, @nonce, @code_challenge, @code_challenge_method, @issued_at, @expires_at)`,
    ),
    useCode: prepare(
      `UPDATE authorization_code SET used_at = @now
       WHERE id = @id AND digest = @digest AND used_at IS NULL AND expires_at > @now
         AND EXISTS (SELECT 1 FROM "grant" WHERE "grant".id = grant_id AND sandbox_id = @sandbox AND client_row = @client AND revoked_at IS NULL)`,
    ),
    findCode: prepare<CodeRow>(
      `SELECT code.digest, code.redirect_uri, code.scope AS code_scope, code.nonce, code.code_challenge, code.code_challenge_method, code.expires_at,
         code.used_at, "grant".client_row AS code_client, "grant".user_row, ${grantColumns}
       FROM authorization_code AS code JOIN "grant" ON "grant".id = code.grant_id
       WHERE code.id = @id AND "grant".sandbox_id = @sandbox`,
    ),

    findRefresh: db.prepare<[id: number, sandbox: number], RefreshRow>(
      `SELECT refresh_token.digest, refresh_token.generation, refresh_token.scope AS refresh_scope, refresh_token.expires_at,
         refresh_token.used_at AS refresh_used_at, refresh_token.revoked_at AS refresh_revoked_at, "grant".client_row AS refresh_client,
         "grant".user_row, "grant".refresh_generation, ${grantColumns}
       FROM refresh_token JOIN "grant" ON "grant".id = refresh_token.grant_id
       WHERE refresh_token.id = ? AND "grant".sandbox_id = ?`,
    ),
    bindGrant: prepare(
      `UPDATE "grant" SET details = json_set(details, '$.cnf', json(@cnf)) WHERE id = @grant_id AND sandbox_id = @sandbox`,
    ),
    advanceGeneration: db.prepare<[generation: number, grant_id: number]>(`UPDATE "grant" SET refresh_generation = ? WHERE id = ?`),
    markRefreshUsed: db.prepare<[now: number, id: number]>(`UPDATE refresh_token SET used_at = ? WHERE id = ?`),
    // What is written for each token has its values by position, which costs half as much as by name.
    saveRefresh: db.prepare(
      `INSERT INTO refresh_token (id, grant_id, parent_id, generation, digest, scope, issued_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    saveAccess: db.prepare(
      `INSERT INTO access_token (id, grant_id, refresh_id, digest, scope, details, issued_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    expireAccess: prepare(
      `UPDATE access_token SET expires_at = min(expires_at, @now)
       WHERE id = @id AND EXISTS (SELECT 1 FROM "grant" WHERE "grant".id = grant_id AND sandbox_id = @sandbox)`,
    ),
    revokeAccess: prepare(
      `UPDATE access_token SET revoked_at = @now
       WHERE id = @id AND revoked_at IS NULL AND EXISTS (SELECT 1 FROM "grant" WHERE "grant".id = grant_id AND sandbox_id = @sandbox)`,
    ),
    findActiveRefresh: prepare<ActiveRefreshRow>(
      `SELECT refresh_token.digest, refresh_token.scope AS token_scope, refresh_token.issued_at, refresh_token.expires_at,
         refresh_token.revoked_at AS token_revoked_at, refresh_token.generation, "grant".refresh_generation, "grant".client_row, "grant".user_row,
         ${grantColumns}
       FROM refresh_token JOIN "grant" ON "grant".id = refresh_token.grant_id
       WHERE refresh_token.id = @id AND "grant".sandbox_id = @sandbox`,
    ),

    listKeys: prepare<KeyRow>(`SELECT kid, alg, jwk, state, created_at FROM signing_key WHERE sandbox_id = @sandbox ORDER BY id`),
    activeKey: prepare<KeyRow>(
      `SELECT kid, alg, jwk, state, created_at FROM signing_key WHERE sandbox_id = @sandbox AND alg = @alg AND state <> 'retired'`,
    ),
    saveKey: prepare(
      `INSERT INTO signing_key (sandbox_id, kid, alg, jwk, state, created_at) VALUES (@sandbox, @kid, @alg, @jwk, @state, @created_at)`,
    ),
    setKeyState: prepare(`UPDATE signing_key SET state = @state WHERE sandbox_id = @sandbox AND kid = @kid`),
    deleteKey: prepare(`DELETE FROM signing_key WHERE sandbox_id = @sandbox AND kid = @kid`),

    pruneSeen: prepare(`DELETE FROM seen_identifier WHERE sandbox_id = @sandbox AND expires_at <= @now`),
    see: prepare(
      `INSERT INTO seen_identifier (sandbox_id, identifier, expires_at) VALUES (@sandbox, @identifier, @expires_at) ON CONFLICT DO NOTHING`,
    ),
    findAccess: db.prepare<[id: number, sandbox: number], AccessRow>(
      `SELECT access_token.digest, access_token.scope AS token_scope, access_token.details AS token_details, access_token.issued_at, access_token.expires_at,
         access_token.revoked_at AS token_revoked_at, "grant".client_row, "grant".user_row, ${grantColumns}
       FROM access_token JOIN "grant" ON "grant".id = access_token.grant_id
       WHERE access_token.id = ? AND "grant".sandbox_id = ?`,
    ),
  }
}

/** The protocol's store of one sandbox. */
export function protocolStore(db: Database, statements: ReturnType<typeof protocolStatements>, ids: Ids, sandbox: number): ProtocolStore {
  const known = statements.records
  const prune = pruning(db, statements.pruning, sandbox)
  const grantValues = (draft: GrantDraft) => ({
    sandbox,
    client: draft.client.row,
    user: draft.user?.row ?? null,
    grant_type: draft.grant_type,
    scope: draft.scope,
    details: JSON.stringify(draft.details ?? {}),
    parent: draft.parent_id ?? null,
    created_at: draft.created_at,
  })
  const insertGrant = (draft: GrantDraft) => {
    const row = statements.saveGrant.get(grantValues(draft))
    if (row === undefined) throw new Error('the grant was not stored')
    return toGrant(row)
  }
  const readInteraction = (id: string, now: number): Interaction | undefined => {
    const row = statements.findInteraction.get({ id, sandbox, now })
    if (row === undefined) return undefined
    const request: AuthorizationRequest = JSON.parse(row.request)
    return { id, request, client: toClient(row), user: toUserIfAny(row), browser: row.browser }
  }

  const saveInteraction = db.transaction((interaction: Parameters<ProtocolStore['saveInteraction']>[0], now: number) => {
    statements.pruneInteractions.run({ sandbox, now })
    statements.saveInteraction.run({
      id: interaction.id,
      sandbox,
      client: interaction.client.row,
      user: interaction.user?.row ?? null,
      browser: interaction.browser,
      request: JSON.stringify(interaction.request),
      expires_at: interaction.expires_at,
    })
  })
  const takeInteraction = db.transaction((id: string, now: number) => {
    const interaction = readInteraction(id, now)
    return interaction !== undefined && statements.deleteInteraction.run({ id, sandbox }).changes === 1 ? interaction : undefined
  })
  const saveGrantWithCode = db.transaction((draft: GrantDraft, code: CodeDraft) => {
    const grant = insertGrant(draft)
    statements.saveCode.run({ ...code, grant_id: grant.id })
    return grant
  })
  const takeCode = db.transaction(
    (
      id: number,
      digest: Buffer,
      client: Client,
      now: number,
    ): RedeemedCode | 'unknown' | 'expired' | 'used' | 'revoked' | 'other_client' => {
      const taken = statements.useCode.run({ id, digest, now, sandbox, client: client.row }).changes === 1
      const row = statements.findCode.get({ id, sandbox })
      if (row === undefined || !timingSafeEqual(row.digest, digest)) return 'unknown'
      if (taken) {
        const user = known.userOf(row.user_row)
        if (user === undefined) return 'unknown'
        const { redirect_uri, nonce, code_challenge, code_challenge_method } = row
        return { grant: toGrant(row), user, redirect_uri, scope: row.code_scope, nonce, code_challenge, code_challenge_method }
      }
      if (row.code_client !== client.row) return 'other_client'
      if (row.used_at !== null) {
        statements.revoke.run({ grant_id: row.grant_id, now, reason: 'its authorization code was used twice' })
        return 'used'
      }
      return row.revoked_at !== null ? 'revoked' : 'expired'
    },
  )
  const useRefreshToken = db.transaction(
    (
      id: number,
      digest: Buffer,
      client: Client,
      now: number,
      { rotation, rotation_grace }: Pick<Settings, 'rotation' | 'rotation_grace'>,
      confirmation: AccessTokenDetails['cnf'],
    ) => {
      const row = statements.findRefresh.get(id, sandbox)
      if (row === undefined || !timingSafeEqual(row.digest, digest)) return 'unknown'
      if (row.refresh_client !== client.row) return 'other_client'
      const user = known.userOf(row.user_row)
      if (row.revoked_at !== null || row.refresh_revoked_at !== null || user?.disabled === true) return 'revoked'
      if (row.expires_at !== null && row.expires_at <= now) return 'expired'
      const grant = toGrant(row)
      if (!confirms(grant.details.cnf, confirmation)) return 'other_key'
      if (rotation !== 'off') {
        // A token that was used before rotation was switched on has not been rotated.
        const rotated = row.refresh_used_at !== null && row.generation <= row.refresh_generation
        const tooLate =
          rotation === 'strict'
            ? rotated && now >= (row.refresh_used_at ?? 0) + rotation_grace * 1000
            : row.generation < row.refresh_generation
        if (tooLate) {
          statements.revoke.run({ grant_id: row.grant_id, now, reason: 'a refresh token was used after its time' })
          return 'used'
        }
        if (row.generation > row.refresh_generation) statements.advanceGeneration.run(row.generation, row.grant_id)
      }
      if (row.refresh_used_at === null) statements.markRefreshUsed.run(now, id)
      return { id, grant, user, scope: row.refresh_scope, generation: row.generation }
    },
  )
  const saveKey = db.transaction((key: StoredKey): StoredKey => {
    const there = key.state === 'active' ? statements.activeKey.get({ sandbox, alg: key.alg }) : undefined
    if (there !== undefined) return toKey(there)
    statements.saveKey.run({ ...key, sandbox, jwk: JSON.stringify(key.jwk) })
    return key
  })
  const see = db.transaction((identifier: string, expires_at: number, now: number) => {
    statements.pruneSeen.run({ sandbox, now })
    return statements.see.run({ sandbox, identifier, expires_at }).changes === 1
  })
  const saveAccess = ({ id, grant_id, refresh_id, digest, scope, details, issued_at, expires_at }: AccessTokenDraft) => {
    const json = details === undefined ? null : JSON.stringify(details)
    statements.saveAccess.run(id, grant_id, refresh_id, digest, scope, json, issued_at, expires_at)
  }
  const saveBoth = db.transaction((access: AccessTokenDraft, refresh: RefreshTokenDraft) => {
    const { id, grant_id, parent_id, generation, digest, scope, issued_at, expires_at } = refresh
    statements.saveRefresh.run(id, grant_id, parent_id, generation, digest, scope, issued_at, expires_at)
    saveAccess(access)
  })

  return {
    ...sessionStore(db, statements.sessions, sandbox),
    ...pushedRequestStore(db, statements.pushedRequests, sandbox),
    ...deferredStore(db, statements.deferred, sandbox, insertGrant),
    ...lineageStore(db, statements.lineage, sandbox),
    ...registrationStore(db, statements.registration, sandbox),
    ...oneTimeTokenStore(db, statements.oneTimeTokens, sandbox),
    ...userLookupStore(statements.userLookup, sandbox),
    findClient: async (client_id) => known.client(sandbox, client_id),
    async findUser(username) {
      const row = statements.findUser.get({ sandbox, username })
      return row === undefined ? undefined : toUser(row)
    },
    async findUserById(user_id) {
      const row = statements.findUserById.get({ sandbox, user_id })
      return row === undefined ? undefined : toUser(row)
    },
    async userHasApp(user, client) {
      return statements.hasApp.get({ user: user.row, app: client.app.row }) !== undefined
    },
    async addUserToApp(user, client) {
      db.write(() => statements.addApp.run({ user: user.row, app: client.app.row }))
    },
    saveInteraction: async (interaction, now) => saveInteraction(interaction, now),
    findInteraction: async (id, now) => readInteraction(id, now),
    async setInteractionUser(id: string, user: User | undefined) {
      db.write(() => statements.setInteractionUser.run({ id, sandbox, user: user?.row ?? null }))
    },
    takeInteraction: async (id, now) => takeInteraction(id, now),
    reserveIds: async (count) => ids.reserve(count),
    saveGrant: async (draft) => db.write(() => insertGrant(draft)),
    async ownGrant(draft) {
      return known.ownGrant(draft.client, draft.grant_type, draft.scope, () => {
        const row = statements.ownGrant.get(grantValues(draft))
        return row === undefined ? db.write(() => insertGrant(draft)) : toGrant(row)
      })
    },
    saveGrantWithCode: async (grant, code) => saveGrantWithCode(grant, code),
    takeCode: async (id, digest, client, now) => takeCode(id, digest, client, now),
    useRefreshToken: async (id, digest, client, now, rotation, confirmation) =>
      useRefreshToken(id, digest, client, now, rotation, confirmation),
    async bindGrant(grant_id, cnf) {
      db.write(() => statements.bindGrant.run({ grant_id, sandbox, cnf: JSON.stringify(cnf) }))
    },
    async saveTokens(access, refresh) {
      // One statement needs no savepoint.
      if (refresh === undefined) db.write(() => saveAccess(access))
      else saveBoth(access, refresh)
      prune(access.issued_at)
    },
    async findAccessToken(id, digest, now) {
      const row = statements.findAccess.get(id, sandbox)
      if (row === undefined || !timingSafeEqual(row.digest, digest)) return 'unknown'
      const user = known.userOf(row.user_row)
      if (row.revoked_at !== null || row.token_revoked_at !== null || user?.disabled === true) return 'revoked'
      if (row.expires_at <= now) return 'expired'
      return {
        grant: toGrant(row),
        client: known.clientOf(row.client_row),
        user,
        scope: row.token_scope,
        details: row.token_details === null ? {} : JSON.parse(row.token_details),
        issued_at: row.issued_at,
        expires_at: row.expires_at,
      }
    },
    async expireAccessToken(id, now) {
      db.write(() => statements.expireAccess.run({ id, now, sandbox }))
    },
    usernameOfCode: async (id) => known.userOf(statements.findCode.get({ id, sandbox })?.user_row ?? null)?.username,
    revokeAccessToken: async (id, now) => db.write(() => statements.revokeAccess.run({ id, now, sandbox }).changes === 1),
    async findRefreshToken(id, digest, now) {
      const row = statements.findActiveRefresh.get({ id, sandbox })
      if (row === undefined || !timingSafeEqual(row.digest, digest)) return 'unknown'
      // One whose successor was used is as good as revoked.
      const user = known.userOf(row.user_row)
      if (row.revoked_at !== null || row.token_revoked_at !== null || user?.disabled === true || row.generation < row.refresh_generation)
        return 'revoked'
      if (row.expires_at !== null && row.expires_at <= now) return 'expired'
      const { issued_at, expires_at } = row
      return { grant: toGrant(row), client: known.clientOf(row.client_row), user, scope: row.token_scope, issued_at, expires_at }
    },
    listKeys: async () => statements.listKeys.all({ sandbox }).map(toKey),
    saveKey: async (key) => saveKey(key),
    async setKeyState(kid, state) {
      db.write(() => statements.setKeyState.run({ sandbox, kid, state }))
    },
    async deleteKey(kid) {
      db.write(() => statements.deleteKey.run({ sandbox, kid }))
    },
    seeFirst: async (identifier, expires_at, now) => see(identifier, expires_at, now),
    async revokeGrant(grant_id, reason, now) {
      db.write(() => statements.revoke.run({ grant_id, reason, now }))
    },
  }
}

function toKey(row: KeyRow): StoredKey {
  return { ...row, jwk: JSON.parse(row.jwk) }
}

/** Hands out the keys of codes and tokens, which grow, so that rows are appended. One process owns the file, so memory will do. */
export class Ids {
  #next: number

  constructor(statements: ReturnType<typeof protocolStatements>) {
    this.#next = (statements.lastId.get({})?.id ?? 0) + 1
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
