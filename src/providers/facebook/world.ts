import { deviceCodeType } from '../../oauth/model/grant-names.ts'
import type { World, WorldUser } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'
import { exchangeType } from './grants.ts'

const app_id = '102934857201938'

function user(username: string, first_name: string, last_name: string, user_id: string): WorldUser {
  return { username, user_id, password: 'password', first_name, last_name, email: `${username}@example.com`, apps: [] }
}

/** One app, whose id is its client's, and two users. */
export const facebookWorld: World = {
  company: 'Example Company',
  apps: [
    {
      app_id,
      name: 'Example App',
      description: 'Signs users in on the web.',
      icon: null,
      scopes: ['public_profile', 'email', 'user_friends', 'openid'],
      redirect_uris: [...preloadedRedirectUris, 'https://example.com/callback'],
      clients: [
        {
          client_id: app_id,
          client_secret: '5f0d1c8e2b7a49638de4f0a1b2c3d4e5',
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: ['authorization_code', 'client_credentials', 'implicit', exchangeType, deviceCodeType],
        },
      ],
    },
  ],
  users: [user('alice', 'Alice', 'Arnold', '100034857102934'), user('bob', 'Bob', 'Baker', '100047261893054')],
}
