import { usualCollection } from '../collection.ts'

const path = '/realms/{realm}/protocol/openid-connect'

/** The requests to try a realm with. */
export const keycloakCollection = usualCollection({
  name: 'grantbox Keycloak',
  description: 'Realm `demo` as Keycloak has it. Sign in as `alice` or `bob`, password `password`.',
  tokenName: 'Keycloak',
  user: { username: 'alice', password: 'password' },
  scope: 'openid profile email',
  authorize: `${path}/auth`,
  token: `${path}/token`,
  userinfo: `${path}/userinfo`,
})
