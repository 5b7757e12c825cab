import type { RequestCollection } from '../collection.ts'

/** The vendor's collection and environment, `iOKids-APIs`: names, folders and variables in its own order. */
export const iokidsCollection: RequestCollection = {
  name: 'iOKids-APIs',
  description: [
    '1. Choose the environment `iOKids-APIs`.',
    '2. In "Refresh Access Token", tab Authorization, press "Get New Access Token" and sign in as a sandbox user; the password is the name of the company.',
    '3. Copy the refresh token you get into the variable `refreshToken`.',
    '4. Send "Refresh Access Token": it sets `accessToken`, which every other request carries. Send it again after five minutes.',
  ].join('\n'),
  signIn: {
    tokenName: 'iOKids Single Sign On',
    authorizePath: '/oauth/signin',
    tokenPath: '/oauth/token',
    callback: 'https://www.getpostman.com/oauth2/callback',
    scope: 'profile',
    state: 'secret-session-state',
    clientAuthentication: 'body',
  },
  variables: [
    { name: 'apiServer', holds: 'apiServer' },
    { name: 'clientId', holds: 'clientId' },
    { name: 'clientSecret', holds: 'clientSecret' },
    { name: 'refreshToken', holds: 'refreshToken' },
    { name: 'accessToken', holds: 'accessToken' },
  ],
  folders: [
    {
      name: 'Refresh Your Access Token',
      requests: [
        {
          name: 'Refresh Access Token',
          method: 'POST',
          path: '/oauth/token',
          auth: 'oauth2',
          form: {
            grant_type: 'refresh_token',
            refresh_token: '{{refreshToken}}',
            client_id: '{{clientId}}',
            client_secret: '{{clientSecret}}',
          },
          description: 'A new access token, good for five minutes, and the refresh token that takes the place of the one sent.',
          expects: {
            status: 200,
            members: { access_token: 'string', refresh_token: 'string', expires_in: 'number', token_type: 'string' },
          },
          // The vendor's script keeps the access token alone; here refresh tokens rotate.
          saves: { accessToken: 'access_token', refreshToken: 'refresh_token' },
        },
      ],
    },
    {
      name: 'Profile',
      requests: [
        {
          name: 'My Profile',
          method: 'GET',
          path: '/v1/me',
          auth: 'bearer',
          expects: { status: 200, members: { id: 'string', username: 'string', type: 'string' } },
        },
      ],
    },
    {
      name: 'Application User Data',
      requests: [
        {
          name: 'Get Application',
          method: 'GET',
          path: '/v1/application',
          auth: 'bearer',
          expects: { status: 200, members: { id: 'string', name: 'string', permission_scopes: 'array' } },
        },
      ],
    },
  ],
}
