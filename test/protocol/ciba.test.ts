import { createServer } from 'node:http'
import * as openid from 'openid-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { decideBackchannelRequest } from '../../src/oauth/deferred/backchannel.ts'
import { listBackchannelRequests } from '../support/backchannel.ts'
import { addApp, addClient, addUser, credentials, lastEntry } from '../support/iokids-setup.ts'
import { start, startForFile, type TestServer } from '../support/server.ts'
import { bob, claimsOf, json, post, tokensOf, web } from '../support/standard-client.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const sandbox = server.sandbox()
const grant_type = 'urn:openid:params:grant-type:ciba'
const ask = { ...web, scope: 'openid profile', login_hint: 'alice' }

const request = (form: Record<string, string>, base = server.url) => post(base, '/bc-authorize', form)
const poll = (auth_req_id: unknown, { url }: Pick<TestServer, 'url'> = server, client: Record<string, string> = web) =>
  post(url, '/token', { grant_type, auth_req_id: String(auth_req_id), ...client })

async function pending(form: Record<string, string> = ask, own: TestServer = server): Promise<{ auth_req_id: string; id: string }> {
  const { status, body } = await request(form, own.url)
  expect(status).toBe(200)
  const id = listBackchannelRequests(own.sandbox()).at(-1)?.id ?? ''
  return { auth_req_id: String(body.auth_req_id), id }
}

