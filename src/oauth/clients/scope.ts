import type { Parameters } from '../model/parameters.ts'
import type { Client } from '../model/records.ts'
import { narrow, scopes } from '../model/scope.ts'
import { type Context, note, type Realm } from '../realm/context.ts'

/** All scopes of a sandbox: its provider's, and those that apps have beyond them. */
export function sandboxScopes({ scopes, directory }: Pick<Realm, 'scopes' | 'directory'>): string[] {
  return [...new Set([...scopes, ...directory.listScopes()])]
}

/** What a client may ask for: what its app may, and `offline_access` if it may use refresh tokens (OpenID Connect Core §11). */
export function scopesWithinReach({ app, grant_types }: Client, { scopes }: Pick<Realm, 'scopes'>): readonly string[] {
  const offline = 'offline_access'
  const has = app.scopes.includes(offline) || !scopes.includes(offline) || !grant_types.includes('refresh_token')
  return has ? app.scopes : [...app.scopes, offline]
}

/**
 * The scope that a grant begins with: all of the app's when none was asked for.
 * @throws OAuthError `invalid_scope`, which says how to allow what is beyond the app; a lenient sandbox notes it instead
 */
export function scopeFor(parameters: Parameters, client: Client, context: Context): string {
  const { requests } = context.realm
  const requested = parameters.scope
  if (requests?.scope !== undefined) return requests.scope(requested, client, context, parameters)
  return scopes(requested).length === 0 ? client.app.scopes.join(' ') : scopeOfApp(requested, client, context)
}

/** What was asked for, if the client's app may do it. @throws OAuthError as {@link scopeFor} */
export function scopeOfApp(requested: string | undefined, client: Client, context: Context): string {
  const { name, settings } = context.realm
  const { app } = client
  const wanted = scopes(requested)
  const allowed = scopesWithinReach(client, context.realm)
  const beyond = settings.strictness === 'lenient' ? wanted.filter((one) => !allowed.includes(one)) : []
  const how = `To allow more, add to the app's scopes (PATCH /_grantbox/sandboxes/${name}/apps/${app.app_id}), or set strictness to lenient`
  const scope = narrow(requested, [...allowed, ...beyond], `app ${app.name}`, {
    how,
    reason: (one) => (sandboxScopes(context.realm).includes(one) ? 'scope_not_allowed' : 'scope_unknown'),
  })
  if (beyond.length > 0) note(context, `scope '${beyond.join(' ')}' goes beyond app ${app.name}; it passes because the sandbox is lenient`)
  return scope
}
