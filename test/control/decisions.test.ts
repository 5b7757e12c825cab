import { describe, expect, test } from 'vitest'
import { control } from '../support/control-client.ts'
import { findFluffy } from '../support/iokids-client.ts'
import { start, type TestServer } from '../support/server.ts'

const standard = '/sandboxes/standard'
const device = { client_id: 'standard-device' }
const web = { client_id: 'standard-web', client_secret: 'standard-web-secret' }

async function post(server: TestServer, path: string, form: Record<string, string>): Promise<Record<string, unknown>> {
  return (await (await fetch(`${server.url}${path}`, { method: 'POST', body: new URLSearchParams(form) })).json()) as Record<
    string,
    unknown
  >
}

describe('a device', () => {
  const begin = async (server: TestServer) => post(server, '/device_authorization', { ...device, scope: 'read' })
  const poll = (server: TestServer, device_code: unknown) =>
    post(server, '/token', { ...device, grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: String(device_code) })

  test('is allowed by its user code, without a browser', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const { device_code, user_code } = await begin(server)
    expect((await poll(server, device_code)).error).toBe('authorization_pending')
    const { status, body } = await control(server, 'POST', `${standard}/device`, { user_code, username: 'alice' })
    expect([status, body]).toEqual([200, { client_id: 'standard-device', username: 'alice', decision: 'allow' }])
    server.clock.advance(10)
    expect(await poll(server, device_code)).toMatchObject({ access_token: expect.any(String), scope: 'read' })
  })

  test('is denied, and no code is decided on twice', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const { device_code, user_code } = await begin(server)
    const decide = () => control(server, 'POST', `${standard}/device`, { user_code, username: 'bob', decision: 'deny' })
    expect((await decide()).status).toBe(200)
    expect((await poll(server, device_code)).error).toBe('access_denied')
    const again = await decide()
    expect([again.status, again.body.errors[0].field]).toEqual([400, 'user_code'])
    expect((await control(server, 'POST', `${standard}/device`, { user_code: 'WRONG', username: 'bob' })).status).toBe(400)
  })

  test('is not allowed by a user without its app', async () => {
    const server = await start()
    const { user_code } = await post(server, '/oauth/device_authorization', { ...findFluffy, scope: 'profile' })
    await control(server, 'POST', '/sandboxes/iokids/users', { username: 'stranger', apps: [] })
    const { status, body } = await control(server, 'POST', '/sandboxes/iokids/device', { user_code, username: 'stranger' })
    expect([status, body.errors[0].field]).toEqual([400, 'username'])
  })
})

describe('a device whose user decides through the control API', () => {
  const lenient = async () => {
    const server = await start()
    const { sandboxes } = server.server
    const sandbox = sandboxes.update(server.sandbox(), { settings: { strictness: 'lenient' } })
    return { server, sandbox }
  }
  const decide = (server: TestServer, user_code: unknown, username: string) =>
    control(server, 'POST', '/sandboxes/iokids/device', { user_code, username })

  test('is allowed for a client that nobody registered, as on the page', async () => {
    const { server } = await lenient()
    const { user_code, device_code } = await post(server, '/oauth/device_authorization', { client_id: 'stray' })
    expect((await decide(server, user_code, 'beautifulmeercat246')).body).toMatchObject({ client_id: 'stray', decision: 'allow' })
    server.clock.advance(10)
    const poll = { client_id: 'stray', grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: String(device_code) }
    expect(await post(server, '/oauth/token', poll)).toMatchObject({ access_token: expect.any(String) })
  })

  test('stays with the browser that has its page open when the decision is refused', async () => {
    const server = await start()
    const { store, clock } = server.sandbox()
    const { user_code } = await post(server, '/oauth/device_authorization', { ...findFluffy, scope: 'profile' })
    store.openDeferred(String(user_code).replace('-', ''), 'the-browser', clock.now())
    await control(server, 'POST', '/sandboxes/iokids/users', { username: 'stranger', apps: [] })
    expect((await decide(server, user_code, 'stranger')).status).toBe(400)
    expect(store.findDeferred('the-browser', clock.now())).toBeDefined()
  })

  test('is told when the decision comes too late', async () => {
    const server = await start()
    const { store } = server.sandbox()
    const { user_code } = await post(server, '/oauth/device_authorization', { ...findFluffy, scope: 'profile' })
    const { setDeferredUser } = store
    store.setDeferredUser = (...it) => {
      server.clock.advance(3600)
      setDeferredUser(...it)
    }
    const { status, body } = await decide(server, user_code, 'beautifulmeercat246')
    expect([status, body.errors?.[0].field]).toEqual([400, 'user_code'])
  })
})

describe('a backchannel request', () => {
  const begin = (server: TestServer) =>
    post(server, '/bc-authorize', { ...web, scope: 'openid', login_hint: 'alice', binding_message: 'W4SCT' })
  const poll = (server: TestServer, auth_req_id: unknown) =>
    post(server, '/token', { ...web, grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id: String(auth_req_id) })

  test('is listed while it waits, and decided on for its user', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const { auth_req_id } = await begin(server)
    expect(auth_req_id).toEqual(expect.any(String))
    const { items } = (await control(server, 'GET', `${standard}/backchannel_requests`)).body
    expect(items).toMatchObject([{ username: 'alice', client_id: 'standard-web', binding_message: 'W4SCT' }])
    const { status, body } = await control(server, 'POST', `${standard}/backchannel_requests/${items[0].id}`)
    expect([status, body]).toEqual([200, { client_id: 'standard-web', username: 'alice', decision: 'allow', unreached: null }])
    expect((await control(server, 'GET', `${standard}/backchannel_requests`)).body.items).toEqual([])
    server.clock.advance(10)
    expect(await poll(server, auth_req_id)).toMatchObject({ id_token: expect.any(String) })
    expect((await control(server, 'POST', `${standard}/backchannel_requests/${items[0].id}`)).status).toBe(404)
  })

  test('is denied', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const { auth_req_id } = await begin(server)
    const { items } = (await control(server, 'GET', `${standard}/backchannel_requests`)).body
    await control(server, 'POST', `${standard}/backchannel_requests/${items[0].id}`, { decision: 'deny' })
    expect((await poll(server, auth_req_id)).error).toBe('access_denied')
  })
})
