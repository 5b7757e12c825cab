import type { Realm } from './context.ts'
import { digest, randomText } from './random.ts'
import type { Client, User } from './records.ts'

/** A browser in which a user is signed in. */
export interface Session {
  id: number
  /** What ID tokens call it (OpenID Connect Front-Channel Logout §3). */
  sid: string
  user: User
  /** When the user last signed in, milliseconds. */
  auth_time: number
}

/** A session as it is stored when a user signs in. */
export interface SessionDraft extends Omit<Session, 'id'> {
  /** Of the cookie's value. */
  digest: Buffer
  expires_at: number
}

/** Sessions, and what users allowed clients on the consent page. */
export interface SessionStore {
  /** Keeps a session in the place of `former`: renews it when the user is the same, ends it otherwise. */
  saveSession(draft: SessionDraft, former: Session | undefined, now: number): Session
  findSession(digest: Buffer, now: number): Session | undefined
  /** Notes that a client was told of a session. */
  noteSessionClient(session: Session, client: Client): void
  /** Ends a session and gives the clients that were told of it; of two who try, one gets them. */
  endSession(session: Session): Client[] | undefined
  /** The scopes that the user allowed the client, or undefined. */
  findConsent(user: User, client: Client): string | undefined
  saveConsent(user: User, client: Client, scope: string, now: number): void
}

/** Begins a session of a user who has just signed in. The cookie's value is a new one each time, so that none can be planted. */
export async function startSession(
  user: User,
  former: Session | undefined,
  { store, settings, clock }: Realm,
): Promise<{ session: Session; cookie: string }> {
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
