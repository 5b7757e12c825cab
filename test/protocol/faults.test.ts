import { decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/sandbox/faults.ts'
import { authorizeUrl, brandon, findFluffy, freshCode, passwordTokens, postmanCallback, postToken } from '../support/iokids-client.ts'
import { start, type TestServer } from '../support/server.ts'
import { post } from '../support/standard-client.ts'

/** Adds a fault to the default sandbox. */
function addFault(server: TestServer, fault: Partial<Fault>): Fault {
  return server.sandbox().faults.add({ endpoint: 'token', after: 0, times: 1, ...fault })
}

const withPassword = { grant_type: 'password', ...findFluffy, ...brandon }

/** A token answer as bytes. */
const rawToken = (server: TestServer) => fetch(`${server.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(withPassword) })

describe('when a fault strikes', () => {
  test('after so many requests, so many times, and then never again', async () => {
    const server = await start()
    addFault(server, { after: 1, times: 2, error: 'invalid_grant' })
    const statuses = []
    for (let i = 0; i < 5; i++) statuses.push((await postToken(server.url, withPassword)).status)
    expect(statuses).toEqual([200, 400, 400, 200, 200])
    expect(server.sandbox().faults.list()).toEqual([])
  })

  test('for one grant type, client or user alone', async () => {
    const server = await start()
    const { refresh_token } = await passwordTokens(server.url)
    addFault(server, { times: 0, grant_type: 'refresh_token', username: brandon.username, status: 503, headers: { 'retry-after': '7' } })
    const refresh = { grant_type: 'refresh_token', refresh_token, ...findFluffy }
    expect((await postToken(server.url, withPassword)).status).toBe(200)
    const refused = await fetch(`${server.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(refresh) })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '7'])
    const other = await passwordTokens(server.url, { username: 'redbutterfly267' })
    expect((await postToken(server.url, { ...refresh, refresh_token: other.refresh_token })).status).toBe(200)
  })

  test('for the user of a code before it is redeemed, so that the code still works afterwards', async () => {
    const server = await start()
    const code = await freshCode(server)
    addFault(server, { username: brandon.username, error: 'temporarily_unavailable' })
    const exchange = { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy }
    expect((await postToken(server.url, exchange)).status).toBe(503)
    expect((await postToken(server.url, exchange)).status).toBe(200)
  })

  test('another sandbox is not disturbed', async () => {
    const server = await start()
    addFault(server, { endpoint: '*', times: 0, drop: true })
    server.server.sandboxes.create({ name: 'other', provider: server.sandbox().provider })
    expect((await postToken(`${server.url}/other`, withPassword)).status).toBe(200)
    await expect(postToken(server.url, withPassword)).rejects.toThrow('fetch failed')
  })
})

