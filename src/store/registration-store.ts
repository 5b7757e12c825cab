import { timingSafeEqual } from 'node:crypto'
import type { AppDraft, ClientDraft } from '../oauth/model/directory.ts'
import type { Client } from '../oauth/model/records.ts'
import type { RegistrationStore } from '../oauth/storage/store.ts'
import type { Database } from './database/database.ts'
import { type ClientRow, clientColumns, toClient } from './rows.ts'
import { unlessTaken } from './taken.ts'

/** The clients of one sandbox that registered themselves. */
export function registrationStore(db: Database) {
  const prepare = <Row = unknown>(sql: string) => db.prepare<[Record<string, unknown>], Row>(sql)
  const statements = {
    createApp: prepare<{ id: number }>(
      `INSERT INTO app (sandbox_id, app_id, name, description, icon, scopes, redirect_uris, mobile_store_links, created_at)
       VALUES (@sandbox, @app_id, @name, @description, @icon, @scopes, @redirect_uris, @mobile_store_links, @created_at) RETURNING id`,
    ),
    createClient: prepare<{ id: number }>(
      `INSERT INTO client (sandbox_id, app_row, client_id, client_secret, token_endpoint_auth_method, grant_types, metadata, created_at)
       VALUES (@sandbox, @app, @client_id, @client_secret, @token_endpoint_auth_method, @grant_types, @metadata, @created_at) RETURNING id`,
    ),
    createRegistration: prepare(`INSERT INTO client_registration (client_row, digest) VALUES (@client, @digest)`),
    find: prepare<ClientRow & { digest: Buffer }>(
      `SELECT client_registration.digest, ${clientColumns} FROM client_registration
         JOIN client ON client.id = client_registration.client_row JOIN app ON app.id = client.app_row
       WHERE client.sandbox_id = @sandbox AND client.client_id = @client_id`,
    ),
    updateApp: prepare(
      `UPDATE app SET name = @name, scopes = @scopes, redirect_uris = @redirect_uris WHERE id = @app AND sandbox_id = @sandbox`,
    ),
    updateClient: prepare(
      `UPDATE client SET client_secret = @client_secret, token_endpoint_auth_method = @token_endpoint_auth_method, grant_types = @grant_types,
         metadata = @metadata WHERE id = @client AND sandbox_id = @sandbox`,
    ),
  }
  return (sandbox: number): RegistrationStore => {
    const save = db.transaction((draft: AppDraft, { metadata = {}, ...client }: ClientDraft, digest: Buffer | null): Client => {
      const app = statements.createApp.get({
        ...draft,
        sandbox,
        scopes: JSON.stringify(draft.scopes),
        redirect_uris: JSON.stringify(draft.redirect_uris),
        mobile_store_links: JSON.stringify(draft.mobile_store_links),
      })
      const lists = { grant_types: JSON.stringify(client.grant_types), metadata: JSON.stringify(metadata) }
      const row = unlessTaken(
        () => statements.createClient.get({ ...client, sandbox, app: app?.id, ...lists }),
        ['client_id', client.client_id],
      )
      if (app === undefined || row === undefined) throw new Error('the client was not stored')
      if (digest !== null) statements.createRegistration.run({ client: row.id, digest })
      return { ...client, metadata, row: row.id, app: { ...draft, row: app.id } }
    })
    const update = db.transaction(({ row, app, client_secret, token_endpoint_auth_method, grant_types, metadata }: Client) => {
      const [scopes, redirect_uris] = [JSON.stringify(app.scopes), JSON.stringify(app.redirect_uris)]
      statements.updateApp.run({ sandbox, app: app.row, name: app.name, scopes, redirect_uris })
      const lists = { grant_types: JSON.stringify(grant_types), metadata: JSON.stringify(metadata) }
      statements.updateClient.run({ sandbox, client: row, client_secret, token_endpoint_auth_method, ...lists })
    })
    return {
      saveRegistered: (app, client, digest) => save(app, client, digest),
      findRegistered(client_id, digest) {
        const row = statements.find.get({ sandbox, client_id })
        return row !== undefined && timingSafeEqual(row.digest, digest) ? toClient(row) : undefined
      },
      updateRegistered: (client) => update(client),
    }
  }
}
