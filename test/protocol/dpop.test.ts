import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { readClaims } from '../../src/oauth/jose/jwt.ts'
import type { ClientDraft } from '../../src/oauth/model/directory.ts'
import type { Settings } from '../../src/oauth/model/settings.ts'
import { authorizeUrl, freshCode, passwordTokens, postmanCallback } from '../support/iokids-client.ts'
import { addClient } from '../support/iokids-setup.ts'
import { startForFile } from '../support/server.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const { provider } = server.sandbox()
const mine = await generateKeyPair('ES256', { extractable: true })
const other = await generateKeyPair('ES256', { extractable: true })
const jkt = await calculateJwkThumbprint(await exportJWK(mine.publicKey))
const secret = 'standard-web-secret'
const basic = { authorization: `Basic ${btoa(`standard-web:${secret}`)}` }
const login = { grant_type: 'password', username: 'alice', password: 'password', scope: 'openid profile read' }

/** A sandbox of its own, for a test that sets something. */
function sandboxWith(settings: Partial<Settings>): string {
  const { name } = server.server.sandboxes.create({ provider, settings })
  return `${server.url}/${name}`
}

interface Proof {
  htm?: string
  htu?: string
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
  pair?: GenerateKeyPairResult
  access_token?: string
}

/** A proof that holds at the token endpoint, but for what is said of it. */
async function proof({ htm = 'POST', htu = `${server.url}/token`, header = {}, claims = {}, pair = mine, access_token }: Proof = {}) {
  const payload = {
    htm,
    htu,
    iat: Math.floor(server.clock.now() / 1000),
    jti: crypto.randomUUID(),
    ...(access_token === undefined ? {} : { ath: createHash('sha256').update(access_token).digest('base64url') }),
    ...claims,
  }
  const all = { alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(pair.publicKey), ...header }
  return new SignJWT(payload as JWTPayload).setProtectedHeader(all).sign(pair.privateKey)
}

async function send(path: string, init: RequestInit, base = server.url) {
  const response = await fetch(base + path, init)
  const explanation = decodeURIComponent(response.headers.get('grantbox-explain') ?? '')
  const text = await response.text()
  const body: Record<string, unknown> = text.startsWith('{') ? JSON.parse(text) : {}
  return { status: response.status, headers: response.headers, body, explanation }
}

const post = (form: Record<string, string>, headers: Record<string, string> = {}, base = server.url, path = '/token') =>
  send(path, { method: 'POST', body: new URLSearchParams(form), headers }, base)

const userinfo = (headers: Record<string, string>, base = server.url) => send('/userinfo', { headers }, base)

async function boundTokens(): Promise<{ access_token: string; refresh_token: string }> {
  const { body } = await post(login, { ...basic, dpop: await proof() })
  return body as { access_token: string; refresh_token: string }
}

async function resourceProof(access_token: string, draft: Proof = {}): Promise<string> {
  return proof({ htm: 'GET', htu: `${server.url}/userinfo`, access_token, ...draft })
}

