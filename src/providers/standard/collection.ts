import { type RequestCollection, usualVariables } from '../collection.ts'

/** The requests to try the standard provider with. */
export const standardCollection: RequestCollection = {
  name: 'grantbox standard',
  description: 'OAuth 2.0 and OpenID Connect as the RFCs have them. Sign in as `alice` or `bob`, password `password`.',
  signIn: {
    tokenName: 'grantbox',
    authorizePath: '/authorize',
    tokenPath: '/token',
    callback: 'https://www.getpostman.com/oauth2/callback',
    scope: 'openid profile email',
    state: 'secret-session-state',
    clientAuthentication: 'header',
  },
  variables: usualVariables,
  folders: [
    {
      name: 'Tokens',
      requests: [
        {
          name: 'Password',
          method: 'POST',
          path: '/token',
          auth: 'basic',
          form: { grant_type: 'password', username: 'alice', password: 'password', scope: 'openid profile email' },
          expects: { status: 200, members: { access_token: 'string', refresh_token: 'string', id_token: 'string', expires_in: 'number' } },
          saves: { accessToken: 'access_token', refreshToken: 'refresh_token' },
        },
        {
          name: 'Refresh',
          method: 'POST',
          path: '/token',
          auth: 'basic',
          form: { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' },
          expects: { status: 200, members: { access_token: 'string', refresh_token: 'string', expires_in: 'number' } },
          saves: { accessToken: 'access_token', refreshToken: 'refresh_token' },
        },
      ],
    },
    {
      name: 'User',
      requests: [
        {
          name: 'Userinfo',
          method: 'GET',
          path: '/userinfo',
          auth: 'bearer',
          expects: { status: 200, members: { sub: 'string', name: 'string' } },
        },
      ],
    },
  ],
}
