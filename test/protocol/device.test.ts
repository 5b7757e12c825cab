import * as oauth from 'oauth4webapi'
import { describe, expect, test } from 'vitest'
import { addApp, addClient, addUser, credentials, lastEntry } from '../support/iokids-setup.ts'
import { start, startForFile, type TestServer } from '../support/server.ts'
import { alice, claimsOf, json, post, userinfoStatus, web } from '../support/standard-client.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const device = { client_id: 'standard-device' }
const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'

interface Codes {
  device_code: string
  user_code: string
  verification_uri: string
  verification_uri_complete: string
  expires_in: number
  interval: number
}

async function authorize(base = server.url, form: Record<string, string> = device): Promise<Codes> {
  const { status, body } = await post(base, '/device_authorization', form)
  expect(status).toBe(200)
  return body as unknown as Codes
}

const poll = (device_code: string, { url }: Pick<TestServer, 'url'> = server, client: Record<string, string> = device) =>
  post(url, '/token', { grant_type, device_code, ...client })

/** A page and the transaction in its forms. */
async function page(url: string, form?: Record<string, string>) {
  const answer = await fetch(url, form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) })
  const html = await answer.text()
  return { status: answer.status, html, headers: answer.headers, transaction: /name="transaction" value="([^"]+)"/.exec(html)?.[1] ?? '' }
}

/** The user enters the code, signs in and decides. */
async function decide(user_code: string, decision = 'allow', user = alice, at = `${server.url}/device`) {
  const { transaction } = await page(at, { user_code })
  await page(at, { transaction, ...user })
  return page(at, { transaction, decision })
}

describe('the device authorization endpoint (RFC 8628 §3.2)', () => {
  test('answers with all members, and addresses of the sandbox', async () => {
    const { status, body, headers } = await post(server.url, '/device_authorization', { ...device, scope: 'openid read' })
    expect(status).toBe(200)
    expect(body).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: `${server.url}/device`,
      verification_uri_complete: `${server.url}/device?user_code=${body.user_code}`,
      expires_in: 600,
      interval: 5,
    })
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('is in discovery, for every sandbox with its own addresses', async () => {
    const { body } = await json(`${server.url}/standard/.well-known/openid-configuration`)
    expect(body.device_authorization_endpoint).toBe(`${server.url}/standard/device_authorization`)
    expect(body.grant_types_supported).toContain(grant_type)
  })

  test.each<[string, Record<string, string>, number, string]>([
    ['an unknown client', { client_id: 'nobody' }, 401, 'invalid_client'],
    ['a wrong secret', { ...web, client_secret: 'x' }, 401, 'invalid_client'],
    ['a client that is not registered for it', { client_id: 'standard-spa' }, 400, 'unauthorized_client'],
    ['a scope that the app has not', { ...device, scope: 'everything' }, 400, 'invalid_scope'],
  ])('refuses %s', async (_what, form, status, error) => {
    const answer = await post(server.url, '/device_authorization', form)
    expect(answer.status).toBe(status)
    expect(answer.body.error).toBe(error)
    expect(answer.headers.get('grantbox-explain')).toBeTruthy()
  })

  test('refuses a repeated parameter and secrets in the query (RFC 6749 §3.1)', async () => {
    const twice = await post(server.url, '/device_authorization', [...Object.entries(device), ['scope', 'read'], ['scope', 'read']])
    expect(twice.body.error).toBe('invalid_request')
    expect((await post(server.url, '/device_authorization?client_secret=x', device)).body.error).toBe('invalid_request')
  })
})

