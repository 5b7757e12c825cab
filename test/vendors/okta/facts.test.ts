import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { alice, authorizeUrl, callback, callbackOf, codeOf, custom, native, redeem, spa, token, web } from '../../support/okta-client.ts'
import { rawRequest } from '../../support/raw-request.ts'
import { pageFacts } from '../../support/recording/page-facts.ts'
import { startForFile } from '../../support/server.ts'
import { type Answer, basic, claimsOf, post, postJson, send } from '../../support/vendor-client.ts'

/** What stands where, to the byte. */

const server = await startForFile({ defaultProvider: 'okta' })
const { url } = server
const sandbox = `${url}/_grantbox/sandboxes/okta`
const secret = basic(web.client_id, web.client_secret)
const ssws = { authorization: 'SSWS 00grantboxApiTokenOfTheSandbox0123456789ab' }
const set = (settings: object) =>
  send(sandbox, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ settings }) })
const byPassword = async (scope: string) => (await token(url, { grant_type: 'password', ...alice, scope })).body
const plain = (html: string) => html.replaceAll('&#39;', "'").replaceAll('&quot;', '"')
const linesOf = (html: string) => [...html.matchAll(/<p class="line">(.*?)<\/p>/g)].map(([, line = '']) => plain(line))

async function signedIn(): Promise<Jar> {
  const jar = new Jar()
  await callbackOf(url, {}, { jar })
  return jar
}

test.each(['dev-1.okta.com', 'dev-1.oktapreview.com', 'dev-1.okta-emea.com'])('an org’s own host %s is its issuer', async (host) => {
  const at = async (path: string) =>
    JSON.parse((await rawRequest(url, `${path}/.well-known/openid-configuration`, { headers: { host } })).text).issuer
  expect([await at(''), await at(custom)]).toEqual([`http://${host}`, `http://${host}${custom}`])
})

describe('metadata', () => {
  const algs = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519', 'ES384', 'ES512', 'RS384', 'RS512', 'PS384', 'PS512']
  const methods = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none']
  const expected = (issuer: string, base: string, own: string[]) => ({
    issuer,
    authorization_endpoint: `${base}/v1/authorize`,
    token_endpoint: `${base}/v1/token`,
    userinfo_endpoint: `${base}/v1/userinfo`,
    registration_endpoint: `${base}/v1/clients`,
    jwks_uri: `${base}/v1/keys`,
    response_types_supported: ['code', 'id_token', 'code id_token', 'code token', 'id_token token', 'code id_token token'],
    response_modes_supported: ['query', 'fragment', 'form_post', 'okta_post_message'],
    grant_types_supported: [
      ...['authorization_code', 'refresh_token', 'client_credentials', 'password'],
      ...['urn:ietf:params:oauth:grant-type:device_code', 'urn:openid:params:grant-type:ciba', 'implicit'],
    ],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'groups', ...own],
    token_endpoint_auth_methods_supported: methods,
    claims_supported: [
      ...['iss', 'ver', 'sub', 'aud', 'iat', 'exp', 'jti', 'auth_time', 'amr', 'idp', 'nonce', 'name', 'nickname', 'preferred_username'],
      ...['given_name', 'middle_name', 'family_name', 'email', 'email_verified', 'profile', 'zoneinfo', 'locale', 'address'],
      ...['phone_number', 'picture', 'website', 'gender', 'birthdate', 'updated_at', 'at_hash', 'c_hash'],
    ],
    code_challenge_methods_supported: ['S256'],
    introspection_endpoint: `${base}/v1/introspect`,
    introspection_endpoint_auth_methods_supported: methods,
    revocation_endpoint: `${base}/v1/revoke`,
    revocation_endpoint_auth_methods_supported: methods,
    end_session_endpoint: `${base}/v1/logout`,
    request_parameter_supported: true,
    request_object_signing_alg_values_supported: [...algs, 'HS256', 'HS384', 'HS512'],
    device_authorization_endpoint: `${base}/v1/device/authorize`,
    pushed_authorization_request_endpoint: `${base}/v1/par`,
    backchannel_authentication_endpoint: `${base}/v1/bc/authorize`,
    backchannel_token_delivery_modes_supported: ['poll'],
    dpop_signing_alg_values_supported: algs,
  })

  test.each(['openid-configuration', 'oauth-authorization-server'])('%s has these members in this order, at each server', async (name) => {
    expect((await send(`${url}/.well-known/${name}`)).text).toBe(JSON.stringify(expected(url, `${url}/oauth2`, [])))
    const own = expected(`${url}${custom}`, `${url}${custom}`, ['read', 'write'])
    expect((await send(`${url}${custom}/.well-known/${name}`)).text).toBe(JSON.stringify(own))
  })

  test('an org issuer has no keys where the verifier looks for them', async () => {
    expect((await send(`${url}/v1/keys`)).status).toBe(404)
    expect((await send(`${url}/oauth2/v1/keys`)).status).toBe(200)
  })

  test('a client that registers itself gets an id and a secret in the vendor’s form', async () => {
    const { status, body } = await postJson(`${url}/oauth2/v1/clients`, { client_name: 'x', redirect_uris: ['https://app.example/cb'] })
    expect([status, body.client_id, body.client_secret]).toEqual([
      201,
      expect.stringMatching(/^0oa[A-Za-z0-9]{17}$/),
      expect.stringMatching(/^[\w-]{64}$/),
    ])
    expect(
      (await new Jar().open(authorizeUrl(url, { client_id: String(body.client_id), redirect_uri: 'https://app.example/cb' }))).status,
    ).toBe(200)
  })
})

