import { describe, expect, test } from 'vitest'
import { control } from '../support/control-client.ts'
import { findFluffy } from '../support/iokids-client.ts'
import { startForFile } from '../support/server.ts'
import { alice, claimsOf, post, web } from '../support/standard-client.ts'
import { callback } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const box = '/sandboxes/standard'
const wanted = { client_id: web.client_id, redirect_uri: callback, username: alice.username, scope: 'openid', state: 's1' }
const authorize = (members: object = {}) => control(server, 'POST', `${box}/authorize`, { ...wanted, ...members })
const answerOf = ({ body }: { body: { redirect_to: string } }) => Object.fromEntries(new URL(body.redirect_to).searchParams)
const redeem = async (code: string) =>
  (await post(server.url, '/token', { grant_type: 'authorization_code', code, redirect_uri: callback, ...web })).body
const entries = async (query = '') => (await control(server, 'GET', `${box}/requests${query}`)).body.items

describe('an authorization without a browser takes whatever an app sends', () => {
  test.each<[members: object, noted: string[]]>([
    [{ prompt: 'login' }, ['prompt']],
    [{ prompt: 'none' }, ['prompt']],
    [{ max_age: 3600 }, ['max_age']],
    [{ login_hint: 'alice' }, ['login_hint']],
    [{ acr_values: 'urn:acr:loa2' }, []],
    [{ claims: { id_token: { email: { essential: true } } } }, []],
    [{ claims: '{"userinfo":{"name":null}}' }, []],
    [{ audience: 'https://api.example' }, []],
    [{ audience: ['https://api.example', 'orders'] }, []],
    [{ ui_locales: 'de fr' }, ['ui_locales']],
    [{ display: 'popup', access_type: 'offline', include_granted_scopes: true }, ['display', 'access_type', 'include_granted_scopes']],
    [
      { organization: 'org_1', 'x-client-SKU': 'msal.js.node', 'x-client-VER': '3', client_info: 1 },
      ['organization', 'x-client-SKU', 'client_info'],
    ],
    [{ authorization_details: [{ type: 'payment', amount: 1.5 }] }, ['authorization_details']],
    [{ hd: null, domain_hint: '', kc_idp_hint: 'google' }, ['kc_idp_hint']],
    [{ user: 'x', __proto__x: 1, constructor: 'y' }, ['user', 'constructor']],
    [{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }, []],
  ])('%o', async (members, noted) => {
    const { status, body } = await authorize(members)
    expect([status, body.code]).toEqual([200, expect.any(String)])
    const notes = body.notes.join('\n')
    for (const name of noted) expect(notes).toContain(name)
    if (noted.length === 0) expect(body.notes).toEqual([])
  })

  test('and what it took has its effect, written as a URL has it', async () => {
    const { body } = await authorize({ nonce: 42, claims: { id_token: { email: null } }, audience: ['a', 'b'], acr_values: ['x', 'y'] })
    const tokens = await redeem(body.code)
    expect(claimsOf(tokens.id_token)).toMatchObject({ nonce: '42', acr: 'x', email: expect.any(String) })
    expect(claimsOf(tokens.access_token)).toMatchObject({ aud: ['a', 'b'] })
    expect(answerOf(await authorize({ response_mode: 'query', state: true })).state).toBe('true')
  })

  test('what is wrong with it goes to the client, as from a browser', async () => {
    for (const members of [
      { prompt: 'nonsense' },
      { max_age: 1.5 },
      { claims: [1] },
      { code_challenge_method: 'S512', code_challenge: 'x' },
    ]) {
      expect(answerOf(await authorize(members))).toMatchObject({ error: 'invalid_request', state: 's1' })
    }
  })

  test('a pushed request counts, and what stands beside it is noted', async () => {
    const pushed = { response_type: 'code id_token', redirect_uri: callback, scope: 'openid', nonce: 'n1', ...web }
    const { request_uri } = (await post(server.url, '/par', pushed)).body
    const { body } = await control(server, 'POST', `${box}/authorize`, {
      client_id: web.client_id,
      username: 'alice',
      request_uri,
      state: 's2',
    })
    expect(body.redirect_to).toContain('id_token=')
    expect(body.notes).toEqual([
      'The request has state: without effect beside the request object or pushed request, which is what counts (RFC 9101 §6.3)',
    ])
  })

  test.each([
    ['usrname', 'username'],
    ['user_name', 'username'],
    ['userName', 'username'],
    ['decison', 'decision'],
    ['Decision', 'decision'],
    ['grantedScope', 'granted_scope'],
    ['granted_scopes', 'granted_scope'],
  ])('%s is refused: it nearly is %s', async (name, suggestion) => {
    const { status, body } = await authorize({ [name]: 'deny' })
    expect([status, body.errors]).toEqual([400, [{ field: name, expected: suggestion, came: 'deny', suggestion, unknown: true }]])
    expect(body.detail).toBe(`${name} is unknown: expected ${suggestion}, got "deny", did you mean ${suggestion}?`)
  })
})

