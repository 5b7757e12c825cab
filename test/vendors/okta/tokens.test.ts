import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { alice, callbackOf, codeOf, custom, redeem, token, web } from '../../support/okta-client.ts'
import { start, startForFile } from '../../support/server.ts'
import { basic, claimsOf, headerOf, post, send } from '../../support/vendor-client.ts'

const { url } = await startForFile({ defaultProvider: 'okta' })

test('a custom server gives an access token in the order of the vendor', async () => {
  const { body, headers, text } = await redeem(url, await codeOf(url, { scope: 'openid profile email offline_access groups' }))
  expect(Object.keys(body)).toEqual(['token_type', 'expires_in', 'access_token', 'scope', 'refresh_token', 'id_token'])
  expect(text).toMatch(/^\{"token_type":"Bearer","expires_in":3600,"access_token":"eyJ/)
  expect(body.refresh_token).toMatch(/^[\w-]{43}$/)
  expect(headers.get('cache-control')).toBe('no-cache, no-store')
  expect(headers.get('pragma')).toBe('no-cache')
  expect(headers.get('content-type')).toMatch(/^application\/json/)
  expect(headers.get('x-okta-request-id')).toMatch(/^[\w-]{27}$/)
  expect([headers.get('x-rate-limit-limit'), headers.get('x-rate-limit-remaining')]).toEqual(['300', '299'])
  expect(Number(headers.get('x-rate-limit-reset')) - Number(claimsOf(body.access_token).iat)).toBeGreaterThanOrEqual(59)
  expect(headerOf(String(body.access_token))).toMatch(/^\{"kid":"[\w-]{43}","alg":"RS256"\}$/)
  const claims = claimsOf(body.access_token)
  expect(Object.keys(claims)).toEqual(['ver', 'jti', 'iss', 'aud', 'iat', 'exp', 'cid', 'uid', 'scp', 'auth_time', 'sub', 'groups'])
  expect(claims).toMatchObject({
    ver: 1,
    jti: expect.stringMatching(/^AT\.[\w-]{43}\.oar\w{17}$/),
    iss: `${url}/oauth2/default`,
    aud: 'api://default',
    cid: web.client_id,
    uid: '00ugrantboxalice0001',
    scp: ['openid', 'profile', 'email', 'offline_access', 'groups'],
    sub: 'alice',
    groups: ['Everyone', 'Developers'],
  })
})

test('an ID token beside an access token is thin', async () => {
  const { body } = await redeem(url, await codeOf(url, { scope: 'openid profile email' }))
  expect(headerOf(String(body.id_token))).toMatch(/^\{"kid":"[\w-]{43}","alg":"RS256"\}$/)
  const claims = claimsOf(body.id_token)
  expect(Object.keys(claims)).toEqual([
    ...[
      'sub',
      'name',
      'email',
      'ver',
      'iss',
      'aud',
      'iat',
      'exp',
      'jti',
      'amr',
      'idp',
      'nonce',
      'preferred_username',
      'auth_time',
      'at_hash',
    ],
  ])
  expect(claims).toMatchObject({
    sub: '00ugrantboxalice0001',
    name: 'Alice Arnold',
    email: 'alice@example.com',
    ver: 1,
    iss: `${url}${custom}`,
    aud: web.client_id,
    jti: expect.stringMatching(/^ID\.[\w-]{43}$/),
    amr: ['pwd'],
    idp: expect.stringMatching(/^00o\w{17}$/),
    nonce: 'n-1',
    preferred_username: 'alice',
  })
  expect(Number(claims.exp) - Number(claims.iat)).toBe(3600)
})

test('an ID token alone tells all, and its keys are where the verifier looks', async () => {
  const answer = await callbackOf(url, { response_type: 'id_token', response_mode: 'fragment' })
  const id_token = new URLSearchParams(answer.hash.slice(1)).get('id_token') ?? ''
  const { payload } = await jwtVerify(id_token, createRemoteJWKSet(new URL(`${url}${custom}/v1/keys`)), { issuer: `${url}${custom}` })
  expect(payload).toMatchObject({ given_name: 'Alice', family_name: 'Arnold', email_verified: true })
  const { body } = await send(`${url}${custom}/v1/keys`)
  expect(Object.keys((body.keys as object[])[0] ?? {})).toEqual(['kty', 'alg', 'kid', 'use', 'e', 'n'])
})

test('the org server has tokens of its own', async () => {
  const { body } = await redeem(url, await codeOf(url, {}, '/oauth2'), {}, '/oauth2')
  expect(headerOf(String(body.access_token))).toMatch(/^\{"kid":"[\w-]{43}","alg":"RS256","typ":"application\/okta-internal-at\+jwt"\}$/)
  expect(claimsOf(body.access_token)).toMatchObject({ iss: url, aud: url })
  expect(claimsOf(body.id_token)).toMatchObject({ iss: url })
})

test('a client has no user', async () => {
  const { body } = await token(url, { grant_type: 'client_credentials', scope: 'read' })
  expect(Object.keys(body)).toEqual(['token_type', 'expires_in', 'access_token', 'scope'])
  const claims = claimsOf(body.access_token)
  expect(Object.keys(claims)).toEqual(['ver', 'jti', 'iss', 'aud', 'iat', 'exp', 'cid', 'scp', 'sub'])
  expect(claims).toMatchObject({ sub: web.client_id, scp: ['read'], jti: expect.stringMatching(/^AT\.[\w-]{43}$/) })
})

test('userinfo tells what the ID token left out', async () => {
  const { body } = await token(url, { grant_type: 'password', ...alice, scope: 'openid profile email groups' })
  const me = await send(`${url}${custom}/v1/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })
  expect(me.body).toMatchObject({
    sub: '00ugrantboxalice0001',
    name: 'Alice Arnold',
    given_name: 'Alice',
    preferred_username: 'alice',
    email_verified: true,
    groups: ['Everyone', 'Developers'],
  })
})

test('introspection tells in the order of the vendor, and revocation is empty', async () => {
  const { body } = await token(url, { grant_type: 'password', ...alice, scope: 'openid offline_access' })
  const access = String(body.access_token)
  const ask = (path: string) => post(`${url}${custom}/v1/${path}`, { token: access }, basic(web.client_id, web.client_secret))
  const there = await ask('introspect')
  expect(Object.keys(there.body)).toEqual([
    ...['active', 'scope', 'username', 'exp', 'iat', 'sub', 'aud', 'iss', 'jti', 'token_type', 'client_id', 'uid'],
  ])
  expect(there.body).toMatchObject({ active: true, username: 'alice', sub: 'alice', aud: 'api://default', uid: '00ugrantboxalice0001' })
  const revoked = await ask('revoke')
  expect([revoked.status, revoked.text, revoked.headers.get('content-type')]).toEqual([200, '', null])
  expect((await ask('introspect')).text).toBe('{"active":false}')
})

describe('each server', () => {
  const servers = {
    default: { audience: 'api://default', scopes: { read: '' } },
    aus1: { audience: 'api://orders', scopes: { orders: 'Orders' } },
  }
  const keysOf = async (url: string, server: string) => (await send(`${url}${server}/v1/keys`)).body.keys as { kid: string }[]
  const mint = async (url: string, server: string, scope: string) => {
    const { body } = await token(url, { grant_type: 'password', ...alice, scope }, server)
    return String(body.access_token)
  }

  test('has its audience, scopes and keys', async () => {
    const server = await start({ defaultProvider: 'okta' })
    const { url } = server
    const settings = { authorization_servers: servers }
    await fetch(`${url}/_grantbox/sandboxes/okta`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settings }),
    })
    const orders = await mint(url, '/oauth2/aus1', 'openid orders')
    expect(claimsOf(orders)).toMatchObject({ iss: `${url}/oauth2/aus1`, aud: 'api://orders', scp: ['openid', 'orders'] })
    expect((await token(url, { grant_type: 'client_credentials', scope: 'orders' })).body.error).toBe('invalid_scope')
    const all = ['/oauth2/default', '/oauth2/aus1', '/oauth2']
    const kids = (await Promise.all(all.map((one) => keysOf(url, one)))).map((keys) => keys.map(({ kid }) => kid))
    expect(kids.map((one) => one.length)).toEqual([1, 1, 1])
    expect(new Set(kids.flat()).size).toBe(3)
    const set = (at: string) => createRemoteJWKSet(new URL(`${url}${at}/v1/keys`))
    await jwtVerify(orders, set('/oauth2/aus1'), { audience: 'api://orders' })
    await expect(jwtVerify(orders, set('/oauth2/default'))).rejects.toThrow(/no applicable key/)
    await jwtVerify(await mint(url, '/oauth2', 'openid'), set('/oauth2'))
    await server.sandbox('okta').keys.rotate('rotate')
    for (const one of all) expect(await keysOf(url, one)).toHaveLength(2)
    await jwtVerify(await mint(url, '/oauth2/aus1', 'openid orders'), set('/oauth2/aus1'))
    await server.sandbox('okta').keys.rotate('retire')
    for (const one of all) expect(await keysOf(url, one)).toHaveLength(1)
  })

  test('knows its own tokens alone at userinfo, introspection and revocation', async () => {
    const of = { '/oauth2': await mint(url, '/oauth2', 'openid'), [custom]: await mint(url, custom, 'openid') }
    const { body } = await token(url, { grant_type: 'password', ...alice, scope: 'openid offline_access' })
    const me = (at: string, text: string) => send(`${url}${at}/v1/userinfo`, { headers: { authorization: `Bearer ${text}` } })
    const ask = (at: string, path: string, text: unknown) =>
      post(`${url}${at}/v1/${path}`, { token: String(text) }, basic(web.client_id, web.client_secret))
    for (const [own, other] of [['/oauth2', custom] as const, [custom, '/oauth2'] as const]) {
      expect((await ask(other, 'revoke', of[own])).status).toBe(200)
      expect((await me(own, of[own])).status).toBe(200)
      expect((await ask(own, 'introspect', of[own])).body.active).toBe(true)
      const refused = await me(other, of[own])
      expect([refused.status, refused.text]).toEqual([401, ''])
      expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token", error_description="The access token is invalid."')
      expect(refused.explanation).toContain(`issued by ${url}${own === custom ? custom : ''}`)
      expect((await ask(other, 'introspect', of[own])).text).toBe('{"active":false}')
    }
    expect((await ask('/oauth2', 'introspect', body.refresh_token)).text).toBe('{"active":false}')
    expect((await ask(custom, 'introspect', body.refresh_token)).body.active).toBe(true)
  })

  test('keeps its keys', async () => {
    const server = await start({ defaultProvider: 'okta' })
    const before = await keysOf(server.url, '/oauth2')
    server.sandbox('okta').keys.forget()
    expect(await keysOf(server.url, '/oauth2')).toEqual(before)
  })

  test('knows an ID token of its own for a sign-out, and no other', async () => {
    const { body } = await redeem(url, await codeOf(url, {}, '/oauth2'), {}, '/oauth2')
    const leave = (at: string) => send(`${url}${at}/v1/logout?id_token_hint=${body.id_token}`, { headers: { accept: 'text/html' } })
    expect((await leave('/oauth2')).status).toBe(200)
    expect((await leave(custom)).status).toBe(400)
  })
})
