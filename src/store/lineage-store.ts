import type { LineageStore } from '../oauth/storage/store.ts'
import type { Database } from './database/database.ts'
import { type GrantRow, grantColumns, toGrant } from './rows.ts'

/** The grants of a query and all that came of their tokens (RFC 8693), as a table `line` for the statement that follows. */
export function withDescendants(grants: string): string {
  return `WITH RECURSIVE line (id) AS (${grants} UNION SELECT child.id FROM "grant" AS child JOIN line ON child.parent_id = line.id)`
}

/** What the tokens of one sandbox came of. */
export function lineageStore(db: Database) {
  const statements = {
    findGrant: db.named<GrantRow>(
      `SELECT ${grantColumns} FROM "grant" JOIN client ON client.id = "grant".client_row
       WHERE client.sandbox_id = @sandbox AND client.client_id = @client_id AND "grant".user_row = @user
         AND "grant".created_at < @latest AND "grant".revoked_at IS NULL
       ORDER BY "grant".id DESC LIMIT 1`,
    ),
    consented: db.prepare<[app: number, user: number], GrantRow & { client_row: number }>(
      `SELECT ${grantColumns}, client_row FROM "grant" JOIN client ON client.id = client_row
       WHERE client.app_row = ? AND user_row = ? AND revoked_at IS NULL AND details ->> '$.consented' ORDER BY "grant".id DESC`,
    ),
  }
  return (sandbox: number): LineageStore => ({
    findGrant(client_id, user, latest) {
      const row = statements.findGrant.get({ sandbox, client_id, user: user.row, latest })
      return row === undefined ? undefined : toGrant(row)
    },
    consentedGrants: (app, user) =>
      statements.consented.all(app.row, user.row).map((row) => ({ ...toGrant(row), client_row: row.client_row })),
  })
}
