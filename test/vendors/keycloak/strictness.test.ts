import { describe, expect, test } from 'vitest'
import { start, startForFile } from '../../support/server.ts'
import { post, send } from '../../support/vendor-client.ts'
import { administration, at, password, spa, token, web } from './keycloak-client.ts'

const server = await startForFile()
const base = `${server.url}/keycloak`
const redirect_uri = 'http://localhost/callback'

/** A code of alice's, as a browser would bring it to the client. */
async function codeFor(client_id: string, url = server.url, more: Record<string, string> = {}): Promise<string> {
  const body = JSON.stringify({ client_id, redirect_uri, username: 'alice', scope: 'openid', ...more })
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  const answer = await send(`${url}/_grantbox/sandboxes/keycloak/authorize`, init)
  return String(answer.body.code)
}

const redeem = (code: string, more: Record<string, string> = web, url = base) =>
  token(url, { grant_type: 'authorization_code', code, redirect_uri, ...more })
const said = (error: string, error_description: string) => JSON.stringify({ error, error_description })

describe('a code is refused', () => {
  test('when it comes again, and what its first use brought is gone', async () => {
    const code = await codeFor('demo-web')
    const first = await redeem(code)
    expect(first.status).toBe(200)
    const again = await redeem(code)
    expect([again.status, again.text]).toEqual([400, said('invalid_grant', 'Code not valid')])
    expect(again.explanation).toContain('already used')
    const refresh = await token(base, { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token), ...web })
    expect(refresh.body.error).toBe('invalid_grant')
  })

  test('when it is another client’s, and then when its own client brings it', async () => {
    const code = await codeFor('demo-web')
    const foreign = await redeem(code, spa)
    expect(foreign.text).toBe(said('invalid_grant', 'Auth error: Found different client_id in clientSession'))
    expect(foreign.explanation).toContain('another client')
    expect((await redeem(code)).text).toBe(said('invalid_grant', 'Code not valid'))
  })

  test('after a minute', async () => {
    const own = await start()
    const code = await codeFor('demo-web', own.url)
    own.clock.advance(61)
    const late = await redeem(code, web, `${own.url}/keycloak`)
    expect(late.text).toBe(said('invalid_grant', 'Code not valid'))
    expect(late.explanation).toContain('expired')
  })

  test('with another redirect URI', async () => {
    const other = await redeem(await codeFor('demo-web'), { ...web, redirect_uri: 'http://localhost/other' })
    expect(other.text).toBe(said('invalid_grant', 'Incorrect redirect_uri'))
  })

  test('without its verifier, and with another', async () => {
    const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }
    const without = await redeem(await codeFor('demo-spa', server.url, challenge), spa)
    expect(without.text).toBe(said('invalid_grant', 'PKCE code verifier not specified'))
    const wrong = { ...spa, code_verifier: 'x'.repeat(43) }
    const other = await redeem(await codeFor('demo-spa', server.url, challenge), wrong)
    expect(other.text).toBe(said('invalid_grant', 'PKCE verification failed: Code mismatch'))
  })
})

describe('tokens hold no more', () => {
  test('after their time: the access token after five minutes, the refresh token after thirty', async () => {
    const own = await start()
    const url = `${own.url}/keycloak`
    const { access_token, refresh_token } = (await token(url, { ...password, scope: 'openid' })).body
    own.clock.advance(301)
    const userinfo = await send(url + at('userinfo'), { headers: { authorization: `Bearer ${access_token}` } })
    expect([userinfo.status, userinfo.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="demo", error="invalid_token", error_description="Token verification failed"',
    ])
    expect(userinfo.explanation).toContain('expired')
    own.clock.advance(1500)
    const refresh = await token(url, { grant_type: 'refresh_token', refresh_token: String(refresh_token), ...web })
    expect(refresh.text).toBe(said('invalid_grant', 'Token is not active'))
    expect(refresh.explanation).toContain('expired')
  })

  test('once their session is ended by its refresh token', async () => {
    const { access_token, refresh_token } = (await token(base, { ...password, scope: 'openid' })).body
    const form = { ...web, refresh_token: String(refresh_token) }
    expect((await post(base + at('logout'), form)).status).toBe(204)
    expect((await token(base, { grant_type: 'refresh_token', ...form })).text).toBe(said('invalid_grant', 'Session not active'))
    expect((await post(base + at('token/introspect'), { ...web, token: String(access_token) })).text).toBe('{"active":false}')
  })

  test('but go on beside their successors, as long as the session does', async () => {
    const { refresh_token } = (await token(base, password)).body
    const refresh = () => token(base, { grant_type: 'refresh_token', refresh_token: String(refresh_token), ...web })
    for (const { status } of [await refresh(), await refresh(), await refresh()]) expect(status).toBe(200)
  })
})

test.each([
  ['https://evil.example/callback', 'another host'],
  ['http://localhost.evil.example/', 'a host that begins alike'],
  ['http://user@localhost/callback', 'a user part'],
  ['http://localhost/a/../b', 'a path that leads up'],
  ['https://localhost/callback', 'another scheme'],
])('%s is no redirect URI: %s', async (uri) => {
  const query = new URLSearchParams({ client_id: 'demo-web', response_type: 'code', redirect_uri: uri })
  const page = await send(`${base}${at('auth')}?${query}`)
  expect(page.status).toBe(400)
  expect(page.text).toContain('Invalid parameter: redirect_uri')
  expect(page.explanation).toContain('redirect_uri')
})

test.each(['http://localhost:8080/callback', 'http://127.0.0.1/x/y?z=1', 'http://localhost'])('%s is one', async (uri) => {
  const query = new URLSearchParams({ client_id: 'demo-web', response_type: 'code', redirect_uri: uri })
  expect((await send(`${base}${at('auth')}?${query}`)).status).toBe(200)
})

describe('a realm is closed', () => {
  test.each([
    ['when it is disabled, whoever asks', { enabled: false }, said('access_denied', 'Realm not enabled'), 'is disabled'],
    ['to plain HTTP when it wants HTTPS of all', { sslRequired: 'all' }, said('invalid_request', 'HTTPS required'), 'sslRequired'],
  ])('%s', async (_, change, text, why) => {
    const { base, call } = await administration()
    expect((await call('PUT', '/realms/demo', change)).status).toBe(204)
    for (const path of ['token', 'token/introspect', 'revoke', 'ext/par/request', 'ext/ciba/auth']) {
      const answer = await post(base + at(path), { grant_type: 'nonsense', client_id: 'nobody' })
      expect([path, answer.status, answer.text]).toEqual([path, path === 'ext/ciba/auth' ? 401 : 403, text])
      expect(answer.explanation).toContain(why)
    }
    const query = new URLSearchParams({ client_id: 'demo-web', response_type: 'code', redirect_uri })
    const asked = [send(`${base}${at('auth')}?${query}`), post(base + at('auth/device'), {}), send(`${base}/realms/demo/device`)]
    for (const page of await Promise.all(asked)) {
      expect([page.status, page.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8'])
      expect(page.text).toContain(JSON.parse(text).error_description)
      expect(page.explanation).toContain(why)
    }
  })
})
