import { randomText } from '../../basics/random.ts'
import type { Edition } from '../paths.ts'
import type { Provider } from '../provider.ts'
import { standard } from '../standard/standard.ts'
import { slackRoutes } from './api.ts'
import { slackAuthorization, slackChecks, slackRedirects } from './authorize.ts'
import { slackCollection } from './collection.ts'
import { slackDiscovery, slackKeys } from './discovery.ts'
import { slackCallback, slackErrorReply } from './errors.ts'
import { slackGrants } from './grants.ts'
import { slackHosts } from './hosts.ts'
import { newAppId, newClientId, newClientSecret, newUserId } from './ids.ts'
import { slackPages, slackTexts } from './pages.ts'
import { listed, slackScope, slackScopes } from './scopes.ts'
import { slackSettings } from './settings.ts'
import { preloadedTeams, slackPlaces, teamsIn, workspaceMenu } from './teams.ts'
import { slackTokens } from './tokens.ts'
import { webhookRoutes } from './webhooks.ts'
import { slackWorld } from './world.ts'

const edition = (authorize: string, token: string): Edition => ({ paths: { authorize, token: `/api/${token}` }, issuer_path: '' })
const main = 'slack.com'
const refusals = ['not_authed', 'invalid_auth', 'token_expired', 'token_revoked', 'account_inactive']

/** Slack: installations of apps of today and of before, Sign in with Slack, and the methods that tell who somebody is. */
export const slack: Provider = {
  ...standard,
  id: 'slack',
  name: 'Slack',
  hosts: slackHosts,
  endpoint_hosts: { issuer: main, authorize: main, token: main, userinfo: main, jwks: main },
  spaces: {},
  paths: {
    authorize: '/openid/connect/authorize',
    token: '/api/openid.connect.token',
    userinfo: '/api/openid.connect.userInfo',
    jwks: '/openid/connect/keys',
    discovery: ['openid-configuration'],
  },
  exact_paths: true,
  editions: {
    v2: edition('/oauth/v2/authorize', 'oauth.v2.access'),
    user: edition('/oauth/v2_user/authorize', 'oauth.v2.user.access'),
    v1: edition('/oauth/authorize', 'oauth.access'),
  },
  grant_types: ['authorization_code', 'refresh_token'],
  client_documents: false,
  auth_methods: ['client_secret_basic', 'client_secret_post', 'none'],
  sender_constraints: false,
  requests: {
    grants: slackGrants,
    parameters: { token: 'access_token' },
    usual_grant_type: 'authorization_code',
    scope: slackScope,
    checks: slackChecks,
    authorization: slackAuthorization,
    by_get: ['token'],
    query: { token: ['client_id', 'client_secret', 'code', 'redirect_uri', 'grant_type', 'refresh_token', 'code_verifier'] },
    prompt: ({ prompt, scope }) => (listed(scope).includes('openid') ? prompt : 'consent'),
    asks_consent: () => false,
    challenge_methods: ['S256'],
    pkce_optional: true,
  },
  response_types: ['code'],
  response_modes: ['query'],
  response_iss: false,
  settings: { access_token_ttl: 43_200, refresh_token_ttl: 0, id_token_ttl: 300, code_ttl: 600, signing_alg: 'RS256', registration: 'off' },
  own_settings: slackSettings.described,
  scopes: Object.entries(slackScopes).map(([name, description]) => ({ name, description })),
  ids: { client_id: newClientId, client_secret: newClientSecret, app_id: newAppId, user_id: newUserId },
  tokens: slackTokens,
  signing_algs: ['RS256'],
  kid: () => randomText(43),
  keys: slackKeys,
  texts: slackTexts,
  sign_in: slackPages,
  places: slackPlaces,
  consent_questions: workspaceMenu,
  refuses: ({ body }) => body !== undefined && refusals.some((one) => body.includes(`"error":"${one}"`)),
  errorReply: slackErrorReply,
  redirects: slackRedirects,
  callbackWording: slackCallback,
  discovery: slackDiscovery,
  routes: [...slackRoutes, ...webhookRoutes],
  world: slackWorld,
  seed: ({ documents }) => {
    for (const team of preloadedTeams) teamsIn(documents).save(team)
  },
  collection: slackCollection,
}
