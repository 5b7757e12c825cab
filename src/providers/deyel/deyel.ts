/**
 * In this room: Deyel: its claims, its tokens and its customers.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { codeOnly } from '../code-only.ts'
import { declareProvider } from '../data/declare.ts'
import type { Provider } from '../provider.ts'
import { deyelCollection } from './collection.ts'
import { deyelRoutes } from './customers.ts'
import { deyelRefresh } from './refresh.ts'
import { deyelSettings } from './settings.ts'
import { deyelTokens } from './tokens.ts'

const declared = declareProvider(
  'deyel',
  {
    title: 'Deyel',
    paths: {
      authorize: '/oauth/authorize',
      token: '/oauth/token',
      jwks: '/.well-known/jwks.json',
    },
    client_authentication: { methods: ['client_secret_basic', 'none'], secret_in: 'header' },
    lifetimes: { access_token: 86_400 },
    settings: { rotation: 'off' },
    ids: {
      client_id: { prefix: 'deyel-', alphabet: 'lower', length: 12 },
      client_secret: { alphabet: 'letters_digits', length: 32 },
      user_id: { prefix: 'user_', alphabet: 'lower', length: 16 },
    },
    signing: { alg: 'RS256', key_id: 'k{number}' },
    token_response: {
      body: {
        access_token: '{access_token}',
        token_type: 'Bearer',
        expires_in: '{expires_in}',
        refresh_token: '{refresh_token}',
      },
    },
    errors: {
      // One body for whatever is wrong, members in the page's order, capital I.
      status: '{settings.failure_status}',
      body: { error_description: 'Invalid client_id', error: 'Invalid_request' },
      grant_types: {
        refresh_token: {
          status: '{settings.refresh_failure_status}',
          body: {
            errors: [
              { message: 'Unauthorized', 'attribute-name': '' },
              { message: 'Invalid refresh token.', 'attribute-name': 'refresh_token' },
            ],
          },
        },
      },
      endpoints: { api: { status: '{status}', body: { errors: [{ message: '{description}', code: '{status|text}' }] } } },
    },
    texts: { title: 'Deyel', signInHeading: 'Sign in', accent: 'violet' },
    company: 'CST',
    apps: [
      {
        id: 'app_deyel',
        name: 'Rest API',
        description: 'What the "Rest API" thing of the vendor stands for.',
        clients: [{ client_id: 'deyel-rest', client_secret: 'deyel-secret', metadata: { user: 'DEYELBOT' } }],
      },
    ],
    users: [{ username: 'DEYELBOT', user_id: 'DEYELBOT', first_name: 'Deyel', last_name: 'Bot', email: 'deyelbot@example.com' }],
  },
  codeOnly,
)

/** Client credentials with claims of its own; the page fixes header, claims and both answers. */
export const deyel: Provider = {
  ...declared,
  own_settings: deyelSettings.described,
  requests: { ...declared.requests, grants: new Map([[deyelRefresh.grant_type, deyelRefresh]]) },
  tokens: { ...declared.tokens, access: deyelTokens, refresh: deyelTokens },
  routes: deyelRoutes,
  collection: deyelCollection,
}