/** A client's notification endpoint, and what came there. */
async function notified(status = 204) {
  const came: { method: string | undefined; authorization: string | undefined; type: string | undefined; body: unknown }[] = []
  const listener = createServer((incoming, outgoing) => {
    let text = ''
    incoming.on('data', (chunk) => {
      text += chunk
    })
    incoming.on('end', () => {
      const { authorization, 'content-type': type } = incoming.headers
      came.push({ method: incoming.method, authorization, type, body: JSON.parse(text) })
      outgoing.writeHead(status, status === 307 ? { location: '/elsewhere' } : {}).end()
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    listener.close()
  })
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { came, url: `http://127.0.0.1:${address.port}/notify` }
}

function pingClient(endpoint: string) {
  const app = sandbox.directory.listApps()[0]
  const metadata = { backchannel_token_delivery_mode: 'ping' as const, backchannel_client_notification_endpoint: endpoint }
  return credentials(addClient(sandbox, { metadata }, app))
}

describe('the backchannel authentication endpoint (CIBA §7)', () => {
  test('answers with auth_req_id, expires_in and interval, and is in discovery', async () => {
    const { status, body } = await request(ask)
    expect(status).toBe(200)
    expect(body).toEqual({ auth_req_id: expect.stringMatching(/^[\w-]{43}$/), expires_in: 300, interval: 5 })
    const { body: metadata } = await json(`${server.url}/.well-known/openid-configuration`)
    expect(metadata).toMatchObject({
      backchannel_authentication_endpoint: `${server.url}/bc-authorize`,
      backchannel_token_delivery_modes_supported: ['poll', 'ping'],
      backchannel_user_code_parameter_supported: false,
    })
    expect(metadata.grant_types_supported).toContain(grant_type)
  })

  const without = (name: keyof typeof ask) => Object.fromEntries(Object.entries(ask).filter(([key]) => key !== name))
  test.each<[string, Record<string, string>, number, string]>([
    ['a wrong secret', { ...ask, client_secret: 'x' }, 401, 'invalid_client'],
    ['a public client', { client_id: 'standard-spa', scope: 'openid', login_hint: 'alice' }, 401, 'invalid_client'],
    ['no scope', without('scope'), 400, 'invalid_request'],
    ['a scope without openid', { ...ask, scope: 'profile' }, 400, 'invalid_scope'],
    ['a scope that the app has not', { ...ask, scope: 'openid everything' }, 400, 'invalid_scope'],
    ['no hint', without('login_hint'), 400, 'invalid_request'],
    ['two hints', { ...ask, id_token_hint: 'x' }, 400, 'invalid_request'],
    ['an unknown user', { ...ask, login_hint: 'nobody' }, 400, 'unknown_user_id'],
    ['a requested_expiry of 0', { ...ask, requested_expiry: '0' }, 400, 'invalid_request'],
    ['a requested_expiry that is no number', { ...ask, requested_expiry: '5m' }, 400, 'invalid_request'],
    ['a binding_message that is too long', { ...ask, binding_message: 'x'.repeat(129) }, 400, 'invalid_binding_message'],
    ['a binding_message with a line break', { ...ask, binding_message: 'a\nb' }, 400, 'invalid_binding_message'],
    ['a signed request', { ...ask, request: 'e30.e30.' }, 400, 'invalid_request'],
    ['the magic user who is locked', { ...ask, login_hint: 'locked' }, 403, 'access_denied'],
  ])('refuses %s', async (_what, form, status, error) => {
    const answer = await request(form)
    expect(answer.status).toBe(status)
    expect(answer.body.error).toBe(error)
    expect(answer.headers.get('grantbox-explain')).toBeTruthy()
    expect(lastEntry(sandbox)).toMatchObject({ endpoint: 'backchannel_authentication', error })
  })

  test('refuses a client that is not registered for it', async () => {
    const client = credentials(addClient(sandbox, { grant_types: ['password'] }))
    expect((await request({ ...ask, ...client })).body.error).toBe('unauthorized_client')
  })

  test('refuses a disabled user', async () => {
    addUser(sandbox, { username: 'gone', disabled: true })
    expect((await request({ ...ask, login_hint: 'gone' })).body.error).toBe('unknown_user_id')
  })

  test('requested_expiry is how long it waits', async () => {
    const own = await start({ defaultProvider: 'standard' })
    own.clock.stop()
    const { body } = await request({ ...ask, requested_expiry: '20' }, own.url)
    expect(body.expires_in).toBe(20)
    own.clock.advance(19)
    expect((await poll(body.auth_req_id, own)).body.error).toBe('authorization_pending')
    own.clock.advance(2)
    expect((await poll(body.auth_req_id, own)).body.error).toBe('expired_token')
    expect(listBackchannelRequests(own.sandbox())).toEqual([])
  })

  test('the settings backchannel_ttl and backchannel_interval hold', async () => {
    const { name } = server.server.sandboxes.create({
      provider: sandbox.provider,
      settings: { backchannel_ttl: 60, backchannel_interval: 2 },
    })
    expect((await request(ask, `${server.url}/${name}`)).body).toMatchObject({ expires_in: 60, interval: 2 })
  })
})

test('id_token_hint is an ID token that this client got, however old (CIBA §7.1)', async () => {
  const own = await start({ defaultProvider: 'standard' })
  const { id_token = '' } = await tokensOf(own.url, bob)
  own.clock.advance(7200)
  const hinted = (form: Record<string, string>) => request({ ...web, scope: 'openid', ...form }, own.url)
  expect((await hinted({ id_token_hint: id_token })).status).toBe(200)
  expect(listBackchannelRequests(own.sandbox())).toMatchObject([{ username: 'bob' }])
  const other = credentials(addClient(own.sandbox(), {}, own.sandbox().directory.listApps()[0]))
  for (const form of [
    { id_token_hint: 'x' },
    { id_token_hint: `${id_token.slice(0, -8)}AAAAAAAA` },
    { id_token_hint: id_token, ...other },
  ]) {
    const refused = await hinted(form)
    expect(refused.body.error).toBe('invalid_request')
    expect(refused.headers.get('grantbox-explain')).toContain('id_token_hint')
  }
})

describe('the token endpoint (CIBA §10.1)', () => {
  test('is pending until the user approves, then gives tokens once', async () => {
    const { auth_req_id, id } = await pending()
    expect((await poll(auth_req_id)).body.error).toBe('authorization_pending')
    expect(await decideBackchannelRequest(sandbox, id, 'allowed')).toMatchObject({ client_id: 'standard-web', username: 'alice' })
    const { status, body } = await poll(auth_req_id)
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'openid profile', refresh_token: expect.any(String) })
    expect(claimsOf(body.id_token)).toMatchObject({ sub: 'alice', aud: 'standard-web', auth_time: expect.any(Number) })
    expect((await poll(auth_req_id)).body.error).toBe('invalid_grant')
  })

  test('too often is slow_down', async () => {
    const { auth_req_id } = await pending()
    await poll(auth_req_id)
    expect((await poll(auth_req_id)).body.error).toBe('slow_down')
  })

  test('a denial is access_denied', async () => {
    const { auth_req_id, id } = await pending()
    await decideBackchannelRequest(sandbox, id, 'denied')
    expect((await poll(auth_req_id)).body.error).toBe('access_denied')
  })

  test('the magic user deny has denied at once', async () => {
    const { body } = await request({ ...ask, login_hint: 'deny' })
    expect((await poll(body.auth_req_id)).body.error).toBe('access_denied')
  })

  test('another client gets nothing', async () => {
    const { auth_req_id, id } = await pending()
    await decideBackchannelRequest(sandbox, id, 'allowed')
    const other = credentials(addClient(sandbox, {}))
    expect((await poll(auth_req_id, server, other)).body.error).toBe('invalid_grant')
    expect((await poll(auth_req_id)).status).toBe(200)
  })

  test.each<[string, Record<string, string>, string]>([
    ['no auth_req_id', {}, 'invalid_request'],
    ['an unknown one', { auth_req_id: 'x' }, 'invalid_grant'],
  ])('refuses %s', async (_what, form, error) => {
    expect((await post(server.url, '/token', { grant_type, ...web, ...form })).body.error).toBe(error)
  })

  test('an auth_req_id is no device_code', async () => {
    const { auth_req_id, id } = await pending()
    await decideBackchannelRequest(sandbox, id, 'allowed')
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: auth_req_id, ...web }
    expect((await post(server.url, '/token', form)).body.error).toBe('invalid_grant')
  })
})

