import type { JsonWebKey } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { MaybePromise } from '../basics/maybe-promise.ts'
import type { ClientAuthMethod } from '../oauth/clients/methods/registry.ts'
import type { NewClient } from '../oauth/clients/rulebook.ts'
import type { KeyAlg } from '../oauth/jose/jws.ts'
import type { KeyDialect, KeyRing } from '../oauth/jose/keys.ts'
import type { KeySlot } from '../oauth/jose/stored-keys.ts'
import type { Directory } from '../oauth/model/directory.ts'
import type { Documents } from '../oauth/model/documents.ts'
import type { Endpoint } from '../oauth/model/endpoint.ts'
import type { OAuthError } from '../oauth/model/errors.ts'
import type { ClientRequest, Parameters } from '../oauth/model/parameters.ts'
import type { App, Client, ResponseMode, User } from '../oauth/model/records.ts'
import type { Settings } from '../oauth/model/settings.ts'
import type { Space, SpaceNames } from '../oauth/model/space.ts'
import type { TokenMaterial, TokenProfile } from '../oauth/model/token-profile.ts'
import type { CallbackWording, Context, RequestDialect } from '../oauth/realm/context.ts'
import type { RedirectRules } from '../oauth/realm/redirect-rules.ts'
import type { Session } from '../oauth/storage/session-store.ts'
import type { AccountPages } from './account-pages.ts'
import type { Brands } from './brands.ts'
import type { RequestCollection } from './collection.ts'
import type { ConsentQuestions } from './consent-questions.ts'
import type { CrossOrigin } from './cross-origin.ts'
import type { MadeSecrets } from './made-secrets.ts'
import type { NewUserPage } from './new-user.ts'
import type { OwnSettings } from './own-settings.ts'
import type { OwnSpace, OwnSpaces } from './own-spaces.ts'
import type { PageTexts } from './page-texts.ts'
import type { PastRequest } from './past-request.ts'
import type { Edition, EndpointHosts, ProviderPaths } from './paths.ts'
import type { PeopleMaker } from './people/maker.ts'
import type { SignInPages } from './sign-in-pages.ts'
import type { SignInPlaces } from './sign-in-places.ts'
import type { SignInSteps } from './sign-in-steps.ts'
import type { SocialStore } from './social.ts'
import type { SpaceImport } from './space-import.ts'
import type { UserEvents } from './user-events.ts'
import type { VendorExam } from './vendor-exam.ts'

/** An answer; a body that is no string or buffer is sent as JSON. */
export interface Reply {
  status: number
  headers?: Readonly<Record<string, string>>
  body?: unknown
  /** An error that says nothing of caches, as few vendors' do. */
  cacheable?: boolean
  /** No `charset` comes to a content type of JSON that has none. */
  as_is?: boolean
}

/** What else an error's wording may depend on. */
export interface ErrorSituation {
  grant_type: string | undefined
  /** The request's Accept header. */
  accept: string | undefined
  space?: Space | undefined
  /** Of the request that went wrong. */
  context?: Context | undefined
}

/** A request to one of the provider's own routes. */
export interface ApiRequest {
  context: Context
  directory: Directory
  social: SocialStore
  /** What the vendor keeps of its own. */
  documents: Documents
  /** The spaces of the sandbox that are worlds of their own; what else stands here is of the one that the path chose. */
  spaces: OwnSpaces
  settings: Settings
  /** The base URL of the sandbox as the client addressed it, without a slash at the end. */
  base_url: string
  /** GET, or HEAD on a route for GET: then nothing may change. */
  method: string
  authorization: string | undefined
  headers: IncomingHttpHeaders
  params: Readonly<Record<string, string>>
  query: Parameters
  /** Decoded JSON or form; undefined when none came. */
  body: unknown
  browser: SignedInBrowser
  /** What came before, oldest first. */
  past(): readonly PastRequest[]
}

/** The browser that a request comes from, as far as its cookies tell. */
export interface SignedInBrowser {
  session(): Session | undefined
  begin(user: User): void
  /** Signs its user out; clients are not told. */
  end(): void
}

/** One of the provider's own routes, below the sandbox's base URL. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `:name` for a part that varies. */
  path: string
  /** What it is for; `api` when absent. */
  endpoint?: Endpoint
  /** Where clients come for tokens: what it takes from the query. The rest is ignored and noted, and secrets are refused there. */
  query?: readonly string[]
  handle(request: ApiRequest): MaybePromise<Reply>
}

/** A preloaded app with its clients. */
export interface WorldApp extends Pick<App, 'app_id' | 'name' | 'description' | 'icon' | 'scopes' | 'redirect_uris'> {
  clients: readonly NewClient[]
}

/** A preloaded user, with those he knows by username; without a time he was created when the sandbox was. */
export interface WorldUser extends Partial<Omit<User, 'row' | 'username' | 'disabled'>> {
  username: string
  apps: readonly string[]
  friends?: readonly string[]
  parents?: readonly string[]
}

