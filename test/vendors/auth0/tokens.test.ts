import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Answer, basic, claimsOf, headerOf, post, postJson, send } from '../../support/vendor-client.ts'
import { alice, aliceId, askToken, audience, callback, database, freshCode, machine, spa, startTenantForFile, web } from './auth0-tenant.ts'

const server = await startTenantForFile()
const { url } = server
const realm = 'http://auth0.com/oauth/grant-type/password-realm'
const redeem = (code: string, more: object = {}) =>
  askToken(server, { grant_type: 'authorization_code', ...web, redirect_uri: callback, code, ...more })

describe('discovery and keys', () => {
  test('the issuer ends with a slash, in its metadata and in its tokens', async () => {
    const { body } = await send(`${url}/.well-known/openid-configuration`)
    expect(body).toMatchObject({
      issuer: `${url}/`,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/oauth/token`,
      device_authorization_endpoint: `${url}/oauth/device/code`,
      userinfo_endpoint: `${url}/userinfo`,
      mfa_challenge_endpoint: `${url}/mfa/challenge`,
      jwks_uri: `${url}/.well-known/jwks.json`,
      registration_endpoint: `${url}/oidc/register`,
      revocation_endpoint: `${url}/oauth/revoke`,
      end_session_endpoint: `${url}/oidc/logout`,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    })
    expect(Object.keys(body).slice(0, 9)).toEqual([
      'issuer',
      'authorization_endpoint',
      'token_endpoint',
      'device_authorization_endpoint',
      'userinfo_endpoint',
      'mfa_challenge_endpoint',
      'jwks_uri',
      'registration_endpoint',
      'revocation_endpoint',
    ])
  })

  test('the key set has the present key and the next one, members in the vendor’s order', async () => {
    const { body } = await send(`${url}/.well-known/jwks.json`)
    const keys = body.keys as Record<string, unknown>[]
    expect(keys.map((key) => Object.keys(key))).toEqual(Array(2).fill(['kty', 'use', 'n', 'e', 'kid', 'x5t', 'x5c', 'alg']))
    expect(keys.map((key) => String(key.kid))).toEqual(Array(2).fill(expect.stringMatching(/^[\w-]{21}$/)))
    expect(keys[0]?.n).not.toBe(keys[1]?.n)
    const { body: again } = await send(`${url}/.well-known/jwks.json`)
    expect(again).toEqual(body)
  })
})

describe('tokens', () => {
  test('without an audience the access token is opaque and looks encrypted, with nothing in its second part', async () => {
    const { body } = await redeem(await freshCode(server))
    expect(Object.keys(body)).toEqual(['access_token', 'refresh_token', 'id_token', 'scope', 'expires_in', 'token_type'])
    const [header = '', key, ...rest] = String(body.access_token).split('.')
    expect(Buffer.from(header, 'base64url').toString()).toBe(`{"alg":"dir","enc":"A256GCM","iss":"${url}/"}`)
    expect([key, rest.length]).toEqual(['', 3])
    expect(body.refresh_token).toMatch(/^v1\.M[\w-]{43}$/)
    expect(body).toMatchObject({ expires_in: 86_400, token_type: 'Bearer', scope: 'openid profile email offline_access' })
    const told = await send(`${url}/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })
    expect(told.body).toMatchObject({ sub: aliceId, email: 'alice@example.com', nickname: 'alice' })
  })

  test('an ID token says the user first, its header is the vendor’s, and it lives ten hours', async () => {
    const { body } = await redeem(await freshCode(server, { nonce: 'n' }))
    const id_token = String(body.id_token)
    expect(headerOf(id_token)).toMatch(/^\{"alg":"RS256","typ":"JWT","kid":"[\w-]{21}"\}$/)
    const claims = claimsOf(id_token)
    expect(Object.keys(claims)).toEqual([
      ...['given_name', 'family_name', 'nickname', 'name', 'picture', 'updated_at', 'email', 'email_verified'],
      ...['iss', 'aud', 'sub', 'iat', 'exp', 'sid', 'nonce'],
    ])
    expect(claims).toMatchObject({ iss: `${url}/`, aud: web.client_id, sub: aliceId, nonce: 'n', name: 'Alice Arnold' })
    expect(claims.updated_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(claims.sid).toMatch(/^[\w-]{32}$/)
    expect(Number(claims.exp) - Number(claims.iat)).toBe(36_000)
    await jwtVerify(id_token, createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`)), {
      issuer: `${url}/`,
      currentDate: new Date(server.clock.now()),
    })
  })

  test.each<[what: string, ask: () => Promise<Answer>, claims: Record<string, unknown>]>([
    [
      'of a machine',
      () => askToken(server, { grant_type: 'client_credentials', ...web, audience }),
      {
        iss: `${url}/`,
        sub: `${web.client_id}@clients`,
        aud: audience,
        iat: expect.any(Number),
        exp: expect.any(Number),
        scope: 'read:messages write:messages',
        gty: 'client-credentials',
        azp: web.client_id,
        jti: expect.any(String),
      },
    ],
    [
      'of a code, for the API and userinfo',
      async () => redeem(await freshCode(server, { audience, scope: 'openid read:messages unknown:scope' })),
      {
        iss: `${url}/`,
        sub: aliceId,
        aud: [audience, `${url}/userinfo`],
        iat: expect.any(Number),
        exp: expect.any(Number),
        scope: 'openid read:messages',
        azp: web.client_id,
        jti: expect.any(String),
      },
    ],
    [
      'of a password in a realm',
      () => askToken(server, { grant_type: realm, realm: database, ...alice, ...web, audience, scope: 'read:messages' }),
      {
        iss: `${url}/`,
        sub: aliceId,
        aud: audience,
        iat: expect.any(Number),
        exp: expect.any(Number),
        scope: 'read:messages',
        gty: 'password',
        azp: web.client_id,
        jti: expect.any(String),
      },
    ],
  ])('for an API a JWT %s has its claims in the vendor’s order', async (_what, ask, expected) => {
    const { body, text } = await ask()
    const claims = claimsOf(body.access_token ?? text)
    expect(claims).toEqual(expected)
    expect(Object.keys(claims)).toEqual(Object.keys(expected))
  })

  test('a form and a Basic header do as well as JSON', async () => {
    const { status } = await post(
      `${url}/oauth/token`,
      { grant_type: 'client_credentials', audience },
      basic(machine.client_id, machine.client_secret),
    )
    expect(status).toBe(200)
  })

  test('a user’s claims that are named by a URL stand first in all tokens, as Actions add them', async () => {
    const sandbox = server.sandbox()
    const user = sandbox.directory.findUser('bob')
    if (user === undefined) throw new Error('there is no bob')
    sandbox.directory.updateUser({ ...user, claims: { 'https://app.example/roles': ['admin'], plain: true } })
    const { body } = await redeem(await freshCode(server, { username: 'bob', audience, scope: 'openid' }))
    for (const token of [body.access_token, body.id_token]) {
      const claims = claimsOf(token)
      expect([Object.keys(claims)[0], claims.plain]).toEqual(['https://app.example/roles', undefined])
    }
  })

  test('an organization stands in the tokens of whoever signed in to it', async () => {
    for (const organization of ['example-org', 'org_grantboxExample']) {
      const { body } = await redeem(await freshCode(server, { organization, audience, scope: 'openid' }))
      for (const token of [body.access_token, body.id_token]) expect(claimsOf(token).org_id).toBe('org_grantboxExample')
    }
  })
})

describe('refresh tokens', () => {
  const refresh = (refresh_token: unknown, client: object = web) =>
    askToken(server, { grant_type: 'refresh_token', ...client, refresh_token })

  test('are not given without offline_access', async () => {
    const { body } = await redeem(await freshCode(server, { scope: 'openid' }))
    expect(Object.keys(body)).toEqual(['access_token', 'id_token', 'scope', 'expires_in', 'token_type'])
  })

  test('are minted for a test whatever the scope', async () => {
    const wanted = { client_id: web.client_id, username: 'alice', scope: 'openid' }
    const { body } = await postJson(`${url}/_grantbox/sandboxes/auth0/tokens`, wanted)
    expect((await refresh(body.refresh_token)).status).toBe(200)
  })

  test('rotate: a second use revokes the family, whose access tokens stay', async () => {
    const { body: first } = await redeem(await freshCode(server))
    const { body: second } = await refresh(first.refresh_token)
    expect(second.refresh_token).toMatch(/^v1\.M/)
    for (const token of [first.refresh_token, second.refresh_token]) {
      const { status, body } = await refresh(token)
      expect([status, body]).toEqual([403, { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }])
    }
    for (const token of [first.access_token, second.access_token]) {
      expect((await send(`${url}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
    }
    const { text } = await send(`${url}/_grantbox/sandboxes/auth0/grants?username=alice`)
    expect(text).toContain('"revoked_reason":"a refresh token was used after its time"')
  })

  test('keep within their leeway, and with rotation off the answer has none', async () => {
    const sandbox = `${url}/_grantbox/sandboxes/auth0`
    const set = (settings: object) =>
      send(sandbox, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ settings }) })
    onTestFinished(server.clock.stop())
    await set({ rotation_grace: 30 })
    const { body: first } = await redeem(await freshCode(server))
    await refresh(first.refresh_token)
    server.clock.advance(29)
    expect((await refresh(first.refresh_token)).status).toBe(200)
    await set({ rotation: 'off', rotation_grace: null })
    const { body: kept } = await redeem(await freshCode(server))
    const { body: again } = await refresh(kept.refresh_token)
    expect(Object.keys(again)).toEqual(['access_token', 'id_token', 'scope', 'expires_in', 'token_type'])
    expect((await refresh(kept.refresh_token)).status).toBe(200)
    await set({ rotation: null })
  })

  const setting = (settings: object) =>
    send(`${url}/_grantbox/sandboxes/auth0`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settings }),
    })

  test('end when they are unused for fifteen days, and thirty days after the first of them', async () => {
    const day = 86_400
    const { body: unused } = await redeem(await freshCode(server))
    const { body: first } = await redeem(await freshCode(server))
    server.clock.advance(14 * day)
    const { body: second } = await refresh(first.refresh_token)
    server.clock.advance(2 * day)
    expect((await refresh(unused.refresh_token)).status).toBe(403)
    server.clock.advance(10 * day)
    const { body: third } = await refresh(second.refresh_token)
    expect(third.refresh_token).toMatch(/^v1\.M/)
    server.clock.advance(4 * day + 1)
    const late = await refresh(third.refresh_token)
    await setting({ refresh_token_ttl: 0 })
    const { body: endless } = await redeem(await freshCode(server))
    server.clock.advance(20 * day)
    expect((await refresh(endless.refresh_token)).status).toBe(200)
    await setting({ refresh_token_ttl: null })
    expect([late.status, late.body]).toEqual([403, { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }])
  })

  test('are revoked with an empty answer', async () => {
    const { body } = await redeem(await freshCode(server))
    const revoked = await send(`${url}/oauth/revoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...web, token: body.refresh_token }),
    })
    expect([revoked.status, revoked.text]).toEqual([200, ''])
    expect((await refresh(body.refresh_token)).status).toBe(403)
    expect((await send(`${url}/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })).status).toBe(200)
  })
})

test('a public client uses PKCE if it likes', async () => {
  const code = await freshCode(server, { client_id: spa.client_id })
  const { status } = await askToken(server, { grant_type: 'authorization_code', ...spa, redirect_uri: callback, code })
  expect(status).toBe(200)
})
