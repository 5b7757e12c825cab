import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Jar } from '../../support/browser-jar.ts'
import { addClient } from '../../support/iokids-setup.ts'
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
  spa,
  startTenantForFile,
  TenantJar,
  web,
} from './auth0-tenant.ts'

/** What stands at which path, to the byte. */

const server = await startTenantForFile()
const { url } = server
const sandbox = `${url}/_grantbox/sandboxes/auth0`
const bearer = (token: unknown) => ({ headers: { authorization: `Bearer ${token}` } })
const set = (settings: object) =>
  send(sandbox, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ settings }) })

async function tokens(scope = 'openid offline_access', more: object = {}): Promise<Record<string, unknown>> {
  const code = await freshCode(server, { scope, ...more })
  return (await askToken(server, { grant_type: 'authorization_code', ...web, redirect_uri: callback, code })).body
}

const authorizeUrl = (wanted: Record<string, string> = {}) =>
  `${url}/authorize?${new URLSearchParams({ client_id: web.client_id, response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', ...wanted })}`

async function signedIn(wanted: Record<string, string> = {}): Promise<Jar> {
  const jar = new TenantJar()
  await jar.post(await jar.open(authorizeUrl(wanted)), url, { ...alice, action: 'default' })
  return jar
}

describe('metadata', () => {
  const algs = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519', 'ES384', 'ES512', 'RS384', 'RS512', 'PS384', 'PS512']
  const expected = {
    issuer: `${url}/`,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/oauth/token`,
    device_authorization_endpoint: `${url}/oauth/device/code`,
    userinfo_endpoint: `${url}/userinfo`,
    mfa_challenge_endpoint: `${url}/mfa/challenge`,
    jwks_uri: `${url}/.well-known/jwks.json`,
    registration_endpoint: `${url}/oidc/register`,
    revocation_endpoint: `${url}/oauth/revoke`,
    scopes_supported: [
      ...['openid', 'profile', 'offline_access', 'name', 'given_name', 'family_name', 'nickname', 'email', 'email_verified'],
      ...['picture', 'created_at', 'identities', 'phone', 'address'],
    ],
    response_types_supported: ['code', 'token', 'id_token', 'code token', 'code id_token', 'token id_token', 'code token id_token'],
    code_challenge_methods_supported: ['S256', 'plain'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    token_endpoint_auth_signing_alg_values_supported: algs,
    claims_supported: [
      ...['aud', 'auth_time', 'created_at', 'email', 'email_verified', 'exp', 'family_name', 'given_name', 'iat', 'identities'],
      ...['iss', 'name', 'nickname', 'phone_number', 'picture', 'sub'],
    ],
    request_uri_parameter_supported: false,
    request_parameter_supported: true,
    id_token_signing_alg_values_supported: ['HS256', 'RS256', 'PS256'],
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    end_session_endpoint: `${url}/oidc/logout`,
    dpop_signing_alg_values_supported: algs,
    pushed_authorization_request_endpoint: `${url}/oauth/par`,
    backchannel_authentication_endpoint: `${url}/bc-authorize`,
    backchannel_token_delivery_modes_supported: ['poll'],
  }

  test.each(['openid-configuration', 'oauth-authorization-server'])('%s has these members in this order', async (name) => {
    expect((await send(`${url}/.well-known/${name}`)).text).toBe(JSON.stringify(expected))
  })

  test('name no end session endpoint where the tenant says so', async () => {
    await set({ end_session_in_discovery: false })
    const { text } = await send(`${url}/.well-known/openid-configuration`)
    await set({ end_session_in_discovery: null })
    expect(text).toBe(JSON.stringify({ ...expected, end_session_endpoint: undefined }))
  })

  test.each([
    ['/pem', 'application/x-pem-file'],
    ['/cer', 'application/x-x509-ca-cert'],
  ])('%s is the certificate of the key that signs, which the key set has as well', async (path, type) => {
    const answer = await fetch(url + path)
    const certificate = new X509Certificate(Buffer.from(await answer.arrayBuffer()))
    const { body } = await send(`${url}/.well-known/jwks.json`)
    const [first] = body.keys as { x5c: string[] }[]
    expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([200, type])
    expect(certificate.raw.toString('base64')).toBe(first?.x5c[0])
  })
})

describe('userinfo', () => {
  type Row = [what: string, token: () => Promise<unknown>, challenge: string]
  test.each<Row>([
    ['no token', async () => undefined, 'Bearer realm="Users"'],
    [
      'a token that is none',
      async () => 'x',
      'Bearer realm="Users", error="invalid_token", error_description="The access token is not valid"',
    ],
    [
      'a token that has expired',
      async () => {
        const { access_token } = await tokens()
        server.clock.advance(86_401)
        return access_token
      },
      'Bearer realm="Users", error="invalid_token", error_description="The access token expired"',
    ],
  ])('says Unauthorized to %s', async (_what, token, challenge) => {
    const shown = await token()
    const { status, text, headers } = await send(`${url}/userinfo`, shown === undefined ? {} : bearer(shown))
    expect([status, text, headers.get('content-type'), headers.get('www-authenticate')]).toEqual([
      401,
      'Unauthorized',
      'text/plain; charset=utf-8',
      challenge,
    ])
  })
})

describe('revocation', () => {
  test('is of refresh tokens: an access token goes on, and is answered in the same way', async () => {
    const { access_token, refresh_token } = await tokens()
    const revoke = async (token: unknown) => {
      const { status, text } = await postJson(`${url}/oauth/revoke`, { ...web, token })
      return [status, text]
    }
    expect(await revoke(access_token)).toEqual([200, ''])
    expect((await send(`${url}/userinfo`, bearer(access_token))).status).toBe(200)
    expect(await revoke(refresh_token)).toEqual([200, ''])
    expect((await askToken(server, { grant_type: 'refresh_token', ...web, refresh_token })).status).toBe(403)
  })

  test('is refused to a client that is not known', async () => {
    const { status, text } = await postJson(`${url}/oauth/revoke`, { client_id: 'x', client_secret: 'x', token: 'x' })
    expect([status, text]).toEqual([401, '{"error":"access_denied","error_description":"Unauthorized"}'])
  })
})

describe('signing out', () => {
  test('without returnTo says OK', async () => {
    const { status, text } = await send(`${url}/v2/logout`)
    expect([status, /<h1>(.*)<\/h1>/.exec(text)?.[1], /<title>(.*)<\/title>/.exec(text)?.[1]]).toEqual([200, 'OK', 'OK'])
  })

  test('takes federated, which has nobody else to tell', async () => {
    const query = new URLSearchParams({ client_id: web.client_id, returnTo: 'http://localhost/' })
    const { location, status } = await (await signedIn()).open(`${url}/v2/logout?federated&${query}`)
    expect([status, location?.href]).toEqual([302, 'http://localhost/'])
  })

  test('by OpenID Connect takes an ID token, the client, a hint and a state, and asks nobody', async () => {
    const jar = await signedIn()
    const silent = await jar.open(authorizeUrl({ prompt: 'none' }))
    const code = silent.location?.searchParams.get('code')
    const { body } = await askToken(server, { grant_type: 'authorization_code', ...web, redirect_uri: callback, code })
    const query = new URLSearchParams({
      id_token_hint: String(body.id_token),
      post_logout_redirect_uri: 'http://localhost/',
      client_id: web.client_id,
      logout_hint: 'x',
      state: 'left',
    })
    const { location, status } = await jar.open(`${url}/oidc/logout?${query}`)
    expect([status, location?.href]).toEqual([302, 'http://localhost/?state=left'])
    expect((await jar.open(authorizeUrl({ prompt: 'none' }))).location?.searchParams.get('error')).toBe('login_required')
  })

  test('is from all apps of the tenant, as was the sign-in', async () => {
    const jar = await signedIn()
    const other = authorizeUrl({ client_id: spa.client_id, prompt: 'none' })
    expect((await jar.open(other)).location?.searchParams.get('code')).toMatch(/^[\w-]{43}$/)
    await jar.open(`${url}/v2/logout?client_id=${web.client_id}&returnTo=http://localhost/`)
    expect((await jar.open(other)).location?.searchParams.get('error')).toBe('login_required')
  })
})

