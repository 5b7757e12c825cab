import type { Grant } from '../oauth/model/records.ts'
import type { Deferred, DeferredStore } from '../oauth/storage/deferred-store.ts'
import type { GrantDraft } from '../oauth/storage/store.ts'
import type { Database } from './database/database.ts'
import { type ClientRow, clientColumns, toClient, toUser, toUserIfAny, type UserRow, userColumns } from './rows.ts'

export interface DeferredRow extends ClientRow, UserRow, Omit<Deferred, 'client' | 'user' | 'details' | 'request'> {
  details: string
  request: string
}

export interface PollRow extends DeferredRow {
  id: number
  polled_at: number | null
  decision: 'allowed' | 'denied' | null
}

/** How long an expired one is remembered, so that its client is told that it expired; milliseconds. */
const memory = 24 * 60 * 60 * 1000

const columns = `deferred.id, deferred.digest, deferred.grant_type, deferred.user_code, deferred.interaction_id, deferred.scope, deferred.details, deferred.request,
  deferred.interval, deferred.issued_at, deferred.expires_at, deferred.polled_at, deferred.decision, ${clientColumns}, ${userColumns}`
const joins = `deferred_authorization AS deferred JOIN client ON client.id = deferred.client_row JOIN app ON app.id = client.app_row
  LEFT JOIN user ON user.id = deferred.user_row`
const waits = `sandbox_id = @sandbox AND decision IS NULL AND expires_at > @now`

/**
 * The deferred authorizations of one sandbox.
 * @param insertGrant stores the grant that comes of one, in the same transaction
 */
export function deferredStore(db: Database) {
  const statements = {
    prune: db.named(`DELETE FROM deferred_authorization WHERE sandbox_id = @sandbox AND expires_at < @before`),
    save: db.named(
      `INSERT INTO deferred_authorization (sandbox_id, client_row, user_row, grant_type, digest, user_code, interaction_id, scope, details, request,
         interval, issued_at, expires_at)
       VALUES (@sandbox, @client, @user, @grant_type, @digest, @user_code, @interaction_id, @scope, @details, @request, @interval, @issued_at, @expires_at)
       ON CONFLICT DO NOTHING`,
    ),
    open: db.named(
      `UPDATE deferred_authorization SET interaction_id = @interaction_id, user_row = NULL WHERE user_code = @user_code AND ${waits}`,
    ),
    undecided: db.named('SELECT 1 FROM deferred_authorization WHERE sandbox_id = @sandbox AND user_code = @user_code AND decision IS NULL'),
    find: db.named<DeferredRow>(
      `SELECT ${columns} FROM ${joins} WHERE deferred.interaction_id = @interaction_id
         AND deferred.sandbox_id = @sandbox AND deferred.decision IS NULL AND deferred.expires_at > @now`,
    ),
    list: db.named<DeferredRow>(
      `SELECT ${columns} FROM ${joins} WHERE deferred.grant_type = @grant_type
         AND deferred.sandbox_id = @sandbox AND deferred.decision IS NULL AND deferred.expires_at > @now ORDER BY deferred.id`,
    ),
    setUser: db.named(
      `UPDATE deferred_authorization SET user_row = @user WHERE interaction_id = @interaction_id AND sandbox_id = @sandbox`,
    ),
    decide: db.named(
      `UPDATE deferred_authorization SET decision = @decision, details = json_patch(details, @details)
       WHERE interaction_id = @interaction_id AND ${waits} AND (@decision = 'denied' OR user_row IS NOT NULL)`,
    ),
    findByDigest: db.named<PollRow>(
      `SELECT ${columns} FROM ${joins} WHERE deferred.sandbox_id = @sandbox AND deferred.digest = @digest AND deferred.grant_type = @grant_type`,
    ),
    polled: db.named(`UPDATE deferred_authorization SET polled_at = @now, interval = @interval WHERE id = @id`),
    use: db.named(`UPDATE deferred_authorization SET used_at = @now WHERE id = @id AND used_at IS NULL`),
  }
  return (sandbox: number, insertGrant: (draft: GrantDraft) => Grant): DeferredStore => {
    const read = (interaction_id: string, now: number): Deferred | undefined => {
      const row = statements.find.get({ interaction_id, sandbox, now })
      return row === undefined ? undefined : toDeferred(row)
    }
    return {
      saveDeferred: db.transaction(({ client, user, ...draft }, now) => {
        statements.prune.run({ sandbox, before: now - memory })
        const details = JSON.stringify(draft.details)
        const request = JSON.stringify(draft.request)
        return statements.save.run({ ...draft, sandbox, client: client.row, user: user?.row ?? null, details, request }).changes === 1
      }),
      openDeferred: db.transaction((user_code, interaction_id, now) => {
        if (statements.open.run({ user_code, interaction_id, sandbox, now }).changes === 1) return read(interaction_id, now) ?? 'unknown'
        return statements.undecided.get({ user_code, sandbox }) === undefined ? 'unknown' : 'expired'
      }),
      findDeferred: (interaction_id, now) => read(interaction_id, now),
      setDeferredUser: (interaction_id, user) => statements.setUser.run({ interaction_id, sandbox, user: user?.row ?? null }),
      listDeferred: (grant_type, now) => statements.list.all({ grant_type, sandbox, now }).map(toDeferred),
      decideDeferred: db.transaction((interaction_id, decision, details, now) => {
        const waiting = read(interaction_id, now)
        const decided = statements.decide.run({ interaction_id, decision, details: JSON.stringify(details), sandbox, now }).changes === 1
        return decided ? waiting : undefined
      }),
      // RFC 8628 §3.5.
      pollDeferred: db.transaction((grant_type, digest, client, now, slower = 5, check) => {
        const row = statements.findByDigest.get({ sandbox, digest, grant_type })
        if (row === undefined) return 'unknown'
        if (row.client_row !== client.row) return 'other_client'
        if (row.decision === 'denied') return 'denied'
        if (row.expires_at <= now) return 'expired'
        if (row.decision === null) {
          const early = row.polled_at !== null && now < row.polled_at + row.interval * 1000
          const interval = row.interval + (early ? slower : 0)
          statements.polled.run({ id: row.id, now, interval })
          return early ? { slow_down: interval } : 'pending'
        }
        const details = JSON.parse(row.details)
        check?.(details)
        if (statements.use.run({ id: row.id, now }).changes !== 1) return 'used'
        const user = toUser(row)
        const grant = insertGrant({ client, user, grant_type, scope: row.scope, details, created_at: now })
        return { grant, user }
      }),
    }
  }
}

function toDeferred(row: DeferredRow): Deferred {
  const { grant_type, digest, user_code, interaction_id, scope, interval, issued_at, expires_at } = row
  const stored = { details: JSON.parse(row.details), request: JSON.parse(row.request) }
  const whose = { client: toClient(row), user: toUserIfAny(row) }
  return { grant_type, digest, user_code, interaction_id, scope, interval, issued_at, expires_at, ...stored, ...whose }
}
