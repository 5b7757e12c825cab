import type { RequestCollection } from '../collection.ts'

/** The vendor's three steps, one request each; its page has the first two as a pre-request script. */
export const wildixCollection: RequestCollection = {
  name: 'Wildix service token',
  description: 'Run the folder in its order: each step saves the token that the next one carries.',
  variables: [
    { name: 'authService', holds: 'apiServer' },
    { name: 'clientId', holds: 'clientId' },
    { name: 'clientSecret', holds: 'clientSecret' },
    { name: 'accessToken', holds: 'accessToken' },
  ],
  defaults: { user: 'extension', basic: 'ZXh0ZW5zaW9uOnBhc3N3b3Jk', personalToken: '', aud: 'https://api.x-bees.com', scope: 'xbees' },
  folders: [
    {
      name: 'Service token',
      requests: [
        {
          name: '1 Personal token',
          method: 'GET',
          path: '/api/v1/personal/token/?service={{authService}}',
          auth: 'none',
          headers: { Authorization: 'Basic {{basic}}' },
          description: '`basic` is the base64 of `extension:password`.',
          expects: { status: 200, members: { type: 'string', result: 'object' } },
          saves: { personalToken: 'result.token' },
        },
        {
          name: '2 Access token',
          method: 'GET',
          path: '/api/v2/Token/',
          auth: 'none',
          headers: { Authorization: 'Bearer {{personalToken}}' },
          expects: { status: 200, members: { type: 'string', result: 'object' } },
          saves: { accessToken: 'result.accessToken' },
        },
        {
          name: '3 Service token',
          method: 'POST',
          path: '/api/v2/OpenId/service/',
          auth: 'bearer',
          json: { aud: '{{aud}}', scope: '{{scope}}' },
          expects: { status: 200, members: { type: 'string', result: 'object' } },
        },
      ],
    },
  ],
}
