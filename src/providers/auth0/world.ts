import type { Api } from '../../oauth/model/api.ts'
import { deviceCodeType } from '../../oauth/model/grant-names.ts'
import type { World, WorldUser } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'
import { mfaOob, mfaOtp, mfaRecoveryCode, passwordless, passwordRealm } from './grant-names.ts'
import { databaseId } from './ids.ts'
import { managementScopes, userScopes } from './scopes.ts'

/** The API that tokens are for which name it as their audience. */
export const demoApi: Api = {
  identifier: 'https://api.example.com',
  name: 'Example API',
  scopes: { 'read:messages': 'Reading your messages', 'write:messages': 'Writing messages' },
}

const apiScopes = Object.keys(demoApi.scopes ?? {})
/** Where apps may send a browser after a sign-out. */
const post_logout_redirect_uris = [
  ...preloadedRedirectUris,
  ...['127.0.0.1', 'localhost'].flatMap((host) => [`http://${host}`, `http://${host}/`]),
]
const redirect_uris = [
  ...preloadedRedirectUris,
  ...['127.0.0.1', 'localhost'].flatMap((host) => [`http://${host}`, `http://${host}/`, `http://${host}/api/auth/callback`]),
]

function user(username: string, first_name: string, last_name: string, id: string): WorldUser {
  const email = `${username}@example.com`
  return { username, user_id: databaseId(id), password: 'Password1!', first_name, last_name, email, apps: [] }
}

/** One regular web app, one page, one device and one machine; two users. */
export const auth0World: World = {
  company: 'dev-grantbox',
  apps: [
    {
      app_id: 'app_auth0_example',
      name: 'Example App',
      description: 'A regular web app, a single page and a native app.',
      icon: null,
      scopes: [...Object.keys(userScopes), ...apiScopes],
      redirect_uris,
      clients: [
        {
          client_id: 'w8XjEQ0tGvKc1LsPzN5yRbT7uFhMd3Ai',
          client_secret: 'qZ3vN8sL-x1TfKeYw0RbGm_u5HcPdJ7oAi2ElXSt9VnBkUyQrWgFhMzC4OpD6jIa',
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: [
            ...['authorization_code', 'refresh_token', 'client_credentials', 'password', 'implicit'],
            ...[passwordRealm, passwordless, mfaOtp, mfaOob, mfaRecoveryCode],
          ],
          metadata: { post_logout_redirect_uris },
        },
        {
          client_id: 's2BnHk6PqYtV9mCdXe4LrJ0wZaUf8GoT',
          client_secret: null,
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token', 'implicit', passwordRealm, passwordless, mfaOtp, mfaOob, mfaRecoveryCode],
          metadata: { post_logout_redirect_uris },
        },
        {
          client_id: 'n5DvRc7KxWpS1hGyTb3MuQ9eJzLf0AoE',
          client_secret: null,
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token', deviceCodeType],
        },
      ],
    },
    {
      app_id: 'app_auth0_machine',
      name: 'Example Machine',
      description: 'May ask for tokens of the Example API and of the Management API.',
      icon: null,
      scopes: [...apiScopes, ...Object.keys(managementScopes)],
      redirect_uris: [],
      clients: [
        {
          client_id: 'm4FtZs8QyUoW2jLxVc6NiB1gHrPd9KaE',
          client_secret: 'yT6mKp2WsE-a9VdXu4QcJz_r0LhNbGf7oRi5TlMQ8ZeHkBvYwPgCxUnS3DjA1tFq',
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: ['client_credentials'],
        },
      ],
    },
  ],
  users: [user('alice', 'Alice', 'Arnold', '5f7c8ec7c33c6c004bbafe82'), user('bob', 'Bob', 'Baker', '5f7c8ec7c33c6c004bbafe83')],
}
