import { none } from '../../oauth/clients/methods/none.ts'
import { clientSecretBasic, clientSecretPost } from '../../oauth/clients/methods/secret.ts'
import type { ClientDeclaration, ProviderDeclaration } from './declaration.ts'
import { cleanName, hostNames, ImportError, type Imported, pathOf } from './import.ts'
import type { Abilities } from './import-discovery.ts'

type Json = Readonly<Record<string, unknown>>

/** Postman's names of grants, and what a client of them uses. */
const grants: Readonly<Record<string, readonly string[]>> = {
  authorization_code: ['authorization_code', 'refresh_token'],
  authorization_code_with_pkce: ['authorization_code', 'refresh_token'],
  implicit: ['authorization_code', 'refresh_token'],
  password_credentials: ['password', 'refresh_token'],
  client_credentials: ['client_credentials'],
  device_code: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
}

/**
 * A declaration from the OAuth 2.0 blocks of a Postman collection (v2.0 or v2.1): of the collection, its folders and requests.
 * @throws ImportError when there is no such block, or none with the address of a token endpoint
 */
export function importPostman(collection: Json, abilities: Abilities): Imported {
  const variables = variablesOf(collection)
  const blocks = blocksIn(collection).map((block) => resolved(block, variables))
  if (blocks.length === 0) throw new ImportError('auth: expected an OAuth 2.0 block in the collection, a folder or a request, got none')
  const notes: string[] = []
  const first = (key: string) => blocks.map((block) => block[key]).find((value) => value !== undefined && value !== '')
  const tokenUrl = first('accessTokenUrl')
  if (tokenUrl === undefined) throw new ImportError('auth.oauth2.accessTokenUrl: expected an address, got nothing')
  const authUrl = first('authUrl')
  if (authUrl === undefined) notes.push('no block has an authUrl: the sign-in page keeps the path that standard has')
  const refreshUrl = first('refreshTokenUrl')
  if (refreshUrl !== undefined && pathOf(refreshUrl) !== pathOf(tokenUrl)) {
    notes.push(`refreshTokenUrl is left out: tokens are refreshed at ${pathOf(tokenUrl)}, not at ${pathOf(refreshUrl)}`)
  }

  const used = new Set(blocks.flatMap((block) => grants[block.grant_type ?? 'authorization_code'] ?? []))
  const grant_types = [...used].filter((one) => abilities.grant_types.includes(one))
  const inBody = first('client_authentication') === 'body'
  const [method, other] = inBody ? [clientSecretPost.name, clientSecretBasic.name] : [clientSecretBasic.name, clientSecretPost.name]
  const scopes = [
    ...new Set(blocks.flatMap((block) => (block.scope ?? '').split(' ').filter((scope) => scope !== '' && !isVariable(scope)))),
  ]
  const redirect_uris = [...new Set(blocks.flatMap((block) => (isUsable(block.redirect_uri) ? [block.redirect_uri] : [])))]
  const { name: said } = members(collection.info)
  const title = typeof said === 'string' ? said : 'Imported'
  const name = cleanName(title)
  const hosts = hostNames([tokenUrl, authUrl])
  const client: ClientDeclaration = {
    client_id: usable(first('clientId')) ?? `${name}-client`,
    client_secret: usable(first('clientSecret')) ?? `${name}-secret`,
    token_endpoint_auth_method: method,
  }
  const username = usable(first('username'))
  const declaration: ProviderDeclaration = {
    extends: 'standard',
    title,
    ...(hosts.length === 0 ? {} : { hosts }),
    paths: { ...(authUrl === undefined ? {} : { authorize: pathOf(authUrl) }), token: pathOf(tokenUrl) },
    grant_types,
    client_authentication: { methods: [method, other, none.name] },
    ...(scopes.length === 0 ? {} : { scopes: scopes.map((scope) => ({ name: scope, description: '' })) }),
    apps: [{ name: title, ...(redirect_uris.length === 0 ? {} : { redirect_uris }), clients: [client] }],
    users: [{ username: username ?? 'alice', password: usable(first('password')) ?? 'password' }],
  }
  return { name, declaration, notes }
}

/** Every OAuth 2.0 block below an item, its own first. */
function blocksIn(item: Json): Record<string, string>[] {
  const own = [item.auth, members(item.request).auth].flatMap((auth) => {
    const block = blockOf(members(auth))
    return block === undefined ? [] : [block]
  })
  return [...own, ...list(item.item).flatMap(blocksIn)]
}

/** v2.1 has a list of keys with values, v2.0 an object. */
function blockOf({ type, oauth2 }: Json): Record<string, string> | undefined {
  if (type !== 'oauth2') return undefined
  const entries = Array.isArray(oauth2) ? list(oauth2).map(({ key, value }) => [key, value]) : Object.entries(members(oauth2))
  return Object.fromEntries(entries.filter(([, value]) => typeof value === 'string')) as Record<string, string>
}

function variablesOf(collection: Json): ReadonlyMap<string, string> {
  return new Map(
    list(collection.variable).flatMap(({ key, value }) =>
      typeof key === 'string' && typeof value === 'string' && value !== '' ? [[key, value]] : [],
    ),
  )
}

/** What is no object has no members. */
function members(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(members) : []
}

/** A block with the collection's variables filled in; those of an environment stay as they are. */
function resolved(block: Record<string, string>, variables: ReadonlyMap<string, string>): Record<string, string> {
  const fill = (text: string): string => text.replace(/\{\{([^{}]+)\}\}/g, (whole, name: string) => variables.get(name.trim()) ?? whole)
  return Object.fromEntries(Object.entries(block).map(([key, value]) => [key, fill(fill(value))]))
}

function isVariable(text: string): boolean {
  return text.includes('{{')
}

function isUsable(text: string | undefined): text is string {
  return text !== undefined && text !== '' && !isVariable(text)
}

function usable(text: string | undefined): string | undefined {
  return isUsable(text) ? text : undefined
}
