import type { LineageStore } from '../oauth/storage/store.ts'
import type { Database } from './database/database.ts'
import { type GrantRow, grantColumns, toGrant } from './rows.ts'

/**
 * What a user was asked for and gave a client, with the kind of access that follows. There may be thousands, and more that he was not asked for:
 * SQLite refuses a statement that it could not answer by this index.
 */
const consented = `FROM "grant" INDEXED BY grant_consented WHERE user_row = @user AND revoked_at IS NULL AND details ->> '$.consented'
  AND ifnull(details ->> '$.parameters.access_type', 'online') =`

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
    // From one scope to the next, however many grants have it.
    consentedScopes: db.named<{ scope: string }>(
      `WITH RECURSIVE given (client, access, scope) AS (
         SELECT id, access.column1, (SELECT min(scope) ${consented} access.column1 AND client_row = client.id)
           FROM client, (VALUES ('offline'), ('online')) AS access WHERE app_row = @app
         UNION ALL
         SELECT client, access, (SELECT min(scope) ${consented} access AND client_row = client AND scope > given.scope)
           FROM given WHERE scope IS NOT NULL)
       SELECT scope FROM given WHERE scope IS NOT NULL
         ORDER BY (SELECT min(id) ${consented} access AND client_row = client AND scope = given.scope)`,
    ),
    consentedGrants: db.named<{ id: number }>(
      `SELECT id ${consented} @access_type AND client_row = @client AND id <> @but ORDER BY id DESC LIMIT -1 OFFSET @skip`,
    ),
    hasConsented: db.named(`SELECT 1 ${consented} @access_type AND client_row = @client LIMIT 1`),
  }
  return (sandbox: number): LineageStore => ({
    findGrant(client_id, user, latest) {
      const row = statements.findGrant.get({ sandbox, client_id, user: user.row, latest })
      return row === undefined ? undefined : toGrant(row)
    },
    consentedScopes: (app, user) => statements.consentedScopes.all({ app: app.row, user: user.row }).map(({ scope }) => scope),
    hasConsented: (client, user, access_type) =>
      statements.hasConsented.get({ client: client.row, user: user.row, access_type }) !== undefined,
    consentedBeyond: (skip, client, user, access_type, but) =>
      statements.consentedGrants.all({ but, client: client.row, user: user.row, access_type, skip }).map(({ id }) => id),
  })
}
