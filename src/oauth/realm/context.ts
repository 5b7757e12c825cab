/**
 * In this room: the sandbox as the protocol sees it, and what is decided there to be issued.
 * Elsewhere: the sandbox itself (`sandbox/`), which fulfils these types.
 */

import type { Clock } from '../../basics/clock.ts'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import type { KeyRing } from '../jose/keys.ts'
import type { Directory } from '../model/directory.ts'
import type { Documents } from '../model/documents.ts'
import type { Endpoint } from '../model/endpoint.ts'
import type { OAuthError } from '../model/errors.ts'
import type { Parameters } from '../model/parameters.ts'
import type {
  AccessTokenDetails,
  ActiveRefreshToken,
  AuthorizationRequest,
  Client,
  Grant,
  GrantDetails,
  ResponseMode,
  User,
} from '../model/records.ts'
import type { Settings } from '../model/settings.ts'
import type { Space } from '../model/space.ts'
import type { TokenMaterial, TokenProfile } from '../model/token-profile.ts'
import type { Transport } from '../model/transport.ts'
import type { Session } from '../storage/session-store.ts'
import type { ProtocolStore } from '../storage/store.ts'
import type { DeviceAuthorization, LogoutRequest } from './asked.ts'
import type { Issue } from './issue.ts'
import type { LateFaults } from './late-faults.ts'
import type { RedirectRules } from './redirect-rules.ts'
import type { Trace } from './trace.ts'

/** The sandbox, as far as the protocol needs to know it. */
export interface Realm {
  readonly name: string
  readonly company: string
  readonly settings: Settings
  readonly clock: Clock
  readonly store: ProtocolStore
  readonly directory: Directory
  /** What the vendor keeps of its own. */
  readonly documents: Documents
  readonly tokens: TokenProfile
  readonly subject_type?: TokenMaterial['subject_type']
  readonly keys: KeyRing
  readonly faults: LateFaults
  /** What the next request that carries it fails with, because its user is magic. */
  readonly failing: Set<string>
  /** The grant types that the provider serves. */
  readonly grant_types: readonly string[]
  /** The ways in which its clients may authenticate. */
  readonly auth_methods: readonly string[]
  /** Whether tokens are bound to keys when a client proves one. */
  readonly sender_constraints: boolean
  /** The response types that the provider serves, each with its values in alphabetical order. */
  readonly response_types: readonly string[]
  readonly response_modes: readonly ResponseMode[]
  /** Whether answers of the authorization endpoint name the issuer (RFC 9207). */
  readonly response_iss: boolean
  /** What a client that describes itself by a document may choose of; absent where none can. */
  readonly offered?: ((settings: Settings) => Supported) | undefined
  /** Whether browsers stay signed in. */
  readonly sessions: boolean
  /** All scopes that the provider has. */
  readonly scopes: readonly string[]
  /** Where every grant of a user has a session: an id for one that has no browser's. */
  readonly newSessionId?: (() => string) | undefined
  /** An id for a user who is made. */
  readonly newUserId: () => string
  readonly redirects?: RedirectRules | undefined
  readonly callbackWording?: CallbackWording | undefined
  /** Where the vendor's token requests differ from RFC 6749. */
  readonly requests?: RequestDialect | undefined
}

/** One request to a sandbox. */
export interface Context {
  readonly realm: Realm
  /** The issuer for this request: the base URL as the client addressed it, unless a setting fixes it. */
  readonly issuer: string
  /** Whether every client knows the sandbox by it. */
  readonly is_only_issuer: boolean
  readonly trace: Trace
  /** What the request's path chose, where the vendor has such parts. */
  readonly space?: Space | undefined
  /** The HTTP request; absent when it is the control API that asks. */
  readonly transport?: Transport
  /** The keys that the client proved to hold, to which its tokens are bound (RFC 9449 §5, RFC 8705 §3). */
  confirmation?: AccessTokenDetails['cnf']
  /** Those of a token request. */
  parameters?: Parameters
  /** What is wrong with them, which is said when the client is known. */
  problem?: OAuthError
  /** The fault that struck this request; the catalogue in faults/ reads it. */
  fault?: object
}

