import { describe, expect, test } from 'vitest'
import { aadsts } from '../../../src/providers/entra/aadsts.ts'
import { Jar } from '../../support/browser-jar.ts'
import {
  alice,
  api,
  authorizeUrl,
  callback,
  callbackOf,
  challenge,
  homeTenant,
  ordersScope,
  spa,
  startEntra,
  token,
  tokensOf,
  verifier,
  web,
} from '../../support/entra-client.ts'
import { post } from '../../support/vendor-client.ts'
import { expectPage, expectRefusal, expectTold } from './refusal.ts'

const server = await startEntra()
const { url } = server

const graph = 'https://graph.microsoft.com/.default'
interface Row {
  form: Record<string, string | undefined>
  tenant?: string
  status?: number
  error: string
  number: number
  text: string
  suberror?: string
}

const credentials = { grant_type: 'client_credentials', ...web, scope: graph }
const password = { grant_type: 'password', ...web, ...alice, scope: 'openid User.Read' }
const notFound = (id: string) =>
  `Application with identifier '${id}' was not found in the directory '${homeTenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`
const parameter = (name: string) => `The request body must contain the following parameter: '${name}'.`

const rows: Record<string, Row> = {
  'a wrong secret': {
    form: { ...credentials, client_secret: 'wrong' },
    status: 401,
    error: 'invalid_client',
    number: 7000215,
    text: `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${web.client_id}'.`,
  },
  'no secret of a confidential client': {
    form: { ...credentials, client_secret: undefined },
    status: 401,
    error: 'invalid_client',
    number: 7000218,
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  'a secret of a public client': {
    form: { ...password, ...spa, client_secret: 'x' },
    status: 401,
    error: 'invalid_client',
    number: 700025,
    text: "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  },
  'an unknown client': {
    form: { ...credentials, client_id: '11111111-2222-4333-8444-555555555555' },
    error: 'unauthorized_client',
    number: 700016,
    text: notFound('11111111-2222-4333-8444-555555555555'),
  },
  'an unknown tenant': {
    form: credentials,
    tenant: 'nosuch.example',
    error: 'invalid_request',
    number: 90002,
    text: "Tenant 'nosuch.example' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
  },
  'an application by itself at /common': {
    form: credentials,
    tenant: 'common',
    error: 'invalid_request',
    number: 90019,
    text: 'No tenant-identifying information found in either the request or implied by any provided credentials.',
  },
  'no grant type': { form: { ...web }, error: 'invalid_request', number: 900144, text: parameter('grant_type') },
  'no body': { form: {}, error: 'invalid_request', number: 900144, text: parameter('grant_type') },
  'an unknown grant type': {
    form: { ...web, grant_type: 'magic' },
    error: 'unsupported_grant_type',
    number: 70003,
    text: "The app requested an unsupported grant type 'magic'.",
  },
  'a scope without .default': {
    form: { ...credentials, scope: 'User.Read' },
    error: 'invalid_scope',
    number: 1002012,
    text: 'The provided value for scope User.Read is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).',
  },
  'an unknown API': {
    form: { ...credentials, scope: 'api://nobody/.default' },
    error: 'invalid_resource',
    number: 500011,
    text: `The resource principal named api://nobody was not found in the tenant named ${homeTenant}.`,
  },
  'the parameter resource, which v1 has': {
    form: { ...credentials, resource: 'https://graph.microsoft.com' },
    error: 'invalid_request',
    number: 901002,
    text: "The 'resource' request parameter is not supported.",
  },
  'an unknown scope': {
    form: { ...password, scope: 'openid Fridge.Open' },
    error: 'invalid_scope',
    number: 70011,
    text: "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope Fridge.Open is not valid.",
  },
  'scopes of two APIs': {
    form: { ...password, scope: `User.Read ${ordersScope}` },
    error: 'invalid_scope',
    number: 28000,
    text: `Provided value for the input parameter scope is not valid because it contains more than one resource. Scope User.Read ${ordersScope} is not valid.`,
  },
  'no scope': { form: { ...password, scope: undefined }, error: 'invalid_request', number: 900144, text: parameter('scope') },
  'a wrong password': {
    form: { ...password, password: 'wrong' },
    error: 'invalid_grant',
    number: 50126,
    text: 'Error validating credentials due to invalid username or password.',
  },
  'an unknown user': {
    form: { ...password, username: 'carol@contoso.onmicrosoft.com' },
    error: 'invalid_grant',
    number: 50034,
    text: `The user account {EmailHidden} does not exist in the ${homeTenant} directory. To sign into this application, the account must be added to the directory.`,
  },
  'a password at /common': {
    form: password,
    tenant: 'common',
    error: 'invalid_grant',
    number: 9001023,
    text: 'The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.',
  },
  'a password at /consumers': {
    form: password,
    tenant: 'consumers',
    error: 'invalid_grant',
    number: 9001023,
    text: 'The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.',
  },
  'a code that is none': {
    form: { grant_type: 'authorization_code', ...web, code: 'x', redirect_uri: callback },
    error: 'invalid_grant',
    number: 70000,
    text: 'Provided grant is invalid or malformed.',
  },
  'no code': {
    form: { grant_type: 'authorization_code', ...web, redirect_uri: callback },
    error: 'invalid_request',
    number: 900144,
    text: parameter('code'),
  },
  'a refresh token that is none': {
    form: { grant_type: 'refresh_token', ...web, refresh_token: 'x' },
    error: 'invalid_grant',
    number: 70000,
    text: 'Provided grant is invalid or malformed.',
  },
  'a device code that is none': {
    form: { grant_type: 'device_code', ...spa, device_code: 'x' },
    error: 'bad_verification_code',
    number: 70018,
    text: 'Invalid verification code due to User typing in wrong user code for device code flow. Authorization is not approved.',
  },
  'an assertion that is none of our tokens': {
    form: {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      ...api,
      assertion: 'x.y.z',
      requested_token_use: 'on_behalf_of',
      scope: 'User.Read',
    },
    error: 'invalid_grant',
    number: 50013,
    text: 'Assertion failed signature validation.',
  },
}

describe('the token endpoint', () => {
  test.each(Object.entries(rows))('%s', async (_, { form, tenant = homeTenant, status = 400, error, number, text, suberror }) => {
    const answer = await token(url, form, { tenant, headers: { 'client-request-id': 'c0ffee00-0000-4000-8000-000000000000' } })
    expectRefusal(answer, { error, number, text, suberror, status })
    expect(answer.body.correlation_id).toBe('c0ffee00-0000-4000-8000-000000000000')
  })

  test.each([
    [
      'in the query, as MSAL for Node.js has it',
      `?client-request-id=a0000000-0000-4000-8000-000000000001`,
      {},
      'a0000000-0000-4000-8000-000000000001',
    ],
    ['in the body', '', { 'client-request-id': 'a0000000-0000-4000-8000-000000000002' }, 'a0000000-0000-4000-8000-000000000002'],
  ])('takes the request’s id %s', async (_, query, more, id) => {
    const { body } = await post(`${url}/${homeTenant}/oauth2/v2.0/token${query}`, { ...credentials, client_secret: 'wrong', ...more })
    expect(body.correlation_id).toBe(id)
  })

  test('parts of the description are joined by line breaks where the setting says so', async () => {
    const { sandbox, server: grantbox } = server
    await fetch(`${url}/_grantbox/sandboxes/entra`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settings: { error_separator: '\r\n' } }),
    })
    const { body } = await token(url, { ...credentials, client_secret: 'wrong' })
    expect(body.error_description).toMatch(/'\.\r\nTrace ID: [^\r]+\r\nCorrelation ID: [^\r]+\r\nTimestamp: /)
    await fetch(`${url}/_grantbox/sandboxes/entra`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settings: { error_separator: null } }),
    })
    expect([sandbox().name, grantbox.sandboxes.defaultName]).toEqual(['entra', 'entra'])
  })
})

