import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { readClaims, readHeader } from '../../src/oauth/jose/jwt.ts'
import { Jar } from '../support/browser-jar.ts'
import { addClient } from '../support/iokids-setup.ts'
import { postForm, rawRequest } from '../support/raw-request.ts'
import { startForFile } from '../support/server.ts'
import { type JsonAnswer, json, post, tokensOf, userinfoStatus, web } from '../support/standard-client.ts'
import { answerIn, authorizeUrl, callback, callbackOf, challenge, redeem, verifier } from '../support/standard-sign-in.ts'

/**
 * What an attacker tries, all of it against the standard provider. More of each kind: assertions in client-assertion.test.ts and
 * jwt-bearer.test.ts, request objects in request-object.test.ts, proofs in dpop.test.ts, codes in authorization-code.test.ts and
 * races.test.ts, parameters in fuzz.test.ts and security-inputs.test.ts.
 */

const server = await startForFile({ defaultProvider: 'standard' })
const { url } = server
const sandbox = server.sandbox()
const app = sandbox.directory.listApps()[0]
const other = addClient(sandbox, {}, app)
const otherForm = { client_id: other.client_id, client_secret: other.client_secret ?? '' }

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const explanationOf = ({ headers }: JsonAnswer) => decodeURIComponent(headers.get('grantbox-explain') ?? '')
const basic = ({ client_id, client_secret }: typeof web) => ({ authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` })

/** A public key of the sandbox, as anyone can fetch it. */
async function publishedKey(alg: string): Promise<JsonWebKey & { kid: string; alg: string }> {
  const { keys } = (await json(`${url}/jwks`)).body as { keys: (JsonWebKey & { kid: string; alg: string })[] }
  const key = keys.find((one) => one.alg === alg)
  if (key === undefined) throw new Error(`no ${alg} key`)
  return key
}

/** The claims of a token under another signature. */
const forgeries: [string, (token: string) => Promise<string>][] = [
  ['alg none', async (token) => `${encode({ ...readHeader(token), alg: 'none' })}.${token.split('.')[1]}.`],
  ['alg None', async (token) => `${encode({ ...readHeader(token), alg: 'None' })}.${token.split('.')[1]}.`],
  ['no signature', async (token) => `${token.split('.').slice(0, 2).join('.')}.`],
  [
    'HS256 with the public key as secret',
    async (token) => {
      const { kid, ...jwk } = await publishedKey('ES256')
      const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
      return resign(token, { alg: 'HS256', kid }, new TextEncoder().encode(String(pem)))
    },
  ],
  [
    'a key of the attacker under our kid',
    async (token) => {
      const { privateKey } = await generateKeyPair('ES256')
      return resign(token, { alg: 'ES256', kid: (await publishedKey('ES256')).kid }, privateKey)
    },
  ],
  [
    'a key of the attacker in its own header',
    async (token) => {
      const { privateKey, publicKey } = await generateKeyPair('ES256')
      return resign(token, { alg: 'ES256', kid: 'mine', jwk: await exportJWK(publicKey) }, privateKey)
    },
  ],
  [
    'another subject',
    async (token) =>
      token
        .split('.')
        .with(1, encode({ ...readClaims(token), sub: 'bob' }))
        .join('.'),
  ],
  [
    'a longer life',
    async (token) =>
      token
        .split('.')
        .with(1, encode({ ...readClaims(token), exp: 9_999_999_999 }))
        .join('.'),
  ],
]

function resign(token: string, header: { alg: string; kid: string; jwk?: object }, key: Parameters<SignJWT['sign']>[0]): Promise<string> {
  return new SignJWT(readClaims(token) as JWTPayload).setProtectedHeader({ ...readHeader(token), ...header }).sign(key)
}

describe.each(forgeries)('a token forged with %s', (_how, forge) => {
  test('is no access token anywhere', async () => {
    const { access_token = '' } = await tokensOf(url, { scope: 'openid read' })
    const forged = await forge(access_token)
    expect(await userinfoStatus(url, forged)).toBe(401)
    expect((await json(`${url}/resource`, { headers: { authorization: `Bearer ${forged}` } })).status).toBe(401)
    expect((await post(url, '/introspect', { token: forged, ...web })).body).toEqual({ active: false })
    expect((await post(url, '/revoke', { token: forged, ...web })).status).toBe(200)
    expect(await userinfoStatus(url, access_token)).toBe(200)
  })

  test('is no subject_token (RFC 8693 §2.1), and no id_token_hint', async () => {
    const { access_token = '', id_token = '' } = await tokensOf(url, { scope: 'openid' })
    const exchange = (token: string, kind: string) =>
      post(url, '/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: token,
        subject_token_type: `urn:ietf:params:oauth:token-type:${kind}`,
        ...web,
      })
    expect((await exchange(await forge(access_token), 'access_token')).body.error).toBe('invalid_request')
    expect((await exchange(await forge(id_token), 'id_token')).body.error).toBe('invalid_request')
    const asked = await new Jar().open(authorizeUrl(url, { prompt: 'none', id_token_hint: await forge(id_token) }))
    expect(answerIn(asked.location ?? new URL(url)).error).toBe('invalid_request')
  })
})

describe('a token of one kind or place used as another', () => {
  test('an ID token is no access token, an access token no ID token', async () => {
    const { access_token = '', id_token } = await tokensOf(url, { scope: 'openid' })
    expect(await userinfoStatus(url, id_token)).toBe(401)
    const asked = await new Jar().open(authorizeUrl(url, { prompt: 'none', id_token_hint: access_token }))
    expect(answerIn(asked.location ?? new URL(url)).error).toBe('invalid_request')
  })

  test('a refresh token is no access token, an access token no refresh token and no code', async () => {
    const { access_token = '', refresh_token } = await tokensOf(url, { scope: 'openid' })
    expect(await userinfoStatus(url, refresh_token)).toBe(401)
    expect((await post(url, '/token', { grant_type: 'refresh_token', refresh_token: access_token, ...web })).body.error).toBe(
      'invalid_grant',
    )
    expect((await redeem(url, access_token)).body.error).toBe('invalid_grant')
  })

  test('a token of another sandbox is none here, though its issuer has the same host', async () => {
    const { name } = server.server.sandboxes.create({ provider: sandbox.provider })
    const there = await tokensOf(`${url}/${name}`, { scope: 'openid' })
    expect(await userinfoStatus(url, there.access_token)).toBe(401)
    const refresh = { grant_type: 'refresh_token', refresh_token: there.refresh_token ?? '', ...web }
    expect((await post(url, '/token', refresh)).body.error).toBe('invalid_grant')
  })
})

describe('client assertions', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const metadata = { jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] } }
  const keyed = { token_endpoint_auth_method: 'private_key_jwt', client_secret: null, metadata }
  const [mine, theirs] = [addClient(sandbox, keyed, app), addClient(sandbox, { ...keyed, metadata: {} }, app)]

  const send = async (claims: JWTPayload, key: Parameters<SignJWT['sign']>[0] = privateKey, header: object = {}) => {
    const iat = Math.floor(server.clock.now() / 1000)
    const all = { iss: mine.client_id, sub: mine.client_id, aud: url, iat, exp: iat + 60, jti: crypto.randomUUID(), ...claims }
    const client_assertion = await new SignJWT(all).setProtectedHeader({ alg: 'ES256', kid: 'k', ...header }).sign(key)
    const form = { grant_type: 'client_credentials', client_assertion, client_assertion_type: assertionType }
    const sent = () => post(url, '/token', form)
    return { first: await sent(), sent }
  }
  const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

  test('one that came before is refused (RFC 7523 §3)', async () => {
    const { first, sent } = await send({})
    expect(first.status).toBe(200)
    const again = await sent()
    expect([again.status, again.body.error]).toEqual([401, 'invalid_client'])
    expect(explanationOf(again)).toContain('jti')
  })

  test.each<[string, JWTPayload, RegExp]>([
    ['expired', { exp: 1 }, /expired/],
    ['of the other client, signed with a key that is not his', { iss: theirs.client_id, sub: theirs.client_id }, /jwks/],
    ['about one client in the name of another', { sub: theirs.client_id }, /iss/],
    ['for another server', { aud: 'https://elsewhere.example' }, /aud/],
  ])('%s is refused', async (_what, claims, why) => {
    const { first } = await send(claims)
    expect([first.status, first.body.error]).toEqual([401, 'invalid_client'])
    expect(explanationOf(first)).toMatch(why)
  })

  test('HS256 with the public key is refused', async () => {
    const pem = createPublicKey({ key: await exportJWK(publicKey), format: 'jwk' }).export({ type: 'spki', format: 'pem' })
    const { first } = await send({}, new TextEncoder().encode(String(pem)), { alg: 'HS256' })
    expect(first.body.error).toBe('invalid_client')
  })
})

describe('codes', () => {
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }

  test("another client's is refused, and its own still redeems it (RFC 6749 §4.1.3)", async () => {
    const { code } = answerIn(await callbackOf(url))
    expect((await redeem(url, code, otherForm)).body.error).toBe('invalid_grant')
    expect((await redeem(url, code)).status).toBe(200)
  })

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['left out at the token endpoint', pkce, {}],
    ['answered with the challenge itself, as if it were plain', pkce, { code_verifier: challenge }],
    ['added where the request had none, so that it was cut out on the way (RFC 9700 §4.8.2)', {}, { code_verifier: verifier }],
  ])('PKCE that is %s is refused', async (_what, asked, form) => {
    const { code } = answerIn(await callbackOf(url, asked))
    expect((await redeem(url, code, form)).body.error).toBe('invalid_grant')
  })

  test('a public client cannot ask without PKCE, nor with a method that there is not', async () => {
    for (const parameters of [{}, { ...pkce, code_challenge_method: 'none' }]) {
      const { location } = await new Jar().open(authorizeUrl(url, { client_id: 'standard-spa', ...parameters }))
      expect(answerIn(location ?? new URL(url)).error).toBe('invalid_request')
    }
  })

  test('a redirect_uri that was mixed up with another registered one is refused (RFC 6749 §4.1.3)', async () => {
    const { code } = answerIn(await callbackOf(url))
    const swapped = await redeem(url, code, { redirect_uri: 'http://localhost/callback' })
    expect(swapped.body.error).toBe('invalid_grant')
    const { redirect_uri: _left, ...form } = { grant_type: 'authorization_code', redirect_uri: callback, code: code ?? '', ...web }
    expect((await post(url, '/token', form)).body.error).toBe('invalid_grant')
  })

  test.each([
    `${callback}/../evil`,
    `${callback}?x=1`,
    `${callback}#here`,
    callback.toUpperCase(),
    callback.replace('127.0.0.1', '127.0.0.1.evil.example'),
    callback.replace('127.0.0.1', 'evil@127.0.0.1'),
    'https://oauth.pstmn.io/v1/callback.evil.example',
    'javascript:alert(1)',
    '//evil.example/callback',
  ])('nobody is redirected to %s', async (redirect_uri) => {
    const page = await new Jar().open(authorizeUrl(url, { redirect_uri }))
    expect([page.status, page.location]).toEqual([400, undefined])
  })
})

