import Google from '@auth/core/providers/google'
import { oauth2 } from '@googleapis/oauth2'
import { people } from '@googleapis/people'
import { Google as ArcticGoogle, decodeIdToken, generateCodeVerifier, OAuth2RequestError } from 'arctic'
import { OAuth2Client } from 'google-auth-library'
import { expect, test } from 'vitest'
import { aliceId, calendar, callback, desktop, throughPages, web } from '../../test/support/google-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { send } from '../../test/support/vendor-client.ts'
import { authJs, betterAuthApp, grantApp, origin } from '../applications.ts'
import { leadHere } from '../lead-here.ts'

/** Clients that have Google's addresses in their code, and are led here. */

const server = await startForFile({ defaultProvider: 'google' })
await leadHere(server)
recordRequests('google', 'unchanged', server)
const options = { clientId: web.client_id, clientSecret: web.client_secret }
const signedIn = { user: { name: 'Alice Arnold', email: 'alice@example.com' } }
const codeIn = (back: URL) => back.searchParams.get('code') ?? ''

async function lets(...redirect_uris: string[]): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ redirect_uris: [callback, ...redirect_uris] })
  const { status, text } = await send(`${server.url}/_grantbox/sandboxes/google/apps/app_google_web`, { method: 'PATCH', headers, body })
  expect(status, text).toBe(200)
}

const clientWith = async (more: object = {}) => {
  const client = new OAuth2Client({ ...options, redirectUri: callback })
  const scope = ['openid', 'email', 'profile']
  const address = client.generateAuthUrl({ access_type: 'offline', prompt: 'consent', scope, ...more })
  const { tokens } = await client.getToken(codeIn(await throughPages(address)))
  client.setCredentials(tokens)
  return { client, tokens }
}

test('google-auth-library: a code, the ID token by certificate, tokeninfo, a refresh, revocation', async () => {
  const { client, tokens } = await clientWith()
  const ticket = await client.verifyIdToken({ idToken: tokens.id_token ?? '', audience: web.client_id })
  expect(ticket.getPayload()).toMatchObject({ iss: 'https://accounts.google.com', sub: aliceId, email_verified: true })
  await expect(client.verifyIdToken({ idToken: tokens.id_token ?? '', audience: 'other' })).rejects.toThrow(/Wrong recipient/)
  const info = await client.getTokenInfo(tokens.access_token ?? '')
  expect(info).toMatchObject({ aud: web.client_id, email: 'alice@example.com', scopes: expect.arrayContaining(['openid']) })
  await expect(client.getTokenInfo('ya29.x')).rejects.toThrow(/invalid_token|Invalid Value/)
  const { credentials } = await client.refreshAccessToken()
  expect(credentials.access_token).not.toBe(tokens.access_token)
  expect(credentials.refresh_token).toBe(tokens.refresh_token)
  const me = await client.request<{ sub: string }>({ url: 'https://openidconnect.googleapis.com/v1/userinfo' })
  expect(me.data.sub).toBe(aliceId)
  await client.revokeToken(tokens.refresh_token ?? '')
  await expect(client.refreshAccessToken()).rejects.toThrow(/invalid_grant/)
  await expect(client.revokeToken('x')).rejects.toMatchObject({ response: { status: 400 } })
})

test('google-auth-library: what is wrong with a code, a secret and a verifier', async () => {
  const client = new OAuth2Client({ ...options, redirectUri: callback })
  await expect(client.getToken('x')).rejects.toMatchObject({
    response: { status: 400, data: { error: 'invalid_grant', error_description: 'Malformed auth code.' } },
  })
  const wrong = new OAuth2Client({ ...options, clientSecret: 'x', redirectUri: callback })
  await expect(wrong.getToken('x')).rejects.toMatchObject({
    response: { status: 401, data: { error: 'invalid_client', error_description: 'The provided client secret is invalid.' } },
  })
  const { codeVerifier, codeChallenge = '' } = await client.generateCodeVerifierAsync()
  const asked = { scope: 'openid', code_challenge: codeChallenge, code_challenge_method: 'S256' as never }
  const code = codeIn(await throughPages(client.generateAuthUrl(asked)))
  await expect(client.getToken({ code, codeVerifier: 'x'.repeat(43) })).rejects.toThrow('invalid_grant')
  const again = codeIn(await throughPages(client.generateAuthUrl(asked)))
  expect((await client.getToken({ code: again, codeVerifier })).tokens).toHaveProperty('id_token')
})

