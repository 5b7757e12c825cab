import { PageError } from '../../oauth/model/errors.ts'
import type { AuthorizationRequest, Client, Grant, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Context, Realm, RequestDialect } from '../../oauth/realm/context.ts'
import { hdOf } from './profile.ts'
import { signInScopes } from './scopes.ts'
import { googleSettings } from './settings.ts'

/** So many refresh tokens of a user and client live; the oldest dies silently. */
const mostRefreshTokens = 100

/** Whether a grant brings a refresh token: offline access was asked for, and the user for his consent. */
export function isOffline({ details }: Grant): boolean {
  return details.consented === true && details.parameters?.access_type === 'offline'
}

/**
 * Why a user is asked: for a scope that the project does not have yet, for offline access that the client does not have yet, or because the
 * request wants it. What he gave is forgotten when it is revoked.
 */
export const googleConsent: NonNullable<RequestDialect['consent']> = (request, client, user, context) => {
  admitUser(user, client, context)
  if (request.prompt.includes('consent')) return 'prompt has consent'
  const { store } = context.realm
  const had = new Set(store.consentedScopes(client.app, user).flatMap(scopes))
  const missing = scopes(request.scope).filter((scope) => !had.has(scope))
  if (missing.length > 0) return `User '${user.username}' has not allowed app ${client.app.name} the scope ${missing.join(' ')}`
  if (request.parameters?.access_type === 'offline' && !store.hasConsented(client, user, 'offline'))
    return `access_type=offline came, and client '${client.client_id}' has no offline access of user '${user.username}' yet`
  return undefined
}

/** Who may not sign in because of what the consent screen says. @throws PageError */
function admitUser(user: User, { client_id }: Client, { realm }: Context): void {
  const { publishing_status, user_type, test_users, organization, blocked_apps } = googleSettings.of(realm.settings)
  const { username, email } = user
  const address = email ?? username
  const isOfOrganization = hdOf(user) === organization
  const refuse = (page: string, explanation: string) =>
    new PageError(['access_denied', 'app_missing'], page, explanation).naming({ email: address })
  if (user_type === 'internal' && !isOfOrganization) {
    throw refuse('org_internal', `The setting user_type is internal, and user '${username}' is not of the Workspace domain ${organization}`)
  }
  if (user_type === 'external' && publishing_status === 'testing' && test_users !== null && !test_users.includes(address)) {
    const known = test_users.join(', ') || 'none'
    throw refuse('testing', `The setting publishing_status is testing, and ${address} is none of test_users: ${known}`)
  }
  if (isOfOrganization && blocked_apps.includes(client_id)) {
    throw refuse('admin_policy_enforced', `Client '${client_id}' is among blocked_apps, and user '${username}' is of ${organization}`)
  }
}

/** Whether a user is warned of an app that was not verified, which asks for more than a sign-in needs. */
export function warnsOf({ scope }: AuthorizationRequest, { settings }: Pick<Realm, 'settings'>): boolean {
  return !googleSettings.of(settings).verified && scopes(scope).some((one) => !signInScopes.includes(one))
}

/** The scope of a grant, with `include_granted_scopes` that of all that the user gave the project. */
export function coveredScope(grant: Grant, client: Client, user: User, { realm }: Pick<Context, 'realm'>): string {
  if (grant.details.parameters?.include_granted_scopes !== 'true') return grant.scope
  const before = realm.store.consentedScopes(client.app, user)
  return [...new Set([grant.scope, ...before].flatMap(scopes))].join(' ')
}

/** Lets a client's oldest offline grant of a user go when a further one would be too many. */
export function makeRoom(grant: Grant, client: Client, user: User, { realm }: Context): void {
  const { store, clock } = realm
  for (const id of store.consentedBeyond(mostRefreshTokens - 1, client, user, 'offline', grant.id)) {
    store.revokeGrant(id, `the user's ${mostRefreshTokens} refresh tokens of this client are newer`, clock.now())
  }
}

/** Ends all that a user gave a project; what a client has by itself ends alone. */
export function revokeAll(grant: Grant, client: Client, user: User | undefined, { realm }: Context): void {
  const { store, directory, clock } = realm
  const now = clock.now()
  store.revokeGrant(grant.id, 'its token was revoked', now)
  if (user === undefined) return
  const reason = 'another token of the user and app was revoked'
  for (const one of directory.listClients(client.app)) store.revokeGrants(one, user, reason, now, now)
}
