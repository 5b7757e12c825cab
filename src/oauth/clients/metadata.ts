import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { anyOf } from '../../basics/any-of.ts'
import { ownValue } from '../../basics/own-value.ts'
import { isSecretAlg } from '../jose/jws.ts'
import type { ErrorCode } from '../model/error-codes.ts'
import { OAuthError } from '../model/errors.ts'
import { cibaType } from '../model/grant-names.ts'
import type { ClientMetadata } from '../model/records.ts'
import { scopes, scopeToken } from '../model/scope.ts'
import type { Settings } from '../model/settings.ts'
import type { Supported } from '../realm/context.ts'
import type { RedirectRules } from '../realm/redirect-rules.ts'
import { chosenMembers, inLanguage, plainMembers, type Rule } from './metadata-rules.ts'
import { authMethods, hasSecret, methodNamed } from './methods/registry.ts'
import { clientSecretBasic } from './methods/secret.ts'
import { callProblem } from './outbound.ts'
import { registrationProblem } from './redirect-pattern.ts'

/** What a client registered, checked and completed. */
export interface RegisteredMetadata {
  redirect_uris: readonly string[]
  token_endpoint_auth_method: string
  grant_types: readonly string[]
  scopes: readonly string[]
  /** All the rest. */
  metadata: ClientMetadata
}

type Members = Readonly<Record<string, unknown>>

/** A client that may not be: which member breaks which rule. Each door says it in its own way. */
export class MetadataError extends OAuthError {
  /** Such as `grant_types[0]`; empty when it is the whole. */
  readonly field: string
  /** What would have been right. */
  readonly expected: string
  /** What stood there, where one value alone is wrong. */
  readonly came: unknown

  constructor(code: ErrorCode, field: string, message: string, explanation: string, expected = explanation, came?: unknown) {
    super(code, message, explanation)
    this.name = 'MetadataError'
    this.field = field
    this.expected = expected
    this.came = came
  }
}

/** The grant types that ask for a client that can authenticate. */
export const secretGrantTypes: readonly string[] = ['client_credentials', cibaType]

/** The rules of single members, those of the methods too. */
const rules: Readonly<Record<string, Rule>> = Object.assign({}, plainMembers, ...authMethods.map(({ members }) => members))

/** All members of a client's metadata that mean something here, with their types in JSON. */
export const memberTypes: Readonly<Record<string, Rule['type']>> = {
  ...Object.fromEntries(Object.entries(rules).map(([name, { type }]) => [name, type])),
  ...Object.fromEntries(Object.keys(chosenMembers).map((name) => [name, 'string'])),
  response_types: 'array',
  jwks: 'object',
}

const ofTheRegistration = ['client_id', 'client_secret', 'redirect_uris', 'scope', 'token_endpoint_auth_method']

/** Members that mean nothing here, which a registration leaves out (RFC 7591 §2: "MUST ignore"). */
export function unknownMembers(document: object): string[] {
  const known = (name: string) => Object.hasOwn(memberTypes, name) || ofTheRegistration.includes(name) || inLanguage.test(name)
  return Object.keys(document).filter((name) => !known(name))
}

/**
 * Checks the metadata of a client (RFC 7591 §2, OpenID Connect Dynamic Client Registration §2). What is not known is left out
 * (RFC 7591 §2: "MUST ignore").
 * @throws OAuthError `invalid_redirect_uri`, `invalid_client_metadata`, `unapproved_software_statement`
 */
export function checkClientMetadata(
  document: unknown,
  supported: Supported,
  settings: Pick<Settings, 'outbound' | 'strictness' | 'redirect_uri_match'>,
  rules?: RedirectRules,
): RegisteredMetadata {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    const explanation = 'The body must be a JSON object with the metadata of the client (RFC 7591 §3.1)'
    throw invalid('', 'The metadata must be a JSON object', explanation)
  }
  // A member that is null counts as left out (RFC 7592 §2.2).
  const members: Members = Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null))
  if (members.software_statement !== undefined) {
    throw new OAuthError(
      'unapproved_software_statement',
      'Software statements are not accepted',
      'software_statement came; this server approves of no issuer of them (RFC 7591 §3.2.2). Send its claims as plain members',
    )
  }
  const { response_types, metadata, ...client } = checkClient(members, supported, settings)
  return {
    ...client,
    redirect_uris: redirectUris(members, client.grant_types, settings, rules),
    scopes: scopesOf(members, supported, settings),
    metadata: { response_types, ...metadata },
  }
}

/**
 * Checks what a client itself may be; what its app has, redirect URIs and scopes, is not looked at.
 * @throws MetadataError `invalid_client_metadata`
 */
