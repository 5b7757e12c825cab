import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import * as oidc from 'openid-client'
import { describe, expect, test } from 'vitest'
import { Jar } from '../support/browser-jar.ts'
import { addClient } from '../support/iokids-setup.ts'
import { startForFile } from '../support/server.ts'
import { post, web } from '../support/standard-client.ts'
import { answerIn, callback, challenge, signInAndAllow } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const { url } = server
const sandbox = server.sandbox()
const app = sandbox.directory.listApps()[0]

const { privateKey, publicKey } = await generateKeyPair('ES256')
const stranger = (await generateKeyPair('ES256')).privateKey
const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }
const signer = addClient(sandbox, { metadata: { jwks: { keys: [jwk] } } }, app)

type Members = Record<string, unknown>
const now = () => Math.floor(server.clock.now() / 1000)
const inside = (members: Members = {}): Members => ({
  iss: signer.client_id,
  aud: url,
  client_id: signer.client_id,
  response_type: 'code',
  redirect_uri: callback,
  scope: 'openid',
  state: 'inside',
  nonce: 'n',
  exp: now() + 60,
  ...members,
})
const sign = (members: Members, key: Parameters<SignJWT['sign']>[0] = privateKey, header: Members = {}) =>
  new SignJWT(members).setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'oauth-authz-req+jwt', ...header }).sign(key)

/** What a request with this request object gets: the answer at the redirect URI, or the page that came instead. */
async function answerTo(request: string, outside: Record<string, string> = {}, base = url): Promise<Record<string, string>> {
  const query = new URLSearchParams({ client_id: signer.client_id, response_type: 'code', redirect_uri: callback, request, ...outside })
  const jar = new Jar()
  const { location, html } = await signInAndAllow(jar, await jar.open(`${base}/authorize?${query}`), base)
  return location === undefined ? { page: html } : answerIn(location)
}

describe('a request object by value (RFC 9101, OpenID Connect Core §6.1)', () => {
  test("signed with the client's key holds the parameters", async () => {
    expect(await answerTo(await sign(inside()))).toMatchObject({ code: expect.any(String), state: 'inside' })
  })

  test('signed with the client_secret does too', async () => {
    const secret = new TextEncoder().encode(web.client_secret)
    const members = inside({ iss: web.client_id, client_id: web.client_id })
    const request = await sign(members, secret, { alg: 'HS256', kid: undefined })
    expect(await answerTo(request, { client_id: web.client_id })).toMatchObject({ code: expect.any(String) })
  })

  test('may hold members that are no strings', async () => {
    const members = inside({ max_age: 0, claims: { id_token: { email: null } }, resource: ['https://a.example', 'https://b.example'] })
    expect((await answerTo(await sign(members))).code).toBeDefined()
    expect(await answerTo(await sign(inside({ max_age: 'x' })))).toMatchObject({ error: 'invalid_request' })
  })

  test('makes parameters that stand outside alone void (§6.3)', async () => {
    expect(await answerTo(await sign(inside({ state: undefined })), { state: 'outside' })).not.toHaveProperty('state')
  })

  test.each(['state', 'scope', 'response_type', 'redirect_uri', 'nonce'])('refuses another %s outside', async (name) => {
    const outside = { [name]: name === 'redirect_uri' ? 'http://localhost/callback' : 'something else' }
    expect(await answerTo(await sign(inside()), outside)).toMatchObject({ error: 'invalid_request' })
  })

  test('finds the client that it is about', async () => {
    expect(await answerTo(await sign(inside()), { client_id: web.client_id })).toMatchObject({ error: 'invalid_request_object' })
  })
})

