/** The records that the protocol works on. Members carry the RFCs' names; times are milliseconds since the epoch by the sandbox's clock. */

/** What a user signs in to; its clients share its redirect URIs and scopes. */
export interface App {
  row: number
  app_id: string
  name: string
  description: string
  /** A name that the provider knows how to draw, or null. */
  icon: string | null
  /** The dashboard's permission scopes: what the application may do. */
  scopes: readonly string[]
  redirect_uris: readonly string[]
  mobile_store_links: Readonly<Record<string, string>>
  created_at: number
}

/** RFC 6749 §2. */
export interface Client {
  row: number
  app: App
  client_id: string
  /** Null for a public client. */
  client_secret: string | null
  token_endpoint_auth_method: string
  grant_types: readonly string[]
  created_at: number
}

/** A resource owner of a sandbox. */
export interface User {
  row: number
  /** The `sub` of its tokens. */
  user_id: string
  username: string
  /** Null means the company's name. */
  password: string | null
  first_name: string
  last_name: string
  email: string | null
  /** The vendor's kind of user, as `parent` or `kid`. */
  type: string | null
  age: number | null
  claims: Readonly<Record<string, unknown>>
  disabled: boolean
  created_at: number
}

/** What a user, or a client by itself, gave a client. All tokens descend from a grant; revoking it kills them. */
export interface Grant {
  id: number
  grant_type: string
  scope: string
  created_at: number
  revoked_at: number | null
  revoked_reason: string | null
}

/** A validated authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3), kept while its user signs in. */
export interface AuthorizationRequest {
  client_id: string
  /** Where the answer goes. */
  redirect_uri: string
  /** Whether the client named it: only then must the token request repeat it (RFC 6749 §4.1.3). */
  redirect_uri_given: boolean
  scope: string
  state?: string
  nonce?: string
  code_challenge?: string
  code_challenge_method?: 'S256' | 'plain'
  login_hint?: string
}

/** An authorization request that waits for its user. */
export interface Interaction {
  id: string
  request: AuthorizationRequest
  client: Client
  /** Who has signed in so far. */
  user: User | undefined
}

/** An authorization code that was redeemed just now. */
export interface RedeemedCode {
  grant: Grant
  user: User
  /** Null when the authorization request named none. */
  redirect_uri: string | null
  scope: string
  nonce: string | null
  code_challenge: string | null
  code_challenge_method: 'S256' | 'plain' | null
}

/** A refresh token that was used just now. */
export interface UsedRefreshToken {
  id: number
  grant: Grant
  user: User | undefined
  scope: string
  generation: number
}

/** An access token that holds. */
export interface ActiveAccessToken {
  grant: Grant
  client: Client
  user: User | undefined
  scope: string
  issued_at: number
  expires_at: number
}
