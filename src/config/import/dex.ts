import { deviceCodeType, tokenExchangeType } from '../../oauth/model/grant-names.ts'
import type { AppDeclaration, ProviderDeclaration, UserDeclaration } from '../../providers/data/declaration.ts'
import { cleanName, ImportError } from '../../providers/data/import.ts'
import type { ImportFormat } from './format.ts'
import { hasOne, Members } from './members.ts'

/** What a user signs in with whose password the file has as a hash. */
const password = 'password'

/** The endpoints as dex has them, below its issuer. */
const provider: ProviderDeclaration = {
  extends: 'standard',
  title: 'dex',
  paths: {
    authorize: '/auth',
    token: '/token',
    jwks: '/keys',
    userinfo: '/userinfo',
    device_authorization: '/device/code',
    device: '/device',
    introspection: '/token/introspect',
  },
  scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'].map((name) => ({ name, description: '' })),
  signing: { alg: 'RS256', algs: ['RS256'] },
  apps: [],
  users: [],
}

/** A config file of dex: its static clients and passwords, in a sandbox with its paths. */
export const dex: ImportFormat = {
  name: 'dex',
  what: 'a config file of dex',
  reads: (document) => hasOne(document, ['staticClients', 'staticPasswords', 'connectors', 'enablePasswordDB']),
  read(document, name) {
    const left: string[] = []
    const config = new Members(document, '', left)
    const issuer = config.text('issuer')
    if (issuer !== undefined && !URL.canParse(issuer)) throw new ImportError(`issuer: expected a URL, got ${JSON.stringify(issuer)}`)
    const { pathname, port } = new URL(issuer ?? 'http://localhost/dex')
    const path = pathname.replace(/^\/+|(?<!\/)\/+$/g, '')
    const known = name ?? (path === '' ? 'dex' : cleanName(path))
    if (path !== known) config.tell(`has another path here, /${known}; at the root it answers with --provider ${known}`, 'issuer')
    if (port !== '' && port !== '9400') config.tell(`its port is the start's to say: --port ${port}`, 'issuer')
    const oauth2 = config.inner('oauth2')
    const apps = config.each('staticClients').flatMap((client) => app(client, grantTypes(oauth2)))
    const users = [...config.each('staticPasswords').map(user), ...config.each('connectors').flatMap(connectorUser)]
    config.flag('enablePasswordDB')
    const settings = { ...expiry(config.inner('expiry')), ...(oauth2?.flag('skipApprovalScreen') === true && { auto_consent: true }) }
    oauth2?.flag('alwaysShowLoginScreen')
    oauth2?.rest()
    config.rest("is about dex's own server; grantbox has flags of its own (grantbox --help)")
    const sandbox = { provider: known, apps, users, settings: { ...settings, scope_claims_in_id_token: true } }
    return { providers: { [known]: provider }, sandboxes: { [known]: sandbox }, left }
  },
}

function grantTypes(oauth2: Members | undefined): string[] {
  const types = oauth2?.texts('grantTypes') ?? []
  const responses = (oauth2?.texts('responseTypes') ?? []).some((one) => one !== 'code')
  const passwords = oauth2?.text('passwordConnector') !== undefined
  const usual = ['authorization_code', 'refresh_token', deviceCodeType, tokenExchangeType]
  return [
    ...(types.length > 0 ? types : usual),
    ...(passwords && !types.includes('password') ? ['password'] : []),
    ...(responses ? ['implicit'] : []),
  ]
}

function app(client: Members, grant_types: string[]): AppDeclaration[] {
  if (client.has('idEnv') && !client.has('id')) {
    client.tell('its id is in an environment that the import does not see: write it into the file as id')
    return []
  }
  const client_id = client.required('id')
  const isPublic = client.flag('public') === true
  const client_secret = client.text('secret') ?? (client.has('secretEnv') ? 'secret' : undefined)
  client.leave('secretEnv', 'the import does not see that environment: the secret is "secret", unless you write it into the file')
  if (!isPublic && client_secret === undefined) throw new ImportError(`${client.place('secret')}: expected a text, got nothing`)
  client.leave(
    'trustedPeers',
    "tokens for another client's audience are made by token exchange: grant_type urn:ietf:params:oauth:grant-type:token-exchange",
  )
  client.leave('logoURL', 'pages show no logos of apps')
  const redirect_uris = client.texts('redirectURIs')
  const declared = {
    name: client.text('name') ?? client_id,
    id: client_id.slice(0, 64),
    redirect_uris,
    clients: [{ client_id, grant_types, ...(isPublic ? {} : { client_secret: client_secret ?? null }) }],
  }
  client.rest()
  return [declared]
}

