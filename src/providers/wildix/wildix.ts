/**
 * In this room: Wildix: its tokens for persons and services and its envelope.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { codeOnly } from '../code-only.ts'
import { declareProvider } from '../data/declare.ts'
import type { Provider } from '../provider.ts'
import { accessToken } from './access-token.ts'
import { wildixCollection } from './collection.ts'
import { personalInfo } from './envelope.ts'
import { personalToken } from './personal-token.ts'
import { serviceToken } from './service-token.ts'
import { wildixSettings } from './settings.ts'
import { wildixAccessTokens } from './tokens.ts'

const declared = declareProvider(
  'wildix',
  {
    title: 'Wildix',
    hosts: ['auth.wildix.com', '*.wildixin.com'],
    paths: {
      authorize: '/authorization/oauth2',
      token: '/authorization/oauth2Token',
      jwks: '/.well-known/jwks.json',
    },
    client_authentication: { methods: ['client_secret_post', 'none'], secret_in: 'body' },
    ids: {
      client_id: { prefix: 'oauth2-app-', alphabet: 'digits', length: 7 },
      client_secret: { alphabet: 'letters_digits', length: 40 },
      user_id: { prefix: 'ext_', alphabet: 'lower', length: 16 },
    },
    signing: { alg: 'RS256' },
    refresh_token: { format: 'opaque', prefix: 'refresh_', alphabet: 'letters_digits', length: 40 },
    token_response: {
      body: {
        access_token: '{access_token}',
        token_type: 'Bearer',
        expires_in: '{expires_in}',
        refresh_token: '{refresh_token}',
        scope: '{changed_scope}',
      },
    },
    errors: {
      endpoints: {
        api: {
          names: {
            default: 'Bad Request',
            invalid_token: 'Unauthorized',
            invalid_client: 'Unauthorized',
            access_denied: 'Forbidden',
            insufficient_scope: 'Forbidden',
            server_error: 'Internal Server Error',
            temporarily_unavailable: 'Service Unavailable',
          },
          body: { type: 'error', reason: '{error}', result: null, message: '{description}' },
          bodies: {
            invalid_token: { type: 'error', reason: 'Unauthorized', result: null },
            access_denied: { type: 'error', reason: 'Forbidden', result: null },
            not_found: { type: 'error', reason: '404 Not Found', code: 404 },
            method_not_allowed: { type: 'error', reason: '405 Method Not Allowed', code: 405 },
          },
        },
      },
    },
    texts: { title: 'Wildix', usernamePlaceholder: 'extension', accent: 'orange' },
    company: 'Wildix PBX',
    apps: [],
    users: [
      {
        username: 'extension',
        user_id: 'ext_extension',
        password: 'password',
        first_name: 'Erin',
        last_name: 'Extension',
        email: 'extension@example.com',
      },
    ],
  },
  codeOnly,
)

/** The three-step service token, and the PBX's own authorization code flow beside it. */
export const wildix: Provider = {
  ...declared,
  own_settings: wildixSettings.described,
  tokens: { ...declared.tokens, access: wildixAccessTokens },
  routes: [
    { method: 'GET', path: '/api/v1/personal/token', query: ['service', 'type'], handle: personalToken },
    { method: 'GET', path: '/api/v1/personal/info', handle: personalInfo },
    { method: 'GET', path: '/api/v2/Token', handle: accessToken },
    { method: 'POST', path: '/api/v2/OpenId/service', query: [], handle: serviceToken },
  ],
  collection: wildixCollection,
}
