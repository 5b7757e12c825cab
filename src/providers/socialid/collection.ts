import { type CollectionRequest, folder, get, post, type RequestCollection, token, usualVariables } from '../collection.ts'

const grant = (name: string, form: Record<string, string>): CollectionRequest =>
  token(`POST oauth/token ${name}`, '/v2/marketing/oauth/token', form, ['access_token', 'refresh_token'])
const password = 'john_doe_secret'

/** The vendor's pages, one request each. */
export const socialidCollection: RequestCollection = {
  name: 'Social ID Now',
  description: 'Send "POST oauth/token password" first: it sets `accessToken` and `refreshToken`, which the others use.',
  variables: usualVariables,
  folders: [
    folder('Login User Tokens', [
      grant('password (username)', { grant_type: 'password', username: 'john_doe', password }),
      grant('password (email_address)', { grant_type: 'password', email_address: 'john_doe@domain.com', password }),
      grant('user_id', { grant_type: 'user_id', user_id: '1' }),
      grant('provider_credentials', { grant_type: 'provider_credentials', provider: 'facebook', access_token: 'john_doe' }),
      grant('refresh_token', { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' }),
    ]),
    folder('Login Users', [
      get('GET login/user', '/v2/marketing/login/user', {
        id: 'string',
        username: 'string',
        email_address: 'string',
        active: 'boolean',
      }),
      post(
        'POST oauth/revoke',
        '/v2/marketing/oauth/revoke',
        {},
        {
          auth: 'basic',
          form: { token: '{{accessToken}}', token_type_hint: 'access_token' },
        },
      ),
    ]),
  ],
}
