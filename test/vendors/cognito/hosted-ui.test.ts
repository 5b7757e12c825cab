import { createPublicKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { startForFile } from '../../support/server.ts'
import {
  authorizeUrl,
  callback,
  callbackOf,
  challenge,
  codeFor,
  decoded,
  get,
  machine,
  pool,
  post,
  spa,
  uuid,
  verifier,
  web,
} from './pool.ts'

const box = await startForFile()
const base = `${box.url}/cognito`
const issuer = `${base}/${pool}`
const tokenUrl = `${base}/oauth2/token`
const grant = 'authorization_code'

const redeem = (code: string, form: Record<string, string> = {}) =>
  post(tokenUrl, { grant_type: grant, code, redirect_uri: callback, ...web, ...form })

const tokens = async (parameters: Record<string, string> = { scope: 'openid email' }) => (await redeem(await codeFor(box, parameters))).json

describe('the documents of a pool', () => {
  test('discovery has these members in this order', async () => {
    const { text, headers } = await get(`${issuer}/.well-known/openid-configuration`, { origin: 'https://app.example' })
    expect(text).toBe(
      JSON.stringify({
        authorization_endpoint: `${base}/oauth2/authorize`,
        end_session_endpoint: `${base}/logout`,
        id_token_signing_alg_values_supported: ['RS256'],
        issuer,
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        response_types_supported: ['code', 'token'],
        revocation_endpoint: `${base}/oauth2/revoke`,
        scopes_supported: ['openid', 'email', 'phone', 'profile'],
        subject_types_supported: ['public'],
        token_endpoint: `${base}/oauth2/token`,
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
        userinfo_endpoint: `${base}/oauth2/userInfo`,
      }),
    )
    expect(headers.get('access-control-allow-origin')).toBe('*')
  })

  test('the key set has two keys, of which one signs ID tokens and the other access tokens', async () => {
    const { json } = await get(`${issuer}/.well-known/jwks.json`)
    const keys = json.keys as { kid: string }[]
    expect(keys).toHaveLength(2)
    for (const key of keys) {
      expect(Object.keys(key)).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
      expect(key).toMatchObject({ alg: 'RS256', e: 'AQAB', kty: 'RSA', use: 'sig' })
      expect(key.kid).toMatch(/^[A-Za-z0-9+/]{43}=$/)
    }
    const { id_token, access_token } = await tokens()
    const kids = [id_token, access_token].map((jwt) => {
      const { header } = decoded(jwt)
      const { kid } = JSON.parse(header) as { kid: string }
      expect(header).toBe(`{"kid":"${kid}","alg":"RS256"}`)
      const jwk = keys.find((key) => key.kid === kid)
      const [head, body, signature = ''] = String(jwt).split('.')
      const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
      expect(verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(true)
      return kid
    })
    expect(new Set(kids).size).toBe(2)
  })

  test('another pool is not there', async () => {
    expect((await get(`${base}/us-east-1_Nobody000/.well-known/jwks.json`)).status).toBe(404)
  })
})

describe('authorize and login', () => {
  test('authorize leads to the sign-in page with all parameters', async () => {
    const answer = await get(authorizeUrl(base, { lang: 'de' }))
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toBe(
      authorizeUrl(base, { lang: 'de' }).replace(box.url, '').replace('/oauth2/authorize', '/login'),
    )
  })

  test('the code is a UUID, the state comes back, and a second sign-in is silent', async () => {
    const jar = new Jar()
    const first = await callbackOf(box, {}, { jar })
    expect([...first.searchParams.keys()]).toEqual(['code', 'state'])
    expect(first.searchParams.get('code')).toMatch(uuid)
    expect(first.searchParams.get('state')).toBe('x y')
    const again = await jar.open(authorizeUrl(base))
    expect(again.location?.searchParams.get('code')).toMatch(uuid)
  })

  test('prompt has its way with who is signed in, and login_hint is typed in already', async () => {
    const jar = new Jar()
    const silent = await jar.open(authorizeUrl(base, { prompt: 'none' }))
    expect(silent.location?.href.replace(/^[^?]*/, '')).toContain('error=login_required')
    await callbackOf(box, {}, { jar })
    expect((await jar.open(authorizeUrl(base, { prompt: 'none' }))).location?.searchParams.get('code')).toMatch(uuid)
    expect((await jar.open(authorizeUrl(base, { prompt: 'login' }))).html).toContain('signInSubmitButton')
    const hinted = await new Jar().open(authorizeUrl(base, { login_hint: 'bob' }).replace('/oauth2/authorize', '/login'))
    expect(hinted.html).toContain('value="bob"')
  })

  test('the page has its form twice, with the fields that scripts look for', async () => {
    const { html } = await new Jar().open(authorizeUrl(base).replace('/oauth2/authorize', '/login'))
    for (const name of ['username', 'password', 'signInSubmitButton']) {
      expect([name, html.match(new RegExp(`<input[^>]* name="${name}"`, 'g'))?.length]).toEqual([name, 2])
    }
    for (const text of ['Forgot your password?', 'Need an account? Sign up']) expect(html).toContain(text)
  })

  test.each([
    ['userInfo', '/oauth2/userInfo'],
    ['the key set', `/${pool}/.well-known/jwks.json`],
  ])('%s may be read by pages of every origin', async (_what, path) => {
    const { headers } = await get(base + path, { origin: 'https://app.example' })
    expect(headers.get('access-control-allow-origin')).toBe('*')
  })

  test('a wrong password is told on the page', async () => {
    const jar = new Jar()
    const login = await jar.open(authorizeUrl(base).replace('/oauth2/authorize', '/login'))
    const page = await jar.post(login, base, { username: 'alice', password: 'wrong' })
    expect(page.status).toBe(200)
    expect(page.html).toContain('Incorrect username or password.')
  })

  test.each([
    ['a scope that the client has not', { scope: 'openid nonsense' }, 'error_description=invalid_scope&error=invalid_request'],
    ['email without openid', { scope: 'email' }, 'error_description=invalid_scope&error=invalid_request'],
    ['a plain challenge', { code_challenge: verifier, code_challenge_method: 'plain' }, 'error=invalid_request'],
    ['a challenge without its method', { code_challenge: challenge }, 'error=invalid_request'],
    ['a response type that nobody has', { response_type: 'id_token' }, 'error=invalid_request'],
    ['a response type that the client may not use', { response_type: 'token' }, 'error=unauthorized_client'],
  ])('%s goes back to the client', async (_what, parameters, expected) => {
    const answer = await get(authorizeUrl(base, parameters))
    expect(answer.status).toBe(302)
    const { origin, pathname, search, hash } = new URL(answer.headers.get('location') ?? '')
    expect(origin + pathname).toBe(callback)
    expect(`${search}${hash}`.slice(1)).toContain(expected)
  })

  test.each([
    [
      'a redirect URI of another port',
      { redirect_uri: 'http://localhost:3999/callback' },
      `error=redirect_mismatch&client_id=${web.client_id}`,
      'redirect_mismatch',
    ],
    ['an unknown client', { client_id: 'nobody' }, 'error=Client+does+not+exist.&client_id=nobody', 'Client does not exist.'],
  ])('%s is told on the page for errors', async (_what, parameters, query, text) => {
    const answer = await get(authorizeUrl(base, parameters))
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `/cognito/error?${query}`])
    expect(answer.headers.get('grantbox-explain')).not.toBeNull()
    const page = await get(`${base}/error?${query}`)
    expect(page.status).toBe(400)
    expect(page.text).toContain('An error was encountered with the requested page.')
    expect(page.text).toContain(text)
    expect(decodeURIComponent(page.headers.get('grantbox-explain') ?? '')).toBe(
      decodeURIComponent(answer.headers.get('grantbox-explain') ?? ''),
    )
  })

  test('a public client gets tokens in the fragment, in this order', async () => {
    const end = await callbackOf(box, { client_id: spa.client_id, response_type: 'token', scope: 'openid' })
    const answer = new URLSearchParams(end.hash.slice(1))
    expect([...answer.keys()]).toEqual(['id_token', 'access_token', 'token_type', 'expires_in', 'state'])
    expect(answer.get('expires_in')).toBe('3600')
    expect(decoded(answer.get('id_token')).claims).toHaveProperty('at_hash')
    const bare = await callbackOf(box, { client_id: spa.client_id, response_type: 'token', scope: 'aws.cognito.signin.user.admin' })
    expect([...new URLSearchParams(bare.hash.slice(1)).keys()]).toEqual(['access_token', 'token_type', 'expires_in', 'state'])
  })
})

