import { type CollectionRequest, type RequestCollection, usualVariables } from '../collection.ts'

const form: CollectionRequest = {
  name: 'Client Credentials',
  method: 'POST',
  path: '/oauth/token',
  auth: 'basic',
  form: { grant_type: 'client_credentials' },
  expects: { status: 200, members: { access_token: 'string', token_type: 'string', expires_in: 'number' } },
  saves: { accessToken: 'access_token' },
}

/** The vendor's example of use in Postman, and the two grants of the pages beside it. */
export const deyelCollection: RequestCollection = {
  name: 'Deyel',
  description: 'Send "Client Credentials" first: it sets `accessToken`, which the requests of the folder REST carry.',
  variables: usualVariables,
  folders: [
    {
      name: 'OAuth',
      requests: [
        form,
        {
          ...form,
          name: 'Resource Owner Password Credentials',
          form: { grant_type: 'password', username: 'DEYELBOT', password: 'CST' },
          saves: { accessToken: 'access_token', refreshToken: 'refresh_token' },
        },
        { ...form, name: 'Refresh Token', form: { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' } },
      ],
    },
    {
      name: 'REST',
      requests: [
        {
          name: 'Customers',
          method: 'GET',
          path: '/rest/v1/customers',
          auth: 'bearer',
          expects: { status: 200 },
        },
      ],
    },
  ],
}
