import { describe, expect, test } from 'vitest'
import { claimsOf, headerOf, postJson, send } from '../../support/vendor-client.ts'
import { alice, aliceId, askToken, audience, callback, database, freshCode, startTenantForFile, TenantJar, web } from './auth0-tenant.ts'

/** What tokens say, claim by claim. */

const server = await startTenantForFile()
const { url } = server
const sandbox = `${url}/_grantbox/sandboxes/auth0`
const scope = 'openid read:messages offline_access'
const grant = (name: string) => `http://auth0.com/oauth/grant-type/${name}`

/** The newest code that was sent. */
async function sent(to: string): Promise<string> {
  const { body } = await send(`${sandbox}/outbox?to=${encodeURIComponent(to)}`)
  return (body.items as { code: string }[])[0]?.code ?? ''
}

async function byMessage(to: Record<string, string>, realm: 'email' | 'sms') {
  await postJson(`${url}/passwordless/start`, { ...web, connection: realm, send: 'code', ...to })
  const [username = ''] = Object.values(to)
  return askToken(server, { grant_type: grant('passwordless/otp'), ...web, realm, username, otp: await sent(username), audience, scope })
}

const set = (settings: object) =>
  send(sandbox, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ settings }) })

const byCode = async () =>
  askToken(server, {
    grant_type: 'authorization_code',
    ...web,
    redirect_uri: callback,
    code: await freshCode(server, { audience, scope }),
  })

describe('an access token for an API', () => {
  /** What stands there of every user, and of how the user came in. */
  const claims = (sub: unknown, gty?: string) => ({
    iss: `${url}/`,
    sub,
    aud: [audience, `${url}/userinfo`],
    iat: expect.any(Number),
    exp: expect.any(Number),
    scope,
    ...(gty !== undefined && { gty }),
    azp: web.client_id,
    jti: expect.stringMatching(/^[\w-]{22}$/),
  })
  const ways: [way: string, ask: () => ReturnType<typeof askToken>, sub: unknown, gty: string | undefined][] = [
    ['a code', byCode, aliceId, undefined],
    ['a password', () => askToken(server, { grant_type: 'password', ...web, ...alice, audience, scope }), aliceId, 'password'],
    [
      'a password in a realm',
      () => askToken(server, { grant_type: grant('password-realm'), realm: database, ...web, ...alice, audience, scope }),
      aliceId,
      'password',
    ],
    [
      'a code by e-mail',
      () => byMessage({ email: 'kim@example.com' }, 'email'),
      expect.stringMatching(/^email\|[0-9a-f]{24}$/),
      'passwordless',
    ],
    ['a code by SMS', () => byMessage({ phone_number: '+15550123' }, 'sms'), expect.stringMatching(/^sms\|[0-9a-f]{24}$/), 'passwordless'],
  ]

  test.each(ways)('that came of %s has these claims in their order, and after a refresh', async (_way, ask, sub, gty) => {
    const { body } = await ask()
    const refreshed = await askToken(server, { grant_type: 'refresh_token', ...web, refresh_token: body.refresh_token })
    for (const [token, expected] of [
      [body.access_token, claims(sub, gty)],
      [refreshed.body.access_token, claims(sub, 'refresh_token')],
    ] as const) {
      expect(headerOf(String(token))).toMatch(/^\{"alg":"RS256","typ":"JWT","kid":"[\w-]{21}"\}$/)
      const told = claimsOf(token)
      expect(told).toEqual(expected)
      expect(Object.keys(told)).toEqual(Object.keys(expected))
      expect(Number(told.exp) - Number(told.iat)).toBe(86_400)
    }
  })
})

