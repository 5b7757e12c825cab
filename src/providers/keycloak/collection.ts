import { folder, get, type RequestCollection, token, usualSignIn, usualVariables } from '../collection.ts'

const path = '/realms/{realm}/protocol/openid-connect'
const scope = 'openid profile email'

/** The requests to try a realm with. */
export const keycloakCollection: RequestCollection = {
  name: 'grantbox Keycloak',
  description: 'Realm `demo` as Keycloak has it. Sign in as `alice` or `bob`, password `password`.',
  signIn: {
    tokenName: 'Keycloak',
    authorizePath: `${path}/auth`,
    tokenPath: `${path}/token`,
    ...usualSignIn,
    scope,
    clientAuthentication: 'header',
  },
  variables: usualVariables,
  folders: [
    folder('Tokens', [
      token('Password', `${path}/token`, { grant_type: 'password', username: 'alice', password: 'password', scope }, [
        'access_token',
        'refresh_token',
        'id_token',
      ]),
      token('Refresh', `${path}/token`, { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' }, [
        'access_token',
        'refresh_token',
      ]),
    ]),
    folder('User', [get('Userinfo', `${path}/userinfo`, { sub: 'string', name: 'string' })]),
  ],
}
