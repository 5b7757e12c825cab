import { usualCollection } from '../collection.ts'

/** The requests to try the standard provider with. */
export const standardCollection = usualCollection({
  name: 'grantbox standard',
  description: 'OAuth 2.0 and OpenID Connect as the RFCs have them. Sign in as `alice` or `bob`, password `password`.',
  tokenName: 'grantbox',
  user: { username: 'alice', password: 'password' },
  scope: 'openid profile email',
  authorize: '/authorize',
  token: '/token',
  userinfo: '/userinfo',
})
