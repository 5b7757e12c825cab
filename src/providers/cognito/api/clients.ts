import { randomLowerCase } from '../../../basics/random.ts'
import { plainApp } from '../../../oauth/model/directory.ts'
import type { Client, ClientMetadata } from '../../../oauth/model/records.ts'
import { ApiError, invalidParameter, notFound } from '../errors.ts'
import { cognitoRedirects } from '../hosted-ui.ts'
import { lifetimesOf } from '../tokens.ts'
import { userScopes } from '../world.ts'
import type { PoolCall } from './admin-users.ts'
import type { Input, Kinds } from './input.ts'
import type { Pool } from './pool.ts'
import { customScopes } from './pools.ts'
import { paged } from './user-filter.ts'

/** What is kept of a client as it was said. */
const kept: Kinds = {
  'a list of strings': ['ExplicitAuthFlows', 'ReadAttributes', 'WriteAttributes', 'SupportedIdentityProviders'],
  'a number': ['AccessTokenValidity', 'IdTokenValidity', 'RefreshTokenValidity', 'AuthSessionValidity'],
  'an object': ['TokenValidityUnits', 'RefreshTokenRotation'],
  'a string': ['PreventUserExistenceErrors', 'DefaultRedirectURI'],
  'a boolean': ['EnableTokenRevocation', 'AllowedOAuthFlowsUserPoolClient', 'EnablePropagateAdditionalUserContextData'],
}

/** The OAuth flows of a client, and the grant types that they are. */
const flows: Readonly<Record<string, string>> = {
  code: 'authorization_code',
  implicit: 'implicit',
  client_credentials: 'client_credentials',
}

function grantTypesOf(names: readonly string[]): string[] {
  const unknown = names.find((name) => !Object.hasOwn(flows, name))
  if (unknown !== undefined) throw invalidParameter(`Invalid OAuth flow: ${unknown}`)
  if (names.includes('client_credentials') && names.length > 1) {
    throw new ApiError('InvalidOAuthFlowException', 'client_credentials flow can not be selected along with code flow or implicit flow.')
  }
  const types = names.map((name) => flows[name] ?? name)
  return names.includes('client_credentials') ? types : [...types, 'refresh_token']
}

function scopesIn(input: Input, pool: Pool): string[] {
  const scopes = input.texts('AllowedOAuthScopes')
  const known = [...userScopes, ...pool.world.scopes, ...customScopes(pool)]
  const unknown = scopes.find((one) => !known.includes(one))
  if (unknown === undefined) return scopes
  throw new ApiError('ScopeDoesNotExistException', `Invalid scope requested: ${unknown}`, `The pool has the scopes ${known.join(', ')}`)
}

/** @throws ApiError of an address that nobody may be sent to */
function urlsIn(input: Input, name: 'CallbackURLs' | 'LogoutURLs'): string[] {
  const urls = input.texts(name)
  for (const url of urls) {
    const problem = cognitoRedirects.refuses(url)
    if (problem !== undefined) throw invalidParameter(`Invalid ${name}: ${url}`, `'${url}' cannot be registered. ${problem}`)
  }
  return urls
}

/** Seconds that tokens may live, the shortest and the longest. */
const bounds = { access: [300, 86_400], id: [300, 86_400], refresh: [3600, 3650 * 86_400] } as const

function metadataOf(input: Input, before: ClientMetadata = {}): ClientMetadata {
  const said = input.some(kept)
  const lives = lifetimesOf(said)
  for (const [token, [least, most]] of Object.entries(bounds)) {
    const asked = lives[token as keyof typeof bounds] ?? least
    if (asked >= least && asked <= most) continue
    throw invalidParameter('Invalid range for token validity.', `The ${token} token is to live ${asked} s; it may live ${least} to ${most}`)
  }
  const urls = input.members.LogoutURLs === undefined ? {} : { post_logout_redirect_uris: urlsIn(input, 'LogoutURLs') }
  return { ...before, ...said, ...urls }
}

