import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import {
  alice,
  api,
  authorizeUrl,
  callback,
  callbackOf,
  challenge,
  homeTenant,
  oid,
  ordersScope,
  signIn,
  spa,
  startEntra,
  token,
  tokensOf,
  verifier,
  web,
} from '../../support/entra-client.ts'
import { basic, claimsOf, headerOf, post, postJson, send } from '../../support/vendor-client.ts'
import { expectRefusal, expectTold } from './refusal.ts'

/** What the vendor does beside errors, row by row: parameters, members and claims in their order. */

const server = await startEntra()
const { url } = server
const machine = { grant_type: 'client_credentials', scope: 'https://graph.microsoft.com/.default' }

/** Alice with other claims, for as long as something is asked. */
async function withClaims<T>(claims: Record<string, unknown>, ask: () => Promise<T>): Promise<T> {
  const { directory } = server.sandbox()
  const user = directory.findUser('alice')
  if (user === undefined) throw new Error('no alice')
  directory.updateUser({ ...user, claims: { ...user.claims, ...claims } })
  try {
    return await ask()
  } finally {
    directory.updateUser(user)
  }
}

async function manifest(of: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ settings: { manifests: { [web.client_id]: of } } })
  expect((await send(`${url}/_grantbox/sandboxes/entra`, { method: 'PATCH', headers, body })).status).toBe(200)
}