describe('deciding', () => {
  test('lists what waits, oldest first, and decides each once', async () => {
    const own = await start({ defaultProvider: 'standard' })
    const first = await pending({ ...ask, binding_message: 'W4SCT' }, own)
    await pending({ ...ask, login_hint: 'bob' }, own)
    expect(listBackchannelRequests(own.sandbox())).toMatchObject([
      { client_id: 'standard-web', app: 'Example App', username: 'alice', scope: 'openid profile', binding_message: 'W4SCT' },
      { username: 'bob', binding_message: undefined },
    ])
    expect(await decideBackchannelRequest(own.sandbox(), first.id, 'denied')).toBeDefined()
    expect(await decideBackchannelRequest(own.sandbox(), first.id, 'allowed')).toBeUndefined()
    expect((await poll(first.auth_req_id, own)).body.error).toBe('access_denied')
    expect(listBackchannelRequests(own.sandbox())).toHaveLength(1)
  })

  test('does not reach a device authorization, nor another sandbox', async () => {
    const { body: device } = await post(server.url, '/device_authorization', { client_id: 'standard-device' })
    const { store, clock } = sandbox
    const opened = store.openDeferred(String(device.user_code).replace('-', ''), 'an-interaction', clock.now())
    store.setDeferredUser('an-interaction', store.findUser('alice'))
    expect(opened).toMatchObject({ interaction_id: 'an-interaction' })
    expect(await decideBackchannelRequest(sandbox, 'an-interaction', 'allowed')).toBeUndefined()
    const { id } = await pending()
    expect(await decideBackchannelRequest(await server.reach('iokids'), id, 'allowed')).toBeUndefined()
  })

  test('the page shows app, user, scopes and binding message, and takes the decision', async () => {
    const own = await start({ defaultProvider: 'standard' })
    const { auth_req_id, id } = await pending({ ...ask, binding_message: 'Pay at till <4>' }, own)
    const html = await (await fetch(`${own.url}/ciba`)).text()
    for (const shown of ['Example App', 'Alice Arnold', 'Your name and profile', 'Pay at till &lt;4&gt;', `value="${id}"`])
      expect(html).toContain(shown)
    const decision = (form: Record<string, string>) =>
      fetch(`${own.url}/ciba`, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })
    expect((await decision({ transaction: id, decision: 'maybe' })).status).toBe(400)
    const approved = await decision({ transaction: id, decision: 'approve' })
    expect(approved.status).toBe(303)
    expect(approved.headers.get('location')).toBe('/ciba')
    expect((await decision({ transaction: id, decision: 'deny' })).status).toBe(400)
    expect((await poll(auth_req_id, own)).status).toBe(200)
    expect(await (await fetch(`${own.url}/ciba`)).text()).toContain('Nothing to approve')
  })
})

