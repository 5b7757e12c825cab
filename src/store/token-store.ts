import { timingSafeEqual } from 'node:crypto'
import type { AccessTokenDetails, Grant } from '../oauth/model/records.ts'
import { confirms } from '../oauth/proof/sender-constraint.ts'
import type { ProtocolStore, TokensDraft } from '../oauth/storage/store.ts'
import type { Database } from './database/database.ts'
import { limit, type Records, type StoredGrant } from './database/kept-records.ts'
import { sandboxOfGrant } from './rows.ts'

/** The tokens of one answer; a digest is null, and what belongs to it means nothing, where the answer had no such token. */
interface TokenRow {
  grant_id: number
  scope: string | null
  details: string | null
  issued_at: number
  access_digest: Buffer | null
  access_expires_at: number | null
  revoked_at: number | null
  refresh_digest: Buffer | null
  generation: number | null
  refresh_expires_at: number | null
  used_at: number | null
}

type TokenStore = Pick<
  ProtocolStore,
  | 'saveTokens'
  | 'useRefreshToken'
  | 'findAccessToken'
  | 'findRefreshToken'
  | 'expireAccessToken'
  | 'extendRefreshToken'
  | 'revokeAccessToken'
  | 'grantOfToken'
  | 'whyRevoked'
  | 'usageOf'
>

/**
 * The tokens of one sandbox.
 * @param revoke revokes a grant, inside a write
 * @param issued told of each answer's tokens when they were stored, and when that was
 */
