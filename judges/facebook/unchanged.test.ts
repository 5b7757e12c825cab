import { createHash, randomBytes } from 'node:crypto'
import Facebook from '@auth/core/providers/facebook'
import { Facebook as ArcticFacebook } from 'arctic'
import { expect, test } from 'vitest'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { allowRedirects, app, callback, scoped, startFacebookForFile, throughPages } from '../../test/vendors/facebook/facebook-app.ts'
import { authJs, betterAuthApp, grantApp, origin } from '../applications.ts'
import { leadHere } from '../lead-here.ts'

/** Clients that have Facebook's addresses in their code, and are led here. */

const server = await startFacebookForFile()
await leadHere(server)
recordRequests('facebook', 'unchanged', server)
const options = { clientId: app.client_id, clientSecret: app.client_secret }
const email = 'alice@example.com'

test('arctic gets a token, and reads the error object as one that it does not know', async () => {
  const facebook = new ArcticFacebook(app.client_id, app.client_secret, callback)
  const back = await throughPages(facebook.createAuthorizationURL('state', ['email', 'public_profile']).href)
  const tokens = await facebook.validateAuthorizationCode(back.searchParams.get('code') ?? '')
  expect(tokens.accessTokenExpiresInSeconds()).toBe(5_183_944)
  const me = await fetch(`https://graph.facebook.com/me?${new URLSearchParams({ access_token: tokens.accessToken(), fields: 'id,email' })}`)
  expect(await me.json()).toEqual({ id: expect.stringMatching(scoped), email })
  await expect(facebook.validateAuthorizationCode('x')).rejects.toThrow('Unexpected error response')
})

test('Auth.js signs a user in, and hears of a user who cancels', async () => {
  await allowRedirects(server, `${origin}/auth/callback/facebook`)
  const another = authJs('facebook', Facebook(options))
  await expect(another.finish(await throughPages(await another.begin(), { username: 'bob', decision: 'deny' }))).resolves.toContain(
    'error=',
  )
  const application = authJs('facebook', Facebook(options))
  expect(await application.finish(await throughPages(await application.begin()))).toMatchObject({ user: { name: 'Alice Arnold', email } })
})

test('better-auth inspects the token and signs a user in', async () => {
  await allowRedirects(server, `${origin}/api/auth/callback/facebook`)
  const application = betterAuthApp('facebook', { facebook: options })
  expect(await application.finish(await throughPages(await application.begin()))).toMatchObject({ user: { name: 'Alice Arnold', email } })
})

test('grant signs a user in', async () => {
  const application = await grantApp('facebook', {
    key: app.client_id,
    secret: app.client_secret,
    scope: ['email'],
    response: ['tokens', 'raw', 'profile'],
    profile_url: 'https://graph.facebook.com/me?fields=id,name,email',
  })
  await allowRedirects(server, `${application.origin}/connect/facebook/callback`)
  expect(await application.finish(await throughPages(await application.begin()))).toMatchObject({
    access_token: expect.stringMatching(/^EAA/),
    raw: { token_type: 'bearer' },
    profile: { name: 'Alice Arnold', email },
  })
})

test('Limited Login’s token stands in jose’s test, as better-auth makes it', async () => {
  const { createRemoteJWKSet, jwtVerify } = await import('jose')
  const code_verifier = randomBytes(32).toString('base64url')
  const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
  const asked = {
    client_id: app.client_id,
    redirect_uri: callback,
    scope: 'openid,email',
    nonce: 'n',
    code_challenge,
    code_challenge_method: 'S256',
  }
  const back = await throughPages(`https://www.facebook.com/v24.0/dialog/oauth?${new URLSearchParams(asked)}`)
  const form = { ...app, code: back.searchParams.get('code') ?? '', redirect_uri: callback, code_verifier }
  const answer = await fetch('https://graph.facebook.com/v24.0/oauth/access_token', { method: 'POST', body: new URLSearchParams(form) })
  const { id_token } = (await answer.json()) as { id_token: string }
  const keys = createRemoteJWKSet(new URL('https://limited.facebook.com/.well-known/oauth/openid/jwks/'))
  const { payload } = await jwtVerify(id_token, keys, { issuer: 'https://www.facebook.com', audience: app.client_id })
  expect(payload).toMatchObject({ nonce: 'n', email, sub: expect.stringMatching(scoped) })
})
