import { deviceCodeType } from '../../oauth/model/grant-names.ts'
import type { Provider } from '../provider.ts'
import { standard } from '../standard/standard.ts'
import { facebookRoutes } from './api.ts'
import { facebookCallback, facebookRedirects, facebookRequests } from './authorize.ts'
import { facebookCollection } from './collection.ts'
import { facebookDiscovery } from './discovery.ts'
import { facebookError } from './errors.ts'
import { facebookEvents } from './events.ts'
import { exchangeType } from './grants.ts'
import { facebookHosts } from './hosts.ts'
import { newAppId, newAppSecret, newUserId } from './ids.ts'
import { facebookPages, facebookTexts } from './pages.ts'
import { facebookSettings } from './settings.ts'
import { facebookKeys, facebookTokens } from './tokens.ts'
import { facebookWorld } from './world.ts'

const pages = ['www.facebook.com', 'm.facebook.com', 'facebook.com']

/** Facebook Login: tokens by GET, long ones for short ones, permissions that users take back, and what the Graph API tells of a user. */
export const facebook: Provider = {
  ...standard,
  id: 'facebook',
  name: 'Facebook',
  hosts: facebookHosts,
  endpoint_hosts: {
    issuer: pages,
    authorize: pages,
    device: pages,
    token: 'graph.facebook.com',
    jwks: ['limited.facebook.com', 'www.facebook.com'],
  },
  paths: {
    authorize: '/dialog/oauth',
    token: '/oauth/access_token',
    device: '/device',
    jwks: '/.well-known/oauth/openid/jwks',
    discovery: ['openid-configuration'],
  },
  also: [{ authorize: '/:version/dialog/oauth', token: '/:version/oauth/access_token' }],
  grant_types: ['authorization_code', 'client_credentials', 'implicit', exchangeType, deviceCodeType],
  client_documents: false,
  sender_constraints: false,
  auth_methods: ['client_secret_post', 'client_secret_basic'],
  requests: facebookRequests,
  response_types: [
    ...['code', 'token', 'code token', 'id_token', 'id_token token'],
    ...['granted_scopes', 'code granted_scopes', 'granted_scopes token', 'code granted_scopes token'],
  ],
  response_modes: ['query', 'fragment'],
  response_iss: false,
  subject_type: 'pairwise',
  settings: {
    access_token_ttl: 5_183_944,
    id_token_ttl: 3600,
    code_ttl: 600,
    device_code_ttl: 420,
    device_interval: 5,
    signing_alg: 'RS256',
    registration: 'off',
  },
  own_settings: facebookSettings.described,
  scopes: [
    { name: 'public_profile', description: 'Your name and profile picture' },
    { name: 'email', description: 'Your email address' },
    { name: 'user_friends', description: 'Friends who use the app, too' },
    { name: 'openid', description: 'Who you are' },
  ],
  ids: { client_id: newAppId, client_secret: newAppSecret, app_id: newAppId, user_id: newUserId },
  tokens: facebookTokens,
  signing_algs: ['RS256'],
  keys: facebookKeys,
  texts: facebookTexts,
  sign_in: facebookPages,
  user_events: facebookEvents,
  errorReply: facebookError,
  redirects: facebookRedirects,
  callbackWording: facebookCallback,
  json_answers: 'application/json; charset=UTF-8',
  discovery: facebookDiscovery,
  routes: facebookRoutes,
  world: facebookWorld,
  collection: facebookCollection,
}