describe('polling (RFC 8628 §3.5)', () => {
  test('is pending until the user allowed it, and then gives tokens once', async () => {
    const { device_code, user_code } = await authorize(server.url, { ...device, scope: 'openid profile read' })
    const pending = await poll(device_code)
    expect(pending.status).toBe(400)
    expect(pending.body.error).toBe('authorization_pending')
    expect((await decide(user_code)).html).toContain('Your device is connected')
    const { status, body } = await poll(device_code)
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'openid profile read', refresh_token: expect.any(String) })
    expect(claimsOf(body.id_token)).toMatchObject({ sub: 'alice', aud: 'standard-device', auth_time: expect.any(Number) })
    expect(await userinfoStatus(server.url, body.access_token)).toBe(200)
    const again = await poll(device_code)
    expect(again.body.error).toBe('invalid_grant')
    expect(again.headers.get('grantbox-explain')).toContain('works once')
  })

  test('too often is slow_down, and each time the interval grows by 5 s', async () => {
    const own = await start({ defaultProvider: 'standard' })
    const { device_code } = await authorize(own.url)
    const ask = async (after: number) => {
      own.clock.advance(after)
      return (await poll(device_code, own)).body.error
    }
    expect(await ask(0)).toBe('authorization_pending')
    expect(await ask(5)).toBe('authorization_pending')
    expect(await ask(1)).toBe('slow_down')
    expect(await ask(6)).toBe('slow_down')
    expect(await ask(14)).toBe('slow_down')
    expect(await ask(20)).toBe('authorization_pending')
  })

  test('a device that was slowed down still gets its tokens at once when they are there', async () => {
    const { device_code, user_code } = await authorize()
    await poll(device_code)
    expect((await poll(device_code)).body.error).toBe('slow_down')
    await decide(user_code)
    expect((await poll(device_code)).status).toBe(200)
  })

  test('after its time is expired_token, by the clock of the sandbox', async () => {
    const own = await start({ defaultProvider: 'standard' })
    own.clock.stop()
    const { device_code, user_code } = await authorize(own.url)
    own.clock.advance(599)
    expect((await poll(device_code, own)).body.error).toBe('authorization_pending')
    own.clock.advance(2)
    expect((await poll(device_code, own)).body.error).toBe('expired_token')
    expect((await page(`${own.url}/device`, { user_code })).status).toBe(400)
  })

  test('tokens that were allowed and not fetched in time are expired_token too', async () => {
    const own = await start({ defaultProvider: 'standard' })
    const { device_code, user_code } = await authorize(own.url)
    await decide(user_code, 'allow', alice, `${own.url}/device`)
    own.clock.advance(601)
    expect((await poll(device_code, own)).body.error).toBe('expired_token')
  })

  test.each(['deny', 'cancel'])('after %s is access_denied', async (decision) => {
    const { device_code, user_code } = await authorize()
    expect((await decide(user_code, decision)).html).toContain('Your device was not connected')
    expect((await poll(device_code)).body.error).toBe('access_denied')
  })

  test('is for one client: another gets invalid_grant and spoils nothing', async () => {
    const { device_code, user_code } = await authorize()
    await decide(user_code)
    const other = await poll(device_code, server, web)
    expect(other.body.error).toBe('invalid_grant')
    expect(other.headers.get('grantbox-explain')).toContain('another client')
    expect((await poll(device_code)).status).toBe(200)
  })

  test.each<[string, Record<string, string>, string]>([
    ['no device_code', {}, 'invalid_request'],
    ['an unknown device_code', { device_code: 'x' }, 'invalid_grant'],
  ])('with %s is refused', async (_what, form, error) => {
    expect((await post(server.url, '/token', { grant_type, ...device, ...form })).body.error).toBe(error)
  })

  test('of two polls at once one gets the tokens', async () => {
    const { device_code, user_code } = await authorize()
    await decide(user_code)
    const answers = await Promise.all([poll(device_code), poll(device_code), poll(device_code)])
    expect(answers.map((one) => one.status).sort()).toEqual([200, 400, 400])
  })

  test('the settings device_code_ttl and device_interval hold', async () => {
    const { name } = server.server.sandboxes.create({
      provider: server.sandbox().provider,
      settings: { device_code_ttl: 30, device_interval: 2 },
    })
    expect(await authorize(`${server.url}/${name}`)).toMatchObject({ expires_in: 30, interval: 2 })
  })

  test('a refresh token goes to clients that are registered for it alone', async () => {
    const app = server.sandbox().directory.listApps()[0]
    const client = credentials(
      addClient(server.sandbox(), { client_secret: null, token_endpoint_auth_method: 'none', grant_types: [grant_type] }, app),
    )
    const { device_code, user_code } = await authorize(server.url, client)
    await decide(user_code)
    expect((await poll(device_code, server, client)).body).not.toHaveProperty('refresh_token')
  })
})

