import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { Jar } from '../support/browser-jar.ts'
import { addClient } from '../support/iokids-setup.ts'
import { startForFile } from '../support/server.ts'
import { json, post, web } from '../support/standard-client.ts'
import { answerIn, authorizeUrl, callback, challenge, signInAndAllow } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const { url } = server
const sandbox = server.sandbox()
const app = sandbox.directory.listApps()[0]

const asked = { response_type: 'code', redirect_uri: callback, scope: 'openid', state: 'pushed', nonce: 'n' }
const push = (form: Record<string, string> = {}, headers?: Record<string, string>, base = url) =>
  post(base, '/par', { ...web, ...asked, ...form }, headers)

/** The authorization request of something that was pushed. */
function pushedUrl(request_uri: unknown, more: Record<string, string> = {}, base = url): string {
  return `${base}/authorize?${new URLSearchParams({ client_id: web.client_id, request_uri: String(request_uri), ...more })}`
}

async function codeFor(request_uri: unknown): Promise<string | undefined> {
  const jar = new Jar()
  const { location } = await signInAndAllow(jar, await jar.open(pushedUrl(request_uri)), url)
  return location === undefined ? undefined : answerIn(location).code
}

describe('the endpoint (RFC 9126 §2)', () => {
  test('answers 201 with a request_uri of a minute, for no cache', async () => {
    const { status, body, headers } = await push()
    expect(status).toBe(201)
    expect(body).toEqual({ request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/), expires_in: 60 })
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('authenticates the client as the token endpoint does', async () => {
    expect(await push({ client_secret: 'wrong' })).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    const basic = { authorization: `Basic ${Buffer.from(`${web.client_id}:${web.client_secret}`).toString('base64')}` }
    expect((await post(url, '/par', asked, basic)).status).toBe(201)
    const spa = { ...asked, client_id: 'standard-spa', code_challenge: challenge, code_challenge_method: 'S256' }
    expect((await post(url, '/par', spa)).status).toBe(201)
  })

  test.each<[string, Record<string, string>, string]>([
    ['a foreign redirect_uri', { redirect_uri: 'https://evil.example/' }, 'invalid_request'],
    ['a scope that is not allowed', { scope: 'nonsense' }, 'invalid_scope'],
    ['an unknown response_type', { response_type: 'x' }, 'unsupported_response_type'],
    ['a request_uri', { request_uri: 'urn:x' }, 'invalid_request'],
    ['a resource with a fragment', { resource: 'https://a.example/#b' }, 'invalid_target'],
  ])('refuses %s as the token endpoint would, with an explanation (§2.3)', async (_what, form, error) => {
    const { status, body, headers } = await push(form)
    expect(status).toBe(400)
    expect(body.error).toBe(error)
    expect(headers.get('grantbox-explain')).toBeTruthy()
  })

  test('answers POST alone', async () => {
    expect((await json(`${url}/par`)).status).toBe(405)
  })
})

describe('the request_uri (RFC 9126 §4)', () => {
  test('stands for the request, whose parameters win', async () => {
    const { body } = await push()
    const jar = new Jar()
    const { location } = await signInAndAllow(jar, await jar.open(pushedUrl(body.request_uri)), url)
    expect(answerIn(location ?? new URL(url))).toMatchObject({ code: expect.any(String), state: 'pushed' })
  })

  test('works once', async () => {
    const { request_uri } = (await push()).body
    expect(await codeFor(request_uri)).toBeDefined()
    const again = await new Jar().open(pushedUrl(request_uri))
    expect(again.status).toBe(400)
    expect(again.html).toContain('The request_uri is not valid')
  })

  test('lives a minute by the clock of the sandbox', async () => {
    const { request_uri } = (await push()).body
    server.clock.advance(61)
    const late = await new Jar().open(pushedUrl(request_uri, { redirect_uri: callback, state: 's' }))
    expect(answerIn(late.location ?? new URL(url))).toMatchObject({ error: 'invalid_request_uri', state: 's' })
  })

  test('is not used up by a HEAD', async () => {
    const { request_uri } = (await push()).body
    expect((await fetch(pushedUrl(request_uri), { method: 'HEAD' })).status).toBe(200)
    expect(await codeFor(request_uri)).toBeDefined()
  })

  test("is no other client's", async () => {
    const other = addClient(sandbox, {}, app)
    const { request_uri } = (await push()).body
    const stolen = `${url}/authorize?${new URLSearchParams({ client_id: other.client_id, request_uri: String(request_uri) })}`
    expect((await new Jar().open(stolen)).status).toBe(400)
    expect(await codeFor(request_uri)).toBeDefined()
  })

  test('with a parameter in the query that says otherwise is refused', async () => {
    const { request_uri } = (await push()).body
    const { location } = await new Jar().open(pushedUrl(request_uri, { redirect_uri: callback, scope: 'openid write', state: 'pushed' }))
    expect(answerIn(location ?? new URL(url)).error).toBe('invalid_request')
  })

  test('that was not pushed is not supported, wherever it points', async () => {
    const { location } = await new Jar().open(pushedUrl('https://app.example/request.jwt', { redirect_uri: callback }))
    expect(answerIn(location ?? new URL(url)).error).toBe('request_uri_not_supported')
  })
})

describe('who must push (RFC 9126 §5)', () => {
  test('every client of a sandbox with the setting, as discovery says', async () => {
    const { name } = server.server.sandboxes.create({
      provider: sandbox.provider,
      settings: { require_pushed_authorization_requests: true },
    })
    const base = `${url}/${name}`
    const { body } = await json(`${base}/.well-known/oauth-authorization-server`)
    expect(body.require_pushed_authorization_requests).toBe(true)
    expect(answerIn((await new Jar().open(authorizeUrl(base))).location ?? new URL(url)).error).toBe('invalid_request')
    const pushed = await push({}, undefined, base)
    expect((await new Jar().open(pushedUrl(pushed.body.request_uri, {}, base))).status).toBe(200)
  })

  test('a client that registered it', async () => {
    const strict = addClient(sandbox, { metadata: { require_pushed_authorization_requests: true } }, app)
    const { location } = await new Jar().open(authorizeUrl(url, { client_id: strict.client_id }))
    expect(answerIn(location ?? new URL(url)).error).toBe('invalid_request')
  })
})

test('openid-client pushes a request, and takes the answer as a JWT (JARM)', async () => {
  const config = await client.discovery(new URL(url), web.client_id, web.client_secret, undefined, {
    execute: [client.allowInsecureRequests],
  })
  client.useJwtResponseMode(config)
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const expectedNonce = client.randomNonce()
  const address = await client.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: callback,
    scope: 'openid email',
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  expect([...address.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
  const jar = new Jar()
  const { location } = await signInAndAllow(jar, await jar.open(address.href), url)
  const tokens = await client.authorizationCodeGrant(config, location ?? new URL(url), {
    pkceCodeVerifier,
    expectedState,
    expectedNonce,
    idTokenExpected: true,
  })
  expect(tokens.claims()?.sub).toBe('alice')
  expect(await client.fetchUserInfo(config, tokens.access_token, 'alice')).toMatchObject({ email: 'alice@example.com' })
})

test('openid-client takes hybrid and implicit answers, and an answer that is posted', async () => {
  const config = await client.discovery(new URL(url), web.client_id, web.client_secret, undefined, {
    execute: [client.allowInsecureRequests],
  })
  const jar = new Jar()
  const callbackFor = async (parameters: Record<string, string>) => {
    const address = client.buildAuthorizationUrl(config, { redirect_uri: callback, scope: 'openid', state: 's', nonce: 'n', ...parameters })
    return signInAndAllow(jar, await jar.open(address.href), url)
  }
  client.useCodeIdTokenResponseType(config)
  const hybrid = await callbackFor({ response_type: 'code id_token' })
  const tokens = await client.authorizationCodeGrant(config, hybrid.location ?? new URL(url), { expectedState: 's', expectedNonce: 'n' })
  expect(tokens.claims()?.sub).toBe('alice')

  const implicit = await client.discovery(new URL(url), web.client_id, web.client_secret, undefined, {
    execute: [client.allowInsecureRequests],
  })
  client.useIdTokenResponseType(implicit)
  const direct = await callbackFor({ response_type: 'id_token' })
  const claims = await client.implicitAuthentication(implicit, direct.location ?? new URL(url), 'n', { expectedState: 's' })
  expect(claims.name).toBeUndefined()
  expect(claims.sub).toBe('alice')

  const posted = await callbackFor({ response_type: 'code', response_mode: 'form_post' })
  const fields = new URLSearchParams()
  for (const [, name = '', value = ''] of posted.html.matchAll(/name="(\w+)" value="([^"]*)"/g)) fields.append(name, value)
  const plain = await client.discovery(new URL(url), web.client_id, web.client_secret, undefined, {
    execute: [client.allowInsecureRequests],
  })
  const request = new Request(callback, { method: 'POST', body: fields })
  expect((await client.authorizationCodeGrant(plain, request, { expectedState: 's', expectedNonce: 'n' })).claims()?.sub).toBe('alice')
})
