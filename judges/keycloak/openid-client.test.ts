import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { FormBrowser } from '../../test/support/recording/form-browser.ts'
import { keycloakForFile, spa, web } from './at.ts'

/** The strictest client that npm has, at Keycloak's realm. */

const { base, issuer, signedIn } = await keycloakForFile('openid-client')
const redirect_uri = 'http://localhost:3000/callback'
const options = { execute: [client.allowInsecureRequests] }
const config = await client.discovery(new URL(issuer), web.id, web.secret, undefined, options)

test('a code with PKCE, userinfo, refresh and sign-out', async () => {
  const verifier = client.randomPKCECodeVerifier()
  const [state, nonce, code_challenge] = [client.randomState(), client.randomNonce(), await client.calculatePKCECodeChallenge(verifier)]
  const asked = { redirect_uri, scope: 'openid', state, nonce, code_challenge, code_challenge_method: 'S256' }
  const browser = new FormBrowser(base)
  const back = await signedIn(client.buildAuthorizationUrl(config, asked).href, browser)
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
  const tokens = await client.authorizationCodeGrant(config, back, checks)
  const sub = tokens.claims()?.sub ?? ''
  expect(await client.fetchUserInfo(config, tokens.access_token, sub)).toMatchObject({ preferred_username: 'alice' })
  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(fresh.claims()?.sub).toBe(sub)
  const out = client.buildEndSessionUrl(config, { post_logout_redirect_uri: redirect_uri, id_token_hint: tokens.id_token ?? '' })
  expect((await browser.open(out.href)).location?.href).toBe(redirect_uri)
  await expect(client.refreshTokenGrant(config, fresh.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
    error_description: 'Session not active',
  })
})

test('a pushed authorization request', async () => {
  const url = await client.buildAuthorizationUrlWithPAR(config, { redirect_uri, scope: 'openid', response_type: 'code' })
  const tokens = await client.authorizationCodeGrant(config, await signedIn(url.href), { idTokenExpected: true })
  expect(tokens.claims()?.aud).toBe(web.id)
})

test('a signed answer', async () => {
  const signed = await client.discovery(new URL(issuer), web.id, web.secret, undefined, {
    execute: [client.allowInsecureRequests, client.useJwtResponseMode],
  })
  const back = await signedIn(client.buildAuthorizationUrl(signed, { redirect_uri, scope: 'openid' }).href)
  expect((await client.authorizationCodeGrant(signed, back)).token_type).toBe('bearer')
})

test('client credentials and introspection', async () => {
  const { access_token } = await client.clientCredentialsGrant(config)
  // Keycloak tells of a token only those whom it is for.
  expect(await client.tokenIntrospection(config, access_token)).toEqual({ active: false })
  await client.tokenRevocation(config, access_token)
})

test('a device', async () => {
  const device = await client.initiateDeviceAuthorization(config, { scope: 'openid' })
  const browser = new FormBrowser(base)
  await browser.open(device.verification_uri_complete ?? '')
  await browser.fill({ username: 'alice', password: 'password' })
  await browser.fill({ accept: 'Yes' })
  expect(
    (await client.pollDeviceAuthorizationGrant(config, device, undefined, { signal: AbortSignal.timeout(8000) })).claims()?.sub,
  ).toBeDefined()
})

test('a public client', async () => {
  const open = await client.discovery(new URL(issuer), spa.id, undefined, client.None(), options)
  const verifier = client.randomPKCECodeVerifier()
  const code_challenge = await client.calculatePKCECodeChallenge(verifier)
  const url = client.buildAuthorizationUrl(open, { redirect_uri, scope: 'openid', code_challenge, code_challenge_method: 'S256' })
  const tokens = await client.authorizationCodeGrant(open, await signedIn(url.href), { pkceCodeVerifier: verifier })
  expect(tokens.claims()?.aud).toBe(spa.id)
})
