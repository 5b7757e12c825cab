import { createHash } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import type { Client } from '../../src/oauth/model/records.ts'
import { Jar } from '../support/browser-jar.ts'
import { addClient } from '../support/iokids-setup.ts'
import { start, startForFile } from '../support/server.ts'
import { claimsOf, json, post, tokensOf, userinfoStatus, web } from '../support/standard-client.ts'
import { answerIn, authorizeUrl, callback, callbackOf, challenge, redeem, verifier } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const { url } = server
const sandbox = server.sandbox()
const app = sandbox.directory.listApps()[0]

/** The answer of a request that no user is needed to refuse. */
async function refusedWith(parameters: Record<string, string | undefined>, base = url): Promise<URL> {
  const { location, status } = await new Jar().open(authorizeUrl(base, parameters))
  expect(status).toBe(302)
  return location ?? new URL('about:blank')
}

function sandboxWith(settings: Record<string, unknown>) {
  const { name } = server.server.sandboxes.create({ provider: sandbox.provider, settings })
  return { base: `${url}/${name}`, sandbox: server.sandbox(name) }
}

/** The left half of a SHA-256, as at_hash has it. */
const half = (text = '') => createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url')

describe('response types (OAuth 2.0 Multiple Response Types, OpenID Connect Core §3)', () => {
  const inAnswer: Record<string, string[]> = {
    code: ['code', 'state', 'iss'],
    token: ['access_token', 'token_type', 'expires_in', 'state', 'iss'],
    id_token: ['id_token', 'state', 'iss'],
    none: ['state', 'iss'],
    'code id_token': ['code', 'id_token', 'state', 'iss'],
    'code token': ['code', 'access_token', 'token_type', 'expires_in', 'state', 'iss'],
    'id_token token': ['access_token', 'token_type', 'expires_in', 'id_token', 'state', 'iss'],
    'code id_token token': ['code', 'access_token', 'token_type', 'expires_in', 'id_token', 'state', 'iss'],
  }
  test.each(Object.entries(inAnswer))('%s brings exactly its parts, in the query or the fragment', async (response_type, members) => {
    const back = await callbackOf(url, { response_type })
    expect(back.hash !== '').toBe(/token/.test(response_type))
    const answer = answerIn(back)
    expect(Object.keys(answer)).toEqual(members)
    expect(answer).toMatchObject({ state: 'xyz', iss: url })
    if (answer.access_token !== undefined) expect(await userinfoStatus(url, answer.access_token)).toBe(200)
    if (answer.code !== undefined) expect((await redeem(url, answer.code)).status).toBe(200)
  })

  test('an ID token from the authorization endpoint verifies and carries at_hash, c_hash, s_hash, nonce, auth_time, amr and sid', async () => {
    const { id_token = '', code, access_token } = answerIn(await callbackOf(url, { response_type: 'code id_token token' }))
    const { payload } = await jwtVerify(id_token, createRemoteJWKSet(new URL(`${url}/jwks`)), { issuer: url, audience: web.client_id })
    expect(payload).toMatchObject({ sub: 'alice', nonce: 'n-1', amr: ['pwd'], azp: web.client_id })
    expect(payload.at_hash).toBe(half(access_token))
    expect(payload.c_hash).toBe(half(code))
    expect(payload.s_hash).toBe(half('xyz'))
    expect(payload.auth_time).toBeTypeOf('number')
    expect(payload.sid).toBeTypeOf('string')
    expect(payload.name).toBeUndefined()
  })

  test('an ID token alone carries the claims of the scope, for there is no access token to ask with (OpenID Connect Core §5.4)', async () => {
    const { id_token } = answerIn(await callbackOf(url, { response_type: 'id_token' }))
    expect(claimsOf(id_token)).toMatchObject({ sub: 'alice', name: 'Alice Arnold' })
  })

  test('the order of the values does not matter (RFC 6749 §3.1.1)', async () => {
    expect(Object.keys(answerIn(await callbackOf(url, { response_type: 'id_token code' })))).toContain('id_token')
  })

  test('a code that is used twice takes the access token of the same answer along (RFC 6749 §4.1.2)', async () => {
    const { code, access_token } = answerIn(await callbackOf(url, { response_type: 'code token' }))
    await redeem(url, code)
    expect(await userinfoStatus(url, access_token)).toBe(200)
    expect((await redeem(url, code)).body.error).toBe('invalid_grant')
    expect(await userinfoStatus(url, access_token)).toBe(401)
  })

  test.each(['id_token', 'id_token token', 'code id_token', 'code id_token token'])('%s needs a nonce', async (response_type) => {
    expect(answerIn(await refusedWith({ response_type, nonce: undefined }))).toMatchObject({ error: 'invalid_request', state: 'xyz' })
  })

  test('and needs openid in the scope', async () => {
    expect(answerIn(await refusedWith({ response_type: 'id_token', scope: 'profile' })).error).toBe('invalid_scope')
  })

  test('a client uses the response types of its grant types, or those that it registered', async () => {
    const both = async (client: Client) =>
      Promise.all(
        ['code', 'id_token'].map(async (response_type) => {
          const page = await new Jar().open(authorizeUrl(url, { response_type, client_id: client.client_id }))
          return page.location === undefined ? 'page' : answerIn(page.location).error
        }),
      )
    expect(await both(addClient(sandbox, { grant_types: ['authorization_code'] }, app))).toEqual(['page', 'unauthorized_client'])
    expect(await both(addClient(sandbox, { grant_types: ['implicit'] }, app))).toEqual(['unauthorized_client', 'page'])
    const metadata = { response_types: ['id_token'] }
    const registered = addClient(sandbox, { grant_types: ['authorization_code', 'implicit'], metadata }, app)
    expect(await both(registered)).toEqual(['unauthorized_client', 'page'])
  })

  test('strictness rfc has none that puts an access token into the browser, and discovery says so (RFC 9700 §2.1.2)', async () => {
    const { base } = sandboxWith({ strictness: 'rfc' })
    const { body } = await json(`${base}/.well-known/openid-configuration`)
    expect(body.response_types_supported).toEqual(['code', 'code id_token', 'id_token', 'none'])
    expect(answerIn(await refusedWith({ response_type: 'token' }, base)).error).toBe('unsupported_response_type')
  })
})

