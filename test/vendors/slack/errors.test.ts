import { afterEach, describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { type Answer, basic, post, postJson, send } from '../../support/vendor-client.ts'
import {
  app,
  ask,
  authorizeAt,
  call,
  callback,
  codeOf,
  install,
  rotating,
  signInWithSlack,
  startWorkspaceForFile,
  throughPages,
} from './slack-client.ts'

const server = await startWorkspaceForFile()
const { url } = server
const sandbox = `${url}/_grantbox/sandboxes/slack`

function settings(settings: Record<string, unknown>): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  return send(sandbox, { method: 'PATCH', headers, body: JSON.stringify({ settings }) })
}

afterEach(() => settings({ openid_errors: null, distributed: null, pkce: null, enterprise: null, strictness: null }))

const v2 = (query: Record<string, string> = {}) => codeOf(server, '/oauth/v2/authorize', { scope: 'chat:write', ...query })
const access = (form: Record<string, string>, by = app) => ask(server, 'oauth.v2.access', form, by)

describe('oauth.v2.access answers 200 and', () => {
  type Row = [error: string, what: string, explanation: RegExp, asked: () => Promise<Answer>]
  test.each<Row>([
    [
      'bad_client_secret',
      'a wrong secret',
      /secret in the Basic header/,
      async () => access({ code: await v2() }, { ...app, client_secret: 'x' }),
    ],
    [
      'bad_client_secret',
      'a wrong secret in the body',
      /client_secret is not the one/,
      async () => post(`${url}/api/oauth.v2.access`, { code: await v2(), ...app, client_secret: 'x' }),
    ],
    [
      'bad_client_secret',
      'no secret',
      /has a secret, and none came/,
      () => post(`${url}/api/oauth.v2.access`, { code: 'x', client_id: app.client_id }),
    ],
    ['invalid_client_id', 'an unknown app', /is not registered/, () => access({ code: 'x' }, { client_id: '1.2', client_secret: 'x' })],
    ['invalid_client_id', 'no app', /names no client/, () => post(`${url}/api/oauth.v2.access`, { code: 'x' })],
    ['invalid_code', 'a code that was never given', /not issued/, () => access({ code: 'x' })],
    [
      'invalid_code',
      'a code for the second time',
      /already used/,
      async () => {
        const form = { code: await v2(), redirect_uri: callback }
        await access(form)
        return access(form)
      },
    ],
    [
      'invalid_code',
      'the code of another app',
      /another client/,
      async () => access({ code: await v2(), redirect_uri: callback }, rotating),
    ],
    [
      'invalid_code',
      'a code after ten minutes',
      /codes live 600 s/,
      async () => {
        const code = await v2()
        server.clock.advance(601)
        return access({ code, redirect_uri: callback })
      },
    ],
    ['bad_redirect_uri', 'another redirect URI', /differs|is not/, async () => access({ code: await v2(), redirect_uri: `${callback}/x` })],
    ['bad_redirect_uri', 'no redirect URI', /is missing/, async () => access({ code: await v2() })],
    ['invalid_grant_type', 'another grant type', /none of/, () => access({ grant_type: 'password', code: 'x' })],
    [
      'invalid_refresh_token',
      'a refresh token that was never given',
      /not issued/,
      () => access({ grant_type: 'refresh_token', refresh_token: 'x' }),
    ],
    [
      'oauth_authorization_url_mismatch',
      'a code of Sign in with Slack',
      /openid\.connect\.token/,
      async () =>
        access({
          code: await codeOf(server, '/openid/connect/authorize', { response_type: 'code', scope: 'openid' }),
          redirect_uri: callback,
        }),
    ],
    [
      'invalid_code_verifier',
      'a wrong verifier',
      /code_verifier/,
      async () =>
        access({
          code: await v2({ code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }),
          redirect_uri: callback,
          code_verifier: 'b'.repeat(43),
        }),
    ],
    [
      'invalid_code_verifier',
      'no verifier',
      /code_verifier/,
      async () => access({ code: await v2({ code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }), redirect_uri: callback }),
    ],
  ])('%s for %s', async (error, _what, explanation, asked) => {
    const answer = await asked()
    expect([answer.status, answer.text]).toEqual([200, JSON.stringify({ ok: false, error })])
    expect(answer.explanation).toMatch(explanation)
    expect(answer.headers.get('www-authenticate')).toBeNull()
  })

  test('invalid_arguments for no code, with what is missing', async () => {
    const { status, text } = await access({ redirect_uri: callback })
    expect([status, text]).toEqual([
      200,
      '{"ok":false,"error":"invalid_arguments","response_metadata":{"messages":["[ERROR] missing required field: code"]}}',
    ])
  })

  test('takes JSON, and GET with a query', async () => {
    const json = await postJson(
      `${url}/api/oauth.v2.access`,
      { code: await v2(), redirect_uri: callback },
      basic(app.client_id, app.client_secret),
    )
    const query = new URLSearchParams({ ...app, code: await v2(), redirect_uri: callback })
    const got = await send(`${url}/api/oauth.v2.access?${query}`)
    expect([json.body.ok, got.body.ok]).toEqual([true, true])
  })
})

