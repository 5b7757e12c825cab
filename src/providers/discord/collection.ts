import { folder, get, post, type RequestCollection, token, usualSignIn, usualVariables } from '../collection.ts'

const path = '/api/oauth2/token'

/** The requests to try an app with. */
export const discordCollection: RequestCollection = {
  name: 'grantbox Discord',
  description: 'An app and what its users let it do. Sign in as `alice` or `bob`, password `password`.',
  signIn: {
    tokenName: 'Discord',
    authorizePath: '/oauth2/authorize',
    tokenPath: path,
    ...usualSignIn,
    scope: 'identify email guilds',
    clientAuthentication: 'header',
  },
  variables: usualVariables,
  folders: [
    folder('Tokens', [
      token('Client Credentials', path, { grant_type: 'client_credentials', scope: 'identify email guilds connections' }),
      token('Refresh', path, { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' }, ['access_token', 'refresh_token']),
    ]),
    folder('User', [
      get('Me', '/api/v10/users/@me', { id: 'string', username: 'string' }),
      get('My servers', '/api/v10/users/@me/guilds', {}),
      get('What the token is for', '/api/v10/oauth2/@me', { application: 'object', scopes: 'array', expires: 'string' }),
    ]),
    folder('Revocation', [post('Revoke', '/api/oauth2/token/revoke', {}, { auth: 'basic', form: { token: '{{accessToken}}' } })]),
  ],
}
