import type { Grant, User } from '../model/records.ts'
import type { TokenType } from '../model/token-types.ts'

/** What a grant type decided to issue; the core mints it. */
export interface Issue {
  grant: Grant
  user: User | undefined
  scope: string
  /** Whether `scope` may differ from what the client asked for, so that the answer must tell it (RFC 6749 §5.1). */
  requested_scope?: string | undefined
  /** For the ID token (OpenID Connect Core §3.1.3.3). */
  nonce?: string | undefined
  /** Resources that the access token is for, when fewer than the grant's (RFC 8707 §2.2). */
  audience?: readonly string[] | undefined
  /** False when no ID token goes with it, whatever the scope: the authorization endpoint makes its own. */
  id_token?: false | undefined
  /** What a token exchange answers (RFC 8693 §2.2.1). */
  issued_token_type?: string | undefined
  /** The same by its short name; an ID token or refresh token is issued instead of an access token. */
  requested_token?: TokenType | undefined
  /** Seconds, when it lives shorter than the sandbox's access tokens. */
  expires_in?: number | undefined
  /** They stand in every JWT beside the usual claims, or in their place. */
  claims?: Readonly<Record<string, unknown>> | undefined
  /** Another token that the same answer brings. */
  beside?: Issue | undefined
  /** Whether a refresh token goes with it: the grant's first, or after a refresh the successor of the one that was used. */
  refresh: 'none' | 'first' | Refreshed
}

/** The refresh token that was used, by its key. */
export interface Refreshed {
  id: number
  generation: number
  /** The token itself, when it goes on to hold and has no successor. */
  keep?: string | undefined
}
