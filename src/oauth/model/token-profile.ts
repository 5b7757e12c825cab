import type { Clock } from '../../basics/clock.ts'
import type { SigningAlg, SigningKey } from '../jose/jws.ts'
import type { Directory } from './directory.ts'
import type { Documents } from './documents.ts'
import type { Parameters } from './parameters.ts'
import type { AccessTokenDetails, Client, Grant, GrantDetails, User } from './records.ts'
import type { Settings } from './settings.ts'
import type { Space } from './space.ts'
import type { TokenType } from './token-types.ts'

/** A token that is about to be issued; times are whole seconds since the epoch. */
export interface TokenDraft {
  use: 'access' | 'refresh'
  /** The key of its row, which the token must carry where {@link TokenFormat.keyOf} finds it. */
  id: number
  issuer: string
  client: Client
  user: User | undefined
  grant: Grant
  scope: string
  details: AccessTokenDetails
  /** When it is given, milliseconds, as its row has it. */
  issued_at: number
  iat: number
  /** Undefined for a token that does not expire. */
  exp: number | undefined
  /** What a token exchange asked for: `jwt` is a JWT whatever the format is otherwise. */
  requested?: TokenType | undefined
  /** Of the token request. */
  parameters?: Parameters | undefined
  space?: Space | undefined
}

/** What a sandbox gives to make a token with. */
export interface TokenMaterial {
  company: string
  clock: Clock
  directory: Directory
  documents: Documents
  /** `pairwise` where each app knows a user by a `sub` of its own (OpenID Connect Core §8); `public` when absent. */
  subject_type?: 'public' | 'pairwise' | undefined
  settings: Settings
}

/** A JWT as its vendor words it, to which more may be added before it is signed. */
export interface UnsignedJwt {
  claims: Readonly<Record<string, unknown>>
  alg: SigningAlg
  /** `JWT` when absent. */
  typ?: string
  /** The key as it signs this JWT, where its header is another one. */
  withHeader?: ((key: SigningKey) => SigningKey) | undefined
}

/** How a provider's tokens look. */
export interface TokenFormat {
  /** The settings of a sandbox that its tokens follow. */
  readonly settings?: readonly (keyof Settings)[]
  /** An opaque token, or what a JWT says: `tokens/formats.ts` signs it. */
  make(draft: TokenDraft, material: TokenMaterial): string | UnsignedJwt
  /** The key of the row that a token of this format carries; undefined when the text is no such token. */
  keyOf(token: string): number | undefined
}

/** How a provider's codes look. */
export interface CodeFormat {
  /** @param id the key of its row, which the code must carry where `keyOf` finds it */
  make(id: number, client: Client, details: GrantDetails, space: Space | undefined): string
  keyOf(code: string): number | undefined
}

/** Seconds that tokens live, where not the settings alone say so; 0 for a refresh token that does not expire, `Infinity` for such an access token. */
export interface Lifetimes {
  access?: number | undefined
  id?: number | undefined
  refresh?: number | undefined
}

/** What was issued, before the provider words it. */
export interface IssuedTokens {
  /** As whoever asks knows it. */
  issuer: string
  access_token: string
  /** The key of its row. */
  access_token_id: number
  refresh_token: string | undefined
  id_token: string | undefined
  /** RFC 6749 §7.1: `Bearer` or `DPoP`, or `N_A` for what is no access token (RFC 8693 §2.2.1). */
  token_type: 'Bearer' | 'DPoP' | 'N_A'
  /** RFC 8693 §2.2.1. */
  issued_token_type: string | undefined
  /** Seconds that the refresh token lives; undefined when it does not expire or there is none. */
  refresh_expires_in: number | undefined
  grant: Grant
  /** Of the token request. */
  parameters?: Parameters | undefined
  /** Whom the access token is for. */
  aud?: readonly string[] | undefined
  /** Undefined for what does not expire. */
  expires_in: number | undefined
  /** Seconds since the epoch. */
  issued_at: number
  client: Client
  user: User | undefined
  scope: string
  /** Whether the scope is not the one that was asked for (RFC 6749 §5.1: then it must be told). */
  scope_differs: boolean
  space?: Space | undefined
  /** The other token of the same answer, where a grant type decided on two. */
  beside?: IssuedTokens | undefined
}

/** What an ID token or userinfo is about to tell of a user. */
export interface UserStatement {
  /** The issuer, as whoever asks knows it. */
  issuer: string
  /** As OpenID Connect says it. */
  claims: Readonly<Record<string, unknown>>
  /** For userinfo: whom the access token is for. */
  aud?: readonly string[] | undefined
  client: Client
  grant: Grant
  user: User
  scope: string
  /** Of the token request, else of the authorization request. */
  parameters: Parameters
  space?: Space | undefined
}

/** The same as a vendor says it, members in its order. */
export type StatementWording = (statement: UserStatement, material: TokenMaterial) => Record<string, unknown>

/** Where a vendor's userinfo differs. */
export interface UserinfoProfile {
  /** What a token must have been given for; null when any user's token will do. */
  readonly scope: string | null
  readonly body?: StatementWording | undefined
}

/** The provider's part in issuing tokens. */
export interface TokenProfile {
  readonly access: TokenFormat
  readonly refresh: TokenFormat
  /** Codes; the handle itself when absent. */
  readonly codes?: CodeFormat | undefined
  /** Whether a token holds at one of the vendor's servers that another, or the same, issued; it always does when absent. */
  readonly holds_at?: ((asked: Space, issuer: Space) => boolean) | undefined
  /** How long the tokens of a grant live. */
  readonly lifetimes?:
    | ((of: Pick<TokenDraft, 'client' | 'grant' | 'scope' | 'parameters'>, material: TokenMaterial) => Lifetimes)
    | undefined
  /** The parameters of requests that its templates name. */
  readonly parameters?: readonly string[]
  /** The successful answer, members in the vendor's order (RFC 6749 §5.1). */
  tokenResponse(issued: IssuedTokens, material: TokenMaterial): Record<string, unknown>
  /** The claims of an ID token; those of OpenID Connect Core §2 when absent. */
  readonly idToken?: StatementWording | undefined
  /** The key as it signs an ID token, where its header is another one. */
  readonly idTokenKey?: ((key: SigningKey, statement: UserStatement) => SigningKey) | undefined
  /** What introspection tells a client of a token that holds, undefined when nothing; the members of RFC 7662 §2.2 when absent. */
  readonly introspection?:
    | ((answer: Readonly<Record<string, unknown>>, token: string, caller: Client) => Record<string, unknown> | undefined)
    | undefined
  /** As whom a client acts by itself, where a vendor has ID tokens and userinfo of that. */
  readonly service_account?: ((client: Client) => User) | undefined
  /** Userinfo; that of OpenID Connect Core §5.3 when absent. */
  readonly userinfo?: UserinfoProfile | undefined
}
