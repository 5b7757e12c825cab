/**
 * In this room: Google: one issuer at several hosts, refresh tokens when they are due, service accounts, what its APIs tell of users.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { deviceCodeType, jwtBearerType } from '../../oauth/model/grant-names.ts'
import { idMaker } from '../data/alphabet.ts'
import { drawPicture } from '../picture.ts'
import type { Provider } from '../provider.ts'
import { standard } from '../standard/standard.ts'
import { googleAuthorization, googleCallback, googleChecks, googlePrompt } from './authorize.ts'
import { googleCollection } from './collection.ts'
import { googleConsent } from './consent.ts'
import { googleDiscovery } from './discovery.ts'
import { googleError } from './errors.ts'
import { googleGrants } from './grants.ts'
import { googleEndpointHosts, googleHosts } from './hosts.ts'
import { newClientId, newClientSecret, newDeviceCode, newUserId } from './ids.ts'
import { googleKeys, googleKid, keyFile, keyRoutes } from './keys.ts'
import { googlePages, googleTexts } from './pages.ts'
import { peopleRoutes } from './people.ts'
import { googleRedirects } from './redirects.ts'
import { revokeRoutes } from './revoke.ts'
import { googleScope, googleScopes } from './scopes.ts'
import { googleSettings } from './settings.ts'
import { tokeninfoRoutes } from './tokeninfo.ts'
import { googleTokens } from './tokens.ts'
import { userinfoRoutes } from './userinfo.ts'
import { googleWorld } from './world.ts'

const answers = {
  'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
  pragma: 'no-cache',
  vary: 'Origin, X-Origin, Referer',
  'content-type': 'application/json; charset=utf-8',
}
const keysLive = 'public, max-age=19800, must-revalidate, no-transform'

/** Google: what it tells of a user at several versions, and of itself word for word. */
export const google: Provider = {
  ...standard,
  id: 'google',
  name: 'Google',
  hosts: googleHosts,
  endpoint_hosts: googleEndpointHosts,
  paths: {
    authorize: '/o/oauth2/v2/auth',
    token: '/token',
    userinfo: '/v1/userinfo',
    jwks: '/oauth2/v3/certs',
    device_authorization: '/device/code',
    device: '/device',
    discovery: ['openid-configuration'],
  },
  also: [
    {
      authorize: '/o/oauth2/auth',
      token: '/oauth2/v4/token',
      userinfo: '/oauth2/v3/userinfo',
      device_authorization: '/o/oauth2/device/code',
    },
    { token: '/oauth2/v3/token' },
    { token: '/o/oauth2/token' },
  ],
  grant_types: ['authorization_code', 'refresh_token', deviceCodeType, jwtBearerType],
  client_documents: false,
  auth_methods: ['client_secret_post', 'client_secret_basic', 'none'],
  sender_constraints: false,
  requests: {
    grants: googleGrants,
    scope: googleScope,
    consent: googleConsent,
    authorization: googleAuthorization,
    prompt: googlePrompt,
    checks: googleChecks,
    query: { userinfo: ['access_token'] },
    grant_type_first: true,
    pkce_optional: true,
    token_brings_id_token: false,
    device_by_id: true,
    newDeviceCode,
  },
  response_types: ['code', 'token', 'id_token', 'code token', 'code id_token', 'id_token token', 'code id_token token', 'none'],
  response_modes: ['query', 'fragment', 'form_post'],
  response_iss: true,
  settings: {
    access_token_ttl: 3599,
    refresh_token_ttl: 180 * 86_400,
    code_ttl: 600,
    device_code_ttl: 1800,
    rotation: 'off',
    signing_alg: 'RS256',
    registration: 'off',
  },
  own_settings: googleSettings.described,
  scopes: Object.entries(googleScopes).map(([name, description]) => ({ name, description })),
  ids: {
    client_id: newClientId,
    client_secret: newClientSecret,
    app_id: idMaker({ prefix: 'app_', alphabet: 'lower', length: 16 }),
    user_id: newUserId,
  },
  tokens: googleTokens,
  signing_algs: ['RS256'],
  kid: googleKid,
  keys: googleKeys,
  key_file: keyFile,
  texts: googleTexts,
  sign_in: googlePages,
  picture: drawPicture,
  errorReply: googleError,
  redirects: googleRedirects,
  callbackWording: googleCallback,
  deviceReply: ({ device_code, user_code, verification_uri, expires_in, interval }) => ({
    device_code,
    user_code,
    expires_in,
    interval,
    verification_url: verification_uri,
  }),
  json_answers: 'application/json; charset=utf-8',
  json_indent: 2,
  cache_control: { jwks: keysLive, discovery: 'public, max-age=3600' },
  discovery: googleDiscovery,
  tokenReply: (members) => ({ status: 200, headers: answers, body: members }),
  routes: [...userinfoRoutes, ...tokeninfoRoutes, ...revokeRoutes, ...peopleRoutes, ...keyRoutes],
  world: googleWorld,
  collection: googleCollection,
}
