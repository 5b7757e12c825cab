import { describe, expect, test } from 'vitest'
import { claimsOf, post, send } from '../../support/vendor-client.ts'
import { administration, at, password, token, web } from './keycloak-client.ts'

describe('who may administer', () => {
  test('nobody without a token, and nobody whose user lacks the role', async () => {
    const { base, call, signIn } = await administration()
    const nobody = await send(`${base}/admin/realms/demo/users`)
    expect([nobody.status, nobody.text]).toEqual([401, '{"error":"HTTP 401 Unauthorized"}'])
    const alice = await signIn(password, 'demo')
    for (const path of ['/realms/demo/users', '/realms/demo', '/realms', '/realms/master/users']) {
      const { status, text, explanation } = await call('GET', path, undefined, alice)
      expect([status, text]).toEqual([403, '{"error":"HTTP 403 Forbidden"}'])
      expect(explanation).not.toBe('')
    }
  })

  test('a service account with a role of realm-management, its own realm alone', async () => {
    const { call, signIn } = await administration()
    const [client] = (await call('GET', '/realms/demo/clients?clientId=demo-web')).json
    const account = (await call('GET', `/realms/demo/clients/${client.id}/service-account-user`)).json
    const [management] = (await call('GET', '/realms/demo/clients?clientId=realm-management')).json
    const role = (await call('GET', `/realms/demo/clients/${management.id}/roles/view-users`)).json
    expect((await call('POST', `/realms/demo/users/${account.id}/role-mappings/clients/${management.id}`, [role])).status).toBe(204)
    const bearer = await signIn({ grant_type: 'client_credentials', ...web }, 'demo')
    expect(claimsOf(bearer).resource_access).toMatchObject({ 'realm-management': { roles: ['view-users', 'query-users', 'query-groups'] } })
    expect((await call('GET', '/realms/demo/users', undefined, bearer)).status).toBe(200)
    expect((await call('POST', '/realms/demo/users', { username: 'eve' }, bearer)).status).toBe(403)
    expect((await call('GET', '/realms/master/users', undefined, bearer)).status).toBe(403)
  })
})

describe('users', () => {
  test('are made, found, changed, given a password and roles, and go with their tokens', async () => {
    const { base, call } = await administration()
    const users = '/realms/demo/users'
    const made = await call('POST', users, {
      username: 'Carol',
      email: 'carol@example.com',
      enabled: true,
      firstName: 'Carol',
      lastName: 'Clark',
    })
    expect([made.status, made.text]).toEqual([201, ''])
    expect(made.headers.get('location')).toBe(`${base}/admin${users}/${made.id}`)
    expect((await call('POST', users, { username: 'carol' })).text).toBe('{"errorMessage":"User exists with same username"}')
    expect((await call('GET', `${users}?username=car`)).json).toMatchObject([{ id: made.id, username: 'carol', emailVerified: false }])
    expect((await call('GET', `${users}?username=car&exact=true`)).json).toEqual([])
    const reset = { type: 'password', value: 'secret', temporary: true }
    expect((await call('PUT', `${users}/${made.id}/reset-password`, reset)).status).toBe(204)
    const signIn = { ...password, username: 'carol', password: 'secret' }
    expect((await token(base, signIn)).body.error_description).toBe('Account is not fully set up')
    await call('PUT', `${users}/${made.id}/reset-password`, { ...reset, temporary: false })
    const { access_token, refresh_token } = (await token(base, signIn)).body
    expect(claimsOf(access_token)).toMatchObject({ sub: made.id, preferred_username: 'carol', email_verified: false })
    expect((await call('GET', `${users}/${made.id}/sessions`)).json).toMatchObject([
      { username: 'carol', clients: { [await webId(call)]: 'demo-web' } },
    ])
    await call('POST', `${users}/${made.id}/logout`)
    const refresh = await token(base, { grant_type: 'refresh_token', refresh_token: String(refresh_token), ...web })
    expect(refresh.text).toBe('{"error":"invalid_grant","error_description":"Session not active"}')
    expect((await call('DELETE', `${users}/${made.id}`)).status).toBe(204)
    expect((await call('GET', `${users}/${made.id}`)).text).toBe('{"error":"User not found"}')
  })
})

type Call = Awaited<ReturnType<typeof administration>>['call']

async function webId(call: Call): Promise<string> {
  return (await call('GET', '/realms/demo/clients?clientId=demo-web')).json[0].id
}