describe('an authorization request', () => {
  test.each([
    [{ login_hint: 'alice', display: 'page', idp_scope: 'x' }],
    [{ acr_values: 'urn:okta:loa:1fa:any', max_age: '60' }],
    [{ idp: '00ograntboxokta00001', prompt: 'login' }],
  ])('may say %o', async (more) => {
    expect([...(await callbackOf(url, more)).searchParams]).toEqual([
      ['code', expect.stringMatching(/^[\w-]{43}$/)],
      ['state', 'xyz'],
    ])
  })

  test('with a session token leads on at once', async () => {
    const { body } = await postJson(`${url}/api/v1/authn`, {
      ...alice,
      options: { warnBeforePasswordExpired: true },
      context: { deviceToken: 'x' },
    })
    const { status, location, headers } = await new Jar().open(authorizeUrl(url, { sessionToken: String(body.sessionToken) }))
    expect([status, location?.href.replace(/code=[\w-]{43}/, 'code=CODE')]).toEqual([302, `${callback}?code=CODE&state=xyz`])
    expect(headers.getSetCookie()).toHaveLength(1)
  })

  test('by message gets its members at the origin of the redirect URI', async () => {
    const { html } = await (await signedIn()).open(authorizeUrl(url, { response_mode: 'okta_post_message' }))
    const fields = [...html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value])
    expect([/data-origin="([^"]*)" data-bare/.exec(html)?.[1], fields]).toEqual([
      'http://127.0.0.1:5555',
      [
        ['code', expect.stringMatching(/^[\w-]{43}$/)],
        ['state', 'xyz'],
      ],
    ])
  })

  test('tells which scopes await consent, all of them', async () => {
    const jar = await signedIn()
    await set({ auto_consent: false })
    const { searchParams } = await callbackOf(url, { prompt: 'none', scope: 'openid email' }, { jar })
    await set({ auto_consent: null })
    expect(Object.fromEntries(searchParams)).toEqual({
      error: 'consent_required',
      error_description: 'The following scopes require user consent: [openid, email].',
      state: 'xyz',
    })
  })
})