describe('response modes (OAuth 2.0 Multiple Response Types §2.1, Form Post, JARM)', () => {
  test.each([
    ['code', 'fragment', 'hash'],
    ['code', 'query', 'search'],
    ['id_token', 'fragment', 'hash'],
  ])('%s by %s', async (response_type, response_mode, part) => {
    const back = await callbackOf(url, { response_type, response_mode })
    expect(back[part as 'hash' | 'search']).toContain('state=xyz')
  })

  test('form_post is a page that posts itself, errors too', async () => {
    const jar = new Jar()
    await callbackOf(url, {}, jar)
    const page = await jar.open(authorizeUrl(url, { response_mode: 'form_post', state: '"<&' }))
    expect(page.status).toBe(200)
    expect(page.html).toContain(`<form method="post" action="${callback}" data-submit>`)
    expect(page.html).toMatch(/name="code" value="[^"]+"/)
    expect(page.html).toContain('name="state" value="&quot;&lt;&amp;"')
    const refused = await jar.open(authorizeUrl(url, { response_mode: 'form_post', scope: 'nonsense' }))
    expect(refused.html).toContain('name="error" value="invalid_scope"')
    expect(refused.headers.get('grantbox-explain')).toContain('nonsense')
  })

  test.each([
    ['code', 'jwt', 'search'],
    ['code', 'query.jwt', 'search'],
    ['code', 'fragment.jwt', 'hash'],
    ['code id_token', 'jwt', 'hash'],
  ])('%s by %s is a signed JWT of ten minutes (JARM §2.1)', async (response_type, response_mode, part) => {
    const back = await callbackOf(url, { response_type, response_mode })
    expect(back[part as 'hash' | 'search']).toMatch(/^[?#]response=[^&]+$/)
    const { response = '' } = answerIn(back)
    const { payload } = await jwtVerify(response, createRemoteJWKSet(new URL(`${url}/jwks`)), { issuer: url, audience: web.client_id })
    expect(payload).toMatchObject({ state: 'xyz', code: expect.any(String) })
    expect((payload.exp ?? 0) * 1000 - server.clock.now()).toBeGreaterThan(590_000)
    expect((payload.exp ?? 0) * 1000 - server.clock.now()).toBeLessThanOrEqual(600_000)
    expect((await redeem(url, String(payload.code))).status).toBe(200)
  })

  test('form_post.jwt posts the JWT, and an error is one too', async () => {
    const page = await new Jar().open(authorizeUrl(url, { response_mode: 'form_post.jwt', prompt: 'none' }))
    const response = /name="response" value="([^"]+)"/.exec(page.html)?.[1]
    expect(claimsOf(response)).toMatchObject({ error: 'login_required', state: 'xyz', aud: web.client_id })
  })

  test('query is refused for tokens, and the refusal goes by the fragment', async () => {
    for (const response_mode of ['query', 'query.jwt']) {
      const back = await refusedWith({ response_type: 'id_token', response_mode })
      expect(back.search).toBe('')
      const answer = answerIn(back)
      expect(answer.error ?? claimsOf(answer.response).error).toBe('invalid_request')
    }
  })

  test('an unknown one is refused', async () => {
    expect(answerIn(await refusedWith({ response_mode: 'carrier_pigeon' }))).toMatchObject({ error: 'invalid_request' })
  })
})

