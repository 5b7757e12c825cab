import { folder, get, post, type RequestCollection, usualSignIn, usualVariables } from '../collection.ts'

/** The requests to try a workspace with. */
export const slackCollection: RequestCollection = {
  name: 'grantbox Slack',
  description: 'Sign in with Slack, and the methods that tell who a token is of. Sign in as `alice` or `bob`, password `password`.',
  signIn: {
    tokenName: 'Slack',
    authorizePath: '/openid/connect/authorize',
    tokenPath: '/api/openid.connect.token',
    ...usualSignIn,
    scope: 'openid profile email',
    clientAuthentication: 'header',
  },
  variables: usualVariables,
  folders: [
    folder('Sign in with Slack', [get('Userinfo', '/api/openid.connect.userInfo', { ok: 'boolean', sub: 'string' })]),
    folder('Tokens', [
      post(
        'Refresh, where tokens rotate',
        '/api/oauth.v2.access',
        { ok: 'boolean' },
        {
          auth: 'basic',
          form: { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' },
          saves: { accessToken: 'access_token', refreshToken: 'refresh_token' },
        },
      ),
      post('Who am I', '/api/auth.test', { ok: 'boolean', team_id: 'string', user_id: 'string' }),
      post('Revoke, as a test', '/api/auth.revoke', { ok: 'boolean', revoked: 'boolean' }, { form: { test: '1' } }),
    ]),
  ],
}