test('oauth.access calls a code that was used code_already_used', async () => {
  const form = { code: await codeOf(server, '/oauth/authorize', { scope: 'identity.basic' }), redirect_uri: callback }
  await ask(server, 'oauth.access', form)
  expect((await ask(server, 'oauth.access', form)).text).toBe('{"ok":false,"error":"code_already_used"}')
})

test.each([
  ['slack', 'bad_client_secret', 'invalid_code', 'invalid_grant_type', 'invalid_arguments'],
  ['oauth', 'invalid_client', 'invalid_grant', 'unsupported_grant_type', 'invalid_request'],
])('openid.connect.token with the setting openid_errors %s', async (openid_errors, secret, code, grant_type, missing) => {
  await settings({ openid_errors })
  const told = async (form: Record<string, string>, by = app) => (await ask(server, 'openid.connect.token', form, by)).body.error
  expect([
    await told({ code: 'x' }, { ...app, client_secret: 'x' }),
    await told({ code: 'x' }),
    await told({ grant_type: 'password' }),
    await told({ redirect_uri: callback }),
  ]).toEqual([secret, code, grant_type, missing])
})

describe('a method answers 200 and', () => {
  const token = async () => (await install(server, { scope: 'chat:write,commands' })).body.access_token
  test.each<[string, string, () => Promise<Answer>]>([
    ['{"ok":false,"error":"not_authed"}', 'no token', () => send(`${url}/api/auth.test`)],
    ['{"ok":false,"error":"invalid_auth"}', 'a token that was never given', () => call(server, 'auth.test', 'xoxb-1-2-3')],
    [
      '{"ok":false,"error":"token_revoked"}',
      'a token that was revoked',
      async () => {
        const revoked = await token()
        expect((await call(server, 'auth.revoke', revoked)).text).toBe('{"ok":true,"revoked":true}')
        return call(server, 'auth.test', revoked)
      },
    ],
    [
      '{"ok":false,"error":"missing_scope","needed":"users:read","provided":"chat:write,commands"}',
      'a scope that the bot has not',
      async () => call(server, 'users.info', await token(), { user: 'U0BOB000001' }),
    ],
    [
      '{"ok":false,"error":"missing_scope","needed":"identity.basic","provided":"identify,search:read"}',
      'a scope that the user has not',
      async () => {
        const { body } = await install(server, { user_scope: 'search:read' })
        return call(server, 'users.identity', (body.authed_user as { access_token: string }).access_token)
      },
    ],
    [
      '{"ok":false,"error":"missing_scope","needed":"openid","provided":"chat:write,commands"}',
      'userInfo with a token of an installation',
      async () => call(server, 'openid.connect.userInfo', await token()),
    ],
    ['{"ok":false,"error":"unknown_method","req_method":"x.y"}', 'a method that is none', () => call(server, 'x.y', 'x')],
  ])('%s for %s', async (text, _what, asked) => {
    const answer = await asked()
    expect([answer.status, answer.text]).toEqual([200, text])
    expect(answer.explanation).not.toBe('')
  })

  test('tells the scopes in headers', async () => {
    const { headers } = await call(server, 'auth.test', await token())
    expect([headers.get('x-oauth-scopes'), headers.get('x-accepted-oauth-scopes')]).toEqual(['chat:write,commands', null])
    const missing = await call(server, 'team.info', await token())
    expect([missing.headers.get('x-oauth-scopes'), missing.headers.get('x-accepted-oauth-scopes')]).toEqual([
      'chat:write,commands',
      'team:read',
    ])
  })

  test('takes a token from the header, the query and a form', async () => {
    const given = String(await token())
    const ways = await Promise.all([
      call(server, 'auth.test', given),
      send(`${url}/api/auth.test?token=${given}`),
      post(`${url}/api/auth.test`, { token: given }),
    ])
    expect(ways.map(({ body }) => body.ok)).toEqual([true, true, true])
  })
})

test('a user who is gone is account_inactive', async () => {
  const { body } = await signInWithSlack(server)
  const { directory } = server.sandbox()
  const alice = directory.findUser('alice')
  if (alice === undefined) throw new Error('no alice')
  directory.updateUser({ ...alice, disabled: true })
  const { text } = await call(server, 'auth.test', body.access_token)
  directory.updateUser(alice)
  expect(text).toBe('{"ok":false,"error":"account_inactive"}')
})

test('apps.uninstall takes all tokens of the app along', async () => {
  const { body } = await install(server, { scope: 'chat:write', user_scope: 'search:read' })
  const { access_token: own } = body.authed_user as { access_token: string }
  const wrong = await call(server, 'apps.uninstall', body.access_token, rotating)
  expect(wrong.text).toBe('{"ok":false,"error":"client_id_token_mismatch"}')
  const secret = await call(server, 'apps.uninstall', body.access_token, { ...app, client_secret: 'x' })
  expect(secret.text).toBe('{"ok":false,"error":"bad_client_secret"}')
  expect((await call(server, 'apps.uninstall', body.access_token, app)).text).toBe('{"ok":true}')
  const left = await Promise.all([body.access_token, own].map(async (token) => (await call(server, 'auth.test', token)).body.error))
  expect(left).toEqual(['token_revoked', 'token_revoked'])
})