describe('errors', () => {
  test('go by the mode of the request and carry state and iss (RFC 9207 §2)', async () => {
    const back = await refusedWith({ response_type: 'id_token', scope: 'nonsense' })
    expect(back.search).toBe('')
    expect(answerIn(back)).toMatchObject({ error: 'invalid_scope', state: 'xyz', iss: url })
  })

  test.each<[string, Record<string, string | undefined>]>([
    ['an unknown client', { client_id: 'nobody' }],
    ['a foreign redirect_uri', { redirect_uri: 'https://evil.example/' }],
    ['a foreign redirect_uri, whatever the mode', { redirect_uri: 'https://evil.example/', response_mode: 'form_post' }],
  ])('%s is a page and never a redirect (RFC 6749 §4.1.2.1)', async (_what, parameters) => {
    const page = await new Jar().open(authorizeUrl(url, parameters))
    expect(page.status).toBe(400)
    expect(page.location).toBeUndefined()
    expect(page.html).not.toContain('<form')
  })

  test('registration is not supported (OpenID Connect Core §3.1.2.6)', async () => {
    expect(answerIn(await refusedWith({ registration: '{}' })).error).toBe('registration_not_supported')
  })
})

describe('PKCE', () => {
  test('a public client must use it for a code, and not where there is none (RFC 9700 §2.1.1)', async () => {
    expect(answerIn(await refusedWith({ client_id: 'standard-spa' })).error).toBe('invalid_request')
    const spa = addClient(sandbox, { client_secret: null, token_endpoint_auth_method: 'none', grant_types: ['implicit'] }, app)
    expect((await new Jar().open(authorizeUrl(url, { client_id: spa.client_id, response_type: 'id_token' }))).status).toBe(200)
  })

  test('strictness rfc asks it of every client, with S256', async () => {
    const { base } = sandboxWith({ strictness: 'rfc' })
    const refused = async (parameters: Record<string, string>) => answerIn(await refusedWith(parameters, base)).error
    expect(await refused({})).toBe('invalid_request')
    expect(await refused({ code_challenge: verifier })).toBe('invalid_request')
    expect(await refused({ code_challenge: verifier, code_challenge_method: 'plain' })).toBe('invalid_request')
    const back = await callbackOf(base, { code_challenge: challenge, code_challenge_method: 'S256' })
    const basic = { authorization: `Basic ${Buffer.from(`${web.client_id}:${web.client_secret}`).toString('base64')}` }
    const form = { grant_type: 'authorization_code', code: answerIn(back).code ?? '', redirect_uri: callback, code_verifier: verifier }
    expect((await post(base, '/token', form, basic)).status).toBe(200)
  })
})

describe('strictness rfc at the token endpoint (OAuth 2.1)', () => {
  test('knows no password grant, and discovery does not list it', async () => {
    const { base } = sandboxWith({ strictness: 'rfc' })
    const basic = { authorization: `Basic ${Buffer.from(`${web.client_id}:${web.client_secret}`).toString('base64')}` }
    const { body } = await post(base, '/token', { grant_type: 'password', username: 'alice', password: 'password' }, basic)
    expect(body.error).toBe('unsupported_grant_type')
    const { body: metadata } = await json(`${base}/.well-known/openid-configuration`)
    expect(metadata.grant_types_supported).not.toContain('password')
    expect(metadata.code_challenge_methods_supported).toEqual(['S256'])
  })
})

