import { createHash } from 'node:crypto'
import type { AppDeclaration, ProviderDeclaration, UserDeclaration } from '../../providers/data/declaration.ts'
import { ImportError } from '../../providers/data/import.ts'
import type { ImportFormat, SandboxContent } from './format.ts'
import { Members, mapping } from './members.ts'

/** The endpoints as IdentityServer has them. */
const provider: ProviderDeclaration = {
  extends: 'standard',
  title: 'Duende IdentityServer',
  paths: {
    authorize: '/connect/authorize',
    token: '/connect/token',
    userinfo: '/connect/userinfo',
    introspection: '/connect/introspect',
    revocation: '/connect/revocation',
    end_session: '/connect/endsession',
    device_authorization: '/connect/deviceauthorization',
    backchannel_authentication: '/connect/ciba',
    par: '/connect/par',
  },
  signing: { alg: 'RS256', algs: ['RS256', 'ES256', 'PS256'] },
  apps: [],
  users: [],
}

/** The lists that a server of this kind has, by what tells an entry of each. */
const kinds = [
  ['Clients', 'ClientId'],
  ['Users', 'SubjectId'],
  ['Users', 'Username'],
  ['IdentityResources', 'ClaimTypes'],
  ['ApiResources', 'Scopes'],
  ['ApiScopes', 'Name'],
] as const

const listNames = [...new Set(kinds.map(([list]) => list))]

