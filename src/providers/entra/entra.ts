/**
 * In this room: Microsoft Entra ID: tenants, scopes by API, tokens of two versions, AADSTS errors, a little of Graph.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { createHash, type JsonWebKey, randomUUID } from 'node:crypto'
import { randomFrom } from '../../basics/random.ts'
import type { Edition, ProviderPaths } from '../paths.ts'
import type { Provider } from '../provider.ts'
import { standard } from '../standard/standard.ts'
import { entraAccountPages } from './account-pages.ts'
import { entraConsent } from './admin-consent.ts'
import { entraCallback, entraDeviceReply, entraTokenReply, entraTokenResponse } from './answers.ts'
import { asks_at_once, entraAdmits, entraChecks, onPage } from './checks.ts'
import { entraCollection } from './collection.ts'
import { discoveryRoutes, entraDiscovery, entraKeys } from './discovery.ts'
import { entraErrorReply } from './errors.ts'
import { entraGrants } from './grants.ts'
import { graphRoutes } from './graph.ts'
import { entraHosts } from './hosts.ts'
import { entraIdToken, entraIdTokenKey, entraUserinfo } from './id-token.ts'
import { entraLifetimes } from './lifetimes.ts'
import { consentRoutes, entraLogout } from './logout.ts'
import { entraPages, entraTexts } from './pages.ts'
import { entraCors, entraRedirects } from './redirects.ts'
import { entraScope, entraTargets, written } from './scopes.ts'
import { entraSettings, manifestOf } from './settings.ts'
import { tenants } from './tenants.ts'
import { entraAccessTokens, entraCodes, entraRefreshTokens } from './tokens.ts'
import { entraApis, entraGrantTypes, entraWorld } from './world.ts'

/** What a version has below a tenant, or a tenant's user flow. */
function pathsBelow(tenant: string, version: '' | '/v2.0'): Partial<ProviderPaths> {
  return {
    authorize: `${tenant}/oauth2${version}/authorize`,
    token: `${tenant}/oauth2${version}/token`,
    device_authorization: `${tenant}/oauth2${version}/devicecode`,
    end_session: `${tenant}/oauth2${version}/logout`,
    jwks: `${tenant}/discovery${version}/keys`,
    discovery: ['openid-configuration'],
  }
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const v1: Edition = {
  paths: { ...pathsBelow('/{tenant}', ''), userinfo: '/{tenant}/openid/userinfo' },
  issuer_path: '/{tenant}/',
  endpoint_hosts: { issuer: 'sts.windows.net' },
}
const b2c: Edition = {
  paths: pathsBelow('/{tenant}/{policy}', '/v2.0'),
  issuer_path: '/{tenant}/v2.0/',
  discovery_path: '/{tenant}/{policy}/v2.0',
}

const issuers = [
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
  '{tenant}.ciamlogin.com',
  '*.b2clogin.com',
]

/** Microsoft Entra ID: both versions, tenants, APIs with tokens of theirs, and a little of Graph. */
export const entra: Provider = {
  ...standard,
  id: 'entra',
  name: 'Microsoft Entra ID',
  hosts: entraHosts,
  endpoint_hosts: { issuer: issuers, userinfo: 'graph.microsoft.com' },
  issuer_path: '/{tenant}/v2.0',
  own_spaces: { part: 'tenant' },
  spaces: { tenant: tenants, policy: { default: '', query: 'p' } },
  paths: {
    authorize: '/{tenant}/oauth2/v2.0/authorize',
    token: '/{tenant}/oauth2/v2.0/token',
    ...pathsBelow('/{tenant}', '/v2.0'),
    userinfo: '/oidc/userinfo',
    device: '/common/oauth2/deviceauth',
  },
  editions: { v1, b2c },
  grant_types: entraGrantTypes,
  client_documents: false,
  auth_methods: ['client_secret_post', 'private_key_jwt', 'client_secret_basic', 'none'],
  sender_constraints: false,
  requests: {
    grants: entraGrants,
    parameters: { resource: 'audience' },
    scope: entraScope,
    targets: entraTargets,
    pkce_optional: true,
    consent: entraConsent,
    logout: entraLogout,
    frontchannel_logout: (client, settings) => manifestOf(client, settings).logoutUrl,
    checks: entraChecks,
    admits: entraAdmits,
    authorization: { onPage, parameters: ['domain_hint'], keeps: ['domain_hint'], asks_at_once },
  },
  response_types: ['code', 'id_token', 'code id_token', 'id_token token', 'token'],
  response_modes: ['query', 'fragment', 'form_post'],
  response_iss: false,
  open_apps: (client, settings) => manifestOf(client, settings).appRoleAssignmentRequired !== true,
  assigns_apps: true,
  sessions: true,
  settings: {
    access_token_ttl: 3599,
    refresh_token_ttl: 90 * 24 * 3600,
    code_ttl: 600,
    device_code_ttl: 900,
    rotation: 'keep',
    signing_alg: 'RS256',
    registration: 'off',
    json_token_requests: false,
    apis: entraApis,
  },
  own_settings: entraSettings.described,
  scopes: [
    { name: 'openid', description: 'Sign you in' },
    { name: 'profile', description: 'View your basic profile' },
    { name: 'email', description: 'View your email address' },
    { name: 'offline_access', description: 'Maintain access to data you have given it access to' },
    ...entraApis.flatMap((api) =>
      Object.entries(api.scopes ?? {}).map(([name, description]) => ({ name: written({ api, name }), description })),
    ),
  ],
  ids: {
    client_id: randomUUID,
    client_secret: () => `${randomFrom(letters, 3)}8Q~${randomFrom(`${letters}0123456789~._-`, 34)}`,
    app_id: () => `app_${randomUUID()}`,
    user_id: randomUUID,
    session_id: randomUUID,
  },
  tokens: {
    access: entraAccessTokens,
    refresh: entraRefreshTokens,
    codes: entraCodes,
    lifetimes: entraLifetimes,
    parameters: ['client_info', 'redirect_uri'],
    tokenResponse: entraTokenResponse,
    idToken: entraIdToken,
    idTokenKey: entraIdTokenKey,
    userinfo: { scope: null, body: entraUserinfo },
  },
  subject_type: 'pairwise',
  signing_algs: ['RS256'],
  kid: (_alg, _number, jwk) => thumbprint(jwk),
  keys: entraKeys,
  texts: entraTexts,
  sign_in: entraPages,
  account_pages: entraAccountPages,
  errorReply: entraErrorReply,
  redirects: entraRedirects,
  cors: entraCors,
  callbackWording: entraCallback,
  discovery: entraDiscovery,
  deviceReply: entraDeviceReply,
  tokenReply: entraTokenReply,
  routes: [...discoveryRoutes, ...graphRoutes, ...consentRoutes],
  world: entraWorld,
  collection: entraCollection,
}

/** What the vendor calls a key: the SHA-1 of its certificate. */
function thumbprint(jwk: JsonWebKey): string {
  const [certificate = ''] = Array.isArray(jwk.x5c) ? jwk.x5c : []
  return createHash('sha1')
    .update(Buffer.from(String(certificate), 'base64'))
    .digest('base64url')
}
