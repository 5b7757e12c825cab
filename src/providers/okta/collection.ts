import { folder, get, post, type RequestCollection, token, usualSignIn, usualVariables } from '../collection.ts'
import { apiToken } from './settings.ts'

const scope = 'openid profile email offline_access'
const server = '/oauth2/default/v1'
const ssws = { Authorization: `SSWS ${apiToken}` }

/** The requests to try Okta with. */
export const oktaCollection: RequestCollection = {
  name: 'Okta',
  description: 'The authorization server `default`. Sign in as `alice` or `bob`, password `Password1!`.',
  signIn: {
    tokenName: 'Okta',
    authorizePath: `${server}/authorize`,
    tokenPath: `${server}/token`,
    ...usualSignIn,
    scope,
    clientAuthentication: 'header',
  },
  variables: usualVariables,
  folders: [
    folder('Tokens', [
      token('Password', `${server}/token`, { grant_type: 'password', username: 'alice', password: 'Password1!', scope }, [
        'access_token',
        'refresh_token',
        'id_token',
      ]),
      token('Refresh', `${server}/token`, { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' }, ['access_token']),
    ]),
    folder('User', [get('Userinfo', `${server}/userinfo`, { sub: 'string', name: 'string' })]),
    folder('Sign-in by API', [
      post(
        'Primary authentication',
        '/api/v1/authn',
        { status: 'string', sessionToken: 'string' },
        { auth: 'none', json: { username: 'alice', password: 'Password1!' } },
      ),
    ]),
    folder('Management', [
      get('A user', '/api/v1/users/alice', { id: 'string', status: 'string', profile: 'object' }, { auth: 'none', headers: ssws }),
      get('Groups', '/api/v1/groups', {}, { auth: 'none', headers: ssws }),
    ]),
    folder('A client by itself', [token('Client credentials', `${server}/token`, { grant_type: 'client_credentials', scope: 'read' })]),
  ],
}
