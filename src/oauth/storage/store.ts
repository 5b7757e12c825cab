/**
 * In this room: the interfaces of what the protocol keeps.
 * Elsewhere: their SQL (`store/`).
 */

import type { KeyStore } from '../jose/stored-keys.ts'
import type { AppDraft, ClientDraft } from '../model/directory.ts'
import type {
  AccessTokenDetails,
  ActiveAccessToken,
  ActiveRefreshToken,
  App,
  AuthorizationRequest,
  Client,
  Grant,
  GrantDetails,
  Interaction,
  RedeemedCode,
  UsedRefreshToken,
  User,
} from '../model/records.ts'
import type { Settings } from '../model/settings.ts'
import type { DeferredStore } from './deferred-store.ts'
import type { SessionStore } from './session-store.ts'

/** Why something that may be used once was refused. */
export type Refusal = 'unknown' | 'expired' | 'used' | 'revoked' | 'other_client'

/** Why an access token does not hold. */
export type AccessRefusal = Exclude<Refusal, 'used' | 'other_client'> | 'ended' | 'disabled'

/** A code as it is stored when a user consents. */
export interface CodeDraft extends Omit<RedeemedCode, 'grant' | 'user'> {
  id: number
  digest: Buffer
  issued_at: number
  expires_at: number
}

/** A grant as it is stored when it is given. */
export interface GrantDraft {
  client: Client
  user: User | undefined
  grant_type: string
  scope: string
  details?: GrantDetails | undefined
  /** The grant that it came of (RFC 8693): revoking that one revokes it too. */
  parent_id?: number | undefined
  created_at: number
}

/** The tokens of one answer as they are stored, under a key that each of them carries. */
export interface TokensDraft {
  id: number
  grant_id: number
  /** The key of the refresh token whose use brought them. */
  parent_id: number | null
  issued_at: number
  details?: AccessTokenDetails | undefined
  access?: AccessTokenDraft | undefined
  refresh?: RefreshTokenDraft | undefined
}

/** An access token as it is stored when it is issued. */
export interface AccessTokenDraft {
  digest: Buffer
  /** Null when it is the grant's. */
  scope: string | null
  expires_at: number
}

/** A refresh token as it is stored when it is issued: it has the scope of its grant, whose first one is of generation 1. */
export interface RefreshTokenDraft {
  digest: Buffer
  generation: number
  /** Null when it does not expire. */
  expires_at: number | null
}

/**
 * What the protocol asks of the sandbox's store. Every change of state is one statement or one transaction inside, so that a
 * race is decided there; what came out is durable before the client is answered.
 */
export interface ProtocolStore
  extends SessionStore,
    PushedRequestStore,
    DeferredStore,
    OneTimeTokenStore,
    LineageStore,
    KeyStore,
    RegistrationStore {
  findClient(client_id: string): Client | undefined
  /** By username, in any letter case. */
  findUser(username: string): User | undefined
  /** By the `sub` of his tokens. */
  findUserById(user_id: string): User | undefined
  /** In any letter case; of several the oldest. */
  findUserByEmail(email: string): User | undefined
  /** Whether the user has the client's app among his apps. */
  userHasApp(user: User, client: Client): boolean
  addUserToApp(user: User, client: Client): void

  saveInteraction(interaction: Interaction, now: number): void
  findInteraction(id: string, now: number): Interaction | undefined
  /** Notes who signed in; undefined signs out. */
  setInteractionUser(id: string, user: User | undefined): void
  setInteractionRequest(id: string, request: AuthorizationRequest): void
  /** Ends an interaction; of two who try, one gets it. */
  takeInteraction(id: string, now: number): Interaction | undefined

  /** Keys for codes and tokens: the first of `count` that are nobody else's. */
  reserveIds(count: number): number
  saveGrant(draft: GrantDraft): Grant
  /** The live grant that a client has by itself for this scope, made if there is none. */
  ownGrant(draft: GrantDraft): Grant
  /** A new grant with its code. */
  saveGrantWithCode(grant: GrantDraft, code: CodeDraft): Grant
  /** Redeems a code; a second use revokes the grant (RFC 6749 §4.1.2). */
  takeCode(id: number, digest: Buffer, client: Client, now: number): RedeemedCode | Refusal
  /** Uses a code up for nothing, for vendors of whom a request that fails costs it. */
  burnCode(id: number, digest: Buffer, now: number): void
  /**
   * Uses a refresh token under the sandbox's rotation; a use after its time revokes the grant (RFC 9700 §4.14.2). One that is
   * bound to other keys than those that were shown stays unused.
   */
  useRefreshToken(
    id: number,
    digest: Buffer,
    client: Client,
    now: number,
    rotation: Pick<Settings, 'rotation' | 'rotation_grace'> & { access_stays?: boolean | undefined },
    confirmation: AccessTokenDetails['cnf'],
  ): UsedRefreshToken | Refusal | 'other_key'
  /** Lets a refresh token live until then, for vendors of whom one that is used lives on. */
  extendRefreshToken(id: number, expires_at: number): void
  /** Binds the refresh tokens of a grant to keys. */
  bindGrant(grant_id: number, cnf: NonNullable<AccessTokenDetails['cnf']>): void
  saveTokens(tokens: TokensDraft): void
  /** `ended` when not the token itself was revoked, but its grant; `disabled` when its user is. */
  findAccessToken(id: number, digest: Buffer, now: number): ActiveAccessToken | AccessRefusal
  /** From now on it has expired; with a digest, so has what that is the digest of, and what was stored before is unknown. */
  expireAccessToken(id: number, now: number, digest?: Buffer): void
  /** Whose code it is, without taking it. */
  ownerOfCode(id: number): CodeOwner | undefined
  /** The grant whose token this is, whether or not the token holds. */
  grantOfToken(id: number): number | undefined
  /** One token alone; false when there is none. */
  revokeAccessToken(id: number, now: number): boolean
  /** A refresh token without using it. */
  findRefreshToken(id: number, digest: Buffer, now: number): ActiveRefreshToken | Exclude<Refusal, 'used' | 'other_client'>
  revokeGrant(grant_id: number, reason: string, now: number): void
  /** Revokes all that a user gave a client. @param latest leaves younger grants alone */
  revokeGrants(client: Client, user: User, reason: string, now: number, latest?: number): void
  /** The refresh tokens of a grant alone: what access tokens it has go on. */
  endRefresh(grant_id: number, reason: string): void
  /** Why the grant of a refresh token was revoked; undefined when it was not. */
  whyRevoked(id: number): string | undefined
  /** How many refresh tokens a refresh token brought, and when its grant last brought any. */
  usageOf(id: number): { uses: number; last: number }

  /** Notes an identifier that may come once; false when it came before (RFC 7523 §3, RFC 9449 §11.1). */
  seeFirst(identifier: string, expires_at: number, now: number): boolean
}

