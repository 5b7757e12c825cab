import { folder, get, post, type RequestCollection, token, usualSignIn, usualVariables } from '../collection.ts'
import { passwordRealm } from './grant-names.ts'
import { database } from './settings.ts'
import { demoApi } from './world.ts'

const scope = 'openid profile email offline_access'
const audience = demoApi.identifier
const alice = { username: 'alice@example.com', password: 'Password1!' }
const client = { client_id: '{{clientId}}', client_secret: '{{clientSecret}}' }
const path = '/oauth/token'

/** The requests to try a tenant with. */
export const auth0Collection: RequestCollection = {
  name: 'grantbox Auth0',
  description: 'A tenant as Auth0 has it. Sign in as `alice@example.com` or `bob@example.com`, password `Password1!`.',
  signIn: {
    tokenName: 'Auth0',
    authorizePath: '/authorize',
    tokenPath: path,
    ...usualSignIn,
    scope,
    clientAuthentication: 'body',
  },
  variables: usualVariables,
  folders: [
    folder('Tokens', [
      token('Client Credentials', path, { grant_type: 'client_credentials', audience }),
      token('Password', path, { grant_type: 'password', ...alice, scope }, ['access_token', 'refresh_token', 'id_token']),
      post(
        'Password in a realm, as JSON',
        path,
        { access_token: 'string', expires_in: 'number' },
        {
          auth: 'none',
          json: { grant_type: passwordRealm, realm: database, ...alice, ...client, scope, audience },
          saves: { accessToken: 'access_token' },
        },
      ),
      token('Refresh', path, { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' }),
    ]),
    folder('User', [get('Userinfo', '/userinfo', { sub: 'string', name: 'string' })]),
    folder('Passwordless', [
      post(
        'Send a code, which stands in the outbox',
        '/passwordless/start',
        { _id: 'string' },
        { auth: 'none', json: { ...client, connection: 'email', send: 'code', email: 'alice@example.com' } },
      ),
    ]),
  ],
}