/** The session of a grant that came about without a browser, where every grant has one. */
export function sessionDetails({ newSessionId }: Pick<Realm, 'newSessionId'>): Pick<GrantDetails, 'sid'> {
  return newSessionId === undefined ? {} : { sid: newSessionId() }
}

/** Notes in the journal what was let pass. */
export function note({ trace }: Context, explanation: string): void {
  trace.explanation = trace.explanation === undefined ? explanation : `${trace.explanation}. ${explanation}`
}

/** Notes in the journal what had no effect: names, and no values, since they may be secret. */
export function noteTo({ trace }: Pick<Context, 'trace'>, sentence: string): void {
  trace.notes ??= []
  trace.notes.push(sentence)
}

/** One way to get a token (RFC 6749 §1.3). It decides; it does not mint. */
export interface GrantType {
  readonly grant_type: string
  /** The parameters that have an effect on it, beside those that say who the client is and whom the token is for. */
  readonly parameters: readonly string[]
  /** How its clients authenticate, when not as with the others. */
  readonly authenticate?: (authorization: string | undefined, parameters: Parameters, context: Context) => MaybePromise<Client>
  redeem(parameters: Parameters, client: Client, context: Context): MaybePromise<Issue>
}

/** What a client is about to be told at its redirect URI (RFC 6749 §4.1.2 and §4.1.2.1). */
export interface Callback {
  readonly parameters: Readonly<Record<string, string | undefined>>
  readonly client: Client
  /** Who signed in; nobody when it is an error. */
  readonly user?: User | undefined
  /** What went wrong. */
  readonly error?: OAuthError | undefined
  /** What the user gave; absent when it is an error, and for `none`. */
  readonly grant?: Grant | undefined
  /** The browser's session that the user is in. */
  readonly session?: Session | undefined
}

/** The parameters as a vendor has them: under names of its own, and with others. */
export type CallbackWording = (callback: Callback, context: Context) => Callback['parameters']

/** What a vendor has in authorization requests beyond the RFCs. */
export interface AuthorizationDialect {
  /** Parameters of its own. */
  readonly parameters?: readonly string[]
  /** Those of them that are kept with the request. */
  readonly keeps?: readonly string[]
  /** What a request wants that names no response type. */
  readonly usual_response_type?: string
  /** That is the only one, and a request's own is not looked at. */
  readonly any_response_type?: true
  /** Its own names of response modes. */
  readonly response_modes?: Readonly<Record<string, ResponseMode>>
  /**
   * What it does not mind: an ID token that is asked for without openid, and does not come then, or without a nonce, claims that cannot be
   * read, for `max_age` a sign-in that is as old in whole seconds, and hints, and a `sub` among claims, that are none or mean
   * another than who is signed in.
   */
  readonly passes?: readonly ('id_token_without_openid' | 'id_token_without_nonce' | 'malformed_claims' | 'whole_seconds' | 'other_hints')[]
  /** An error goes in the query where that was asked for, though tokens could not. */
  readonly errors_in_query?: true
  /** Whether who lets the app in stays at the vendor's, and the app is told nothing. */
  stays?(request: AuthorizationRequest): boolean
  /** Whether the user is told an error on a page, though the client could be told it. */
  onPage?(error: OAuthError): boolean
  /** The text that a page is told which asked for `web_message`, where it is not told the usual object. */
  message?(parameters: Readonly<Record<string, string | undefined>>): string
  /** What stands in the `request_uri` of a pushed request behind the usual prefix. */
  newPushedHandle?(): string
  /** A pushed request may come again until somebody has signed in by it. */
  readonly pushed_stays?: true
  /** Whether a request's users are asked for name and password on one page, where these have a page each. */
  asks_at_once?(request: AuthorizationRequest, settings: Settings): boolean
  /** Whether a request's sign-in pages offer a user. */
  offers?(user: User, request: AuthorizationRequest): boolean
  /** Whether a user is warned of the app before he is asked for his consent. */
  warns?(request: AuthorizationRequest, realm: Realm): boolean
  /** The name of the user whom a hint means, where the vendor takes more than names. */
  loginHint?(hint: string, context: Context): string | undefined
  /** Who signs in by what the request brings, without a page. */
  signedIn?(parameters: Parameters, context: Context): User | undefined
}