describe('the verification page (RFC 8628 §3.3)', () => {
  test.each([
    ['as it is shown', (code: string) => code],
    ['in lower case', (code: string) => code.toLowerCase()],
    ['without its hyphen', (code: string) => code.replace('-', '')],
    ['with blanks', (code: string) => ` ${code.replace('-', ' ')} `],
  ])('takes the code %s', async (_how, typed) => {
    const { user_code } = await authorize()
    const { status, html } = await page(`${server.url}/device`, { user_code: typed(user_code) })
    expect(status).toBe(200)
    expect(html).toContain('to continue to <b>Example App</b>')
  })

  test.each(['', 'XXXX', 'AEIO-UAEI', 'BCDF-GHJK', 'BCDF-GHJKL'])('refuses the code "%s" and says so on the page', async (user_code) => {
    const { status, html, headers } = await page(`${server.url}/device`, { user_code })
    expect(status).toBe(400)
    expect(html).toContain('This code is not right')
    expect(headers.get('grantbox-explain')).toContain('user')
    expect(lastEntry(server.sandbox())).toMatchObject({ endpoint: 'authorize', error: 'invalid_request' })
  })

  test('fills the code in from verification_uri_complete, and following that link decides nothing', async () => {
    const { verification_uri_complete, user_code, device_code } = await authorize()
    expect((await page(verification_uri_complete)).html).toContain(`value="${user_code}"`)
    expect((await poll(device_code)).body.error).toBe('authorization_pending')
  })

  test('shows the app, the scopes and the code again before anything is given (RFC 8628 §5.4)', async () => {
    const { user_code } = await authorize(server.url, { ...device, scope: 'openid write' })
    const { transaction } = await page(`${server.url}/device`, { user_code })
    const { html } = await page(`${server.url}/device`, { transaction, ...alice })
    for (const shown of [user_code, 'Example App', 'Changing your data', 'Alice Arnold']) expect(html).toContain(shown)
    expect(html).not.toContain('Reading your data')
  })

  test('a wrong password is told, and nothing is given', async () => {
    const { user_code, device_code } = await authorize()
    const { transaction } = await page(`${server.url}/device`, { user_code })
    const refused = await page(`${server.url}/device`, { transaction, username: 'alice', password: 'wrong' })
    expect(refused.status).toBe(401)
    expect(refused.html).toContain('Username or password is not right')
    await page(`${server.url}/device`, { transaction, decision: 'allow' })
    expect((await poll(device_code)).body.error).toBe('authorization_pending')
  })

  test('one click signs a sandbox user in', async () => {
    const { user_code, device_code } = await authorize()
    const { transaction } = await page(`${server.url}/device`, { user_code })
    await page(`${server.url}/device`, { transaction, pick: 'bob' })
    await page(`${server.url}/device`, { transaction, decision: 'allow' })
    expect(claimsOf((await poll(device_code)).body.access_token).sub).toBe('bob')
  })

  test('a decision stands: a second one, or the code once more, is an error page', async () => {
    const { user_code } = await authorize()
    const { transaction } = await page(`${server.url}/device`, { user_code })
    await page(`${server.url}/device`, { transaction, ...alice })
    await page(`${server.url}/device`, { transaction, decision: 'deny' })
    const second = await page(`${server.url}/device`, { transaction, decision: 'allow' })
    expect(second.status).toBe(400)
    expect(second.html).toContain('used up')
    expect((await page(`${server.url}/device`, { user_code })).status).toBe(400)
  })

  test('whoever enters the code last holds it: the one before him can decide no more', async () => {
    const { user_code, device_code } = await authorize()
    const first = await page(`${server.url}/device`, { user_code })
    await page(`${server.url}/device`, { transaction: first.transaction, ...alice })
    await page(`${server.url}/device`, { user_code })
    expect((await page(`${server.url}/device`, { transaction: first.transaction, decision: 'allow' })).status).toBe(400)
    expect((await poll(device_code)).body.error).toBe('authorization_pending')
  })

  test('nobody can allow what no user has signed in for, not even by asking the store', async () => {
    const { user_code, device_code } = await authorize()
    const { store, clock } = server.sandbox()
    store.openDeferred(user_code.replace('-', ''), 'an-interaction', clock.now())
    expect(store.decideDeferred('an-interaction', 'allowed', {}, clock.now())).toBeUndefined()
    expect((await poll(device_code)).body.error).toBe('authorization_pending')
  })

  test('another user can be chosen', async () => {
    const { user_code, device_code } = await authorize()
    const { transaction } = await page(`${server.url}/device`, { user_code })
    await page(`${server.url}/device`, { transaction, ...alice })
    expect((await page(`${server.url}/device`, { transaction, decision: 'switch' })).html).toContain('Sign in')
    await page(`${server.url}/device`, { transaction, decision: 'allow' })
    expect((await poll(device_code)).body.error).toBe('authorization_pending')
  })

  test('an unknown decision is an error page', async () => {
    const { user_code } = await authorize()
    const { transaction } = await page(`${server.url}/device`, { user_code })
    expect((await page(`${server.url}/device`, { transaction, decision: 'maybe' })).status).toBe(400)
  })

  test('the magic user deny declines though Allow is pressed', async () => {
    const { user_code, device_code } = await authorize()
    await decide(user_code, 'allow', { username: 'deny', password: 'x' })
    expect((await poll(device_code)).body.error).toBe('access_denied')
  })

  test('a magic user servererror meets a 500 once, then gets the tokens', async () => {
    const { user_code, device_code } = await authorize()
    await decide(user_code, 'allow', { username: 'servererror', password: 'x' })
    expect((await poll(device_code)).status).toBe(500)
    expect((await poll(device_code)).status).toBe(200)
  })

  test('of another sandbox knows nothing of this one’s codes', async () => {
    const { user_code } = await authorize()
    expect((await page(`${server.url}/iokids/oauth/device`, { user_code })).status).toBe(400)
  })
})

