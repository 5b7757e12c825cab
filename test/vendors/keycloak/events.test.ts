import { expect, test } from 'vitest'
import { administration, password, token, web } from './keycloak-client.ts'

const kept = { eventsEnabled: true, adminEventsEnabled: true, adminEventsDetailsEnabled: true }

test('what administrators did is told by kind, resource and path, and without what is secret', async () => {
  const { call } = await administration()
  await call('PUT', '/realms/demo', kept)
  const user = await call('POST', '/realms/demo/users', { username: 'carol', credentials: [{ type: 'password', value: 'hidden' }] })
  const client = await call('POST', '/realms/demo/clients', { clientId: 'shop', secret: 'hidden' })
  const [role] = (await call('GET', '/realms/demo/roles?search=manager')).json
  await call('POST', `/realms/demo/users/${user.id}/role-mappings/realm`, [role])
  await call('PUT', `/realms/demo/users/${user.id}/reset-password`, { type: 'password', value: 'hidden' })
  await call('DELETE', `/realms/demo/users/${user.id}`)
  const { json, text } = await call('GET', '/realms/demo/admin-events')
  const seen = (one: Record<string, string>) => [one.operationType, one.resourceType, one.resourcePath]
  expect(json.map(seen)).toEqual([
    ['DELETE', 'USER', `users/${user.id}`],
    ['ACTION', 'USER', `users/${user.id}/reset-password`],
    ['CREATE', 'REALM_ROLE_MAPPING', `users/${user.id}/role-mappings/realm`],
    ['CREATE', 'CLIENT', `clients/${client.id}`],
    ['CREATE', 'USER', `users/${user.id}`],
  ])
  expect(json.map((one: Record<string, string>) => one.representation)).toEqual([
    JSON.stringify({ id: user.id, username: 'carol' }),
    undefined,
    expect.stringContaining('"name":"manager"'),
    JSON.stringify({ id: client.id, clientId: 'shop', secret: '**********' }),
    '{"username":"carol"}',
  ])
  expect(text).not.toContain('hidden')
  const [{ authDetails }] = json
  expect(Object.keys(authDetails)).toEqual(['realmId', 'clientId', 'userId', 'ipAddress'])
  const only = async (query: string) => (await call('GET', `/realms/demo/admin-events?${query}`)).json.length
  expect(await only('operationTypes=CREATE')).toBe(3)
  expect(await only('resourceTypes=USER')).toBe(3)
  expect(await only(`resourcePath=users/${user.id}/*`)).toBe(2)
  expect(await only('dateTo=2000-01-01')).toBe(0)
  expect(await only(`authUser=${authDetails.userId}`)).toBe(5)
  expect(await only(`authUser=${user.id}`)).toBe(0)
  await call('DELETE', '/realms/demo/admin-events')
  expect((await call('GET', '/realms/demo/admin-events')).json).toEqual([])
})

test('events name what went wrong, and nothing that was before a realm began to keep them', async () => {
  const { base, call } = await administration()
  await token(base, password)
  await call('PUT', '/realms/demo', kept)
  const { refresh_token } = (await token(base, password)).body
  await token(base, { ...password, client_secret: 'wrong' })
  await token(base, { ...password, username: 'nobody' })
  await token(base, { grant_type: 'authorization_code', code: 'x', ...web })
  await token(base, { grant_type: 'refresh_token', refresh_token: String(refresh_token), ...web })
  const { json } = await call('GET', '/realms/demo/events')
  expect(json.map(({ type, error }: Record<string, string>) => [type, error])).toEqual([
    ['CODE_TO_TOKEN_ERROR', 'invalid_code'],
    ['LOGIN_ERROR', 'user_not_found'],
    ['LOGIN_ERROR', 'invalid_client_credentials'],
    ['LOGIN', undefined],
  ])
  await call('PUT', '/realms/demo', { enabledEventTypes: ['REFRESH_TOKEN'] })
  const [refresh, ...others] = (await call('GET', '/realms/demo/events')).json
  expect([refresh.type, others]).toEqual(['REFRESH_TOKEN', []])
  expect(refresh.details).toMatchObject({ grant_type: 'refresh_token', refresh_token_type: 'Refresh', client_auth_method: 'client-secret' })
})

test('a mail that a realm with a sender would send leaves its user with something to do', async () => {
  const { call } = await administration()
  await call('PUT', '/realms/demo', { smtpServer: { from: 'shop@example.com' } })
  const [{ id }] = (await call('GET', '/realms/demo/users?username=alice')).json
  expect((await call('PUT', `/realms/demo/users/${id}/execute-actions-email`, ['UPDATE_PASSWORD'])).status).toBe(204)
  expect((await call('GET', `/realms/demo/users/${id}`)).json.requiredActions).toEqual(['UPDATE_PASSWORD'])
})
