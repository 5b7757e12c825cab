import { folder, get, type RequestCollection, token, variables } from '../collection.ts'

/** The guide's two requests: Basic Auth and a form for the token, then data with the raw token and the API key. */
export const gatewayCollection: RequestCollection = {
  name: 'Gateway API',
  description: 'Send "Get access token" first: it sets `accessToken`. When a data request answers 401, send it again.',
  variables: variables('apiServer', 'clientId', 'clientSecret', 'accessToken'),
  folders: [
    folder('Token', [token('Get access token', '/oauth2/token', { grant_type: 'client_credentials', client_id: '{{clientId}}' })]),
    folder('Data', [
      get(
        'Properties',
        '/reso/odata/Property?$top=5&$count=true&$orderby=ListPrice desc',
        { value: 'array', nextLink: 'string', count: 'number' },
        { auth: 'none', headers: { Authorization: '{{accessToken}}', 'x-api-key': 'gateway-key' } },
      ),
    ]),
  ],
}
