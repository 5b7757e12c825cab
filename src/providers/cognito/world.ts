import type { World, WorldApp, WorldUser } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'

/** The id of the pool that a sandbox begins with; its region stands before the underscore. */
export const poolId = 'us-east-1_Grantbox1'

/** The prefix of that pool's domain, by which its pages have a host. */
export const domainPrefix = 'grantbox'

/** Where a pool's own resource server is. */
export const apiScopes = ['demo/read', 'demo/write'] as const

/** Allowed everywhere that clients sign in users. */
export const userScopes: readonly string[] = ['openid', 'email', 'phone', 'profile', 'aws.cognito.signin.user.admin']

const ports = [3000, 3001, 4200, 5000, 5173, 8000, 8080]

/** A port counts here, so that those of usual development servers are registered. */
const redirect_uris: readonly string[] = [
  ...preloadedRedirectUris,
  ...ports.flatMap((port) => ['', '/', '/callback', '/api/auth/callback/cognito'].map((path) => `http://localhost:${port}${path}`)),
]

/** What the flows of the JSON API are called that a client may use. */
export const allAuthFlows: readonly string[] = [
  'ALLOW_USER_SRP_AUTH',
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
  'ALLOW_REFRESH_TOKEN_AUTH',
  'ALLOW_USER_AUTH',
]

const metadata = {
  post_logout_redirect_uris: redirect_uris,
  ExplicitAuthFlows: allAuthFlows,
  PreventUserExistenceErrors: 'ENABLED',
  EnableTokenRevocation: true,
}

/** A client of a pool has its own redirect URIs and scopes, so it is an app by itself. */
function app(id: string, name: string, description: string, client: WorldApp['clients'][number], scopes = userScopes): WorldApp {
  return { app_id: `app_cognito_${id}`, name, description, icon: null, scopes, redirect_uris, clients: [client] }
}

function user(username: string, user_id: string, first_name: string, last_name: string): WorldUser {
  return {
    username,
    user_id,
    password: 'Password1!',
    first_name,
    last_name,
    email: `${username}@example.com`,
    claims: { email_verified: true },
    apps: ['app_cognito_web', 'app_cognito_spa'],
  }
}

/** A pool with a client that has a secret, one that has none, one that is a machine, and two users. */
export const cognitoWorld: World = {
  company: 'grantbox pool',
  apps: [
    app('web', 'Web', 'A server with a secret.', {
      client_id: 'grantbox0web0client0000001',
      client_secret: `grantbox0web0secret${'0'.repeat(32)}1`,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
      metadata,
    }),
    app('spa', 'SPA', 'A public client: a page, or an app.', {
      client_id: 'grantbox0spa0client0000001',
      client_secret: null,
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'implicit', 'refresh_token'],
      metadata,
    }),
    app(
      'machine',
      'Machine',
      'A program with rights of its own.',
      {
        client_id: 'grantbox0m2m0client0000001',
        client_secret: `grantbox0m2m0secret${'0'.repeat(32)}1`,
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['client_credentials'],
        metadata: { ExplicitAuthFlows: [], EnableTokenRevocation: true },
      },
      apiScopes,
    ),
  ],
  users: [
    user('alice', 'a11ce000-0000-4000-8000-000000000001', 'Alice', 'Arnold'),
    user('bob', 'b0b00000-0000-4000-8000-000000000002', 'Bob', 'Baker'),
  ],
}
