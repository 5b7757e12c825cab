/**
 * In this room: Okta: its org and custom authorization servers, its texts and numbers, and the calls of its API that tests use.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { randomUUID } from 'node:crypto'
import { randomFrom, randomText } from '../../basics/random.ts'
import { cibaType, deviceCodeType } from '../../oauth/model/grant-names.ts'
import { charactersOf } from '../data/alphabet.ts'
import type { ProviderPaths } from '../paths.ts'
import type { Provider } from '../provider.ts'
import { standard } from '../standard/standard.ts'
import { wildcardRedirects } from '../wildcard-redirects.ts'
import { oktaAccountPages } from './account-pages.ts'
import { noCache, rateLimit } from './api-errors.ts'
import { oktaAuthorization, oktaChecks } from './authorize.ts'
import { oktaCollection } from './collection.ts'
import { oktaDiscovery } from './discovery.ts'
import { oktaCallback, oktaErrorReply } from './errors.ts'
import { isClientsOrigin, oktaGrants, oktaScope } from './grants.ts'
import { oktaPages, oktaTexts } from './pages.ts'
import { oktaRoutes } from './routes.ts'
import { keysOf, oktaSettings, rotationOf } from './settings.ts'
import { oktaKeys, oktaTokens } from './tokens.ts'
import { oktaWorld, seedGroups } from './world.ts'

/** Where an authorization server has what. */
function pathsAt(server: string) {
  return {
    authorize: `${server}/v1/authorize`,
    token: `${server}/v1/token`,
    userinfo: `${server}/v1/userinfo`,
    jwks: `${server}/v1/keys`,
    introspection: `${server}/v1/introspect`,
    revocation: `${server}/v1/revoke`,
    end_session: `${server}/v1/logout`,
    par: `${server}/v1/par`,
    device_authorization: `${server}/v1/device/authorize`,
    backchannel_authentication: `${server}/v1/bc/authorize`,
    registration: `${server}/v1/clients`,
    discovery: ['openid-configuration', 'oauth-authorization-server'],
  } as const satisfies Partial<ProviderPaths>
}

const id = (prefix: string) => () => prefix + randomFrom(charactersOf('letters_digits'), 17)

/** Custom authorization servers, and the org's own. */
export const okta: Provider = {
  ...standard,
  id: 'okta',
  name: 'Okta',
  hosts: ['*.okta.com', '*.oktapreview.com', '*.okta-emea.com'],
  issuer_path: '/oauth2/{as}',
  spaces: {
    as: {
      default: 'default',
      known: (asked, settings) => Object.hasOwn(oktaSettings.of(settings).authorization_servers, asked),
    },
  },
  paths: { ...pathsAt('/oauth2/{as}'), device: '/activate', ciba: '/ciba' },
  editions: { org: { paths: pathsAt('/oauth2'), issuer_path: '' } },
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'password', deviceCodeType, cibaType],
  client_documents: false,
  open_apps: false,
  assigns_apps: true,
  auth_methods: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none'],
  requests: {
    grants: oktaGrants,
    scope: oktaScope,
    authorization: oktaAuthorization,
    checks: oktaChecks,
    challenge_methods: ['S256'],
    rotation: rotationOf,
    basic_id_alone: true,
    refresh_scopes: ['offline_access'],
    public_introspection: true,
    parameters: { request_expiry: 'requested_expiry' },
    newDeviceCode: () => randomUUID(),
    secrets: ['sessionToken', 'stateToken', 'passCode', 'recoveryToken', 'answer', 'oldPassword', 'newPassword'],
  },
  response_types: ['code', 'id_token', 'token', 'id_token token', 'code id_token', 'code token', 'code id_token token'],
  response_modes: ['query', 'fragment', 'form_post', 'bare_message'],
  redirects: wildcardRedirects,
  response_iss: false,
  settings: {
    signing_alg: 'RS256',
    code_ttl: 300,
    refresh_token_ttl: 7 * 24 * 3600,
    rotation_grace: 30,
    auto_consent: true,
    session_ttl: 2 * 3600,
  },
  own_settings: oktaSettings.described,
  scopes: [
    { name: 'openid', description: 'Who you are' },
    { name: 'profile', description: 'Your name and profile' },
    { name: 'email', description: 'Your e-mail address' },
    { name: 'address', description: 'Your postal address' },
    { name: 'phone', description: 'Your phone number' },
    { name: 'offline_access', description: 'Access while you are away' },
    { name: 'groups', description: 'The groups that you are in' },
    { name: 'read', description: 'Reading your data' },
    { name: 'write', description: 'Changing your data' },
  ],
  ids: { client_id: id('0oa'), client_secret: () => randomText(64), app_id: id('0oa'), user_id: id('00u') },
  tokens: oktaTokens,
  signing_algs: ['RS256'],
  kid: () => randomText(43),
  own_keys: keysOf,
  keys: oktaKeys,
  texts: oktaTexts,
  sign_in: oktaPages,
  account_pages: oktaAccountPages,
  errorReply: oktaErrorReply,
  callbackWording: oktaCallback,
  cors: ({ origin, endpoint, client, context }) =>
    endpoint === 'api'
      ? oktaSettings.of(context.realm.settings).trusted_origins.includes(origin) && 'with_cookies'
      : endpoint === 'discovery' || endpoint === 'jwks' || isClientsOrigin(origin, client, context.realm.settings),
  discovery: oktaDiscovery,
  deviceReply: (members) => ({
    ...members,
    user_code: String(members.user_code).replace('-', ''),
    verification_uri_complete: String(members.verification_uri_complete).replace(/-(?=[^-]*$)/, ''),
  }),
  tokenReply: (members, _accept, now) => ({
    status: 200,
    headers: { ...noCache, ...rateLimit(now), 'x-okta-request-id': randomText(27), 'Content-Type': 'application/json' },
    body: JSON.stringify(members),
  }),
  revocationReply: { status: 200, headers: noCache },
  sends_messages: true,
  routes: oktaRoutes,
  world: oktaWorld,
  seed: seedGroups,
  collection: oktaCollection,
}