describe('request objects', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k' }
  const client = addClient(sandbox, { metadata: { jwks: { keys: [jwk] } } }, app)
  const inside = { client_id: client.client_id, response_type: 'code', redirect_uri: callback, scope: 'openid', state: 'inside' }
  const answerTo = async (request: string, outside: Record<string, string> = {}) => {
    const { location } = await new Jar().open(authorizeUrl(url, { ...inside, ...outside, request }))
    return answerIn(location ?? new URL(url)).error
  }

  test.each([
    ['scope', 'openid profile email'],
    ['state', 'outside'],
    ['response_type', 'code token'],
  ])('%s in the query that disagrees is refused', async (name, value) => {
    const request = await new SignJWT(inside).setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign(privateKey)
    expect(await answerTo(request, { [name]: value })).toBe('invalid_request')
  })

  test('alg none, and HS256 with the public key, are refused (RFC 8725 §2.1)', async () => {
    expect(await answerTo(`${encode({ alg: 'none' })}.${encode(inside)}.`)).toBe('invalid_request_object')
    const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
    const forged = await new SignJWT(inside).setProtectedHeader({ alg: 'HS256', kid: 'k' }).sign(new TextEncoder().encode(String(pem)))
    expect(await answerTo(forged)).toBe('invalid_request_object')
  })
})

