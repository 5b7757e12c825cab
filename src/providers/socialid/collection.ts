import { type CollectionRequest, type RequestCollection, usualVariables } from '../collection.ts'

const token: CollectionRequest = {
  name: 'POST oauth/token password (username)',
  method: 'POST',
  path: '/v2/marketing/oauth/token',
  auth: 'basic',
  form: { grant_type: 'password', username: 'john_doe', password: 'john_doe_secret' },
  expects: { status: 200, members: { access_token: 'string', expires_in: 'number', token_type: 'string', refresh_token: 'string' } },
  saves: { accessToken: 'access_token', refreshToken: 'refresh_token' },
}

/** The vendor's pages, one request each. */
export const socialidCollection: RequestCollection = {
  name: 'Social ID Now',
  description: 'Send "POST oauth/token password" first: it sets `accessToken` and `refreshToken`, which the others use.',
  variables: usualVariables,
  folders: [
    {
      name: 'Login User Tokens',
      requests: [
        token,
        {
          ...token,
          name: 'POST oauth/token password (email_address)',
          form: { grant_type: 'password', email_address: 'john_doe@domain.com', password: 'john_doe_secret' },
        },
        { ...token, name: 'POST oauth/token user_id', form: { grant_type: 'user_id', user_id: '1' } },
        {
          ...token,
          name: 'POST oauth/token provider_credentials',
          form: { grant_type: 'provider_credentials', provider: 'facebook', access_token: 'john_doe' },
        },
        { ...token, name: 'POST oauth/token refresh_token', form: { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' } },
      ],
    },
    {
      name: 'Login Users',
      requests: [
        {
          name: 'GET login/user',
          method: 'GET',
          path: '/v2/marketing/login/user',
          auth: 'bearer',
          expects: { status: 200, members: { id: 'string', username: 'string', email_address: 'string', active: 'boolean' } },
        },
        {
          name: 'POST oauth/revoke',
          method: 'POST',
          path: '/v2/marketing/oauth/revoke',
          auth: 'basic',
          form: { token: '{{accessToken}}', token_type_hint: 'access_token' },
          expects: { status: 200 },
        },
      ],
    },
  ],
}
