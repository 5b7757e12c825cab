import { folder, get, post, type RequestCollection, token, usualVariables } from '../collection.ts'

const list = { items: 'array' } as const
const message = { id: 'string', from: 'object', to: 'object', acknowledged: 'boolean' } as const
const stored = { data: 'object', version: 'number' } as const
const bucket = '/v1/application/data/{{bucket}}'

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
  variables: usualVariables,
  defaults: {
    friend: 'organicladybug833',
    messageId: 'msg_derek00000000001',
    imageId: 'img_pbeautifulmeercat',
    bucket: 'fluffy-finds',
  },
  folders: [
    folder('Refresh Your Access Token', [
      {
        ...token(
          'Refresh Access Token',
          '/oauth/token',
          {
            grant_type: 'refresh_token',
            refresh_token: '{{refreshToken}}',
            client_id: '{{clientId}}',
            client_secret: '{{clientSecret}}',
          },
          // The vendor's script keeps the access token alone; here refresh tokens rotate.
          ['access_token', 'refresh_token'],
        ),
        auth: 'oauth2',
        description: 'A new access token, good for five minutes, and the refresh token that takes the place of the one sent.',
      },
    ]),
    folder('Profile', [
      get('My Profile', '/v1/me', { id: 'string', username: 'string', type: 'string' }, { saves: { imageId: 'image_id' } }),
      get('My Cover Photo', '/v1/me/cover', {
        image_id: 'string',
        url: 'string',
        content_type: 'string',
        width: 'number',
        height: 'number',
      }),
      get('My Kids', '/v1/me/kids', list, { description: 'Parents alone may ask: a kid is told 4031.' }),
    ]),
    folder('Friends', [get('My Friends', '/v1/me/friends', list, { saves: { friend: 'items.0.username' } })]),
    folder('Message', [
      get('Get Message List', '/v1/messages', list, {
        description: 'The inbox, newest first. `box=sent`, `acknowledged=true|false`, `limit` and `cursor` narrow it.',
        saves: { messageId: 'items.0.id' },
      }),
      get('Get A Message', '/v1/messages/{{messageId}}', message),
      post('Message', '/v1/messages/{{$guid}}', message, {
        method: 'PUT',
        json: { to: '{{friend}}', text: 'Fluffy is behind the sandcastle!', data: { scene: 'beach' } },
        description: 'Writes to a friend, an own kid or an own parent. The client chooses the id: the same PUT again changes nothing.',
        expects: { status: 201, members: message },
      }),
      post('Acknowledge A Message', '/v1/messages/{{messageId}}/acknowledge', message),
      post('Acknowledge All Messages', '/v1/messages/acknowledge', { acknowledged: 'number' }),
    ]),
    folder('Application User Data', [
      get('Get Application', '/v1/application', { id: 'string', name: 'string', permission_scopes: 'array' }),
      get('Get Application User Data', '/v1/application/data', stored),
      post('Store Application User Data', '/v1/application/data', stored, {
        json: { level: 3, last_scene: 'beach' },
        description: 'Members take the place of those of the same name; `null` removes one.',
      }),
      post('Create Store Application Bucket Data', bucket, stored, {
        method: 'PUT',
        expects: { status: [201, 200], members: stored },
        json: { beach: { found: true, seconds: 41 } },
        description: '201 when the bucket is new, 200 when its data was replaced.',
      }),
      post('Store Application Bucket Data', bucket, stored, { json: { boat: { found: false } } }),
      get('Get Application Bucket Data', bucket, stored),
      post('Delete Store Application Bucket Data', bucket, {}, { method: 'DELETE', expects: { status: 204 } }),
    ]),
    folder('Images', [
      get(
        'Image by ID',
        '/v1/images/{{imageId}}?size=medium',
        {},
        {
          expects: { status: 200, contentType: 'image/svg+xml' },
          description: 'SVG, or PNG with `format=png` or `Accept: image/png`. `size` is `small`, `medium` or `large`.',
        },
      ),
    ]),
    folder('Search', [
      get('Search', '/v1/search?q=org', list, {
        description: 'The beginning of a username or a first name, two characters at least; `type=parent|kid` narrows it.',
      }),
      get('Random', '/v1/search/random?count=3', list, { description: 'Up to 20 others; the same `seed` gives the same ones.' }),
    ]),
  ],
}