describe('with clients written by others', () => {
  const base = new URL(server.url)

  test.each(['ES256', 'RS256', 'PS256', 'EdDSA'])('oauth4webapi: token, userinfo and introspection with %s', async (alg) => {
    const insecure = { [oauth.allowInsecureRequests]: true }
    const as = await oauth.processDiscoveryResponse(base, await oauth.discoveryRequest(base, insecure))
    const me: oauth.Client = { client_id: 'standard-web' }
    const DPoP = oauth.DPoP(me, await oauth.generateKeyPair(alg === 'EdDSA' ? 'Ed25519' : alg))
    const authentication = oauth.ClientSecretBasic(secret)
    const form = new URLSearchParams(login)
    const answered = await oauth.genericTokenEndpointRequest(as, me, authentication, 'password', form, { ...insecure, DPoP })
    const tokens = await oauth.processGenericTokenEndpointResponse(as, me, answered)
    expect(tokens.token_type).toBe('dpop')
    const claims = await oauth.userInfoRequest(as, me, tokens.access_token, { ...insecure, DPoP })
    expect(await oauth.processUserInfoResponse(as, me, 'alice', claims)).toMatchObject({ sub: 'alice', name: 'Alice Arnold' })
    const asked = await oauth.introspectionRequest(as, me, authentication, tokens.access_token, insecure)
    const thumbprint = await DPoP.calculateThumbprint()
    expect(await oauth.processIntrospectionResponse(as, me, asked)).toMatchObject({ token_type: 'DPoP', cnf: { jkt: thumbprint } })
  })

  test('openid-client: with nonces required it sends the proof again with the one it was given (RFC 9449 §8 and §9)', async () => {
    const issuer = new URL(sandboxWith({ dpop_nonce: 'required' }))
    const configuration = await client.discovery(issuer, 'standard-web', secret, undefined, { execute: [client.allowInsecureRequests] })
    const DPoP = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair('ES256'))
    const tokens = await client.genericGrantRequest(configuration, 'password', login, { DPoP })
    expect(tokens.token_type).toBe('dpop')
    expect(await client.fetchUserInfo(configuration, tokens.access_token, 'alice', { DPoP })).toMatchObject({ sub: 'alice' })
    const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '', undefined, { DPoP })
    expect(refreshed.token_type).toBe('dpop')
  })
})