describe('more than was given', () => {
  test('a refresh cannot widen the scope (RFC 6749 §6)', async () => {
    const { refresh_token = '' } = await tokensOf(url, { scope: 'openid read' })
    const form = { grant_type: 'refresh_token', refresh_token, ...web }
    expect((await post(url, '/token', { ...form, scope: 'openid read write' })).body.error).toBe('invalid_scope')
    expect((await post(url, '/token', { ...form, scope: 'read' })).body.scope).toBe('read')
  })

  test('a resource that is not allowed is invalid_target (RFC 8707 §2)', async () => {
    const { name } = server.server.sandboxes.create({
      provider: sandbox.provider,
      settings: { resources: ['https://api.example/'] },
    })
    const form = { grant_type: 'client_credentials', resource: 'https://other.example/', ...web }
    expect((await post(`${url}/${name}`, '/token', form)).body.error).toBe('invalid_target')
    const { location } = await new Jar().open(authorizeUrl(`${url}/${name}`, { resource: 'https://other.example/' }))
    expect(answerIn(location ?? new URL(url)).error).toBe('invalid_target')
  })

  test('a token for one resource is refused at another', async () => {
    const form = { grant_type: 'client_credentials', scope: 'read', resource: 'https://api.example/', ...web }
    const { body } = await post(url, '/token', form)
    expect((await json(`${url}/resource`, { headers: { authorization: `Bearer ${body.access_token}` } })).status).toBe(401)
  })
})