async function codeOf(parameters: Record<string, string> = {}): Promise<string> {
  return (await callbackOf(url, parameters)).searchParams.get('code') ?? ''
}

const redeem = (code: string, more: Record<string, string | undefined> = {}) =>
  token(url, { grant_type: 'authorization_code', ...web, code, redirect_uri: callback, ...more })

describe('codes and refresh tokens', () => {
  test('a code that was redeemed: 54005, and its tokens are revoked', async () => {
    const code = await codeOf({ scope: 'openid offline_access User.Read' })
    const first = await redeem(code)
    expect(first.status).toBe(200)
    const again = await redeem(code)
    expect(again.body).toMatchObject({ error: 'invalid_grant', error_codes: [54005] })
    expect(again.body.error_description).toContain(
      'AADSTS54005: OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
    )
    const refreshed = await token(url, { grant_type: 'refresh_token', ...web, refresh_token: String(first.body.refresh_token) })
    expect(refreshed.body).toMatchObject({ error_codes: [50173], suberror: 'bad_token' })
  })

  test('a code that has expired: 70008', async () => {
    const code = await codeOf()
    server.clock.advance(601)
    const { body } = await redeem(code)
    expect(body.error_description).toContain(
      'AADSTS70008: The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
    )
    server.clock.advance(-601)
  })

  test('another application’s code: 70000', async () => {
    const { body } = await redeem(await codeOf(), api)
    expect(body).toMatchObject({ error: 'invalid_grant', error_codes: [70000] })
  })

  test('another redirect URI than the request’s: 500112', async () => {
    const { body } = await redeem(await codeOf(), { redirect_uri: 'http://127.0.0.1/callback' })
    expect(body).toMatchObject({ error: 'invalid_grant', error_codes: [500112] })
  })

  test.each([
    ['a wrong verifier', 'w'.repeat(43), 501481],
    ['none', undefined, 50148],
  ])('PKCE with %s', async (_, code_verifier, number) => {
    const { body } = await redeem(await codeOf({ code_challenge: challenge, code_challenge_method: 'S256' }), { code_verifier })
    expect(body).toMatchObject({ error: 'invalid_grant', error_codes: [number] })
    expect(body.error_description).toContain('The Code_Verifier does not match the code_challenge supplied in the authorization request.')
  })

  test('a challenge without a method is plain', async () => {
    expect((await redeem(await codeOf({ code_challenge: verifier }), { code_verifier: verifier })).status).toBe(200)
  })

  test('refreshing brings another token and the old one stays, for another API too', async () => {
    const { refresh_token } = await tokensOf(url, { scope: 'openid offline_access User.Read' })
    const refresh = (scope: string) => token(url, { grant_type: 'refresh_token', ...web, refresh_token: String(refresh_token), scope })
    const [graphs, orders, again] = [await refresh('User.Read'), await refresh(ordersScope), await refresh('openid')]
    expect([graphs.status, orders.status, again.status]).toEqual([200, 200, 200])
    expect(graphs.body.refresh_token).not.toBe(refresh_token)
    expect(orders.body.scope).toBe(`openid ${ordersScope}`)
  })

  test('90 days without use: 700082', async () => {
    const { refresh_token } = await tokensOf(url, { scope: 'offline_access User.Read' })
    server.clock.advance(91 * 86_400)
    const { body } = await token(url, { grant_type: 'refresh_token', ...web, refresh_token: String(refresh_token) })
    expect(body).toMatchObject({ error: 'invalid_grant', error_codes: [700082] })
    server.clock.advance(-91 * 86_400)
  })

  test('what nobody consented to: 65001, consent_required', async () => {
    const { refresh_token } = await tokensOf(url, { scope: 'offline_access User.Read' })
    const { body } = await token(url, { grant_type: 'refresh_token', ...web, refresh_token: String(refresh_token), scope: 'Mail.Read' })
    expect(body).toMatchObject({ error: 'invalid_grant', error_codes: [65001], suberror: 'consent_required' })
    expect(body.error_description).toContain(
      `AADSTS65001: The user or administrator has not consented to use the application with ID '${web.client_id}' named 'Contoso Web'. Send an interactive authorization request for this user and resource.`,
    )
  })
})