describe('tokens', () => {
  test('a code brings these members in this order', async () => {
    const { status, headers, json, text } = await redeem(await codeFor(box, { scope: 'openid email' }))
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json;charset=UTF-8')
    expect(Object.keys(json)).toEqual(['id_token', 'access_token', 'refresh_token', 'expires_in', 'token_type'])
    expect(text).toMatch(/,"expires_in":3600,"token_type":"Bearer"\}$/)
    expect(String(json.refresh_token)).toMatch(
      /^eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ\.[\w-]{342}\.[\w-]{16}\.[\w-]{1000,}\.[\w-]{22}$/,
    )
  })

  test('claims stand in the order of the vendor, and tell of one event', async () => {
    const { id_token, access_token } = await tokens({ scope: 'openid email', nonce: 'n' })
    const [id, access] = [decoded(id_token).claims, decoded(access_token).claims]
    expect(Object.keys(id)).toEqual([
      ...['at_hash', 'sub', 'email_verified', 'iss', 'cognito:username', 'nonce', 'origin_jti', 'aud', 'event_id', 'token_use'],
      ...['auth_time', 'exp', 'iat', 'jti', 'email'],
    ])
    expect(Object.keys(access)).toEqual([
      ...[
        'sub',
        'iss',
        'version',
        'client_id',
        'origin_jti',
        'event_id',
        'token_use',
        'scope',
        'auth_time',
        'exp',
        'iat',
        'jti',
        'username',
      ],
    ])
    expect(id).toMatchObject({
      sub: 'a11ce000-0000-4000-8000-000000000001',
      email_verified: true,
      iss: issuer,
      'cognito:username': 'alice',
      aud: web.client_id,
      token_use: 'id',
      email: 'alice@example.com',
      origin_jti: access.origin_jti,
      event_id: access.event_id,
    })
    expect(access).toMatchObject({ version: 2, client_id: web.client_id, token_use: 'access', scope: 'openid email', username: 'alice' })
    for (const one of [id.jti, access.jti, id.origin_jti, id.event_id]) expect(one).toMatch(uuid)
    expect(access.jti).not.toBe(id.jti)
  })

  test('without scope all of the client is given, and openid alone opens every attribute', async () => {
    expect(decoded((await tokens({})).access_token).claims.scope).toBe('openid email phone profile aws.cognito.signin.user.admin')
    const { claims } = decoded((await tokens({ scope: 'openid' })).id_token)
    expect(claims).toMatchObject({ given_name: 'Alice', family_name: 'Arnold', email: 'alice@example.com' })
  })

  test('without openid no ID token comes', async () => {
    expect(Object.keys(await tokens({ scope: 'aws.cognito.signin.user.admin' }))).toEqual(
      ...[['access_token', 'refresh_token', 'expires_in', 'token_type']],
    )
  })

  test('a refresh brings no refresh token, and can be repeated', async () => {
    const first = await tokens()
    for (const _again of [1, 2]) {
      const { json } = await post(tokenUrl, { grant_type: 'refresh_token', refresh_token: String(first.refresh_token), ...web })
      expect(Object.keys(json)).toEqual(['id_token', 'access_token', 'expires_in', 'token_type'])
      expect(decoded(json.access_token).claims.origin_jti).toBe(decoded(first.access_token).claims.origin_jti)
    }
  })

  test('a client by itself gets an access token alone', async () => {
    const { json, status } = await post(tokenUrl, { grant_type: 'client_credentials', ...machine })
    expect(status).toBe(200)
    expect(Object.keys(json)).toEqual(['access_token', 'expires_in', 'token_type'])
    const { claims } = decoded(json.access_token)
    expect(Object.keys(claims)).toEqual(['sub', 'token_use', 'scope', 'auth_time', 'iss', 'exp', 'iat', 'version', 'jti', 'client_id'])
    expect(claims).toMatchObject({ sub: machine.client_id, scope: 'demo/read demo/write', version: 2, client_id: machine.client_id })
  })

  test('a public client may do without PKCE, and with it needs its verifier', async () => {
    const bare = await codeFor(box, { client_id: spa.client_id })
    expect((await post(tokenUrl, { grant_type: grant, code: bare, redirect_uri: callback, ...spa })).status).toBe(200)
    const pkce = { client_id: spa.client_id, code_challenge: challenge, code_challenge_method: 'S256' }
    const form = { grant_type: grant, redirect_uri: callback, ...spa }
    const code = await codeFor(box, pkce)
    expect((await post(tokenUrl, { ...form, code, code_verifier: verifier })).status).toBe(200)
  })
})

