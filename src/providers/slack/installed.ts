import type { Documents } from '../../oauth/model/documents.ts'
import type { App, User } from '../../oauth/model/records.ts'
import type { Kind } from './scopes.ts'
import type { Installation } from './teams.ts'

/** Whose scopes they are: of an app's bot, whoever let it in, or of a user of the app. */
export interface Installed {
  kind: Kind
  app: App
  user: User | undefined
}

/** What an app got so far, by where: scopes add up over its installations. */
function keptIn(documents: Documents, { kind, app, user }: Installed) {
  const all = documents.kind<Readonly<Record<string, readonly string[]>>>('slack_installed')
  const owner = { app, user: kind === 'user' ? user : undefined }
  return {
    get: () => all.get(kind, owner) ?? {},
    put: (places: Readonly<Record<string, readonly string[]>>) => all.put(kind, places, owner),
    delete: () => all.delete(kind, owner),
  }
}

const placeOf = ({ team, enterprise, is_enterprise_install }: Installation) =>
  is_enterprise_install && enterprise !== null ? enterprise.id : team.id

/** Adds what an app gets now; gives all that it has there, those of before first. */
export function addScopes(scope: readonly string[], whose: Installed, installation: Installation, documents: Documents): string[] {
  const kept = keptIn(documents, whose)
  const places = kept.get()
  const place = placeOf(installation)
  const all = [...new Set([...(places[place] ?? []), ...scope])]
  kept.put({ ...places, [place]: all })
  return all
}

/** Whether an app's bot was let in at a place. */
export function isInstalledAt(place: string, app: App, documents: Documents): boolean {
  return (keptIn(documents, { kind: 'bot', app, user: undefined }).get()[place] ?? []).length > 0
}

/** The token was revoked that had them: the next installation begins anew. */
export function dropScopes(whose: Installed, installation: Installation, documents: Documents): void {
  const kept = keptIn(documents, whose)
  const { [placeOf(installation)]: _, ...others } = kept.get()
  kept.put(others)
}

/** The app was uninstalled. */
export function dropAllScopes(whose: Installed, documents: Documents): void {
  keptIn(documents, whose).delete()
}