function user(said: Members): UserDeclaration {
  const email = said.required('email')
  const subject = said.text('userID') ?? email
  said.leave(
    'hash',
    `a hash cannot be turned back into its password: ${email} signs in with "${password}"; to change it, PATCH /_grantbox/sandboxes/NAME/users/${email}`,
  )
  said.leave('hashFromEnv', `${email} signs in with "${password}"`)
  const named = said.text('name') ?? said.text('username')
  const verified = said.flag('emailVerified') ?? true
  const member = said.texts('groups')
  const declared = userOf(email, subject, 'local', named, member, {
    email_verified: verified,
    preferred_username: said.text('preferredUsername') ?? said.text('username'),
  })
  said.text('username')
  said.rest()
  return declared
}

function userOf(
  email: string,
  id: string,
  connector: string,
  name: string | undefined,
  member: string[],
  more: Record<string, unknown>,
): UserDeclaration {
  const claims = { ...(name !== undefined && { name }), ...(member.length > 0 && { groups: member }), ...more }
  return { username: email, email, user_id: subject(id, connector), password, claims }
}

/** dex's `sub`: the user's id and his connector's as a protocol buffer, in base64url. */
function subject(user: string, connector: string): string {
  const field = (number: number, text: string) => [Buffer.from([(number << 3) | 2, Buffer.byteLength(text)]), Buffer.from(text)]
  return Buffer.concat([...field(1, user), ...field(2, connector)]).toString('base64url')
}

/** dex's mock connectors are users here; others lead to servers elsewhere. */
function connectorUser(connector: Members): UserDeclaration[] {
  const type = connector.text('type') ?? ''
  const id = connector.text('id') ?? type
  connector.text('name')
  const config = connector.inner('config')
  if (type === 'mockPassword') {
    const name = config?.required('username') ?? ''
    const secret = config?.text('password')
    return [
      {
        ...userOf('kilgore@kilgore.trout', '0-385-28089-0', id, 'Kilgore Trout', ['authors'], { email_verified: true }),
        username: name,
        password: secret ?? password,
      },
    ]
  }
  if (type !== 'mockCallback') {
    connector.tell(`a connector of type ${type} leads to a server elsewhere: its users must be users of the sandbox`)
    return []
  }
  connector.tell('signs in as Kilgore Trout without a page there; here he is a user on the sign-in page, kilgore@kilgore.trout')
  return [userOf('kilgore@kilgore.trout', '0-385-28089-0', id, 'Kilgore Trout', ['authors'], { email_verified: true })]
}

function expiry(said: Members | undefined): Record<string, unknown> {
  if (said === undefined) return { id_token_ttl: 24 * 3600, access_token_ttl: 24 * 3600 }
  const life = said.seconds('idTokens') ?? 24 * 3600
  const device = said.seconds('deviceRequests')
  const refresh = said.inner('refreshTokens')
  const grace = refresh?.seconds('reuseInterval')
  const absolute = refresh?.seconds('absoluteLifetime')
  const off = refresh?.flag('disableRotation') === true
  refresh?.leave('validIfNotUsedFor', 'refresh tokens live as long as refresh_token_ttl says, used or not')
  refresh?.rest()
  said.leave('signingKeys', 'keys are rotated when asked: POST /_grantbox/sandboxes/NAME/keys/rotate')
  said.leave('authRequests', 'a sign-in page waits for good')
  said.rest()
  return {
    id_token_ttl: life,
    access_token_ttl: life,
    rotation: off ? 'off' : 'strict',
    ...(device !== undefined && { device_code_ttl: device }),
    ...(grace !== undefined && !off && { rotation_grace: grace }),
    ...(absolute !== undefined && { refresh_token_ttl: absolute }),
  }
}
