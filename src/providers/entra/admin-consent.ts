import type { Documents } from '../../oauth/model/documents.ts'
import type { Client } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Context, RequestDialect } from '../../oauth/realm/context.ts'
import { readScopes } from './scopes.ts'

const agreed = (documents: Documents) => documents.kind<readonly string[]>('entra_admin_consent')

/** An administrator agrees for all users: to the scopes that are named, or to all that the application was configured with. */
export function agree(scope: string | undefined, client: Client, { realm }: Context): void {
  const { app } = client
  const named = scope === undefined ? app.scopes : readScopes(scope, client, realm)
  const before = agreed(realm.documents).get(client.client_id, { app }) ?? []
  agreed(realm.documents).put(client.client_id, [...new Set([...before, ...named])], { app })
}

/** A user is asked for what neither he nor an administrator allowed before. */
export const entraConsent: NonNullable<RequestDialect['consent']> = ({ scope }, client, user, { realm }) => {
  const { app, client_id } = client
  const allowed = [...scopes(realm.store.findConsent(user, client)), ...(agreed(realm.documents).get(client_id, { app }) ?? [])]
  const missing = scopes(scope).filter((one) => !allowed.includes(one))
  if (missing.length === 0) return undefined
  return `Neither user '${user.username}' nor an administrator has allowed client '${client_id}' the scope ${missing.join(' ')}`
}
