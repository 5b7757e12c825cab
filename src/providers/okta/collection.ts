import { folder, get, type RequestCollection, token, usualVariables } from '../collection.ts'

const scope = 'openid profile email offline_access'
const server = '/oauth2/default/v1'

/** The requests to try Okta with. */
export const oktaCollection: RequestCollection = {
  name: 'Okta',
  description: 'The authorization server `default`. Sign in as `alice` or `bob`, password `Password1!`.',
  signIn: {
    tokenName: 'Okta',
    authorizePath: `${server}/authorize`,
    tokenPath: `${server}/token`,
    callback: 'https://www.getpostman.com/oauth2/callback',
    scope,
    state: 'secret-session-state',
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
  ],
}
