import { CognitoJwtVerifier } from 'aws-jwt-verify'

/** Knows Amazon's addresses alone: whoever runs it leads it. Says on its last line whom the tokens are of. */

const userPoolId = 'us-east-1_Grantbox1'
const clientId = 'grantbox0spa0client0000001'

const signedIn = await fetch('https://cognito-idp.us-east-1.amazonaws.com/', {
  method: 'POST',
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth' },
  body: JSON.stringify({
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: clientId,
    AuthParameters: { USERNAME: 'alice', PASSWORD: 'Password1!' },
  }),
})
const { AuthenticationResult } = (await signedIn.json()) as { AuthenticationResult: Record<'AccessToken' | 'IdToken', string> }
const access = await CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: 'access' }).verify(AuthenticationResult.AccessToken)
const id = await CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: 'id' }).verify(AuthenticationResult.IdToken)

const machine = { client_id: 'grantbox0m2m0client0000001', client_secret: `grantbox0m2m0secret${'0'.repeat(32)}1` }
const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'demo/read', ...machine })
const answer = await fetch('https://grantbox.auth.us-east-1.amazoncognito.com/oauth2/token', { method: 'POST', body: form })
const { access_token } = (await answer.json()) as { access_token: string }
const verifier = CognitoJwtVerifier.create({ userPoolId, clientId: machine.client_id, tokenUse: 'access', scope: 'demo/read' })
const own = await verifier.verify(access_token)

console.log(JSON.stringify([access.username, id['cognito:username'], own.sub, own.iss]))
