import { expect, test } from 'vitest'
import { post, send } from '../../support/vendor-client.ts'
import { administration, at, password, token, web } from './keycloak-client.ts'

test.each([
  ['of its client', '/realms/demo/clients?clientId=demo-web', 'PUT', '/realms/demo/clients/{id}', 'Token verification failed'],
  [
    'of its user, whom an administrator signed out',
    '/realms/demo/users?username=bob',
    'POST',
    '/realms/demo/users/{id}/logout',
    'User not valid',
  ],
])('a token is stale that was issued before the hour %s', async (_, find, method, change, says) => {
  const { base, clock, call } = await administration()
  const form = { ...password, username: 'bob', scope: 'openid offline_access' }
  const { access_token, refresh_token } = (await token(base, form)).body
  clock.advance(2)
  const [{ id }] = (await call('GET', find)).json
  const body = method === 'PUT' ? { notBefore: Math.floor(clock.now() / 1000) } : undefined
  expect((await call(method, change.replace('{id}', id), body)).status).toBe(204)
  const refresh = await token(base, { grant_type: 'refresh_token', refresh_token: String(refresh_token), ...web })
  expect([refresh.status, refresh.text]).toEqual([400, '{"error":"invalid_grant","error_description":"Stale token"}'])
  expect(refresh.explanation).toContain('notBefore')
  const userinfo = await send(base + at('userinfo'), { headers: { authorization: `Bearer ${access_token}` } })
  expect([userinfo.status, userinfo.headers.get('www-authenticate')]).toEqual([
    401,
    `Bearer realm="demo", error="invalid_token", error_description="${says}"`,
  ])
  expect(userinfo.explanation).toContain('before the hour')
  const introspection = await post(base + at('token/introspect'), {
    ...web,
    token: String(refresh_token),
    token_type_hint: 'refresh_token',
  })
  expect(introspection.text).toBe('{"active":false}')
  expect((await token(base, form)).status).toBe(200)
})

test('an administrator’s token is stale before the hour of its own realm', async () => {
  const { clock, call, signIn } = await administration()
  const bearer = await signIn({ grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'admin' })
  clock.advance(2)
  expect((await call('PUT', '/realms/master', { notBefore: Math.floor(clock.now() / 1000) }, bearer)).status).toBe(204)
  const late = await call('GET', '/realms/demo', undefined, bearer)
  expect([late.status, late.text]).toEqual([401, '{"error":"HTTP 401 Unauthorized"}'])
  expect((await call('GET', '/realms/demo')).status).toBe(200)
})
