import { digest } from '../../basics/random.ts'
import { promptValues, readClaimsRequest, wantedValues } from '../../oauth/authorization/parameters.ts'
import { isPublic } from '../../oauth/clients/methods/registry.ts'
import { readClaims } from '../../oauth/jose/jwt.ts'
import { challenged } from '../../oauth/model/challenge.ts'
import { missing, OAuthError, PageError } from '../../oauth/model/errors.ts'
import { jwtBearerType } from '../../oauth/model/grant-names.ts'
import type { Client } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Context, RequestDialect } from '../../oauth/realm/context.ts'
import { mayRead } from './cors.ts'
import { realmDataOf } from './realm-data-of.ts'
import { registrationRefused } from './registration-refused.ts'
import { lightweight } from './tokens/claims.ts'
import { codes } from './tokens/formats.ts'
import { originsOf } from './web-origins.ts'

/** A realm may be closed, or open to HTTPS alone; `external` and `none` let this machine in. With 400 a page says so. */
function checkOpen(context: Context, status: number): void {
  const { settings, name } = realmDataOf(context)
  const [url] = context.transport?.urls() ?? []
  const refuse = (code: 'invalid_request' | 'access_denied', says: string, why: string) =>
    status === 400 ? new PageError(code, says, why, [], status) : new OAuthError(code, says, why, {}, status)
  if (settings.sslRequired === 'all' && url?.startsWith('http:') === true)
    throw refuse('invalid_request', 'HTTPS required', `sslRequired of realm '${name}' is all, and ${url} was asked`)
  if (settings.enabled === false) throw refuse('access_denied', 'Realm not enabled', `realm '${name}' is disabled`)
}

/** The statuses of a closed realm by the ends of paths, where not 403; signing out goes on. */
const closed: Readonly<Record<string, number | undefined>> = { device: 400, 'ciba/auth': 401, logout: undefined }

/** Nothing is asked of a realm that is closed. */
export const opens: NonNullable<RequestDialect['opens']> = (context) => {
  const path = context.transport?.urls()[0]?.split('?')[0] ?? ''
  const end = Object.keys(closed).find((one) => path.endsWith(`/${one}`))
  const status = end === undefined ? 403 : closed[end]
  if (status !== undefined) checkOpen(context, status)
}

/** A client that is disabled, or that only takes tokens, asks in vain. */
export const admits: NonNullable<RequestDialect['admits']> = (client, endpoint, context) => {
  if (endpoint === 'userinfo') return admitsAtUserinfo(client, context)
  const realm = realmDataOf(context)
  const { enabled, bearerOnly } = realm.client(client)
  const told = (text: string, why: string, status?: number) => new OAuthError('unauthorized_client', text, why, {}, status)
  if (endpoint === 'authorize') checkOpen(context, 400)
  if (!enabled) {
    const why = `client '${client.client_id}' is disabled`
    throw endpoint === 'authorize' ? told('Client disabled.', why) : new OAuthError('client_unknown', 'Client authentication failed', why)
  }
  if (bearerOnly) {
    const why = `client '${client.client_id}' is bearer-only: it takes tokens and asks for none`
    if (endpoint === 'authorize') throw told('Bearer-only applications are not allowed to initiate browser login', why, 403)
    const proved = context.parameters?.client_secret ?? context.transport?.header('authorization')
    throw proved === undefined || context.parameters === undefined
      ? new OAuthError('secret_wrong', 'Client authentication failed', why)
      : new OAuthError('invalid_client', 'Bearer-only not allowed', why, {}, 400)
  }
  if (endpoint === 'client') admitsOrigin(client, context)
  if (endpoint === 'client') checkGrant(client, context)
}

/** Whose tokens userinfo takes. */
function admitsAtUserinfo(client: Client, context: Context): void {
  const { enabled, attributes } = realmDataOf(context).client(client)
  const refused = (says: string, why: string) =>
    challenged('Bearer', 'token_unknown', says, `client '${client.client_id}' ${why}`).naming({ says })
  if (!enabled) throw refused('Client disabled', 'is disabled')
  if (attributes[lightweight] === 'true') throw refused('Lightweight access token not allowed for userinfo endpoint', `has ${lightweight}`)
  admitsOrigin(client, context)
}

