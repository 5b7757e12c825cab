import { describe, expect, test } from 'vitest'
import { control } from '../support/control-client.ts'
import { brandon, findFluffy, passwordTokens, postToken } from '../support/iokids-client.ts'
import { start, type TestServer } from '../support/server.ts'

const box = '/sandboxes/iokids'
const me = (server: TestServer, token: string) => fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } })

describe('a user', () => {
  test('who is disabled cannot sign in and his tokens are refused, until he is enabled', async () => {
    const server = await start()
    const { access_token, refresh_token } = await passwordTokens(server.url)
    const disabled = await control(server, 'PATCH', `${box}/users/${brandon.username}`, { disabled: true })
    expect([disabled.status, disabled.body.disabled]).toEqual([200, true])
    const again = () => postToken(server.url, { grant_type: 'password', ...findFluffy, ...brandon })
    expect([(await again()).status, (await me(server, access_token)).status]).toEqual([400, 401])
    expect((await postToken(server.url, { grant_type: 'refresh_token', refresh_token, ...findFluffy })).status).toBe(400)
    await control(server, 'PATCH', `${box}/users/${brandon.username}`, { disabled: false })
    expect([(await again()).status, (await me(server, access_token)).status]).toEqual([200, 200])
  })

  test('changes only what is named, its subject and username too', async () => {
    const server = await start()
    const before = (await control(server, 'GET', `${box}/users/${brandon.username}`)).body
    const change = {
      id: 'new-subject',
      username: 'brandon',
      password: 'his own',
      name: 'Bran Don Ramos',
      email: 'b@example.com',
      claims: { a: 1 },
    }
    const { status, body } = await control(server, 'PATCH', `${box}/users/${brandon.username}`, change)
    expect([status, body]).toEqual([200, { ...before, ...change, first_name: 'Bran', last_name: 'Don Ramos' }])
    expect((await control(server, 'GET', `${box}/users/brandon`)).body).toEqual(body)
    expect((await control(server, 'GET', `${box}/users/${brandon.username}`)).status).toBe(404)
    expect((await postToken(server.url, { grant_type: 'password', ...findFluffy, username: 'brandon', password: 'his own' })).status).toBe(
      200,
    )
  })

  test('cannot take the username or the subject of another', async () => {
    const server = await start()
    const { body: other } = await control(server, 'POST', `${box}/users`, { username: 'other' })
    const username = await control(server, 'PATCH', `${box}/users/other`, { username: brandon.username })
    expect([username.status, username.body.errors[0].field]).toEqual([409, 'username'])
    const { body: him } = await control(server, 'GET', `${box}/users/${brandon.username}`)
    const id = await control(server, 'PATCH', `${box}/users/other`, { id: him.id, disabled: true })
    expect([id.status, id.body.errors[0].field]).toEqual([409, 'id'])
    expect((await control(server, 'GET', `${box}/users/other`)).body).toEqual(other)
  })

  test('whose app is taken away loses the grants to it, and those alone', async () => {
    const server = await start()
    await control(server, 'POST', `${box}/apps`, { name: 'Second', client_id: 'second', client_secret: 'second-secret' })
    await control(server, 'PATCH', `${box}/users/${brandon.username}`, { apps: ['FindFluffy', 'Second'] })
    const first = await passwordTokens(server.url)
    const second = await passwordTokens(server.url, { client_id: 'second', client_secret: 'second-secret' })
    const { body } = await control(server, 'PATCH', `${box}/users/${brandon.username}`, { apps: ['Second'] })
    expect(body.apps).toHaveLength(1)
    expect([(await me(server, first.access_token)).status, (await me(server, second.access_token)).status]).toEqual([401, 200])
  })

  test('gets friends on both sides and parents, who must be there', async () => {
    const server = await start()
    await control(server, 'POST', `${box}/users`, { username: 'mum', type: 'parent' })
    await control(server, 'POST', `${box}/users`, { username: 'kid', type: 'kid', parents: ['mum'], friends: [brandon.username] })
    const { body } = await control(server, 'GET', `${box}/users/kid`)
    expect([body.parents, body.friends]).toEqual([['mum'], [brandon.username]])
    expect((await control(server, 'GET', `${box}/users/${brandon.username}`)).body.friends).toContain('kid')
    await control(server, 'PATCH', `${box}/users/kid`, { friends: [], parents: [] })
    expect((await control(server, 'GET', `${box}/users/${brandon.username}`)).body.friends).not.toContain('kid')
    const wrong = await control(server, 'PATCH', `${box}/users/kid`, { parents: ['mun'] })
    expect([wrong.status, wrong.body.errors]).toEqual([
      400,
      [{ field: 'parents[0]', expected: 'the username of a user', came: 'mun', suggestion: 'mum' }],
    ])
  })

  test('is deleted with what he granted', async () => {
    const server = await start()
    const { access_token } = await passwordTokens(server.url)
    expect((await control(server, 'DELETE', `${box}/users/${brandon.username}`)).status).toBe(204)
    expect((await me(server, access_token)).status).toBe(401)
    expect((await control(server, 'GET', `${box}/users/${brandon.username}`)).status).toBe(404)
  })
})

describe('an app', () => {
  test('gets further clients, with ids and secrets of their own or made up', async () => {
    const server = await start()
    const made = await control(server, 'POST', `${box}/apps/FindFluffy/clients`)
    expect(made.status).toBe(201)
    const { client_id, client_secret } = made.body
    await passwordTokens(server.url, { client_id, client_secret })
    const own = await control(server, 'POST', `${box}/apps/FindFluffy/clients`, {
      client_id: 'mine',
      client_secret: 'my secret',
      grant_types: ['password'],
      post_logout_redirect_uris: ['https://a.test/out'],
    })
    expect(own.body).toMatchObject({
      client_secret: 'my secret',
      grant_types: ['password'],
      metadata: { post_logout_redirect_uris: ['https://a.test/out'] },
    })
    const taken = await control(server, 'POST', `${box}/apps/FindFluffy/clients`, { client_id: 'mine' })
    expect([taken.status, taken.body.errors[0].field]).toEqual([409, 'client_id'])
    const publicClient = await control(server, 'POST', `${box}/apps/FindFluffy/clients`, { token_endpoint_auth_method: 'none' })
    expect(publicClient.body.client_secret).toBeNull()
  })

  test('is not made when its client could not be', async () => {
    const server = await start()
    const taken = await control(server, 'POST', `${box}/apps`, { name: 'New', client_id: findFluffy.client_id })
    expect([taken.status, taken.body.errors[0].field]).toEqual([409, 'client_id'])
    expect((await control(server, 'GET', `${box}/apps/New`)).status).toBe(404)
  })

  test('is deleted with its clients and their tokens; so is a client alone', async () => {
    const server = await start()
    const { body } = await control(server, 'POST', `${box}/apps/FindFluffy/clients`)
    const { client_id, client_secret } = body
    const [first, second] = [await passwordTokens(server.url), await passwordTokens(server.url, { client_id, client_secret })]
    expect((await control(server, 'DELETE', `${box}/clients/${client_id}`)).status).toBe(204)
    expect([(await me(server, first.access_token)).status, (await me(server, second.access_token)).status]).toEqual([200, 401])
    expect((await control(server, 'DELETE', `${box}/clients/${client_id}`)).body.detail).toContain(`There is no client '${client_id}'`)
    expect((await control(server, 'DELETE', `${box}/apps/FindFluffy`)).status).toBe(204)
    expect((await me(server, first.access_token)).status).toBe(401)
    expect((await control(server, 'GET', `${box}/apps`)).body.items).toEqual([])
  })
})