describe('what it does', () => {
  test('says an error in the dialect, explained in header and journal', async () => {
    const server = await start()
    addFault(server, { error: 'invalid_client', error_description: 'Not you' })
    const answer = await postToken(server.url, withPassword)
    expect([answer.status, answer.body]).toEqual([401, { error: 'invalid_client', error_code: 4010, error_description: 'Not you' }])
    expect(answer.headers.get('grantbox-explain')).toContain('A fault of the sandbox')
    expect(server.sandbox().journal.list().at(-1)).toMatchObject({ error: 'invalid_client', status: 401 })
  })

  test('drops the connection, and the journal has it', async () => {
    const server = await start()
    addFault(server, { drop: true })
    await expect(rawToken(server)).rejects.toThrow('fetch failed')
    expect(server.sandbox().journal.list().at(-1)).toMatchObject({ endpoint: 'token', status: 0 })
  })

  test('drops the connection after the answer was made: the code is redeemed, the tokens are stored', async () => {
    const server = await start()
    const code = await freshCode(server)
    addFault(server, { drop: 'after' })
    const exchange = { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy }
    await expect(postToken(server.url, exchange)).rejects.toThrow('fetch failed')
    const dropped = server.sandbox().journal.list().at(-1)
    expect(dropped).toMatchObject({ endpoint: 'token', status: 0, grant_id: expect.any(Number) })
    expect(dropped?.explanation).toContain('A fault of the sandbox')
    expect(await postToken(server.url, exchange)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect((await rawToken(server)).status).toBe(200)
  })

  test('waits, then answers as usual', async () => {
    const server = await start()
    addFault(server, { delay_ms: 300 })
    await expect(
      fetch(`${server.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(withPassword), signal: AbortSignal.timeout(100) }),
    ).rejects.toThrow('timeout')
    addFault(server, { delay_ms: 50 })
    expect((await rawToken(server)).status).toBe(200)
  })

  test('waits in the middle of the body: half of it comes, then the rest', async () => {
    const server = await start()
    addFault(server, { delay_ms: 400, delay_at: 'body' })
    const began = performance.now()
    const answer = await rawToken(server)
    const chunks: { text: string; after: number }[] = []
    for await (const chunk of answer.body ?? []) chunks.push({ text: Buffer.from(chunk).toString(), after: performance.now() - began })
    const text = chunks.map((one) => one.text).join('')
    expect([answer.status, Number(answer.headers.get('content-length'))]).toEqual([200, text.length])
    expect(JSON.parse(text)).toMatchObject({ token_type: 'Bearer' })
    expect([chunks.length, chunks[0]?.text.length]).toEqual([2, Math.floor(text.length / 2)])
    expect((chunks[1]?.after ?? 0) - (chunks[0]?.after ?? 0)).toBeGreaterThan(300)
  })

  test('waits in the middle of a body that is cut off, too, and before the end of none', async () => {
    const server = await start()
    addFault(server, { delay_ms: 50, delay_at: 'body', malformed: 'truncated' })
    const text = await (await rawToken(server)).text()
    expect(() => JSON.parse(text)).toThrow()
    addFault(server, { endpoint: 'token', delay_ms: 60_000, delay_at: 'body', status: 204 })
    expect((await rawToken(server)).status).toBe(204)
  })

  test.each([
    ['invalid_json', (text: string) => expect(() => JSON.parse(text)).toThrow()],
    ['html', (text: string, type: string) => expect([text.slice(0, 15), type]).toEqual(['<!doctype html>', 'text/html; charset=utf-8'])],
    ['empty', (text: string) => expect(text).toBe('')],
    [
      'wrong_content_type',
      (text: string, type: string) => expect([JSON.parse(text).token_type, type]).toEqual(['Bearer', 'text/plain; charset=utf-8']),
    ],
    ['truncated', (text: string) => expect(() => JSON.parse(text)).toThrow()],
  ] as const)('malforms the answer: %s', async (malformed, check) => {
    const server = await start()
    addFault(server, { malformed })
    const answer = await rawToken(server)
    expect(answer.status).toBe(200)
    check(await answer.text(), answer.headers.get('content-type') ?? '')
  })

  test('patches the answer (RFC 7396)', async () => {
    const server = await start()
    addFault(server, { patch: { expires_in: null, token_type: 'mac', extra: { deep: 1 } } })
    const { body } = await postToken(server.url, withPassword)
    expect(body).toMatchObject({ token_type: 'mac', extra: { deep: 1 } })
    expect(body).not.toHaveProperty('expires_in')
  })

  test('narrows the scope and tells it (RFC 6749 §5.1)', async () => {
    const server = await start()
    addFault(server, { granted_scope: 'profile' })
    expect((await postToken(server.url, { ...withPassword, scope: 'profile friends' })).body.scope).toBe('profile')
  })

  test.each([307, 308])('sends the client elsewhere with its request: %i (RFC 9110 §15.4.8 and §15.4.9)', async (status) => {
    const server = await start()
    addFault(server, { status, headers: { Location: 'http://localhost:1/stranger' } })
    const init = { method: 'POST', body: new URLSearchParams(withPassword), redirect: 'manual' } as const
    const answer = await fetch(`${server.url}/oauth/token`, init)
    expect([answer.status, answer.headers.get('location')]).toEqual([status, 'http://localhost:1/stranger'])
  })

  test('lets a device poll once and then wants it slower, and says no interval (RFC 8628 §3.2 and §3.5)', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const client = { client_id: 'standard-web', client_secret: 'standard-web-secret' }
    addFault(server, { endpoint: 'device_authorization', patch: { interval: null } })
    const begun = await post(server.url, '/device_authorization', client)
    expect([begun.status, begun.body.interval]).toEqual([200, undefined])
    const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
    addFault(server, { grant_type, after: 1, error: 'slow_down' })
    const poll = async () => (await post(server.url, '/token', { grant_type, device_code: String(begun.body.device_code), ...client })).body
    expect([(await poll()).error, (await poll()).error]).toEqual(['authorization_pending', 'slow_down'])
  })

  test('strikes the API in its dialect too', async () => {
    const server = await start()
    const { access_token } = await passwordTokens(server.url)
    addFault(server, { endpoint: 'api', status: 429, body: { error_code: 4291 }, headers: { 'retry-after': '1' } })
    const me = () => fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${access_token}` } })
    const limited = await me()
    expect([limited.status, await limited.json()]).toEqual([429, { error_code: 4291 }])
    expect((await me()).status).toBe(200)
  })
})

