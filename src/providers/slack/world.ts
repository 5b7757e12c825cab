import type { World, WorldUser } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'
import { slackScopes } from './scopes.ts'

const scopes = Object.keys(slackScopes)
const grant_types = ['authorization_code', 'refresh_token']

/** When the users joined, and verified their addresses. */
const created_at = Date.UTC(2024, 0, 15, 10)

function user(username: string, first_name: string, last_name: string, user_id: string): WorldUser {
  const email = `${username}@example.com`
  return { username, user_id, password: 'password', first_name, last_name, email, apps: [], created_at }
}

/** An app with tokens for good, one whose tokens rotate, and two members of the workspace. */
export const slackWorld: World = {
  company: 'Example Workspace',
  apps: [
    {
      app_id: 'A0GRANTBOX1',
      name: 'Example App',
      description: 'A bot that also acts for its users, and Sign in with Slack.',
      icon: null,
      scopes,
      redirect_uris: preloadedRedirectUris,
      clients: [
        {
          client_id: '1234567890.1234567890123',
          client_secret: '3f0c6b7a9d1e4852a7c3b96d0e5f1824',
          token_endpoint_auth_method: 'client_secret_basic',
          grant_types,
        },
      ],
    },
    {
      app_id: 'A0GRANTBOX2',
      name: 'Example Rotating App',
      description: 'The tokens of this app expire after twelve hours and are refreshed.',
      icon: null,
      scopes,
      redirect_uris: preloadedRedirectUris,
      clients: [
        {
          client_id: '1234567890.2345678901234',
          client_secret: '8a5d2c91e7f34b06b1d8c07f6e2a9435',
          token_endpoint_auth_method: 'client_secret_basic',
          grant_types,
          metadata: { token_rotation_enabled: true },
        },
      ],
    },
  ],
  users: [user('alice', 'Alice', 'Arnold', 'U0ALICE0001'), user('bob', 'Bob', 'Baker', 'U0BOB000001')],
}
