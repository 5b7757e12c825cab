import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, exportSPKI, type GenerateKeyPairResult, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import { clientCredentialsGrant, discovery, allowInsecureRequests as insecurely, PrivateKeyJwt } from 'openid-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ClientDraft } from '../../src/oauth/model/directory.ts'
import type { ClientMetadata } from '../../src/oauth/model/records.ts'
import { addClient } from '../support/iokids-setup.ts'
import { startForFile } from '../support/server.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const sandbox = server.sandbox()
const app = sandbox.directory.listApps()[0]
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const secret = 'a-secret-of-more-than-32-characters-for-HS256'

const pairs = {
  ES256: await generateKeyPair('ES256', { extractable: true }),
  RS256: await generateKeyPair('RS256', { extractable: true }),
  PS256: await generateKeyPair('PS256', { extractable: true }),
  EdDSA: await generateKeyPair('EdDSA', { extractable: true }),
}
type Alg = keyof typeof pairs
const stranger = await generateKeyPair('ES256')

async function publicJwk(alg: Alg): Promise<Record<string, unknown>> {
  return { ...(await exportJWK(pairs[alg].publicKey)), kid: `my-${alg}`, use: 'sig' }
}
const jwks = { keys: await Promise.all((Object.keys(pairs) as Alg[]).map(publicJwk)) }

function client(method: string, metadata: ClientMetadata = {}, draft: Partial<ClientDraft> = {}) {
  const client_secret = method.startsWith('client_secret') ? secret : null
  return addClient(sandbox, { token_endpoint_auth_method: method, client_secret, metadata, ...draft }, app)
}
const keyClient = client('private_key_jwt', { jwks })
const secretClient = client('client_secret_jwt')

interface Assertion {
  client_id?: string
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
  key?: GenerateKeyPairResult['privateKey'] | Uint8Array
}

/** An assertion that holds, but for what is said of it. */
async function assertion({ client_id = keyClient.client_id, header = {}, claims = {}, key = pairs.ES256.privateKey }: Assertion = {}) {
  const now = Math.floor(server.clock.now() / 1000)
  const payload = { iss: client_id, sub: client_id, aud: server.url, iat: now, exp: now + 60, jti: crypto.randomUUID(), ...claims }
  const { alg = 'ES256', ...rest } = { kid: 'my-ES256', ...header } as Record<string, unknown>
  return new SignJWT(payload as JWTPayload).setProtectedHeader({ alg: String(alg), ...rest }).sign(key)
}

async function post(form: Record<string, string>, headers: Record<string, string> = {}, path = '/token') {
  const response = await fetch(server.url + path, { method: 'POST', body: new URLSearchParams(form), headers })
  const explanation = decodeURIComponent(response.headers.get('grantbox-explain') ?? '')
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown>, explanation }
}

const own = { grant_type: 'client_credentials' }
const authenticate = async (jwt: string, form: Record<string, string> = {}) =>
  post({ ...own, client_assertion_type: assertionType, client_assertion: jwt, ...form })

const as = await oauth.processDiscoveryResponse(
  new URL(server.url),
  await oauth.discoveryRequest(new URL(server.url), { [oauth.allowInsecureRequests]: true }),
)

async function requestWith(client_id: string, authentication: oauth.ClientAuth) {
  const parameters = new URLSearchParams({ scope: 'read' })
  const response = await oauth.clientCredentialsGrantRequest(as, { client_id }, authentication, parameters, {
    [oauth.allowInsecureRequests]: true,
  })
  return oauth.processClientCredentialsResponse(as, { client_id }, response)
}

