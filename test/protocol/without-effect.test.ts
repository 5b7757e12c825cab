import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { Jar } from '../support/browser-jar.ts'
import { control } from '../support/control-client.ts'
import { knownParameters } from '../support/known-parameters.ts'
import { startForFile } from '../support/server.ts'
import { alice, claimsOf, type JsonAnswer, post, tokensOf, web } from '../support/standard-client.ts'
import { authorizeUrl, callback, redeem, signInAndAllow } from '../support/standard-sign-in.ts'

/** Each parameter either changes what comes of a request, or the journal notes that it did not. */

const server = await startForFile({ defaultProvider: 'standard' })
const { url } = server
const box = '/sandboxes/standard'
await control(server, 'PATCH', box, { settings: { auto_consent: true } })

const assertionIssuer = 'https://idp.example'
const keys = await generateKeyPair('ES256')
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256' }
await control(server, 'PATCH', box, { settings: { assertion_issuers: { [assertionIssuer]: { jwks: { keys: [jwk] } } } } })

const bearerType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const ciba = 'urn:openid:params:grant-type:ciba'
const deviceType = 'urn:ietf:params:oauth:grant-type:device_code'
const exchangeType = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'

type Form = Readonly<Record<string, string>>

const volatile = ['jti', 'iat', 'exp', 'nbf', 'auth_time', 'sid', 'at_hash', 'c_hash', 's_hash', 'client_id']

/** What of an answer does not depend on when it was given. */
function essence({ status, body }: Pick<JsonAnswer, 'status' | 'body'>): unknown {
  const { access_token, id_token, ...members } = body
  const told = (token: unknown) =>
    typeof token === 'string' && token.split('.').length === 3
      ? Object.fromEntries(Object.entries(claimsOf(token)).filter(([name]) => !volatile.includes(name)))
      : typeof token
  const { error_description: _, ...rest } = Object.fromEntries(
    Object.entries(members).map(([name, value]) => {
      // An exchanged token lives as long as what it was exchanged for, so that the seconds of this test go by.
      if (name === 'expires_in') return [name, Math.ceil(Number(value) / 60)]
      return [name, /code|token$|uri|req_id/.test(name) ? typeof value : value]
    }),
  )
  return { status, ...rest, access_token: told(access_token), id_token: told(id_token) }
}

const entries = () => server.sandbox().journal.list({ driver: 'any' })

/** Runs a request alone and with each known parameter that it has not, and names those that left no trace. */
async function traceless(base: Form, run: (more: Form) => Promise<unknown>): Promise<string[]> {
  const usual = JSON.stringify(await run({}))
  const silent: string[] = []
  for (const [name, value] of Object.entries(knownParameters)) {
    if (name in base) continue
    const before = entries().at(-1)?.id ?? 0
    const outcome = JSON.stringify(await run({ [name]: value }))
    const notes = entries()
      .filter(({ id }) => id > before)
      .flatMap(({ notes = [] }) => notes)
    const noted = notes.some((note) => note.split(/[ ,:]+/).includes(name))
    if (outcome === usual && !noted) silent.push(name)
    // Where it is said to have no effect it has none, unless only on a part of the way.
    if (outcome !== usual && noted) silent.push(`${name} (noted, yet it changes what comes)`)
  }
  return silent
}

const subject = (await tokensOf(url, { scope: 'openid read' })).access_token ?? ''
const codeOf = async (more: Form = {}) =>
  (
    await control(server, 'POST', `${box}/authorize`, {
      client_id: web.client_id,
      redirect_uri: callback,
      username: 'alice',
      scope: 'openid read',
      ...more,
    })
  ).body.code as string

/** The way to what each grant type redeems. */
const grants: [grant_type: string, form: Form, credential: () => Promise<Form>][] = [
  ['client_credentials', {}, async () => ({})],
  ['password', alice, async () => ({})],
  ['authorization_code', { redirect_uri: callback, code: '' }, async () => ({ code: await codeOf() })],
  ['refresh_token', { refresh_token: '' }, async () => ({ refresh_token: (await tokensOf(url)).refresh_token ?? '' })],
  [deviceType, { device_code: '' }, async () => ({ device_code: await allowedDevice() })],
  [ciba, { auth_req_id: '' }, async () => ({ auth_req_id: await allowedRequest() })],
  [exchangeType, { subject_token: subject, subject_token_type: accessTokenType }, async () => ({})],
  [bearerType, { assertion: '' }, async () => ({ assertion: await assertionAboutAlice() })],
]

