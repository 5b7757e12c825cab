import OktaJwtVerifier from '@okta/jwt-verifier'

/** Knows Okta's addresses alone: whoever runs it leads it. Prints the claims of an access token that it verified, and the token. */

const issuer = 'https://dev-1.okta.com/oauth2/default'
const client = Buffer.from('0oagrantboxweb000001:grantbox-okta-web-secret-0123456789abcdef').toString('base64')
const form = new URLSearchParams({ grant_type: 'password', username: 'alice', password: 'Password1!', scope: 'openid' })
const answer = await fetch(`${issuer}/v1/token`, { method: 'POST', body: form, headers: { authorization: `Basic ${client}` } })
const { access_token } = (await answer.json()) as { access_token: string }
const { claims } = await new OktaJwtVerifier({ issuer }).verifyAccessToken(access_token, 'api://default')
console.log(JSON.stringify([claims, access_token]))