describe('each method works with a client written by others (oauth4webapi)', () => {
  test.each<[string, () => oauth.ClientAuth]>([
    ['client_secret_basic', () => oauth.ClientSecretBasic(secret)],
    ['client_secret_post', () => oauth.ClientSecretPost(secret)],
    ['client_secret_jwt', () => oauth.ClientSecretJwt(secret)],
  ])('%s', async (method, authentication) => {
    const { client_id } = client(method)
    expect(await requestWith(client_id, authentication())).toMatchObject({ token_type: 'bearer', scope: 'read' })
  })

  test.each<Alg>(['ES256', 'RS256', 'PS256', 'EdDSA'])('private_key_jwt with %s', async (alg) => {
    const authentication = oauth.PrivateKeyJwt({ key: pairs[alg].privateKey, kid: `my-${alg}` })
    expect(await requestWith(keyClient.client_id, authentication)).toMatchObject({ scope: 'read' })
  })

  test('none, for a grant that a public client may use', async () => {
    const { client_id } = client('none')
    const answer = await post({ grant_type: 'password', username: 'alice', password: 'password', client_id })
    expect(answer.status).toBe(200)
  })

  test('private_key_jwt with openid-client, which picks endpoint and audience from discovery', async () => {
    const { client_id } = keyClient
    const options = { execute: [insecurely] }
    const authentication = PrivateKeyJwt({ key: pairs.ES256.privateKey, kid: 'my-ES256' })
    const configuration = await discovery(new URL(server.url), client_id, undefined, authentication, options)
    expect(await clientCredentialsGrant(configuration, { scope: 'read' })).toMatchObject({ scope: 'read' })
  })

  test('introspection and revocation take the same methods', async () => {
    const { access_token } = await requestWith(keyClient.client_id, oauth.PrivateKeyJwt(pairs.ES256.privateKey))
    const proof = async () => ({ client_assertion_type: assertionType, client_assertion: await assertion() })
    expect((await post({ token: access_token, ...(await proof()) }, {}, '/introspect')).body).toMatchObject({ active: true })
    const revoked = await fetch(`${server.url}/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: access_token, ...(await proof()) }),
    })
    expect(revoked.status).toBe(200)
    expect((await post({ token: access_token, ...(await proof()) }, {}, '/introspect')).body).toEqual({ active: false })
  })
})

describe('what an assertion may say (RFC 7523 §3)', () => {
  test.each<[string, () => Assertion]>([
    ['the issuer as audience', () => ({ claims: { aud: server.url } })],
    ['the issuer with a slash', () => ({ claims: { aud: `${server.url}/` } })],
    ['the token endpoint as audience', () => ({ claims: { aud: `${server.url}/token` } })],
    ['the audience among others', () => ({ claims: { aud: ['https://other.example', `${server.url}/token`] } })],
    ['no iat', () => ({ claims: { iat: undefined } })],
    ['no kid, where one key fits', () => ({ header: { kid: undefined } })],
    ['a clock that is 50 s late', () => ({ claims: { exp: Math.floor(server.clock.now() / 1000) - 50 } })],
    ['a clock that is 50 s early', () => ({ claims: { iat: Math.floor(server.clock.now() / 1000) + 50 } })],
  ])('%s is taken', async (_what, draft) => {
    expect(await authenticate(await assertion(draft()))).toMatchObject({ status: 200 })
  })

  test('client_id beside it is taken when it is the same', async () => {
    expect((await authenticate(await assertion(), { client_id: keyClient.client_id })).status).toBe(200)
  })

  const now = () => Math.floor(server.clock.now() / 1000)
  test.each<[string, () => Assertion, RegExp]>([
    ['alg none', () => ({ header: { alg: 'none' } }), /alg none/],
    [
      'another audience',
      () => ({ claims: { aud: 'https://other.example' } }),
      /aud is 'https:\/\/other\.example'; it must name this server: http/,
    ],
    ['no audience', () => ({ claims: { aud: undefined } }), /aud is missing/],
    ['an expiry in the past', () => ({ claims: { exp: now() - 61 } }), /expired 6\d s ago/],
    ['no expiry', () => ({ claims: { exp: undefined } }), /exp is missing/],
    ['an expiry as text', () => ({ claims: { exp: '1' } }), /exp is '1'; seconds/],
    ['an expiry in two days', () => ({ claims: { exp: now() + 2 * 86400 } }), /at most 86400 s/],
    ['an expiry beyond all numbers', () => ({ claims: { exp: 1e300 } }), /at most 86400 s/],
    ['nbf in the future', () => ({ claims: { nbf: now() + 120 } }), /nbf lies 1[12]\d s in the future/],
    ['iat in the future', () => ({ claims: { iat: now() + 120 } }), /iat lies 1[12]\d s in the future/],
    ['another iss', () => ({ claims: { iss: 'other' } }), /iss is 'other' and its sub/],
    ['no sub', () => ({ claims: { sub: undefined } }), /no sub/],
    ['an unknown client', () => ({ client_id: 'nobody' }), /'nobody' of the assertion is not registered/],
    ['no jti', () => ({ claims: { jti: undefined } }), /jti is missing/],
    ["a stranger's key under our kid", () => ({ key: stranger.privateKey }), /not signed with a key of client/],
    [
      "a stranger's key and kid",
      () => ({ key: stranger.privateKey, header: { kid: 'theirs' } }),
      /kid 'theirs' names none of the keys.*'my-ES256'/,
    ],
    ['the kid of a key for another algorithm', () => ({ header: { kid: 'my-RS256' } }), /with kid 'my-RS256' is for ES256/],
    ['a part that this server would have to understand', () => ({ header: { crit: ['x'], x: 1 } }), /not signed with a key/],
  ])('%s is refused', async (_what, draft, explanation) => {
    const given = draft()
    const jwt = given.header?.alg === 'none' ? unsigned(await assertion()) : await sign(given)
    const answer = await authenticate(jwt)
    expect(answer.explanation).toMatch(explanation)
    expect(answer.status).toBe(401)
    expect(answer.body).toEqual({ error: 'invalid_client', error_description: 'Client authentication failed' })
    expect(answer.headers.get('www-authenticate')).toBeNull()
  })

  /** jose would not sign a `crit` that it does not know. */
  async function sign(draft: Assertion): Promise<string> {
    if (draft.header?.crit === undefined) return assertion(draft)
    const [, payload] = (await assertion()).split('.')
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid: 'my-ES256', ...draft.header })).toString('base64url')
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
    const signature = await crypto.subtle.sign(algorithm, pairs.ES256.privateKey, Buffer.from(`${header}.${payload}`))
    return `${header}.${payload}.${Buffer.from(signature).toString('base64url')}`
  }

  function unsigned(jwt: string): string {
    return `${Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')}.${jwt.split('.')[1]}.`
  }

  test('an assertion works once, also at another endpoint', async () => {
    const jwt = await assertion()
    expect((await authenticate(jwt)).status).toBe(200)
    const again = await authenticate(jwt)
    expect(again).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(again.explanation).toMatch(/used before: its jti/)
    const elsewhere = await post({ token: 'x', client_assertion_type: assertionType, client_assertion: jwt }, {}, '/introspect')
    expect(elsewhere.status).toBe(401)
  })

  test('two clients may use the same jti', async () => {
    const other = client('private_key_jwt', { jwks })
    const claims = { jti: crypto.randomUUID() }
    expect((await authenticate(await assertion({ claims }))).status).toBe(200)
    expect((await authenticate(await assertion({ client_id: other.client_id, claims }))).status).toBe(200)
  })

  test.each([
    ['no JWT', 'nonsense'],
    ['a JWT without JSON', 'e30.e30x.e30'],
    ['nothing', ''],
  ])('%s as assertion is refused', async (_what, jwt) => {
    expect((await authenticate(jwt)).status).toBeGreaterThanOrEqual(400)
    expect((await authenticate(jwt)).status).toBeLessThan(500)
  })

  test('another type of assertion is refused', async () => {
    const answer = await authenticate(await assertion(), {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
    })
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(answer.explanation).toMatch(/saml2-bearer' is not .*jwt-bearer/)
  })

  test('the assertion and its type go together', async () => {
    for (const form of [{ client_assertion: await assertion() }, { client_assertion_type: assertionType }]) {
      expect(await post({ ...own, ...form })).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    }
  })

  test('another client_id beside it is invalid_request', async () => {
    const answer = await authenticate(await assertion(), { client_id: 'other' })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(answer.explanation).toMatch(/client_id is 'other'/)
  })

  test('a client authenticates in one way in each request (RFC 6749 §2.3)', async () => {
    const form = { ...own, client_assertion_type: assertionType, client_assertion: await assertion() }
    const withSecret = await post({ ...form, client_secret: 'x' })
    const withHeader = await post(form, { authorization: `Basic ${btoa(`${keyClient.client_id}:x`)}` })
    for (const answer of [withSecret, withHeader]) {
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
      expect(answer.explanation).toMatch(/one method in each request/)
    }
  })
})

describe('algorithms', () => {
  test('HS256 signed with the public key is refused (RFC 8725 §2.1)', async () => {
    for (const key of [await exportSPKI(pairs.RS256.publicKey), JSON.stringify(jwks.keys[1])]) {
      const jwt = await assertion({ header: { alg: 'HS256', kid: 'my-RS256' }, key: new TextEncoder().encode(key) })
      const answer = await authenticate(jwt)
      expect(answer.status).toBe(401)
      expect(answer.explanation).toMatch(/alg HS256, a shared secret's; .* its public key is no secret/)
    }
  })

  test('a secret among the registered keys signs nothing', async () => {
    const weak = client('private_key_jwt', {
      jwks: { keys: [{ kty: 'oct', k: Buffer.from(secret).toString('base64url'), kid: 'o' }] },
    })
    const jwt = await assertion({ client_id: weak.client_id, header: { alg: 'HS256', kid: 'o' }, key: new TextEncoder().encode(secret) })
    expect((await authenticate(jwt)).status).toBe(401)
  })

  test('client_secret_jwt takes HS256 with the secret alone', async () => {
    const { client_id } = secretClient
    const header = { alg: 'HS256', kid: undefined }
    expect((await authenticate(await assertion({ client_id, header, key: new TextEncoder().encode(secret) }))).status).toBe(200)
    const wrong = await authenticate(
      await assertion({ client_id, header, key: new TextEncoder().encode('another-secret-of-the-same-length-as-that') }),
    )
    expect(wrong.status).toBe(401)
    expect(wrong.explanation).toMatch(/not signed with the client_secret/)
    const asymmetric = await authenticate(await assertion({ client_id }))
    expect(asymmetric.status).toBe(401)
    expect(asymmetric.explanation).toMatch(/alg 'ES256'; client_secret_jwt takes HS256/)
  })

  test('token_endpoint_auth_signing_alg is held to', async () => {
    const { client_id } = client('private_key_jwt', { jwks, token_endpoint_auth_signing_alg: 'RS256' })
    const answer = await authenticate(await assertion({ client_id }))
    expect(answer.status).toBe(401)
    expect(answer.explanation).toMatch(/signed with ES256; .* registered token_endpoint_auth_signing_alg RS256/)
    const right = await assertion({ client_id, header: { alg: 'RS256', kid: 'my-RS256' }, key: pairs.RS256.privateKey })
    expect((await authenticate(right)).status).toBe(200)
  })

  test('EdDSA and Ed25519 are one algorithm (RFC 9864)', async () => {
    const { client_id } = client('private_key_jwt', { jwks, token_endpoint_auth_signing_alg: 'EdDSA' })
    for (const alg of ['EdDSA', 'Ed25519']) {
      const jwt = await assertion({ client_id, header: { alg, kid: 'my-EdDSA' }, key: pairs.EdDSA.privateKey })
      expect((await authenticate(jwt)).status, alg).toBe(200)
    }
  })
})

describe('a client authenticates as it registered (RFC 7591 §2)', () => {
  test.each(['private_key_jwt', 'client_secret_jwt'])('one of %s is refused with its secret, or with nothing', async (method) => {
    const { client_id } = client(method, { jwks }, { client_secret: secret })
    const body = await post({ ...own, client_id, client_secret: secret })
    expect(body).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(body.explanation).toMatch(`is registered for ${method} and came with client_secret_post`)
    const header = await post(own, { authorization: `Basic ${btoa(`${client_id}:${secret}`)}` })
    expect(header).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(header.explanation).toMatch(`is registered for ${method} and came with client_secret_basic`)
    const nothing = await post({ ...own, client_id })
    expect(nothing.status).toBe(401)
    expect(nothing.explanation).toMatch(/no client_assertion came/)
  })

  test.each(['client_secret_basic', 'client_secret_post', 'none'])('one of %s is refused with an assertion', async (method) => {
    const { client_id } = client(method, { jwks })
    const answer = await authenticate(await assertion({ client_id }))
    expect(answer.status).toBe(401)
    expect(answer.explanation).toMatch(`is registered for ${method}`)
  })

  test.each([
    ['client_secret_basic', 'client_secret_post'],
    ['client_secret_post', 'client_secret_basic'],
  ])('%s stands for %s, as API clients mix them, unless strictness is rfc', async (registered) => {
    const strict = server.server.sandboxes.create({ provider: sandbox.provider, settings: { strictness: 'rfc' } })
    for (const [box, status] of [[sandbox, 200] as const, [strict, 401] as const]) {
      const { client_id } = addClient(box, { token_endpoint_auth_method: registered, client_secret: secret }, box.directory.listApps()[0])
      const form = registered === 'client_secret_basic' ? { client_id, client_secret: secret } : {}
      const headers: Record<string, string> =
        registered === 'client_secret_basic' ? {} : { authorization: `Basic ${btoa(`${client_id}:${secret}`)}` }
      expect((await post({ ...own, ...form }, headers, `/${box.name}/token`)).status).toBe(status)
    }
  })

  test('a provider takes only the methods that it has', async () => {
    const iokids = await server.reach('iokids')
    const { client_id } = addClient(iokids, {
      token_endpoint_auth_method: 'private_key_jwt',
      client_secret: null,
      metadata: { jwks },
    })
    const jwt = await assertion({ client_id, claims: { aud: `${server.url}/iokids` } })
    const answer = await post({ ...own, client_assertion_type: assertionType, client_assertion: jwt }, {}, '/iokids/oauth/token')
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client', error_code: 4010 } })
    expect(answer.explanation).toMatch(/takes: client_secret_post, client_secret_basic, none/)
  })
})

describe('jwks_uri', () => {
  const addressed = async (jwks_uri: string) => {
    const { client_id } = client('private_key_jwt', { jwks_uri })
    return authenticate(await assertion({ client_id }))
  }

  test('is read from the setting documents, without a call to another host', async () => {
    const url = 'https://client.example/jwks.json'
    server.server.sandboxes.update(sandbox, { settings: { documents: { [url]: jwks } } })
    expect((await addressed(url)).status).toBe(200)
  })

  test('on another host that is not in the documents is refused with the remedy', async () => {
    const answer = await addressed('https://elsewhere.example/jwks.json')
    expect(answer.status).toBe(401)
    expect(answer.explanation).toMatch(/never called: put the document into the sandbox's setting documents/)
  })

  test('on this machine is fetched, as the client under development serves it', async () => {
    const site = createServer((request, response) => {
      if (request.url === '/away') response.writeHead(302, { location: '/jwks' }).end()
      else response.end(request.url === '/jwks' ? JSON.stringify(jwks) : 'nonsense')
    })
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void site.close())
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
    expect((await addressed(`${url}/jwks`)).status).toBe(200)
    for (const path of ['/away', '/nonsense']) {
      const answer = await addressed(url + path)
      expect(answer.status).toBe(401)
      expect(answer.explanation).toMatch(/cannot be read/)
    }
  })

  test('a client without keys is told so', async () => {
    const { client_id } = client('private_key_jwt')
    expect((await authenticate(await assertion({ client_id }))).explanation).toMatch(/neither jwks nor jwks_uri/)
    const odd = client('private_key_jwt', { jwks: { keys: 'none' } as unknown as NonNullable<ClientMetadata['jwks']> })
    expect((await authenticate(await assertion({ client_id: odd.client_id }))).explanation).toMatch(/is no key set/)
  })
})

test('discovery tells the methods and algorithms (RFC 8414 §2)', () => {
  expect(as.token_endpoint_auth_methods_supported).toEqual([
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'private_key_jwt',
    'tls_client_auth',
    'self_signed_tls_client_auth',
    'none',
  ])
  const keys = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519', 'ES384', 'ES512', 'RS384', 'RS512', 'PS384', 'PS512']
  const algs = ['HS256', 'HS384', 'HS512', ...keys]
  expect(as.token_endpoint_auth_signing_alg_values_supported).toEqual(algs)
  expect(as.introspection_endpoint_auth_signing_alg_values_supported).toEqual(algs)
  expect(as.revocation_endpoint_auth_signing_alg_values_supported).toEqual(algs)
})
