import type { ClientScope } from '../realm/representations.ts'
import { type AdminCall, notFound } from './call.ts'

/** The client scope of an id. @throws OAuthError 404 */
export function scopeOf({ realm, part }: AdminCall): ClientScope {
  const scope = realm.scopes.find(({ id }) => id === part('scope'))
  if (scope !== undefined) return scope
  throw notFound('Could not find client scope', `There is no client scope with the id '${part('scope')}'`)
}

/** Puts a changed client scope in the place of what it was. */
export function saveScope({ realm }: AdminCall, changed: ClientScope): undefined {
  realm.scopes = realm.scopes.map((scope) => (scope.id === changed.id ? changed : scope))
  return undefined
}
