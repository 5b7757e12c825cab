import { exportJWK, generateKeyPair } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { lastEntry } from '../support/iokids-setup.ts'
import { start, startForFile } from '../support/server.ts'
import { alice, claimsOf, type JsonAnswer, json, post } from '../support/standard-client.ts'
import { callback, callbackOf, challenge, verifier } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const sandbox = server.sandbox()
const minimal = { redirect_uris: [callback] }

const send = (method: string, url: string, body: unknown, headers: Record<string, string> = {}) =>
  json(url, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } })
const register = (body: unknown, headers?: Record<string, string>, base = server.url) => send('POST', `${base}/register`, body, headers)

async function registered(body: Record<string, unknown> = minimal): Promise<Record<string, string>> {
  const { status, body: answer } = await register(body)
  expect(status).toBe(201)
  return answer as Record<string, string>
}

const bearer = (token: unknown) => ({ authorization: `Bearer ${token}` })

describe('registering (RFC 7591 §3)', () => {
  test('answers 201 with credentials, the defaults and where to manage it', async () => {
    const { status, body, headers } = await register(minimal)
    expect(status).toBe(201)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({
      client_id: expect.stringMatching(/^client-[a-z0-9]{16}$/),
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_secret_expires_at: 0,
      client_id_issued_at: expect.any(Number),
      registration_access_token: expect.stringMatching(/^[\w-]{43}$/),
      registration_client_uri: `${server.url}/register/${body.client_id}`,
      redirect_uris: [callback],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      scope: 'openid profile email address phone offline_access read write',
    })
    expect(lastEntry(sandbox)).toMatchObject({ endpoint: 'registration', client_id: body.client_id })
  })

  test('a registered client signs any user of the sandbox in, and shows its name', async () => {
    const client = await registered({
      ...minimal,
      client_name: 'My Tool',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid read',
    })
    const page = await fetch(authorizePage(client.client_id ?? ''))
    const html = await page.text()
    expect(html).toContain('My Tool')
    expect(html).toContain('Alice Arnold')
    const back = await callbackOf(server.url, {
      client_id: client.client_id,
      scope: 'openid read',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    const tokens = await post(server.url, '/token', {
      grant_type: 'authorization_code',
      code: back.searchParams.get('code') ?? '',
      redirect_uri: callback,
      code_verifier: verifier,
      client_id: client.client_id ?? '',
    })
    expect(tokens.status).toBe(200)
    expect(tokens.body).toHaveProperty('refresh_token')
    expect(claimsOf(tokens.body.id_token)).toMatchObject({ sub: 'alice', aud: client.client_id })
  })

  test('keeps what is known, leaves out what is not, and takes names in other languages', async () => {
    const metadata = {
      client_name: 'Tool',
      'client_name#de': 'Werkzeug',
      client_uri: 'https://tool.example',
      logo_uri: 'https://tool.example/logo.png',
      tos_uri: 'https://tool.example/tos',
      policy_uri: 'https://tool.example/policy',
      contacts: ['dev@tool.example'],
      software_id: 'tool',
      software_version: '1.2',
      application_type: 'native',
      subject_type: 'public',
      default_max_age: 600,
      require_auth_time: true,
      default_acr_values: ['1'],
      initiate_login_uri: 'https://tool.example/login',
      id_token_signed_response_alg: 'RS256',
      userinfo_signed_response_alg: 'ES256',
      post_logout_redirect_uris: ['https://tool.example/bye'],
      backchannel_logout_uri: 'https://tool.example/bc',
      frontchannel_logout_uri: 'https://tool.example/fc',
      dpop_bound_access_tokens: false,
      tls_client_certificate_bound_access_tokens: false,
      require_pushed_authorization_requests: false,
    }
    const answer = await registered({ ...minimal, ...metadata, unheard_of: 1, client_secret: 'chosen', logo_uri2: 'x' })
    expect(answer).toMatchObject(metadata)
    expect(answer).not.toHaveProperty('unheard_of')
    expect(answer.client_secret).not.toBe('chosen')
  })

  test('a registered algorithm signs the ID token', async () => {
    const client = await registered({ ...minimal, grant_types: ['authorization_code', 'password'], id_token_signed_response_alg: 'PS256' })
    const { client_id = '', client_secret = '' } = client
    const { body } = await post(server.url, '/token', { grant_type: 'password', ...alice, client_id, client_secret, scope: 'openid' })
    const header = JSON.parse(Buffer.from(String(body.id_token).split('.')[0] ?? '', 'base64url').toString())
    expect(header.alg).toBe('PS256')
  })

  test.each<[string, Record<string, unknown>, boolean]>([
    ['client_secret_post', {}, true],
    ['client_secret_jwt', {}, true],
    ['none', {}, false],
    ['tls_client_auth', { tls_client_auth_subject_dn: 'CN=tool' }, false],
  ])('with %s', async (token_endpoint_auth_method, more, secret) => {
    const { status, body } = await register({ ...minimal, token_endpoint_auth_method, ...more })
    expect(status).toBe(201)
    expect('client_secret' in body).toBe(secret)
  })

  test('private_key_jwt with the client’s keys authenticates', async () => {
    const keys = await generateKeyPair('ES256', { extractable: true })
    const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k' }] }
    const client = await registered({ grant_types: ['client_credentials'], token_endpoint_auth_method: 'private_key_jwt', jwks })
    expect(client).not.toHaveProperty('client_secret')
    const options = { execute: [openid.allowInsecureRequests] }
    const method = openid.PrivateKeyJwt({ key: keys.privateKey, kid: 'k' })
    const config = await openid.discovery(new URL(server.url), client.client_id ?? '', undefined, method, options)
    expect((await openid.clientCredentialsGrant(config, { scope: 'read' })).scope).toBe('read')
  })

  test('discovery says where, and each sandbox has its own', async () => {
    const { body } = await json(`${server.url}/standard/.well-known/openid-configuration`)
    expect(body.registration_endpoint).toBe(`${server.url}/standard/register`)
    expect((await json(`${server.url}/iokids/register`, { method: 'POST' })).status).toBe(404)
    const { name } = server.server.sandboxes.create({ provider: sandbox.provider })
    const { body: client } = await register(minimal, {}, `${server.url}/${name}`)
    expect(String(client.registration_client_uri)).toContain(`/${name}/register/`)
    expect((await json(`${server.url}/register/${client.client_id}`, { headers: bearer(client.registration_access_token) })).status).toBe(
      401,
    )
  })
})

describe('refuses', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwks = { keys: [await exportJWK(publicKey)] }
  const ciba = 'urn:openid:params:grant-type:ciba'
  const without = { grant_types: ['client_credentials'] }
  test.each<[string, unknown, string, string]>([
    ['no redirect URI', {}, 'invalid_redirect_uri', 'redirect_uris is missing'],
    ['an empty list of them', { redirect_uris: [] }, 'invalid_redirect_uri', 'redirect_uris is missing'],
    ['a redirect URI that is no list', { redirect_uris: callback }, 'invalid_redirect_uri', 'list'],
    ['one with a fragment', { redirect_uris: [`${callback}#x`] }, 'invalid_redirect_uri', 'fragment'],
    ['one that runs a script', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri', 'javascript'],
    ['one that is relative', { redirect_uris: ['/callback'] }, 'invalid_redirect_uri', 'absolute'],
    ['one that is a number', { redirect_uris: [1] }, 'invalid_redirect_uri', 'text'],
    ['a list as body', [minimal], 'invalid_client_metadata', 'object'],
    ['a software statement', { ...minimal, software_statement: 'e30.e30.x' }, 'unapproved_software_statement', 'software_statement'],
    ['an unknown grant type', { ...minimal, grant_types: ['magic'] }, 'invalid_client_metadata', 'grant_types_supported'],
    ['grant_types that are no list', { ...minimal, grant_types: 'authorization_code' }, 'invalid_client_metadata', 'list'],
    ['an unknown response type', { ...minimal, response_types: ['magic'] }, 'invalid_client_metadata', 'response_types_supported'],
    ['token without implicit', { ...minimal, response_types: ['code', 'token'] }, 'invalid_client_metadata', 'implicit'],
    ['code without authorization_code', { ...without, response_types: ['code'] }, 'invalid_client_metadata', 'authorization_code'],
    [
      'authorization_code without code',
      { ...minimal, grant_types: ['authorization_code', 'implicit'], response_types: ['token'] },
      'invalid_client_metadata',
      'with code',
    ],
    ['an unknown method', { ...minimal, token_endpoint_auth_method: 'magic' }, 'invalid_client_metadata', 'methods_supported'],
    [
      'an algorithm that nobody has',
      { ...minimal, id_token_signed_response_alg: 'none' },
      'invalid_client_metadata',
      'alg_values_supported',
    ],
    ['a pairwise subject', { ...minimal, subject_type: 'pairwise' }, 'invalid_client_metadata', 'subject_types_supported'],
    ['jwks and jwks_uri', { ...minimal, jwks, jwks_uri: 'https://a.example/jwks' }, 'invalid_client_metadata', 'only one'],
    ['jwks that is none', { ...minimal, jwks: { keys: 1 } }, 'invalid_client_metadata', 'list'],
    ['a private key', { ...minimal, jwks: { keys: [await exportJWK(privateKey)] } }, 'invalid_client_metadata', 'private'],
    ['a shared secret as key', { ...minimal, jwks: { keys: [{ kty: 'oct', k: 'AA' }] } }, 'invalid_client_metadata', 'private'],
    ['a key that is none', { ...minimal, jwks: { keys: [{ kty: 'EC' }] } }, 'invalid_client_metadata', 'no public key'],
    ['private_key_jwt without keys', { ...minimal, token_endpoint_auth_method: 'private_key_jwt' }, 'invalid_client_metadata', 'jwks'],
    [
      'a public client with client_credentials',
      { ...without, token_endpoint_auth_method: 'none' },
      'invalid_client_metadata',
      'authenticate',
    ],
    ['a scope that nobody has', { ...minimal, scope: 'openid everything' }, 'invalid_client_metadata', 'everything'],
    ['a scope that is a list', { ...minimal, scope: ['openid'] }, 'invalid_client_metadata', 'scope'],
    ['a name that is a number', { ...minimal, client_name: 1 }, 'invalid_client_metadata', 'client_name'],
    ['a logo that runs a script', { ...minimal, logo_uri: 'javascript:alert(1)' }, 'invalid_client_metadata', 'logo_uri'],
    ['contacts that are a text', { ...minimal, contacts: 'a@b.example' }, 'invalid_client_metadata', 'list'],
    ['a flag that is a text', { ...minimal, dpop_bound_access_tokens: 'true' }, 'invalid_client_metadata', 'true or false'],
    ['a negative max_age', { ...minimal, default_max_age: -1 }, 'invalid_client_metadata', 'seconds'],
    [
      'push mode',
      { ...minimal, grant_types: ['authorization_code', ciba], backchannel_token_delivery_mode: 'push' },
      'invalid_client_metadata',
      'push',
    ],
    [
      'ping mode without endpoint',
      { ...minimal, grant_types: ['authorization_code', ciba], backchannel_token_delivery_mode: 'ping' },
      'invalid_client_metadata',
      'endpoint',
    ],
    [
      'a ping endpoint far away',
      { grant_types: [ciba], backchannel_token_delivery_mode: 'ping', backchannel_client_notification_endpoint: 'https://far.example/' },
      'invalid_client_metadata',
      'private network',
    ],
    ['a delivery mode without its grant type', { ...minimal, backchannel_token_delivery_mode: 'poll' }, 'invalid_client_metadata', ciba],
  ])('%s', async (_what, metadata, error, why) => {
    const { status, body, headers } = await register(metadata)
    expect(status).toBe(400)
    expect(body.error).toBe(error)
    expect(headers.get('grantbox-explain')).toContain(why)
  })

  test('a form, and broken JSON', async () => {
    expect((await post(server.url, '/register', { redirect_uris: callback })).status).toBe(415)
    const broken = { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }
    expect((await json(`${server.url}/register`, broken)).status).toBe(400)
  })

  test('nothing that a client without redirects leaves out', async () => {
    expect(await registered({ grant_types: ['client_credentials'] })).toMatchObject({ redirect_uris: [], response_types: [] })
  })
})

describe('the setting registration', () => {
  const with_ = (settings: Record<string, unknown>) => {
    const { name } = server.server.sandboxes.create({ provider: sandbox.provider, settings })
    return `${server.url}/${name}`
  }

  test('off: nobody registers, and discovery does not offer it', async () => {
    const base = with_({ registration: 'off' })
    expect((await register(minimal, {}, base)).status).toBe(403)
    expect((await json(`${base}/.well-known/openid-configuration`)).body).not.toHaveProperty('registration_endpoint')
  })

  test('token: whoever has the initial access token', async () => {
    const base = with_({ registration: 'token', registration_token: 'let-me-in' })
    const refused = await register(minimal, {}, base)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toContain('Bearer error="invalid_token"')
    expect((await register(minimal, bearer('wrong'), base)).status).toBe(401)
    expect((await register(minimal, bearer('let-me-in'), base)).status).toBe(201)
  })

  test('token without a registration_token lets nobody in', async () => {
    expect((await register(minimal, bearer('null'), with_({ registration: 'token' }))).status).toBe(401)
  })
})

describe('managing (RFC 7592 §2)', () => {
  const at = (client: Record<string, string>) => String(client.registration_client_uri)
  const auth = (client: Record<string, string>) => bearer(client.registration_access_token)

  test('GET answers as the registration did', async () => {
    const client = await registered()
    const { status, body } = await json(at(client), { headers: auth(client) })
    expect(status).toBe(200)
    expect(body).toEqual(client)
  })

  test.each(['GET', 'PUT', 'DELETE'])('%s without the registration access token, or with another client’s, is 401', async (method) => {
    const [client, other] = [await registered(), await registered()]
    for (const headers of [{}, bearer('x'), auth(other)]) {
      const answer = await send(method, at(client), minimal, headers).catch(() => json(at(client), { method, headers }))
      expect(answer.status).toBe(401)
      expect(answer.body.error).toBe('invalid_token')
    }
    expect((await json(`${server.url}/register/nobody`, { method, headers: auth(client) })).status).toBe(401)
  })

  test('PUT replaces everything: what is left out goes back to its default', async () => {
    const client = await registered({ ...minimal, client_name: 'Old', scope: 'read', logo_uri: 'https://a.example/l.png' })
    const update = { client_id: client.client_id, redirect_uris: ['https://new.example/cb'], client_name: 'New' }
    const { status, body } = await send('PUT', at(client), update, auth(client))
    expect(status).toBe(200)
    expect(body).toMatchObject({
      ...update,
      client_secret: client.client_secret,
      registration_access_token: client.registration_access_token,
      client_id_issued_at: client.client_id_issued_at,
      scope: expect.stringContaining('openid'),
    })
    expect(body).not.toHaveProperty('logo_uri')
    expect((await json(at(client), { headers: auth(client) })).body).toEqual(body)
    expect(await (await fetch(authorizePage(client.client_id ?? '', 'https://new.example/cb'))).text()).toContain('New')
    expect((await fetch(authorizePage(client.client_id ?? ''))).status).toBe(400)
  })

  test('a change of method takes the secret away, and gives a new one', async () => {
    const client = await registered()
    const put = (method: string): Promise<JsonAnswer> =>
      send('PUT', at(client), { ...minimal, client_id: client.client_id, token_endpoint_auth_method: method }, auth(client))
    expect((await put('none')).body).not.toHaveProperty('client_secret')
    const { body } = await put('client_secret_post')
    expect(body.client_secret).toMatch(/^[\w-]{43}$/)
    expect(body.client_secret).not.toBe(client.client_secret)
  })

  test.each<[string, Record<string, unknown>]>([
    ['no client_id', { client_id: undefined }],
    ['another client_id', { client_id: 'standard-web' }],
    ['another secret', { client_secret: 'chosen' }],
    ['what only the server says', { registration_access_token: 'x' }],
    ['the time of issue', { client_id_issued_at: 1 }],
  ])('PUT with %s is refused (RFC 7592 §2.2)', async (_what, more) => {
    const client = await registered()
    const { status, body } = await send('PUT', at(client), { ...minimal, client_id: client.client_id, ...more }, auth(client))
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_client_metadata')
    expect((await json(at(client), { headers: auth(client) })).body).toEqual(client)
  })

  test('PUT with bad metadata changes nothing', async () => {
    const client = await registered()
    const update = { client_id: client.client_id, redirect_uris: ['/x'] }
    expect((await send('PUT', at(client), update, auth(client))).body.error).toBe('invalid_redirect_uri')
    expect((await json(at(client), { headers: auth(client) })).body).toEqual(client)
  })

  test('DELETE ends the client, its app, its tokens and the registration access token', async () => {
    const own = await start({ defaultProvider: 'standard' })
    const apps = own.sandbox().directory.listApps().length
    const { body } = await register({ grant_types: ['client_credentials'] }, {}, own.url)
    const client = body as Record<string, string>
    const { client_id = '', client_secret = '' } = client
    const tokens = () => post(own.url, '/token', { grant_type: 'client_credentials', client_id, client_secret })
    const { body: issued } = await tokens()
    const gone = await fetch(at(client), { method: 'DELETE', headers: auth(client) })
    expect(gone.status).toBe(204)
    expect(await gone.text()).toBe('')
    expect((await tokens()).body.error).toBe('invalid_client')
    expect((await json(at(client), { headers: auth(client) })).status).toBe(401)
    expect(own.sandbox().directory.listApps()).toHaveLength(apps)
    const introspected = await post(own.url, '/introspect', {
      token: String(issued.access_token),
      client_id: 'standard-web',
      client_secret: 'standard-web-secret',
    })
    expect(introspected.body).toEqual({ active: false })
  })

  test('another method is 405, and a preloaded client cannot be managed', async () => {
    const client = await registered()
    expect((await json(at(client), { method: 'POST', headers: auth(client) })).status).toBe(405)
    expect((await json(`${server.url}/register/standard-web`, { headers: auth(client) })).status).toBe(401)
  })
})

test('openid-client and oauth4webapi register as their documentation says', async () => {
  const options = { execute: [openid.allowInsecureRequests] }
  const metadata = { redirect_uris: [callback], grant_types: ['authorization_code', 'client_credentials'] }
  const config = await openid.dynamicClientRegistration(new URL(server.url), metadata, undefined, options)
  expect((await openid.clientCredentialsGrant(config)).access_token).toBeDefined()

  const insecure = { [oauth.allowInsecureRequests]: true }
  const as = await oauth.processDiscoveryResponse(new URL(server.url), await oauth.discoveryRequest(new URL(server.url), insecure))
  const response = await oauth.dynamicClientRegistrationRequest(as, { redirect_uris: [callback] }, insecure)
  expect((await oauth.processDynamicClientRegistrationResponse(response)).client_id).toMatch(/^client-/)
})

function authorizePage(client_id: string, redirect_uri = callback): string {
  const query = { response_type: 'code', client_id, redirect_uri, code_challenge: challenge, code_challenge_method: 'S256' }
  return `${server.url}/authorize?${new URLSearchParams(query)}`
}