describe('pages', () => {
  test('the sign-in, before and after a wrong password', async () => {
    const jar = new Jar()
    const page = await jar.open(authorizeUrl(url))
    const { title, messages, forms } = pageFacts(page.html)
    expect([title, messages[0], forms[0]]).toEqual([
      'Example Company - Sign In',
      'Sign In',
      'POST | hidden transaction | text identifier #identifier | password credentials.passcode #credentials.passcode | checkbox rememberMe #rememberMe | submit decision',
    ])
    for (const part of ['placeholder="Username"', '>Keep me signed in<', 'type="submit" value="Sign in"']) expect(page.html).toContain(part)
    const wrong = await jar.post(page, url, { identifier: 'alice', 'credentials.passcode': 'wrong' })
    expect([wrong.status, pageFacts(wrong.html).messages[0]]).toEqual([401, 'Unable to sign in'])
  })

  test('the consent', async () => {
    const page = await (await signedIn()).open(authorizeUrl(url, { prompt: 'consent' }))
    const buttons = [...page.html.matchAll(/type="submit" value="([^"]+)"/g)].map(([, value]) => value)
    expect([pageFacts(page.html).messages, buttons]).toEqual([['Example App would like to:'], ['Allow', 'Cancel']])
  })

  test.each([
    [
      { redirect_uri: 'https://x.example/cb' },
      'Error Code: invalid_request',
      `The 'redirect_uri' parameter must be a Login redirect URI in the client app settings: ${url}/admin/app/oidc_client/instance/${web.client_id}#tab-general`,
    ],
    [{ client_id: '0oanobody' }, 'Error Code: invalid_client', "Invalid value for 'client_id' parameter."],
  ])('what %o comes to', async (wanted, code, description) => {
    const { status, html } = await new Jar().open(authorizeUrl(url, wanted))
    expect([status, pageFacts(html).messages, linesOf(html)]).toEqual([
      400,
      ['Bad Request', 'Your request resulted in an error.'],
      ['Identity Provider: Unknown', code, `Description: ${description}`],
    ])
  })

  test('a sign-out that may not go where it wants', async () => {
    const { status, html } = await new Jar().open(
      `${url}${custom}/v1/logout?client_id=${web.client_id}&post_logout_redirect_uri=https://x.example/`,
    )
    expect([status, linesOf(html).at(-1)]).toEqual([
      400,
      `Description: The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings: ${url}/admin/app/oidc_client/instance/${web.client_id}#tab-general`,
    ])
  })

  test('a sign-out by the client’s id goes on once the user confirms', async () => {
    const jar = await signedIn()
    const query = new URLSearchParams({ client_id: web.client_id, post_logout_redirect_uri: 'http://localhost:8080/', state: 's' })
    const asked = await jar.open(`${url}${custom}/v1/logout?${query}`)
    expect((await jar.post(asked, url, { decision: 'logout' })).location?.href).toBe('http://localhost:8080/?state=s')
  })
})

describe('a device', () => {
  test('is given a UUID and eight letters', async () => {
    const { status, body } = await post(`${url}${custom}/v1/device/authorize`, { ...native, scope: 'openid' })
    const { device_code, user_code } = body
    expect([device_code, user_code]).toEqual([
      expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      expect.stringMatching(/^[A-Z]{8}$/),
    ])
    const verification_uri = `${url}/activate`
    expect([status, JSON.stringify(body)]).toEqual([
      200,
      JSON.stringify({
        device_code,
        user_code,
        verification_uri,
        verification_uri_complete: `${verification_uri}?user_code=${user_code}`,
        expires_in: 600,
        interval: 5,
      }),
    ])
  })
})

describe('the token endpoint', () => {
  test.each<[what: string, ask: () => Promise<Answer>, status: number, error: string, error_description: string]>([
    [
      'a page that asks as a machine',
      () =>
        post(`${url}${custom}/v1/token`, { grant_type: 'client_credentials', scope: 'read' }, {
          ...secret,
          origin: 'http://localhost:8080',
        } as never),
      400,
      'unauthorized_client',
      'Browser requests to the token endpoint may only use the authorization_code grant_type.',
    ],
    [
      'a page without PKCE',
      () =>
        post(
          `${url}${custom}/v1/token`,
          { grant_type: 'authorization_code', code: 'x', redirect_uri: callback, ...spa },
          { origin: 'http://localhost:8080' },
        ),
      401,
      'invalid_client',
      'Browser requests to the token endpoint must use Proof Key for Code Exchange.',
    ],
    [
      'a user who denies',
      () => token(url, { grant_type: 'password', username: 'deny', password: 'x', scope: 'openid' }),
      403,
      'access_denied',
      'The resource owner or authorization server denied the request.',
    ],
  ])('%s', async (_what, ask, status, error, error_description) => {
    const answer = await ask()
    expect([answer.status, answer.text]).toEqual([status, JSON.stringify({ error, error_description })])
    expect(answer.explanation).not.toBe('')
  })

  test('gives access tokens an hour, and ID tokens an hour whatever is set', async () => {
    await set({ id_token_ttl: 60, access_token_ttl: 120 })
    const changed = await byPassword('openid')
    await set({ id_token_ttl: null, access_token_ttl: null })
    const usual = await byPassword('openid')
    const lives = (one: unknown) => Number(claimsOf(one).exp) - Number(claimsOf(one).iat)
    expect([lives(changed.access_token), lives(changed.id_token), lives(usual.access_token), lives(usual.id_token)]).toEqual([
      120, 3600, 3600, 3600,
    ])
  })

  test.each([
    ['scope', 'openid', undefined],
    ['scope', 'openid groups', ['Everyone', 'Developers']],
    ['always', 'openid', ['Everyone', 'Developers']],
    ['off', 'openid groups', undefined],
  ])('tells groups as groups_claim has it: %s with %s', async (groups_claim, scope, groups) => {
    await set({ groups_claim })
    const { access_token, id_token } = await byPassword(scope)
    await set({ groups_claim: null })
    expect([claimsOf(access_token).groups, claimsOf(id_token).groups]).toEqual([groups, groups])
  })
})

