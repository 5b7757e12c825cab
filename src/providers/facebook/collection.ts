import { folder, get, post, type RequestCollection, usualSignIn, variables } from '../collection.ts'

const app = { client_id: '{{clientId}}', client_secret: '{{clientSecret}}' }
const token = { access_token: 'string', token_type: 'string' } as const

/** What an app asks of the vendor. */
export const facebookCollection: RequestCollection = {
  name: 'Facebook Login',
  description: 'Get a token with the authorization of the collection first: the others carry it.',
  signIn: {
    ...usualSignIn,
    tokenName: 'Facebook',
    authorizePath: '/v24.0/dialog/oauth',
    tokenPath: '/v24.0/oauth/access_token',
    scope: 'public_profile,email',
    clientAuthentication: 'body',
  },
  variables: variables('apiServer', 'clientId', 'clientSecret', 'accessToken'),
  folders: [
    folder('Tokens', [
      post('Token of the app', '/v24.0/oauth/access_token', token, { auth: 'none', form: { ...app, grant_type: 'client_credentials' } }),
      post('Token that lives long', '/v24.0/oauth/access_token', token, {
        auth: 'none',
        form: { ...app, grant_type: 'fb_exchange_token', fb_exchange_token: '{{accessToken}}' },
        saves: { accessToken: 'access_token' },
      }),
    ]),
    folder('Graph API', [
      get('Me', '/v24.0/me?fields=id,name,email,picture', { id: 'string', name: 'string' }),
      get('Permissions', '/v24.0/me/permissions', { data: 'array' }),
    ]),
  ],
}
