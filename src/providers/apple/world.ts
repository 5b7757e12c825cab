import type { World, WorldUser } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'

/** The key of both clients, and of nobody else: it is public. */
const client_secret =
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgEbPfdkp7k1NRAolXWkzL+dNU2TSnKzG5HVhFIbOWFt+hRANCAATHgb1jY8tH3DMGne++0JnpGGTm38R89UTMQpPSQr4oU4k8mCTVJmkHyFOGsXAXz/oqsoYdas2CeRo5jm3wbc5c'

function user(username: string, first_name: string, last_name: string, user_id: string, claims: WorldUser['claims'] = {}): WorldUser {
  return { username, user_id, password: 'password', first_name, last_name, email: `${username}@example.com`, apps: [], claims }
}

/** One app: its Services ID for the web and its bundle id; and two users, of whom Bob hides his address. */
export const appleWorld: World = {
  company: 'Example Company',
  apps: [
    {
      app_id: 'app_apple_example',
      name: 'Example App',
      description: 'A Services ID for the web, and the bundle id of the app on devices.',
      icon: null,
      scopes: ['openid', 'name', 'email'],
      redirect_uris: [...preloadedRedirectUris, 'https://example.com/callback'],
      clients: [
        {
          client_id: 'com.example.web',
          client_secret,
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: ['authorization_code', 'refresh_token', 'implicit', 'client_credentials'],
        },
        {
          client_id: 'com.example.app',
          client_secret,
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: ['authorization_code', 'refresh_token', 'implicit', 'client_credentials'],
          metadata: { application_type: 'native' },
        },
      ],
    },
  ],
  users: [
    user('alice', 'Alice', 'Arnold', '000544.5e201aec537347aeb79d23cbc345170a.1321'),
    user('bob', 'Bob', 'Baker', '001207.9b1c44d8a0f24c6f8a57e3d1b26f0c95.0746', { hides_email: true }),
  ],
}
