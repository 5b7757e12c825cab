import { generateKeyPairSync } from 'node:crypto'
import type { AppDeclaration, UserDeclaration } from '../../providers/data/declaration.ts'
import { ImportError } from '../../providers/data/import.ts'
import type { ImportFormat, SandboxContent } from './format.ts'
import { Members, mapping } from './members.ts'

/** A service of emulate that has a twin here: what its seed calls apps, and how it names users. */
interface Service {
  /** The provider, whose sandbox has the same name. */
  provider: string
  apps: string
  /** A user's own name, where it is not his e-mail address. */
  username?: string
  /** Its apps make their secrets of a key, which is made here, as a seed has none. */
  signs?: true
  /** Members that become claims of a user, by the claims' names. */
  claims?: Readonly<Record<string, string>>
}

const services: Readonly<Record<string, Service>> = {
  apple: { provider: 'apple', apps: 'oauth_clients', signs: true },
  auth0: { provider: 'auth0', apps: 'applications' },
  discord: { provider: 'discord', apps: 'applications', username: 'username' },
  facebook: { provider: 'facebook', apps: 'oauth_apps' },
  github: { provider: 'github', apps: 'oauth_apps', username: 'login' },
  google: { provider: 'google', apps: 'oauth_clients', claims: { hd: 'hd', picture: 'picture' } },
  microsoft: { provider: 'entra', apps: 'oauth_clients' },
  okta: { provider: 'okta', apps: 'oauth_clients', username: 'login' },
  slack: { provider: 'slack', apps: 'oauth_apps', username: 'name', claims: { is_admin: 'is_admin' } },
}

/** Services that have no sign-in, or none here. */
const others = [
  'aws',
  'airtable',
  'aps',
  'clerk',
  'creem',
  'heygen',
  'linear',
  'mongoatlas',
  'resend',
  'sepay',
  'stripe',
  'telegram',
  'twilio',
  'vercel',
]

/** What users sign in with whose seed has no password: emulate asks for none. */
const password = 'Password1!'

/** The seed of vercel-labs/emulate: its users and apps, in the sandboxes of the same vendors. */
export const emulate: ImportFormat = {
  name: 'emulate',
  what: 'a seed of emulate',
  reads(document) {
    const names = Object.keys(mapping(document) ?? {})
    return names.length > 0 && names.every((name) => name === 'tokens' || others.includes(name) || Object.hasOwn(services, name))
  },
  read(document, name) {
    const left: string[] = []
    const seed = new Members(document, '', left)
    const seeded = Object.entries(services).filter(([service]) => seed.has(service))
    if (name !== undefined && seeded.length > 1)
      throw new ImportError(
        `the document: expected one vendor for sandbox ${name}, got ${seeded.map(([one]) => one).join(', ')}; leave --sandbox out`,
      )
    const sandboxes: Record<string, SandboxContent> = {}
    for (const [key, service] of seeded) {
      const said = seed.inner(key)
      if (said !== undefined) sandboxes[name ?? service.provider] = sandbox(service, said)
    }
    seed.leave('tokens', 'tokens are made here: POST /_grantbox/sandboxes/NAME/tokens, or grantbox token')
    seed.rest('is a service without a twin here')
    return { sandboxes, left }
  },
}

function sandbox({ provider, apps, username, signs, claims = {} }: Service, said: Members): SandboxContent {
  const made = {
    apps: said.each(apps).map((one) => app(one, signs === true ? newKey() : undefined)),
    users: said.each('users').map((one) => user(one, username, claims)),
  }
  said.leave('port', "a port to itself: the sandbox's port in the config file")
  said.leave('baseUrl', 'the address is the one by which it is asked, or public_url')
  said.rest(`the ${provider} twin keeps its own; see docs/vendors/${provider}.md`)
  return { provider, ...made }
}

/** A key for ES256, as a client has it whose secrets are made of one. */
function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')
}

function app(said: Members, key: string | undefined): AppDeclaration {
  const client_id = said.text('client_id') ?? said.text('app_id') ?? said.required('name')
  const client_secret = said.text('client_secret') ?? said.text('app_secret') ?? key
  const name = said.text('name') ?? said.text('label') ?? client_id
  said.text('id')
  const grant_types = said.texts('grant_types')
  const scopes = said.texts('scopes')
  const redirect_uris = [...said.texts('redirect_uris'), ...said.texts('callbacks')]
  said.leave('team_id', `the app has a key of its own here: grantbox secret --client-id ${client_id} makes a secret of it`)
  said.leave('tenant_id', 'is the tenant of the sandbox; others are spaces: POST /_grantbox/sandboxes/NAME/spaces')
  said.leave('bot_token', 'bots authenticate with a token that is minted')
  said.rest()
  return {
    name,
    ...(scopes.length > 0 && { scopes }),
    redirect_uris,
    clients: [{ client_id, ...(client_secret !== undefined && { client_secret }), ...(grant_types.length > 0 && { grant_types }) }],
  }
}

function user(said: Members, naming: string | undefined, names: Readonly<Record<string, string>>): UserDeclaration {
  const email = said.text('email')
  const username = (naming === undefined ? undefined : said.text(naming)) ?? email ?? said.required('email')
  const whole = said.text('real_name') ?? (naming === 'name' ? undefined : said.text('name')) ?? ''
  const [first = '', ...rest] = whole.split(' ')
  const claims = Object.entries(names).flatMap(([member, claim]) => (said.has(member) ? [[claim, said.any(member)] as const] : []))
  const user_id = said.text('id')
  said.leave('is_private_email', 'whether an address is hidden is asked on the page: Hide My Email')
  said.leave('tenant_id', 'is the tenant of the sandbox; others are spaces: POST /_grantbox/sandboxes/NAME/spaces')
  const declared = {
    username,
    ...(user_id !== undefined && { user_id }),
    password: said.text('password') ?? password,
    first_name: said.text('given_name') ?? said.text('first_name') ?? first,
    last_name: said.text('family_name') ?? said.text('last_name') ?? rest.join(' '),
    ...(email !== undefined && { email }),
    ...(claims.length > 0 && { claims: Object.fromEntries(claims) }),
  }
  said.rest()
  return declared
}