test('too many calls are 429, which says when to come again, and a failure of the vendor’s is 500', async () => {
  await postJson(`${sandbox}/faults`, { endpoint: 'token', error: 'temporarily_unavailable', status: 429, times: 1 })
  const limited = await access({ code: 'x' })
  expect([limited.status, limited.text, limited.headers.get('retry-after')]).toEqual([429, '{"ok":false,"error":"ratelimited"}', '30'])
  await postJson(`${sandbox}/faults`, { endpoint: 'token', error: 'server_error', times: 1 })
  const failed = await access({ code: 'x' })
  expect([failed.status, failed.text]).toEqual([500, '{"ok":false,"error":"internal_error"}'])
})

describe('the authorization', () => {
  const page = async (path: string, query: Record<string, string>) => {
    const { html, location } = await new Jar().open(authorizeAt(server, path, query))
    return location?.href ?? html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
  }
  test.each<[string, Record<string, string>, Record<string, unknown>]>([
    ['no_scopes', {}, {}],
    ['invalid_scope', { scope: 'no:such' }, {}],
    ['invalid_scope', { user_scope: 'identity.basic,search:read' }, {}],
    ['invalid_client_id', { client_id: '1.2', scope: 'chat:write' }, {}],
    ['bad_redirect_uri', { redirect_uri: 'https://evil.example/', scope: 'chat:write' }, {}],
    ['invalid_team_for_non_distributed_app', { scope: 'chat:write', team: 'second' }, { distributed: false }],
    ['pkce_not_allowed', { scope: 'chat:write', code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }, { pkce: false }],
  ])('shows a page with %s for %o', async (error, query, set) => {
    await settings(set)
    const text = await page('/oauth/v2/authorize', query)
    expect(text).toContain('Something went wrong when authorizing this app.')
    expect(text).toContain(error)
  })

  test('names the redirect URI that did not match', async () => {
    expect(await page('/oauth/v2/authorize', { scope: 'chat:write', redirect_uri: 'https://evil.example/' })).toContain(
      'redirect_uri did not match any configured URIs. Passed URI: https://evil.example/',
    )
  })

  test.each([
    [`${callback}/deeper?x=1`, true],
    [`${callback}?x=1`, true],
    ['http://127.0.0.1:8080/callback', true],
    ['http://127.0.0.1/callbacks', false],
    ['http://127.0.0.1/callback/../other', false],
    ['http://127.0.0.1/callback/%2e%2e/other', false],
    ['https://127.0.0.1/callback', false],
    ['http://localhost.evil.example/callback', false],
    ['https://www.getpostman.com/oauth2/callback/deeper', true],
  ])('%s passes: %s', async (redirect_uri, passes) => {
    const text = await page('/oauth/v2/authorize', { scope: 'chat:write', redirect_uri })
    expect(text.includes('bad_redirect_uri')).toBe(!passes)
  })

  test('brings state back always, empty when there was none, and says no more of who cancels', async () => {
    const none = await throughPages(authorizeAt(server, '/oauth/v2/authorize', { scope: 'chat:write', state: '' }))
    expect([...(none?.searchParams.keys() ?? [])]).toEqual(['code', 'state'])
    expect(none?.searchParams.get('state')).toBe('')
    const cancelled = await throughPages(authorizeAt(server, '/oauth/v2/authorize', { scope: 'chat:write' }), new Jar(), 'cancel')
    expect(cancelled?.href).toBe(`${callback}?error=access_denied&state=s`)
  })

  test('of another workspace is told in the answer, and of a whole organization', async () => {
    expect((await install(server, { scope: 'chat:write', team: 'second' })).body.team).toEqual({
      id: 'T0GRANTBOX2',
      name: 'Second Workspace',
    })
    await settings({ enterprise: 'Example Organization' })
    const { body } = await install(server, { scope: 'chat:write' })
    const enterprise = { id: expect.stringMatching(/^E[0-9A-Z]{10}$/), name: 'Example Organization' }
    expect(body).toMatchObject({ team: { id: 'T0GRANTBOX1' }, enterprise, is_enterprise_install: false })
    const everywhere = await install(server, { scope: 'chat:write', team: (body.enterprise as { id: string }).id })
    expect(everywhere.body).toMatchObject({ team: null, enterprise, is_enterprise_install: true })
  })
})

test.each([
  ['http://app.example/callback', 400],
  ['https://app.example/callback', 201],
  ['http://localhost:3000/callback', 201],
])('an app that calls back to %s is registered with %i', async (redirect_uri, status) => {
  const { status: told } = await postJson(`${sandbox}/apps`, { name: `App ${redirect_uri}`, redirect_uris: [redirect_uri] })
  expect(told).toBe(status)
})