/** What a sandbox of this provider starts with. */
export interface World {
  company: string
  apps: readonly WorldApp[]
  users: readonly WorldUser[]
}

/** A sandbox whose world was just made. */
export interface NewSandbox {
  /** Which of the vendor's spaces it is, where these have worlds of their own ({@link Provider.own_spaces}); else empty. */
  space: string
  documents: Documents
  social: SocialStore
  apps: readonly App[]
  users: readonly User[]
}

/** A vendor's own way of ending sessions. */
export interface SignOut {
  /** A browser's session ended: what belongs to it beyond the browser. */
  ended(session: Session, world: OwnSpace): void
  /** A client ends a session by its refresh token, posted to the end session endpoint. @throws OAuthError */
  byRefreshToken(request: ClientRequest, world: OwnSpace, context: Context): MaybePromise<Reply>
}

/** An emulated vendor's way of speaking: data and a few pure functions. */
export interface Provider {
  readonly id: string
  /** As the vendor writes itself. */
  readonly name: string
  /** The vendor's own host names, a label `*` for any one; they reach the sandbox of the provider's name unless another one lists them. */
  readonly hosts?: readonly string[]
  /** Which of these has an endpoint or the issuer, where not all have everything; of several whichever was asked, else the first. At grantbox's own names all stand together. */
  readonly endpoint_hosts?: EndpointHosts | undefined
  /** What the vendor's issuer has behind its host, as `/realms/main`; the sandbox's issuer ends with it. */
  readonly issuer_path?: string
  /** What stands before `/.well-known/` where that is not below the issuer. */
  readonly discovery_path?: string
  /** What may stand in the parts of paths that choose a space, by their names: `{tenant}` in `paths` and `issuer_path`. */
  readonly spaces?: Readonly<Record<string, SpaceNames>>
  /** Which of `spaces` are worlds of their own, those that a sandbox has from the beginning beside the default one, and what pages call one. */
  readonly own_spaces?: {
    readonly part: string
    readonly preloaded?: Readonly<Record<string, World>>
    readonly title?: (documents: Documents) => string | undefined
    /** Whether browsers may stay signed in there; always when absent. */
    readonly remembers?: (documents: Documents) => boolean
  }
  /** The same at other paths, as an older version of the vendor's API. */
  readonly editions?: Readonly<Record<string, Edition>>
  readonly paths: ProviderPaths
  /** Letter case counts in them, and in those of `routes`. */
  readonly exact_paths?: boolean
  /** Where the same endpoints are, too, as a vendor keeps its older addresses; at each of its hosts. */
  readonly also?: readonly Partial<ProviderPaths>[]
  readonly grant_types: readonly string[]
  /** A client_id may be the address of a document that describes the client. */
  readonly client_documents?: boolean
  /** Every user may use every app, or that of a client; else each has apps of his own. */
  readonly open_apps?: boolean | ((client: Client, settings: Settings) => boolean)
  /** Administrators give users their apps: the client is told of a user who lacks its app, where others offer it to him. */
  readonly assigns_apps?: boolean
  /** The ways in which its clients may authenticate; all when absent. */
  readonly auth_methods?: readonly ClientAuthMethod[]
  /** The file by which a client shows who it is whose key grantbox makes; undefined for one that has none. @param at where clients call it, undefined for the vendor's own hosts */
  readonly key_file?: (client: Client, keys: KeyRing, at: string | undefined) => Promise<Record<string, string>> | undefined
  /** For a vendor whose clients make their secrets of a key. */
  readonly client_secrets?: MadeSecrets
  /** False for a vendor that binds no token to a key, and takes no notice of a DPoP proof. */
  readonly sender_constraints?: boolean
  /** Where its token requests differ from RFC 6749. */
  readonly requests?: RequestDialect
  /** With their values in alphabetical order; `code` alone when absent. */
  readonly response_types?: readonly string[]
  /** Query, fragment and form_post when absent. */
  readonly response_modes?: readonly ResponseMode[]
  /** Whether answers of the authorization endpoint carry `iss` (RFC 9207); no when absent. */
  readonly response_iss?: boolean
  /** Whether a browser stays signed in, so that a second sign-in is silent; no when absent. */
  readonly sessions?: boolean
  /** Where its defaults differ from the protocol's. */
  readonly settings: Readonly<Partial<Settings>>
  /** What its sandboxes may set beside the protocol's settings. */
  readonly own_settings?: OwnSettings
  /** What an app may be allowed to do; a new app has all of it. */
  readonly scopes: readonly { name: string; description: string }[]
  /** How its ids look. */
  readonly ids: {
    client_id(): string
    client_secret(): string
    app_id(): string
    user_id(): string
    /** For a vendor of which every grant of a user has a session, with a browser or without. */
    session_id?(): string
  }
  readonly tokens: TokenProfile
  /** `pairwise` for a vendor that tells each app another `sub` of the same user (OpenID Connect Core §8.1); `public` when absent. */
  readonly subject_type?: TokenMaterial['subject_type']
  /** The asymmetric algorithms that it signs with; each has a key in the key set. */
  readonly signing_algs: readonly KeyAlg[]
  /** Fixes the ids of its keys; `number` counts up from 1 until the id is free. */
  readonly kid?: (alg: KeySlot, number: number, jwk: JsonWebKey) => string
  /** What keys a space has of its own are kept under; those of the sandbox are its when absent. */
  readonly own_keys?: (space: Space) => string | undefined
  /** How its keys are published, and the headers that they sign. */
  readonly keys?: KeyDialect
  readonly texts: PageTexts
  /** The steps, names and ids of its sign-in; name and password on one page of ours when absent. */
  readonly sign_in?: SignInPages | undefined
  /** Where users sign in, which its page for that asks. */
  readonly places?: SignInPlaces
  /** Where a sign-in goes on that is under way; at the authorization endpoint when absent. */
  readonly steps?: SignInSteps
  /** What its page for consent asks beside consent. */
  readonly consent_questions?: ConsentQuestions
  /** What its page for new users asks; an account with a password when absent. */
  readonly new_users?: NewUserPage
  /** Pages beside its sign-in, as one for a forgotten password. */
  readonly account_pages?: AccountPages
  /** Whether users get codes or links by e-mail or SMS, which stand in the sandbox's outbox (`oauth/model/outbox.ts`). */
  readonly sends_messages?: boolean
  /** What users do about apps at the vendor, of which apps are told. */
  readonly user_events?: UserEvents
  /** The brands of a sandbox, where apps belong to brands and are found in mobile stores. */
  readonly brands?: (documents: Documents) => Brands
  /** SVG of the apps' icons, by the name that an app carries. */
  readonly icons: Readonly<Record<string, string>>
  /** Who is generated, and what users are called who chose no name; families with names such as `beautifulmeercat246` when absent. */
  readonly people?: PeopleMaker
  /** SVG of the picture of a user of that id, the same each time; a face drawn by chance of the id when absent. */
  readonly picture?: (user_id: string) => Promise<string>
  /** Whether an answer of its API says that a token was missing, unknown, expired or revoked; when absent, a 401 does. */
  readonly refuses?: (answer: { status: number; body: string | undefined }) => boolean
  /** How an error is said. */
  errorReply(error: OAuthError, endpoint: Endpoint, settings: Settings, situation: ErrorSituation): Reply
  /** Where its redirect URIs differ from RFC 6749 §3.1.2 and RFC 8252 §7.3. */
  readonly redirects?: RedirectRules
  /** Whether a page of another origin may read what an endpoint for scripts answers; always when absent. Cookies come along where it says so. */
  readonly cors?: (asked: CrossOrigin) => boolean | 'with_cookies'
  /** What clients are told at their redirect URIs, when not as RFC 6749 §4.1.2 has it. */
  readonly callbackWording?: CallbackWording | undefined
  /** What a device is answered, when not as RFC 8628 §3.2 has it. */
  readonly deviceReply?: (members: Readonly<Record<string, unknown>>) => Record<string, unknown>
  /** How that is sent, when not as JSON alone. */
  readonly deviceSent?: Provider['tokenReply']
  /** Its documents that make spaces, as the export of a realm. */
  readonly imports?: SpaceImport
  /** What else ends when a session does, and how clients end one without a browser. */
  readonly sign_out?: SignOut
  /** What every answer of its JSON says beside its content type. */
  readonly json_headers?: Readonly<Record<string, string>>
  /** What answers say of caches, by endpoint, where not `no-store`: empty for nothing, as errors there do. */
  readonly cache_control?: Readonly<Partial<Record<Endpoint, string>>>
  /** The discovery document as the vendor has it. @param document what the standards make of the provider */
  readonly discovery?: (document: Readonly<Record<string, unknown>>, context: Context, base_url: string) => Record<string, unknown>
  /** The content type of its JSON, where it has no charset. */
  readonly json_answers?: string
  /** Blanks by which its JSON is indented, where it is not sent in one line. */
  readonly json_indent?: number
  /** The headers by which a page of another origin may read an answer, where not `*` for all; for a preflight with the methods. */
  readonly cors_headers?: (origin: string, endpoint: Endpoint, methods?: readonly string[]) => Readonly<Record<string, string>>
  /** What a revocation is answered; 200 with an empty body that calls itself JSON when absent. */
  readonly revocationReply?: Reply
  /** How the members of a successful token answer are sent, when not as JSON alone. @param now milliseconds by the sandbox's clock */
  readonly tokenReply?: (members: Record<string, unknown>, accept: string | undefined, now: number) => Reply
  readonly routes: readonly Route[]
  /** What its routes take as JSON beside `application/json`. */
  readonly json_types?: readonly string[]
  readonly world: World
  /** Fills a new sandbox with what the vendor keeps of its own, after its world was made. */
  readonly seed?: (sandbox: NewSandbox, now: number) => void
  readonly collection: RequestCollection
  /** What it asks of clients that are examined at it. */
  readonly exam?: VendorExam | undefined
}
