import type { App, Client, Grant, User } from '../oauth/model/records.ts'

/** How apps, clients, users and grants stand in a result: JSON as text, booleans as numbers, columns of a join prefixed. */
export interface AppRow {
  app_row: number
  app_id: string
  app_name: string
  app_description: string
  app_icon: string | null
  app_scopes: string
  app_redirect_uris: string
  app_mobile_store_links: string
  app_created_at: number
}

export const appColumns = `app.id AS app_row, app.app_id, app.name AS app_name, app.description AS app_description, app.icon AS app_icon,
  app.scopes AS app_scopes, app.redirect_uris AS app_redirect_uris, app.mobile_store_links AS app_mobile_store_links, app.created_at AS app_created_at`

export function toApp(row: AppRow): App {
  return {
    row: row.app_row,
    app_id: row.app_id,
    name: row.app_name,
    description: row.app_description,
    icon: row.app_icon,
    scopes: JSON.parse(row.app_scopes),
    redirect_uris: JSON.parse(row.app_redirect_uris),
    mobile_store_links: JSON.parse(row.app_mobile_store_links),
    created_at: row.app_created_at,
  }
}

export interface ClientRow extends AppRow, Pick<Client, 'client_id' | 'client_secret' | 'token_endpoint_auth_method'> {
  client_row: number
  grant_types: string
  client_metadata: string
  client_created_at: number
}

export const clientColumns = `client.id AS client_row, client.client_id, client.client_secret, client.token_endpoint_auth_method,
  client.grant_types, client.metadata AS client_metadata, client.created_at AS client_created_at, ${appColumns}`

export function toClient(row: ClientRow): Client {
  return {
    row: row.client_row,
    app: toApp(row),
    client_id: row.client_id,
    client_secret: row.client_secret,
    token_endpoint_auth_method: row.token_endpoint_auth_method,
    grant_types: JSON.parse(row.grant_types),
    metadata: JSON.parse(row.client_metadata),
    created_at: row.client_created_at,
  }
}

export interface UserRow extends Omit<User, 'row' | 'claims' | 'disabled' | 'created_at'> {
  user_row: number
  claims: string
  disabled: number
  user_created_at: number
}

export const userColumns = `user.id AS user_row, user.user_id, user.username, user.password, user.first_name, user.last_name, user.email, user.type,
  user.age, user.claims, user.disabled, user.created_at AS user_created_at`

export function toUser(row: UserRow): User {
  return {
    row: row.user_row,
    user_id: row.user_id,
    username: row.username,
    password: row.password,
    first_name: row.first_name,
    last_name: row.last_name,
    email: row.email,
    type: row.type,
    age: row.age,
    claims: JSON.parse(row.claims),
    disabled: row.disabled === 1,
    created_at: row.user_created_at,
  }
}

/** A user who may not be there, or of an outer join: nobody when the columns are NULL. */
export function toUserIfAny(row: { [K in keyof UserRow]: UserRow[K] | null } | undefined): User | undefined {
  return row === undefined || row.user_row === null ? undefined : toUser(row as UserRow)
}

export interface GrantRow extends Pick<Grant, 'grant_type' | 'revoked_at' | 'revoked_reason'> {
  grant_id: number
  grant_scope: string
  grant_details: string | null
  grant_created_at: number
}

export const grantColumns = `"grant".id AS grant_id, "grant".grant_type, "grant".scope AS grant_scope, "grant".details AS grant_details, "grant".created_at AS grant_created_at,
  "grant".revoked_at, "grant".revoked_reason`

/** The sandbox of a row that names a grant: its client's. */
export const sandboxOfGrant = `(SELECT client.sandbox_id FROM "grant" JOIN client ON client.id = "grant".client_row WHERE "grant".id = grant_id)`

export function toGrant(row: GrantRow): Grant {
  return {
    id: row.grant_id,
    grant_type: row.grant_type,
    scope: row.grant_scope,
    details: row.grant_details === null ? {} : JSON.parse(row.grant_details),
    created_at: row.grant_created_at,
    revoked_at: row.revoked_at,
    revoked_reason: row.revoked_reason,
  }
}