describe('tokens that are wrong', () => {
  const standardPassword = {
    grant_type: 'password',
    client_id: 'standard-web',
    client_secret: 'standard-web-secret',
    username: 'alice',
    password: 'password',
    scope: 'openid',
  }
  const standardToken = async (server: TestServer) => {
    const answer = await fetch(`${server.url}/token`, { method: 'POST', body: new URLSearchParams(standardPassword) })
    return (await answer.json()) as { access_token: string; id_token: string }
  }
  const keys = async (server: TestServer) => {
    const { createRemoteJWKSet } = await import('jose')
    return createRemoteJWKSet(new URL(`${server.url}/jwks`))
  }

  test.each([
    ['bad_signature', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
    ['expired', 'ERR_JWT_EXPIRED'],
    ['not_yet_valid', 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['wrong_audience', 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['wrong_issuer', 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['unknown_kid', 'ERR_JWKS_NO_MATCHING_KEY'],
  ] as const)('%s is what a verifying client sees', async (token, code) => {
    const server = await start({ defaultProvider: 'standard' })
    const good = await standardToken(server)
    const options = { issuer: server.url, audience: 'standard-web' }
    await jwtVerify(good.id_token, await keys(server), options)
    addFault(server, { token })
    const bad = await standardToken(server)
    await expect(jwtVerify(bad.id_token, await keys(server), options)).rejects.toMatchObject({ code })
    const userinfo = await fetch(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${bad.access_token}` } })
    expect(userinfo.status).toBe(401)
  })

  describe.each(['jwt', 'opaque'] as const)('expired, as %s,', (access_token_format) => {
    test('is an expired token to userinfo and introspection, not one that was altered', async () => {
      const server = await start({ defaultProvider: 'standard' })
      const sandbox = server.server.sandboxes.update(server.sandbox(), { settings: { access_token_format } })
      addFault(server, { token: 'expired' })
      const { access_token } = await standardToken(server)
      expect(access_token.split('.').length === 3).toBe(access_token_format === 'jwt')
      const userinfo = await fetch(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
      expect([userinfo.status, userinfo.headers.get('grantbox-explain')]).toEqual([401, expect.stringContaining('has expired')])
      const { client_id, client_secret } = standardPassword
      const body = new URLSearchParams({ token: access_token, client_id, client_secret })
      const introspection = await fetch(`${server.url}/introspect`, { method: 'POST', body })
      expect(await introspection.json()).toEqual({ active: false })
      expect(sandbox.journal.list().at(-1)?.explanation).toBe('The token is not active: it has expired')
    })
  })

  test('the ID token alone is wrong', async () => {
    const server = await start({ defaultProvider: 'standard' })
    addFault(server, { id_token: 'wrong_audience' })
    const { access_token, id_token } = await standardToken(server)
    const options = { issuer: server.url, audience: 'standard-web' }
    await expect(jwtVerify(id_token, await keys(server), options)).rejects.toMatchObject({ code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' })
    await jwtVerify(access_token, await keys(server), { issuer: server.url })
    const userinfo = await fetch(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
    expect(userinfo.status).toBe(200)
  })

  test('alg_none has no signature', async () => {
    const server = await start({ defaultProvider: 'standard' })
    addFault(server, { token: 'alg_none' })
    const { id_token } = await standardToken(server)
    expect(decodeProtectedHeader(id_token).alg).toBe('none')
    expect(id_token.endsWith('.')).toBe(true)
  })
})

describe('magic users', () => {
  const asUser = (server: TestServer, username: string) => postToken(server.url, { ...withPassword, username, password: 'whatever' })
  const me = (server: TestServer, token: unknown) => fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } })

  test('locked cannot sign in', async () => {
    const server = await start()
    const { status, body } = await asUser(server, 'locked')
    expect([status, body.error]).toEqual([400, 'invalid_grant'])
  })

  test('revoked gets tokens that are refused at once', async () => {
    const server = await start()
    const { status, body } = await asUser(server, 'revoked')
    expect(status).toBe(200)
    expect((await me(server, body.access_token)).status).toBe(401)
    expect(
      (await postToken(server.url, { grant_type: 'refresh_token', refresh_token: String(body.refresh_token), ...findFluffy })).status,
    ).toBe(400)
  })

  test('expired gets access tokens that are born expired, and can refresh', async () => {
    const server = await start()
    const { body } = await asUser(server, 'expired')
    const refused = await me(server, body.access_token)
    expect(refused.status).toBe(401)
    expect(JSON.parse(Buffer.from(String(body.access_token).split('.')[1] ?? '', 'base64url').toString()).exp).toBeLessThan(
      Date.now() / 1000,
    )
    expect(
      (await postToken(server.url, { grant_type: 'refresh_token', refresh_token: String(body.refresh_token), ...findFluffy })).status,
    ).toBe(200)
  })

  test('norefresh gets no refresh token', async () => {
    const server = await start()
    expect((await asUser(server, 'norefresh')).body).not.toHaveProperty('refresh_token')
  })

  test('badtoken gets a token with a broken signature', async () => {
    const server = await start()
    const { body } = await asUser(server, 'badtoken')
    const key = new TextEncoder().encode(server.sandbox().settings.signing_secret)
    await expect(jwtVerify(String(body.access_token), key)).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })
    expect((await me(server, body.access_token)).status).toBe(401)
  })

  test('servererror meets a 500 once, and then a token endpoint that works', async () => {
    const server = await start()
    expect([(await asUser(server, 'servererror')).status, (await asUser(server, 'servererror')).status]).toEqual([500, 200])
  })
})

test('an authorization URL is answered as usual while a fault waits for another endpoint', async () => {
  const server = await start()
  addFault(server, { endpoint: 'token', times: 0, drop: true })
  expect((await fetch(authorizeUrl(server.url))).status).toBe(200)
})