describe('errors of the token endpoint are the code alone, with 400', () => {
  const refused: [string, Record<string, string>, string][] = [
    ['a wrong secret', { client_secret: 'wrong' }, 'invalid_client'],
    ['an unknown client', { client_id: 'nobody' }, 'invalid_client'],
    ['a public client’s code at another client', spa, 'invalid_client'],
    ['a wrong redirect URI', { redirect_uri: 'http://localhost:3000/' }, 'invalid_grant'],
    ['no redirect URI', { redirect_uri: '' }, 'invalid_request'],
    ['a verifier that was not announced', { code_verifier: verifier }, 'invalid_grant'],
  ]
  test.each(refused)('%s, which burns the code', async (_what, form, error) => {
    const code = await codeFor(box)
    const answer = await redeem(code, form)
    expect([answer.status, answer.text]).toEqual([400, `{"error":"${error}"}`])
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8')
    expect(answer.headers.get('grantbox-explain')).not.toBeNull()
    expect((await redeem(code)).text).toBe('{"error":"invalid_grant"}')
  })

  test.each([
    [
      'an unknown code',
      { grant_type: grant, code: '1a2b3c4d-0000-4000-8000-000000000000', redirect_uri: callback, ...web },
      'invalid_grant',
    ],
    ['no code', { grant_type: grant, redirect_uri: callback, ...web }, 'invalid_request'],
    ['a grant type that nobody has', { grant_type: 'password', ...web }, 'unsupported_grant_type'],
    ['a grant type that the client may not use', { grant_type: 'client_credentials', ...web }, 'unauthorized_client'],
    ['no grant type', { ...web }, 'invalid_request'],
    ['an unknown refresh token', { grant_type: 'refresh_token', refresh_token: 'x', ...web }, 'invalid_grant'],
    ['a wrong scope of a client by itself', { grant_type: 'client_credentials', scope: 'other/read', ...machine }, 'invalid_scope'],
  ])('%s', async (_what, form, error) => {
    const answer = await post(tokenUrl, form)
    expect([answer.status, answer.text]).toEqual([400, `{"error":"${error}"}`])
  })

  test('a used code, an expired one and one of another client', async () => {
    const used = await codeFor(box)
    await redeem(used)
    expect((await redeem(used)).text).toBe('{"error":"invalid_grant"}')
    const foreign = await codeFor(box, { client_id: spa.client_id })
    expect((await redeem(foreign)).text).toBe('{"error":"invalid_grant"}')
    const late = await codeFor(box)
    box.clock.advance(301)
    expect((await redeem(late)).text).toBe('{"error":"invalid_grant"}')
  })
})

