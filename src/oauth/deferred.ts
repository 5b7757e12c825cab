import { seconds } from './clock.ts'
import type { Context, Realm } from './context.ts'
import { OAuthError } from './errors.ts'
import type { Issue } from './grants/grant-type.ts'
import type { cibaType, deviceCodeType } from './grants/names.ts'
import { failNext, failOnce } from './misbehave.ts'
import { digest } from './random.ts'
import type { Client, Grant, GrantDetails, User } from './records.ts'

/** How a user decides elsewhere while the client waits. */
export type DeferredType = typeof deviceCodeType | typeof cibaType

/** What a client asked beyond its scope. */
export interface DeferredRequest {
  /** Shown on both devices, so that the user sees what belongs together (CIBA §7.1). */
  binding_message?: string
  /** Where to tell the client that there is a decision (CIBA §10.2). */
  ping?: { endpoint: string; token: string; auth_req_id: string }
}

/** An authorization as it is stored when a client asks for it. */
export interface DeferredDraft {
  grant_type: DeferredType
  /** Of the device_code or auth_req_id. */
  digest: Buffer
  client: Client
  /** Who is asked, when the client says so. */
  user: User | undefined
  user_code: string | null
  interaction_id: string | null
  scope: string
  details: GrantDetails
  request: DeferredRequest
  /** Seconds between two polls. */
  interval: number
  issued_at: number
  expires_at: number
}

/** An authorization that waits for its user. */
export interface Deferred extends Omit<DeferredDraft, 'interaction_id'> {
  /** What the user's browser, or whoever decides, knows it by. */
  interaction_id: string
}

/** Why a poll gets no tokens. */
export type PollRefusal = 'unknown' | 'other_client' | 'used' | 'expired' | 'denied' | 'pending' | 'slow_down'

/** The part of the store that keeps what waits for a decision. */
export interface DeferredStore {
  /** False when the user code is already given out. */
  saveDeferred(draft: DeferredDraft, now: number): boolean
  /** Binds the authorization of a user code to a browser; whoever held it before has lost it. */
  openDeferred(user_code: string, interaction_id: string, now: number): Deferred | undefined
  findDeferred(interaction_id: string, now: number): Deferred | undefined
  /** Notes who signed in; undefined signs out. */
  setDeferredUser(interaction_id: string, user: User | undefined): void
  /** What waits for a decision, oldest first. */
  listDeferred(grant_type: DeferredType, now: number): Deferred[]
  /** Decides; of two who try, one gets it. Details are added to those of the grant to come. */
  decideDeferred(interaction_id: string, decision: 'allowed' | 'denied', details: GrantDetails, now: number): Deferred | undefined
  /** A client asks; what was allowed becomes a grant, once. Asking too early makes the interval 5 s longer (RFC 8628 §3.5). */
  pollDeferred(grant_type: DeferredType, digest: Buffer, client: Client, now: number): { grant: Grant; user: User } | PollRefusal
}

/** Redeems a device_code or an auth_req_id (RFC 8628 §3.5, CIBA §11). */
export async function redeemDeferred(
  grant_type: DeferredType,
  parameter: 'device_code' | 'auth_req_id',
  secret: string | undefined,
  client: Client,
  context: Context,
): Promise<Issue> {
  const { realm, trace } = context
  if (secret === undefined) throw new OAuthError('invalid_request', `Parameter ${parameter} is missing`)
  const key = digest(secret)
  failOnce(failureKey(key), context)
  const polled = realm.store.pollDeferred(grant_type, key, client, realm.clock.now())
  if (typeof polled === 'string') throw refusal(polled, parameter)
  trace.grant_id = polled.grant.id
  trace.username = polled.user.username
  const refresh = client.grant_types.includes('refresh_token') ? 'first' : 'none'
  return { grant: polled.grant, user: polled.user, scope: polled.grant.scope, refresh }
}

/**
 * The user decides.
 * @returns what was decided on, or undefined when somebody was faster or it has expired
 */
export async function decide(
  { interaction_id, user }: Pick<Deferred, 'interaction_id' | 'user'>,
  decision: 'allowed' | 'denied',
  realm: Realm,
): Promise<Deferred | undefined> {
  const now = realm.clock.now()
  const decided = realm.store.decideDeferred(interaction_id, decision, { auth_time: seconds(now) }, now)
  if (decided !== undefined && user !== undefined) failNext(user.username, failureKey(decided.digest), { realm })
  return decided
}

const failureKey = (key: Buffer) => `deferred ${key.toString('base64url')}`

function refusal(why: PollRefusal, parameter: string): OAuthError {
  switch (why) {
    case 'pending':
      return new OAuthError(
        'authorization_pending',
        'The user has not decided yet',
        'The user has not decided yet: ask again after interval',
      )
    case 'slow_down':
      return new OAuthError(
        'slow_down',
        'The client asks too often',
        'The client asked again before its interval was over; the interval is 5 s longer from now on (RFC 8628 §3.5)',
      )
    case 'expired':
      return new OAuthError('expired_token', `The ${parameter} has expired`, `The ${parameter} has expired before it was redeemed`)
    case 'denied':
      return new OAuthError('access_denied', 'The user denied access')
    case 'unknown':
      return new OAuthError('invalid_grant', `The ${parameter} is not valid`, `${parameter} was not issued by this sandbox`)
    case 'used':
      return new OAuthError('invalid_grant', `The ${parameter} is not valid`, `${parameter} was redeemed already; it works once`)
    case 'other_client':
      return new OAuthError('invalid_grant', `The ${parameter} is not valid`, `${parameter} was issued to another client`)
  }
}