describe('clients, roles, groups and mappers', () => {
  test('change what stands in tokens', async () => {
    const { base, call } = await administration()
    const realm = '/realms/demo'
    const client = await call('POST', `${realm}/clients`, { clientId: 'shop', secret: 'shop-secret', directAccessGrantsEnabled: true })
    expect(client.status).toBe(201)
    await call('POST', `${realm}/roles`, { name: 'auditor' })
    const auditor = (await call('GET', `${realm}/roles/auditor`)).json
    const group = await call('POST', `${realm}/groups`, { name: 'finance' })
    await call('POST', `${realm}/groups/${group.id}/role-mappings/realm`, [auditor])
    const [bob] = (await call('GET', `${realm}/users?username=bob`)).json
    await call('PUT', `${realm}/users/${bob.id}/groups/${group.id}`)
    const mapper = (name: string, protocolMapper: string, config: object) =>
      call('POST', `${realm}/clients/${client.id}/protocol-mappers/models`, { name, protocol: 'openid-connect', protocolMapper, config })
    await mapper('level', 'oidc-hardcoded-claim-mapper', {
      'claim.name': 'shop.level',
      'claim.value': '3',
      'jsonType.label': 'int',
      'access.token.claim': 'true',
    })
    await mapper('groups', 'oidc-group-membership-mapper', { 'claim.name': 'groups', 'full.path': 'true', 'access.token.claim': 'true' })
    await mapper('audience', 'oidc-audience-mapper', {
      'included.custom.audience': 'https://api.example.com',
      'access.token.claim': 'true',
    })
    const form = { grant_type: 'password', username: 'bob', password: 'password', client_id: 'shop', client_secret: 'shop-secret' }
    const claims = claimsOf((await post(`${base}${at('token')}`, form)).body.access_token)
    expect(claims).toMatchObject({ shop: { level: 3 }, groups: ['/finance'], aud: ['https://api.example.com', 'account'] })
    expect((claims.realm_access as { roles: string[] }).roles).toContain('auditor')
    const secret = (await call('POST', `${realm}/clients/${client.id}/client-secret`)).json
    expect((await post(`${base}${at('token')}`, form)).body.error).toBe('unauthorized_client')
    expect((await post(`${base}${at('token')}`, { ...form, client_secret: secret.value })).status).toBe(200)
  })
})

describe('realms', () => {
  test('are worlds of their own, made of a representation', async () => {
    const { base, call } = await administration()
    const representation = {
      realm: 'shop',
      enabled: true,
      accessTokenLifespan: 77,
      users: [
        {
          username: 'alice',
          enabled: true,
          email: 'a@shop.example',
          firstName: 'A',
          lastName: 'B',
          credentials: [{ type: 'password', value: 'other' }],
        },
      ],
      clients: [{ clientId: 'till', publicClient: true, directAccessGrantsEnabled: true }],
    }
    expect((await call('POST', '/realms', representation)).status).toBe(201)
    const at = `${base}/realms/shop/protocol/openid-connect/token`
    const form = { grant_type: 'password', username: 'alice', client_id: 'till' }
    const answer = await post(at, { ...form, password: 'other' })
    expect(answer.body.expires_in).toBe(77)
    expect(claimsOf(answer.body.access_token).iss).toBe(`${base}/realms/shop`)
    expect((await post(at, { ...form, password: 'password' })).body.error_description).toBe('Invalid user credentials')
    const keys = async (realm: string) => (await send(`${base}/realms/${realm}/protocol/openid-connect/certs`)).text
    expect(await keys('shop')).not.toBe(await keys('demo'))
    expect((await call('DELETE', '/realms/shop')).status).toBe(204)
    expect((await post(at, { ...form, password: 'other' })).text).toBe('{"error":"Realm does not exist"}')
  })
})

test('a search with many stars is answered at once, whatever the names are', async () => {
  const { call } = await administration()
  await call('POST', '/realms/demo/users', { username: 'a'.repeat(200) })
  const began = performance.now()
  expect((await call('GET', `/realms/demo/users?search=${'*a'.repeat(8)}*b`)).json).toEqual([])
  expect((await call('GET', `/realms/demo/users?search=*a*${'a'.repeat(100)}`)).json).toHaveLength(1)
  expect(performance.now() - began).toBeLessThan(5000)
})