export function checkClient(members: Members, supported: Supported, settings: Pick<Settings, 'outbound'>) {
  const grant_types = chosen(members, 'grant_types', 'grant_types_supported', supported) ?? ['authorization_code']
  const response_types = responseTypes(members, grant_types, supported)
  const metadata = checkedMembers(members, supported)
  const token_endpoint_auth_method = String(members.token_endpoint_auth_method ?? clientSecretBasic.name)
  checkMethod(token_endpoint_auth_method, members, grant_types)
  checkKeys(members, token_endpoint_auth_method)
  checkSecret(members, token_endpoint_auth_method)
  checkBackchannel(members, grant_types, settings)
  delete metadata.token_endpoint_auth_method
  return {
    token_endpoint_auth_method,
    grant_types,
    response_types,
    metadata: members.jwks === undefined ? metadata : { ...metadata, jwks: members.jwks as NonNullable<ClientMetadata['jwks']> },
  }
}

function checkedMembers(members: Members, supported: Supported): ClientMetadata {
  const metadata: ClientMetadata = {}
  for (const [name, value] of Object.entries(members)) {
    const base = inLanguage.exec(name)?.[1] ?? name
    const rule = ownValue(rules, base)
    const list = Object.hasOwn(chosenMembers, name) ? chosenMembers[name] : undefined
    if (rule === undefined && list === undefined) continue
    if (list !== undefined) checkListed(name, value, list, supported)
    const problem = rule?.(value)
    if (problem !== undefined) throw invalid(name, `${name} is not valid`, `${name} ${problem}`, problem.replace(/^must be /, ''), value)
    metadata[name] = value
  }
  return metadata
}

/** @throws MetadataError when the server does not offer the value */
function checkListed(name: string, value: unknown, list: string, supported: Supported, field = name): void {
  const offered = Array.isArray(supported[list]) ? supported[list].map(String) : []
  if (typeof value === 'string' && offered.includes(value)) return
  const explanation = `${name} is ${JSON.stringify(value)}, which is not supported; ${list}: ${offered.join(', ') || 'none'}`
  throw invalid(field, `${name} is not valid`, explanation, anyOf(offered) || 'nothing', value)
}

/** A list of values that the server must offer; undefined when the member is absent. */
function chosen(members: Members, name: string, list: string, supported: Supported): string[] | undefined {
  const values = members[name]
  if (values === undefined) return undefined
  if (!Array.isArray(values) || values.length === 0 || !values.every((one) => typeof one === 'string')) {
    throw invalid(name, `${name} is not valid`, `${name} must be a list of texts, with at least one`, 'a list of texts, with at least one')
  }
  values.forEach((value, index) => {
    checkListed(name, value, list, supported, `${name}[${index}]`)
  })
  return [...new Set<string>(values)]
}

/** The response types, which go with the grant types as the table of RFC 7591 §2.1 says. */
function responseTypes(members: Members, grant_types: readonly string[], supported: Supported): string[] {
  const codes = grant_types.includes('authorization_code')
  const given = chosen(members, 'response_types', 'response_types_supported', supported)
  if (given === undefined) return codes ? ['code'] : []
  for (const type of given) {
    const values = type.split(' ')
    const needed = [
      ...(values.includes('code') ? ['authorization_code'] : []),
      ...(values.some((one) => one === 'token' || one === 'id_token') ? ['implicit'] : []),
    ]
    const missing = needed.find((one) => !grant_types.includes(one))
    if (missing !== undefined) {
      throw disagreement(`response_types has '${type}', which goes with the grant type ${missing}; grant_types: ${grant_types.join(', ')}`)
    }
  }
  if (codes && !given.some((type) => type.split(' ').includes('code'))) {
    const came = given.join(', ')
    throw disagreement(`grant_types has authorization_code, which goes with a response type with code; response_types: ${came}`)
  }
  return given
}

function disagreement(explanation: string): MetadataError {
  return invalid('response_types', 'response_types and grant_types do not agree', `${explanation} (RFC 7591 §2.1)`)
}

function redirectUris(
  members: Members,
  grant_types: readonly string[],
  settings: Pick<Settings, 'redirect_uri_match'>,
  rules: RedirectRules | undefined,
): readonly string[] {
  const { redirect_uris } = members
  const redirects = grant_types.includes('authorization_code') || grant_types.includes('implicit')
  if (redirect_uris === undefined || (Array.isArray(redirect_uris) && redirect_uris.length === 0)) {
    if (!redirects) return []
    throw badRedirect('redirect_uris is missing', `redirect_uris is missing: ${grant_types.join(', ')} answer at one (RFC 7591 §2)`)
  }
  if (!Array.isArray(redirect_uris)) throw badRedirect('redirect_uris is not valid', 'redirect_uris must be a list')
  for (const uri of redirect_uris) {
    const problem = typeof uri === 'string' ? registrationProblem(uri, settings, rules) : 'A redirect URI is a text'
    if (problem !== undefined) throw badRedirect('A redirect URI is not valid', `redirect_uris has ${JSON.stringify(uri)}: ${problem}`)
  }
  return [...new Set<string>(redirect_uris)]
}

