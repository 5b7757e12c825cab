/**
 * In this room: a provider as the standards describe it, from which the others differ.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { randomLowerCase, randomText } from '../../basics/random.ts'
import { clientSigningAlgs } from '../../oauth/jose/verification.ts'
import { type OAuthError, wireCode } from '../../oauth/model/errors.ts'
import type { TokenProfile } from '../../oauth/model/token-profile.ts'
import { responseModes, responseTypes } from '../../oauth/realm/response-type.ts'
import { opaqueTokens, standardAccessTokens } from '../../oauth/tokens/formats.ts'
import { defaultPageTexts } from '../page-texts.ts'
import type { Provider, Reply } from '../provider.ts'
import { standardCollection } from './collection.ts'
import { standardGrantTypes, standardWorld } from './world.ts'

/** RFC 6749 §5.1, with the members of OpenID Connect Core §3.1.3.3 and RFC 8693 §2.2.1. */
const standardTokens: TokenProfile = {
  access: standardAccessTokens,
  refresh: opaqueTokens,
  tokenResponse: (issued) => ({
    access_token: issued.access_token,
    issued_token_type: issued.issued_token_type,
    token_type: issued.token_type,
    expires_in: issued.expires_in,
    refresh_token: issued.refresh_token,
    scope: issued.scope === '' ? undefined : issued.scope,
    id_token: issued.id_token,
  }),
}

/** The RFCs, strictly: for everyone whose vendor is not built in, and the ground that other providers stand on. */
export const standard: Provider = {
  id: 'standard',
  name: 'standard',
  paths: {
    authorize: '/authorize',
    token: '/token',
    userinfo: '/userinfo',
    jwks: '/jwks',
    introspection: '/introspect',
    revocation: '/revoke',
    par: '/par',
    end_session: '/end_session',
    sign_up: '/sign_up',
    device_authorization: '/device_authorization',
    device: '/device',
    registration: '/register',
    resource: '/resource',
    backchannel_authentication: '/bc-authorize',
    ciba: '/ciba',
    discovery: ['openid-configuration', 'oauth-authorization-server'],
  },
  grant_types: standardGrantTypes,
  open_apps: true,
  client_documents: true,
  response_types: responseTypes,
  response_modes: responseModes,
  response_iss: true,
  sessions: true,
  settings: {},
  scopes: [
    { name: 'openid', description: 'Who you are' },
    { name: 'profile', description: 'Your name and profile' },
    { name: 'email', description: 'Your e-mail address' },
    { name: 'address', description: 'Your postal address' },
    { name: 'phone', description: 'Your phone number' },
    { name: 'offline_access', description: 'Access while you are away' },
    { name: 'read', description: 'Reading your data' },
    { name: 'write', description: 'Changing your data' },
  ],
  ids: {
    client_id: () => `client-${randomLowerCase(16)}`,
    client_secret: () => randomText(43),
    app_id: () => `app_${randomLowerCase(16)}`,
    user_id: () => `user-${randomLowerCase(16)}`,
  },
  tokens: standardTokens,
  signing_algs: clientSigningAlgs,
  texts: { ...defaultPageTexts, logo: 'grantbox standard', joinButton: 'Create account' },
  icons: {},
  errorReply: standardErrorReply,
  routes: [],
  world: standardWorld,
  collection: standardCollection,
}

/** RFC 6749 §5.2. */
export function standardErrorReply(error: OAuthError): Reply {
  return { status: error.status, headers: error.headers, body: { error: wireCode(error), error_description: error.message } }
}
