import type { cibaType, deviceCodeType } from '../model/grant-names.ts'
import type { Client, Grant, GrantDetails, User } from '../model/records.ts'

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
export type PollRefusal = 'unknown' | 'other_client' | 'used' | 'expired' | 'denied' | 'pending'

/** The part of the store that keeps what waits for a decision. */
export interface DeferredStore {
  /** False when the user code is already given out. */
  saveDeferred(draft: DeferredDraft, now: number): boolean
  /** Binds the authorization of a user code to a browser; whoever held it before has lost it. One that was decided on is unknown. */
  openDeferred(user_code: string, interaction_id: string, now: number): Deferred | 'unknown' | 'expired'
  findDeferred(interaction_id: string, now: number): Deferred | undefined
  /** Notes who signed in; undefined signs out. */
  setDeferredUser(interaction_id: string, user: User | undefined): void
  /** What waits for a decision, oldest first. */
  listDeferred(grant_type: DeferredType, now: number): Deferred[]
  /** Decides; of two who try, one gets it. Details are added to those of the grant to come. */
  decideDeferred(interaction_id: string, decision: 'allowed' | 'denied', details: GrantDetails, now: number): Deferred | undefined
  /**
   * A client asks; what was allowed becomes a grant, once. Asking too early makes the interval longer (RFC 8628 §3.5), and gives it.
   * @param slower by how much, seconds; 5 when absent
   * @param check throws to refuse what was allowed, which is not used up then
   */
  pollDeferred(
    grant_type: DeferredType,
    digest: Buffer,
    client: Client,
    now: number,
    slower?: number,
    check?: (details: GrantDetails) => void,
  ): { grant: Grant; user: User } | { slow_down: number } | PollRefusal
}
