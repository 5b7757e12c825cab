import { after } from '../../basics/maybe-promise.ts'
import { digest } from '../../basics/random.ts'
import { clientOf } from '../../oauth/clients/authentication.ts'
import { readClaims } from '../../oauth/jose/jwt.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { GrantEntry } from '../../oauth/model/grant-book.ts'
import type { Client, User } from '../../oauth/model/records.ts'
import type { Context, RequestDialect } from '../../oauth/realm/context.ts'
import { readLogoutRequest } from '../../oauth/users/logout.ts'
import type { OwnSpace } from '../own-spaces.ts'
import type { SignOut } from '../provider.ts'
import { findRefresh } from './refresh.ts'
import { isOffline } from './tokens/formats.ts'

/** A session: all that a user gave clients under one id. */
export interface UserSession {
  id: string
  user: User
  offline: boolean
  grants: GrantEntry[]
}

/** The sessions of a realm that hold. @param username of one user alone */
export function sessionsOf({ grants, clock, settings }: OwnSpace, username?: string): UserSession[] {
  const sessions = new Map<string, UserSession>()
  const oldest = clock.now() - settings.session_ttl * 1000
  for (const entry of grants.list({ username, active: true, limit: Number.MAX_SAFE_INTEGER })) {
    const { grant, user } = entry
    const { sid } = grant.details
    const offline = isOffline(grant.scope)
    if (sid === undefined || user === undefined || (!offline && grant.created_at < oldest)) continue
    const key = `${sid}${offline ? ' offline' : ''}`
    const known = sessions.get(key)
    if (known === undefined) sessions.set(key, { id: sid, user, offline, grants: [entry] })
    else known.grants.push(entry)
  }
  return [...sessions.values()]
}

/** Ends a session: its tokens hold no more, and its browser is signed out. */
export function endSession(world: OwnSpace, { id, user, grants }: UserSession): void {
  const now = world.clock.now()
  for (const { grant } of grants) world.store.revokeGrant(grant.id, 'the session ended', now)
  for (const session of world.store.sessionsOf(user, now)) if (session.sid === id) world.store.endSession(session)
}

/** Signs a user out everywhere, but for what he allowed offline. @param but one session that goes on */
export function signOut(world: OwnSpace, user: User, but?: string): void {
  for (const session of sessionsOf(world, user.username)) if (!session.offline && session.id !== but) endSession(world, session)
  for (const session of world.store.sessionsOf(user, world.clock.now())) if (session.sid !== but) world.store.endSession(session)
}

/** The sessions that a refresh token is of, none when they ended before. @throws OAuthError as for a refresh */
function sessionsOfRefresh(token: string, { client_id }: Client, world: OwnSpace, { trace }: Context): UserSession[] {
  const found = findRefresh(token, world)
  if (found === 'unknown')
    throw new OAuthError('refresh_unknown', 'Invalid refresh token', 'refresh_token is no refresh token of this realm')
  if (typeof found === 'string') return []
  trace.grant_id = found.grant.id
  if (found.client.client_id === client_id) {
    return sessionsOf(world, found.user?.username).filter(({ id }) => id === found.grant.details.sid)
  }
  const why = `refresh_token was issued to client '${found.client.client_id}', not to '${client_id}'`
  throw new OAuthError('refresh_foreign', 'Invalid refresh token', why)
}

/** What does not hold cannot be revoked, and that is said in a body, with the status of a success. */
export const revocable: NonNullable<RequestDialect['revocable']> = (token, use, { realm }) => {
  if (readClaims(token)?.typ === 'ID') {
    const about = { error: 'unsupported_token_type', member: 'error_description' }
    throw new OAuthError('invalid_request', 'Unsupported token type', 'An ID token cannot be revoked').naming(about)
  }
  const key = realm.tokens.access.keyOf(token)
  const wasRevoked = key !== undefined && realm.store.findAccessToken(key, digest(token), realm.clock.now()) === 'revoked'
  if (use !== undefined || wasRevoked) return
  throw new OAuthError('token_unknown', 'Invalid token', 'The token does not hold, or is none', {}, 200)
}

/** A sign-out asks of which client it is where it goes back there; else a client that is unknown is no matter. */
export const keycloakLogout: NonNullable<RequestDialect['logout']> = ({ client_id, ...parameters }, context) => {
  const known = parameters.post_logout_redirect_uri !== undefined || context.realm.store.findClient(client_id ?? '') !== undefined
  return readLogoutRequest(known ? { client_id, ...parameters } : parameters, context)
}

/** Signing out ends the tokens of the session as well, but for what was allowed offline. */
export const keycloakSignOut: SignOut = {
  ended({ sid, user }, world) {
    const session = sessionsOf(world, user.username).find((one) => one.id === sid && !one.offline)
    if (session !== undefined) endSession(world, session)
  },
  byRefreshToken: (request, world, context) =>
    after(clientOf(request, context), (client) => {
      for (const session of sessionsOfRefresh(request.parameters.refresh_token ?? '', client, world, context)) endSession(world, session)
      return { status: 204 }
    }),
}
