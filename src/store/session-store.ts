import type { SessionStore } from '../oauth/storage/session-store.ts'
import type { Database } from './database/database.ts'
import { limit, type Records } from './database/kept-records.ts'
import { type ClientRow, clientColumns, toClient } from './rows.ts'

export interface SessionRow {
  id: number
  sid: string
  user_row: number
  auth_time: number
}

type FoundRow = SessionRow & { sandbox_id: number; expires_at: number }

/** The sessions and consents of one sandbox. */
export function sessionStore(db: Database, known: Records) {
  /** What each authorization request asks for. */
  const kept = {
    sessions: db.memory<string, FoundRow>(limit, 'session'),
    toldOf: db.memory<string, true>(limit, 'session_client'),
    consents: db.memory<string, string>(limit, 'consent'),
  }
  const statements = {
    prune: db.named(`DELETE FROM session WHERE sandbox_id = @sandbox AND expires_at <= @now`),
    insert: db.named<{ id: number }>(
      `INSERT INTO session (sandbox_id, digest, sid, user_row, auth_time, expires_at)
       VALUES (@sandbox, @digest, @sid, @user, @auth_time, @expires_at) RETURNING id`,
    ),
    renew: db.named<{ id: number }>(
      `UPDATE session SET digest = @digest, auth_time = @auth_time, expires_at = @expires_at
       WHERE id = @id AND sandbox_id = @sandbox AND user_row = @user RETURNING id`,
    ),
    find: db.prepare<[digest: Buffer], FoundRow>(
      `SELECT id, sid, user_row, auth_time, sandbox_id, expires_at FROM session WHERE digest = ?`,
    ),
    ofUser: db.prepare<[user: number, sandbox: number, now: number], SessionRow>(
      `SELECT id, sid, user_row, auth_time FROM session WHERE user_row = ? AND sandbox_id = ? AND expires_at > ?`,
    ),
    end: db.named(`DELETE FROM session WHERE id = @id AND sandbox_id = @sandbox`),
    knowsClient: db.prepare<[session: number, client: number]>('SELECT 1 FROM session_client WHERE session_id = ? AND client_row = ?'),
    noteClient: db.named(
      `INSERT INTO session_client (session_id, client_row) SELECT id, @client FROM session WHERE id = @session ON CONFLICT DO NOTHING`,
    ),
    clients: db.named<ClientRow>(
      `SELECT ${clientColumns} FROM session_client JOIN client ON client.id = session_client.client_row JOIN app ON app.id = client.app_row
       WHERE session_client.session_id = @session ORDER BY client.id`,
    ),
    findConsent: db.named<{ scope: string }>(`SELECT scope FROM consent WHERE user_row = @user AND client_row = @client`),
    saveConsent: db.named(
      `INSERT INTO consent (user_row, client_row, scope, given_at) VALUES (@user, @client, @scope, @now)
       ON CONFLICT DO UPDATE SET scope = @scope, given_at = @now`,
    ),
    forgetConsent: db.named(`DELETE FROM consent WHERE user_row = @user AND client_row = @client`),
  }
  const find = (digest: Buffer): FoundRow | undefined => {
    const key = digest.toString('latin1')
    const row = kept.sessions.get(key) ?? statements.find.get(digest)
    if (row !== undefined) kept.sessions.set(key, row)
    return row
  }
  return (sandbox: number): SessionStore => {
    return {
      saveSession: db.transaction((draft, former, now) => {
        const { digest, sid, user, auth_time, expires_at } = draft
        const values = { sandbox, digest, sid, user: user.row, auth_time, expires_at }
        statements.prune.run({ sandbox, now })
        const renewed = former === undefined ? undefined : statements.renew.get({ ...values, id: former.id })
        if (former !== undefined && renewed === undefined) statements.end.run({ id: former.id, sandbox })
        const row = renewed ?? statements.insert.get(values)
        if (row === undefined) throw new Error('the session was not stored')
        return { id: row.id, sid, user, auth_time }
      }),
      findSession(digest, now) {
        const row = find(digest)
        if (row === undefined || row.sandbox_id !== sandbox || row.expires_at <= now) return undefined
        const user = known.userOf(row.user_row)
        return user === undefined || user.disabled ? undefined : { id: row.id, sid: row.sid, user, auth_time: row.auth_time }
      },
      sessionsOf: (user, now) =>
        statements.ofUser.all(user.row, sandbox, now).map(({ id, sid, auth_time }) => ({ id, sid, user, auth_time })),
      noteSessionClient(session, client) {
        // Nearly always it was noted at an earlier request.
        const key = `${session.id} ${client.row}`
        if (kept.toldOf.get(key) === true) return
        if (statements.knowsClient.get(session.id, client.row) === undefined) {
          statements.noteClient.run({ session: session.id, client: client.row })
        } else kept.toldOf.set(key, true)
      },
      endSession: db.transaction((session) => {
        const clients = statements.clients.all({ session: session.id }).map(toClient)
        return statements.end.run({ id: session.id, sandbox }).changes === 1 ? clients : undefined
      }),
      findConsent(user, client) {
        const key = `${user.row} ${client.row}`
        const scope = kept.consents.get(key) ?? statements.findConsent.get({ user: user.row, client: client.row })?.scope
        if (scope !== undefined) kept.consents.set(key, scope)
        return scope
      },
      saveConsent: (user, client, scope, now) => statements.saveConsent.run({ user: user.row, client: client.row, scope, now }),
      forgetConsent: (user, client) => statements.forgetConsent.run({ user: user.row, client: client.row }),
    }
  }
}