describe('what is begun elsewhere', () => {
  test('a device is told where its user goes', async () => {
    const { status, body } = await post(`${url}/oauth/device/code`, { ...native, scope: 'openid' })
    const expected = {
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
      verification_uri: `${url}/activate`,
      verification_uri_complete: `${url}/activate?user_code=${body.user_code}`,
      expires_in: 600,
      interval: 5,
    }
    expect([status, body]).toEqual([200, expected])
    expect(Object.keys(body)).toEqual(Object.keys(expected))
    expect((await send(`${url}/activate`, { headers: { accept: 'text/html' } })).status).toBe(200)
  })

  test('a pushed request is asked for by its handle', async () => {
    const asked = { response_type: 'code', redirect_uri: callback, scope: 'openid', state: 'pushed' }
    const { status, body } = await post(`${url}/oauth/par`, { ...web, ...asked })
    expect([status, body]).toEqual([
      201,
      { request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]+$/), expires_in: 60 },
    ])
    const query = new URLSearchParams({ client_id: web.client_id, request_uri: String(body.request_uri) })
    const jar = await signedIn()
    expect((await jar.open(`${url}/authorize?${query}`)).location?.searchParams.get('state')).toBe('pushed')
  })

  const secret = { client_secret: 'a secret that is long enough to be one' }

  test('an app that may ask a user elsewhere is given a handle', async () => {
    const client = addClient(server.sandbox(), { grant_types: ['urn:openid:params:grant-type:ciba'], ...secret })
    const form = { client_id: client.client_id, ...secret, login_hint: 'alice', scope: 'openid' }
    const { status, body } = await post(`${url}/bc-authorize`, form)
    expect([status, Object.keys(body)]).toEqual([200, ['auth_req_id', 'expires_in', 'interval']])
  })
})

