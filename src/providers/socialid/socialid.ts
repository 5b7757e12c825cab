/**
 * In this room: the social identity provider: its users and its Login App.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { OAuthError } from '../../oauth/model/errors.ts'
import { codeOnly } from '../code-only.ts'
import type { IdDeclaration } from '../data/declaration.ts'
import { declareProvider } from '../data/declare.ts'
import type { Provider } from '../provider.ts'
import { socialidCollection } from './collection.ts'
import { providerCodeGrant, providerCredentialsGrant, userIdGrant } from './login-app.ts'
import { socialidSettings } from './settings.ts'
import { socialidRoutes, userIds } from './users.ts'

const token: IdDeclaration = { alphabet: 'hex', length: 64 }
const ownGrants = [userIdGrant, providerCredentialsGrant, providerCodeGrant]

const declared = declareProvider(
  'socialid',
  {
    title: 'Social ID Now',
    hosts: ['api.socialidnow.com'],
    paths: {
      authorize: '/v2/marketing/oauth/authorize',
      token: '/v2/marketing/oauth/token',
      revocation: '/v2/marketing/oauth/revoke',
    },
    grant_types: [...codeOnly.grant_types, ...ownGrants.map((grant) => grant.grant_type)],
    client_authentication: { methods: ['client_secret_basic', 'none'], secret_in: 'header' },
    parameters: { email_address: 'email' },
    lifetimes: { access_token: 604_800, refresh_token: 0 },
    ids: {
      client_id: { prefix: '1', alphabet: 'digits', length: 6 },
      client_secret: { alphabet: 'hex', length: 64 },
      user_id: userIds,
    },
    access_token: { format: 'opaque', ...token },
    refresh_token: { format: 'opaque', ...token },
    token_response: {
      body: {
        access_token: '{access_token}',
        expires_in: '{expires_in}',
        token_type: 'bearer',
        refresh_token: '{refresh_token}',
      },
      headers: { Status: '{status}' },
    },
    errors: {
      headers: { Status: '{status}' },
      // The page has three codes; what else can go wrong is one of them.
      statuses: { unauthorized_client: 401, invalid_scope: 400 },
      names: { unauthorized_client: 'invalid_client', invalid_scope: 'invalid_request', invalid_token: 'invalid_client' },
      endpoints: { api: { names: { not_found: 'not_found', invalid_token: 'invalid_token' } } },
    },
    texts: { title: 'Social ID Now', accent: 'orange' },
    company: 'CoffeeBean Technology',
    apps: [
      {
        id: 'app_login',
        name: 'Login App',
        description: 'The login app of the vendor’s examples.',
        clients: [{ client_id: '138', client_secret: 'e8b9ca24f1b590af67e6271297d6e1f7226625d61c5b5daa1b2f215464e292cf' }],
      },
    ],
    users: [
      {
        username: 'john_doe',
        user_id: '1',
        password: 'john_doe_secret',
        first_name: 'John',
        last_name: 'Doe',
        email: 'john_doe@domain.com',
        claims: { identities: { facebook: 'john_doe_facebook' } },
      },
    ],
  },
  codeOnly,
)

/** What shows a user, so that a wrong one is a combination that does "not match". */
const identifying: readonly (string | undefined)[] = ['password', 'provider_credentials', 'provider_authorization_code']

/**
 * The vendor has no `invalid_grant`: a wrong password is its `invalid_client`, a wrong refresh token its `invalid_request`. The
 * setting `wrong_password_error: invalid_grant` says both as RFC 6749 does.
 */
const errorReply: Provider['errorReply'] = (error, endpoint, settings, situation) => {
  if (error.code !== 'invalid_grant' || socialidSettings.of(settings).wrong_password_error === 'invalid_grant') {
    return declared.errorReply(error, endpoint, settings, situation)
  }
  const code = endpoint === 'token' && identifying.includes(situation.grant_type) ? 'invalid_client' : 'invalid_request'
  return declared.errorReply(
    new OAuthError(error.reason === undefined ? code : [code, error.reason], error.message, error.explanation, error.headers),
    endpoint,
    settings,
    situation,
  )
}

/** The password grant with opaque tokens, and the vendor's own grants beside it. */
export const socialid: Provider = {
  ...declared,
  own_settings: socialidSettings.described,
  requests: {
    ...declared.requests,
    revokes_grants: true,
    grants: new Map([...(declared.requests?.grants ?? []), ...ownGrants.map((grant) => [grant.grant_type, grant] as const)]),
  },
  errorReply,
  routes: socialidRoutes,
  collection: socialidCollection,
}
