import Google from '@auth/core/providers/google'
import { oauth2 } from '@googleapis/oauth2'
import { OAuth2Client } from 'google-auth-library'
import { expect, test } from 'vitest'
import { aliceId, callback, throughPages, web } from '../../test/support/google-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { send } from '../../test/support/vendor-client.ts'
import { authJs, grantApp, origin } from '../applications.ts'

/** Clients that are told where Google is. */

const server = await startForFile({ defaultProvider: 'google' })
recordRequests('google', 'options', server)
const base = server.url
const codeIn = (back: URL) => back.searchParams.get('code') ?? ''

async function lets(redirect_uri: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ redirect_uris: [callback, redirect_uri] })
  const { status, text } = await send(`${base}/_grantbox/sandboxes/google/apps/app_google_web`, { method: 'PATCH', headers, body })
  expect(status, text).toBe(200)
}

test('google-auth-library by its endpoints and issuers, googleapis by a root of its own', async () => {
  const client = new OAuth2Client({
    clientId: web.client_id,
    clientSecret: web.client_secret,
    redirectUri: callback,
    issuers: [base],
    endpoints: {
      oauth2AuthBaseUrl: `${base}/o/oauth2/v2/auth`,
      oauth2TokenUrl: `${base}/token`,
      oauth2RevokeUrl: `${base}/revoke`,
      tokenInfoUrl: `${base}/tokeninfo`,
      oauth2FederatedSignonPemCertsUrl: `${base}/oauth2/v1/certs`,
      oauth2FederatedSignonJwkCertsUrl: `${base}/oauth2/v3/certs`,
    },
  })
  const scope = ['openid', 'email', 'profile']
  const back = await throughPages(client.generateAuthUrl({ access_type: 'offline', scope }))
  const { tokens } = await client.getToken(codeIn(back))
  client.setCredentials(tokens)
  const ticket = await client.verifyIdToken({ idToken: tokens.id_token ?? '', audience: web.client_id })
  expect(ticket.getPayload()).toMatchObject({ iss: base, sub: aliceId })
  expect(await client.getTokenInfo(tokens.access_token ?? '')).toMatchObject({ sub: aliceId })
  const { data } = await oauth2({ version: 'v2', auth: client as never }).userinfo.get({}, { rootUrl: `${base}/` })
  expect(data).toMatchObject({ id: aliceId, email: 'alice@example.com' })
  await client.refreshAccessToken()
  await client.revokeCredentials()
})

test('Auth.js by its issuer', async () => {
  await lets(`${origin}/auth/callback/google`)
  const provider = Google({ clientId: web.client_id, clientSecret: web.client_secret, issuer: base })
  const application = authJs('google', provider)
  expect(await application.finish(await throughPages(await application.begin()))).toMatchObject({ user: { email: 'alice@example.com' } })
})

test('grant by its addresses', async () => {
  const application = await grantApp('google', {
    key: web.client_id,
    secret: web.client_secret,
    authorize_url: `${base}/o/oauth2/v2/auth`,
    access_url: `${base}/token`,
    profile_url: `${base}/v1/userinfo`,
    scope: ['openid', 'email'],
    response: ['tokens', 'profile'],
  })
  await lets(`${application.origin}/connect/google/callback`)
  expect(await application.finish(await throughPages(await application.begin()))).toMatchObject({ profile: { sub: aliceId } })
})