describe('userInfo', () => {
  test('says texts alone', async () => {
    const { access_token } = await tokens({ scope: 'openid email' })
    const { text } = await get(`${base}/oauth2/userInfo`, { authorization: `Bearer ${access_token}` })
    expect(text).toBe(
      '{"sub":"a11ce000-0000-4000-8000-000000000001","email_verified":"true","email":"alice@example.com","username":"alice"}',
    )
  })

  test('refuses what does not hold', async () => {
    const none = await get(`${base}/oauth2/userInfo`)
    expect([none.status, none.text]).toEqual([400, '{"error":"invalid_request"}'])
    const wrong = await get(`${base}/oauth2/userInfo`, { authorization: 'Bearer x' })
    expect([wrong.status, wrong.text]).toEqual([
      401,
      '{"error":"invalid_token","error_description":"Access token is expired, disabled, or deleted."}',
    ])
    const { access_token } = await tokens({ scope: 'aws.cognito.signin.user.admin' })
    expect((await get(`${base}/oauth2/userInfo`, { authorization: `Bearer ${access_token}` })).status).toBe(401)
  })
})

describe('revoke', () => {
  const revoke = (form: Record<string, string>) => post(`${base}/oauth2/revoke`, form)

  test('a refresh token goes with all that came of it', async () => {
    const { access_token, refresh_token } = await tokens()
    const answer = await revoke({ token: String(refresh_token), ...web })
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect((await get(`${base}/oauth2/userInfo`, { authorization: `Bearer ${access_token}` })).status).toBe(401)
    const again = await post(tokenUrl, { grant_type: 'refresh_token', refresh_token: String(refresh_token), ...web })
    expect(again.text).toBe('{"error":"invalid_grant"}')
  })

  test("another client's cannot be revoked, and a token that is none is no error", async () => {
    const { refresh_token } = await tokens()
    const foreign = await revoke({ token: String(refresh_token), ...spa })
    expect([foreign.status, foreign.text]).toEqual([400, '{"error":"invalid_request"}'])
    const none = await revoke({ token: 'x', ...web })
    expect([none.status, none.text]).toEqual([200, ''])
  })

  test('nothing else can be revoked', async () => {
    const { access_token } = await tokens()
    const answers = await Promise.all([
      revoke({ token: String(access_token), ...web }),
      revoke({ ...web }),
      revoke({ token: 'x', ...web, client_secret: 'x' }),
    ])
    expect(answers.map(({ status, text }) => [status, text])).toEqual([
      [400, '{"error":"unsupported_token_type"}'],
      [400, '{"error":"invalid_request"}'],
      [400, '{"error":"invalid_client"}'],
    ])
  })
})

