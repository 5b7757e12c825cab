import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { alice, askHost, calendar, tv, web } from '../../support/google-client.ts'
import { startForFile } from '../../support/server.ts'
import { post, postJson } from '../../support/vendor-client.ts'

const { url, clock } = await startForFile({ defaultProvider: 'google' })

describe('a device', () => {
  const type = 'urn:ietf:params:oauth:grant-type:device_code'
  const begin = (form: Record<string, string> = {}) =>
    post(`${url}/device/code`, { client_id: tv.client_id, scope: 'openid email', ...form })
  const poll = (device_code: unknown, form: Record<string, string> = tv) =>
    post(`${url}/token`, { ...form, grant_type: type, device_code: String(device_code) })

  test('gets a code without a secret, and tokens with it', async () => {
    const { body } = await begin()
    expect(Object.keys(body)).toEqual(['device_code', 'user_code', 'expires_in', 'interval', 'verification_url'])
    expect(body).toMatchObject({
      device_code: expect.stringMatching(/^AH-1Ng/),
      user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
      expires_in: 1800,
      interval: 5,
      verification_url: `${url}/device`,
    })
    const pending = await poll(body.device_code)
    expect([pending.status, pending.body]).toEqual([428, { error: 'authorization_pending', error_description: 'Precondition Required' }])
    const early = await poll(body.device_code)
    expect([early.status, early.body]).toEqual([403, { error: 'slow_down', error_description: 'Forbidden' }])
    const jar = new Jar()
    let page = await jar.post(await jar.open(`${url}/device`), url, { code: String(body.user_code) })
    page = await jar.post(page, url, { identifier: alice.identifier })
    page = await jar.post(page, url, { Passwd: alice.Passwd })
    page = await jar.post(page, url, { decision: 'allow' })
    expect(page.html).toContain('Success!')
    clock.advance(60)
    expect((await poll(body.device_code, { client_id: tv.client_id })).body.error_description).toBe('client_secret is missing.')
    const { body: tokens } = await poll(body.device_code)
    expect(Object.keys(tokens)).toEqual(['access_token', 'expires_in', 'refresh_token', 'scope', 'token_type', 'id_token'])
  })

  test('is told of too many requests in a word of its own', async () => {
    await postJson(`${url}/_grantbox/sandboxes/google/faults`, {
      endpoint: 'device_authorization',
      error: 'temporarily_unavailable',
      status: 429,
      times: 1,
    })
    const { status, body } = await begin()
    expect([status, body]).toEqual([403, { error_code: 'rate_limit_exceeded' }])
  })

  test('finds the page at the vendor’s host', async () => {
    const body = new URLSearchParams({ client_id: tv.client_id, scope: 'email' }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await askHost(url, 'https://oauth2.googleapis.com/device/code', { method: 'POST', headers, body })
    expect(answer.body.verification_url).toBe('https://www.google.com/device')
  })

  test.each([
    ['a client of another kind', { client_id: web.client_id }, 401, { error: 'invalid_client', error_description: 'Invalid client type.' }],
    ['an unknown client', { client_id: 'x' }, 401, { error: 'invalid_client', error_description: 'The OAuth client was not found.' }],
    [
      'a scope that is not for devices',
      { scope: calendar },
      400,
      { error: 'invalid_scope', error_description: `Invalid device flow scope: ${calendar}` },
    ],
    ['no scope', { scope: '' }, 400, { error: 'invalid_request', error_description: 'Missing required parameter: scope' }],
  ])('is refused: %s', async (_what, form, status, body) => {
    const answer = await begin(form)
    expect([answer.status, answer.text]).toEqual([status, JSON.stringify(body, null, 2)])
  })

  test('is told when its user declined, when it is too late, and what is no code', async () => {
    const { body } = await begin()
    const jar = new Jar()
    let page = await jar.post(await jar.open(`${url}/device`), url, { code: String(body.user_code) })
    page = await jar.post(page, url, { identifier: alice.identifier })
    page = await jar.post(page, url, { Passwd: alice.Passwd })
    await jar.post(page, url, { decision: 'deny' })
    const denied = await poll(body.device_code)
    expect([denied.status, denied.body]).toEqual([403, { error: 'access_denied', error_description: 'Forbidden' }])
    const late = await begin()
    clock.advance(1801)
    const expired = await poll(late.body.device_code)
    expect([expired.status, expired.body]).toEqual([400, { error: 'expired_token' }])
    const unknown = await poll('AH-1Ngx')
    expect([unknown.status, unknown.body]).toEqual([400, { error: 'invalid_grant', error_description: 'Bad Request' }])
  })
})
