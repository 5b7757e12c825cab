/**
 * In this room: the words of the protocol: records, settings, errors, parameters, scopes, and what follows from them alone.
 * Elsewhere: whatever needs a store, a clock or a key.
 * Members of records carry the RFCs' names; times are milliseconds since the epoch by the sandbox's clock.
 */

import type { Space } from './space.ts'

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
  metadata: ClientMetadata
  created_at: number
}

/** What a client registered beyond the essentials (RFC 7591 §2, OpenID Connect Dynamic Client Registration §2, RFC 8705 §2.1.2). */
export interface ClientMetadata {
  response_types?: readonly string[]
  jwks?: { keys: readonly Record<string, unknown>[] }
  jwks_uri?: string
  token_endpoint_auth_signing_alg?: string
  tls_client_auth_subject_dn?: string
  tls_client_auth_san_dns?: string
  tls_client_auth_san_uri?: string
  tls_client_auth_san_ip?: string
  tls_client_auth_san_email?: string
  id_token_signed_response_alg?: string
  id_token_encrypted_response_alg?: string
  id_token_encrypted_response_enc?: string
  userinfo_signed_response_alg?: string
  introspection_signed_response_alg?: string
  /** How tokens of a backchannel authentication are delivered; `poll` when absent (CIBA §4). */
  backchannel_token_delivery_mode?: 'poll' | 'ping'
  backchannel_client_notification_endpoint?: string
  /** `jwt` or `opaque`; the sandbox's setting holds otherwise. */
  access_token_format?: 'jwt' | 'opaque'
  dpop_bound_access_tokens?: boolean
  tls_client_certificate_bound_access_tokens?: boolean
  require_pushed_authorization_requests?: boolean
  require_signed_request_object?: boolean
  request_object_signing_alg?: string
  authorization_signed_response_alg?: string
  default_max_age?: number
  post_logout_redirect_uris?: readonly string[]
  /** What each of the app's redirect URIs is for, where the vendor tells kinds of them apart, as `web`, `spa`, `native`. */
  redirect_uri_types?: Readonly<Record<string, string>>
  backchannel_logout_uri?: string
  frontchannel_logout_uri?: string
  frontchannel_logout_session_required?: boolean
  /** What the developer wants told of it; no client registers them for itself. */
  claims?: Readonly<Record<string, unknown>>
  /** Made for a client_id that nobody registered, because the sandbox is lenient. */
  unregistered?: boolean
  /** It is described by the document at its client_id. */
  from_document?: boolean
  [other: string]: unknown
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
  details: GrantDetails
  created_at: number
  revoked_at: number | null
  revoked_reason: string | null
}

/** What tokens of a grant tell of how it came about. */
export interface GrantDetails {
  /** When the user signed in, seconds since the epoch (OpenID Connect Core §2). */
  auth_time?: number
  acr?: string
  amr?: readonly string[]
  /** The resources that were allowed (RFC 8707 §2). */
  resource?: readonly string[]
  /** The `claims` parameter (OpenID Connect Core §5.5). */
  claims?: { id_token?: Record<string, unknown>; userinfo?: Record<string, unknown> }
  /** The browser session (OpenID Connect Front-Channel Logout §3). */
  sid?: string
  /** The user was signed in already, and had nothing to do. */
  silent?: true
  /** The user was asked for his consent, where the vendor has rules of its own for that. */
  consented?: true
  /** Who acts for the user (RFC 8693 §4.1). */
  act?: Record<string, unknown>
  /** The client whom its tokens are about, when it is another than theirs (RFC 8693 §2.1). */
  sub?: string
  /** The key that the authorization request named (RFC 9449 §10). */
  dpop_jkt?: string
  /** The keys that the refresh tokens are bound to. */
  cnf?: NonNullable<AccessTokenDetails['cnf']>
  /** What a vendor's own flow keeps for the tokens. */
  vendor?: Readonly<Record<string, unknown>>
  /** What the client asked for, when the user gave less: then the token answer tells it (RFC 6749 §5.1). */
  requested_scope?: string
  /** Those of the authorization request that a template names. */
  parameters?: Readonly<Record<string, string>>
}

/** What an access token says beyond its grant. */
export interface AccessTokenDetails {
  aud?: readonly string[]
  /** The key that it is bound to (RFC 7800 §3.1, RFC 9449 §6, RFC 8705 §3.1). */
  cnf?: { jkt?: string; 'x5t#S256'?: string }
  /** Those of the token request that a template of userinfo or introspection names. */
  parameters?: Readonly<Record<string, string>>
  /** Where a vendor has spaces: which one it is of, whatever path is asked about it. */
  issued_by?: { issuer: string; space: Space }
}

/** How an answer of the authorization endpoint travels (OAuth 2.0 Multiple Response Types §2.1, Form Post §2, JARM §2.3, Web Message §4). Of a bare message the parameters are all. */
export type ResponseMode =
  | 'query'
  | 'fragment'
  | 'form_post'
  | 'query.jwt'
  | 'fragment.jwt'
  | 'form_post.jwt'
  | 'web_message'
  | 'bare_message'

/** OpenID Connect Core §3.1.2.1, Initiating User Registration §4. */
export type Prompt = 'none' | 'login' | 'consent' | 'select_account' | 'create'

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
  /** The key that its code is bound to (RFC 9449 §10). */
  dpop_jkt?: string
  login_hint?: string
  /** Its values in alphabetical order, as `code id_token`. */
  response_type: string
  response_mode: ResponseMode
  prompt: readonly Prompt[]
  /** Seconds that may have passed since the user signed in. */
  max_age?: number
  /** The authentication context class that the ID token will tell. */
  acr?: string
  claims?: NonNullable<GrantDetails['claims']>
  /** RFC 8707 §2. */
  resource?: readonly string[]
  /** Of a pushed request that is used up by its answer. */
  request_uri?: string
  /** The only user who may answer, by user_id: from `id_token_hint` or the `claims` parameter. */
  sub?: string
  /** Those that a template names. */
  parameters?: NonNullable<GrantDetails['parameters']>
}

/** An authorization request that waits for its user. */
export interface Interaction {
  id: string
  request: AuthorizationRequest
  client: Client
  /** Who has signed in so far. */
  user: User | undefined
  /** The digest of its browser's cookie; null where it may go on in any browser. */
  browser: Buffer | null
  /** Milliseconds. */
  expires_at: number
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
  generation: number
}

/** An access token that holds. */
export interface ActiveAccessToken extends ActiveRefreshToken {
  expires_at: number
}

/** A refresh token that holds. */
export interface ActiveRefreshToken {
  grant: Grant
  client: Client
  user: User | undefined
  scope: string
  /** Those of the access token that came with it. */
  details: AccessTokenDetails
  issued_at: number
  expires_at: number | null
}