export function createUserPoolClient({ input, pool }: PoolCall) {
  const name = input.need('ClientName')
  const { directory } = pool.world
  const created_at = pool.now
  const redirect_uris = urlsIn(input, 'CallbackURLs')
  const metadata = metadataOf(input, { EnableTokenRevocation: true, PreventUserExistenceErrors: 'LEGACY' })
  const grant_types = grantTypesOf(input.texts('AllowedOAuthFlows'))
  const app_id = `app_${randomLowerCase(16)}`
  const app = directory.createApp({ ...plainApp, app_id, name, scopes: scopesIn(input, pool), redirect_uris, created_at })
  const hasSecret = input.flag('GenerateSecret') === true
  const client = directory.createClient(app, {
    client_id: randomLowerCase(26),
    client_secret: hasSecret ? randomLowerCase(52) : null,
    token_endpoint_auth_method: hasSecret ? 'client_secret_basic' : 'none',
    grant_types,
    metadata,
    created_at,
  })
  return { UserPoolClient: describe(client, pool) }
}

/** @throws ApiError ResourceNotFoundException */
function named({ input, pool }: PoolCall): Client {
  return pool.client(input.need('ClientId'))
}

export function describeUserPoolClient(call: PoolCall) {
  return { UserPoolClient: describe(named(call), call.pool) }
}

/** What is not said goes back to what it usually is, as with the vendor. */
export function updateUserPoolClient(call: PoolCall) {
  const { input, pool } = call
  const client = named(call)
  const { app, client_id, client_secret, token_endpoint_auth_method, created_at } = client
  const { directory } = pool.world
  const metadata = metadataOf(input, { EnableTokenRevocation: true, PreventUserExistenceErrors: 'LEGACY' })
  const grant_types = grantTypesOf(input.texts('AllowedOAuthFlows'))
  const changed = {
    ...app,
    name: input.text('ClientName') ?? app.name,
    scopes: scopesIn(input, pool),
    redirect_uris: urlsIn(input, 'CallbackURLs'),
  }
  pool.world.documents.transaction(() => {
    directory.updateApp(changed)
    directory.deleteClient(client)
    directory.createClient(changed, { client_id, client_secret, token_endpoint_auth_method, grant_types, metadata, created_at })
  })
  return { UserPoolClient: describe(named(call), pool) }
}

export function deleteUserPoolClient(call: PoolCall) {
  const client = named(call)
  const { directory } = call.pool.world
  directory.deleteClient(client)
  if (directory.listClients(client.app).length === 0) directory.deleteApp(client.app)
}

export function listUserPoolClients({ input, pool }: PoolCall) {
  const { items, next } = paged(pool.world.directory.listClients(), input.number('MaxResults'), input.text('NextToken'))
  return {
    UserPoolClients: items.map(({ client_id, app }) => ({ ClientId: client_id, UserPoolId: pool.id, ClientName: app.name })),
    ...(next !== undefined && { NextToken: next }),
  }
}

function describe({ app, client_id, client_secret, grant_types, metadata, created_at }: Client, pool: Pool) {
  const { post_logout_redirect_uris, ...said } = metadata
  const names = Object.entries(flows).flatMap(([name, type]) => (grant_types.includes(type) ? [name] : []))
  const time = created_at / 1000
  return {
    UserPoolId: pool.id,
    ClientName: app.name,
    ClientId: client_id,
    ...(client_secret !== null && { ClientSecret: client_secret }),
    LastModifiedDate: time,
    CreationDate: time,
    RefreshTokenValidity: 30,
    TokenValidityUnits: {},
    ...(app.redirect_uris.length > 0 && { CallbackURLs: app.redirect_uris }),
    ...(post_logout_redirect_uris !== undefined && { LogoutURLs: post_logout_redirect_uris }),
    ...(names.length > 0 && { AllowedOAuthFlows: names, AllowedOAuthScopes: app.scopes, AllowedOAuthFlowsUserPoolClient: true }),
    ...said,
  }
}

/** The pool that has a client. @throws ApiError ResourceNotFoundException */
export function poolWith(client_id: string, pools: readonly Pool[]): { pool: Pool; client: Client } {
  for (const pool of pools) {
    const client = pool.world.store.findClient(client_id)
    if (client !== undefined) return { pool, client }
  }
  throw notFound(`User pool client ${client_id} does not exist.`)
}