describe('logout', () => {
  test('ends the session without a question and adds nothing to the sign-out URL', async () => {
    const jar = new Jar()
    await callbackOf(box, {}, { jar })
    const end = await jar.open(
      `${base}/logout?client_id=${web.client_id}&logout_uri=${encodeURIComponent('http://localhost:3000/')}&state=s`,
    )
    expect([end.status, end.headers.get('location')]).toEqual([302, 'http://localhost:3000/'])
    expect(box.sandbox('cognito').journal.list({ limit: 1 })[0]?.notes).toEqual([
      'The request has state: without effect at the end session endpoint',
    ])
    expect((await jar.open(authorizeUrl(base))).location?.pathname).toBe('/cognito/login')
  })

  test('leads back to the sign-in page with the parameters of a new request', async () => {
    const query = new URLSearchParams({ client_id: web.client_id, redirect_uri: callback, response_type: 'code', scope: 'openid' })
    const { headers } = await get(`${base}/logout?${query}`)
    expect(headers.get('location')).toBe(`${base}/login?${query}`)
  })

  test.each([
    [`client_id=${web.client_id}`, "Required String parameter 'redirect_uri' is not present"],
    ['logout_uri=http://localhost:3000/', "Required String parameter 'client_id' is not present"],
    [`client_id=${web.client_id}&logout_uri=https://evil.example/`, 'redirect_mismatch'],
    [`client_id=${web.client_id}&redirect_uri=https://evil.example/&response_type=code`, 'redirect_mismatch'],
    ['client_id=nobody&logout_uri=http://localhost:3000/', 'Client does not exist.'],
  ])('%s is a page', async (query, text) => {
    const answer = await get(`${base}/logout?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.text.replaceAll('&#39;', "'")).toContain(text)
  })
})