describe('the proof at the token endpoint (RFC 9449 §4.3 and §5)', () => {
  test('binds the access token to its key, and says DPoP', async () => {
    const { status, body } = await post(login, { ...basic, dpop: await proof() })
    expect(status).toBe(200)
    expect(body.token_type).toBe('DPoP')
    expect(readClaims(String(body.access_token))).toMatchObject({ cnf: { jkt } })
    const introspected = await post({ token: String(body.access_token) }, basic, server.url, '/introspect')
    expect(introspected.body).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt } })
  })

  test('without a proof the token is a bearer token', async () => {
    const { body } = await post(login, basic)
    expect(body.token_type).toBe('Bearer')
    expect(readClaims(String(body.access_token))).not.toHaveProperty('cnf')
  })

  const now = () => Math.floor(server.clock.now() / 1000)
  test.each<[string, () => Proof]>([
    ['an htu with query and fragment', () => ({ htu: `${server.url}/token?a=b#c` })],
    ['an htu with host and scheme in capitals', () => ({ htu: `${server.url.replace('http://localhost', 'HTTP://LOCALHOST')}/token` })],
    ['an htu with needless escapes', () => ({ htu: `${server.url}/%74oken` })],
    ['a clock that is 55 s late', () => ({ claims: { iat: now() - 55 } })],
    ['a clock that is 55 s early', () => ({ claims: { iat: now() + 55 } })],
    ['a nonce that nobody asked for', () => ({ claims: { nonce: 'x' } })],
  ])('%s is taken', async (_what, draft) => {
    expect((await post(login, { ...basic, dpop: await proof(draft()) })).status).toBe(200)
  })

  test.each<[string, () => Proof, RegExp]>([
    ['another method', () => ({ htm: 'GET' }), /htm is 'GET' and the request's method POST/],
    ['another path', () => ({ htu: `${server.url}/userinfo` }), /htu is '.*\/userinfo' and the request's URL .*\/token/],
    ['another host', () => ({ htu: 'http://other.example/token' }), /htu is/],
    ['no htu', () => ({ claims: { htu: undefined } }), /htu is missing/],
    ['an iat of 61 s ago', () => ({ claims: { iat: now() - 62 } }), /6\d s old by the sandbox's clock/],
    ['an iat of 61 s ahead', () => ({ claims: { iat: now() + 64 } }), /s in the future/],
    ['no iat', () => ({ claims: { iat: undefined } }), /iat is missing/],
    ['no jti', () => ({ claims: { jti: undefined } }), /no jti/],
    ['another typ', () => ({ header: { typ: 'JWT' } }), /typ is 'JWT'/],
    ['no jwk', () => ({ header: { jwk: undefined } }), /no jwk/],
    ['a secret key', () => ({ header: { jwk: { kty: 'oct', k: 'AAAA' } } }), /kty 'oct'; a public key/],
  ])('%s is refused as invalid_dpop_proof', async (_what, draft, explanation) => {
    const answer = await post(login, { ...basic, dpop: await proof(draft()) })
    expect(answer.explanation).toMatch(explanation)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } })
  })

  test('a private key in the header is refused', async () => {
    const answer = await post(login, { ...basic, dpop: await proof({ header: { jwk: await exportJWK(mine.privateKey) } }) })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } })
    expect(answer.explanation).toMatch(/private key/)
  })

  test('a signature by another key than the one in the header is refused', async () => {
    const answer = await post(login, { ...basic, dpop: await proof({ header: { jwk: await exportJWK(other.publicKey) } }) })
    expect(answer.body.error).toBe('invalid_dpop_proof')
    expect(answer.explanation).toMatch(/not signed with the key in its jwk/)
  })

  test('alg none and HS256 are refused', async () => {
    const [, payload = ''] = (await proof()).split('.')
    const unsigned = (alg: string) => `${Buffer.from(JSON.stringify({ alg, typ: 'dpop+jwt', jwk: {} })).toString('base64url')}.${payload}.`
    expect((await post(login, { ...basic, dpop: unsigned('none') })).explanation).toMatch(/alg none/)
    expect((await post(login, { ...basic, dpop: unsigned('HS256') })).explanation).toMatch(/alg is 'HS256'; taken are ES256/)
  })

  test.each([
    ['no JWT', 'nonsense'],
    ['an empty header', ''],
  ])('%s is refused', async (_what, dpop) => {
    expect(await post(login, { ...basic, dpop })).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } })
  })

  test('two proofs are refused (rule 1)', async () => {
    const answer = await post(login, { ...basic, dpop: `${await proof()}, ${await proof()}` })
    expect(answer.body.error).toBe('invalid_dpop_proof')
    expect(answer.explanation).toMatch(/more than once/)
  })

  test('a proof works once (§11.1)', async () => {
    const dpop = await proof()
    expect((await post(login, { ...basic, dpop })).status).toBe(200)
    const again = await post(login, { ...basic, dpop })
    expect(again).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } })
    expect(again.explanation).toMatch(/used before/)
  })

  test('a bad proof costs neither code nor refresh token', async () => {
    const { refresh_token } = await boundTokens()
    const form = { grant_type: 'refresh_token', refresh_token }
    expect((await post(form, { ...basic, dpop: await proof({ htm: 'GET' }) })).status).toBe(400)
    expect((await post(form, { ...basic, dpop: await proof() })).status).toBe(200)
  })

  test('discovery lists the algorithms', async () => {
    const { body } = await send('/.well-known/openid-configuration', {})
    expect(body.dpop_signing_alg_values_supported).toEqual([
      'ES256',
      'RS256',
      'PS256',
      'EdDSA',
      'Ed25519',
      'ES384',
      'ES512',
      'RS384',
      'RS512',
      'PS384',
      'PS512',
    ])
  })

  test('a page of another origin may send proofs and read nonces', async () => {
    const headers = { origin: 'https://spa.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'dpop' }
    const preflight = await send('/token', { method: 'OPTIONS', headers })
    expect(preflight.headers.get('access-control-allow-headers')).toContain('dpop')
    const answer = await post(login, { ...basic, origin: 'https://spa.example' })
    expect(answer.headers.get('access-control-expose-headers')).toContain('DPoP-Nonce')
  })
})

describe('a client that registered dpop_bound_access_tokens (RFC 9449 §5.2)', () => {
  test('gets no token without a proof', async () => {
    const sandbox = server.sandbox()
    const draft: Partial<ClientDraft> = { client_secret: secret, metadata: { dpop_bound_access_tokens: true } }
    const { client_id } = addClient(sandbox, draft, sandbox.directory.listApps()[0])
    const form = { grant_type: 'client_credentials', client_id, client_secret: secret }
    const answer = await post(form)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } })
    expect(answer.explanation).toMatch(/registered dpop_bound_access_tokens, and no header DPoP came/)
    expect((await post(form, { dpop: await proof() })).body.token_type).toBe('DPoP')
  })
})