/** What a page shows, without its marks. */
function words(html: string): string {
  return html
    .replace(/<head>.*?<\/head>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ')
}

describe('a client at the token endpoint', () => {
  test('has its secret in the header, too', async () => {
    const { status, body } = await token(url, machine, { headers: basic(web.client_id, web.client_secret) })
    expect([status, Object.keys(body)]).toEqual([200, ['token_type', 'expires_in', 'ext_expires_in', 'access_token']])
    expectRefusal(await token(url, machine, { headers: basic(web.client_id, 'wrong') }), {
      error: 'invalid_client',
      number: 7000215,
      text: `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${web.client_id}'.`,
    })
  })

  test('may say with a header where its user’s mailbox is, and that its form is in UTF-8', async () => {
    const headers = {
      'X-AnchorMailbox': `Oid:${oid}@${homeTenant}`,
      'content-type': 'application/x-www-form-urlencoded;charset=utf-8',
    }
    const { refresh_token } = await tokensOf(url, { scope: 'offline_access User.Read' })
    const form = { grant_type: 'refresh_token', ...web, refresh_token: String(refresh_token) }
    expect((await token(url, form, { headers })).status).toBe(200)
  })

  test('sends a form and no JSON', async () => {
    const answer = await postJson(`${url}/${homeTenant}/oauth2/v2.0/token`, { ...machine, ...web })
    expectRefusal(answer, {
      error: 'invalid_request',
      number: 900144,
      text: "The request body must contain the following parameter: 'grant_type'.",
    })
  })

  test('asks by POST alone', async () => {
    const answer = await send(`${url}/${homeTenant}/oauth2/v2.0/token`)
    expectRefusal(answer, {
      error: 'invalid_request',
      number: 900561,
      text: 'The endpoint only accepts POST requests. Received a GET request.',
    })
    expect(answer.headers.get('allow')).toBe('POST, OPTIONS')
  })

  test('says each parameter once', async () => {
    const form = `${new URLSearchParams({ ...machine, ...web })}&scope=openid`
    const answer = await post(`${url}/${homeTenant}/oauth2/v2.0/token`, form)
    expectRefusal(answer, { error: 'invalid_request', number: 9002313, text: 'Invalid request. Request is malformed or invalid.' })
  })

  test.each([
    [undefined, `openid ${ordersScope}`],
    ['openid', 'openid'],
    [ordersScope, `openid ${ordersScope}`],
  ])('need not say with a code which scope: %s', async (scope, told) => {
    const code = (await callbackOf(url, { scope: `openid ${ordersScope}` })).searchParams.get('code') ?? ''
    const { status, body } = await token(url, { grant_type: 'authorization_code', ...web, code, redirect_uri: callback, scope })
    expect([status, body.scope]).toEqual([200, told])
  })
})

describe('the authorization endpoint', () => {
  test('answers token in the fragment', async () => {
    const back = await callbackOf(url, { response_type: 'token' })
    const answer = new URLSearchParams(back.hash.slice(1))
    expect([back.search, [...answer.keys()]]).toEqual(['', ['access_token', 'token_type', 'expires_in', 'state', 'session_state']])
    expect([answer.get('token_type'), answer.get('expires_in'), answer.get('state')]).toEqual(['Bearer', '3599', 'xyz'])
  })

  test.each([
    ['code', '?'],
    ['id_token', '#'],
    ['code id_token', '#'],
    ['id_token token', '#'],
  ])('answers %s behind %s where nothing else was asked for', async (response_type, mark) => {
    const back = await callbackOf(url, { response_type, nonce: 'n' })
    expect(back.href.slice(callback.length, callback.length + 1)).toBe(mark)
  })

  test.each([
    ['login', 'name="loginfmt" type="text"'],
    ['select_account', 'Pick an account'],
    ['select_account', 'Use another account'],
    ['consent', 'Permissions requested'],
    ['create', 'name="loginfmt" type="text"'],
  ])('prompt=%s asks somebody who is signed in', async (prompt, shown) => {
    const jar = new Jar()
    await callbackOf(url, {}, { jar })
    expect((await jar.open(authorizeUrl(url))).location?.searchParams.get('code')).toMatch(/^1\.A/)
    const page = await jar.open(authorizeUrl(url, { prompt }))
    expect([page.status, page.html]).toEqual([200, expect.stringContaining(shown)])
  })

  test('login_hint is the name: who is known has the page for the password, who is not the one for the name', async () => {
    const known = await new Jar().open(authorizeUrl(url, { login_hint: alice.username }))
    expect(known.html).toContain(`<input type="hidden" name="loginfmt" value="${alice.username}">`)
    expect(known.html).toContain('name="passwd" type="password"')
    const unknown = await new Jar().open(authorizeUrl(url, { login_hint: 'nobody@contoso.onmicrosoft.com' }))
    expect(unknown.html).toMatch(/<input[^>]*name="loginfmt" type="text"[^>]*value="nobody@contoso\.onmicrosoft\.com"/)
  })

  test.each([
    'x-client-SKU',
    'x-client-VER',
    'x-client-OS',
    'x-client-CPU',
    'client-request-id',
    'x-ms-lib-capability',
    'claims',
    'instance_aware',
    'sid',
    'nativebroker',
    'return_spa_code',
    'clidata',
    'pocd',
    'ear_jwk',
    'whatever',
  ])('takes the parameter %s, which changes nothing', async (name) => {
    const back = await callbackOf(url, { [name]: name === 'claims' ? '{"access_token":{"xms_cc":{"values":["CP1"]}}}' : '1' })
    expect([...back.searchParams.keys()]).toEqual(['code', 'state', 'session_state'])
  })

  test.each([
    ['the address that devices have', 'https://login.microsoftonline.com/common/oauth2/nativeclient', ''],
    ['the one that MSAL has on phones', `msal${spa.client_id}://auth`, ''],
    ['a bare one, which gets a slash', 'http://localhost:7071', '/'],
  ])('answers a native application at %s', async (_, redirect_uri, slash) => {
    const asked = { client_id: spa.client_id, redirect_uri, code_challenge: challenge, code_challenge_method: 'S256' }
    const back = await callbackOf(url, asked)
    expect(back.href.startsWith(`${redirect_uri}${slash}?code=1.A`)).toBe(true)
    const code = back.searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', client_id: spa.client_id, redirect_uri, code, code_verifier: verifier }
    expect((await token(url, form)).status).toBe(200)
  })

  test('prompt=none says that consent is missing', async () => {
    const jar = new Jar()
    await callbackOf(url, {}, { jar })
    const { location } = await jar.open(authorizeUrl(url, { prompt: 'none', scope: 'openid Calendars.Read' }))
    expectTold(location, {
      error: 'consent_required',
      number: 65001,
      text: `The user or administrator has not consented to use the application with ID '${web.client_id}' named 'Contoso Web'. Send an interactive authorization request for this user and resource.`,
    })
  })
})

describe('consent', () => {
  test('shows scopes in words, and that nobody verified the publisher', async () => {
    const jar = new Jar()
    await callbackOf(url, {}, { jar })
    const page = await jar.open(authorizeUrl(url, { scope: 'openid offline_access Files.Read' }))
    const said = words(page.html)
    for (const part of [
      'Permissions requested',
      'Contoso Web',
      'unverified',
      'Read your files',
      'Maintain access to data you have given it access to',
    ])
      expect(said).toContain(` ${part} `)
    for (const [text, id] of [
      ['Accept', 'idSIButton9'],
      ['Cancel', 'idBtn_Back'],
    ])
      expect(page.html).toMatch(new RegExp(`<input [^>]*type="submit"[^>]* value="${text}" id="${id}"`))
    const allowed = await signIn(jar, page, url)
    expect(allowed.location?.searchParams.get('code')).toMatch(/^1\.A/)
    const again = await jar.open(authorizeUrl(url, { scope: 'openid offline_access Files.Read', prompt: 'none' }))
    expect(again.location?.searchParams.get('code')).toMatch(/^1\.A/)
    const other = { client_id: api.client_id, scope: 'openid Files.Read', prompt: 'none' }
    expect((await jar.open(authorizeUrl(url, other))).location?.searchParams.get('error')).toBe('consent_required')
  })
})

describe('an administrator who agreed', () => {
  const agree = (path: string, query: Record<string, string>) =>
    send(`${url}/${homeTenant}/${path}?${new URLSearchParams({ redirect_uri: callback, state: 's', ...query })}`, { redirect: 'manual' })

  test('to a scope spares every user the question, for that scope alone', async () => {
    const jar = new Jar()
    await callbackOf(url, {}, { jar })
    const silently = async (scope: string) =>
      (await jar.open(authorizeUrl(url, { scope, prompt: 'none' }))).location?.searchParams.get('error')
    expect(await silently('openid GroupMember.Read.All')).toBe('consent_required')
    const { status } = await agree('v2.0/adminconsent', {
      client_id: web.client_id,
      scope: 'https://graph.microsoft.com/GroupMember.Read.All',
    })
    expect([status, await silently('openid GroupMember.Read.All')]).toEqual([302, null])
    expect(await silently('openid User.ReadBasic.All')).toBe('consent_required')
  })

  test('without saying to what agreed to all that the application was configured with', async () => {
    const jar = new Jar()
    await callbackOf(url, {}, { jar })
    const asked = { client_id: api.client_id, scope: 'openid profile User.Read', prompt: 'none' }
    const silently = async () => (await jar.open(authorizeUrl(url, asked))).location?.searchParams
    expect((await silently())?.get('error')).toBe('consent_required')
    await agree('adminconsent', { client_id: api.client_id })
    expect((await silently())?.get('code')).toMatch(/^1\.A/)
    const beyond = await jar.open(authorizeUrl(url, { ...asked, scope: 'openid Files.Read' }))
    expect(beyond.location?.searchParams.get('error')).toBe('consent_required')
  })
})

describe('claims', () => {
  test('of an ID token with all that are optional, in alphabetical order behind the first five', async () => {
    const optional = ['family_name', 'given_name', 'login_hint', 'sid', 'upn']
    await manifest({ groupMembershipClaims: 'All', optionalClaims: { idToken: optional.map((name) => ({ name })) } })
    const scope = 'openid profile email'
    const back = await withClaims({ idp: 'https://sts.windows.net/other/' }, () =>
      callbackOf(url, { response_type: 'code id_token', scope, nonce: 'n-1' }),
    )
    await manifest({})
    const claims = claimsOf(new URLSearchParams(back.hash.slice(1)).get('id_token'))
    expect(Object.keys(claims)).toEqual([
      ...['aud', 'iss', 'iat', 'nbf', 'exp', 'aio', 'c_hash', 'email', 'family_name', 'given_name', 'groups', 'idp', 'login_hint'],
      ...['name', 'nonce', 'oid', 'preferred_username', 'rh', 'roles', 'sid', 'sub', 'tid', 'upn', 'uti', 'ver'],
    ])
    expect(claims).toMatchObject({
      idp: 'https://sts.windows.net/other/',
      roles: ['Orders.Admin'],
      family_name: 'Arnold',
      given_name: 'Alice',
    })
    expect(claims.sid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(claims.login_hint).toMatch(/^O\.[\w-]+$/)
    const jar = new Jar()
    await callbackOf(url, {}, { jar })
    const out = new URLSearchParams({ post_logout_redirect_uri: callback, logout_hint: String(claims.login_hint) })
    expect((await jar.open(`${url}/common/oauth2/v2.0/logout?${out}`)).location?.href).toBe(callback)
  })

  test('of an ID token of v1, with x5t in its header', async () => {
    const form = { ...web, grant_type: 'password', ...alice, resource: 'https://graph.microsoft.com' }
    const { body } = await token(url, form, { version: '' })
    expect(headerOf(String(body.id_token))).toMatch(/^\{"typ":"JWT","alg":"RS256","x5t":"([\w-]{27})","kid":"\1"\}$/)
    const claims = claimsOf(body.id_token)
    expect(Object.keys(claims)).toEqual([
      ...['aud', 'iss', 'iat', 'nbf', 'exp', 'aio', 'amr', 'email', 'family_name', 'given_name', 'groups', 'ipaddr', 'name', 'oid', 'rh'],
      ...['roles', 'sub', 'tid', 'unique_name', 'upn', 'uti', 'ver'],
    ])
    expect(claims).toMatchObject({ aud: web.client_id, iss: `${url}/${homeTenant}/`, amr: ['pwd'], ipaddr: '127.0.0.1', ver: '1.0' })
  })

  test('of an access token of v1 for an API of the tenant’s own: the audience is what was asked for', async () => {
    const { access_token } = await tokensOf(url, { scope: 'openid profile https://stock.contoso.example/user_impersonation' })
    expect(headerOf(String(access_token))).toMatch(/^\{"typ":"JWT","alg":"RS256","x5t":"([\w-]{27})","kid":"\1"\}$/)
    const claims = claimsOf(access_token)
    expect(Object.keys(claims)).toEqual([
      ...['aud', 'iss', 'iat', 'nbf', 'exp', 'acr', 'aio', 'amr', 'app_displayname', 'appid', 'appidacr', 'family_name', 'given_name'],
      ...['groups', 'ipaddr', 'name', 'oid', 'rh', 'roles', 'scp', 'sub', 'tid', 'unique_name', 'upn', 'uti', 'ver'],
    ])
    expect(claims).toMatchObject({
      aud: 'https://stock.contoso.example',
      iss: `${url}/${homeTenant}/`,
      scp: 'user_impersonation',
      ver: '1.0',
    })
  })

  test('scopes of OpenID Connect alone bring a token of Graph’s that has none of Graph’s', async () => {
    const { access_token, scope } = await tokensOf(url, { scope: 'openid profile email' })
    expect([scope, claimsOf(access_token)]).toMatchObject([
      'openid profile email',
      { aud: 'https://graph.microsoft.com', scp: 'openid profile email' },
    ])
  })
})

test('metadata lists its claims', async () => {
  const { body } = await send(`${url}/${homeTenant}/v2.0/.well-known/openid-configuration`)
  expect(body.claims_supported).toEqual([
    ...['sub', 'iss', 'cloud_instance_name', 'cloud_instance_host_name', 'cloud_graph_host_name', 'msgraph_host', 'aud', 'exp', 'iat'],
    ...['auth_time', 'acr', 'nonce', 'preferred_username', 'name', 'tid', 'ver', 'at_hash', 'c_hash', 'email'],
  ])
  expect(['revocation_endpoint', 'introspection_endpoint', 'registration_endpoint'].filter((name) => name in body)).toEqual([])
})

test('of keys there are several once another one signs', async () => {
  const keys = async () => ((await send(`${url}/common/discovery/v2.0/keys`)).body.keys as { kid: string }[]).map(({ kid }) => kid)
  const [first] = await keys()
  expect((await postJson(`${url}/_grantbox/sandboxes/entra/keys/rotate`, { mode: 'rotate' })).status).toBe(200)
  const both = await keys()
  expect([both.length, both.includes(first ?? '')]).toEqual([2, true])
  const { access_token } = await tokensOf(url, { scope: ordersScope })
  const { kid } = JSON.parse(headerOf(String(access_token))) as { kid: string }
  expect([kid === first, both.includes(kid)]).toEqual([false, true])
})

test('answers with tokens say who answered', async () => {
  const { headers } = await token(url, { ...machine, ...web })
  expect(['x-ms-ests-server', 'p3p', 'cache-control', 'pragma', 'expires'].map((name) => headers.get(name))).toEqual([
    '2.1.0 - grantbox',
    'CP="DSP CUR OTPi IND OTRi ONL FIN"',
    'no-store, no-cache',
    'no-cache',
    '-1',
  ])
})

test('keys tell their cloud', async () => {
  const { body, headers } = await send(`${url}/common/discovery/v2.0/keys`, { headers: { origin: 'https://app.example' } })
  const told = (body.keys as Record<string, unknown>[]).map(({ cloud_instance_name }) => cloud_instance_name)
  expect([...new Set(told)]).toEqual(['microsoftonline.com'])
  expect(headers.get('access-control-allow-origin')).toBe('*')
})