describe('an API’s own form of tokens', () => {
  const api = (token_version: string) => ({ apis: [{ identifier: audience, scopes: { 'read:messages': 'Reading' }, token_version }] })

  test.each([
    ['access_token', 'JWT', ['iss', 'sub', 'aud', 'iat', 'exp', 'scope', 'azp', 'jti']],
    ['access_token_authz', 'JWT', ['iss', 'sub', 'aud', 'iat', 'exp', 'scope', 'azp', 'permissions', 'jti']],
    ['rfc9068_profile', 'at+jwt', ['iss', 'sub', 'aud', 'iat', 'exp', 'scope', 'client_id', 'jti']],
    ['rfc9068_profile_authz', 'at+jwt', ['iss', 'sub', 'aud', 'iat', 'exp', 'scope', 'client_id', 'permissions', 'jti']],
  ])('%s has the type %s and these claims', async (token_version, typ, names) => {
    expect((await set(api(token_version))).status).toBe(200)
    const { body } = await byCode()
    await set({ apis: null })
    const token = String(body.access_token)
    expect([headerOf(token).replace(/"kid":"[\w-]{21}"/, '"kid":"KID"'), Object.keys(claimsOf(token))]).toEqual([
      `{"alg":"RS256","typ":"${typ}","kid":"KID"}`,
      names,
    ])
    expect(claimsOf(token).jti).toMatch(/^[\w-]{22}$/)
  })
})

describe('claims that Actions add', () => {
  test('stand first when their names are URLs, but not under the vendor’s own host', async () => {
    const { directory } = server.sandbox()
    const bob = directory.findUser('bob')
    if (bob === undefined) throw new Error('there is no bob')
    const claims = { 'https://app.example/a': 1, 'https://dev-1.auth0.com/b': 2, 'https://auth0.com/c': 3, 'http://myauth0.com/d': 4, e: 5 }
    directory.updateUser({ ...bob, claims })
    const code = await freshCode(server, { username: 'bob', audience, scope: 'openid' })
    const { body } = await askToken(server, { grant_type: 'authorization_code', ...web, redirect_uri: callback, code })
    directory.updateUser(bob)
    const added = ['https://app.example/a', 'http://myauth0.com/d']
    expect(Object.keys(claimsOf(body.access_token)).slice(0, 3)).toEqual([...added, 'iss'])
    expect(Object.keys(claimsOf(body.id_token)).slice(0, 3)).toEqual([...added, 'iss'])
    expect(JSON.stringify([claimsOf(body.access_token), claimsOf(body.id_token)])).not.toMatch(/auth0\.com\/[bc]|"e":/)
  })

  test('need no URL where a template makes them', async () => {
    await set({ claims: { access_token: { plan: 'gold' } } })
    const { body } = await byCode()
    await set({ claims: null })
    expect(claimsOf(body.access_token).plan).toBe('gold')
  })
})

describe('an ID token', () => {
  async function inFront(response_type: string, more: Record<string, string> = {}) {
    const jar = new TenantJar()
    const query = {
      client_id: web.client_id,
      response_type,
      redirect_uri: callback,
      scope: 'openid email',
      state: 's',
      nonce: 'n',
      ...more,
    }
    const end = await jar.post(await jar.open(`${url}/authorize?${new URLSearchParams(query)}`), url, { ...alice, action: 'default' })
    return new URLSearchParams(response_type === 'code' ? end.location?.search : end.location?.hash.slice(1))
  }
  const common = ['email', 'email_verified', 'iss', 'aud', 'sub', 'iat', 'exp']

  test.each([
    ['id_token', ['sid', 'nonce']],
    ['token id_token', ['sid', 'nonce', 'at_hash']],
    ['code id_token', ['sid', 'nonce', 'c_hash']],
    ['code token id_token', ['sid', 'nonce', 'c_hash', 'at_hash']],
  ])('that comes with %s has the hashes of what comes with it', async (response_type, names) => {
    const answer = await inFront(response_type)
    expect(Object.keys(claimsOf(answer.get('id_token')))).toEqual([...common, ...names])
  })

  test('tells when the user signed in where max_age was asked for, and the organization', async () => {
    const answer = await inFront('code', { max_age: '600', organization: 'example-org' })
    const { body } = await askToken(server, { grant_type: 'authorization_code', ...web, redirect_uri: callback, code: answer.get('code') })
    const claims = claimsOf(body.id_token)
    expect(Object.keys(claims)).toEqual([...common, 'auth_time', 'sid', 'nonce', 'org_id', 'org_name'])
    expect([claims.aud, claims.nonce, claims.org_id, claims.org_name, Number(claims.exp) - Number(claims.iat)]).toEqual([
      web.client_id,
      'n',
      'org_grantboxExample',
      'example-org',
      36_000,
    ])
  })
})
