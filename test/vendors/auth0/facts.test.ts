import { describe, expect, test } from 'vitest'
import type { Jar } from '../../support/browser-jar.ts'
import { type Answer, basic, claimsOf, headerOf, post, postJson, send } from '../../support/vendor-client.ts'
import {
  alice,
  aliceId,
  askToken,
  audience,
  callback,
  freshCode,
  machine,
  native,
  startTenantForFile,
  TenantJar,
  web,
} from './auth0-tenant.ts'

const server = await startTenantForFile()
const { url } = server
const sandbox = `${url}/_grantbox/sandboxes/auth0`
const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code'

function change(path: string, body: object): Promise<Answer> {
  return send(sandbox + path, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

const authorizeUrl = (wanted: Record<string, string> = {}) =>
  `${url}/authorize?${new URLSearchParams({ client_id: web.client_id, response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', ...wanted })}`

async function signIn(jar: Jar, wanted: Record<string, string> = {}) {
  return jar.post(await jar.open(authorizeUrl(wanted)), url, { ...alice, action: 'default' })
}

test.each([
  [
    'scopes_supported',
    [
      ...['openid', 'profile', 'offline_access', 'name', 'given_name', 'family_name', 'nickname', 'email', 'email_verified'],
      ...['picture', 'created_at', 'identities', 'phone', 'address'],
    ],
  ],
  ['response_types_supported', ['code', 'token', 'id_token', 'code token', 'code id_token', 'token id_token', 'code token id_token']],
  ['code_challenge_methods_supported', ['S256', 'plain']],
  ['response_modes_supported', ['query', 'fragment', 'form_post']],
  ['subject_types_supported', ['public']],
  ['token_endpoint_auth_methods_supported', ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']],
  ['request_uri_parameter_supported', false],
  ['id_token_signing_alg_values_supported', ['HS256', 'RS256', 'PS256']],
  ['backchannel_logout_supported', true],
  ['backchannel_logout_session_supported', true],
])('metadata has %s %j', async (name, value) => {
  expect((await send(`${url}/.well-known/openid-configuration`)).body[name]).toEqual(value)
})

describe('at the callback', () => {
  test.each([
    ['access_denied', 'User did not authorize the request'],
    ['login_required', 'Login required'],
    ['consent_required', 'Consent required'],
    ['interaction_required', 'Multifactor authentication required'],
  ])('%s is worded as apps compare it', async (error, error_description) => {
    await postJson(`${sandbox}/faults`, { endpoint: 'authorize', error, times: 1 })
    const { headers } = await send(authorizeUrl())
    expect(headers.get('location')).toBe(`${callback}?error=${error}&error_description=${encodeURIComponent(error_description)}&state=s`)
  })

  test('a user who declines did not authorize the request', async () => {
    await change('', { settings: { auto_consent: false } })
    const jar = new TenantJar()
    const asked = await signIn(jar)
    const silent = await jar.open(authorizeUrl({ prompt: 'none' }))
    expect(Object.fromEntries(silent.location?.searchParams ?? [])).toEqual({
      error: 'consent_required',
      error_description: 'Consent required',
      state: 's',
    })
    const page = asked.location === undefined ? asked : await jar.open(asked.location.href)
    for (const words of ['Authorize App', 'is requesting access to your dev-grantbox account', 'Accept', 'Decline'])
      expect(page.html).toContain(words)
    const end = await jar.post(page, url, { action: 'deny' })
    expect(Object.fromEntries(end.location?.searchParams ?? [])).toEqual({
      error: 'access_denied',
      error_description: 'User did not authorize the request',
      state: 's',
    })
    await change('', { settings: { auto_consent: null } })
  })

  test.each([
    [{ auth0Client: 'eyJuYW1lIjoiYXV0aDAtc3BhLWpzIn0=', 'ext-theme': 'dark', access_type: 'offline', ui_locales: 'de' }],
    [{ connection: 'Username-Password-Authentication', acr_values: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor' }],
    [{ invitation: 'x', login_hint: 'alice@example.com', max_age: '60', prompt: 'select_account' }],
  ])('%o hinders nobody', async (more) => {
    const { location } = await signIn(new TenantJar(), more)
    expect([...(location?.searchParams ?? [])]).toEqual([
      ['code', expect.stringMatching(/^[\w-]{43}$/)],
      ['state', 's'],
    ])
  })

  test.each([
    ['require', undefined, 'parameter organization is required for this client'],
    ['deny', 'example-org', 'client is not configured to allow organizations'],
  ])('where organization_usage is %s, whoever asks for %s is told', async (organization_usage, organization, error_description) => {
    expect((await change('', { settings: { organization_usage } })).status).toBe(200)
    const { headers } = await send(authorizeUrl(organization === undefined ? {} : { organization }))
    await change('', { settings: { organization_usage: null } })
    expect(Object.fromEntries(new URL(headers.get('location') ?? '', url).searchParams)).toEqual({
      error: 'invalid_request',
      error_description,
      state: 's',
    })
  })

  test('a user who is blocked is unauthorized', async () => {
    const { directory } = server.sandbox()
    const bob = directory.findUser('bob')
    if (bob === undefined) throw new Error('no bob')
    directory.updateUser({ ...bob, disabled: true })
    const { body } = await postJson(`${sandbox}/authorize`, {
      client_id: web.client_id,
      username: 'bob',
      redirect_uri: callback,
      state: 's',
    })
    directory.updateUser(bob)
    expect(body).toMatchObject({ redirect_to: `${callback}?error=unauthorized&error_description=user%20is%20blocked&state=s` })
  })

  test('a web_message is an authorization_response for the app’s origin', async () => {
    const jar = new TenantJar()
    await signIn(jar)
    const silent = authorizeUrl({ prompt: 'none', response_mode: 'web_message' })
    const told = async (by: Jar) => {
      const { html } = await by.open(silent)
      const fields = [...html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value])
      return [/data-origin="([^"]*)"/.exec(html)?.[1], Object.fromEntries(fields)]
    }
    expect(await told(jar)).toEqual(['http://127.0.0.1', { code: expect.stringMatching(/^[\w-]{43}$/), state: 's' }])
    expect(await told(new TenantJar())).toEqual([
      'http://127.0.0.1',
      { error: 'login_required', error_description: 'Login required', state: 's' },
    ])
    const { text } = await send(`${url}/_grantbox/assets/web-message.js`)
    expect(text).toContain("type: 'authorization_response'")
  })

  test.each([
    ['token', 7200],
    ['token id_token', 7200],
  ])('a token of an API that comes with %s lives %i seconds', async (response_type, lives) => {
    const { location } = await signIn(new TenantJar(), { response_type, nonce: 'n', audience })
    const answer = new URLSearchParams(location?.hash.slice(1))
    expect(answer.get('expires_in')).toBe(String(lives))
    const { exp, iat } = claimsOf(answer.get('access_token'))
    expect(Number(exp) - Number(iat)).toBe(lives)
  })

  test('code id_token has c_hash', async () => {
    const { location } = await signIn(new TenantJar(), { response_type: 'code id_token', nonce: 'n' })
    const claims = claimsOf(new URLSearchParams(location?.hash.slice(1)).get('id_token'))
    expect(claims.c_hash).toMatch(/^[\w-]{22}$/)
  })
})

describe('the token endpoint', () => {
  type Row = [what: string, ask: () => Promise<Answer>, members: string[]]
  test.each<Row>([
    [
      'a machine',
      () => askToken(server, { grant_type: 'client_credentials', ...machine, audience }),
      ['access_token', 'scope', 'expires_in', 'token_type'],
    ],
    [
      'a form',
      async () =>
        post(`${url}/oauth/token`, {
          grant_type: 'authorization_code',
          ...web,
          redirect_uri: callback,
          code: await freshCode(server),
        }),
      ['access_token', 'refresh_token', 'id_token', 'scope', 'expires_in', 'token_type'],
    ],
  ])('answers %s with these members', async (_what, ask, members) => {
    const { status, body } = await ask()
    expect([status, Object.keys(body)]).toEqual([200, members])
    expect(body).toMatchObject({ expires_in: 86_400, token_type: 'Bearer' })
    expect(headerOf(String(body.id_token ?? body.access_token))).toMatch(/^\{"alg":"RS256","typ":"JWT","kid":"[\w-]{21}"\}$/)
  })

  const begin = async () => (await post(`${url}/oauth/device/code`, { ...native, scope: 'openid' })).body.device_code
  test.each<[string, () => Promise<Answer>, Record<string, unknown>]>([
    [
      'expired',
      async () => {
        const device_code = await begin()
        server.clock.advance(901)
        return askToken(server, { ...native, grant_type: deviceCode, device_code })
      },
      { error: 'expired_token', error_description: 'The provided device_code has expired.' },
    ],
    [
      'unknown',
      () => askToken(server, { ...native, grant_type: deviceCode, device_code: 'x' }),
      { error: 'invalid_grant', error_description: 'Invalid or expired device code.' },
    ],
    [
      'refused by the user',
      async () => {
        await postJson(`${sandbox}/faults`, { endpoint: 'token', error: 'access_denied', times: 1 })
        return askToken(server, { ...native, grant_type: deviceCode, device_code: await begin() })
      },
      { error: 'access_denied', error_description: expect.any(String) },
    ],
  ])('forbids a device code that is %s', async (_what, ask, body) => {
    const answer = await ask()
    expect([answer.status, answer.body]).toEqual([403, body])
  })

  test.each<[string, Record<string, string>, boolean]>([
    ['a form', { token: 'unknown' }, false],
    ['JSON', { token: 'unknown' }, true],
  ])('revokes what there is not, by %s, with 200 and nothing', async (_what, asked, json) => {
    const { status, text } = await (json ? postJson : post)(`${url}/oauth/revoke`, { ...web, ...asked })
    expect([status, text]).toEqual([200, ''])
  })
})

test.each(['GET', 'POST'])('userinfo by %s tells the user as the ID token does', async (method) => {
  const code = await freshCode(server)
  const { body } = await askToken(server, { grant_type: 'authorization_code', ...web, redirect_uri: callback, code })
  const told = await send(`${url}/userinfo`, { method, headers: { authorization: `Bearer ${body.access_token}` } })
  expect(told.body).toEqual({
    sub: aliceId,
    given_name: 'Alice',
    family_name: 'Arnold',
    nickname: 'alice',
    name: 'Alice Arnold',
    picture: expect.stringMatching(/^https:\/\/s\.gravatar\.com\/avatar\//),
    updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    email: 'alice@example.com',
    email_verified: true,
  })
})

test('whoever signs up without a name is called by the address, and by what stands before its @', async () => {
  const who = { email: 'ivy@example.com', password: 'Password1!' }
  await postJson(`${url}/dbconnections/signup`, { client_id: web.client_id, connection: 'Username-Password-Authentication', ...who })
  const { body } = await askToken(server, {
    grant_type: 'password',
    ...web,
    username: who.email,
    password: who.password,
    scope: 'openid profile',
  })
  expect(claimsOf(body.id_token)).toMatchObject({ name: 'ivy@example.com', nickname: 'ivy' })
})

test('an app that registers itself gets an id of 32 letters and digits, and a secret of 64 characters', async () => {
  const { status, body } = await postJson(`${url}/oidc/register`, { client_name: 'x', redirect_uris: ['https://app.example/cb'] })
  expect(status).toBe(201)
  expect(body.client_id).toMatch(/^[A-Za-z0-9]{32}$/)
  expect(body.client_secret).toMatch(/^[\w-]{64}$/)
  const { status: known } = await send(`${url}/oauth/token`, {
    method: 'POST',
    headers: basic(String(body.client_id), String(body.client_secret)),
    body: new URLSearchParams({ grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://app.example/cb' }),
  })
  expect(known).toBe(403)
})

test.each([
  [['name', 'BadRequestError'], 'alice@example.com', 'Password1!', ['name', 'code', 'description', 'statusCode']],
  [['name', 'PasswordStrengthError'], 'jack@example.com', 'weak', ['name', 'message', 'code', 'description', 'policy', 'statusCode']],
])('a sign-up is refused with %j for %s', async ([name = '', value], email, password, members) => {
  const asked = { client_id: web.client_id, connection: 'Username-Password-Authentication', email, password }
  const { status, body } = await postJson(`${url}/dbconnections/signup`, asked)
  expect([status, body[name], Object.keys(body)]).toEqual([400, value, members])
})

test('a wrong secret by Basic is Unauthorized, as in a form', async () => {
  const form = new URLSearchParams({ grant_type: 'client_credentials', audience })
  const { status, body } = await send(`${url}/oauth/token`, {
    method: 'POST',
    headers: { ...basic(machine.client_id, 'wrong') },
    body: form,
  })
  expect([status, body]).toEqual([401, { error: 'access_denied', error_description: 'Unauthorized' }])
})

test.each([
  ['https://*.example.com/left', 'https://a.example.com/left', 302],
  ['https://*.example.com/left', 'https://a.b.example.com/left', 400],
])('a logout URL %s lets in %s: %i', async (allowed, returnTo, status) => {
  const wanted = { client_name: 'x', redirect_uris: ['https://app.example/cb'], post_logout_redirect_uris: [allowed] }
  const made = await postJson(`${url}/oidc/register`, wanted)
  expect([made.status, made.body.post_logout_redirect_uris]).toEqual([201, [allowed]])
  const query = new URLSearchParams({ client_id: String(made.body.client_id), returnTo })
  expect((await send(`${url}/v2/logout?${query}`)).status).toBe(status)
})
