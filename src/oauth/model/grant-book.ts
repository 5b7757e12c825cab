import type { Client, Grant, User } from './records.ts'

/** Which grants are wanted. */
export interface GrantQuery {
  client_id?: string | undefined
  username?: string | undefined
  /** Only those that were not revoked, or only those that were. */
  active?: boolean | undefined
  /** Skips the grants up to and including this one. */
  after?: number | undefined
  limit: number
}

/** Which grants a page of a list shows. */
export interface GrantSearch extends Omit<GrantQuery, 'after'> {
  /** How a username, a client id or the name of an app begins. */
  search?: string | undefined
  /** Skips the grants from this one on. */
  before?: number | undefined
}

/** A grant and between whom it is. */
export interface GrantEntry {
  grant: Grant
  client: Client
  user: User | undefined
}

/** A grant in a list. */
export interface ListedGrant extends GrantEntry {
  /** Whether any of its tokens would be taken, were it not revoked. */
  lives: boolean
}

/** One token of a grant, by the key of its row. */
export interface TokenName {
  use: 'access' | 'refresh'
  id: number
}

/** An authorization code as the store keeps it. */
export interface CodeRecord {
  id: number
  scope: string
  issued_at: number
  expires_at: number
  used_at: number | null
}

/** A refresh token as the store keeps it. */
export interface RefreshTokenRecord {
  id: number
  /** The token whose use brought this one. */
  parent_id: number | null
  scope: string
  issued_at: number
  /** Null when it does not expire. */
  expires_at: number | null
  /** When it brought its first successor. */
  used_at: number | null
}

/** An access token as the store keeps it. */
export interface AccessTokenRecord {
  id: number
  /** The refresh token that was issued beside it, or that brought it and stayed as it was. */
  refresh_id: number | null
  scope: string
  issued_at: number
  expires_at: number
  revoked_at: number | null
}

/** All that descended from a grant, oldest first. */
export interface Lineage {
  codes: readonly CodeRecord[]
  refresh_tokens: readonly RefreshTokenRecord[]
  access_tokens: readonly AccessTokenRecord[]
}

/** Whose tokens are meant; all of the sandbox when neither is said. */
export interface TokenOwner {
  client?: Client | undefined
  user?: User | undefined
}

/** A sandbox's grants as its owner looks at them; the protocol itself asks for less. */
export interface GrantBook {
  /** Oldest first. */
  list(query: GrantQuery): GrantEntry[]
  /** Newest first. */
  newest(query: GrantSearch, now: number): ListedGrant[]
  find(id: number): GrantEntry | undefined
  /** The name of the sandbox, this or another, that issued the token of this key and digest. */
  issuerOf(id: number, digest: Buffer): string | undefined
  lineageOf(grant: Grant): Lineage
  /** Lets tokens expire now, all at once; tells how many still lived. */
  expire(what: 'access' | 'refresh' | 'all', owner: TokenOwner, now: number): { access_tokens: number; refresh_tokens: number }
  /** Lets one token of a grant expire now; false when it lives no more. */
  expireOne(grant: Grant, token: TokenName, now: number): boolean
  /** Revokes one access token of a grant; false when it is none, or was revoked before. */
  revokeOne(grant: Grant, id: number, now: number): boolean
}
