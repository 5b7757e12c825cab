/**
 * In this room: GitHub: OAuth apps and GitHub Apps' user tokens, its answers with status 200, and the calls of its API that a sign-in needs.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { deviceCodeType } from '../../oauth/model/grant-names.ts'
import type { Provider } from '../provider.ts'
import { standard } from '../standard/standard.ts'
import { githubDevice, githubReply } from './answers.ts'
import { refuseSuspended } from './app-kind.ts'
import { applicationRoutes } from './applications.ts'
import { githubCollection } from './collection.ts'
import { githubCors } from './cors.ts'
import { githubCallback, githubError } from './errors.ts'
import { githubGrants } from './grants.ts'
import { githubHosts } from './hosts.ts'
import { newClientId, newClientSecret, newDeviceCode, newNumber } from './ids.ts'
import { installationMenu, installationRoutes } from './installations.ts'
import { orgRoutes } from './orgs.ts'
import { githubPages, githubTexts } from './pages.ts'
import { githubRedirects } from './redirects.ts'
import { consent, githubScopes, gives, scope } from './scopes.ts'
import { githubSettings } from './settings.ts'
import { githubTokens, installationParameters } from './tokens.ts'
import { userRoutes } from './user-routes.ts'
import { githubWorld } from './world.ts'

const asked = ['client_id', 'client_secret', 'code', 'redirect_uri', 'grant_type', 'refresh_token', 'device_code', 'code_verifier']

/** OAuth apps, and user tokens of GitHub Apps. */
export const github: Provider = {
  ...standard,
  id: 'github',
  name: 'GitHub',
  hosts: githubHosts,
  endpoint_hosts: { issuer: githubHosts[0] },
  issuer_path: '/login/oauth',
  paths: {
    authorize: '/login/oauth/authorize',
    token: '/login/oauth/access_token',
    device_authorization: '/login/device/code',
    device: '/login/device',
  },
  grant_types: ['authorization_code', 'refresh_token', deviceCodeType],
  client_documents: false,
  auth_methods: ['client_secret_post', 'client_secret_basic'],
  sender_constraints: false,
  response_types: ['code'],
  response_modes: ['query'],
  requests: {
    grants: githubGrants,
    parameters: { login: 'login_hint' },
    scope,
    consent,
    gives,
    query: { token: asked, device_authorization: ['client_id', 'scope'] },
    usual_grant_type: 'authorization_code',
    device_by_id: true,
    newDeviceCode,
    pkce_optional: true,
    challenge_methods: ['S256'],
    checks: refuseSuspended,
    // Where the code goes to a program, the user says who he is in any case.
    prompt: ({ prompt, redirect_uri = 'https:' }) =>
      prompt === 'select_account' || !/^https?:/i.test(redirect_uri) ? 'select_account' : undefined,
    authorization: { usual_response_type: 'code', any_response_type: true, parameters: ['allow_signup', ...installationParameters] },
  },
  redirects: githubRedirects,
  settings: {
    access_token_ttl: 28_800,
    refresh_token_ttl: 15_897_600,
    code_ttl: 600,
    device_code_ttl: 900,
  },
  own_settings: githubSettings.described,
  scopes: Object.entries(githubScopes).map(([name, description]) => ({ name, description })),
  ids: { client_id: newClientId, client_secret: newClientSecret, app_id: newNumber, user_id: newNumber },
  tokens: githubTokens,
  signing_algs: [],
  texts: githubTexts,
  sign_in: githubPages,
  consent_questions: installationMenu,
  errorReply: githubError,
  callbackWording: githubCallback,
  deviceReply: githubDevice,
  deviceSent: githubReply,
  tokenReply: githubReply,
  cors_headers: githubCors,
  routes: [...userRoutes, ...orgRoutes, ...installationRoutes, ...applicationRoutes],
  world: githubWorld,
  collection: githubCollection,
}
