import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import {
  alice,
  api,
  authorizeUrl,
  callback,
  callbackOf,
  homeTenant,
  oid,
  ordersScope,
  spa,
  startEntra,
  token,
  tokensOf,
  web,
} from '../../support/entra-client.ts'
import { claimsOf, post, postJson, send } from '../../support/vendor-client.ts'
import { expectRefusal, expectTold } from './refusal.ts'

const server = await startEntra()
const { url } = server
const id = 'c0ffee00-0000-4000-8000-000000000000'

test.each([
  ['token_endpoint_auth_methods_supported', ['client_secret_post', 'private_key_jwt', 'client_secret_basic']],
  ['response_modes_supported', ['query', 'fragment', 'form_post']],
  ['subject_types_supported', ['pairwise']],
  ['id_token_signing_alg_values_supported', ['RS256']],
  ['response_types_supported', ['code', 'id_token', 'code id_token', 'id_token token']],
  ['scopes_supported', ['openid', 'profile', 'email', 'offline_access']],
  ['request_uri_parameter_supported', false],
  ['http_logout_supported', true],
  ['frontchannel_logout_supported', true],
  ['cloud_graph_host_name', 'graph.windows.net'],
  ['kerberos_endpoint', `${url}/${homeTenant}/kerberos`],
])('metadata has %s %j', async (name, value) => {
  expect((await send(`${url}/${homeTenant}/v2.0/.well-known/openid-configuration`)).body[name]).toEqual(value)
})

const mfa = (what: string) =>
  `Due to a configuration change made by your administrator, or because you moved to a new location, you ${what} multi-factor authentication to access '00000003-0000-0000-c000-000000000000'.`

