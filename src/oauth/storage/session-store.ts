import type { Client, User } from '../model/records.ts'

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
  /** Those of a user, in whatever browser. */
  sessionsOf(user: User, now: number): Session[]
  /** Notes that a client was told of a session. */
  noteSessionClient(session: Session, client: Client): void
  /** Ends a session and gives the clients that were told of it; of two who try, one gets them. */
  endSession(session: Session): Client[] | undefined
  /** The scopes that the user allowed the client, or undefined. */
  findConsent(user: User, client: Client): string | undefined
  saveConsent(user: User, client: Client, scope: string, now: number): void
  /** As if he had never been asked. */
  forgetConsent(user: User, client: Client): void
}
