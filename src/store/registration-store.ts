import { timingSafeEqual } from 'node:crypto'
import type { Directory } from '../oauth/model/directory.ts'
import type { RegistrationStore } from '../oauth/storage/store.ts'
import type { Database } from './database/database.ts'
import { type ClientRow, clientColumns, toClient } from './rows.ts'

/** The clients of one sandbox that registered themselves. */
export function registrationStore(db: Database, directory: (sandbox: number) => Directory) {
  const statements = {
    createRegistration: db.named(`INSERT INTO client_registration (client_row, digest) VALUES (@client, @digest)`),
    find: db.named<ClientRow & { digest: Buffer }>(
      `SELECT client_registration.digest, ${clientColumns} FROM client_registration
         JOIN client ON client.id = client_registration.client_row JOIN app ON app.id = client.app_row
       WHERE client.sandbox_id = @sandbox AND client.client_id = @client_id`,
    ),
    updateApp: db.named(
      `UPDATE app SET name = @name, scopes = @scopes, redirect_uris = @redirect_uris WHERE id = @app AND sandbox_id = @sandbox`,
    ),
    updateClient: db.named(
      `UPDATE client SET client_id = @client_id, client_secret = @client_secret, token_endpoint_auth_method = @token_endpoint_auth_method, grant_types = @grant_types,
         metadata = @metadata WHERE id = @client AND sandbox_id = @sandbox`,
    ),
  }
  return (sandbox: number): RegistrationStore => {
    const { createApp, createClient } = directory(sandbox)
    return {
      saveRegistered: db.transaction((draft, client, digest) => {
        const created = createClient(createApp(draft), client)
        if (digest !== null) statements.createRegistration.run({ client: created.row, digest })
        return created
      }),
      findRegistered(client_id, digest) {
        const row = statements.find.get({ sandbox, client_id })
        return row !== undefined && timingSafeEqual(row.digest, digest) ? toClient(row) : undefined
      },
      updateRegistered: db.transaction(({ row, app, client_id, client_secret, token_endpoint_auth_method, grant_types, metadata }) => {
        const [scopes, redirect_uris] = [JSON.stringify(app.scopes), JSON.stringify(app.redirect_uris)]
        statements.updateApp.run({ sandbox, app: app.row, name: app.name, scopes, redirect_uris })
        const lists = { grant_types: JSON.stringify(grant_types), metadata: JSON.stringify(metadata) }
        statements.updateClient.run({ sandbox, client: row, client_id, client_secret, token_endpoint_auth_method, ...lists })
      }),
    }
  }
}
