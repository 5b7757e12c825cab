import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { alice, authorizeUrl, callback, callbackOf, codeOf, custom, native, redeem, token } from '../../support/okta-client.ts'
import { start, startForFile } from '../../support/server.ts'
import { claimsOf, post, send } from '../../support/vendor-client.ts'

const server = await startForFile({ defaultProvider: 'okta' })
const { url } = server
const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code'

test('what was given at one server holds there alone', async () => {
  const answer = { error: 'invalid_request', error_description: 'The grant was issued for another authorization server.' }
  const { status, body } = await redeem(url, await codeOf(url), {}, '/oauth2')
  expect([status, body]).toEqual([400, answer])
  const given = await token(url, { grant_type: 'password', ...alice, scope: 'openid offline_access' })
  const refresh = { grant_type: 'refresh_token', refresh_token: String(given.body.refresh_token) }
  expect((await token(url, refresh, '/oauth2')).body).toEqual(answer)
  expect((await token(url, refresh)).status).toBe(200)
})

describe('a device', () => {
  const begin = () => post(`${url}${custom}/v1/device/authorize`, { ...native, scope: 'openid profile offline_access' })
  const poll = (device_code: unknown) =>
    post(`${url}${custom}/v1/token`, { grant_type: deviceCode, device_code: String(device_code), ...native })

  test('is told where its user goes, waits, and gets its tokens', async () => {
    const { body } = await begin()
    expect(Object.keys(body)).toEqual([
      'device_code',
      'user_code',
      'verification_uri',
      'verification_uri_complete',
      'expires_in',
      'interval',
    ])
    expect(body).toMatchObject({
      user_code: expect.stringMatching(/^[A-Z]{4}-?[A-Z]{4}$/),
      verification_uri: `${url}/activate`,
      verification_uri_complete: `${url}/activate?user_code=${body.user_code}`,
      expires_in: 600,
      interval: 5,
    })
    expect((await poll(body.device_code)).text).toBe(
      '{"error":"authorization_pending","error_description":"The device authorization is pending. Please try again later."}',
    )
    expect((await poll(body.device_code)).text).toBe(
      '{"error":"slow_down","error_description":"Slow down the polling frequency. Please try again later."}',
    )
    const jar = new Jar()
    const asked = await jar.open(String(body.verification_uri_complete))
    const signIn = await jar.post(asked, url, { user_code: String(body.user_code) })
    const confirm = await jar.post(signIn, url, { identifier: 'alice', 'credentials.passcode': alice.password })
    await jar.post(confirm, url, { decision: 'allow' })
    server.clock.advance(60)
    const tokens = await poll(body.device_code)
    expect(claimsOf(tokens.body.access_token)).toMatchObject({ iss: `${url}${custom}`, cid: native.client_id, sub: 'alice' })
    expect((await poll(body.device_code)).body.error_description).toBe('The device code is invalid or has expired.')
  })

  test('waits ten minutes', async () => {
    const { body } = await begin()
    server.clock.advance(601)
    expect((await poll(body.device_code)).text).toBe('{"error":"expired_token","error_description":"The device code has expired."}')
  })
})

describe('the sign-in', () => {
  test('asks for consent where that is wanted, and takes no for an answer', async () => {
    const jar = new Jar()
    const page = await jar.open(authorizeUrl(url, { prompt: 'consent' }))
    const consent = await jar.post(page, url, { identifier: 'alice', 'credentials.passcode': alice.password })
    expect(consent.html).toContain('Example App would like to:')
    const answer = await jar.post(consent, url, { deny: 'Cancel' })
    expect(answer.location?.searchParams.get('error')).toBe('access_denied')
  })

  test('is refused with the words of the vendor', async () => {
    const jar = new Jar()
    const again = await jar.post(await jar.open(authorizeUrl(url)), url, { identifier: 'alice', 'credentials.passcode': 'wrong' })
    expect(again.status).toBe(401)
    expect(again.html).toContain('Unable to sign in')
  })

  test('of magic users does what they are for', async () => {
    const denied = await callbackOf(url, {}, { user: { username: 'deny', password: 'x' } })
    expect(denied.searchParams.get('error_description')).toBe('The resource owner or authorization server denied the request.')
  })

  test('needs no page with auto_sign_in', async () => {
    const { url } = await start({ defaultProvider: 'okta' })
    await send(`${url}/_grantbox/sandboxes/okta`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settings: { auto_sign_in: 'alice' } }),
    })
    const page = await new Jar().open(authorizeUrl(url))
    const { body } = await redeem(url, page.location?.searchParams.get('code') ?? '')
    expect(claimsOf(body.access_token)).toMatchObject({ sub: 'alice' })
  })

  test('answers by a message to the page that asked, bare', async () => {
    const page = await new Jar().open(authorizeUrl(url, { response_mode: 'okta_post_message', prompt: 'none' }))
    expect(page.status).toBe(200)
    expect(page.html).toContain(`data-origin="${new URL(callback).origin}" data-bare`)
    expect(page.html).toContain('name="error" value="login_required"')
  })
})

describe('faults speak as the vendor', () => {
  const fault = (body: object) =>
    send(`${url}/_grantbox/sandboxes/okta/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  test('at the token endpoint', async () => {
    expect((await fault({ endpoint: 'token', error: 'temporarily_unavailable' })).status).toBe(201)
    const answer = await token(url, { grant_type: 'client_credentials', scope: 'read' })
    expect(answer.body).toMatchObject({ error: 'temporarily_unavailable' })
    expect(answer.headers.get('cache-control')).toBe('no-cache, no-store')
  })

  test('and magic users have tokens that its verifier refuses', async () => {
    const mint = async (username: string) => {
      const { body } = await token(url, { grant_type: 'password', username, password: 'x', scope: 'openid' })
      return jwtVerify(String(body.access_token), createRemoteJWKSet(new URL(`${url}${custom}/v1/keys`)))
    }
    await expect(mint('badtoken')).rejects.toThrow(/signature/)
    await expect(mint('expired')).rejects.toThrow(/exp/)
  })
})
