import type { PushedRequestStore } from '../oauth/storage/store.ts'
import type { Database } from './database/database.ts'

export interface PushedRow {
  client_row: number
  parameters: string
}

/** The pushed authorization requests of one sandbox. */
export function pushedRequestStore(db: Database) {
  const statements = {
    prune: db.named(`DELETE FROM pushed_request WHERE sandbox_id = @sandbox AND expires_at <= @now`),
    insert: db.named(
      `INSERT INTO pushed_request (digest, sandbox_id, client_row, parameters, expires_at)
       VALUES (@digest, @sandbox, @client, @parameters, @expires_at)`,
    ),
    find: db.named<PushedRow>(
      `SELECT client_row, parameters FROM pushed_request
       WHERE digest = @digest AND sandbox_id = @sandbox AND client_row = @client AND expires_at > @now`,
    ),
    take: db.named<PushedRow>(
      `DELETE FROM pushed_request
       WHERE digest = @digest AND sandbox_id = @sandbox AND client_row = @client AND expires_at > @now RETURNING client_row, parameters`,
    ),
  }
  return (sandbox: number): PushedRequestStore => {
    const read = (row: PushedRow | undefined) => (row === undefined ? undefined : JSON.parse(row.parameters))
    return {
      savePushedRequest: db.transaction(({ digest, client, parameters, expires_at }, now) => {
        statements.prune.run({ sandbox, now })
        statements.insert.run({ digest, sandbox, client: client.row, parameters: JSON.stringify(parameters), expires_at })
      }),
      findPushedRequest: (digest, client, now) => read(statements.find.get({ digest, sandbox, client: client.row, now })),
      takePushedRequest: (digest, client, now) => read(statements.take.get({ digest, sandbox, client: client.row, now })),
    }
  }
}
