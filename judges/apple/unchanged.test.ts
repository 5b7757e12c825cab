import Apple from '@auth/core/providers/apple'
import appleSignIn from 'apple-signin-auth'
import { Apple as ArcticApple } from 'arctic'
import { expect, test } from 'vitest'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { claimsOf, postJson } from '../../test/support/vendor-client.ts'
import {
  aliceId,
  allowRedirects,
  bobId,
  callback,
  change,
  startTeamForFile,
  throughPages,
  toldClient,
  vendorHost,
  web,
} from '../../test/vendors/apple/apple-team.ts'
import { listener } from '../../test/vendors/apple/listener.ts'
import { authJs, betterAuthApp, grantApp, origin } from '../applications.ts'
import { leadHere } from '../lead-here.ts'

/** Clients that have Apple's address in their code, and are led here. */

const server = await startTeamForFile()
await leadHere(server)
recordRequests('apple', 'unchanged', server)
const { client_key, client_secret } = await toldClient(server)
const { team_id: teamID = '', key_id: keyIdentifier = '', private_key: privateKey = '' } = client_key ?? {}
const clientSecret = client_secret ?? ''

/** Leaves every app, so that the next sign-in is the first one. */
const leave = (username: string) =>
  postJson(`${server.url}/_grantbox/sandboxes/apple/users/${username}/events`, { client_id: web, event: 'consent-revoked' })

test('apple-signin-auth makes a secret, exchanges a code, checks the ID token, refreshes and revokes', async () => {
  const secret = appleSignIn.getClientSecret({ clientID: web, teamID, keyIdentifier, privateKey })
  const address = appleSignIn.getAuthorizationUrl({ clientID: web, redirectUri: callback, scope: 'name email', state: 's' })
  const { fields = {} } = await throughPages(address)
  expect(JSON.parse(fields.user ?? '')).toMatchObject({ name: { firstName: 'Alice' } })
  const options = { clientID: web, clientSecret: secret, redirectUri: callback }
  const tokens = await appleSignIn.getAuthorizationToken(fields.code ?? '', options)
  expect(await appleSignIn.verifyIdToken(tokens.id_token, { audience: web })).toMatchObject({ sub: aliceId, email: 'alice@example.com' })
  const refreshed = await appleSignIn.refreshAuthorizationToken(tokens.refresh_token, options)
  expect(refreshed).toMatchObject({ token_type: 'Bearer', id_token: expect.any(String) })
  expect(await appleSignIn.revokeAuthorizationToken(tokens.refresh_token, { ...options, tokenTypeHint: 'refresh_token' })).toBe('')
  expect(await appleSignIn.refreshAuthorizationToken(tokens.refresh_token, options)).toMatchObject({ error: 'invalid_grant' })
  expect(await appleSignIn.getAuthorizationToken('x', { ...options, clientSecret: 'x' })).toEqual({ error: 'invalid_client' })
})

test('apple-signin-auth reads what the vendor tells of its users', async () => {
  const { url, came } = await listener()
  await change(server, { notification_endpoint: url })
  await leave('bob')
  await change(server, { notification_endpoint: null })
  const { payload } = JSON.parse(came[0]?.body ?? '') as { payload: string }
  const { events } = await appleSignIn.verifyWebhookToken(payload, { audience: web })
  expect(events).toMatchObject({ type: 'consent-revoked', sub: bobId })
})

test('arctic signs a user in, and makes its secret itself', async () => {
  const body = privateKey.replace(/-----[^-]+-----|\s/g, '')
  const apple = new ArcticApple(web, teamID, keyIdentifier, Buffer.from(body, 'base64'), callback)
  const address = apple.createAuthorizationURL('state', ['name', 'email'])
  address.searchParams.set('response_mode', 'form_post')
  const { fields = {} } = await throughPages(address.href)
  const tokens = await apple.validateAuthorizationCode(fields.code ?? '')
  expect(claimsOf(tokens.idToken())).toMatchObject({ iss: vendorHost, sub: aliceId })
  await expect(apple.validateAuthorizationCode('x')).rejects.toMatchObject({ code: 'invalid_grant' })
})

test('Auth.js signs a user in by discovery, and hears of a user who cancels', async () => {
  await allowRedirects(server, `${origin}/auth/callback/apple`)
  const provider = Apple({ clientId: web, clientSecret })
  const another = authJs('apple', provider)
  const cancelled = await throughPages(await another.begin(), { decision: 'deny' })
  await expect(another.finish(cancelled.back, cancelled.fields)).resolves.toContain('error=')
  await leave('alice')
  const application = authJs('apple', provider)
  const { back, fields } = await throughPages(await application.begin())
  expect(await application.finish(back, fields)).toMatchObject({ user: { name: 'Alice Arnold', email: 'alice@example.com' } })
})

test('better-auth signs a user in', async () => {
  await allowRedirects(server, `${origin}/api/auth/callback/apple`)
  await leave('alice')
  const application = betterAuthApp('apple', { apple: { clientId: web, clientSecret } })
  const { back, fields } = await throughPages(await application.begin())
  expect(await application.finish(back, fields)).toMatchObject({
    user: { name: 'Alice Arnold', email: 'alice@example.com', emailVerified: true },
  })
})

test('grant signs a user in', async () => {
  const application = await grantApp('apple', {
    key: web,
    secret: clientSecret,
    scope: ['openid', 'name', 'email'],
    nonce: true,
    custom_params: { response_type: 'code id_token', response_mode: 'form_post' },
    response: ['tokens', 'raw', 'jwt'],
  })
  await allowRedirects(server, `${application.origin}/connect/apple/callback`)
  const { back, fields } = await throughPages(await application.begin())
  expect(await application.finish(back, fields)).toMatchObject({ jwt: { id_token: { payload: { iss: vendorHost, sub: aliceId } } } })
})
