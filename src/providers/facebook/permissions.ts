import type { Documents } from '../../oauth/model/documents.ts'
import type { App, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'

/** What a user declined of what an app asked for, or took back; what he gave stands in his grants. */
interface Declined {
  permissions: readonly string[]
}

const key = 'declined'
const kindIn = (documents: Documents) => documents.kind<Declined>('permissions')

/** What a user of an app said no to. */
export function declinedOf(user: User, app: App, documents: Documents): readonly string[] {
  return kindIn(documents).get(key, { app, user })?.permissions ?? []
}

/** The user decided: what he gave now is declined no more. */
export function decide(user: User, app: App, documents: Documents, given: readonly string[], declined: readonly string[]): void {
  const before = declinedOf(user, app, documents).filter((one) => !given.includes(one))
  kindIn(documents).put(key, { permissions: [...new Set([...before, ...declined])] }, { app, user })
}

/** The user left the app. */
export function forget(user: User, app: App, documents: Documents): void {
  kindIn(documents).delete(key, { app, user })
}

/** What of a scope the user did not take back. */
export function effectiveScope(scope: string, user: User, app: App, documents: Documents): string {
  const declined = declinedOf(user, app, documents)
  return scopes(scope)
    .filter((one) => !declined.includes(one))
    .join(' ')
}
