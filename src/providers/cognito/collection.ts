import { type CollectionRequest, folder, get, post, type RequestCollection, token, usualVariables } from '../collection.ts'
import { apiScopes } from './world.ts'

/** An operation of the JSON API. */
function operation(name: string, json: object, members: Parameters<typeof post>[2]): CollectionRequest {
  const headers = { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': `AWSCognitoIdentityProviderService.${name}` }
  return post(name, '/', members, { auth: 'none', headers, json })
}

const spa = 'grantbox0spa0client0000001'

/** The requests to try a pool with. */
export const cognitoCollection: RequestCollection = {
  name: 'Amazon Cognito',
  description: 'Hosted UI and JSON API of a user pool. Sign in as `alice` or `bob`, password `Password1!`.',
  signIn: {
    tokenName: 'Cognito',
    authorizePath: '/oauth2/authorize',
    tokenPath: '/oauth2/token',
    callback: 'https://www.getpostman.com/oauth2/callback',
    scope: 'openid email profile',
    state: 'secret-session-state',
    clientAuthentication: 'header',
  },
  variables: usualVariables,
  folders: [
    folder('JSON API', [
      {
        ...operation(
          'InitiateAuth',
          { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: spa, AuthParameters: { USERNAME: 'alice', PASSWORD: 'Password1!' } },
          { AuthenticationResult: 'object' },
        ),
        saves: { accessToken: 'AuthenticationResult.AccessToken', refreshToken: 'AuthenticationResult.RefreshToken' },
      },
      operation('GetUser', { AccessToken: '{{accessToken}}' }, { Username: 'string', UserAttributes: 'array' }),
    ]),
    folder('Machine', [token('Client credentials', '/oauth2/token', { grant_type: 'client_credentials', scope: apiScopes[0] })]),
    folder('User', [get('userInfo', '/oauth2/userInfo', { sub: 'string', username: 'string' })]),
  ],
}