test('google-auth-library: a desktop app at a port of its own', async () => {
  const redirectUri = 'http://127.0.0.1:53682/'
  const client = new OAuth2Client({ clientId: desktop.client_id, clientSecret: desktop.client_secret, redirectUri })
  const back = await throughPages(client.generateAuthUrl({ access_type: 'offline', scope: 'openid email' }))
  expect(back.origin).toBe('http://127.0.0.1:53682')
  expect((await client.getToken(codeIn(back))).tokens.refresh_token).toBeTypeOf('string')
})

test('googleapis: userinfo, tokeninfo and People', async () => {
  const { client, tokens } = await clientWith()
  const auth = client as never
  const { data } = await oauth2({ version: 'v2', auth }).userinfo.get()
  expect(data).toMatchObject({ id: aliceId, verified_email: true, given_name: 'Alice' })
  const info = await oauth2({ version: 'v2', auth }).tokeninfo({ access_token: tokens.access_token ?? '' })
  expect(info.data).toMatchObject({ audience: web.client_id })
  const me = await people({ version: 'v1', auth }).people.get({ resourceName: 'people/me', personFields: 'names,emailAddresses,photos' })
  expect(me.data.names?.[0]).toMatchObject({ displayName: 'Alice Arnold' })
  const narrow = await clientWith({ scope: calendar })
  await expect(oauth2({ version: 'v2', auth: narrow.client as never }).userinfo.get()).rejects.toMatchObject({ response: { status: 403 } })
})

test('arctic', async () => {
  const google = new ArcticGoogle(web.client_id, web.client_secret, callback)
  const verifier = generateCodeVerifier()
  const address = google.createAuthorizationURL('state', verifier, ['openid', 'profile', 'email'])
  address.searchParams.set('access_type', 'offline')
  address.searchParams.set('prompt', 'consent')
  const tokens = await google.validateAuthorizationCode(codeIn(await throughPages(address.href)), verifier)
  expect(decodeIdToken(tokens.idToken())).toMatchObject({ iss: 'https://accounts.google.com', sub: aliceId })
  expect(tokens.scopes()).toContain('https://www.googleapis.com/auth/userinfo.email')
  const refreshed = await google.refreshAccessToken(tokens.refreshToken())
  expect(refreshed.hasRefreshToken()).toBe(false)
  await google.revokeToken(tokens.refreshToken())
  await expect(google.refreshAccessToken(tokens.refreshToken())).rejects.toBeInstanceOf(OAuth2RequestError)
  await expect(google.validateAuthorizationCode('x', verifier)).rejects.toMatchObject({ code: 'invalid_grant' })
})

test('Auth.js', async () => {
  await lets(`${origin}/auth/callback/google`)
  const cancelled = authJs('google', Google(options))
  await expect(cancelled.finish(await throughPages(await cancelled.begin(), { decision: 'deny' }))).resolves.toContain('error=')
  const application = authJs('google', Google(options))
  expect(await application.finish(await throughPages(await application.begin()))).toMatchObject(signedIn)
})

test('better-auth', async () => {
  await lets(`${origin}/api/auth/callback/google`)
  const application = betterAuthApp('google', { google: { ...options, accessType: 'offline', prompt: 'consent' } })
  expect(await application.finish(await throughPages(await application.begin()))).toMatchObject({
    user: { ...signedIn.user, emailVerified: true },
  })
  const limited = betterAuthApp('google', { google: { ...options, hd: 'example.com', prompt: 'consent' } })
  const bob = { identifier: 'bob@example.com', Passwd: 'password' }
  expect(await limited.finish(await throughPages(await limited.begin(), {}, bob))).toMatchObject({ user: { email: 'bob@example.com' } })
})

test('grant', async () => {
  const application = await grantApp('google', {
    key: web.client_id,
    secret: web.client_secret,
    scope: ['openid', 'email', 'profile'],
    nonce: true,
    custom_params: { access_type: 'offline' },
    response: ['tokens', 'profile', 'jwt'],
  })
  await lets(`${application.origin}/connect/google/callback`)
  const told = await application.finish(await throughPages(await application.begin()))
  expect(told).toMatchObject({
    jwt: { id_token: { payload: { iss: 'https://accounts.google.com', sub: aliceId } } },
    profile: { sub: aliceId },
  })
})
