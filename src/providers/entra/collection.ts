import { folder, get, type RequestCollection, token, usualSignIn, usualVariables } from '../collection.ts'
import { graph } from './world.ts'

const tokenPath = '/{tenant}/oauth2/v2.0/token'
const scope = 'openid profile email offline_access User.Read'

/** The requests to try Entra ID with. */
export const entraCollection: RequestCollection = {
  name: 'grantbox Microsoft Entra ID',
  description:
    'Both versions of the endpoints, and Graph. Sign in as `alice@contoso.onmicrosoft.com` or `bob@contoso.onmicrosoft.com`, password `Password1!`.',
  signIn: {
    tokenName: 'grantbox Entra ID',
    authorizePath: '/{tenant}/oauth2/v2.0/authorize',
    tokenPath,
    ...usualSignIn,
    scope,
    clientAuthentication: 'body',
  },
  variables: usualVariables,
  folders: [
    folder('Tokens', [
      token('Client credentials', tokenPath, { grant_type: 'client_credentials', scope: `${graph.identifier}/.default` }),
      token('Password', tokenPath, { grant_type: 'password', username: 'alice@contoso.onmicrosoft.com', password: 'Password1!', scope }, [
        'access_token',
        'refresh_token',
        'id_token',
      ]),
      token('Refresh', tokenPath, { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}', scope }, [
        'access_token',
        'refresh_token',
      ]),
    ]),
    folder('Graph', [
      get('Me', '/v1.0/me', { id: 'string', displayName: 'string', userPrincipalName: 'string' }),
      get('My groups', '/v1.0/me/memberOf', { value: 'array' }),
      get('Userinfo', '/oidc/userinfo', { sub: 'string', name: 'string' }),
    ]),
    folder('Metadata', [
      get('Discovery', '/{tenant}/v2.0/.well-known/openid-configuration', { issuer: 'string' }, { auth: 'none' }),
      get('Keys', '/{tenant}/discovery/v2.0/keys', { keys: 'array' }, { auth: 'none' }),
    ]),
  ],
}