describe('the journal of what the control API did for a browser', () => {
  test('is shown to whoever asks for it alone', async () => {
    await control(server, 'DELETE', `${box}/requests`)
    const { body } = await authorize({ display: 'page' })
    await redeem(body.code)
    expect((await entries()).map(({ endpoint }: { endpoint: string }) => endpoint)).toEqual(['token'])
    const [entry, ...more] = await entries('?driver=control')
    expect(more).toEqual([])
    expect(entry).toMatchObject({
      driver: 'control',
      endpoint: 'authorize',
      client_id: web.client_id,
      username: 'alice',
      grant_id: expect.any(Number),
      notes: ['The request has display: without effect at the authorization endpoint'],
      request_body: { display: 'page', state: 's1' },
      status: 200,
    })
    expect(entry.response_headers.location).toMatch(/^http:\/\/127\.0\.0\.1:5555\/callback\?code=/)
    expect(JSON.stringify(entry)).not.toContain(body.code)
    expect((await entries('?driver=any')).map(({ driver }: { driver: unknown }) => driver)).toEqual(['control', null])
    expect(await entries('?driver=control&endpoint=token')).toEqual([])
  })

  test('tells of refusals too', async () => {
    await authorize({ decision: 'deny' })
    await authorize({ client_id: 'nobody' })
    expect((await entries('?driver=control')).slice(-2)).toMatchObject([
      { error: 'access_denied', explanation: 'The decision was deny', status: 200 },
      { error: 'invalid_client', explanation: expect.stringContaining('nobody'), status: 400 },
    ])
    expect((await control(server, 'GET', `${box}/requests?driver=client`)).body.detail).toContain('driver: expected control or any')
  })

  test('has no token of who called', async () => {
    const { headers } =
      server
        .sandbox()
        .journal.list({ driver: 'control' })
        .map(({ request_headers: headers }) => ({ headers }))[0] ?? {}
    expect(headers).toEqual({ 'content-type': 'application/json' })
  })
})

test('an unknown member is called unknown, wherever it stands', async () => {
  const calls: [method: 'POST' | 'PATCH' | 'GET', path: string, body: object | undefined, detail: string][] = [
    ['POST', '/sandboxes', { provider: 'standard', sede: true }, 'sede is unknown: expected '],
    ['PATCH', box, { settings: { rotatoin: 'off' } }, 'settings.rotatoin is unknown: expected '],
    ['POST', `${box}/apps`, { name: 'A', redirect_uri: 'https://a.test' }, 'did you mean redirect_uris?'],
    ['POST', `${box}/apps`, { name: 'A', colour: 'red' }, 'colour is unknown: expected '],
    ['POST', `${box}/users`, { usrname: 'x' }, 'usrname is unknown: expected '],
    ['POST', `${box}/tokens`, { client_id: web.client_id, lifetime: 'x' }, 'lifetime is unknown: expected '],
    ['POST', `${box}/faults`, { endpoint: 'token', eror: 'x' }, 'eror is unknown: expected '],
    ['POST', `${box}/clock/advance`, { by: '1m', at: 1 }, 'at is unknown: expected '],
    ['GET', `${box}/requests?clientid=x`, undefined, 'clientid is unknown: expected '],
    ['GET', `${box}/apps?name=x`, undefined, 'name is unknown: expected space'],
    ['POST', `${box}/reset?keep=users`, undefined, 'keep is unknown: expected nothing'],
    ['POST', `${box}/reset`, { keep: 'users' }, 'keep is unknown: expected nothing'],
    ['GET', '/sandboxes?provider=iokids', undefined, 'provider is unknown: expected nothing'],
  ]
  for (const [method, path, body, detail] of calls) {
    const answer = await control(server, method, path, body)
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining(detail)])
  }
})

test("a vendor's names and the RFCs' are both understood", async () => {
  const { body } = await control(server, 'POST', '/sandboxes/iokids/authorize', {
    client_id: findFluffy.client_id,
    username: 'beautifulmeercat246',
    redirect_uri: 'https://oauth.pstmn.io/v1/callback',
    display: 'touch',
  })
  expect(body).toMatchObject({ code: expect.any(String), notes: [expect.stringContaining('display')] })
})
