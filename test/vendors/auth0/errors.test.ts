import { describe, expect, test } from 'vitest'
import { type Answer, post, postJson, send } from '../../support/vendor-client.ts'
import {
  alice,
  askToken,
  audience,
  callback,
  database,
  freshCode,
  machine,
  managementToken,
  native,
  startTenantForFile,
  web,
} from './auth0-tenant.ts'

const server = await startTenantForFile()
const { url } = server
const realm = 'http://auth0.com/oauth/grant-type/password-realm'
const redeem = (code: string, more: object = {}) =>
  askToken(server, { grant_type: 'authorization_code', ...web, redirect_uri: callback, code, ...more })
const bearer = (token: unknown) => ({ headers: { authorization: `Bearer ${token}` } })
const invalidCode = { error: 'invalid_grant', error_description: 'Invalid authorization code' }
const wrongPassword = { error: 'invalid_grant', error_description: 'Wrong email or password.' }
const unauthorized = { error: 'access_denied', error_description: 'Unauthorized' }

type Row = [what: string, ask: () => Promise<Answer>, status: number, body: Record<string, unknown>, reason: string | null]

describe('the token endpoint says to the byte', () => {
  test.each<Row>([
    [
      'no grant_type',
      () => askToken(server, web),
      400,
      { error: 'invalid_request', error_description: 'Missing required parameter: grant_type' },
      'grant_type_missing',
    ],
    [
      'no code',
      () => askToken(server, { ...web, grant_type: 'authorization_code' }),
      400,
      { error: 'invalid_request', error_description: 'Missing required parameter: code' },
      'parameter_missing',
    ],
    [
      'a grant type that it has not',
      () => askToken(server, { ...web, grant_type: 'magic' }),
      403,
      { error: 'unsupported_grant_type', error_description: 'Unsupported grant type: magic' },
      'grant_type_unknown',
    ],
    [
      'a grant type that is not switched on',
      () => askToken(server, { ...machine, grant_type: 'password', ...alice }),
      403,
      {
        error: 'unauthorized_client',
        error_description: "Grant type 'password' not allowed for the client.",
        error_uri: 'https://auth0.com/docs/clients/client-grant-types',
      },
      'grant_type_not_allowed',
    ],
    [
      'a wrong secret',
      () => askToken(server, { ...web, client_secret: 'x', grant_type: 'client_credentials', audience }),
      401,
      unauthorized,
      'secret_wrong',
    ],
    [
      'an unknown client',
      () => askToken(server, { client_id: 'x', client_secret: 'x', grant_type: 'client_credentials', audience }),
      401,
      unauthorized,
      'client_unknown',
    ],
    ['no client', () => askToken(server, { grant_type: 'client_credentials', audience }), 401, unauthorized, 'client_missing'],
    ['an unknown code', () => redeem('x'), 403, invalidCode, 'code_unknown'],
    [
      'a code that was used',
      async () => {
        const code = await freshCode(server)
        await redeem(code)
        return redeem(code)
      },
      403,
      invalidCode,
      'code_used',
    ],
    [
      'a code of another client',
      async () => redeem(await freshCode(server, { client_id: native.client_id })),
      403,
      invalidCode,
      'code_foreign',
    ],
    [
      'a code that has expired',
      async () => {
        const code = await freshCode(server)
        server.clock.advance(601)
        return redeem(code)
      },
      403,
      invalidCode,
      'code_expired',
    ],
    [
      'a verifier that does not fit',
      async () =>
        redeem(await freshCode(server, { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }), {
          code_verifier: 'b'.repeat(43),
        }),
      403,
      { error: 'invalid_grant', error_description: 'Failed to verify code verifier' },
      'pkce_mismatch',
    ],
    [
      'another redirect URI',
      async () => redeem(await freshCode(server), { redirect_uri: 'http://localhost/' }),
      403,
      {
        error: 'invalid_grant',
        error_description: `The redirect URI is wrong. You sent http://localhost/, and we expected ${callback}`,
      },
      'redirect_mismatch',
    ],
    [
      'an API that there is not',
      () => askToken(server, { ...machine, grant_type: 'client_credentials', audience: 'https://nowhere' }),
      403,
      { error: 'access_denied', error_description: 'Service not enabled within domain: https://nowhere' },
      'target_unknown',
    ],
    [
      'no API',
      () => askToken(server, { ...machine, grant_type: 'client_credentials' }),
      403,
      { error: 'access_denied', error_description: 'Non-global clients are not allowed access to APIv1' },
      null,
    ],
    [
      'an API for which the app has no client grant',
      () => askToken(server, { ...web, grant_type: 'client_credentials', audience: `${url}/api/v2/` }),
      403,
      {
        error: 'access_denied',
        error_description: `Client is not authorized to access "${url}/api/v2/". You need to create a "client-grant" associated to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants`,
      },
      null,
    ],
    [
      'a wrong password',
      () => askToken(server, { ...web, grant_type: 'password', ...alice, password: 'x' }),
      403,
      wrongPassword,
      'password_wrong',
    ],
    [
      'an unknown user',
      () => askToken(server, { ...web, grant_type: realm, realm: database, username: 'x@example.com', password: 'x' }),
      403,
      wrongPassword,
      'user_unknown',
    ],
    [
      'a locked user',
      () => askToken(server, { ...web, grant_type: 'password', username: 'locked', password: 'x' }),
      429,
      { error: 'too_many_attempts', error_description: 'Your account has been blocked after multiple consecutive login attempts.' },
      'user_locked',
    ],
    [
      'no realm',
      () => askToken(server, { ...web, grant_type: realm, ...alice }),
      400,
      { error: 'invalid_request', error_description: 'Missing required parameter: realm' },
      'parameter_missing',
    ],
    [
      'an unknown refresh token',
      () => askToken(server, { ...web, grant_type: 'refresh_token', refresh_token: 'x' }),
      403,
      { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
      'refresh_unknown',
    ],
  ])('%s', async (_what, ask, status, body, reason) => {
    const answer = await ask()
    expect([answer.status, answer.body]).toEqual([status, body])
    expect(Object.keys(answer.body)).toEqual(Object.keys(body))
    expect([answer.headers.get('grantbox-reason'), answer.explanation]).toEqual([reason, expect.stringMatching(/\w/)])
  })

  test('that a device must wait, with 403, and that it asks too often, with 429', async () => {
    const { body } = await post(`${url}/oauth/device/code`, { ...native, scope: 'openid' })
    expect(body).toMatchObject({ user_code: expect.any(String), verification_uri: `${url}/activate`, interval: 5 })
    const poll = () =>
      askToken(server, { ...native, grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: body.device_code })
    const pending = await poll()
    expect([pending.status, pending.body]).toEqual([
      403,
      { error: 'authorization_pending', error_description: 'User has yet to authorize device code.' },
    ])
    const again = await poll()
    expect([again.status, again.body.error]).toEqual([429, 'slow_down'])
  })

  test('that there were too many requests, when a fault says so', async () => {
    const fault = { endpoint: 'token', error: 'temporarily_unavailable', status: 429 }
    await postJson(`${url}/_grantbox/sandboxes/auth0/faults`, fault)
    const { status, body, headers } = await askToken(server, { ...machine, grant_type: 'client_credentials', audience })
    expect([status, body]).toEqual([429, { error: 'access_denied', error_description: 'Too Many Requests' }])
    expect(['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'].map((name) => headers.get(name))).toEqual([
      '100',
      '0',
      expect.stringMatching(/^\d{10}$/),
    ])
  })

  test('that a tenant without a default directory takes no password', async () => {
    const set = (default_directory: string) =>
      send(`${url}/_grantbox/sandboxes/auth0`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ settings: { default_directory } }),
      })
    expect((await set('none')).status).toBe(200)
    const { status, body } = await askToken(server, { ...web, grant_type: 'password', ...alice })
    expect([status, body]).toEqual([
      500,
      { error: 'server_error', error_description: 'Authorization server not configured with default connection.' },
    ])
    await set(database)
  })
})

