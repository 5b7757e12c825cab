import type { GrantEntry } from '../../oauth/model/grant-book.ts'
import type { User } from '../../oauth/model/records.ts'
import type { OwnSpace } from '../own-spaces.ts'
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

/** Signs a user out everywhere, but for what he allowed offline. */
export function signOut(world: OwnSpace, user: User): void {
  for (const session of sessionsOf(world, user.username)) if (!session.offline) endSession(world, session)
  for (const session of world.store.sessionsOf(user, world.clock.now())) world.store.endSession(session)
}