function scopesOf({ scope }: Members, { scopes_supported }: Supported, { strictness }: Pick<Settings, 'strictness'>): readonly string[] {
  const offered = Array.isArray(scopes_supported) ? scopes_supported.map(String) : []
  if (scope === undefined) return offered
  if (typeof scope !== 'string') throw invalid('scope', 'scope is not valid', 'scope must be a text of scopes with blanks between them')
  const unknown = scopes(scope).find((one) => (strictness === 'lenient' ? !scopeToken.test(one) : !offered.includes(one)))
  if (unknown === undefined) return scopes(scope)
  throw invalid('scope', 'scope is not valid', `scope has '${unknown}', which is none of: ${offered.join(', ')}`)
}

function checkMethod(name: string, members: Members, grant_types: readonly string[]): void {
  const method = methodNamed(name)
  const secretless = method?.is_public === true ? secretGrantTypes.find((one) => grant_types.includes(one)) : undefined
  if (secretless !== undefined) {
    const explanation = `token_endpoint_auth_method is ${name} and grant_types has ${secretless}, which asks for a client that can authenticate`
    throw invalid('grant_types', 'A public client cannot use this grant type', explanation)
  }
  const problem = method?.problem?.(members)
  if (problem !== undefined) throw invalid(problem.field, problem.message, problem.explanation)
}

function checkKeys({ jwks, jwks_uri, ...members }: Members, method: string): void {
  if (jwks !== undefined && jwks_uri !== undefined) {
    throw invalid('jwks', 'jwks and jwks_uri exclude each other', 'jwks and jwks_uri came; only one of them may (RFC 7591 §2)')
  }
  const encrypted = Object.keys(members).find((name) => name.endsWith('_encrypted_response_alg'))
  const why = methodNamed(method)?.needs_keys === true ? method : encrypted
  if (why !== undefined && jwks === undefined && jwks_uri === undefined) {
    throw invalid('jwks', `${why} needs the client's keys`, `${why} needs jwks or jwks_uri, and neither came`)
  }
  if (jwks === undefined) return
  const keys = typeof jwks === 'object' && jwks !== null && 'keys' in jwks ? jwks.keys : undefined
  if (!Array.isArray(keys)) throw invalid('jwks', 'jwks is not valid', 'jwks must be an object with a list "keys" (RFC 7517 §5)')
  keys.forEach((key, i) => {
    const problem = keyProblem(key)
    if (problem !== undefined) throw invalid('jwks', 'jwks is not valid', `key ${i + 1} of jwks ${problem}`)
  })
}

/** HS256 and its kin sign with the client's secret (OpenID Connect Core §10.1). */
function checkSecret(members: Members, method: string): void {
  const name = Object.keys(members).find((one) => one.endsWith('_signed_response_alg') && isSecretAlg(members[one]))
  if (name === undefined || hasSecret(method)) return
  throw invalid(
    name,
    `${members[name]} needs a client secret`,
    `${name} is ${members[name]}, which signs with the client's secret, and a client of ${method} has none (OpenID Connect Core §10.1)`,
  )
}

function keyProblem(key: unknown): string | undefined {
  if (typeof key !== 'object' || key === null) return 'must be an object'
  if ('d' in key || 'k' in key) return 'has its private half: a client registers public keys alone (RFC 7591 §2)'
  try {
    createPublicKey({ key: key as JsonWebKey, format: 'jwk' })
    return undefined
  } catch (error) {
    return `is no public key: ${error instanceof Error ? error.message : String(error)}`
  }
}

function checkBackchannel(members: Members, grant_types: readonly string[], settings: Pick<Settings, 'outbound'>): void {
  const { backchannel_token_delivery_mode: mode, backchannel_client_notification_endpoint: endpoint } = members
  if (mode === 'ping' && typeof endpoint !== 'string') {
    const explanation = 'backchannel_token_delivery_mode is ping, which needs backchannel_client_notification_endpoint (CIBA §4)'
    throw invalid('backchannel_client_notification_endpoint', 'backchannel_client_notification_endpoint is missing', explanation)
  }
  const problem = typeof endpoint === 'string' ? callProblem(endpoint, settings) : undefined
  if (problem !== undefined) {
    const explanation = `backchannel_client_notification_endpoint: ${problem}`
    throw invalid('backchannel_client_notification_endpoint', 'backchannel_client_notification_endpoint is not valid', explanation)
  }
  if (mode !== undefined && !grant_types.includes(cibaType)) {
    const explanation = `backchannel_token_delivery_mode came, and grant_types lacks ${cibaType} (CIBA §4)`
    throw invalid('backchannel_token_delivery_mode', 'backchannel_token_delivery_mode needs its grant type', explanation)
  }
}

function invalid(field: string, message: string, explanation: string, expected?: string, came?: unknown): MetadataError {
  return new MetadataError('invalid_client_metadata', field, message, explanation, expected, came)
}

function badRedirect(message: string, explanation: string): MetadataError {
  return new MetadataError('invalid_redirect_uri', 'redirect_uris', message, explanation)
}
