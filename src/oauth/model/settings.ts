import type { Template } from '../../basics/template.ts'
import type { SigningAlg } from '../jose/jws.ts'
import type { Api } from './api.ts'

/** Where the setting `claims` adds some. */
export type ClaimsPlace = 'access_token' | 'id_token' | 'userinfo' | 'introspection'

/** Templates by the claims that they make; `*` makes all of an object. */
export type ClaimsSetting = { readonly [place in ClaimsPlace]?: { readonly [claim: string]: Template } | undefined }

/** Claims for those tokens of which all that `when` says is true: texts by the names of parameters, in which `*` stands for any characters. */
export interface ClaimsRule {
  readonly when: Readonly<Record<string, string>>
  readonly claims: ClaimsSetting
}

/** What a sandbox may set about the protocol; durations are seconds. A provider's own settings stand beside these. */
export interface Settings {
  access_token_ttl: number
  refresh_token_ttl: number
  code_ttl: number
  /** `long`: 1,500 characters, with all that a query encodes or leaves; `vendor`: as the vendor's are. */
  code_format: 'vendor' | 'long'
  id_token_ttl: number
  device_code_ttl: number
  /** How long a device waits between two polls. */
  device_interval: number
  /** How long a backchannel request waits for its user, unless the client asks otherwise. */
  backchannel_ttl: number
  backchannel_interval: number
  /** What `expires_in` says instead of the truth. */
  reported_expires_in: number | null
  /**
   * `lenient`: a refresh token works until its successor was used; `strict`: it works once; `off`: refreshing keeps it;
   * `keep`: refreshing brings another one, and all of them work. A token used after its time revokes its grant.
   */
  rotation: 'lenient' | 'strict' | 'off' | 'keep'
  /** How long a strictly rotated token still answers, for clients that refresh in parallel. */
  rotation_grace: number
  /** Fixes the issuer; otherwise it is the base URL as the client addressed it. */
  issuer: string | null
  /** The base URL that browsers use, when it is not the one that clients use. */
  public_url: string | null
  /** Discovery names the token endpoint and the key set below this path, where they answer, too. */
  alias_path: string | null
  /** The base URL that other containers use. */
  internal_url: string | null
  /** `vendor`: as the vendor does; `rfc`: OAuth 2.1 practice on top; `lenient`: unregistered clients and redirect URIs pass. */
  strictness: 'vendor' | 'rfc' | 'lenient'
  /** How redirect URIs are compared with the registered ones: as parsed URLs, of which the path alone may be longer. */
  redirect_uri_match: 'exact' | 'wildcard' | 'subdirectory' | 'prefix'
  /** Signs this user in without a page, or whom the request's `login_hint` names. */
  auto_sign_in: string | null
  /** Goes on to the client without asking whether to continue. */
  auto_continue: boolean
  /** Whether the endpoints for clients take JSON as well as forms. */
  json_token_requests: boolean
  /** Whether they take parameters in the query, which RFC 6749 §3.2 forbids and Postman can be told to do. */
  query_token_requests: boolean
  /** The HS256 key. */
  signing_secret: string
  /** Publishes a certificate with each key, as some clients ask for (RFC 7517 §4.7). */
  x5c: boolean
  /** What signs access tokens. */
  signing_alg: SigningAlg
  /**
   * What signs ID tokens and other JWTs for clients that registered no algorithm. When null it is RS256, which many clients expect
   * unasked (OpenID Connect Core §3.1.3.7), or `signing_alg` where the provider has no RSA key.
   */
  id_token_signing_alg: SigningAlg | null
  /** Puts the claims that the scope asks for into every ID token, as many vendors do; else they are at userinfo (OpenID Connect Core §5.4). */
  scope_claims_in_id_token: boolean
  /** Adds claims to tokens and answers. */
  claims: ClaimsSetting
  /** Adds those of the first rule that holds. */
  claims_when: readonly ClaimsRule[]
  /** Puts the claims of users and clients into access tokens and what introspection tells of them. */
  claims_in_access_token: boolean
  access_token_format: 'jwt' | 'opaque'
  /** `required`: DPoP proofs must carry a nonce of ours, which lives five minutes (RFC 9449 §8). */
  dpop_nonce: 'off' | 'required'
  /**
   * PEM of the authorities whose certificates clients of `tls_client_auth` may show. When null, any certificate with the
   * registered subject will do, whoever issued it: fit for trying a client, and no protection.
   */
  trusted_client_ca: string | null
  /** Whom grantbox may call of its own accord, for clients' documents and to tell them something: this machine and private networks, or any host. */
  outbound: 'private' | 'any'
  /** Documents that clients refer to by URL, such as key sets, where these may not be called for. */
  documents: Readonly<Record<string, unknown>>
  /** Who may register clients: anybody, whoever has `registration_token`, or nobody (RFC 7591 §3). */
  registration: 'open' | 'token' | 'off'
  registration_token: string | null
  /** Who may vouch for users with a signed assertion (RFC 7523), by `iss`, beside each client that registered keys. */
  assertion_issuers: Readonly<Record<string, { jwks: { keys: readonly Readonly<Record<string, unknown>>[] } }>>
  /** How long a browser stays signed in. */
  session_ttl: number
  /** Gives what is asked for without showing the consent page. */
  auto_consent: boolean
  /** Refuses authorization requests that were not pushed (RFC 9126 §5). */
  require_pushed_authorization_requests: boolean
  /** The resources and audiences that clients may ask for (RFC 8707), or null for any. */
  resources: readonly string[] | null
  /** The APIs that access tokens are for. Where there are any and `resources` is null, clients may ask for these alone. */
  apis: readonly Api[]
  /** The authentication context classes that a client may ask for, or null for any. */
  acr_values: readonly string[] | null
}

/** What holds where neither the sandbox nor its provider says otherwise. */
export const defaultSettings: Settings = {
  access_token_ttl: 3600,
  refresh_token_ttl: 30 * 24 * 3600,
  code_ttl: 60,
  code_format: 'vendor',
  id_token_ttl: 3600,
  device_code_ttl: 600,
  device_interval: 5,
  backchannel_ttl: 300,
  backchannel_interval: 5,
  reported_expires_in: null,
  rotation: 'strict',
  rotation_grace: 0,
  issuer: null,
  public_url: null,
  internal_url: null,
  alias_path: null,
  strictness: 'vendor',
  redirect_uri_match: 'exact',
  auto_sign_in: null,
  auto_continue: false,
  json_token_requests: true,
  query_token_requests: false,
  signing_secret: '',
  x5c: false,
  signing_alg: 'ES256',
  id_token_signing_alg: null,
  scope_claims_in_id_token: false,
  claims: {},
  claims_when: [],
  claims_in_access_token: false,
  access_token_format: 'jwt',
  dpop_nonce: 'off',
  trusted_client_ca: null,
  outbound: 'private',
  documents: {},
  registration: 'open',
  registration_token: null,
  assertion_issuers: {},
  session_ttl: 24 * 3600,
  auto_consent: false,
  require_pushed_authorization_requests: false,
  resources: null,
  apis: [],
  acr_values: null,
}
