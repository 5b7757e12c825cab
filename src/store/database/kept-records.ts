import { GoneError } from '../../oauth/model/errors.ts'
import type { Client, Grant, User } from '../../oauth/model/records.ts'
import {
  type ClientRow,
  clientColumns,
  type GrantRow,
  grantColumns,
  toClient,
  toGrant,
  toUser,
  type UserRow,
  userColumns,
} from '../rows.ts'
import type { Database } from './database.ts'

/** How many records of a kind are kept in memory; what a load test calls fits in. */
export const limit = 4096

/** A grant and whose it is. */
export interface StoredGrant {
  readonly grant: Readonly<Grant>
  readonly sandbox: number
  readonly client_row: number
  readonly user_row: number | null
}

interface StoredGrantRow extends GrantRow {
  sandbox_id: number
  client_row: number
  user_row: number | null
}

/** What requests ask for again and again, kept in memory until something of it changes ({@link Database.memory}). */
export interface Records {
  client(sandbox: number, client_id: string): Client | undefined
  /** A client whose row is known to be there, because another one refers to it. */
  clientOf(row: number): Client
  userOf(row: number | null): User | undefined
  grantOf(id: number): StoredGrant | undefined
  /** Keeps a grant whose code or tokens will soon be asked for. */
  keepGrant(stored: StoredGrant): Grant
  /** The live grant that a client has by itself for a scope, found or made by `find`. */
  ownGrant(client: Client, grant_type: string, scope: string, find: () => Grant): Grant
}

/** The records of all sandboxes. Nobody may change one that was handed out: others hold it too. */
export function records(db: Database): Records {
  const from = `SELECT ${clientColumns} FROM client JOIN app ON app.id = client.app_row`
  const findClient = db.prepare<[number, string], ClientRow>(`${from} WHERE client.sandbox_id = ? AND client.client_id = ?`)
  const readClient = db.prepare<[number], ClientRow>(`${from} WHERE client.id = ?`)
  const readUser = db.prepare<[number], UserRow>(`SELECT ${userColumns} FROM user WHERE id = ?`)
  const byName = db.memory<string, Client>(limit, 'client', 'app')
  const clients = db.memory<number, Client>(limit, 'client', 'app')
  const users = db.memory<number, User>(limit, 'user')
  const readGrant = db.prepare<[number], StoredGrantRow>(
    `SELECT ${grantColumns}, sandbox_id, client_row, user_row FROM "grant" JOIN client ON client.id = client_row WHERE "grant".id = ?`,
  )
  const grants = db.memory<number, StoredGrant>(limit, 'grant')
  const ownGrants = db.memory<string, Grant>(limit, 'grant')

  const keepClient = (row: ClientRow): Client => {
    const client = toClient(row)
    Object.freeze(client.app)
    clients.set(client.row, Object.freeze(client))
    return client
  }
  const keepGrant = (stored: StoredGrant): StoredGrant => {
    Object.freeze(stored.grant)
    grants.set(stored.grant.id, stored)
    return stored
  }
  return {
    client(sandbox, client_id) {
      const key = `${sandbox} ${client_id}`
      const known = byName.get(key)
      if (known !== undefined) return known
      const row = findClient.get(sandbox, client_id)
      if (row === undefined) return undefined
      const client = keepClient(row)
      byName.set(key, client)
      return client
    },
    clientOf(row) {
      const known = clients.get(row)
      if (known !== undefined) return known
      const found = readClient.get(row)
      if (found === undefined) throw new GoneError()
      return keepClient(found)
    },
    userOf(row) {
      if (row === null) return undefined
      const known = users.get(row)
      if (known !== undefined) return known
      const found = readUser.get(row)
      if (found === undefined) throw new GoneError()
      const user = Object.freeze(toUser(found))
      users.set(row, user)
      return user
    },
    grantOf(id) {
      const known = grants.get(id)
      if (known !== undefined) return known
      const row = readGrant.get(id)
      if (row === undefined) return undefined
      const { sandbox_id: sandbox, client_row, user_row } = row
      return keepGrant({ grant: toGrant(row), sandbox, client_row, user_row })
    },
    keepGrant: (stored) => keepGrant(stored).grant,
    ownGrant(client, grant_type, scope, find) {
      const key = `${client.row} ${grant_type} ${scope}`
      const known = ownGrants.get(key)
      if (known !== undefined) return known
      const grant = find()
      ownGrants.set(key, grant)
      return grant
    },
  }
}
