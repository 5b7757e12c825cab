import { deviceCodeType } from '../../oauth/model/grant-names.ts'
import { folder, get, post, type RequestCollection, usualSignIn, usualVariables } from '../collection.ts'

const client_id = '{{clientId}}'
const asDevice = { auth: 'none', headers: { Accept: 'application/json' } } as const
const asApp = { auth: 'basic' } as const
const shown = { access_token: '{{accessToken}}' }
const reset = { token: 'string' } as const

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
  defaults: { deviceCode: 'none' },
  folders: [
    folder('User', [
      get('Who signed in', '/user', { login: 'string', id: 'number', type: 'string' }),
      get('Email addresses', '/user/emails', {}),
      get('Organizations', '/user/orgs', {}),
    ]),
    folder('Device', [
      post(
        'A code for a device',
        '/login/device/code',
        { device_code: 'string', user_code: 'string', verification_uri: 'string', expires_in: 'number', interval: 'number' },
        { ...asDevice, form: { client_id, scope: 'read:user' }, saves: { deviceCode: 'device_code' } },
      ),
      post(
        'Ask whether its user is done',
        '/login/oauth/access_token',
        {},
        {
          ...asDevice,
          description: 'Open `verification_uri` in a browser, and enter the code.',
          form: { client_id, device_code: '{{deviceCode}}', grant_type: deviceCodeType },
          saves: { accessToken: 'access_token' },
        },
      ),
    ]),
    folder('App', [
      post('Check a token', `/applications/${client_id}/token`, { scopes: 'array', user: 'object' }, { ...asApp, json: shown }),
      {
        ...post('Reset a token', `/applications/${client_id}/token`, reset, { ...asApp, json: shown }),
        method: 'PATCH',
        saves: { accessToken: 'token' },
      },
    ]),
  ],
}