describe('a bound token at a resource (RFC 9449 §7)', () => {
  test('is taken with a proof by its key', async () => {
    const { access_token } = await boundTokens()
    const headers = { authorization: `DPoP ${access_token}`, dpop: await resourceProof(access_token) }
    expect(await userinfo(headers)).toMatchObject({ status: 200, body: { sub: 'alice' } })
    const lower = { authorization: `dpop ${access_token}`, dpop: await resourceProof(access_token) }
    expect((await userinfo(lower)).status).toBe(200)
  })

  test.each<[string, (token: string) => Record<string, string>]>([
    ['Bearer', (token) => ({ authorization: `Bearer ${token}` })],
    ['no scheme', (token) => ({ authorization: token })],
  ])('is refused with %s, also beside a proof (§7.2)', async (_what, headers) => {
    const { access_token } = await boundTokens()
    for (const more of [{}, { dpop: await resourceProof(access_token) }]) {
      const answer = await userinfo({ ...headers(access_token), ...more })
      expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
      expect(answer.explanation).toMatch(/came as a bearer token/)
      expect(answer.headers.get('www-authenticate')).toMatch(
        /^DPoP error="invalid_token", .*algs="ES256 RS256 PS256 EdDSA Ed25519 ES384 ES512 RS384 RS512 PS384 PS512"$/,
      )
    }
  })

  test('is refused as a parameter of the form', async () => {
    const { access_token } = await boundTokens()
    expect((await post({ access_token }, {}, server.url, '/userinfo')).status).toBe(401)
  })

  test.each<[string, (token: string) => Promise<string | undefined>, string, RegExp]>([
    ['no proof', async () => undefined, 'invalid_dpop_proof', /header DPoP is missing/],
    ['a proof for another token', (token) => resourceProof(token, { access_token: 'other' }), 'invalid_dpop_proof', /ath is/],
    ['a proof without ath', (token) => resourceProof(token, { claims: { ath: undefined } }), 'invalid_dpop_proof', /ath is missing/],
    ['a proof of the token endpoint', (token) => proof({ access_token: token }), 'invalid_dpop_proof', /htm is 'POST'/],
    ["a proof by a stranger's key", (token) => resourceProof(token, { pair: other }), 'invalid_token', /bound to the key with thumbprint/],
  ])('is refused with %s', async (_what, make, error, explanation) => {
    const { access_token } = await boundTokens()
    const dpop = await make(access_token)
    const answer = await userinfo({ authorization: `DPoP ${access_token}`, ...(dpop === undefined ? {} : { dpop }) })
    expect(answer.explanation).toMatch(explanation)
    expect(answer).toMatchObject({ status: 401, body: { error } })
    expect(answer.headers.get('www-authenticate')).toMatch(new RegExp(`^DPoP error="${error}", error_description="[^"]+", algs="ES256`))
  })

  test('a proof works once here too', async () => {
    const { access_token } = await boundTokens()
    const headers = { authorization: `DPoP ${access_token}`, dpop: await resourceProof(access_token) }
    expect((await userinfo(headers)).status).toBe(200)
    expect((await userinfo(headers)).explanation).toMatch(/used before/)
  })

  test('a token that is not bound is refused as DPoP', async () => {
    const { body } = await post(login, basic)
    const access_token = String(body.access_token)
    const answer = await userinfo({ authorization: `DPoP ${access_token}`, dpop: await resourceProof(access_token) })
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
    expect(answer.explanation).toMatch(/without a DPoP proof/)
  })

  test('without a token both schemes are offered (§7.1)', async () => {
    const { headers } = await userinfo({})
    expect(headers.get('www-authenticate')).toBe('Bearer, DPoP algs="ES256 RS256 PS256 EdDSA Ed25519 ES384 ES512 RS384 RS512 PS384 PS512"')
  })

  test("a vendor's API asks for the same", async () => {
    const base = `${server.url}/iokids`
    const htu = `${base}/oauth/token`
    const form = { grant_type: 'password', username: 'beautifulmeercat246', password: 'Find Fluffy, LLC' }
    const authorization = `Basic ${btoa('iok-cid-findfluffy:iok-cse-findfluffy')}`
    const { body } = await post(form, { authorization, dpop: await proof({ htu }) }, base, '/oauth/token')
    expect(body.token_type).toBe('DPoP')
    const access_token = String(body.access_token)
    const dpop = await proof({ htm: 'GET', htu: `${base}/v1/me`, access_token })
    const get = (headers: Record<string, string>) => send('/v1/me', { headers }, base)
    expect((await get({ authorization: `DPoP ${access_token}`, dpop })).status).toBe(200)
    expect((await get({ authorization: `Bearer ${access_token}` })).status).toBe(401)
    expect((await passwordTokens(base)) as Record<string, unknown>).toMatchObject({ token_type: 'Bearer' })
  })
})

