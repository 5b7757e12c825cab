import { cibaType, deviceCodeType, jwtBearerType, tokenExchangeType } from '../../oauth/model/grant-names.ts'
import type { World, WorldUser } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'

/** The grant types of the standard provider, as its confidential client may use them all. */
export const standardGrantTypes: readonly string[] = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'password',
  deviceCodeType,
  cibaType,
  jwtBearerType,
  tokenExchangeType,
]

/** Where the preloaded clients may send a browser after a sign-out, at any port of this machine. */
const post_logout_redirect_uris = [...preloadedRedirectUris, 'http://127.0.0.1/', 'http://localhost/']

function user(username: string, first_name: string, last_name: string): WorldUser {
  return {
    username,
    user_id: username,
    password: 'password',
    first_name,
    last_name,
    email: `${username}@example.com`,
    apps: ['app_standard'],
  }
}

/** One app with a confidential, a public and a device client, and two users. */
export const standardWorld: World = {
  company: 'Example Company',
  apps: [
    {
      app_id: 'app_standard',
      name: 'Example App',
      description: 'The app of the preloaded clients.',
      icon: null,
      scopes: ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'read', 'write'],
      redirect_uris: preloadedRedirectUris,
      clients: [
        {
          client_id: 'standard-web',
          client_secret: 'standard-web-secret',
          token_endpoint_auth_method: 'client_secret_basic',
          grant_types: [...standardGrantTypes, 'implicit'],
          metadata: { post_logout_redirect_uris },
        },
        {
          client_id: 'standard-spa',
          client_secret: null,
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token'],
          metadata: { post_logout_redirect_uris },
        },
        {
          client_id: 'standard-device',
          client_secret: null,
          token_endpoint_auth_method: 'none',
          grant_types: [deviceCodeType, 'refresh_token'],
        },
      ],
    },
  ],
  users: [user('alice', 'Alice', 'Arnold'), user('bob', 'Bob', 'Baker')],
}