test.each<[number, string, string, string?]>([
  [50053, 'invalid_grant', "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."],
  [50055, 'invalid_grant', 'The password is expired.', 'user_password_expired'],
  [50057, 'invalid_grant', 'The user account is disabled.'],
  [50076, 'interaction_required', mfa('must use'), 'basic_action'],
  [
    50105,
    'access_denied',
    `Your administrator has configured the application Contoso Web ('${web.client_id}') to block users unless they are specifically granted ('assigned') access to the application.`,
  ],
  [
    50020,
    'invalid_request',
    `User account 'bob@contoso.onmicrosoft.com' from identity provider 'live.com' does not exist in tenant '${homeTenant}' and cannot access the application '${web.client_id}'(Contoso Web) in that tenant.`,
  ],
  [50079, 'interaction_required', mfa('must enroll in'), 'basic_action'],
  [500113, 'invalid_request', 'No reply address is registered for the application.'],
  [70016, 'authorization_pending', 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.'],
  [70021, 'invalid_client', 'No matching federated identity record found for presented assertion.'],
  [50126, 'invalid_grant', 'Error validating credentials due to invalid username or password.'],
  [50173, 'invalid_grant', 'The provided grant has expired due to it being revoked, a fresh auth token is needed.', 'bad_token'],
  [50196, 'invalid_grant', 'The server terminated an operation because it encountered a client request loop.'],
  [53003, 'access_denied', 'Access has been blocked by Conditional Access policies.'],
  [
    50194,
    'invalid_request',
    `Application '${web.client_id}'(Contoso Web) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.`,
  ],
  [7000222, 'invalid_client', `The provided client secret keys for app '${web.client_id}' are expired.`],
  [9002313, 'invalid_request', 'Invalid request. Request is malformed or invalid.'],
  [
    9002331,
    'invalid_request',
    'Application is configured for use by Microsoft Account users only. Please use the /consumers endpoint to serve this request.',
  ],
])('AADSTS%i is %s: %s', async (number, error, text, suberror) => {
  const { directory } = server.sandbox()
  const bob = directory.findUser('bob')
  if (bob === undefined) throw new Error('no bob')
  directory.updateUser({ ...bob, claims: { aadsts: number } })
  const form = { grant_type: 'password', ...web, username: 'bob', password: 'Password1!', scope: 'openid User.Read' }
  const answer = await token(url, form)
  directory.updateUser(bob)
  expectRefusal(answer, { error, number, text, suberror })
})

describe('requests as MSAL sends them', () => {
  const telemetry = {
    'x-client-SKU': 'msal.js.node',
    'x-client-VER': '7.2.3',
    'x-client-OS': 'linux',
    'x-client-CPU': 'x64',
    'x-ms-lib-capability': 'retry-after, h429',
    'x-client-current-telemetry': '5|862,0,,,|,',
    'x-client-last-telemetry': '5|0|||0,0',
    'client-request-id': id,
  }

  test('a code asked for at /common comes back with client_info, and is redeemed at /common', async () => {
    const asked = {
      scope: 'User.Read openid profile offline_access',
      response_mode: 'query',
      client_info: '1',
      clidata: '1',
      claims: '{"access_token":{"xms_cc":{"values":["CP1"]}}}',
      instance_aware: 'true',
      ...telemetry,
    }
    const back = await callbackOf(url, asked, { at: 'common/oauth2/v2.0' })
    expect([...back.searchParams.keys()]).toEqual(['code', 'client_info', 'state', 'session_state'])
    const { grant_type, ...rest } = { grant_type: 'authorization_code', ...telemetry, client_info: '1', claims: '{}' }
    const { client_id, client_secret } = web
    const code = back.searchParams.get('code') ?? ''
    const form = {
      client_id,
      redirect_uri: callback,
      scope: 'User.Read openid profile offline_access',
      code,
      ...rest,
      client_secret,
      grant_type,
    }
    const { status, body } = await post(`${url}/common/oauth2/v2.0/token?client-request-id=${id}`, form)
    expect([status, String(body.scope).split(' ').toSorted()]).toEqual([200, ['User.Read', 'openid', 'profile']])
    expect(JSON.parse(Buffer.from(String(body.client_info), 'base64url').toString())).toEqual({ uid: oid, utid: homeTenant })
    expect(claimsOf(body.id_token).tid).toBe(homeTenant)
  })

  test('a machine’s', async () => {
    const { client_id, client_secret } = web
    const form = { client_id, scope: 'https://graph.microsoft.com/.default', grant_type: 'client_credentials', ...telemetry, client_secret }
    expect((await post(`${url}/${homeTenant}/oauth2/v2.0/token?client-request-id=${id}`, form)).status).toBe(200)
  })

  test('the id of a request becomes the correlation id of its error at the callback', async () => {
    const { location } = await new Jar().open(authorizeUrl(url, { prompt: 'none', 'client-request-id': id }))
    expect(location?.searchParams.get('error_description')).toContain(` Correlation ID: ${id} `)
  })
})

describe('the authorization endpoint', () => {
  test('of v1 gives a code that v1 redeems', async () => {
    const at = `${homeTenant}/oauth2`
    const back = await callbackOf(url, { scope: undefined, resource: 'https://graph.microsoft.com' }, { at })
    const form = { grant_type: 'authorization_code', ...web, code: back.searchParams.get('code') ?? '', redirect_uri: callback }
    const { status, body } = await token(url, form, { version: '' })
    expect([status, body.token_type, body.expires_in, body.resource]).toEqual([200, 'Bearer', '3599', 'https://graph.microsoft.com'])
  })

  test('takes scopes of several APIs, of which the token endpoint serves one', async () => {
    const back = await callbackOf(url, { scope: `openid User.Read ${ordersScope}` })
    const form = { grant_type: 'authorization_code', ...web, code: back.searchParams.get('code') ?? '', redirect_uri: callback }
    const { status, body } = await token(url, { ...form, scope: ordersScope })
    expect([status, claimsOf(body.access_token).aud]).toEqual([200, api.client_id])
  })

  test('refuses an ID token in the query', async () => {
    const { location } = await new Jar().open(
      authorizeUrl(url, { response_type: 'id_token', response_mode: 'query', scope: 'openid', nonce: 'n' }),
    )
    expectTold(location, {
      error: 'invalid_request',
      number: 70007,
      text: "'query' is not a supported value of 'response_mode' when requesting a token.",
    })
  })

  test('id_token token goes to the fragment with at_hash', async () => {
    const back = await callbackOf(url, { response_type: 'id_token token', nonce: 'n' })
    const claims = claimsOf(new URLSearchParams(back.hash.slice(1)).get('id_token'))
    expect(claims).toMatchObject({ nonce: 'n', at_hash: expect.stringMatching(/^[\w-]{22}$/) })
  })

  test('form_post has the members in their order', async () => {
    const jar = new Jar()
    await callbackOf(url, {}, { jar })
    const { html } = await jar.open(authorizeUrl(url, { prompt: 'none', response_mode: 'form_post' }))
    expect([...html.matchAll(/<input type="hidden" name="(\w+)"/g)].map(([, name]) => name)).toEqual(['code', 'state', 'session_state'])
  })
})

test('the pages of a sign-in, step by step, in the vendor’s words', async () => {
  const jar = new Jar()
  const name = await jar.open(authorizeUrl(url, { prompt: 'consent' }))
  for (const part of ['Sign in', 'name="loginfmt"', 'Email, phone, or Skype', 'value="Next"', 'id="idSIButton9"'])
    expect(name.html).toContain(part)
  const unknown = await jar.post(name, url, { loginfmt: 'nobody@contoso.onmicrosoft.com' })
  expect(unknown.html).toContain('This username may be incorrect. Make sure you typed it correctly. Otherwise, contact your admin.')
  const password = await jar.post(unknown, url, { loginfmt: alice.username })
  for (const part of ['Enter password', 'name="passwd"', 'value="Sign in"', 'id="idSIButton9"']) expect(password.html).toContain(part)
  const wrong = await jar.post(password, url, { passwd: 'wrong' })
  expect(wrong.html).toContain('Your account or password is incorrect.')
  const stay = await jar.post(wrong, url, { passwd: alice.password })
  for (const part of ['Stay signed in?', 'value="Yes"', 'value="No"', 'id="KmsiCheckboxField"']) expect(stay.html).toContain(part)
})

test.each(['GET', 'POST'])('userinfo by %s', async (method) => {
  const { access_token } = await tokensOf(url, { scope: 'openid profile email' })
  const { status, body } = await send(`${url}/oidc/userinfo`, { method, headers: { authorization: `Bearer ${access_token}` } })
  expect([status, Object.keys(body)]).toEqual([200, ['sub', 'name', 'family_name', 'given_name', 'picture', 'email']])
})

test.each([
  ['a public client', { ...spa, client_secret: undefined }, '0'],
  ['a secret', web, '1'],
])('azpacr of %s', async (_, client, azpacr) => {
  expect(claimsOf((await tokensOf(url, { ...client, scope: ordersScope })).access_token)).toMatchObject({ azp: client.client_id, azpacr })
})

test('an administrator who agrees to scopes is told them', async () => {
  const scope = 'https://graph.microsoft.com/User.Read'
  const query = new URLSearchParams({ client_id: web.client_id, redirect_uri: callback, state: 's', scope })
  const { headers } = await send(`${url}/${homeTenant}/v2.0/adminconsent?${query}`)
  expect([...new URL(headers.get('location') ?? '').searchParams]).toEqual([
    ['admin_consent', 'True'],
    ['tenant', homeTenant],
    ['state', 's'],
    ['scope', scope],
  ])
})

test.each([
  [429, undefined, '10'],
  [503, undefined, '10'],
  [429, { 'Retry-After': '30' }, '30'],
])('a fault of status %i with headers %o says when to come again: %s', async (status, headers, seconds) => {
  const fault = { endpoint: 'token', error: 'temporarily_unavailable', status, headers, times: 1 }
  expect((await postJson(`${url}/_grantbox/sandboxes/entra/faults`, fault)).status).toBe(201)
  const answer = await token(url, { grant_type: 'client_credentials', ...web, scope: 'https://graph.microsoft.com/.default' })
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, seconds])
})
