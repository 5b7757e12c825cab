import KcAdminClient from '@keycloak/keycloak-admin-client'
import { expect, test } from 'vitest'
import { keycloakForFile, spa } from './at.ts'

/** Keycloak's own client of its admin REST API, doing what tests do with it: users, roles, groups, clients, sessions, realms. */

const { base, issuer } = await keycloakForFile('admin-client')

async function operator(realmName = 'demo'): Promise<KcAdminClient> {
  const client = new KcAdminClient({ baseUrl: base, realmName: 'master' })
  await client.auth({ grantType: 'password', clientId: 'admin-cli', username: 'admin', password: 'admin' })
  client.setConfig({ realmName })
  return client
}

async function passwordOf(username: string, password: string): Promise<number> {
  const form = { grant_type: 'password', client_id: spa.id, username, password }
  return (await fetch(`${issuer}/protocol/openid-connect/token`, { method: 'POST', body: new URLSearchParams(form) })).status
}

test('makes a user who signs in, finds, changes and deletes him', async () => {
  const client = await operator()
  const profile = { username: 'judy', email: 'judy@example.com', firstName: 'Judy', lastName: 'Judge' }
  const { id } = await client.users.create({ ...profile, enabled: true, credentials: [{ type: 'password', value: 'secret' }] })
  expect(await passwordOf('judy', 'secret')).toBe(200)
  expect(await client.users.find({ username: 'judy', exact: true })).toMatchObject([{ id, email: profile.email }])
  expect(await client.users.count({ search: 'judy' })).toBe(1)
  await client.users.resetPassword({ id, credential: { type: 'password', value: 'other', temporary: false } })
  expect([await passwordOf('judy', 'secret'), await passwordOf('judy', 'other')]).toEqual([400, 200])
  expect(await client.users.listSessions({ id })).toHaveLength(2)
  await client.users.logout({ id })
  expect(await client.users.listSessions({ id })).toEqual([])
  await client.users.update({ id }, { enabled: false })
  expect(await passwordOf('judy', 'other')).toBe(400)
  await expect(client.users.create(profile)).rejects.toMatchObject({ response: { status: 409 } })
  await client.users.del({ id })
  expect(await client.users.findOne({ id })).toBeNull()
})

test('makes roles and gives them to a user', async () => {
  const client = await operator()
  expect(await client.roles.create({ name: 'referee' })).toEqual({ roleName: 'referee' })
  const role = await client.roles.findOneByName({ name: 'referee' })
  const [bob] = await client.users.find({ username: 'bob', exact: true })
  const [id, roleId] = [bob?.id ?? '', role?.id ?? '']
  await client.users.addRealmRoleMappings({ id, roles: [{ id: roleId, name: 'referee' }] })
  expect((await client.users.listRealmRoleMappings({ id })).map(({ name }) => name)).toContain('referee')
  expect(await client.roles.findUsersWithRole({ name: 'referee' })).toMatchObject([{ username: 'bob' }])
  await client.users.delRealmRoleMappings({ id, roles: [{ id: roleId, name: 'referee' }] })
  await client.roles.delByName({ name: 'referee' })
  expect(await client.roles.findOneByName({ name: 'referee' })).toBeNull()
})

test('makes a group and puts a user into it', async () => {
  const client = await operator()
  const { id: groupId } = await client.groups.create({ name: 'jury' })
  const [bob] = await client.users.find({ username: 'bob', exact: true })
  const id = bob?.id ?? ''
  await client.users.addToGroup({ id, groupId })
  expect(await client.users.listGroups({ id })).toMatchObject([{ name: 'jury', path: '/jury' }])
  expect(await client.groups.listMembers({ id: groupId })).toMatchObject([{ username: 'bob' }])
  await client.users.delFromGroup({ id, groupId })
  await client.groups.del({ id: groupId })
})

test('makes a client whose service account then works by itself', async () => {
  const client = await operator()
  const clientId = 'court'
  const { id } = await client.clients.create({ clientId, serviceAccountsEnabled: true, secret: 'court-secret', publicClient: false })
  expect((await client.clients.getClientSecret({ id })).value).toBe('court-secret')
  const [management] = await client.clients.find({ clientId: 'realm-management' })
  const account = await client.clients.getServiceAccountUser({ id })
  const viewUsers = await client.clients.findRole({ id: management?.id ?? '', roleName: 'view-users' })
  const mapped = { id: viewUsers?.id ?? '', name: 'view-users' }
  await client.users.addClientRoleMappings({ id: account.id ?? '', clientUniqueId: management?.id ?? '', roles: [mapped] })
  const itself = new KcAdminClient({ baseUrl: base, realmName: 'demo' })
  await itself.auth({ grantType: 'client_credentials', clientId, clientSecret: 'court-secret' })
  expect((await itself.users.find()).map(({ username }) => username)).toContain('alice')
  await expect(itself.users.create({ username: 'nobody' })).rejects.toMatchObject({ response: { status: 403 } })
  const { value } = await client.clients.generateNewClientSecret({ id })
  expect(value).not.toBe('court-secret')
  await client.clients.del({ id })
})

test('makes a realm and deletes it', async () => {
  const client = await operator()
  expect(await client.realms.create({ realm: 'judges', enabled: true })).toEqual({ realmName: 'judges' })
  const inside = await operator('judges')
  await inside.users.create({ realm: 'judges', username: 'ann', enabled: true })
  expect(await inside.users.find({ realm: 'judges' })).toMatchObject([{ username: 'ann' }])
  await client.realms.del({ realm: 'judges' })
  expect((await client.realms.find()).map(({ realm }) => realm)).not.toContain('judges')
})

test('is refused with a wrong password, and without the roles', async () => {
  const stranger = new KcAdminClient({ baseUrl: base, realmName: 'demo' })
  const credentials = { grantType: 'password' as const, clientId: 'admin-cli', username: 'alice', password: 'password' }
  await expect(stranger.auth({ ...credentials, password: 'wrong' })).rejects.toMatchObject({ response: { status: 400 } })
  await stranger.auth(credentials)
  await expect(stranger.users.find()).rejects.toMatchObject({ response: { status: 403 } })
})
