import {
  type AwsSignature,
  type CollectionRequest,
  folder,
  get,
  post,
  type RequestCollection,
  token,
  usualSignIn,
  usualVariables,
} from '../collection.ts'
import { apiScopes, cognitoWorld, poolId } from './world.ts'

/** An operation of the JSON API. */
function operation(name: string, json: object, members: Parameters<typeof post>[2], auth: CollectionRequest['auth'] = 'none') {
  const headers = { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': `AWSCognitoIdentityProviderService.${name}` }
  return post(name, '/', members, { auth, headers, json })
}

/** What IAM authorizes is signed; any keys will do. */
const signed: AwsSignature = { service: 'cognito-idp', region: 'us-east-1', accessKey: 'test', secretKey: 'test' }

const spa = 'grantbox0spa0client0000001'
const machine = cognitoWorld.apps[2]?.clients[0]
const form = {
  grant_type: 'client_credentials',
  scope: apiScopes[0],
  client_id: machine?.client_id ?? '',
  client_secret: machine?.client_secret ?? '',
}

/** The requests to try a pool with. */
export const cognitoCollection: RequestCollection = {
  name: 'Amazon Cognito',
  description: 'Hosted UI and JSON API of a user pool. Sign in as `alice` or `bob`, password `Password1!`.',
  signIn: {
    tokenName: 'Cognito',
    authorizePath: '/oauth2/authorize',
    tokenPath: '/oauth2/token',
    ...usualSignIn,
    scope: 'openid email profile',
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
    folder('Administration', [operation('ListUsers', { UserPoolId: poolId, Limit: 10 }, { Users: 'array' }, signed)]),
    folder('Machine', [{ ...token('Client credentials', '/oauth2/token', form), auth: 'none', saves: {} }]),
    folder('Pool', [
      get('Discovery', `/${poolId}/.well-known/openid-configuration`, { issuer: 'string', jwks_uri: 'string' }, { auth: 'none' }),
      get('Keys', `/${poolId}/.well-known/jwks.json`, { keys: 'array' }, { auth: 'none' }),
    ]),
    folder('Signed in on the page', [
      {
        ...get('userInfo', '/oauth2/userInfo', {}, { auth: 'oauth2' }),
        description: 'With a token of the page, which was given for `openid`: that of InitiateAuth gets 401.',
        expects: { status: [200, 401] },
      },
    ]),
  ],
}