describe('strictness lenient', () => {
  const { base, sandbox: lenient } = sandboxWith({ strictness: 'lenient' })
  const explanations = () => lenient.journal.list({ limit: 50 }).map((entry) => entry.explanation ?? '')

  test('an unregistered client goes through the whole flow, and each entry of the journal says what passed', async () => {
    const back = await callbackOf(base, { client_id: 'never-heard-of', redirect_uri: 'https://app.example/cb' })
    expect(back.origin).toBe('https://app.example')
    expect(
      explanations().some((text) => text.includes("client_id 'never-heard-of' is not registered") && text.includes('redirect_uri')),
    ).toBe(true)
    const form = { grant_type: 'authorization_code', code: answerIn(back).code ?? '', redirect_uri: 'https://app.example/cb' }
    const { status, body } = await post(base, '/token', { ...form, client_id: 'never-heard-of', client_secret: 'whatever' })
    expect(status).toBe(200)
    expect(explanations().at(-1)).toContain("client_id 'never-heard-of' is not registered")
    expect(await userinfoStatus(base, body.access_token)).toBe(200)
  })

  test('so do its other grants, by header and body', async () => {
    const basic = { authorization: `Basic ${Buffer.from('another:secret').toString('base64')}` }
    expect((await post(base, '/token', { grant_type: 'client_credentials', scope: 'read' }, basic)).status).toBe(200)
    const password = { grant_type: 'password', username: 'alice', password: 'password', client_id: 'a-third' }
    expect((await post(base, '/token', password)).status).toBe(200)
  })

  test('a registered client may use any redirect URI that could be one', async () => {
    const back = await callbackOf(base, { redirect_uri: 'https://elsewhere.example/' })
    expect(back.origin).toBe('https://elsewhere.example')
    const page = await new Jar().open(authorizeUrl(base, { redirect_uri: 'javascript:alert(1)' }))
    expect(page.status).toBe(400)
  })

  test('a registered client still needs its secret', async () => {
    expect((await post(base, '/token', { grant_type: 'client_credentials', ...web, client_secret: 'wrong' })).status).toBe(401)
  })

  test('who passed is a stranger again when the sandbox is strict', async () => {
    server.server.sandboxes.update(lenient, { settings: { strictness: 'vendor' } })
    expect((await new Jar().open(authorizeUrl(base, { client_id: 'never-heard-of' }))).status).toBe(400)
    expect((await post(base, '/token', { grant_type: 'client_credentials', client_id: 'another' })).status).toBe(401)
  })
})

describe('resource indicators (RFC 8707)', () => {
  const a = 'https://api.example/a'
  const b = 'https://api.example/b'

  test('become the audience, and the token endpoint may narrow them', async () => {
    const two = new URL(authorizeUrl(url, { resource: a }))
    two.searchParams.append('resource', b)
    const jar = new Jar()
    await callbackOf(url, {}, jar)
    const { location } = await jar.open(two.href)
    const { body } = await redeem(url, location?.searchParams.get('code'), { resource: a })
    expect(claimsOf(body.access_token).aud).toBe(a)
    const refresh = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token), ...web }
    const again = await post(url, '/token', refresh)
    expect(claimsOf(again.body.access_token).aud).toEqual([a, b])
    const beyond = { ...refresh, refresh_token: String(again.body.refresh_token), resource: 'https://api.example/c' }
    expect((await post(url, '/token', beyond)).body.error).toBe('invalid_target')
  })

  test('cannot be added at the token endpoint', async () => {
    const { body } = await redeem(url, answerIn(await callbackOf(url)).code, { resource: a })
    expect(body.error).toBe('invalid_target')
  })

  test('of client credentials are what the client asks', async () => {
    const { body } = await post(url, '/token', { grant_type: 'client_credentials', ...web, resource: a })
    expect(claimsOf(body.access_token).aud).toBe(a)
  })

  test.each(['/a', 'https://api.example/a#b', 'nonsense'])('%s is refused', async (resource) => {
    expect(answerIn(await refusedWith({ resource })).error).toBe('invalid_target')
    expect((await post(url, '/token', { grant_type: 'client_credentials', ...web, resource })).body.error).toBe('invalid_target')
  })

  test('the setting resources says which there are', async () => {
    const { base } = sandboxWith({ resources: [a] })
    expect(answerIn(await refusedWith({ resource: b }, base)).error).toBe('invalid_target')
    expect(answerIn(await callbackOf(base, { resource: a })).code).toBeDefined()
  })
})