test('a vendor whose answer always says bearer takes no notice of a proof', async () => {
  const form = { grant_type: 'client_credentials' }
  const authorization = `Basic ${btoa('deyel-rest:deyel-secret')}`
  const { status, body } = await post(form, { authorization, dpop: 'nonsense' }, `${server.url}/deyel`, '/oauth/token')
  expect(status).toBe(200)
  expect(body.token_type).toBe('Bearer')
  expect(readClaims(String(body.access_token))).not.toHaveProperty('cnf')
})

describe('nonces (RFC 9449 §8)', () => {
  test('a proof without one of ours is told to use one, and then taken', async () => {
    const base = sandboxWith({ dpop_nonce: 'required' })
    const htu = `${base}/token`
    for (const nonce of [undefined, 'made-up', 'zzzzzz.AAAAAAAAAAAAAAAAAAAAAA']) {
      const answer = await post(login, { ...basic, dpop: await proof({ htu, claims: { nonce } }) }, base)
      expect(answer).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } })
      const given = answer.headers.get('dpop-nonce') ?? ''
      expect((await post(login, { ...basic, dpop: await proof({ htu, claims: { nonce: given } }) }, base)).status).toBe(200)
    }
  })

  test('the resource says it with 401 and a challenge (§9)', async () => {
    const base = sandboxWith({ dpop_nonce: 'required' })
    const asked = await post(login, { ...basic, dpop: await proof({ htu: `${base}/token` }) }, base)
    const claims = { nonce: asked.headers.get('dpop-nonce') }
    const { body } = await post(login, { ...basic, dpop: await proof({ htu: `${base}/token`, claims }) }, base)
    const access_token = String(body.access_token)
    const htu = `${base}/userinfo`
    const answer = await userinfo({ authorization: `DPoP ${access_token}`, dpop: await resourceProof(access_token, { htu }) }, base)
    expect(answer).toMatchObject({ status: 401, body: { error: 'use_dpop_nonce' } })
    expect(answer.headers.get('www-authenticate')).toMatch(/^DPoP error="use_dpop_nonce"/)
    const nonce = answer.headers.get('dpop-nonce')
    const dpop = await resourceProof(access_token, { htu, claims: { nonce } })
    expect((await userinfo({ authorization: `DPoP ${access_token}`, dpop }, base)).status).toBe(200)
  })

  test('one lives five minutes of the sandbox, and stands for the clock of the client', async () => {
    const base = sandboxWith({ dpop_nonce: 'required' })
    const box = server.sandbox(base.split('/').at(-1))
    const htu = `${base}/token`
    const nonce = (await post(login, { ...basic, dpop: await proof({ htu }) }, base)).headers.get('dpop-nonce')
    const claims = { nonce, iat: 1 }
    server.server.sandboxes.advanceClock(box, 299_000 - 2000)
    expect((await post(login, { ...basic, dpop: await proof({ htu, claims }) }, base)).status).toBe(200)
    server.server.sandboxes.advanceClock(box, 5000)
    const late = await post(login, { ...basic, dpop: await proof({ htu, claims }) }, base)
    expect(late.body.error).toBe('use_dpop_nonce')
    expect(late.explanation).toMatch(/nonces live 300 s/)
  })

  test('that of another sandbox is none', async () => {
    const [one, two] = [sandboxWith({ dpop_nonce: 'required' }), sandboxWith({ dpop_nonce: 'required' })]
    const nonce = (await post(login, { ...basic, dpop: await proof({ htu: `${one}/token` }) }, one)).headers.get('dpop-nonce')
    const answer = await post(login, { ...basic, dpop: await proof({ htu: `${two}/token`, claims: { nonce } }) }, two)
    expect(answer.body.error).toBe('use_dpop_nonce')
  })
})

