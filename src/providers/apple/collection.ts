import { folder, get, post, type RequestCollection, usualSignIn, usualVariables } from '../collection.ts'

const client = { client_id: '{{clientId}}', client_secret: '{{clientSecret}}' }

/** What a web app asks of the vendor. */
export const appleCollection: RequestCollection = {
  name: 'Sign in with Apple',
  description:
    'The client secret is a JWT that was made for these requests and holds for half a year. With the scopes `name` or `email` the vendor posts the code to the app (`response_mode=form_post`), so Postman asks for neither.',
  signIn: {
    ...usualSignIn,
    tokenName: 'Apple',
    authorizePath: '/auth/authorize',
    tokenPath: '/auth/token',
    scope: 'openid',
    clientAuthentication: 'body',
  },
  variables: usualVariables,
  folders: [
    folder('Tokens', [
      post(
        'Refresh',
        '/auth/token',
        { access_token: 'string', token_type: 'string', expires_in: 'number', id_token: 'string' },
        {
          auth: 'none',
          form: { ...client, grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' },
          saves: { accessToken: 'access_token' },
        },
      ),
    ]),
    folder('Keys', [get('Key set', '/auth/keys', { keys: 'array' }, { auth: 'none' })]),
  ],
}
