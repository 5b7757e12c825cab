import { none } from '../../oauth/clients/methods/none.ts'
import { completeClient, type NewClient } from '../../oauth/clients/rulebook.ts'
import type { World, WorldApp, WorldUser } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'
import type { AppDeclaration, ClientDeclaration, UserDeclaration } from './declaration.ts'

/** What the apps and users of a declaration may leave out. */
export interface WorldDefaults {
  company: string
  scopes: readonly string[]
  grant_types: readonly string[]
  /** Of confidential clients. */
  auth_method: string
}

/** The apps and users of a declaration as a sandbox starts with them. */
export function declaredWorld(
  { apps, users }: { apps: readonly AppDeclaration[]; users: readonly UserDeclaration[] },
  defaults: WorldDefaults,
): World {
  const declared = apps.map((app) => declaredApp(app, defaults))
  return { company: defaults.company, apps: declared, users: users.map((user) => declaredUser(user, declared)) }
}

/** An app with what its declaration left out. */
export function declaredApp(app: AppDeclaration, defaults: WorldDefaults): WorldApp {
  return {
    app_id: app.id ?? `app_${app.name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`,
    name: app.name,
    description: app.description ?? '',
    icon: null,
    scopes: app.scopes ?? defaults.scopes,
    redirect_uris: app.redirect_uris ?? preloadedRedirectUris,
    clients: (app.clients ?? []).map((client) => declaredClient(client, defaults)),
  }
}

/** One that shows nothing is public. */
function declaredClient(
  { client_secret = null, claims, ...client }: ClientDeclaration,
  { grant_types, auth_method }: WorldDefaults,
): NewClient {
  const showsNothing = client_secret === null && client.metadata?.jwks === undefined
  const metadata = claims === undefined ? client.metadata : { ...client.metadata, claims }
  return completeClient({ ...client, client_secret, metadata }, { grant_types, auth_method: showsNothing ? none.name : auth_method })
}

/** A user with what his declaration left out. */
export function declaredUser({ apps, ...user }: UserDeclaration, known: readonly Pick<WorldApp, 'app_id' | 'name'>[]): WorldUser {
  const given = Object.fromEntries(Object.entries(user).filter(([, value]) => value !== undefined))
  return {
    ...given,
    username: user.username,
    apps: known
      .filter(({ app_id, name }) => apps === undefined || apps.includes(app_id) || apps.includes(name))
      .map(({ app_id }) => app_id),
  }
}