/** A page must be of one of the client's web origins. */
function admitsOrigin(client: Client, context: Context): void {
  const origin = context.transport?.header('origin')
  if (origin === undefined || mayRead({ origin, endpoint: 'token', client, context })) return
  const origins = originsOf(client, realmDataOf(context).client(client))
  const why = `The page's origin is '${origin}'; client '${client.client_id}' has the web origins ${origins.join(', ')}`
  throw new OAuthError('invalid_request', 'Invalid origin', why, {}, 403).naming({ member: 'error' })
}

/** What is wrong with a grant is said before whether the client may use it, and what is wrong with the parameters before both. */
function checkGrant(client: Client, { trace: { grant_type }, parameters = {}, problem, realm }: Context): void {
  if (problem !== undefined) throw problem
  if (grant_type === 'authorization_code' && !client.grant_types.includes(grant_type)) {
    const { code = '' } = parameters
    const id = codes.keyOf(code)
    if (id === undefined || typeof realm.store.takeCode(id, digest(code), client, realm.clock.now()) === 'string') return
    throw new OAuthError('invalid_grant', 'Client not allowed to exchange code', `client '${client.client_id}' has no standard flow`)
  }
  if (grant_type === 'client_credentials' && isPublic(client)) throw noServiceAccount(client)
  if (grant_type !== jwtBearerType) return
  const { assertion } = parameters
  const refused = (says: string, why: string) => new OAuthError('invalid_grant', says, why)
  if (assertion === undefined) throw refused('Missing parameter:assertion', 'assertion did not come')
  if (readClaims(assertion) === undefined) throw refused('The provided assertion is not a valid JWT', 'assertion is no JWT')
  if (isPublic(client)) throw refused('Public client not allowed to use authorization grant', `client '${client.client_id}' is public`)
}

function noServiceAccount({ client_id }: Client): OAuthError {
  return new OAuthError(
    'client_public',
    'Public clients cannot use client_credentials',
    `client '${client_id}' is public and has no service account`,
  )
}

/** Clients say whether their users are asked. */
export const asks_consent: NonNullable<RequestDialect['asks_consent']> = (client, context) =>
  realmDataOf(context).client(client).consentRequired

/** OpenID Connect wants the redirect URI, and some clients must use PKCE. */
export const checks: NonNullable<RequestDialect['checks']> = (parameters, client, context) => {
  if (parameters.redirect_uri === undefined && scopes(parameters.scope).includes('openid')) {
    throw missing('redirect_uri', 'redirect_uri did not come, and scope has openid', 'redirect_missing')
  }
  if (scopes(parameters.prompt).includes('create')) mustRegister(context)
  if (parameters.response_type?.includes('code') === true) checkPkce(parameters, client, context)
}

/** @throws PageError where users may not register themselves */
function mustRegister(context: Context): void {
  const refused = registrationRefused(context)
  if (refused !== undefined) throw refused
}

/** @throws OAuthError unless the request uses PKCE as its client must */
export const checkPkce: NonNullable<RequestDialect['checks']> = (parameters, client, context) => {
  const { 'pkce.code.challenge.method': method = '' } = realmDataOf(context).client(client).attributes
  if (method === '') return
  const why = `client '${client.client_id}' has pkce.code.challenge.method ${method}`
  const { code_challenge_method: came, code_challenge } = parameters
  if (came === undefined) throw missing('code_challenge_method', `${why}, and code_challenge_method did not come`)
  if (came !== method) throw new OAuthError('challenge_method_not_allowed', 'code_challenge_method is another', `${why}; ${came} came`)
  if (code_challenge === undefined)
    throw new OAuthError('challenge_missing', 'code_challenge is missing', `${why}, and no code_challenge came`)
}

/** Of what the vendor knows; `none` counts whatever else there is. Who asks for a level has the user sign in, whatever he has. */
export const prompt: NonNullable<RequestDialect['prompt']> = ({ prompt: asked, acr_values, claims }) => {
  const known = scopes(asked).filter((one) => promptValues.includes(one) && one !== 'select_account')
  const level = acr_values !== undefined || wantedValues(readClaimsRequest(claims, true), 'id_token', 'acr') !== undefined
  if (!known.includes('none')) return [...new Set([...known, ...(level ? ['login'] : [])])].join(' ')
  if (level) throw new OAuthError('session_stale', 'The user must sign in', 'prompt is none, and a level was asked for (acr)')
  return 'none'
}
