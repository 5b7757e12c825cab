import { folder, get, type RequestCollection, token, usualSignIn, usualVariables } from '../collection.ts'

const scope = 'openid profile email'

/** The requests to try the standard provider with. */
export const standardCollection: RequestCollection = {
  name: 'grantbox standard',
  description: 'OAuth 2.0 and OpenID Connect as the RFCs have them. Sign in as `alice` or `bob`, password `password`.',
  signIn: {
    tokenName: 'grantbox',
    authorizePath: '/authorize',
    tokenPath: '/token',
    ...usualSignIn,
    scope,
    clientAuthentication: 'header',
  },
  variables: usualVariables,
  folders: [
    folder('Tokens', [
      token('Password', '/token', { grant_type: 'password', username: 'alice', password: 'password', scope }, [
        'access_token',
        'refresh_token',
        'id_token',
      ]),
      token('Refresh', '/token', { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' }, ['access_token', 'refresh_token']),
    ]),
    folder('User', [get('Userinfo', '/userinfo', { sub: 'string', name: 'string' })]),
  ],
}