describe('claims and acr (OpenID Connect Core §5.5, §3.1.2.1)', () => {
  const idTokenOf = async (parameters: Record<string, string>, base = url) =>
    claimsOf((await redeem(base, answerIn(await callbackOf(base, parameters)).code)).body.id_token)

  test('the claims parameter asks for single claims, in the ID token and at userinfo', async () => {
    const claims = JSON.stringify({ id_token: { email: { essential: true } }, userinfo: { given_name: null } })
    const back = await callbackOf(url, { scope: 'openid', claims })
    const { body } = await redeem(url, answerIn(back).code)
    expect(claimsOf(body.id_token)).toMatchObject({ email: 'alice@example.com' })
    const { body: userinfo } = await json(`${url}/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })
    expect(userinfo).toEqual({ sub: 'alice', given_name: 'Alice' })
  })

  test.each(['nonsense', '[]', '{"id_token":[]}', '{"id_token":{"email":1}}', '{"id_token":{"acr":{"values":"x"}}}'])(
    'a malformed one is refused: %s',
    async (claims) => {
      expect(answerIn(await refusedWith({ claims })).error).toBe('invalid_request')
    },
  )

  test('the first of acr_values is echoed', async () => {
    expect((await idTokenOf({ acr_values: 'urn:gold urn:silver' })).acr).toBe('urn:gold')
    expect((await idTokenOf({})).acr).toBeUndefined()
  })

  test('the setting acr_values says which there are, discovery lists them, and an essential other one is refused', async () => {
    const { base } = sandboxWith({ acr_values: ['urn:silver'] })
    expect((await json(`${base}/.well-known/openid-configuration`)).body.acr_values_supported).toEqual(['urn:silver'])
    expect((await idTokenOf({ acr_values: 'urn:gold urn:silver' }, base)).acr).toBe('urn:silver')
    const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['urn:gold'] } } })
    expect(answerIn(await refusedWith({ claims }, base)).error).toBe('unmet_authentication_requirements')
  })

  test('a sub that is another user is login_required', async () => {
    const jar = new Jar()
    await callbackOf(url, {}, jar)
    const claims = (sub: string) => JSON.stringify({ id_token: { sub: { value: sub } } })
    const silent = async (sub: string) =>
      answerIn((await jar.open(authorizeUrl(url, { prompt: 'none', claims: claims(sub) }))).location ?? new URL(url))
    expect((await silent('alice')).code).toBeDefined()
    expect((await silent('bob')).error).toBe('login_required')
    expect(answerIn(await callbackOf(url, { claims: claims('bob') })).error).toBe('login_required')
  })
})

describe('discovery', () => {
  test('lists what the authorization endpoint does', async () => {
    const { body } = await json(`${url}/.well-known/openid-configuration`)
    expect(body).toMatchObject({
      authorization_response_iss_parameter_supported: true,
      claims_parameter_supported: true,
      request_parameter_supported: true,
      request_uri_parameter_supported: false,
      pushed_authorization_request_endpoint: `${url}/par`,
      end_session_endpoint: `${url}/end_session`,
      backchannel_logout_supported: true,
      frontchannel_logout_session_supported: true,
      prompt_values_supported: ['none', 'login', 'consent', 'select_account', 'create'],
    })
    expect(body.grant_types_supported).toContain('implicit')
    expect(body.response_modes_supported).toEqual(expect.arrayContaining(['query', 'fragment', 'form_post', 'jwt', 'form_post.jwt']))
  })
})

test('a fault makes the tokens wrong that go through the browser', async () => {
  const jar = new Jar()
  await callbackOf(url, {}, jar)
  sandbox.faults.add({ endpoint: 'authorize', after: 0, times: 1, token: 'wrong_audience' })
  const { location } = await jar.open(authorizeUrl(url, { response_type: 'id_token token' }))
  const { id_token, access_token } = answerIn(location ?? new URL(url))
  for (const token of [id_token, access_token]) expect(claimsOf(token).aud).toBe('https://another-audience.example')
})

test('other providers answer as their vendor does, without iss', async () => {
  const other = await start()
  const { begin } = await import('../support/sign-in-steps.ts')
  const flow = await begin(other.url)
  await flow.post({ username: 'beautifulmeercat246', password: 'Find Fluffy, LLC' })
  const { location } = await flow.post({ decision: 'allow' })
  expect([...(location?.searchParams.keys() ?? [])]).toEqual(['code', 'state'])
  expect(flow.page.headers.getSetCookie()).toEqual([])
})

test('tokens of the password grant have no session', async () => {
  expect(claimsOf((await tokensOf(url, { scope: 'openid' })).id_token).sid).toBeUndefined()
})