test('userinfo tells all that is known, in this order', async () => {
  const { access_token } = await byPassword('openid profile email address phone groups')
  const { text, body } = await send(`${url}${custom}/v1/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
  const expected = {
    sub: '00ugrantboxalice0001',
    name: 'Alice Arnold',
    given_name: 'Alice',
    family_name: 'Arnold',
    email: 'alice@example.com',
    email_verified: true,
    updated_at: body.updated_at,
    preferred_username: 'alice',
    groups: ['Everyone', 'Developers'],
  }
  expect(text).toBe(JSON.stringify(expected))
})

describe('introspection', () => {
  const ask = (shown: unknown, form: Record<string, string>, headers: Record<string, string> = {}) =>
    post(`${url}${custom}/v1/introspect`, { token: String(shown), ...form }, headers)

  test('tells a public client, by its id alone, of its own tokens, and of no other’s', async () => {
    const pkce = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }
    expect(await codeOf(url, { ...spa, ...pkce })).toMatch(/^[\w-]{43}$/)
    const { body: minted } = await postJson(`${sandbox}/tokens`, { client_id: spa.client_id, username: 'alice', scope: 'openid' })
    const own = await ask(minted.access_token, spa)
    expect([own.status, own.body.active, own.body.client_id]).toEqual([200, true, spa.client_id])
    const { access_token } = await byPassword('openid')
    const foreign = await ask(access_token, spa)
    expect([foreign.status, foreign.text]).toEqual([200, '{"active":false}'])
    expect((await ask(access_token, {}, secret)).body.active).toBe(true)
  })

  test('has these values', async () => {
    const { access_token } = await byPassword('openid email')
    const claims = claimsOf(access_token)
    const { body } = await ask(access_token, {}, secret)
    expect(body).toEqual({
      active: true,
      scope: 'openid email',
      username: 'alice',
      exp: claims.exp,
      iat: claims.iat,
      sub: 'alice',
      aud: 'api://default',
      iss: `${url}${custom}`,
      jti: claims.jti,
      token_type: 'Bearer',
      client_id: web.client_id,
      uid: '00ugrantboxalice0001',
    })
  })
})

describe('the API', () => {
  const comparable = (text: string) => text.replace(/oae[\w-]{22}/, 'oae').replace(/"20\d\d-[^"]+Z"/g, '"TIME"')
  const numbered = (number: string, summary: string, causes: string[] = []) =>
    JSON.stringify({
      errorCode: number,
      errorSummary: summary,
      errorLink: number,
      errorId: 'oae',
      errorCauses: causes.map((errorSummary) => ({ errorSummary })),
    })
  const json = (path: string, body: string) =>
    send(`${url}/api/v1${path}`, { method: 'POST', headers: { ...ssws, 'content-type': 'application/json' }, body })

  test.each<[what: string, ask: () => Promise<Answer>, status: number, expected: string]>([
    [
      'a sign-in that says nobody',
      () => json('/authn', '{}'),
      400,
      numbered('E0000001', 'Api validation failed: authRequest', [
        "The 'username' and 'password' attributes are required in this context.",
      ]),
    ],
    ['a body that is none', () => json('/authn', '{'), 400, numbered('E0000003', 'The request body was not well-formed.')],
    ['a wrong password', () => json('/authn', '{"username":"bob","password":"x"}'), 401, numbered('E0000004', 'Authentication failed')],
    ['no token', () => send(`${url}/api/v1/users`), 403, numbered('E0000005', 'Invalid session')],
    [
      'a user who is not there',
      () => send(`${url}/api/v1/users/00unobody`, { headers: ssws }),
      404,
      numbered('E0000007', 'Not found: Resource not found: 00unobody (User)'),
    ],
    ['no session', () => send(`${url}/api/v1/sessions/me`), 404, numbered('E0000007', 'Not found: Resource not found: me (Session)')],
    [
      'a wrong token',
      () => send(`${url}/api/v1/users`, { headers: { authorization: 'SSWS x' } }),
      401,
      numbered('E0000011', 'Invalid token provided'),
    ],
    [
      'a method that is not served',
      () => send(`${url}/api/v1/authn`),
      405,
      numbered('E0000022', 'The endpoint does not support the provided HTTP method'),
    ],
  ])('says of %s', async (_what, ask, status, expected) => {
    const answer = await ask()
    expect([answer.status, comparable(answer.text)]).toEqual([status, expected])
  })

  const user = (base: string) => ({
    id: '00ugrantboxalice0001',
    status: 'ACTIVE',
    created: 'TIME',
    activated: 'TIME',
    statusChanged: 'TIME',
    lastLogin: null,
    lastUpdated: 'TIME',
    passwordChanged: 'TIME',
    type: { id: 'otygrantboxdefault01' },
    profile: { firstName: 'Alice', lastName: 'Arnold', mobilePhone: null, secondEmail: null, login: 'alice', email: 'alice@example.com' },
    credentials: {
      password: {},
      emails: [{ value: 'alice@example.com', status: 'VERIFIED', type: 'PRIMARY' }],
      provider: { type: 'OKTA', name: 'OKTA' },
    },
    _links: { self: { href: `${base}/api/v1/users/00ugrantboxalice0001` } },
  })

  test('tells who is signed in, of his session, and ends it', async () => {
    const jar = await signedIn()
    expect(comparable((await jar.open(`${url}/api/v1/users/me`)).html)).toBe(JSON.stringify(user(url)))
    const session = await jar.open(`${url}/api/v1/sessions/me`)
    const { id } = JSON.parse(session.html)
    const self = `${url}/api/v1/sessions/me`
    const hints = (...allow: string[]) => ({ hints: { allow } })
    expect(id).toMatch(/^101[\w-]{22}$/)
    expect([session.status, comparable(session.html)]).toEqual([
      200,
      JSON.stringify({
        id,
        login: 'alice',
        userId: '00ugrantboxalice0001',
        expiresAt: 'TIME',
        status: 'ACTIVE',
        lastPasswordVerification: 'TIME',
        lastFactorVerification: null,
        amr: ['pwd'],
        idp: { id: '00ograntboxokta00001', type: 'OKTA' },
        mfaActive: false,
        _links: {
          self: { href: self, ...hints('GET', 'DELETE') },
          refresh: { href: `${self}/lifecycle/refresh`, ...hints('POST') },
          user: { name: 'Alice Arnold', href: `${url}/api/v1/users/00ugrantboxalice0001`, ...hints('GET') },
        },
      }),
    ])
    const left = await jar.open(self, { method: 'DELETE' })
    expect([left.status, left.html, (await jar.open(self)).status]).toEqual([204, '', 404])
  })
})

test('a code is redeemed once for what its ID token and access token say', async () => {
  const { body } = await redeem(url, await codeOf(url, { scope: 'openid' }))
  const { iat, exp, jti, auth_time, ...rest } = claimsOf(body.access_token)
  expect(rest).toEqual({
    ver: 1,
    iss: `${url}${custom}`,
    aud: 'api://default',
    cid: web.client_id,
    uid: '00ugrantboxalice0001',
    scp: ['openid'],
    sub: 'alice',
  })
  expect([jti, Number(exp) - Number(iat), Number(iat) - Number(auth_time) < 60]).toEqual([
    expect.stringMatching(/^AT\.[\w-]{43}$/),
    3600,
    true,
  ])
  const { iat: _iat, exp: _exp, jti: id, auth_time: _at, at_hash, ...said } = claimsOf(body.id_token)
  expect(said).toEqual({
    sub: '00ugrantboxalice0001',
    ver: 1,
    iss: `${url}${custom}`,
    aud: web.client_id,
    amr: ['pwd'],
    idp: '00ograntboxokta00001',
    nonce: 'n-1',
  })
  expect([id, at_hash]).toEqual([expect.stringMatching(/^ID\.[\w-]{43}$/), expect.stringMatching(/^[\w-]{22}$/)])
})
