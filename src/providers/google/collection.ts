import { folder, get, type RequestCollection, token, usualSignIn, usualVariables } from '../collection.ts'

/** The requests to try the vendor with. */
export const googleCollection: RequestCollection = {
  name: 'Google',
  description: 'Sign in as `alice@example.com` or `bob@example.com`, password `password`.',
  signIn: {
    tokenName: 'Google',
    authorizePath: '/o/oauth2/v2/auth',
    parameters: { access_type: 'offline', prompt: 'consent' },
    tokenPath: '/token',
    ...usualSignIn,
    scope: 'openid email profile',
    clientAuthentication: 'body',
  },
  variables: usualVariables,
  folders: [
    folder('Tokens', [token('Refresh', '/token', { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' })]),
    folder('User', [
      get('Userinfo', '/v1/userinfo', { sub: 'string', email: 'string', email_verified: 'boolean' }),
      get('Userinfo v3', '/oauth2/v3/userinfo', { sub: 'string' }),
      get('Userinfo v2', '/oauth2/v2/userinfo', { id: 'string', verified_email: 'boolean' }),
      get('People: me', '/v1/people/me?personFields=names,emailAddresses,photos', { resourceName: 'string', names: 'array' }),
    ]),
    folder('What tokens are', [
      get('Tokeninfo', '/tokeninfo', { aud: 'string', expires_in: 'string', access_type: 'string' }),
      get('Certificates', '/oauth2/v1/certs', {}, { auth: 'none' }),
      get('Key set', '/oauth2/v3/certs', { keys: 'array' }, { auth: 'none' }),
      get('Discovery', '/.well-known/openid-configuration', { issuer: 'string', revocation_endpoint: 'string' }, { auth: 'none' }),
    ]),
  ],
}
