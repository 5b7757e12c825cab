import { folder, get, post, type RequestCollection, usualSignIn, usualVariables } from '../collection.ts'

const json = { Accept: 'application/json' }

/** The requests to try an OAuth app with. */
export const githubCollection: RequestCollection = {
  name: 'grantbox GitHub',
  description: 'GitHub as OAuth apps see it. Sign in as `alice` or `bob`, password `password`.',
  signIn: {
    tokenName: 'GitHub',
    authorizePath: '/login/oauth/authorize',
    tokenPath: '/login/oauth/access_token',
    ...usualSignIn,
    scope: 'read:user user:email read:org',
    clientAuthentication: 'body',
  },
  variables: usualVariables,
  folders: [
    folder('User', [
      get('Who signed in', '/user', { login: 'string', id: 'number', type: 'string' }, { auth: 'oauth2' }),
      get('Email addresses', '/user/emails', {}, { auth: 'oauth2' }),
      get('Organizations', '/user/orgs', {}, { auth: 'oauth2' }),
    ]),
    folder('Device', [
      post(
        'A code for a device',
        '/login/device/code',
        { device_code: 'string', user_code: 'string', verification_uri: 'string', expires_in: 'number', interval: 'number' },
        { auth: 'none', headers: json, form: { client_id: '{{clientId}}', scope: 'read:user' } },
      ),
    ]),
  ],
}
