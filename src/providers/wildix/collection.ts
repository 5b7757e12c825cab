import { folder, get, post, type RequestCollection, variables } from '../collection.ts'

const envelope = { type: 'string', result: 'object' } as const

/** The vendor's three steps, one request each; its page has the first two as a pre-request script. */
export const wildixCollection: RequestCollection = {
  name: 'Wildix service token',
  description: 'Run the folder in its order: each step saves the token that the next one carries.',
  variables: [{ name: 'authService', holds: 'apiServer' }, ...variables('clientId', 'clientSecret', 'accessToken')],
  defaults: { user: 'extension', basic: 'ZXh0ZW5zaW9uOnBhc3N3b3Jk', personalToken: '', aud: 'https://api.x-bees.com', scope: 'xbees' },
  folders: [
    folder('Service token', [
      get('1 Personal token', '/api/v1/personal/token/?service={{authService}}', envelope, {
        auth: 'none',
        headers: { Authorization: 'Basic {{basic}}' },
        description: '`basic` is the base64 of `extension:password`.',
        saves: { personalToken: 'result.token' },
      }),
      get('2 Access token', '/api/v2/Token/', envelope, {
        auth: 'none',
        headers: { Authorization: 'Bearer {{personalToken}}' },
        saves: { accessToken: 'result.accessToken' },
      }),
      post('3 Service token', '/api/v2/OpenId/service/', envelope, { json: { aud: '{{aud}}', scope: '{{scope}}' } }),
    ]),
  ],
}