function assertionAboutAlice(): Promise<string> {
  const now = Math.floor(server.clock.now() / 1000)
  return new SignJWT({ iss: assertionIssuer, sub: 'alice', aud: url, exp: now + 60, jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .sign(keys.privateKey)
}

async function allowedDevice(more: Form = {}): Promise<string> {
  const { body } = await post(url, '/device_authorization', { ...web, scope: 'openid read', ...more })
  await control(server, 'POST', `${box}/device`, { user_code: body.user_code, username: 'alice' })
  server.clock.advance(10)
  return String(body.device_code)
}

async function allowedRequest(more: Form = {}): Promise<string> {
  const { body } = await post(url, '/bc-authorize', { ...web, scope: 'openid read', login_hint: 'alice', ...more })
  const [waiting] = (await control(server, 'GET', `${box}/backchannel_requests`)).body.items ?? []
  if (waiting !== undefined) await control(server, 'POST', `${box}/backchannel_requests/${waiting.id}`, { decision: 'allow' })
  server.clock.advance(10)
  return String(body.auth_req_id)
}

describe('the token endpoint', () => {
  test('takes no other grant type than those here', async () => {
    const metadata = (await (await fetch(`${url}/.well-known/openid-configuration`)).json()) as { grant_types_supported: string[] }
    const atTokenEndpoint = metadata.grant_types_supported.filter((one) => one !== 'implicit')
    expect(grants.map(([grant_type]) => grant_type).sort()).toEqual(atTokenEndpoint.sort())
  })

  test.each(grants)('%s', async (grant_type, form, credential) => {
    const base = { grant_type, ...web, ...form }
    const silent = await traceless(base, async (more) => essence(await post(url, '/token', { ...base, ...(await credential()), ...more })))
    expect(silent).toEqual([])
  })

  test.each([
    ['iokids', '/oauth/token', { client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy', grant_type: 'client_credentials' }],
    ['deyel', '/oauth/token', { client_id: 'deyel-rest', client_secret: 'deyel-secret', grant_type: 'client_credentials' }],
    ['socialid', '/v2/marketing/oauth/token', { grant_type: 'user_id', user_id: '1' }],
    ['gateway', '/oauth2/token', { client_id: 'gateway-client', client_secret: 'gateway-secret', grant_type: 'client_credentials' }],
    ['gateway', '/v1/auth/token', { client_id: 'gateway-client', client_secret: 'gateway-secret' }],
  ])('of %s at %s', async (sandbox, path, base: Form) => {
    const journal = (await server.reach(sandbox)).journal
    const silent: string[] = []
    for (const [name, value] of Object.entries({ ...knownParameters, 'a name of nobody': 'x' })) {
      if (name in base) continue
      const { status } = await post(`${url}/${sandbox}`, path, { ...base, [name]: value })
      const { notes = [], explanation } = journal.list().at(-1) ?? {}
      const reads = ['scope', 'resource', 'audience', 'grant_type'].includes(name)
      if (!reads && !notes.join().includes(name) && !(status >= 400 && explanation !== undefined)) silent.push(name)
    }
    expect(silent).toEqual([])
  })
})

describe('the authorization endpoint', () => {
  const base: Form = {
    response_type: 'code',
    client_id: web.client_id,
    redirect_uri: callback,
    scope: 'openid read',
    state: 'xyz',
    nonce: 'n-1',
  }

  /** The callback, or the page, that a browser gets that was signed in a while ago; and what the client gets for the code. */
  async function come(parameters: Form): Promise<unknown> {
    const jar = new Jar()
    await signInAndAllow(jar, await jar.open(authorizeUrl(url)), url)
    server.clock.advance(60)
    const { status, location, html } = await jar.open(authorizeUrl(url, parameters))
    if (location === undefined) return { status, page: html.replaceAll(/(transaction|csrf)" value="[^"]*"/g, '') }
    const answer = Object.fromEntries(location.searchParams)
    const shown = { status, host: location.host, ...answer, code: typeof answer.code, hash: location.hash.replaceAll(/=[^&]*/g, '') }
    return answer.code === undefined ? shown : [shown, essence(await redeem(url, answer.code))]
  }

  test.each<[string, Form]>([
    ['asking for a code', base],
    ['without openid', { ...base, scope: 'read' }],
    ['without nonce and state', { ...base, state: '', nonce: '' }],
  ])('%s', async (_what, form) => {
    const { state, nonce, ...rest } = form
    const has = { ...rest, ...(state && { state }), ...(nonce && { nonce }) }
    expect(await traceless(has, (more) => come({ ...form, ...more }))).toEqual([])
  })

  test('asking for a token alone', async () => {
    const form = { ...base, response_type: 'token', nonce: '' }
    const { nonce: _, ...has } = form
    const ask = async (more: Form) => {
      const { body } = await control(server, 'POST', `${box}/authorize`, { ...has, username: 'alice', ...more })
      const hash = Object.fromEntries(new URLSearchParams(new URL(body.redirect_to).hash.slice(1)))
      return [new URL(body.redirect_to).search.replace(/code=[^&]*/, ''), Object.keys(body), essence({ status: 200, body: hash })]
    }
    expect(await traceless({ ...has, username: '' }, ask)).toEqual([])
  })

  test('by the control API', async () => {
    const form = { ...base, username: 'alice' }
    const ask = async (more: Form) => {
      const { status, body } = await control(server, 'POST', `${box}/authorize`, { ...form, ...more })
      if (body.code === undefined) return { status, body: String(body.redirect_to ?? body.detail).replaceAll(/(code|token)=[^&]*/g, '') }
      return [Object.keys(body), body.redirect_to.replace(/code=[^&]*/, ''), essence(await redeem(url, body.code))]
    }
    expect(await traceless(form, ask)).toEqual([])
  })

  test('when the request was pushed', async () => {
    const { state: _state, nonce: _nonce, ...asked } = base
    const pushed: Form = { ...asked, ...web }
    const ask = async (more: Form) => {
      const { status, body } = await post(url, '/par', { ...pushed, ...more })
      if (status !== 201) return { status, error: body.error }
      const jar = new Jar()
      await signInAndAllow(jar, await jar.open(authorizeUrl(url)), url)
      server.clock.advance(30)
      const request = new URLSearchParams({ client_id: web.client_id, request_uri: String(body.request_uri) })
      const { location, html } = await jar.open(`${url}/authorize?${request}`)
      const answer = Object.fromEntries(location?.searchParams ?? [])
      if (answer.code === undefined) return location?.href ?? html.replaceAll(/transaction" value="[^"]*"/g, '')
      return [answer.state, location?.hash, essence(await redeem(url, answer.code))]
    }
    expect(await traceless(pushed, ask)).toEqual([])
  })
})

describe('the other endpoints', () => {
  test('device authorization', async () => {
    const base = { ...web, scope: 'read' }
    const run = async (more: Form) => {
      const { status, body } = await post(url, '/device_authorization', { ...base, ...more })
      if (status !== 200) return essence({ status, body })
      await control(server, 'POST', `${box}/device`, { user_code: body.user_code, username: 'alice' })
      server.clock.advance(10)
      return essence(await post(url, '/token', { ...web, grant_type: deviceType, device_code: String(body.device_code) }))
    }
    expect(await traceless(base, run)).toEqual([])
  })

  test('backchannel authentication', async () => {
    const base = { ...web, scope: 'openid read', login_hint: 'alice' }
    const run = async (more: Form) => {
      const { status, body } = await post(url, '/bc-authorize', { ...base, ...more })
      if (status !== 200) return essence({ status, body })
      const auth_req_id = String(body.auth_req_id)
      const [waiting] = (await control(server, 'GET', `${box}/backchannel_requests`)).body.items ?? []
      await control(server, 'POST', `${box}/backchannel_requests/${waiting?.id}`, { decision: 'allow' })
      server.clock.advance(10)
      return [body.expires_in, essence(await post(url, '/token', { ...web, grant_type: ciba, auth_req_id }))]
    }
    expect(await traceless(base, run)).toEqual([])
  })

  test.each(['/introspect', '/revoke'])('%s', async (path) => {
    const base = { ...web, token: subject }
    const run = async (more: Form) => {
      const token = (await tokensOf(url)).access_token ?? ''
      const { status, body } = await post(url, path, { ...base, token, ...more })
      return { status, error: body.error, active: body.active }
    }
    expect(await traceless(base, run)).toEqual([])
  })

  test('userinfo, key set and metadata', async () => {
    const authorization = `Bearer ${(await tokensOf(url, { scope: 'openid' })).access_token}`
    const paths = ['/userinfo', '/jwks', '/.well-known/openid-configuration']
    for (const path of paths) {
      const run = async (more: Form) => (await fetch(`${url}${path}?${new URLSearchParams(more)}`, { headers: { authorization } })).text()
      expect([path, await traceless({}, run)]).toEqual([path, []])
    }
    const run = async (more: Form) => {
      const answer = await fetch(`${url}/userinfo`, { method: 'POST', headers: { authorization }, body: new URLSearchParams(more) })
      return { status: answer.status, body: await answer.text() }
    }
    expect(await traceless({}, run)).toEqual([])
  })

  test('end session', async () => {
    const run = async (more: Form) => {
      const { status, html } = await new Jar().open(`${url}/end_session?${new URLSearchParams(more)}`)
      return { status, html }
    }
    expect(await traceless({ client_id: '' }, run)).toEqual([])
  })

  test('registration', async () => {
    const register = async (members: object) => {
      const body = JSON.stringify({ redirect_uris: [callback], ...members })
      await fetch(`${url}/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      return entries().at(-1)
    }
    expect((await register({ client_name: 'A', 'client_name#de': 'B', contacts: ['a@example.com'] }))?.notes).toBeUndefined()
    const { status, notes } = (await register({ favourite_colour: 'red', 'x#y': 1, scope: 'openid' })) ?? {}
    expect([status, notes]).toEqual([201, ['The metadata have favourite_colour, x#y: without effect (RFC 7591 §2)']])
  })
})

describe('what a vendor calls otherwise', () => {
  test('is without effect under the name of the RFC', async () => {
    const form = { grant_type: 'password', email: 'john_doe@domain.com', password: 'x' }
    await post(`${url}/socialid`, '/v2/marketing/oauth/token', form)
    const { notes } = server.sandbox('socialid').journal.list().at(-1) ?? {}
    expect(notes).toContain('The request has email: without effect, because this vendor calls it email_address')
  })
})
