import type { RequestCollection } from '../collection.ts'

/** The guide's two requests: Basic Auth and a form for the token, then data with the raw token and the API key. */
export const gatewayCollection: RequestCollection = {
  name: 'Gateway API',
  description: 'Send "Get access token" first: it sets `accessToken`. When a data request answers 401, send it again.',
  variables: [
    { name: 'apiServer', holds: 'apiServer' },
    { name: 'clientId', holds: 'clientId' },
    { name: 'clientSecret', holds: 'clientSecret' },
    { name: 'accessToken', holds: 'accessToken' },
  ],
  folders: [
    {
      name: 'Token',
      requests: [
        {
          name: 'Get access token',
          method: 'POST',
          path: '/oauth2/token',
          auth: 'basic',
          form: { grant_type: 'client_credentials', client_id: '{{clientId}}' },
          expects: { status: 200, members: { access_token: 'string', expires_in: 'number', token_type: 'string' } },
          saves: { accessToken: 'access_token' },
        },
      ],
    },
    {
      name: 'Data',
      requests: [
        {
          name: 'Properties',
          method: 'GET',
          path: '/reso/odata/Property?$top=5&$count=true&$orderby=ListPrice desc',
          auth: 'none',
          headers: { Authorization: '{{accessToken}}', 'x-api-key': 'gateway-key' },
          expects: { status: 200, members: { value: 'array', nextLink: 'string', count: 'number' } },
        },
      ],
    },
  ],
}