describe('is invalid_request_object', () => {
  test.each<[string, () => Promise<string> | string]>([
    ['with a signature of a stranger', () => sign(inside(), stranger)],
    ['with a kid of nobody', () => sign(inside(), privateKey, { kid: 'k2' })],
    ['without a signature', () => new UnsecuredJWT(inside()).encode()],
    [
      'that was altered',
      async () =>
        (await sign(inside())).replace(/\.[^.]+\./, `.${Buffer.from(JSON.stringify(inside({ scope: 'write' }))).toString('base64url')}.`),
    ],
    ['signed with HS256 and the public key', () => sign(inside(), new TextEncoder().encode(JSON.stringify(jwk)), { alg: 'HS256' })],
    ['that has expired', () => sign(inside({ exp: now() - 120 }))],
    ['that is not valid yet', () => sign(inside({ nbf: now() + 120 }))],
    ['for another server', () => sign(inside({ aud: 'https://other.example' }))],
    ['of another issuer', () => sign(inside({ iss: 'somebody' }))],
    ['that could authenticate the client', () => sign(inside({ sub: signer.client_id }))],
    ['of another type', () => sign(inside(), privateKey, { typ: 'at+jwt' })],
    ['with a request inside', () => sign(inside({ request: 'x' }))],
    ['with a request_uri inside', () => sign(inside({ request_uri: 'urn:x' }))],
    ['without a client_id', () => sign(inside({ client_id: undefined }))],
    ['with the client_id of another', () => sign(inside({ client_id: web.client_id }))],
    ['that is no JWT', () => 'nonsense'],
    ['that is encrypted', () => 'a.b.c.d.e'],
  ])('%s', async (_what, make) => {
    const answer = await answerTo(await make(), { state: 'outside' })
    expect(answer).toMatchObject({ error: 'invalid_request_object', state: 'outside', iss: url })
  })

  test('and a page, when the redirect URI in the query is not the client’s', async () => {
    const answer = await answerTo('nonsense', { redirect_uri: 'https://evil.example/' })
    expect(answer.page).toContain('The request object is not valid')
  })

  test('when signed otherwise than registered', async () => {
    const metadata = { jwks: { keys: [jwk] }, request_object_signing_alg: 'RS256' }
    const client = addClient(sandbox, { metadata }, app)
    const members = inside({ iss: client.client_id, client_id: client.client_id })
    expect(await answerTo(await sign(members), { client_id: client.client_id })).toMatchObject({ error: 'invalid_request_object' })
  })
})

test('request and request_uri exclude each other', async () => {
  expect(await answerTo(await sign(inside()), { request_uri: 'urn:x' })).toMatchObject({ error: 'invalid_request' })
})

test('a client that registered require_signed_request_object sends one (RFC 9101 §10.5)', async () => {
  const client = addClient(sandbox, { metadata: { require_signed_request_object: true } }, app)
  const query = new URLSearchParams({ client_id: client.client_id, response_type: 'code', redirect_uri: callback, scope: 'openid' })
  const { location } = await new Jar().open(`${url}/authorize?${query}`)
  expect(answerIn(location ?? new URL(url)).error).toBe('invalid_request')
})

test('a lenient sandbox takes alg none', async () => {
  const { name } = server.server.sandboxes.create({ provider: sandbox.provider, settings: { strictness: 'lenient' } })
  const base = `${url}/${name}`
  const members = inside({ iss: web.client_id, client_id: web.client_id, aud: base })
  expect((await answerTo(new UnsecuredJWT(members).encode(), { client_id: web.client_id }, base)).code).toBeDefined()
})

test('one can be pushed, and is checked there (RFC 9126 §3)', async () => {
  const { client_id, client_secret } = signer
  const push = async (request: string) => post(url, '/par', { client_id, client_secret: client_secret ?? '', request })
  expect((await push(await sign(inside(), stranger))).body.error).toBe('invalid_request_object')
  const { body } = await push(await sign(inside()))
  const jar = new Jar()
  const query = new URLSearchParams({ client_id, request_uri: String(body.request_uri) })
  const { location } = await signInAndAllow(jar, await jar.open(`${url}/authorize?${query}`), url)
  expect(answerIn(location ?? new URL(url))).toMatchObject({ code: expect.any(String), state: 'inside' })
})

test('openid-client signs one', async () => {
  const spa = addClient(sandbox, { client_secret: null, token_endpoint_auth_method: 'none', metadata: { jwks: { keys: [jwk] } } }, app)
  const config = await oidc.discovery(new URL(url), spa.client_id, undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] })
  const parameters = { redirect_uri: callback, scope: 'openid', state: 's', code_challenge: challenge, code_challenge_method: 'S256' }
  const address = await oidc.buildAuthorizationUrlWithJAR(config, parameters, { key: privateKey, kid: 'k1' })
  const jar = new Jar()
  const { location } = await signInAndAllow(jar, await jar.open(address.href), url)
  expect(answerIn(location ?? new URL(url))).toMatchObject({ code: expect.any(String), state: 's' })
})