/** .NET takes members in any case of their first letter. */
const fold = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`

/** Clients, users and resources as oidc-server-mock and others on Duende IdentityServer read them: a list alone, or several by name. */
export const duende: ImportFormat = {
  name: 'duende',
  what: 'clients, users, scopes or resources of oidc-server-mock and other IdentityServers',
  reads: (document) => listsOf(document) !== undefined,
  read(document, name = 'oidc-mock') {
    const left: string[] = []
    const lists = listsOf(document)
    if (lists === undefined) throw new ImportError('the document: expected a list of clients, users, scopes or resources')
    const read = (list: string, at: (index: number) => string) =>
      (lists[list] ?? []).map((one, index) => new Members(one, at(index), left, fold))
    const of = (list: string) => read(list, (index) => (Array.isArray(document) ? `[${index}]` : `${list}[${index}]`))
    const clients = of('Clients')
    const apps = clients.map(app)
    const sandbox: SandboxContent = {
      provider: name,
      ...(apps.length > 0 && { apps }),
      ...(lists.Users !== undefined && { users: of('Users').map(user) }),
      settings: settings(clients, apps, of('ApiResources'), of('ApiScopes'), of('IdentityResources')),
    }
    for (const client of clients) client.rest()
    return { providers: { [name]: provider }, sandboxes: { [name]: sandbox }, left }
  },
}

/** The lists of a document by name; undefined when it has none. */
function listsOf(document: unknown): Readonly<Record<string, readonly unknown[]>> | undefined {
  if (Array.isArray(document)) {
    const first = mapping(document[0])
    const named = Object.keys(first ?? {}).map(fold)
    const [list] = kinds.find(([, member]) => named.includes(member)) ?? []
    // A realm has a name as well, under a name of its own.
    return list === undefined || named.includes('Realm') ? undefined : { [list]: document }
  }
  const members = mapping(document)
  const inner = mapping(members?.IdentityServer) ?? members ?? {}
  const found = Object.entries(inner).filter(([name, value]) => Array.isArray(value) && listNames.some((one) => one === fold(name)))
  return found.length === 0 ? undefined : Object.fromEntries(found.map(([name, value]) => [fold(name), value as unknown[]]))
}

/** Other names of grant types than the protocol's. */
const grantsOf: Readonly<Record<string, readonly string[]>> = {
  implicit: ['implicit'],
  hybrid: ['authorization_code', 'implicit'],
}

function app(client: Members): AppDeclaration {
  const client_id = client.required('ClientId')
  const offline = client.flag('AllowOfflineAccess') === true
  const scopes = client.texts('AllowedScopes')
  const grant_types = [...client.texts('AllowedGrantTypes').flatMap((one) => grantsOf[one] ?? [one]), ...(offline ? ['refresh_token'] : [])]
  const secret = secretOf(client)
  client.flag('AllowAccessTokensViaBrowser')
  if (client.flag('RequirePkce') === true) client.tell('a code without PKCE passes; the setting strictness: rfc asks for it', 'RequirePkce')
  if (client.flag('RequireConsent') === false)
    client.tell('consent is asked for; the setting auto_consent gives it for all', 'RequireConsent')
  if (client.flag('RequireClientSecret') === false && secret !== undefined)
    client.tell('a client that has a secret shows it; take it out of ClientSecrets for a public one', 'RequireClientSecret')
  const claims = claimsOf(client, client.text('ClientClaimsPrefix') ?? 'client_')
  const logout = client.texts('PostLogoutRedirectUris')
  const front = client.text('FrontChannelLogoutUri')
  const back = client.text('BackChannelLogoutUri')
  const reference = client.any('AccessTokenType')
  const metadata = {
    ...(logout.length > 0 && { post_logout_redirect_uris: logout }),
    ...(front !== undefined && { frontchannel_logout_uri: front }),
    ...(back !== undefined && { backchannel_logout_uri: back }),
    ...((reference === 1 || reference === 'Reference') && { access_token_format: 'opaque' }),
  }
  return {
    name: client.text('ClientName') ?? client_id,
    id: client_id.slice(0, 64),
    description: client.text('Description'),
    scopes: [...scopes, ...(offline ? ['offline_access'] : [])],
    redirect_uris: client.texts('RedirectUris'),
    clients: [
      {
        client_id,
        grant_types,
        ...(secret !== undefined && { client_secret: secret }),
        ...(Object.keys(claims).length > 0 && { claims }),
        ...(Object.keys(metadata).length > 0 && { metadata }),
      },
    ],
  }
}

/** The first secret, as text or as a mapping with its hash; the hash of "secret" is in every guide. */
function secretOf(client: Members): string | undefined {
  const [first, ...more] = client.list('ClientSecrets')
  if (more.length > 0) client.tell('a client has one secret here, the first', 'ClientSecrets')
  const value = typeof first === 'string' ? first : (mapping(first)?.Value ?? mapping(first)?.value)
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw new ImportError(`${client.place('ClientSecrets')}[0]: expected a text, or one as Value`)
  if (typeof first === 'string' || !/^[A-Za-z0-9+/]{43}=$/.test(value)) return value
  if (value !== createHash('sha256').update('secret').digest('base64'))
    client.tell('a hash cannot be turned back into its secret, which is "secret" here; write yours into the file', 'ClientSecrets')
  return 'secret'
}

/** Claims as `{Type, Value, ValueType}`; a type that comes again makes a list. */
function claimsOf(whose: Members, prefix = ''): Record<string, unknown> {
  const claims: Record<string, unknown> = {}
  for (const claim of whose.each('Claims')) {
    const name = `${prefix}${claim.required('Type')}`
    const value = typed(claim)
    claims[name] = Object.hasOwn(claims, name) ? [claims[name], value].flat() : value
    claim.rest()
  }
  return claims
}

function typed(claim: Members): unknown {
  const value = claim.any('Value')
  const type = claim.text('ValueType') ?? 'string'
  const text = String(value)
  if (/json$/i.test(type)) {
    try {
      // Newtonsoft takes single quotes, and so do many files.
      return JSON.parse(/"/.test(text) ? text : text.replaceAll("'", '"'))
    } catch {
      claim.tell('is no JSON, and stays a text', 'Value')
      return text
    }
  }
  if (/bool/i.test(type)) return text.toLowerCase() === 'true'
  return /int|double|number/i.test(type) && Number.isFinite(Number(text)) ? Number(text) : text
}

function user(said: Members): UserDeclaration {
  const user_id = said.text('SubjectId')
  const username = said.text('Username') ?? user_id
  if (username === undefined) throw new ImportError(`${said.place('Username')}: expected a text, got nothing`)
  const { given_name, family_name, email, ...claims } = claimsOf(said)
  const password = said.text('Password')
  if (password === undefined) said.tell(`has no password: "${username}" is one`)
  if (said.flag('IsActive') === false)
    said.tell('is a user who can sign in here; lock him: PATCH /_grantbox/sandboxes/NAME/users/USERNAME {"disabled": true}', 'IsActive')
  said.rest()
  return {
    username,
    ...(user_id !== undefined && { user_id }),
    password: password ?? username,
    ...(typeof given_name === 'string' && { first_name: given_name }),
    ...(typeof family_name === 'string' && { last_name: family_name }),
    ...(typeof email === 'string' && { email }),
    claims,
  }
}

/** What a sandbox sets for all of its clients. */
function settings(
  clients: Members[],
  apps: AppDeclaration[],
  resources: Members[],
  scopes: Members[],
  identity: Members[],
): Record<string, unknown> {
  const ofUsers = [...resources, ...scopes].flatMap((one) => one.texts('UserClaims'))
  const ofClients = apps.flatMap((one) => (one.clients ?? []).flatMap(({ claims = {} }) => Object.keys(claims)))
  const named = (names: string[], whose: string) => names.map((name) => [name, `{${whose}.claims.${name}}`] as const)
  const access = Object.fromEntries([...named(ofClients, 'client'), ...named(ofUsers, 'user')])
  const claims_when = resources.flatMap((resource) => audience(resource))
  for (const one of scopes) one.required('Name')
  for (const one of identity) {
    one.required('Name')
    one.leave('ClaimTypes', 'claims of a user that belong to no scope of OpenID Connect are told whatever the scope')
  }
  for (const one of [...resources, ...scopes, ...identity]) {
    for (const known of ['DisplayName', 'Description', 'Enabled', 'ShowInDiscoveryDocument']) one.any(known)
    one.rest()
  }
  const wild = apps.some(({ redirect_uris = [] }) => redirect_uris.some((uri) => uri.includes('*')))
  return {
    ...lifetime(clients, 'AccessTokenLifetime', 'access_token_ttl'),
    ...lifetime(clients, 'IdentityTokenLifetime', 'id_token_ttl'),
    ...lifetime(clients, 'AuthorizationCodeLifetime', 'code_ttl'),
    ...(wild && { redirect_uri_match: 'wildcard' }),
    ...(Object.keys(access).length > 0 && { claims: { access_token: access, introspection: access } }),
    ...(claims_when.length > 0 && { claims_when }),
  }
}

/** A token of one of its scopes is for the resource. */
function audience(resource: Members) {
  const aud = resource.required('Name')
  resource.leave('ApiSecrets', 'whoever introspects does so as one of the clients')
  return resource.texts('Scopes').map((scope) => ({ when: { scope }, claims: { access_token: { aud }, introspection: { aud } } }))
}

/** A lifetime that all clients agree on who say one. */
function lifetime(clients: Members[], name: string, setting: string): Record<string, number> {
  const said = clients.filter((client) => client.has(name)).map((client) => [client, client.seconds(name)] as const)
  const [first] = said
  if (first?.[1] === undefined) return {}
  for (const [client, seconds] of said) {
    if (seconds !== first[1])
      client.tell(`is that of the first client, ${first[1]}, for all: the setting ${setting} is the sandbox's`, name)
  }
  return { [setting]: first[1] }
}