describe('iOKids', async () => {
  const sandbox = await server.reach('iokids')
  const base = `${server.url}/iokids`
  const at = `${base}/oauth/device`

  test('has it for FindFluffy, at its own paths and in its own words', async () => {
    const client = { client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy' }
    const { body } = await post(base, '/oauth/device_authorization', client)
    expect(body.verification_uri).toBe(`${base}/oauth/device`)
    const token = () => post(base, '/oauth/token', { grant_type, device_code: String(body.device_code), ...client })
    expect((await token()).body).toEqual({ error: 'authorization_pending', error_code: 4001, error_description: expect.any(String) })
    await decide(String(body.user_code), 'allow', { username: 'beautifulmeercat246', password: 'Find Fluffy, LLC' }, at)
    expect(Object.keys((await token()).body)).toEqual(['access_token', 'refresh_token', 'expires_in', 'token_type'])
  })

  test('a user without the app adds it first, a kid is sent to a parent', async () => {
    const client = addClient(sandbox, {}, addApp(sandbox))
    addUser(sandbox, { username: 'grownup', apps: [] })
    addUser(sandbox, { username: 'smallone', type: 'kid', age: 9, apps: [] })
    const begin = async (username: string) => {
      const { body } = await post(base, '/oauth/device_authorization', credentials(client))
      const { transaction } = await page(at, { user_code: String(body.user_code) })
      const { html } = await page(at, { transaction, username, password: 'Find Fluffy, LLC' })
      return { html, transaction, device_code: String(body.device_code) }
    }
    const grownup = await begin('grownup')
    expect(grownup.html).toContain('Add the app')
    expect((await page(at, { transaction: grownup.transaction, decision: 'allow' })).html).toContain('Add the app')
    expect((await page(at, { transaction: grownup.transaction, decision: 'add' })).html).toContain('Connect this device?')
    const kid = await begin('smallone')
    expect((await page(at, { transaction: kid.transaction, decision: 'add' })).html).toContain('Ask a parent')
    await page(at, { transaction: kid.transaction, decision: 'ask' })
    const form = { grant_type, device_code: kid.device_code, ...credentials(client) }
    expect((await post(base, '/oauth/token', form)).body.error).toBe('access_denied')
  })
})

test('oauth4webapi goes through it as its documentation says', async () => {
  const options = { [oauth.allowInsecureRequests]: true }
  const issuer = new URL(server.url)
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
  const none = oauth.None()
  const parameters = new URLSearchParams({ scope: 'openid profile' })
  const codes = await oauth.processDeviceAuthorizationResponse(
    as,
    device,
    await oauth.deviceAuthorizationRequest(as, device, none, parameters, options),
  )
  const ask = async () =>
    oauth.processDeviceCodeResponse(as, device, await oauth.deviceCodeGrantRequest(as, device, none, codes.device_code, options))
  await expect(ask()).rejects.toMatchObject({ error: 'authorization_pending' })
  await decide(codes.user_code)
  const tokens = await ask()
  expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe('alice')
})
