/**
 * In this room: providers as data: how one is declared, what its templates and token formats are, and imports of others' documents.
 * Elsewhere: reading of config files (`config/`).
 */

import type { Template } from '../../basics/template.ts'
import type { ClientAuthMethod } from '../../oauth/clients/methods/registry.ts'
import type { KeyAlg, SigningAlg } from '../../oauth/jose/jws.ts'
import type { FormEndpoint } from '../../oauth/model/endpoint.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import type { SpaceNames } from '../../oauth/model/space.ts'
import type { PageTexts } from '../page-texts.ts'
import type { HostedEndpoint } from '../paths.ts'
import type { SignInPages } from '../sign-in-pages.ts'
import type { VendorExam } from '../vendor-exam.ts'

/** A provider as data: where it differs from the one that it extends. `docs/providers.md` is the guide. */
export interface ProviderDeclaration {
  /** The provider that holds for whatever is not said here; `standard` when absent. */
  extends?: string | undefined
  /** As the vendor writes itself; the provider's name when absent. */
  title?: string | undefined
  /** The vendor's own host names; `*.` stands for any below. */
  hosts?: readonly string[] | undefined
  /** Which of them has an endpoint, or the issuer. */
  endpoint_hosts?: Readonly<Partial<Record<HostedEndpoint, string | undefined>>> | undefined
  /** What the vendor's issuer has behind its host. */
  issuer_path?: string | undefined
  /** What may stand in the parts of paths in braces, by their names. */
  spaces?: Readonly<Record<string, SpaceNames & { own?: true | undefined }>> | undefined
  /** Null takes an endpoint of the extended provider away. */
  paths?: Readonly<Record<string, string | readonly string[] | null | undefined>> | undefined
  /** Names; of those that no RFC has, what they are answered like. */
  grant_types?: readonly (string | OwnGrantType)[] | undefined
  client_authentication?: ClientAuthenticationDeclaration | undefined
  /** The vendor's names of parameters, and the RFCs' names of the same. `email` is one more way to say `username`. */
  parameters?: Readonly<Record<string, string>> | undefined
  /** What stands between scopes in requests and answers, beside blanks. */
  scope_separator?: string | undefined
  requests?: RequestsDeclaration | undefined
  /** Seconds; 0 for a refresh token that does not expire. */
  lifetimes?: LifetimesDeclaration | undefined
  /** Settings of its sandboxes, the provider's own among them. */
  settings?: Readonly<Record<string, unknown>> | undefined
  scopes?: readonly { name: string; description: string }[] | undefined
  ids?: Readonly<Partial<Record<IdName, IdDeclaration | undefined>>> | undefined
  signing?: SigningDeclaration | undefined
  access_token?: TokenDeclaration | undefined
  refresh_token?: TokenDeclaration | undefined
  /** What GET answers at paths of the vendor's own, as JSON, with the names of {@link documentNames}. */
  documents?: Readonly<Record<string, Template>> | undefined
  id_token?: IdTokenDeclaration | undefined
  userinfo?: UserinfoDeclaration | undefined
  token_response?: AnswerDeclaration | undefined
  authorization_response?: AuthorizationResponseDeclaration | undefined
  errors?: ErrorsDeclaration | undefined
  texts?: { [K in keyof PageTexts]?: PageTexts[K] | undefined } | undefined
  /** Steps, names and ids of the sign-in. */
  sign_in?: SignInPages | undefined
  company?: string | undefined
  /** What its clients are examined for; as with the extended provider when absent. */
  exam?: VendorExam | undefined
  apps?: readonly AppDeclaration[] | undefined
  users?: readonly UserDeclaration[] | undefined
}

/** A grant type of the vendor's own name. */
export interface OwnGrantType {
  name: string
  /** The grant type as which it is answered. */
  like: string
  /** Parameters that must come, beside those of the other. */
  required?: readonly string[] | undefined
}

export interface ClientAuthenticationDeclaration {
  /** The ways in which clients may authenticate; the first is a new client's. */
  methods?: readonly ClientAuthMethod[] | undefined
  /** Where a secret may stand; in both places when absent. */
  secret_in?: 'header' | 'body' | undefined
  /** Whether an unknown grant type is told before the client is looked at. */
  grant_type_first?: boolean | undefined
}

/** Where clients' requests differ from RFC 6749 §3.2; names are the vendor's. */
export interface RequestsDeclaration {
  /** Endpoints that are asked by GET as well. */
  by_get?: readonly FormEndpoint[] | undefined
  /** Parameters that an endpoint also takes from the query of its URL. */
  query?: Readonly<Partial<Record<FormEndpoint, readonly string[] | undefined>>> | undefined
  /** What is secret under a name of the vendor's own: masked in the journal, and refused in a query that does not take it. */
  secrets?: readonly string[] | undefined
  /** Whether revoking an access token takes its whole grant along. */
  revokes_grants?: boolean | undefined
  /** What an authorization request must have beyond the RFCs' own, by their names. */
  required?: readonly string[] | undefined
  /** A refresh token comes with one of these scopes alone. */
  refresh_scopes?: readonly string[] | undefined
}

export interface LifetimesDeclaration {
  access_token?: number | undefined
  refresh_token?: number | undefined
  code?: number | undefined
  id_token?: number | undefined
}

export type IdName = 'client_id' | 'client_secret' | 'app_id' | 'user_id'

/** Random characters behind a fixed beginning. */
export interface IdDeclaration {
  prefix?: string | undefined
  /** A name of {@link alphabets}, or the characters themselves. */
  alphabet?: string | undefined
  length: number
}