describe('userinfo and the Management API', () => {
  test('userinfo says Unauthorized in plain text', async () => {
    const { status, text, headers } = await send(`${url}/userinfo`, bearer('x'))
    expect([status, text, headers.get('content-type')]).toEqual([401, 'Unauthorized', 'text/plain; charset=utf-8'])
    expect(headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  test.each<[string, () => Promise<Answer>, number, Record<string, unknown>]>([
    [
      'no token',
      () => send(`${url}/api/v2/users`),
      401,
      { statusCode: 401, error: 'Unauthorized', message: 'Missing authentication', attributes: { error: 'Missing authentication' } },
    ],
    [
      'a wrong token',
      () => send(`${url}/api/v2/users`, bearer('x')),
      401,
      { statusCode: 401, error: 'Unauthorized', message: 'Invalid token', attributes: { error: 'Invalid token' } },
    ],
    [
      'a token without the scope',
      async () => send(`${url}/api/v2/users`, { headers: await managementToken(server, 'read:roles') }),
      403,
      { statusCode: 403, error: 'Forbidden', message: 'Insufficient scope, expected any of: read:users', errorCode: 'insufficient_scope' },
    ],
    [
      'a token for another API',
      async () => {
        const { body } = await askToken(server, { ...machine, grant_type: 'client_credentials', audience })
        return send(`${url}/api/v2/users`, bearer(body.access_token))
      },
      401,
      { statusCode: 401, error: 'Unauthorized', message: `Bad audience: ${audience}`, attributes: { error: `Bad audience: ${audience}` } },
    ],
    [
      'a user who is not there',
      async () => send(`${url}/api/v2/users/auth0%7Cnobody`, { headers: await managementToken(server) }),
      404,
      { statusCode: 404, error: 'Not Found', message: 'The user does not exist.', errorCode: 'inexistent_user' },
    ],
    [
      'a user who is there already',
      async () =>
        postJson(
          `${url}/api/v2/users`,
          { connection: database, email: 'alice@example.com', password: 'Password1!' },
          await managementToken(server),
        ),
      409,
      { statusCode: 409, error: 'Conflict', message: 'The user already exists.', errorCode: 'auth0_idp_error' },
    ],
  ])('of %s', async (_what, ask, status, body) => {
    const answer = await ask()
    expect([answer.status, answer.body]).toEqual([status, body])
  })
})

describe('pages', () => {
  const page = (query: Record<string, string>, path = '/authorize') => send(`${url}${path}?${new URLSearchParams(query)}`)

  test.each<[string, () => Promise<Answer>, number, string]>([
    [
      'a callback URL that is not allowed',
      () => page({ client_id: web.client_id, response_type: 'code', redirect_uri: 'https://evil.example/' }),
      403,
      'Callback URL mismatch. The provided redirect_uri is not in the list of allowed callback URLs.',
    ],
    ['an unknown client', () => page({ client_id: 'x', response_type: 'code' }), 403, 'Unknown client: x'],
    [
      'a logout URL that is not allowed',
      () => page({ client_id: web.client_id, returnTo: 'https://evil.example/' }, '/v2/logout'),
      400,
      'The &quot;returnTo&quot; querystring parameter &quot;https://evil.example/&quot; is not defined as a valid URL in &quot;Allowed Logout URLs&quot;',
    ],
  ])('%s', async (_what, ask, status, text) => {
    const answer = await ask()
    expect(answer.status).toBe(status)
    expect(answer.text).toContain(text)
  })

  test.each<[Record<string, string>, Record<string, string>]>([
    [{ prompt: 'none' }, { error: 'login_required', error_description: 'Login required' }],
    [{ audience: 'https://nowhere' }, { error: 'access_denied', error_description: 'Service not found: https://nowhere' }],
    [{ organization: 'nobody' }, { error: 'invalid_request', error_description: 'parameter organization is invalid' }],
    [{ response_type: 'magic' }, { error: 'unsupported_response_type', error_description: 'Unsupported response type: magic' }],
  ])('what %o comes to at the callback', async (wanted, said) => {
    const { headers } = await page({ client_id: web.client_id, response_type: 'code', redirect_uri: callback, state: 's', ...wanted })
    expect(Object.fromEntries(new URL(headers.get('location') ?? '').searchParams)).toEqual({ ...said, state: 's' })
  })
})
