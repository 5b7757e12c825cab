import { digest, randomText } from '../../basics/random.ts'
import type { User } from '../model/records.ts'
import type { Realm } from '../realm/context.ts'
import type { Session } from '../storage/session-store.ts'

/** Begins a session of a user who has just signed in. The cookie's value is a new one each time, so that none can be planted. */
export function startSession(
  user: User,
  former: Session | undefined,
  { store, settings, clock }: Realm,
): { session: Session; cookie: string } {
  const cookie = randomText(43)
  const now = clock.now()
  const sid = former?.user.row === user.row ? former.sid : randomText(22)
  const expires_at = now + settings.session_ttl * 1000
  const session = store.saveSession({ digest: digest(cookie), sid, user, auth_time: now, expires_at }, former, now)
  return { session, cookie }
}

/** The session of a browser's cookie. */
export function findSession(cookie: string, { store, clock }: Realm): Session | undefined {
  return store.findSession(digest(cookie), clock.now())
}
