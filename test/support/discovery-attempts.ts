import { compactDecrypt, createRemoteJWKSet, exportJWK, jwtVerify } from 'jose'
import { expect } from 'vitest'
import { decideBackchannelRequest } from '../../src/oauth/deferred/backchannel.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { listBackchannelRequests } from './backchannel.ts'
import { Jar } from './browser-jar.ts'
import { pairOf, type WalkClient, type Walker } from './discovery-walk.ts'
import { alice, claimsOf, json } from './standard-client.ts'

/** Tries one value that a member of the discovery document lists, and fails when it does not work. */
export type Attempt = (walker: Walker, value: string, sandbox: Sandbox) => Promise<unknown>

const urn = (name: string) => `urn:ietf:params:oauth:grant-type:${name}`
const cibaType = 'urn:openid:params:grant-type:ciba'

/** The grant types, each to its end; who asks, and the tokens that come. */
const grants: Record<string, (walker: Walker, client: WalkClient, sandbox: Sandbox) => Promise<Record<string, unknown>>> = {
  authorization_code: (walker, client) => walker.tokens(client),
  async refresh_token(walker, client) {
    const { refresh_token = '' } = await walker.tokens(client)
    return (await walker.post(client, 'token_endpoint', { grant_type: 'refresh_token', refresh_token })).body
  },
  client_credentials: async (walker, client) =>
    (await walker.post(client, 'token_endpoint', { grant_type: 'client_credentials', scope: 'read' })).body,
  password: async (walker, client) => (await walker.post(client, 'token_endpoint', { grant_type: 'password', ...alice })).body,
  implicit: (walker, client) => {
    const query = { response_type: implicitType(walker), code_challenge: '', code_challenge_method: '' }
    return walker.answer(walker.request(client, query))
  },
  async [urn('device_code')](walker, client) {
    const { body } = await walker.post(client, 'device_authorization_endpoint', { scope: 'read' })
    const jar = new Jar()
    const page = await jar.open(String(body.verification_uri))
    const entered = await jar.post(page, page.location?.origin ?? new URL(walker.base).origin, { user_code: String(body.user_code) })
    const signedIn = await jar.post(entered, new URL(walker.base).origin, alice)
    await jar.post(signedIn, new URL(walker.base).origin, { decision: 'allow' })
    const form = { grant_type: urn('device_code'), device_code: String(body.device_code) }
    return (await walker.post(client, 'token_endpoint', form)).body
  },
  async [cibaType](walker, client, sandbox) {
    const ask = { scope: 'openid', login_hint: 'alice', client_notification_token: 'for-ping' }
    const { body } = await walker.post(client, 'backchannel_authentication_endpoint', ask)
    await decideBackchannelRequest(sandbox, listBackchannelRequests(sandbox).at(-1)?.id ?? '', 'allowed')
    const form = { grant_type: cibaType, auth_req_id: String(body.auth_req_id) }
    return (await walker.post(client, 'token_endpoint', form)).body
  },
  async [urn('jwt-bearer')](walker, client) {
    const iat = walker.now()
    const claims = { iss: client.client_id, sub: 'alice', aud: walker.base, iat, exp: iat + 60 }
    return (await walker.post(client, 'token_endpoint', { grant_type: urn('jwt-bearer'), assertion: await walker.sign(client, claims) }))
      .body
  },
  async [urn('token-exchange')](walker, client) {
    const { access_token = '' } = await walker.tokens(client)
    const form = { subject_token: access_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' }
    return (await walker.post(client, 'token_endpoint', { grant_type: urn('token-exchange'), ...form })).body
  },
}

/** Where no access token goes through the browser, an ID token still does. */
function implicitType(walker: Walker): string {
  return walker.list('response_types_supported').includes('token') ? 'token' : 'id_token'
}

/** What a client registers for a grant type, when it needs more than the grant type itself. */
function clientFor(grant_type: string, walker: Walker): Record<string, unknown> {
  return grant_type === 'implicit'
    ? { grant_types: ['authorization_code', 'implicit'], response_types: ['code', implicitType(walker)] }
    : { grant_types: ['authorization_code', 'refresh_token', grant_type] }
}

/** A JWT that a client got, held to the published keys or its secret. */
async function verify(walker: Walker, client: WalkClient, jwt: string, alg: string): Promise<Record<string, unknown>> {
  const { payload, protectedHeader } = alg.startsWith('HS')
    ? await jwtVerify(jwt, new TextEncoder().encode(client.client_secret))
    : await jwtVerify(jwt, createRemoteJWKSet(new URL(walker.endpoint('jwks_uri'))))
  expect(protectedHeader.alg).toBe(alg)
  return payload
}

/** Fetches what a client may have signed or encrypted, as it comes. */
const answers: Record<string, (walker: Walker, client: WalkClient) => Promise<string>> = {
  id_token: async (walker, client) => (await walker.tokens(client)).id_token ?? '',
  async userinfo(walker, client) {
    const { access_token } = await walker.tokens(client)
    return (await fetch(walker.endpoint('userinfo_endpoint'), { headers: { authorization: `Bearer ${access_token}` } })).text()
  },
  async introspection(walker, client) {
    const { access_token = '' } = await walker.tokens(client)
    const answer = await fetch(walker.endpoint('introspection_endpoint'), {
      method: 'POST',
      headers: {
        accept: 'application/token-introspection+jwt',
        authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`,
      },
      body: new URLSearchParams({ token: access_token }),
    })
    return answer.text()
  },
  authorization: async (walker, client) => (await walker.answer(walker.request(client, { response_mode: 'jwt' }))).response ?? '',
}

const signed =
  (what: string): Attempt =>
  async (walker, alg) => {
    const client = await walker.register({ [`${what}_signed_response_alg`]: alg })
    expect(await verify(walker, client, (await answers[what]?.(walker, client)) ?? '', alg)).toMatchObject({ iss: walker.base })
  }

/** Registers for this encryption (RFC 7516), gets what is encrypted and opens it with the private key. */
async function decrypted(walker: Walker, what: string, alg: string, enc: string): Promise<void> {
  const { publicKey, privateKey } = await pairOf(alg)
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), use: 'enc' }] }
  const registered = { jwks, [`${what}_encrypted_response_alg`]: alg, [`${what}_encrypted_response_enc`]: enc }
  const client = await walker.register(registered)
  const { plaintext, protectedHeader } = await compactDecrypt((await answers[what]?.(walker, client)) ?? '', privateKey)
  expect(protectedHeader).toMatchObject({ alg, enc, cty: 'JWT' })
  expect(claimsOf(new TextDecoder().decode(plaintext))).toMatchObject({ iss: walker.base })
}

const encryptedWith = (what: string): Record<string, Attempt> => ({
  [`${what}_encryption_alg_values_supported`]: (walker, alg) => decrypted(walker, what, alg, 'A256GCM'),
  [`${what}_encryption_enc_values_supported`]: (walker, enc) => decrypted(walker, what, 'ECDH-ES', enc),
})

/** What each endpoint that authenticates clients says to one that did. */
const authenticated: Record<string, (walker: Walker, client: WalkClient) => Promise<unknown>> = {
  async token(walker, client) {
    expect((await walker.tokens(client)).access_token).toBeDefined()
  },
  async introspection(walker, client) {
    const { access_token = '' } = await walker.tokens(client)
    const { body } = await walker.post(client, 'introspection_endpoint', { token: access_token })
    expect(body).toMatchObject({ active: true, client_id: client.client_id })
  },
  async revocation(walker, client) {
    const { access_token = '' } = await walker.tokens(client)
    expect((await walker.post(client, 'revocation_endpoint', { token: access_token })).status).toBe(200)
    const headers = { authorization: `Bearer ${access_token}` }
    expect((await fetch(walker.endpoint('userinfo_endpoint'), { headers })).status).toBe(401)
  },
}

const byMethod =
  (endpoint: string): Attempt =>
  async (walker, method) =>
    authenticated[endpoint]?.(walker, await walker.register({}, method, method === 'client_secret_jwt' ? 'HS256' : 'ES256'))

const byAssertion =
  (endpoint: string): Attempt =>
  async (walker, alg) =>
    authenticated[endpoint]?.(
      walker,
      await walker.register({ token_endpoint_auth_signing_alg: alg }, alg.startsWith('HS') ? 'client_secret_jwt' : 'private_key_jwt', alg),
    )

const isThere: Attempt = async () => undefined

/** Every member that the document may have. */
export const attempts: Record<string, Attempt> = {
  issuer: async (walker, value) => expect(value).toBe(walker.base),
  authorization_endpoint: async (walker) => {
    const { status, html } = await walker.open(walker.request(await walker.register()))
    expect([status, html]).toEqual([200, expect.stringContaining('name="password"')])
  },
  token_endpoint: async (walker) => expect(await walker.tokens(await walker.register())).toHaveProperty('access_token'),
  userinfo_endpoint: async (walker, endpoint) => {
    const { access_token } = await walker.tokens(await walker.register())
    for (const method of ['GET', 'POST']) {
      const { body } = await json(endpoint, { method, headers: { authorization: `Bearer ${access_token}` } })
      expect(body.sub).toBe('alice')
    }
  },
  jwks_uri: async (walker, endpoint) => {
    const { keys } = (await json(endpoint)).body as { keys: { alg: string }[] }
    const asymmetric = walker.list('id_token_signing_alg_values_supported').filter((alg) => !alg.startsWith('HS'))
    expect(keys.map((key) => key.alg).sort()).toEqual(asymmetric.sort())
  },
  introspection_endpoint: async (walker) => authenticated.introspection?.(walker, await walker.register()),
  revocation_endpoint: async (walker) => authenticated.revocation?.(walker, await walker.register()),
  registration_endpoint: async (walker) => expect(await walker.register()).toHaveProperty('client_id'),
  client_id_metadata_document_supported: async (walker) => {
    // A document on this machine is fetched; that it is refused shows that it was looked for.
    const page = await walker.open(new URLSearchParams({ client_id: 'http://localhost:1/client', response_type: 'code' }))
    expect(decodeURIComponent(page.headers.get('grantbox-explain') ?? '')).toContain('http://localhost:1/client')
  },
  protected_resources: async (walker, resource) => {
    const { status, headers } = await json(resource)
    expect(status).toBe(401)
    const metadata = /resource_metadata="([^"]+)"/.exec(headers.get('www-authenticate') ?? '')?.[1] ?? ''
    expect((await json(metadata)).body).toMatchObject({ resource, authorization_servers: [walker.base] })
  },
  device_authorization_endpoint: async (walker, _value, sandbox) => grantWorks(walker, urn('device_code'), sandbox),
  backchannel_authentication_endpoint: async (walker, _value, sandbox) => grantWorks(walker, cibaType, sandbox),
  backchannel_token_delivery_modes_supported: async (walker, mode, sandbox) =>
    grantWorks(walker, cibaType, sandbox, {
      backchannel_token_delivery_mode: mode,
      ...(mode === 'ping' && { backchannel_client_notification_endpoint: 'http://127.0.0.1:1/ping' }),
    }),
  backchannel_user_code_parameter_supported: isThere,
  scopes_supported: async (walker, scope) => {
    const { access_token = '' } = await walker.tokens(await walker.register(), { scope })
    expect(claimsOf(access_token).scope).toBe(scope)
  },
  response_types_supported: async (walker, response_type) => {
    const parts = response_type.split(' ')
    const grant_types = [
      ...(parts.includes('code') || response_type === 'none' ? ['authorization_code'] : []),
      ...(parts.some((one) => one.includes('token')) ? ['implicit'] : []),
    ]
    const client = await walker.register({
      grant_types,
      response_types: [...new Set([response_type, ...(response_type === 'none' ? ['code'] : [])])],
    })
    const answer = await walker.answer(
      walker.request(client, { response_type, ...(!parts.includes('code') && { code_challenge: '', code_challenge_method: '' }) }),
    )
    const expected = parts.filter((one) => one !== 'none').map((one) => (one === 'token' ? 'access_token' : one))
    for (const name of ['code', 'id_token', 'access_token']) expect(name in answer, name).toBe(expected.includes(name))
  },
  response_modes_supported: async (walker, response_mode) => {
    const { location, html, status } = await walker.signIn(walker.request(await walker.register(), { response_mode }))
    const name = response_mode.endsWith('jwt') ? 'response' : 'code'
    if (response_mode.startsWith('form_post') || response_mode === 'web_message')
      expect([status, html]).toEqual([200, expect.stringContaining(`name="${name}"`)])
    else expect(new URLSearchParams(response_mode.startsWith('fragment') ? location?.hash.slice(1) : location?.search).has(name)).toBe(true)
  },
  grant_types_supported: (walker, grant_type, sandbox) => grantWorks(walker, grant_type, sandbox),
  prompt_values_supported: async (walker, prompt) => {
    const query = walker.request(await walker.register(), { prompt })
    const jar = new Jar()
    if (prompt === 'none') return expect(await walker.refusal(query)).toBe('login_required')
    if (prompt === 'select_account') await walker.signIn(walker.request(await walker.register()), jar)
    const first = await walker.open(query, jar)
    const page = first.location === undefined ? first : await jar.open(first.location.href)
    const shown = { login: 'name="password"', consent: 'name="password"', select_account: 'Choose an account', create: 'name="email"' }
    expect(page.html).toContain(shown[prompt as keyof typeof shown])
  },
  acr_values_supported: async (walker, acr_values) =>
    expect(claimsOf((await walker.tokens(await walker.register(), { acr_values })).id_token).acr).toBe(acr_values),
  claims_parameter_supported: async (walker) => {
    const claims = JSON.stringify({ id_token: { email: null } })
    expect(claimsOf((await walker.tokens(await walker.register(), { claims })).id_token).email).toBe('alice@example.com')
  },
  claims_supported: async (walker, claim) => {
    const claims = JSON.stringify({ userinfo: { [claim]: null } })
    const { access_token } = await walker.tokens(await walker.register(), { claims })
    const { body } = await json(walker.endpoint('userinfo_endpoint'), { headers: { authorization: `Bearer ${access_token}` } })
    expect(Object.keys(body)).toContain(claim)
  },
  request_parameter_supported: (walker) => byRequestObject(walker, 'ES256'),
  request_uri_parameter_supported: async (walker) => {
    const query = walker.request(await walker.register(), { request_uri: 'https://client.example/request' })
    expect(await walker.refusal(query)).toBe('request_uri_not_supported')
  },
  request_object_signing_alg_values_supported: (walker, alg) => byRequestObject(walker, alg),
  require_pushed_authorization_requests: async (walker, value) => {
    const error = await walker.refusal(walker.request(await walker.register(), { prompt: 'none' }))
    expect(error).toBe(value === 'true' ? 'invalid_request' : 'login_required')
  },
  pushed_authorization_request_endpoint: async (walker) => {
    const client = await walker.register()
    const request = Object.fromEntries(walker.request(client))
    const { status, body } = await walker.post(client, 'pushed_authorization_request_endpoint', request)
    expect(status).toBe(201)
    const query = new URLSearchParams({ client_id: client.client_id, request_uri: String(body.request_uri) })
    expect((await walker.answer(query)).code).toBeDefined()
  },
  authorization_response_iss_parameter_supported: async (walker) =>
    expect((await walker.answer(walker.request(await walker.register()))).iss).toBe(walker.base),
  end_session_endpoint: async (_walker, endpoint) => expect((await fetch(endpoint)).status).toBe(200),
  // What a client is told at sign-out is in logout.test.ts; here that it can register for it.
  backchannel_logout_supported: async (walker) => walker.register({ backchannel_logout_uri: 'http://127.0.0.1:1/logout' }),
  backchannel_logout_session_supported: async (walker) =>
    expect(claimsOf((await walker.tokens(await walker.register())).id_token).sid).toBeTypeOf('string'),
  frontchannel_logout_supported: async (walker) => walker.register({ frontchannel_logout_uri: 'http://127.0.0.1:1/logout' }),
  frontchannel_logout_session_supported: async (walker) =>
    expect(claimsOf((await walker.tokens(await walker.register())).id_token).sid).toBeTypeOf('string'),
  subject_types_supported: async (walker, subject_type) => {
    expect(claimsOf((await walker.tokens(await walker.register({ subject_type }))).id_token).sub).toBe('alice')
  },
  id_token_signing_alg_values_supported: signed('id_token'),
  userinfo_signing_alg_values_supported: signed('userinfo'),
  introspection_signing_alg_values_supported: signed('introspection'),
  authorization_signing_alg_values_supported: signed('authorization'),
  ...encryptedWith('id_token'),
  ...encryptedWith('userinfo'),
  ...encryptedWith('introspection'),
  ...encryptedWith('authorization'),
  token_endpoint_auth_methods_supported: byMethod('token'),
  token_endpoint_auth_signing_alg_values_supported: byAssertion('token'),
  introspection_endpoint_auth_methods_supported: byMethod('introspection'),
  introspection_endpoint_auth_signing_alg_values_supported: byAssertion('introspection'),
  revocation_endpoint_auth_methods_supported: byMethod('revocation'),
  revocation_endpoint_auth_signing_alg_values_supported: byAssertion('revocation'),
  dpop_signing_alg_values_supported: async (walker, alg) => {
    const client = await walker.register()
    const { code } = await walker.answer(walker.request(client))
    const dpop = await walker.proof(alg, 'POST', walker.endpoint('token_endpoint'))
    expect((await walker.redeem(client, code, {}, { dpop })).body.token_type).toBe('DPoP')
  },
  tls_client_certificate_bound_access_tokens: async (walker) => {
    const { access_token } = await walker.tokens(
      await walker.register({ tls_client_certificate_bound_access_tokens: true }, 'tls_client_auth'),
    )
    expect(claimsOf(access_token).cnf).toHaveProperty('x5t#S256')
  },
  mtls_endpoint_aliases: async (walker) => {
    const aliases = walker.document.mtls_endpoint_aliases as Record<string, string>
    for (const [name, alias] of Object.entries(aliases)) {
      const { hostname, pathname } = new URL(alias)
      expect(hostname, name).toBe('127.0.0.1')
      expect(pathname, name).toMatch(new RegExp(`^/_mtls/.*${new URL(walker.endpoint(name)).pathname}$`))
    }
    expect(Object.keys(aliases)).toContain('token_endpoint')
  },
  code_challenge_methods_supported: async (walker, code_challenge_method) => {
    const client = await walker.register()
    const plain = { code_challenge: 'p'.repeat(43), code_challenge_method }
    const { code } = await walker.answer(walker.request(client, code_challenge_method === 'plain' ? plain : { code_challenge_method }))
    const { status } = await walker.redeem(client, code, code_challenge_method === 'plain' ? { code_verifier: plain.code_challenge } : {})
    expect(status).toBe(200)
  },
}

async function grantWorks(walker: Walker, grant_type: string, sandbox: Sandbox, more: Record<string, unknown> = {}): Promise<void> {
  const client = await walker.register({ ...clientFor(grant_type, walker), ...more })
  const token = grant_type === 'implicit' && implicitType(walker) === 'id_token' ? 'id_token' : 'access_token'
  expect(await grants[grant_type]?.(walker, client, sandbox)).toHaveProperty(token)
}

async function byRequestObject(walker: Walker, alg: string): Promise<void> {
  const client = await walker.register({ request_object_signing_alg: alg }, 'client_secret_basic', alg)
  const request = await walker.sign(client, { ...Object.fromEntries(walker.request(client)), iss: client.client_id, aud: walker.base })
  expect((await walker.answer(new URLSearchParams({ client_id: client.client_id, request }))).code).toBeDefined()
}