export function tokenStore(db: Database, known: Records) {
  // They have their values by position, which costs half as much as by name.
  const statements = {
    save: db.prepare(
      `INSERT INTO token (id, grant_id, parent_id, issued_at, scope, details, access_digest, access_expires_at, generation, refresh_digest, refresh_expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      { keeps: true },
    ),
    find: db.prepare<[id: number], TokenRow>(
      `SELECT grant_id, scope, details, issued_at, access_digest, access_expires_at, revoked_at, refresh_digest, generation, refresh_expires_at, used_at
       FROM token WHERE id = ?`,
    ),
    lastGeneration: db.prepare<[grant_id: number], { last: number | null }>('SELECT max(generation) AS last FROM token WHERE grant_id = ?'),
    successors: db.prepare<[grant_id: number, generation: number, id: number], { issued_at: number | null; count: number }>(
      'SELECT min(issued_at) AS issued_at, count(*) AS count FROM token WHERE grant_id = ? AND generation = ? AND parent_id = ?',
    ),
    newest: db.prepare<[grant_id: number], { issued_at: number }>('SELECT max(issued_at) AS issued_at FROM token WHERE grant_id = ?'),
    use: db.prepare<[now: number, id: number]>('UPDATE token SET used_at = ? WHERE id = ? AND used_at IS NULL', { keeps: true }),
    expireAccess: db.prepare<[now: number, digest: Buffer | null, id: number, sandbox: number]>(
      `UPDATE token SET access_expires_at = min(access_expires_at, ?), access_digest = coalesce(?, access_digest) WHERE id = ? AND ${sandboxOfGrant} = ?`,
    ),
    extend: db.prepare<[expires_at: number, id: number, sandbox: number]>(
      `UPDATE token SET refresh_expires_at = ? WHERE id = ? AND ${sandboxOfGrant} = ?`,
    ),
    revokeAccess: db.prepare<[now: number, id: number, sandbox: number]>(
      `UPDATE token SET revoked_at = ? WHERE id = ? AND access_digest IS NOT NULL AND revoked_at IS NULL AND ${sandboxOfGrant} = ?`,
    ),
  }
  /** Rows that were asked for, and those that took their place. */
  const rows = db.memory<number, TokenRow>(limit, 'token')
  /** The last generation of grants whose refresh tokens were used. */
  const generations = db.memory<number, number>(limit, 'token')
  const find = (id: number): TokenRow | undefined => {
    const known = rows.get(id)
    if (known !== undefined) return known
    const row = statements.find.get(id)
    if (row !== undefined) rows.set(id, row)
    return row
  }
  /** Whether a successor of a refresh token was used, too: that brought a generation beyond it. */
  const isSuperseded = ({ grant_id, generation }: TokenRow): boolean => {
    const last = generations.get(grant_id) ?? statements.lastGeneration.get(grant_id)?.last ?? 0
    generations.set(grant_id, last)
    return last > (generation ?? 0) + 1
  }
  return (
    sandbox: number,
    revoke: (grant_id: number, reason: string, now: number | null) => void,
    issued: (now: number) => void,
  ): TokenStore => {
    /** The grant of a token that is there, its digest agrees, and the sandbox is its own. */
    const grantOf = (grant_id: number, kept: Buffer | null, digest: Buffer): StoredGrant | undefined => {
      if (kept === null || !timingSafeEqual(kept, digest)) return undefined
      const stored = known.grantOf(grant_id)
      return stored?.sandbox === sandbox ? stored : undefined
    }
    const save = ({ id, grant_id, parent_id, issued_at, details, access, refresh }: TokensDraft) => {
      const row: TokenRow = {
        grant_id,
        scope: access?.scope ?? null,
        details: details === undefined ? null : JSON.stringify(details),
        issued_at,
        access_digest: access?.digest ?? null,
        access_expires_at: access?.expires_at ?? null,
        revoked_at: null,
        refresh_digest: refresh?.digest ?? null,
        generation: refresh?.generation ?? null,
        refresh_expires_at: refresh?.expires_at ?? null,
        used_at: null,
      }
      const { access_digest, access_expires_at, generation, refresh_digest, refresh_expires_at } = row
      const ofAccess = [row.scope, row.details, access_digest, access_expires_at]
      statements.save.run(id, grant_id, parent_id, issued_at, ...ofAccess, generation, refresh_digest, refresh_expires_at)
      if (parent_id === null || generation === null) return
      // Whoever refreshed soon comes again with what this brought.
      rows.delete(parent_id)
      rows.set(id, row)
      const last = generations.get(grant_id)
      if (last !== undefined && generation > last) generations.set(grant_id, generation)
    }

    /** Whether a token was used until then: it says so itself, or by its successor where it was used under another rotation. */
    const isRotated = (id: number, { grant_id, generation, used_at }: TokenRow, until: number): boolean => {
      const at = used_at ?? statements.successors.get(grant_id, (generation ?? 0) + 1, id)?.issued_at ?? undefined
      return at !== undefined && at <= until
    }

    return {
      saveTokens(tokens) {
        save(tokens)
        issued(tokens.issued_at)
      },
      useRefreshToken(id, digest, client, now, { rotation, rotation_grace, access_stays = false }, confirmation) {
        const row = find(id)
        const stored = row && grantOf(row.grant_id, row.refresh_digest, digest)
        if (row === undefined || stored === undefined) return 'unknown'
        if (stored.client_row !== client.row) return 'other_client'
        const { grant } = stored
        const user = known.userOf(stored.user_row)
        if (hasEnded(grant) || user?.disabled === true) return 'revoked'
        if (row.refresh_expires_at !== null && row.refresh_expires_at <= now) return 'expired'
        if (!confirms(grant.details.cnf, confirmation)) return 'other_key'
        // Without grace a clock that was set back brings no token to life.
        const until = rotation_grace === 0 ? Number.POSITIVE_INFINITY : now - rotation_grace * 1000
        const tooLate = rotation === 'strict' ? isRotated(id, row, until) : rotation === 'lenient' && isSuperseded(row)
        if (tooLate) {
          revoke(grant.id, 'a refresh token was used after its time', access_stays ? null : now)
          return 'used'
        }
        // Elsewhere the successor alone says it: of two uses at once, both may have one.
        if (rotation === 'strict') {
          statements.use.run(now, id)
          rows.delete(id)
        }
        return { id, grant, user, generation: row.generation ?? 0 }
      },
      findAccessToken(id, digest, now) {
        const row = find(id)
        const stored = row && grantOf(row.grant_id, row.access_digest, digest)
        if (row === undefined || stored === undefined) return 'unknown'
        const { grant } = stored
        const user = known.userOf(stored.user_row)
        if (row.revoked_at !== null) return 'revoked'
        if (user?.disabled === true) return 'disabled'
        if (grant.revoked_at !== null) return 'ended'
        const expires_at = row.access_expires_at ?? 0
        if (expires_at <= now) return 'expired'
        return {
          grant,
          client: known.clientOf(stored.client_row),
          user,
          scope: row.scope ?? grant.scope,
          details: detailsOf(row),
          issued_at: row.issued_at,
          expires_at,
        }
      },
      findRefreshToken(id, digest, now) {
        const row = find(id)
        const stored = row && grantOf(row.grant_id, row.refresh_digest, digest)
        if (row === undefined || stored === undefined) return 'unknown'
        const { grant } = stored
        const user = known.userOf(stored.user_row)
        // One whose successor was used is as good as revoked.
        if (hasEnded(grant) || user?.disabled === true || isSuperseded(row)) return 'revoked'
        const { issued_at, refresh_expires_at: expires_at } = row
        if (expires_at !== null && expires_at <= now) return 'expired'
        return {
          grant,
          client: known.clientOf(stored.client_row),
          user,
          scope: grant.scope,
          details: detailsOf(row),
          issued_at,
          expires_at,
        }
      },
      expireAccessToken: (id, now, digest) => statements.expireAccess.run(now, digest ?? null, id, sandbox),
      extendRefreshToken: (id, expires_at) => statements.extend.run(expires_at, id, sandbox),
      revokeAccessToken: (id, now) => statements.revokeAccess.run(now, id, sandbox).changes === 1,
      usageOf(id) {
        const row = find(id)
        if (row === undefined) return { uses: 0, last: 0 }
        const uses = statements.successors.get(row.grant_id, (row.generation ?? 0) + 1, id)?.count ?? 0
        return { uses, last: statements.newest.get(row.grant_id)?.issued_at ?? row.issued_at }
      },
      grantOfToken(id) {
        const grant_id = find(id)?.grant_id
        return grant_id !== undefined && known.grantOf(grant_id)?.sandbox === sandbox ? grant_id : undefined
      },
      whyRevoked(id) {
        const row = find(id)
        const stored = row && known.grantOf(row.grant_id)
        return stored?.sandbox === sandbox ? (stored.grant.revoked_reason ?? undefined) : undefined
      },
    }
  }
}

/** Whether a grant has no refresh tokens any more. */
function hasEnded({ revoked_at, revoked_reason }: Grant): boolean {
  return revoked_at !== null || revoked_reason !== null
}

function detailsOf({ details }: Pick<TokenRow, 'details'>): AccessTokenDetails {
  return details === null ? {} : JSON.parse(details)
}