describe('ping mode (CIBA §10.2)', () => {
  test.each(['allowed', 'denied'] as const)(
    'the client is told when the user has %s it, with its token and the auth_req_id',
    async (decision) => {
      const { came, url } = await notified()
      const client = pingClient(url)
      const { auth_req_id, id } = await pending({ ...ask, ...client, client_notification_token: 'tell-me.123' })
      expect(came).toEqual([])
      expect(await decideBackchannelRequest(sandbox, id, decision)).toMatchObject({ unreached: undefined })
      expect(came).toEqual([{ method: 'POST', authorization: 'Bearer tell-me.123', type: 'application/json', body: { auth_req_id } }])
      expect((await poll(auth_req_id, server, client)).status).toBe(decision === 'allowed' ? 200 : 400)
    },
  )

  test.each<[string, Record<string, string>]>([
    ['is missing', {}],
    ['is too long', { client_notification_token: 'x'.repeat(1025) }],
    ['has a blank', { client_notification_token: 'a b' }],
  ])('a client_notification_token that %s is invalid_request', async (_what, form) => {
    const client = pingClient('http://127.0.0.1:1/notify')
    expect((await request({ ...ask, ...client, ...form })).body.error).toBe('invalid_request')
  })

  test('a client that polls needs no client_notification_token and is not told', async () => {
    const { id } = await pending({ ...ask, client_notification_token: 'unused' })
    expect(await decideBackchannelRequest(sandbox, id, 'allowed')).toMatchObject({ unreached: undefined })
  })

  test.each([
    ['https://client.example/notify', 'private'],
    ['http://93.184.216.34/notify', 'private'],
    ['http://[2001:db8::1]/notify', 'private'],
    ['http://127.0.0.1:1/notify', 'could not be told'],
  ])('who cannot be told at %s still gets the tokens, and the journal says why', async (endpoint, why) => {
    const client = pingClient(endpoint)
    const { auth_req_id, id } = await pending({ ...ask, ...client, client_notification_token: 't' })
    const form = new URLSearchParams({ transaction: id, decision: 'approve' })
    const answer = await fetch(`${server.url}/ciba`, { method: 'POST', body: form, redirect: 'manual' })
    expect(answer.status).toBe(303)
    expect(lastEntry(sandbox).explanation).toContain(why)
    expect((await poll(auth_req_id, server, client)).status).toBe(200)
  })

  test.each(['/_grantbox/sandboxes/mine/reset', '/dashboard/mine/manage/reset', '//_grantbox/sandboxes/mine/reset'])(
    'grantbox does not reset its own sandbox because a client registered %s',
    async (path) => {
      const own = await start({ defaultProvider: 'standard' })
      const mine = own.server.sandboxes.create({ name: 'mine', provider: sandbox.provider })
      addUser(mine, { username: 'kept' })
      const metadata = { backchannel_token_delivery_mode: 'ping' as const, backchannel_client_notification_endpoint: own.url + path }
      const client = credentials(addClient(mine, { metadata }, mine.directory.listApps()[0]))
      const { body } = await request({ ...ask, ...client, client_notification_token: 't' }, `${own.url}/mine`)
      expect(body.auth_req_id).toBeTruthy()
      const [waiting] = listBackchannelRequests(mine)
      const decided = await decideBackchannelRequest(mine, waiting?.id ?? '', 'allowed')
      expect(own.sandbox('mine').directory.findUser('kept')).toBeDefined()
      expect(decided?.unreached).toMatch(/40[34]/)
    },
  )

  test('an endpoint that redirects is not followed', async () => {
    const { url, came } = await notified(307)
    const client = pingClient(url)
    const { id } = await pending({ ...ask, ...client, client_notification_token: 't' })
    expect((await decideBackchannelRequest(sandbox, id, 'allowed'))?.unreached).toContain('307')
    expect(came).toHaveLength(1)
  })
})

test('iOKids has it without openid, for users who have the app', async () => {
  const base = `${server.url}/iokids`
  const findFluffy = { client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy' }
  const asked = await post(base, '/oauth/bc-authorize', { ...findFluffy, login_hint: '@beautifulmeercat246', scope: 'profile' })
  expect(asked.status).toBe(200)
  const form = { grant_type, auth_req_id: String(asked.body.auth_req_id), ...findFluffy }
  expect((await post(base, '/oauth/token', form)).body).toMatchObject({ error: 'authorization_pending', error_code: 4001 })
  const other = credentials(addClient(server.sandbox('iokids'), {}, addApp(server.sandbox('iokids'))))
  const refused = await post(base, '/oauth/bc-authorize', { ...other, login_hint: 'beautifulmeercat246' })
  expect(refused.status).toBe(403)
  expect(refused.body).toMatchObject({ error: 'access_denied' })
})

test('openid-client goes through it as its documentation says', async () => {
  const own = await start({ defaultProvider: 'standard' })
  const config = await openid.discovery(new URL(own.url), web.client_id, web.client_secret, undefined, {
    execute: [openid.allowInsecureRequests],
  })
  const asked = await openid.initiateBackchannelAuthentication(config, { scope: 'openid email', login_hint: 'bob', binding_message: 'X1' })
  const [waiting] = listBackchannelRequests(own.sandbox())
  await decideBackchannelRequest(own.sandbox(), waiting?.id ?? '', 'allowed')
  const tokens = await openid.pollBackchannelAuthenticationGrant(config, { ...asked, interval: 0.01 })
  expect(tokens.claims()?.sub).toBe('bob')
}, 20_000)