/** Whose a code is. */
export interface CodeOwner {
  grant_id: number
  username: string | undefined
}

/** The part of the store that knows what exchanged tokens came of. */
export interface LineageStore {
  /** The newest live grant of a user to a client that is not younger than `latest`. */
  findGrant(client_id: string, user: User, latest: number): Grant | undefined
  /** The scopes of the live grants to an app for which a user was asked for his consent, the oldest first; those that say the same are few. */
  consentedScopes(app: App, user: User): string[]
  /** Whether a client has one of them for which the request had this `access_type`, which is `online` when it had none. */
  hasConsented(client: Client, user: User, access_type: string): boolean
  /** Those of them that are older than the newest `skip`, `but` not counted. */
  consentedBeyond(skip: number, client: Client, user: User, access_type: string, but: number): number[]
}

/** The part of the store that keeps clients which registered themselves. */
export interface RegistrationStore {
  /**
   * A client with an app of its own.
   * @param digest of its registration access token, or null when it has none
   * @throws TakenError when the client_id is another's
   */
  saveRegistered(app: AppDraft, client: ClientDraft, digest: Buffer | null): Client
  /** The client that this registration access token is for. */
  findRegistered(client_id: string, digest: Buffer): Client | undefined
  /** Replaces all that was registered of a client and its app. */
  updateRegistered(client: Client): void
}

/** A token that lets its bearer act for a user once, without a client. Its digest is the key: whoever has the token finds it. */
export interface OneTimeTokenDraft {
  digest: Buffer
  user: User
  /** What it may be used at. */
  service: string
  /** What a later token tells of how this one came about. */
  details: Readonly<Record<string, unknown>>
  issued_at: number
  expires_at: number
}

/** A one-time token that was taken just now. */
export interface TakenOneTimeToken {
  user: User
  service: string
  details: Readonly<Record<string, unknown>>
}

/** One-time tokens of a sandbox. */
export interface OneTimeTokenStore {
  saveOneTimeToken(draft: OneTimeTokenDraft): void
  /** Takes a token; of two who try, one gets it. @param keep whether it may be taken again */
  takeOneTimeToken(digest: Buffer, now: number, keep: boolean): TakenOneTimeToken | 'unknown' | 'expired' | 'used' | 'revoked'
}

/** What a `request_uri` of ours begins with (RFC 9126 §2.2). */
export const pushedPrefix = 'urn:ietf:params:oauth:request_uri:'

/** Seconds that a pushed request waits for its browser. */
export const pushedRequestTtl = 60

/** The parameters of a pushed request. */
export type StoredParameters = Readonly<Record<string, string>>

/** An authorization request that a client pushed. */
export interface PushedRequest {
  /** Of what stands behind {@link pushedPrefix}. */
  digest: Buffer
  client: Client
  parameters: StoredParameters
  expires_at: number
}

/** Authorization requests that clients pushed (RFC 9126). */
export interface PushedRequestStore {
  savePushedRequest(pushed: PushedRequest, now: number): void
  /** The client's request without using it. */
  findPushedRequest(digest: Buffer, client: Client, now: number): StoredParameters | undefined
  /** The client's request, once. */
  takePushedRequest(digest: Buffer, client: Client, now: number): StoredParameters | undefined
}