describe('the token endpoint', () => {
  type Row = [what: string, ask: () => Promise<Answer>, status: number, body: object]
  const code = 'urn:ietf:params:oauth:grant-type:device_code'
  test.each<Row>([
    [
      'an exchange that no app may make',
      () => askToken(server, { ...web, grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' }),
      403,
      {
        error: 'unauthorized_client',
        error_description: "Grant type 'urn:ietf:params:oauth:grant-type:token-exchange' not allowed for the client.",
        error_uri: 'https://auth0.com/docs/clients/client-grant-types',
      },
    ],
    [
      'a passkey',
      () => askToken(server, { ...web, grant_type: 'urn:okta:params:oauth:grant-type:webauthn' }),
      403,
      {
        error: 'unauthorized_client',
        error_description: "Grant type 'urn:okta:params:oauth:grant-type:webauthn' not allowed for the client.",
        error_uri: 'https://auth0.com/docs/clients/client-grant-types',
      },
    ],
    [
      'no refresh token',
      () => askToken(server, { ...web, grant_type: 'refresh_token' }),
      400,
      { error: 'invalid_request', error_description: 'Missing required parameter: refresh_token' },
    ],
    [
      'a device code that is none',
      () => askToken(server, { ...native, grant_type: code, device_code: 'x' }),
      403,
      { error: 'invalid_grant', error_description: 'Invalid or expired device code.' },
    ],
    [
      'a device code that has expired',
      async () => {
        const { body } = await post(`${url}/oauth/device/code`, { ...native, scope: 'openid' })
        server.clock.advance(601)
        return askToken(server, { ...native, grant_type: code, device_code: body.device_code })
      },
      403,
      { error: 'expired_token', error_description: 'The provided device_code has expired.' },
    ],
    [
      'a device that asks too often',
      async () => {
        const { body } = await post(`${url}/oauth/device/code`, { ...native, scope: 'openid' })
        await askToken(server, { ...native, grant_type: code, device_code: body.device_code })
        return askToken(server, { ...native, grant_type: code, device_code: body.device_code })
      },
      429,
      { error: 'slow_down', error_description: 'You are polling faster than the specified interval of 5 seconds.' },
    ],
    [
      'a machine of an organization that there is not',
      () => askToken(server, { ...machine, grant_type: 'client_credentials', audience, organization: 'org_x' }),
      400,
      { error: 'invalid_request', error_description: 'parameter organization is invalid' },
    ],
  ])('of %s', async (_what, ask, status, body) => {
    const answer = await ask()
    expect([answer.status, answer.text]).toEqual([status, JSON.stringify(body)])
    expect(answer.explanation).toMatch(/\w/)
  })
})

describe('the database', () => {
  const signUp = (more: object) =>
    postJson(`${url}/dbconnections/signup`, { ...spa, connection: database, password: 'Password1!', ...more })

  test('tells of a new user all that was said, in this order', async () => {
    const said = { given_name: 'Lea', family_name: 'Lund', nickname: 'll', name: 'Lea L.', picture: 'https://p.example/l.png' }
    const { status, body, text } = await signUp({
      email: 'lea@example.com',
      username: 'lea',
      ...said,
      user_metadata: { plan: 'free' },
    })
    const expected = {
      _id: body._id,
      email_verified: false,
      email: 'lea@example.com',
      username: 'lea',
      ...said,
      user_metadata: { plan: 'free' },
    }
    expect([status, text]).toEqual([200, JSON.stringify(expected)])
    expect(body._id).toMatch(/^[0-9a-f]{24}$/)
  })

  test('tells what is wrong with a weak password, rule by rule', async () => {
    const rules = [
      { message: 'At least %d characters in length', format: [8], code: 'lengthAtLeast', verified: false },
      { message: 'Contain at least %d of the following %d types of characters:', code: 'containsAtLeast', format: [3, 4], verified: false },
    ]
    const expected = {
      name: 'PasswordStrengthError',
      message: 'Password is too weak',
      code: 'invalid_password',
      description: { rules, verified: false },
      policy:
        '* At least 8 characters in length\n* Contain at least 3 of the following 4 types of characters:\n * lower case letters (a-z)\n * upper case letters (A-Z)\n * numbers (i.e. 0-9)\n * special characters (e.g. !@#$%^&*)',
      statusCode: 400,
    }
    const { status, text } = await signUp({ email: 'mia@example.com', password: 'weak' })
    expect([status, text]).toEqual([400, JSON.stringify(expected)])
  })

  test('a code by SMS is begun with a phone number', async () => {
    const { status, body } = await postJson(`${url}/passwordless/start`, { ...web, connection: 'sms', phone_number: '+15550199' })
    expect([status, body]).toEqual([
      200,
      { _id: expect.stringMatching(/^[0-9a-f]{24}$/), phone_number: '+15550199', phone_verified: false, request_language: null },
    ])
  })

  test('is a connection with an id', async () => {
    const { text } = await send(`${url}/api/v2/connections`, { headers: await managementToken(server) })
    expect(JSON.parse(text)[0]).toEqual({
      id: expect.stringMatching(/^con_\w{16}$/),
      name: database,
      strategy: 'auth0',
      enabled_clients: [],
    })
  })
})

test('pages of an origin that a wildcard of the app lets in may read what it is answered', async () => {
  const change = (allowed_origins: unknown) =>
    managementToken(server).then((headers) =>
      send(`${url}/api/v2/clients/${web.client_id}`, {
        method: 'PATCH',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ allowed_origins }),
      }),
    )
  expect((await change(['https://*.preview.example'])).body.allowed_origins).toEqual(['https://*.preview.example'])
  const form = { grant_type: 'authorization_code', code: 'x', redirect_uri: callback, ...web }
  const allowed = async (origin: string) => (await post(`${url}/oauth/token`, form, { origin })).headers.get('access-control-allow-origin')
  expect(await Promise.all(['https://pr-1.preview.example', 'https://a.b.preview.example'].map(allowed))).toEqual(['*', null])
  expect((await change('https://*.preview.example')).status).toBe(400)
})
