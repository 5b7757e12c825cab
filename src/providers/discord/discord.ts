import { randomText } from '../../basics/random.ts'
import type { Edition, ProviderPaths } from '../paths.ts'
import type { Provider } from '../provider.ts'
import { standard } from '../standard/standard.ts'
import { discordRoutes } from './api.ts'
import { discordCollection } from './collection.ts'
import { discordDiscovery, discordKeys } from './discovery.ts'
import { discordCallback, discordErrorReply } from './errors.ts'
import { discordGrants } from './grants.ts'
import { guildMenu } from './guilds.ts'
import { discordHosts } from './hosts.ts'
import { newClientSecret, newSnowflake } from './ids.ts'
import { spacedJson } from './json.ts'
import { discordPages, discordTexts } from './pages.ts'
import { addressRoutes } from './pictures.ts'
import { discordChecks, discordPrompt, discordScope, discordScopes, installsOnly } from './scopes.ts'
import { discordTokens } from './tokens.ts'
import { discordWorld, seedGuilds } from './world.ts'

/** What a version of the API has, which is the same in all but for the form of some errors. */
function pathsAt(api: string): Partial<ProviderPaths> {
  return {
    authorize: `${api}/oauth2/authorize`,
    token: `${api}/oauth2/token`,
    revocation: `${api}/oauth2/token/revoke`,
    userinfo: `${api}/oauth2/userinfo`,
    jwks: `${api}/oauth2/keys`,
  }
}

const edition = (api: string): Edition => ({ paths: pathsAt(api), issuer_path: '' })
const main = 'discord.com'

/** Discord: tokens of users, bots and webhooks, servers and their members, what a token is for. */
export const discord: Provider = {
  ...standard,
  id: 'discord',
  name: 'Discord',
  hosts: discordHosts,
  endpoint_hosts: { issuer: main },
  spaces: {},
  paths: {
    ...pathsAt('/api'),
    authorize: '/oauth2/authorize',
    token: '/api/oauth2/token',
    discovery: ['openid-configuration'],
  },
  editions: {
    api: { paths: { authorize: '/api/oauth2/authorize' }, issuer_path: '' },
    ...Object.fromEntries([6, 7, 8, 9, 10].map((version) => [`v${version}`, edition(`/api/v${version}`)])),
  },
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  client_documents: false,
  auth_methods: ['client_secret_basic', 'client_secret_post', 'none'],
  sender_constraints: false,
  requests: {
    grants: discordGrants,
    grant_type_first: true,
    scope: discordScope,
    checks: discordChecks,
    prompt: discordPrompt,
    asks_consent: () => false,
    authorization: {
      usual_response_type: 'code',
      parameters: ['disable_guild_select'],
      keeps: ['disable_guild_select', 'response_type'],
      stays: installsOnly,
    },
    challenge_methods: ['S256'],
    pkce_optional: true,
    revokes_grants: true,
  },
  redirects: { matches: (registered, came) => registered === came, first_is_default: true, encoded_as: 'form' },
  response_types: ['code', 'token'],
  response_modes: ['query', 'fragment'],
  response_iss: false,
  settings: {
    access_token_ttl: 604_800,
    refresh_token_ttl: 0,
    code_ttl: 100,
    signing_alg: 'RS256',
    registration: 'off',
    json_token_requests: false,
  },
  scopes: Object.entries(discordScopes).map(([name, description]) => ({ name, description })),
  ids: { client_id: newSnowflake, client_secret: newClientSecret, app_id: newSnowflake, user_id: newSnowflake },
  tokens: discordTokens,
  signing_algs: ['RS256'],
  kid: () => randomText(43),
  keys: discordKeys,
  texts: discordTexts,
  sign_in: discordPages,
  consent_questions: guildMenu,
  errorReply: discordErrorReply,
  callbackWording: discordCallback,
  discovery: discordDiscovery,
  tokenReply: (members) => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body: spacedJson(members) }),
  revocationReply: { status: 200, headers: { 'Content-Type': 'application/json' }, body: '{}' },
  routes: [...discordRoutes, ...addressRoutes],
  world: discordWorld,
  seed: seedGuilds,
  collection: discordCollection,
}
