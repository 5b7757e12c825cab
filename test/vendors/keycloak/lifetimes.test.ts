import { expect, test } from 'vitest'
import { claimsOf, post, postJson, send } from '../../support/vendor-client.ts'
import { administration, at, password, token, web } from './keycloak-client.ts'

const refresh = (base: string, refresh_token: unknown) =>
  token(base, { grant_type: 'refresh_token', refresh_token: String(refresh_token), ...web })
const refused = (error_description: string) => JSON.stringify({ error: 'invalid_grant', error_description })
const lives = (one: unknown) => Number(claimsOf(one).exp) - Number(claimsOf(one).iat)

test('no token outlives its session, however often it is refreshed', async () => {
  const { base, clock, call } = await administration()
  await call('PUT', '/realms/demo', { ssoSessionMaxLifespan: 2000, ssoSessionIdleTimeout: 1800 })
  let { body } = await token(base, { ...password, scope: 'openid' })
  expect([body.expires_in, body.refresh_expires_in]).toEqual([300, 1800])
  clock.advance(1000)
  ;({ body } = await refresh(base, body.refresh_token))
  expect(Math.abs(Number(body.refresh_expires_in) - 1000)).toBeLessThanOrEqual(3)
  clock.advance(900)
  ;({ body } = await refresh(base, body.refresh_token))
  for (const one of [body.access_token, body.id_token, body.refresh_token]) expect(Math.abs(lives(one) - 100)).toBeLessThanOrEqual(3)
  clock.advance(101)
  expect((await refresh(base, body.refresh_token)).text).toBe(refused('Token is not active'))
})

test('a session lasts ten hours at most, and a refresh keeps it alive that long', async () => {
  const { base, clock } = await administration()
  let { body } = await token(base, password)
  for (let half = 0; half < 23; half++) {
    clock.advance(1500)
    ;({ body } = await refresh(base, body.refresh_token))
    expect(body.error).toBeUndefined()
  }
  const left = 36_000 - 23 * 1500
  expect([body.expires_in, Math.abs(Number(body.refresh_expires_in) - left) <= 5]).toEqual([300, true])
  clock.advance(left + 1)
  expect((await refresh(base, body.refresh_token)).text).toBe(refused('Token is not active'))
})

test.each([
  ['a minute', {}, 60],
  ['as long as accessCodeLifespan says', { accessCodeLifespan: 5 }, 5],
])('a code is good for a minute: %s', async (_, settings, lives) => {
  const { base, clock, call } = await administration()
  await call('PUT', '/realms/demo', settings)
  const redirect_uri = 'http://localhost/callback'
  const redeemed = async (after: number) => {
    const asked = { client_id: 'demo-web', redirect_uri, username: 'alice', scope: 'openid' }
    const { code } = (await postJson(`${base.replace('/keycloak', '')}/_grantbox/sandboxes/keycloak/authorize`, asked)).body
    clock.advance(after)
    return (await post(base + at('token'), { grant_type: 'authorization_code', code: String(code), redirect_uri, ...web })).status
  }
  expect([await redeemed(lives - 2), await redeemed(lives + 1)]).toEqual([200, 400])
})

test('a client has sessions of its own length', async () => {
  const { base, call } = await administration()
  const [{ id }] = (await call('GET', '/realms/demo/clients?clientId=demo-web')).json
  const attributes = { 'client.session.max.lifespan': '100', 'client.session.idle.timeout': '60' }
  await call('PUT', `/realms/demo/clients/${id}`, { attributes })
  expect((await token(base, password)).body).toMatchObject({ expires_in: 100, refresh_expires_in: 60 })
})

test('an offline token holds as long as it is used, and ends with its idle time or its realm’s longest', async () => {
  const { base, clock, call } = await administration()
  const day = 86_400
  const form = { ...password, scope: 'openid offline_access' }
  const { refresh_token, refresh_expires_in } = (await token(base, form)).body
  expect([refresh_expires_in, claimsOf(refresh_token).exp]).toEqual([0, undefined])
  for (const days of [20, 20, 29]) {
    clock.advance(days * day)
    expect((await refresh(base, refresh_token)).status).toBe(200)
  }
  clock.advance(30 * day + 1)
  const late = await refresh(base, refresh_token)
  expect([late.status, late.text]).toEqual([400, refused('Offline session not active')])
  expect(late.explanation).toContain('offlineSessionIdleTimeout')
  await call('PUT', '/realms/demo', { offlineSessionMaxLifespanEnabled: true, offlineSessionMaxLifespan: 7200 })
  const { body } = await token(base, form)
  expect([body.refresh_expires_in, lives(body.refresh_token)]).toEqual([7200, 7200])
})

test('who is disabled gets no tokens for a code', async () => {
  const { base, call } = await administration()
  const redirect_uri = 'http://localhost/callback'
  const asked = { client_id: 'demo-web', redirect_uri, username: 'bob', scope: 'openid' }
  const { code } = (await postJson(`${base.replace('/keycloak', '')}/_grantbox/sandboxes/keycloak/authorize`, asked)).body
  const [{ id }] = (await call('GET', '/realms/demo/users?username=bob')).json
  await call('PUT', `/realms/demo/users/${id}`, { enabled: false })
  const answer = await post(base + at('token'), { grant_type: 'authorization_code', code: String(code), redirect_uri, ...web })
  expect([answer.status, answer.text]).toEqual([400, refused('User disabled')])
  expect(answer.explanation).toContain('disabled')
})

test('access tokens call themselves at+jwt where their client wants it (RFC 9068)', async () => {
  const { base, call } = await administration()
  const [{ id }] = (await call('GET', '/realms/demo/clients?clientId=demo-web')).json
  await call('PUT', `/realms/demo/clients/${id}`, { attributes: { 'access.token.header.type.rfc9068': 'true' } })
  const { access_token } = (await token(base, { ...password, scope: 'openid' })).body
  expect(Buffer.from(String(access_token).split('.')[0] ?? '', 'base64url').toString()).toContain('"typ" : "at+jwt"')
  const { status } = await send(base + at('userinfo'), { headers: { authorization: `Bearer ${access_token}` } })
  expect(status).toBe(200)
})
