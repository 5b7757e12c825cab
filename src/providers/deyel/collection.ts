import { folder, get, type RequestCollection, token, usualVariables } from '../collection.ts'

const path = '/oauth/token'

/** The vendor's example of use in Postman, and the two grants of the pages beside it. */
export const deyelCollection: RequestCollection = {
  name: 'Deyel',
  description: 'Send "Client Credentials" first: it sets `accessToken`, which the requests of the folder REST carry.',
  variables: usualVariables,
  folders: [
    folder('OAuth', [
      token('Client Credentials', path, { grant_type: 'client_credentials' }),
      token('Resource Owner Password Credentials', path, { grant_type: 'password', username: 'DEYELBOT', password: 'CST' }, [
        'access_token',
        'refresh_token',
      ]),
      token('Refresh Token', path, { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' }),
    ]),
    folder('REST', [get('Customers', '/rest/v1/customers', {})]),
  ],
}
