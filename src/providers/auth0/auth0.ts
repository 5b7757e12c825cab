import { noteTo, type RequestDialect } from '../../oauth/realm/context.ts'
import type { Provider } from '../provider.ts'
import { standard } from '../standard/standard.ts'
import { scope, targets } from './apis.ts'
import { auth0Callback } from './callback.ts'
import { auth0Collection } from './collection.ts'
import { auth0Cors } from './cors.ts'
import { databaseRoutes } from './database.ts'
import { auth0Discovery } from './discovery.ts'
import { auth0Error } from './errors.ts'
import { auth0Grants, auth0GrantTypes } from './grants.ts'
import { auth0Hosts } from './hosts.ts'
import { databaseId, newClientId, newClientSecret, newObjectId, newSessionId } from './ids.ts'
import { auth0Keys, auth0Kid, certificateRoutes } from './keys.ts'
import { logout, signOutPath } from './logout.ts'
import { clientRoutes } from './management/clients.ts'
import { roleRoutes } from './management/roles.ts'
import { tenantRoutes } from './management/tenant.ts'
import { userRoutes } from './management/users.ts'
import { mfaPages } from './mfa/pages.ts'
import { mfaRoutes } from './mfa/routes.ts'
import { checks, saveOrganization } from './organizations.ts'
import { auth0Pages, auth0Steps, auth0Texts } from './pages.ts'
import { startPasswordless } from './passwordless.ts'
import { auth0Redirects } from './redirects.ts'
import { resetPages } from './reset-pages.ts'
import { managementScopes, userScopes } from './scopes.ts'
import { auth0Settings } from './settings.ts'
import { auth0Tokens } from './tokens.ts'
import { auth0World, demoApi } from './world.ts'

const described = { ...userScopes, ...demoApi.scopes, ...managementScopes }

/** `screen_hint=signup` begins with the page for new users, unless no page may come. */
const prompt: NonNullable<RequestDialect['prompt']> = ({ prompt, screen_hint }) =>
  screen_hint === 'signup' && prompt !== 'none' ? `${prompt ?? ''} create` : prompt

/** Auth0: tokens for APIs or opaque, forbidden grants, users in a database or without passwords, and the Management API's users and roles. */
export const auth0: Provider = {
  ...standard,
  id: 'auth0',
  name: 'Auth0',
  hosts: auth0Hosts,
  issuer_path: '/',
  paths: {
    authorize: '/authorize',
    token: '/oauth/token',
    userinfo: '/userinfo',
    jwks: '/.well-known/jwks.json',
    revocation: '/oauth/revoke',
    par: '/oauth/par',
    end_session: '/oidc/logout',
    sign_out: signOutPath,
    sign_up: '/u/signup',
    device_authorization: '/oauth/device/code',
    device: '/activate',
    registration: '/oidc/register',
    backchannel_authentication: '/bc-authorize',
    ciba: '/ciba',
    discovery: ['openid-configuration', 'oauth-authorization-server'],
  },
  grant_types: auth0GrantTypes,
  client_documents: false,
  response_modes: ['query', 'fragment', 'form_post', 'web_message'],
  response_iss: false,
  auth_methods: ['client_secret_post', 'client_secret_basic', 'private_key_jwt', 'none'],
  requests: {
    grants: auth0Grants,
    secrets: ['otp', 'mfa_token', 'oob_code', 'binding_code', 'recovery_code'],
    reads: ['returnTo', 'screen_hint'],
    prompt,
    scope,
    targets,
    checks,
    logout,
    pkce_optional: true,
    refresh_scopes: ['offline_access'],
    access_stays: true,
    revocable: (_token, use, context) => {
      if (use !== 'access') return undefined
      noteTo(context, 'token is an access token, which goes on until it expires: the vendor revokes refresh tokens alone')
      return false
    },
  },
  redirects: auth0Redirects,
  cors: auth0Cors,
  settings: {
    access_token_ttl: 86_400,
    id_token_ttl: 36_000,
    refresh_token_ttl: 15 * 86_400,
    code_ttl: 600,
    session_ttl: 3 * 86_400,
    signing_alg: 'RS256',
    x5c: true,
    auto_consent: true,
    apis: [demoApi],
  },
  own_settings: auth0Settings.described,
  scopes: Object.entries(described).map(([name, description]) => ({ name, description })),
  ids: {
    client_id: newClientId,
    client_secret: newClientSecret,
    app_id: () => `app_${newObjectId()}`,
    user_id: databaseId,
    session_id: newSessionId,
  },
  tokens: auth0Tokens,
  signing_algs: ['RS256'],
  kid: auth0Kid,
  keys: auth0Keys,
  texts: auth0Texts,
  sign_in: auth0Pages,
  steps: auth0Steps,
  account_pages: { ...mfaPages, pages: [...mfaPages.pages, ...resetPages] },
  sends_messages: true,
  errorReply: auth0Error,
  callbackWording: auth0Callback,
  discovery: auth0Discovery,
  routes: [
    ...certificateRoutes,
    startPasswordless,
    ...mfaRoutes,
    ...databaseRoutes,
    ...userRoutes,
    ...roleRoutes,
    ...clientRoutes,
    ...tenantRoutes,
  ],
  world: auth0World,
  seed: ({ documents }, now) => {
    saveOrganization(documents, { id: 'org_grantboxExample', name: 'example-org', display_name: 'Example Organization' }, now)
  },
  collection: auth0Collection,
}
