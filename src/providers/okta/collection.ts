import { folder, get, post, token, usualCollection } from '../collection.ts'
import { apiToken } from './settings.ts'

const server = '/oauth2/default/v1'
const user = { username: 'alice', password: 'Password1!' }
const byToken = { auth: 'none', headers: { Authorization: `SSWS ${apiToken}` } } as const

/** The requests to try Okta with. */
export const oktaCollection = usualCollection(
  {
    name: 'Okta',
    description: 'The authorization server `default`. Sign in as `alice` or `bob`, password `Password1!`.',
    tokenName: 'Okta',
    user,
    scope: 'openid profile email offline_access',
    authorize: `${server}/authorize`,
    token: `${server}/token`,
    userinfo: `${server}/userinfo`,
  },
  [
    folder('Sign-in by API', [
      post('Primary authentication', '/api/v1/authn', { status: 'string', sessionToken: 'string' }, { auth: 'none', json: user }),
    ]),
    folder('Management', [
      get('A user', '/api/v1/users/alice', { id: 'string', status: 'string', profile: 'object' }, byToken),
      get('Groups', '/api/v1/groups', {}, byToken),
    ]),
    folder('A client by itself', [token('Client credentials', `${server}/token`, { grant_type: 'client_credentials', scope: 'read' })]),
  ],
)