test('a DPoP proof works once, and a bound token not without a proof (RFC 9449 §11.1, §7.2)', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const claims = { htm: 'POST', htu: `${url}/token`, iat: Math.floor(server.clock.now() / 1000), jti: crypto.randomUUID() }
  const dpop = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
    .sign(privateKey)
  const form = { grant_type: 'password', username: 'alice', password: 'password', scope: 'openid' }
  const first = await post(url, '/token', form, { dpop, ...basic(web) })
  expect(first.body.token_type).toBe('DPoP')
  expect((await post(url, '/token', form, { dpop, ...basic(web) })).body.error).toBe('invalid_dpop_proof')
  expect(await userinfoStatus(url, first.body.access_token)).toBe(401)
})

/** Every endpoint that takes a form, with a form that it would take. */
const forms: Record<string, Record<string, string>> = {
  '/token': { grant_type: 'client_credentials', ...web },
  '/introspect': { token: 'x', ...web },
  '/revoke': { token: 'x', ...web },
  '/par': { response_type: 'code', redirect_uri: callback, ...web },
  '/device_authorization': { client_id: 'standard-device' },
  '/bc-authorize': { scope: 'openid', login_hint: 'alice', ...web },
}

describe('parameters that come twice (RFC 6749 §3.1 and §3.2)', () => {
  test.each(Object.entries(forms).flatMap(([path, form]) => Object.keys(form).map((name) => [name, path] as const)))(
    '%s at %s',
    async (name, path) => {
      const form = forms[path] ?? {}
      const body = `${new URLSearchParams(form)}&${new URLSearchParams({ [name]: form[name] ?? '' })}`
      const answer = await postForm(url, path, body)
      expect(answer.status).toBe(400)
      expect(JSON.parse(answer.text)).toMatchObject({ error: 'invalid_request', error_description: expect.stringContaining(name) })
    },
  )

  test.each(['response_type', 'scope', 'state', 'nonce', 'code_challenge', 'prompt'])(
    '%s at /authorize goes to the client',
    async (name) => {
      const query = `${new URL(authorizeUrl(url)).search}&${name}=a&${name}=b`
      const { location } = await new Jar().open(`${url}/authorize${query}`)
      expect(answerIn(location ?? new URL(url)).error).toBe('invalid_request')
    },
  )

  test.each(['client_id', 'redirect_uri'])('a second %s at /authorize redirects nobody to it', async (name) => {
    const { location } = await new Jar().open(`${authorizeUrl(url)}&${name}=https%3A%2F%2Fevil.example%2F`)
    expect(location?.href.startsWith(callback)).toBe(true)
    expect(answerIn(location ?? new URL(url)).error).toBe('invalid_request')
  })
})

describe('parameters of 100 KB', () => {
  const long = 'x'.repeat(100_000)

  test.each(
    Object.entries(forms).flatMap(([path, form]) => [...Object.keys(form), 'scope', 'unknown'].map((name) => [name, path] as const)),
  )('%s at %s are answered in the dialect', async (name, path) => {
    const answer = await postForm(url, path, String(new URLSearchParams({ ...forms[path], [name]: long })))
    expect(answer.status).toBeLessThan(500)
    expect(() => JSON.parse(answer.text || '{}')).not.toThrow()
    expect(answer.text.length).toBeLessThan(10_000)
    expect(String(answer.headers['grantbox-explain'] ?? '').length).toBeLessThan(8_000)
  })

  test.each(['scope', 'state', 'nonce', 'client_id', 'redirect_uri', 'claims', 'request', 'login_hint', 'resource'])(
    '%s posted to /authorize',
    async (name) => {
      const form = { ...Object.fromEntries(new URL(authorizeUrl(url)).searchParams), [name]: long }
      const answer = await postForm(url, '/authorize', String(new URLSearchParams(form)))
      expect(answer.status).toBeLessThan(500)
    },
  )

  test('a query or a header of that length is refused and ends nothing', async () => {
    const query = await rawRequest(url, `/authorize?state=${long}`)
    const header = await rawRequest(url, '/userinfo', { headers: { authorization: `Bearer ${long}` } })
    expect([query.status, header.status]).toEqual([431, 431])
    expect((await json(`${url}/jwks`)).status).toBe(200)
  })
})