export interface SigningDeclaration {
  /** What signs access tokens, and ID tokens unless the client registered otherwise. */
  alg?: SigningAlg | undefined
  /** What the key set has keys for; `alg` alone when absent. */
  algs?: readonly KeyAlg[] | undefined
  /** Ids of keys, with `{number}` counting up: `k{number}`. */
  key_id?: string | undefined
}

/** How tokens look: random text, or a JWT. */
export type TokenDeclaration = OpaqueTokenDeclaration | JwtDeclaration

export interface OpaqueTokenDeclaration extends IdDeclaration {
  format: 'opaque'
}

export interface JwtDeclaration {
  format: 'jwt'
  /** The sandbox's `signing_alg` when absent. */
  alg?: SigningAlg | undefined
  /** With `{alg}` and `{kid}`; members keep their order. */
  header?: { readonly [member: string]: Template } | undefined
  /** With the names of {@link claimNames}; one claim is `{jti}`. */
  claims: { readonly [claim: string]: Template }
  /** How `{jti}` looks. */
  jti?: IdDeclaration | undefined
}

export interface IdTokenDeclaration {
  /** With the names of {@link idTokenNames}; those that are not named are not there, unless `"*": "{claims}"` brings them. */
  claims?: { readonly [claim: string]: Template } | undefined
}

export interface UserinfoDeclaration {
  /** What a token must have been given for, null for nothing; when absent, `openid` unless the body is the vendor's own. */
  scope?: string | null | undefined
  /** With the names of {@link userinfoNames}. */
  body?: { readonly [member: string]: Template } | undefined
  /** The vendor's other paths that tell of a token's user, each in its own words. */
  at?: Readonly<Record<string, OwnUserinfo>> | undefined
}

/** What a path of the vendor's own tells of a token's user. */
export interface OwnUserinfo {
  /** What a token must have been given for; nothing when absent or null. */
  scope?: string | null | undefined
  body: { readonly [member: string]: Template }
}

/** How the members of an answer are sent. `form_unless_json`: as a form unless the request accepts JSON. */
export type Encoding = 'json' | 'form' | 'form_unless_json'

export interface AnswerDeclaration {
  /** With the names of {@link answerNames}; members keep their order. */
  body?: { readonly [member: string]: Template } | undefined
  headers?: Readonly<Record<string, string>> | undefined
  encoding?: Encoding | undefined
}

export interface AuthorizationResponseDeclaration {
  /** With the names of {@link callbackNames}; `"*": "{answer}"` brings what is not named. */
  body: { readonly [member: string]: Template }
}

/** How an error is said when its reason is known; what is absent is as its code has it. Texts may have the names of {@link errorNames}. */
export interface ReasonWording {
  status?: number | undefined
  name?: string | undefined
  number?: number | string | undefined
  description?: string | undefined
  body?: { readonly [member: string]: Template } | undefined
  headers?: Readonly<Record<string, string>> | undefined
}

/** How errors are said. A table's `default` is for codes that it does not name. */
export interface ErrorWording {
  /** One for all errors, as 200. */
  status?: number | string | undefined
  statuses?: Readonly<Record<string, number>> | undefined
  /** What the vendor calls an error: `{error}`. */
  names?: Readonly<Record<string, string>> | undefined
  /** The vendor's numbers: `{number}`. */
  numbers?: Readonly<Record<string, number | string>> | undefined
  descriptions?: Readonly<Record<string, string>> | undefined
  /** With the names of {@link errorNames}. */
  body?: { readonly [member: string]: Template } | undefined
  /** Where a code has several situations that the vendor tells apart. */
  reasons?: Readonly<Partial<Record<Reason, ReasonWording>>> | undefined
  /** A body for one code. */
  bodies?: Readonly<Record<string, { readonly [member: string]: Template }>> | undefined
  headers?: Readonly<Record<string, string>> | undefined
  encoding?: Encoding | undefined
}

export interface ErrorsDeclaration extends ErrorWording {
  /** Where an endpoint says them otherwise; `api` is the vendor's own routes. */
  endpoints?: Readonly<Record<string, ErrorWording | undefined>> | undefined
  /** Where the token endpoint says them otherwise for a grant type. */
  grant_types?: Readonly<Record<string, ErrorWording>> | undefined
}

/** An app with its clients. */
export interface AppDeclaration {
  name: string
  /** Made of the name when absent. */
  id?: string | undefined
  description?: string | undefined
  /** All of the provider's when absent. */
  scopes?: readonly string[] | undefined
  /** Postman's callbacks and those of this machine when absent. */
  redirect_uris?: readonly string[] | undefined
  clients?: readonly ClientDeclaration[] | undefined
}

export interface ClientDeclaration {
  client_id: string
  /** Null or absent for a public client. */
  client_secret?: string | null | undefined
  token_endpoint_auth_method?: string | undefined
  /** All of the provider's when absent. */
  grant_types?: readonly string[] | undefined
  claims?: Readonly<Record<string, unknown>> | undefined
  metadata?: Readonly<Record<string, unknown>> | undefined
}

export interface UserDeclaration {
  username: string
  user_id?: string | undefined
  /** The company's name when null or absent. */
  password?: string | null | undefined
  first_name?: string | undefined
  last_name?: string | undefined
  email?: string | null | undefined
  type?: string | null | undefined
  age?: number | null | undefined
  claims?: Readonly<Record<string, unknown>> | undefined
  /** Names or ids of apps; all when absent. */
  apps?: readonly string[] | undefined
  friends?: readonly string[] | undefined
  parents?: readonly string[] | undefined
}