describe('users who must do more', () => {
  test.each([
    [50076, 'interaction_required', 'basic_action'],
    [50079, 'interaction_required', 'basic_action'],
    [50055, 'invalid_grant', 'user_password_expired'],
    [53003, 'access_denied', undefined],
    [50053, 'invalid_grant', undefined],
  ])('a user whose claim aadsts is %i', async (number, error, suberror) => {
    const { directory } = server.sandbox()
    const bob = directory.findUser('bob')
    if (bob === undefined) throw new Error('no bob')
    directory.updateUser({ ...bob, claims: { aadsts: number } })
    const { body } = await token(url, { ...password, username: 'bob' })
    expect(body).toMatchObject({ error, error_codes: [number], ...(suberror && { suberror }) })
    directory.updateUser(bob)
  })

  test('a disabled one: 50057', async () => {
    const { directory } = server.sandbox()
    const bob = directory.findUser('bob')
    if (bob === undefined) throw new Error('no bob')
    directory.updateUser({ ...bob, disabled: true })
    expect((await token(url, { ...password, username: 'bob' })).body).toMatchObject({ error: 'invalid_grant', error_codes: [50057] })
    directory.updateUser(bob)
  })
})

describe('the authorization endpoint', () => {
  const unlike = (redirect_uri: string) =>
    `The redirect URI '${redirect_uri}' specified in the request does not match the redirect URIs configured for the application '${web.client_id}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.`

  test.each([
    ['an address that nobody registered', { redirect_uri: 'https://elsewhere.example/' }, 50011, unlike('https://elsewhere.example/')],
    ['another letter case', { redirect_uri: 'http://localhost/Callback' }, 50011, unlike('http://localhost/Callback')],
    [
      'an unknown application',
      { client_id: '11111111-2222-4333-8444-555555555555' },
      700016,
      notFound('11111111-2222-4333-8444-555555555555'),
    ],
    ['no client_id', { client_id: undefined }, 900144, parameter('client_id')],
  ])('shows a page for %s', async (_, parameters, number, text) => {
    expectPage(await new Jar().open(authorizeUrl(url, parameters)), { number, text })
  })

  test('shows a page for an unknown tenant', async () => {
    expectPage(await new Jar().open(authorizeUrl(url, {}, 'nosuch.example/oauth2/v2.0')), {
      number: 90002,
      text: "Tenant 'nosuch.example' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
    })
  })

  test.each([
    ['no scope', { scope: undefined }, 'invalid_request', 900144, parameter('scope')],
    [
      'an unknown scope',
      { scope: 'openid Fridge.Open' },
      'invalid_scope',
      70011,
      "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope Fridge.Open is not valid.",
    ],
    [
      'an unknown API',
      { scope: 'api://nobody/x' },
      'invalid_resource',
      500011,
      `The resource principal named api://nobody was not found in the tenant named ${homeTenant}.`,
    ],
    [
      'an unknown response type',
      { response_type: 'magic' },
      'unsupported_response_type',
      70005,
      "The response type 'magic' is not supported.",
    ],
    ['an ID token without nonce', { response_type: 'id_token', scope: 'openid' }, 'invalid_request', 900144, parameter('nonce')],
    ['an unknown prompt', { prompt: 'often' }, 'invalid_request', 90023, 'Invalid STS request. prompt is not valid.'],
    [
      'a hint beside the choice of an account',
      { prompt: 'select_account', login_hint: 'alice' },
      'invalid_request',
      90023,
      'Invalid STS request. login_hint is not valid.',
    ],
    [
      'nobody signed in and prompt=none',
      { prompt: 'none' },
      'login_required',
      50058,
      'A silent sign-in request was sent but no user is signed in.',
    ],
    ['a challenge that is too short', { code_challenge: 'x' }, 'invalid_request', 501491, 'Invalid size of Code_Challenge parameter.'],
  ])('tells the client of %s', async (_, parameters, error, number, text) => {
    const { location } = await new Jar().open(authorizeUrl(url, parameters))
    expectTold(location, { error, number, text })
  })

  test('an application that may not have tokens in the fragment is told which', async () => {
    for (const [response_type, number] of [
      ['id_token', 700054],
      ['token', 700051],
    ] as const) {
      const asked = { client_id: spa.client_id, redirect_uri: 'http://localhost', response_type, scope: 'openid', nonce: 'n' }
      const { location } = await new Jar().open(authorizeUrl(url, asked))
      expect(location?.search).toBe('')
      expectTold(location, {
        error: 'unsupported_response_type',
        number,
        text: `response_type '${response_type}' is not enabled for the application.`,
      })
    }
  })
})

test('every text is whole: what is named in one is known', () => {
  const named = new Set(Object.values(aadsts).flatMap(({ text }) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)))
  expect([...named].toSorted()).toEqual(
    [
      'EmailHidden',
      'allowed',
      'client_id',
      'email',
      'grant_type',
      'idp',
      'issued',
      'method',
      'name',
      'origin',
      'parameter',
      'redirect_uri',
      'resource',
      'response_mode',
      'response_type',
      'scope',
      'tenant',
      'why',
    ].toSorted(),
  )
})
