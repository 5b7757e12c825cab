import { createHash, randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { hintsWords } from '../../src/cli/run-words.ts'
import type { Profile } from '../../src/exam/profiles.ts'
import { rules } from '../../src/exam/registry.ts'
import { trafficOf } from '../../src/exam/traffic.ts'
import { connectGrantbox, type Hint } from '../../src/index.ts'
import { Jar } from '../support/browser-jar.ts'
import { startForFile } from '../support/server.ts'
import { alice, json, post, web } from '../support/standard-client.ts'
import { authorizeUrl, callbackOf } from '../support/standard-sign-in.ts'
import { throughSignIn } from '../support/through-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const box = await connectGrantbox(server.url)

/** What the requests of the last deed tell nothing about, by the client. */
const untried = new Map<string, ReadonlySet<string>>()

function trafficIn(name: string) {
  const { store, journal, provider } = server.sandbox(name)
  return trafficOf(journal.list(), (client_id) => store.findClient(client_id), provider.id === 'standard')
}

/** The hints of a sandbox of its own in which a client did something; those of a profile where only its clients have to. */
async function hintsAfter(
  deed: (base: string, name: string) => Promise<unknown>,
  profile?: Profile,
  provider = 'standard',
): Promise<Hint[]> {
  const world = await box.createSandbox({ provider })
  await deed(world.url, world.name)
  const hints = await world.hints(profile === undefined ? {} : { profile })
  untried.clear()
  for (const [client_id, traffic] of trafficIn(world.name)) {
    untried.set(client_id, new Set(rules.flatMap(({ id, unseen }) => (unseen?.(traffic) === undefined ? [] : [id]))))
  }
  const there = new Set((await world.requests.list()).map(({ id }) => id))
  for (const { evidence } of hints) expect(evidence.every((id) => there.has(id))).toBe(true)
  await world.delete()
  return hints
}

const random = () => randomBytes(32).toString('base64url')
const basicOf = (id: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` })
const basic = basicOf(web.client_id, web.client_secret)
const callback = 'http://127.0.0.1:5555/callback'

interface Slips {
  /** Parameters of the authorization request; undefined ones are left out. */
  request?: Record<string, string | undefined>
  form?: Record<string, string>
  headers?: Record<string, string>
  query?: string
}

/** Signs alice in as an honest client does, but for its slips. */
async function signIn(base: string, { request, form, headers = basic, query = '' }: Slips = {}) {
  const code_verifier = random()
  const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
  const own = { state: random(), nonce: random(), code_challenge, code_challenge_method: 'S256', redirect_uri: callback }
  const back = await callbackOf(base, { ...own, ...request })
  const exchange = { grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '', redirect_uri: callback, code_verifier }
  const redeemed = await post(base, `/token${query}`, { ...exchange, ...form }, headers)
  return { exchange: { ...exchange, ...form }, tokens: redeemed.body as Record<string, string> }
}

/** Only opens the sign-in page. */
const begin = (base: string, parameters: Record<string, string>, more = '', headers: Record<string, string> = {}) => {
  const usual = { response_type: 'code', client_id: web.client_id, redirect_uri: callback, scope: 'openid' }
  const own = { state: random(), nonce: random(), code_challenge: random(), code_challenge_method: 'S256' }
  return fetch(`${base}/authorize?${new URLSearchParams({ ...usual, ...own, ...parameters })}${more}`, { redirect: 'manual', headers })
}

const refreshWith = (base: string, refresh_token: string | undefined, form: Record<string, string> = {}) =>
  post(base, '/token', { grant_type: 'refresh_token', refresh_token: refresh_token ?? '', ...form }, basic)

const userinfo = (base: string, token: string | undefined, headers: Record<string, string> = {}) =>
  json(`${base}/userinfo`, { headers: { authorization: `Bearer ${token}`, ...headers } })

const twice = async (deed: () => Promise<unknown>) => {
  await deed()
  await deed()
}

const device = { client_id: 'standard-device' }
const poll = (base: string, device_code: unknown) =>
  post(base, '/token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: String(device_code), ...device })

/** A client that authenticates by a key, and what it signs; claims that are named replace the usual ones. */
async function keyed(base: string, name: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'mine' }] }
  await box.sandbox(name).apps.create({ name: 'keyed', client_id: 'keyed', token_endpoint_auth_method: 'private_key_jwt', jwks })
  const now = Math.floor(server.clock.now() / 1000)
  return (claims: Record<string, unknown>) =>
    new SignJWT({ iss: 'keyed', sub: 'keyed', aud: base, jti: random(), iat: now, exp: now + 60, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'mine' })
      .sign(privateKey)
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const byAssertion = (base: string, client_assertion: string, form: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  post(base, '/token', { grant_type: 'client_credentials', client_assertion, client_assertion_type: assertionType, ...form }, headers)

/** Makes DPoP proofs of one key (RFC 9449 §4.2). */
async function prover() {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  return (htm: string, htu: string, claims: Record<string, unknown> = {}) =>
    new SignJWT({ htm, htu, jti: random(), iat: Math.floor(server.clock.now() / 1000), ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .sign(privateKey)
}

const github = { client_id: 'Ov23liGrantboxWebApp', client_secret: '0123456789abcdef0123456789abcdef01234567' }
const resource = 'https://mcp.example.com/'

/** What a client does to break a rule; the honest client further below breaks none. */
const wrong: Record<string, (base: string, name: string) => Promise<unknown>> = {
  'request-csrf-protection': (base) =>
    signIn(base, { request: { state: undefined, nonce: undefined, code_challenge: undefined, code_challenge_method: undefined } }),
  'request-pkce': (base) => signIn(base, { request: { code_challenge: undefined, code_challenge_method: undefined } }),
  'request-pkce-s256': (base) => begin(base, { code_challenge_method: 'plain' }),
  'request-nonce': (base) => signIn(base, { request: { nonce: undefined } }),
  'request-no-implicit': (base) => begin(base, { response_type: 'code token' }),
  'request-no-password': (base) => post(base, '/token', { grant_type: 'password', ...alice }, basic),
  'request-no-secret-in-browser': (base) => begin(base, { client_secret: web.client_secret }),
  'request-redirect-safe': (base) => begin(base, { redirect_uri: 'http://app.example.com/callback' }),
  'request-well-formed': (base) => begin(base, {}, '&login_hint='),
  'request-state-fresh': (base) => twice(() => signIn(base, { request: { state: 'always' } })),
  'request-pkce-fresh': (base) => {
    const code_verifier = random()
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
    const same = { state: undefined, code_challenge }
    return twice(() => signIn(base, { request: same, form: { code_verifier } }))
  },
  'request-nonce-fresh': (base) => twice(() => signIn(base, { request: { state: undefined, nonce: 'always' } })),
  'token-code-once': async (base) => {
    const { exchange } = await signIn(base)
    await post(base, '/token', exchange, basic)
  },
  'token-redirect-uri-same': (base) => signIn(base, { form: { redirect_uri: 'http://127.0.0.1:5555/other' } }),
  'token-in-body': (base) => signIn(base, { query: '?code_verifier=x' }),
  'token-client-auth': (base) => signIn(base, { form: web, headers: {} }),
  'token-basic-encoded': async (base, name) => {
    const secret = 'one+two'
    await box.sandbox(name).apps.create({ name: 'odd', client_id: 'odd', client_secret: secret })
    await post(base, '/token', { grant_type: 'client_credentials' }, basicOf('odd', secret))
  },
  'token-verifier': (base) => signIn(base, { form: { code_verifier: random() } }),
  'token-no-repeat-refused': (base) => twice(() => refreshWith(base, 'unknown')),
  'public-no-secret': (base) =>
    post(base, '/token', { grant_type: 'refresh_token', refresh_token: 'unknown', client_id: 'standard-spa', client_secret: 'hidden' }),
  'refresh-single-flight': async (base) => {
    const { tokens } = await signIn(base)
    await Promise.all(Array.from({ length: 4 }, () => refreshWith(base, tokens.refresh_token)))
  },
  'refresh-keeps-newest': async (base, name) => {
    const { tokens } = await signIn(base)
    await refreshWith(base, tokens.refresh_token)
    // As if the second refresh came a minute later.
    const refreshed = server.sandbox(name).journal.list().at(-1)
    if (refreshed !== undefined) refreshed.at_ms -= 60_000
    await refreshWith(base, tokens.refresh_token)
  },
  'refresh-scope': async (base) => {
    const { tokens } = await signIn(base, { request: { scope: 'openid offline_access' } })
    await refreshWith(base, tokens.refresh_token, { scope: 'openid email' })
  },
  'api-token-in-header': async (base) => {
    const { tokens } = await signIn(base)
    await json(`${base}/userinfo?access_token=${tokens.access_token}`)
  },
  'api-right-token': async (base) => {
    const { tokens } = await signIn(base)
    await userinfo(base, tokens.id_token)
  },
  'device-interval': async (base) => {
    const { body } = await post(base, '/device_authorization', device)
    await twice(() => poll(base, body.device_code))
  },
  'spa-referer-clean': async (base) => {
    const { tokens } = await signIn(base)
    await userinfo(base, tokens.access_token, { referer: `${callback}?code=abc&state=x` })
  },
  'request-scope-used': async (base, name) => {
    const { tokens } = await signIn(base, { request: { scope: 'openid offline_access' } })
    for (let i = 0; i < 20; i++) await userinfo(base, tokens.access_token)
    await box.sandbox(name).clock.advance('4h')
    await userinfo(base, tokens.access_token)
  },
  'token-code-promptly': async (base, name) => {
    await signIn(base)
    // As if the code had lain about for a while.
    const exchange = server.sandbox(name).journal.list().at(-1)
    if (exchange !== undefined) exchange.at_ms += 11_000
  },
  'token-asks-json': async (base) => {
    const code = 'unknown'
    await fetch(`${base}/login/oauth/access_token`, { method: 'POST', body: new URLSearchParams({ ...github, code }) })
  },
  'token-assertion': async (base, name) => {
    const assertion = await keyed(base, name)
    const jwt = await assertion({})
    await twice(() => byAssertion(base, jwt))
  },
  'refresh-when-needed': async (base) => {
    let { tokens } = await signIn(base)
    for (let i = 0; i < 3; i++) tokens = (await refreshWith(base, tokens.refresh_token)).body as Record<string, string>
  },
  'login-loop': async (base, name) => {
    const jar = new Jar()
    await throughSignIn(authorizeUrl(base), alice, jar)
    await box.sandbox(name).faults.add({ endpoint: 'authorize', times: 0, error: 'temporarily_unavailable' })
    for (let i = 0; i < 3; i++) await jar.open(authorizeUrl(base))
  },
  'discovery-cached': async (base) => {
    for (let i = 0; i < 3; i++) await json(`${base}/.well-known/openid-configuration`)
    await signIn(base)
  },
  'native-loopback-ip': (base) => begin(base, { redirect_uri: 'http://localhost:5555/callback' }),
  'native-external-browser': (base) =>
    begin(base, {}, '', {
      'user-agent': 'Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 Chrome/125.0.0.0 Mobile Safari/537.36',
    }),
  'spa-silent-frames': (base) => begin(base, { prompt: 'none' }, '', { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' }),
  'mcp-resource': (base) => signIn(base, { request: { resource } }),
  'mcp-state': (base) => signIn(base, { request: { state: undefined } }),
  'fapi-par': (base) => signIn(base),
  'fapi-bound-tokens': (base) => signIn(base),
  'fapi-strong-auth': (base) => signIn(base),
  'fapi-dpop-proof': async (base) => {
    const proof = await prover()
    const dpop = await proof('POST', `${base}/token`)
    await twice(() => post(base, '/token', { grant_type: 'client_credentials' }, { ...basic, dpop }))
  },
}

/** Rules that hold for the clients of a profile alone, or at another vendor. */
const profileOf = (id: string) => rules.find((rule) => rule.id === id && rule.profilesOnly === true)?.profiles?.[0]
const providerOf = (id: string) => (id === 'token-asks-json' ? 'github' : 'standard')

describe('each rule is broken by a client that breaks it', () => {
  test('there is one for every rule', () => {
    expect(Object.keys(wrong).sort()).toEqual(rules.map(({ id }) => id).sort())
  })

  test.each(Object.entries(wrong))('%s', async (id, deed) => {
    const hints = await hintsAfter(deed, profileOf(id), providerOf(id))
    const hint = hints.find(({ rule }) => rule === id)
    expect(hint, JSON.stringify(hints)).toMatchObject({ client_id: expect.any(String), message: expect.stringMatching(/\.$/) })
    expect(hint?.evidence.length).toBeGreaterThan(0)
    expect(untried.get(hint?.client_id ?? '')?.has(id)).toBe(false)
  })
})

/** What a client does that keeps a rule, however near it comes to breaking it. */
const right: Record<string, (base: string, name: string) => Promise<unknown>> = {
  'request-scope-used': async (base, name) => {
    const { tokens } = await signIn(base, { request: { scope: 'openid offline_access' } })
    for (let i = 0; i < 20; i++) await userinfo(base, tokens.access_token)
    await box.sandbox(name).clock.advance('2h')
    await userinfo(base, tokens.access_token)
  },
  'token-code-promptly': async (base, name) => {
    await signIn(base)
    const exchange = server.sandbox(name).journal.list().at(-1)
    if (exchange !== undefined) exchange.at_ms += 9000
  },
  'token-asks-json': async (base, name) => {
    const init = { method: 'POST', body: new URLSearchParams({ ...github, code: 'x' }), headers: { accept: 'application/json' } }
    await fetch(`${base}/login/oauth/access_token`, init)
    // A server that answers a form nevertheless.
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    await box.sandbox(name).faults.add({ endpoint: 'token', status: 200, headers, body: 'error=x' })
    await fetch(`${base}/login/oauth/access_token`, init)
  },
  'token-assertion': async (base, name) => {
    const assertion = await keyed(base, name)
    await twice(async () => byAssertion(base, await assertion({})))
  },
  'refresh-when-needed': async (base, name) => {
    let { tokens } = await signIn(base)
    for (let i = 0; i < 3; i++) {
      await box.sandbox(name).clock.advance('1h')
      tokens = (await refreshWith(base, tokens.refresh_token)).body as Record<string, string>
    }
    // An API that refuses a token is a reason.
    await twice(async () => {
      await box.sandbox(name).tokens.expire({ what: 'access' })
      await userinfo(base, tokens.access_token)
      tokens = (await refreshWith(base, tokens.refresh_token)).body as Record<string, string>
    })
  },
  'login-loop': async (base, name) => {
    const jar = new Jar()
    await throughSignIn(authorizeUrl(base), alice, jar)
    for (let i = 0; i < 3; i++) await jar.open(authorizeUrl(base))
    await box.sandbox(name).faults.add({ endpoint: 'authorize', times: 0, error: 'temporarily_unavailable' })
    for (let i = 0; i < 3; i++) await jar.open(authorizeUrl(base), { headers: { 'sec-fetch-user': '?1' } })
    for (let i = 0; i < 3; i++) await begin(base, {})
  },
  'discovery-cached': async (base) => {
    for (let i = 0; i < 3; i++) await json(`${base}/.well-known/openid-configuration`)
    for (let i = 0; i < 3; i++) await json(`${base}/.well-known/openid-configuration`, { headers: { 'user-agent': 'a health check' } })
    for (let i = 0; i < 3; i++) await signIn(base)
  },
  'native-loopback-ip': (base) => begin(base, {}),
  'native-external-browser': (base) =>
    begin(base, {}, '', { 'user-agent': 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/125.0.0.0 Mobile Safari/537.36' }),
  'spa-silent-frames': async (base) => {
    await begin(base, { prompt: 'none' }, '', { 'sec-fetch-dest': 'document' })
    await begin(base, {}, '', { 'sec-fetch-dest': 'iframe' })
  },
  'mcp-resource': (base) => signIn(base, { request: { resource }, form: { resource } }),
  'mcp-state': (base) => signIn(base),
  'fapi-par': strict,
  'fapi-bound-tokens': strict,
  'fapi-strong-auth': strict,
  'fapi-dpop-proof': strict,
}

/** A client of the FAPI 2.0 Security Profile: it pushes its request, and authenticates and binds its tokens by keys. */
async function strict(base: string, name: string): Promise<void> {
  const [assertion, proof] = [await keyed(base, name), await prover()]
  await box.sandbox(name).apps.update('keyed', { redirect_uris: [callback] })
  const code_verifier = random()
  const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
  const request = { response_type: 'code', client_id: 'keyed', redirect_uri: callback, scope: 'openid', state: random(), nonce: random() }
  const signed = async () => ({ client_assertion: await assertion({}), client_assertion_type: assertionType })
  const pushed = await post(base, '/par', { ...request, code_challenge, code_challenge_method: 'S256', ...(await signed()) })
  const address = `${base}/authorize?${new URLSearchParams({ client_id: 'keyed', request_uri: String(pushed.body.request_uri) })}`
  const back = await throughSignIn(address)
  const form = { grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '', redirect_uri: callback, code_verifier }
  const headers = { dpop: await proof('POST', `${base}/token`) }
  const { status, body } = await post(base, '/token', { ...form, ...(await signed()) }, headers)
  expect(status, JSON.stringify(body)).toBe(200)
  const token = String(body.access_token)
  const dpop = await proof('GET', `${base}/userinfo`, { ath: createHash('sha256').update(token).digest('base64url') })
  const answer = await json(`${base}/userinfo`, { headers: { authorization: `DPoP ${token}`, dpop } })
  expect(answer.status).toBe(200)
}

test.each(Object.entries(right))('is kept: %s', async (id, deed) => {
  const profile = profileOf(id) ?? rules.find((rule) => rule.id === id)?.profiles?.[0]
  const hints = await hintsAfter(deed, profile, providerOf(id))
  expect(hints.filter(({ rule }) => rule === id)).toEqual([])
})

test('a client by itself has tried little: what it did not come to is not called kept', async () => {
  await hintsAfter((base) => post(base, '/token', { grant_type: 'client_credentials' }, basic))
  const tried = rules.flatMap(({ id }) => (untried.get(web.client_id)?.has(id) === true ? [] : [id]))
  expect(tried).toEqual(['token-in-body', 'token-client-auth', 'fapi-bound-tokens', 'fapi-strong-auth'])
})

test('a client that signs two users in, refreshes and calls has tried nearly all', async () => {
  await hintsAfter(async (base) => {
    const jar = new Jar()
    for (let round = 0; round < 2; round++) {
      const { config, address, signIn } = await openIdClient(base, jar)
      const tokens = await signIn(address)
      const { refresh_token } = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
      await openid.refreshTokenGrant(config, refresh_token ?? '')
    }
  })
  expect([...(untried.get(web.client_id) ?? [])]).toEqual([
    'token-no-repeat-refused',
    'public-no-secret',
    'token-asks-json',
    'token-assertion',
    'fapi-dpop-proof',
    'refresh-single-flight',
    'device-interval',
    'request-scope-used',
  ])
})

test('what only the clients of a profile have to do is told of no others', async () => {
  const asked = rules.flatMap(({ id, profilesOnly }) => (profilesOnly === true ? [id] : []))
  expect(asked).toEqual(['native-loopback-ip', 'mcp-resource', 'mcp-state', 'fapi-par', 'fapi-bound-tokens', 'fapi-strong-auth'])
  const hints = await hintsAfter((base) => signIn(base, { request: { redirect_uri: 'http://localhost:5555/callback', state: undefined } }))
  expect(hints.filter(({ rule }) => asked.includes(rule))).toEqual([])
})

test.each([
  ['xyz', 'must'],
  ['1234567890123456789', 'must'],
  ['0123456789abcde', 'must'],
  ['0123456789abcdef', undefined],
  ['Zm9vYmFyYmF', undefined],
])('a state of fewer than 64 bits can be guessed, which matters where there is no PKCE: %s', async (state, level) => {
  const bare = { state, code_challenge: undefined, code_challenge_method: undefined }
  const levels = async (request: Record<string, string | undefined>) =>
    (await hintsAfter((base) => signIn(base, { request }))).flatMap((hint) => (hint.rule === 'request-state-fresh' ? [hint.level] : []))
  expect(await levels(bare)).toEqual(level === undefined ? [] : [level])
  expect(await levels({ state })).toEqual([])
})

test('a state that is always the same is good to know where PKCE protects, and wrong where nothing else does', async () => {
  const state = 'the-page-to-go-on-at-afterwards'
  const bare = { state, code_challenge: undefined, code_challenge_method: undefined }
  const levelOf = async (request: Record<string, string | undefined>) =>
    (await hintsAfter((base) => twice(() => signIn(base, { request })))).find(({ rule }) => rule === 'request-state-fresh')?.level
  expect([await levelOf({ state }), await levelOf(bare)]).toEqual(['hint', 'must'])
})

test.each([
  ['that lives for an hour', { exp: Math.floor(Date.now() / 1000) + 3600 }],
  ['with two audiences', { aud: ['', 'https://other.example'] }],
])('an assertion %s should not be', async (_, claims) => {
  const hints = await hintsAfter(async (base, name) => {
    const assertion = await keyed(base, name)
    await byAssertion(base, await assertion('aud' in claims ? { aud: [base, ...claims.aud.slice(1)] } : claims))
  })
  expect(hints.find(({ rule }) => rule === 'token-assertion')).toMatchObject({ level: 'should' })
})

test('a token that is bound to a certificate is no bearer token, whatever its type is called (RFC 8705 §3)', async () => {
  const world = await box.createSandbox()
  await signIn(world.url)
  const rule = rules.find(({ id }) => id === 'fapi-bound-tokens')
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const ofType = (claims: object) => {
    const [traffic] = trafficIn(world.name).values()
    const exchanges = traffic?.exchanges.map(({ entry, sent }) => {
      const response_body = JSON.stringify({ token_type: 'Bearer', access_token: `${part({})}.${part(claims)}.x` })
      return { sent, entry: { ...entry, response_body } }
    })
    return traffic && exchanges && rule?.find({ ...traffic, exchanges })
  }
  expect(ofType({ cnf: { 'x5t#S256': 'thumbprint' } })).toBeUndefined()
  expect(ofType({})).toMatchObject({ message: expect.stringContaining('bound to no key') })
})

test('a DPoP proof for another address', async () => {
  const hints = await hintsAfter(async (base) => {
    const proof = await prover()
    await post(base, '/token', { grant_type: 'client_credentials' }, { ...basic, dpop: await proof('POST', `${base}/userinfo`) })
  })
  expect(hints.find(({ rule }) => rule === 'fapi-dpop-proof')).toMatchObject({
    message: expect.stringContaining('another method, address'),
  })
})

/** openid-client as its documentation sets it up, with the registered method named. */
async function openIdClient(base: string, jar = new Jar()) {
  const execute = [openid.allowInsecureRequests]
  const config = await openid.discovery(new URL(base), web.client_id, {}, openid.ClientSecretBasic(web.client_secret), { execute })
  const checks = {
    pkceCodeVerifier: openid.randomPKCECodeVerifier(),
    expectedState: openid.randomState(),
    expectedNonce: openid.randomNonce(),
  }
  const parameters = {
    redirect_uri: callback,
    scope: 'openid profile offline_access',
    code_challenge: await openid.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  }
  return {
    config,
    address: openid.buildAuthorizationUrl(config, parameters),
    pushed: () => openid.buildAuthorizationUrlWithPAR(config, parameters),
    async signIn(address: URL) {
      const tokens = await openid.authorizationCodeGrant(config, await throughSignIn(address, alice, jar), checks)
      await openid.fetchUserInfo(config, tokens.access_token, 'alice')
      return tokens
    },
  }
}

describe('a client that does as it should gets no hint', () => {
  test('openid-client: two sign-ins of one browser, two refreshes one after the other, userinfo and a revocation', async () => {
    const hints = await hintsAfter(async (base) => {
      const jar = new Jar()
      for (const round of [1, 2]) {
        const { config, address, signIn } = await openIdClient(base, jar)
        // The page is opened twice before anybody signs in.
        if (round === 1) await jar.open(address.href)
        const tokens = await signIn(address)
        const first = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
        const second = await openid.refreshTokenGrant(config, first.refresh_token ?? '')
        await openid.fetchUserInfo(config, second.access_token, 'alice')
        await openid.tokenRevocation(config, second.refresh_token ?? '')
      }
    })
    expect(hints).toEqual([])
  })

  test('openid-client with pushed requests, whose parameters are read there (RFC 9126)', async () => {
    const hints = await hintsAfter(async (base) => {
      const { pushed, signIn } = await openIdClient(base)
      await signIn(await pushed())
    })
    expect(hints).toEqual([])
  })

  test('a client by itself, with credentials that it form-encodes', async () => {
    const hints = await hintsAfter(async (base, name) => {
      await box.sandbox(name).apps.create({ name: 'odd', client_id: 'odd', client_secret: 'one+two' })
      await post(base, '/token', { grant_type: 'client_credentials' }, basicOf('odd', encodeURIComponent('one+two')))
    })
    expect(hints).toEqual([])
  })

  test('a device that polls at its interval, which the clock of the sandbox may shorten', async () => {
    const hints = await hintsAfter(async (base, name) => {
      const { body } = await post(base, '/device_authorization', device)
      await poll(base, body.device_code)
      await box.sandbox(name).clock.advance('6s')
      await poll(base, body.device_code)
    })
    expect(hints).toEqual([])
  })

  test('a client whose refresh met an outage, and that sends it again', async () => {
    const hints = await hintsAfter(async (base, name) => {
      const { tokens } = await signIn(base)
      await box.sandbox(name).faults.add({ endpoint: 'token', status: 503 })
      await twice(() => refreshWith(base, tokens.refresh_token))
      // What a fault answered tells whose it was.
      const refreshes = await box.sandbox(name).requests.list({ client_id: web.client_id, grant_type: 'refresh_token' })
      expect(refreshes.map(({ status }) => status)).toEqual([503, 200])
    })
    expect(hints).toEqual([])
  })

  test('whoever signs in by the control API, which acts for a browser', async () => {
    const hints = await hintsAfter((_base, name) =>
      box.sandbox(name).authorize({ client_id: web.client_id, redirect_uri: callback, username: 'alice', scope: 'openid' }),
    )
    expect(hints).toEqual([])
  })
})

test('no secret, code or token stands in a hint, and what weighs most comes first', async () => {
  const world = await box.createSandbox()
  for (const deed of Object.values(wrong)) await deed(world.url, world.name)
  const hints = await world.hints()
  const bodies = server
    .sandbox(world.name)
    .journal.list()
    .flatMap((one) => [JSON.stringify(one.request_body ?? ''), one.response_body ?? ''])
  const secrets = bodies.flatMap((body) => body.match(/[\w.-]{40,}/g) ?? [])
  const text = JSON.stringify(hints)
  expect(secrets.length).toBeGreaterThan(50)
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
  expect(text).not.toContain(web.client_secret)
  const order = ['must', 'should', 'hint']
  const weights = hints.map(({ level }) => order.indexOf(level))
  expect(weights).toEqual(weights.toSorted((a, b) => a - b))
})

test('the dashboard marks the requests that prove a hint, and says what to mend', async () => {
  const world = await box.createSandbox()
  await begin(world.url, { code_challenge_method: 'plain' })
  const page = await (await fetch(`${server.url}/dashboard/${world.name}/requests`)).text()
  expect(page).toContain('<span class="chip">1 hint</span>')
  const [{ id } = { id: 0 }] = await world.requests.list()
  const one = await (await fetch(`${server.url}/dashboard/${world.name}/requests/${id}`)).text()
  expect(one).toMatch(/<b>Hint \(must\):<\/b> The code_challenge is not made with S256\. .*<code>request-pkce-s256<\/code>/)
})

test('grantbox run ends with a line for each client', async () => {
  const world = await box.createSandbox()
  await begin(world.url, { code_challenge_method: 'plain', client_secret: 'x' })
  const its = server.sandbox(world.name)
  expect(hintsWords([its])).toBe(
    `grantbox run: 2 hints about standard-web of ${world.name}: request-pkce-s256, request-no-secret-in-browser\n`,
  )
  its.journal.clear()
  expect(hintsWords([its])).toBe('')
})