/** How a vendor's token requests differ from RFC 6749; a vendor that keeps to it has none. */
export interface RequestDialect {
  /** Grant types that no RFC has, and the vendor's way of those that one has; by their names on the wire. */
  readonly grants?: ReadonlyMap<string, GrantType>
  /** The vendor's names of parameters, and the RFCs' names of the same. */
  readonly parameters?: Readonly<Record<string, string>>
  /** What stands between scopes where the vendor does not take blanks alone (RFC 6749 §3.3), as a comma; in its answers too. */
  readonly scope_separator?: string
  /** The vendor's own names of what is secret; the journal masks what stands under them. */
  readonly secrets?: readonly string[]
  /** Parameters, by their names on the wire, that an endpoint for clients also takes from the query of its URL. */
  readonly query?: Readonly<Partial<Record<Endpoint, readonly string[] | undefined>>>
  /** Endpoints for clients that are asked by GET as well. */
  readonly by_get?: readonly Endpoint[]
  /** Where a secret may stand; both places when absent (RFC 6749 §2.3.1). */
  readonly secret_in?: 'header' | 'body'
  /** What the form says of the client stands for what the Basic header says; both together are refused otherwise (RFC 6749 §2.3). */
  readonly form_over_header?: boolean
  /** A public client may send a secret, at which nobody looks. */
  readonly public_with_secret?: boolean
  /** What is wrong with a secret that came, for a vendor whose clients make theirs; undefined when nothing is. */
  readonly secretProblem?: (client_secret: string, client: Client, context: Context) => MaybePromise<string | undefined>
  /** A client without a secret may send its id alone in a Basic header, without the colon of RFC 7617 §2. */
  readonly basic_id_alone?: boolean
  /** What a token request is that names no grant type. */
  readonly usual_grant_type?: string
  /** The grant type is looked at before the client is. */
  readonly grant_type_first?: boolean
  /** So is the client before a parameter that came twice, but for the grant type. */
  readonly client_before_repeats?: true
  /** What scope a grant begins with, and in which words, where that is more than a choice of the app's. @throws OAuthError `invalid_scope` */
  readonly scope?: (requested: string | undefined, client: Client, context: Context, parameters: Parameters) => string
  /** Whom access tokens are to be for, where that is not as RFC 8707 §2 and the sandbox's settings have it. @throws OAuthError */
  readonly targets?: (parameters: Parameters, context: Context) => readonly string[] | undefined
  readonly authorization?: AuthorizationDialect
  /** How the refresh tokens of a client rotate, where not all do as the setting says. */
  readonly rotation?: (client: Client, settings: Settings) => Settings['rotation']
  /** What a device is given, where that is not as the settings and the app's scopes say. @throws OAuthError by the vendor's own rules */
  readonly device?: (parameters: Parameters, client: Client, context: Context) => DeviceAuthorization
  /**
   * A request for a user who is elsewhere as it is to be read, and for how long it waits, where that is not as CIBA §7.1 and the settings
   * say. @throws OAuthError by the vendor's own rules
   */
  readonly backchannel?: (parameters: Parameters, context: Context) => { read: Parameters; expires_in: number; interval: number }
  /** Whether users may sign in by their e-mail addresses; always when absent. */
  readonly names_by_address?: (documents: Documents) => boolean
  /** A device says which client it is for, and need not authenticate until it has its user's consent. */
  readonly device_by_id?: true
  /** A device code in the vendor's form. */
  readonly newDeviceCode?: () => string
  /** Seconds that an interval grows by when a client polls too early; 5 when absent (RFC 8628 §3.5). */
  readonly slower?: number
  /** Public clients may do without PKCE. */
  readonly pkce_optional?: boolean
  /** The ways in which a verifier may be transformed; all when absent (RFC 7636 §4.2). */
  readonly challenge_methods?: readonly string[]
  /** A response type of an access token alone brings an ID token, too, when the scope has openid. */
  readonly token_brings_id_token?: boolean
  /** Parameters of its own that have an effect, by their names on the wire. */
  readonly reads?: readonly string[]
  /** What `prompt` says, where another parameter says some of it (OpenID Connect Core §3.1.2.1). */
  readonly prompt?: (parameters: Parameters, settings: Settings) => string | undefined
  /** Whether the users of a client are asked for their consent, whatever the request says; with `prompt=consent` or by the setting when absent. */
  readonly asks_consent?: (client: Client, context: Context) => boolean
  /** What a user gives who agreed, where that is not the scope that was asked for. @param allowed all that he allowed the client so far */
  readonly gives?: (asked: string, allowed: string) => string
  /** What a sign-out is asked for, where that is not as OpenID Connect RP-Initiated Logout §2 has it. */
  readonly logout?: (parameters: Parameters, context: Context) => MaybePromise<LogoutRequest>
  /** Where the browser tells a client, with `iss` and `sid`, that a session is over, where its metadata does not say it (OpenID Connect Front-Channel Logout §2). */
  readonly frontchannel_logout?: (client: Client, settings: Settings) => string | undefined
  /** Why a user is asked for his consent, where that is more than what he allowed before; undefined when he is not. */
  readonly consent?: (request: AuthorizationRequest, client: Client, user: User, context: Context) => string | undefined
  /** Whether anything may be asked of it now, which is looked at before all else. @throws OAuthError */
  readonly opens?: (context: Context) => void
  /** The vendor's own rules for which clients, or with whose tokens, may ask at all. What it throws at the authorization endpoint is a page. @throws OAuthError */
  readonly admits?: (client: Client, endpoint: 'authorize' | 'client' | 'userinfo', context: Context) => void
  /** Its own rules for an authorization request of a known client and redirect URI. @throws OAuthError that the client is told */
  readonly checks?: (parameters: Parameters, client: Client, context: Context) => void
  /** Why a token does not count that was not revoked and has not expired, in the vendor's words; it does when absent. @param text as it came */
  readonly stale?: (token: ActiveRefreshToken, context: Context, text: string) => string | undefined
  /** An access token may be sent in one way alone (RFC 6750 §2). */
  readonly one_token?: boolean
  /** What introspection tells of tokens that the RFC has no answer for; undefined for the others. @throws OAuthError */
  readonly introspects?: (
    parameters: Parameters,
    caller: Client,
    context: Context,
  ) => MaybePromise<Readonly<Record<string, unknown>> | undefined>
  /** Public clients may ask what a token is, by their ids alone, which RFC 7662 §2.1 does not let them. */
  readonly public_introspection?: true
  /** When a refresh token is revoked, or used once too often, the access tokens of its grant go on until they expire. */
  readonly access_stays?: true
  /** What cannot be revoked; `use` says what the token is when it holds (RFC 7009 §2.2.1). @returns false for one that stays without a word @throws OAuthError */
  readonly revocable?: (token: string, use: 'access' | 'refresh' | undefined, context: Context) => false | undefined
  /** Revoking an access token takes its whole grant along. */
  readonly revokes_grants?: boolean
  /** At the token endpoint a refresh token comes with one of these scopes alone. */
  readonly refresh_scopes?: readonly string[]
}

/** The server's own metadata (RFC 8414 §2): a client may choose of what it lists, and of nothing else. */
export type Supported = Readonly<Record<string, unknown>>