describe('dpop_jkt in the authorization request (RFC 9449 §10)', () => {
  const base = `${server.url}/iokids`
  const authorization = `Basic ${btoa('iok-cid-findfluffy:iok-cse-findfluffy')}`
  const redeem = async (headers: Record<string, string>) => {
    const code = await freshCode(server, base, { dpop_jkt: jkt })
    return post(
      { grant_type: 'authorization_code', code, redirect_uri: postmanCallback },
      { authorization, ...headers },
      base,
      '/oauth/token',
    )
  }
  const htu = `${base}/oauth/token`

  test('binds the code to that key', async () => {
    expect(await redeem({ dpop: await proof({ htu }) })).toMatchObject({ status: 200, body: { token_type: 'DPoP' } })
  })

  test.each<[string, () => Promise<Record<string, string>>]>([
    ['another key', async () => ({ dpop: await proof({ htu, pair: other }) })],
    ['no proof', async () => ({})],
  ])('a code is refused with %s', async (_what, headers) => {
    const answer = await redeem(await headers())
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(answer.explanation).toMatch(`The authorization request said dpop_jkt '${jkt}'`)
  })

  test('what is no thumbprint is refused', async () => {
    const location = new URL(
      (await fetch(authorizeUrl(base, { dpop_jkt: 'short' }), { redirect: 'manual' })).headers.get('location') ?? 'about:blank',
    )
    expect(location.searchParams.get('error')).toBe('invalid_request')
    expect(location.searchParams.get('error_description')).toBe('dpop_jkt is malformed')
  })
})

describe('refresh tokens', () => {
  const sandbox = server.sandbox()
  const app = sandbox.directory.listApps()[0]
  const spa = addClient(sandbox, { client_secret: null, token_endpoint_auth_method: 'none' }, app)
  const tokens = async () => (await post({ ...login, client_id: spa.client_id }, { dpop: await proof() })).body
  const refresh = async (refresh_token: unknown, headers: Record<string, string>) =>
    post({ grant_type: 'refresh_token', client_id: spa.client_id, refresh_token: String(refresh_token) }, headers)

  test('of a public client are bound to the key of its first tokens (RFC 9449 §5)', async () => {
    const { refresh_token } = await tokens()
    const refreshed = await refresh(refresh_token, { dpop: await proof() })
    expect(refreshed).toMatchObject({ status: 200, body: { token_type: 'DPoP' } })
    expect((await refresh(refreshed.body.refresh_token, { dpop: await proof() })).status).toBe(200)
  })

  test.each<[string, () => Promise<Record<string, string>>, RegExp]>([
    ['another key', async () => ({ dpop: await proof({ pair: other }) }), /the proof's key has the thumbprint/],
    ['no proof', async () => ({}), /no DPoP proof came/],
  ])('with %s they are refused, and stay as they were', async (_what, headers, explanation) => {
    const { refresh_token } = await tokens()
    const answer = await refresh(refresh_token, await headers())
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(answer.explanation).toMatch(explanation)
    expect((await refresh(refresh_token, { dpop: await proof() })).status).toBe(200)
  })

  test('of a confidential client are bound to the client, who may change keys', async () => {
    const { refresh_token } = await boundTokens()
    const answer = await post({ grant_type: 'refresh_token', refresh_token }, { ...basic, dpop: await proof({ pair: other }) })
    expect(answer.status).toBe(200)
    expect(readClaims(String(answer.body.access_token))?.cnf).not.toEqual({ jkt })
  })
})
