import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { alice, api, callbackOf, homeTenant, oid, ordersScope, spa, startEntra, token, tokensOf, web } from '../../support/entra-client.ts'
import { claimsOf, headerOf } from '../../support/vendor-client.ts'

const server = await startEntra()
const { url } = server

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const pairwise = /^[\w-]{43}$/
const uti = /^[\w-]{21}[AQgw]$/

describe('token answers, members in their order', () => {
  test.each([
    [
      'client credentials have no scope',
      { grant_type: 'client_credentials', scope: 'https://graph.microsoft.com/.default' },
      ['token_type', 'expires_in', 'ext_expires_in', 'access_token'],
    ],
    [
      'OpenID Connect’s scopes do no harm to an application, as MSAL for Java sends them',
      { grant_type: 'client_credentials', scope: 'https://graph.microsoft.com/.default openid profile offline_access' },
      ['token_type', 'expires_in', 'ext_expires_in', 'access_token'],
    ],
    [
      'a user’s tokens',
      { grant_type: 'password', ...alice, scope: 'openid offline_access User.Read' },
      ['token_type', 'scope', 'expires_in', 'ext_expires_in', 'access_token', 'refresh_token', 'id_token'],
    ],
    [
      'without openid and offline_access',
      { grant_type: 'password', ...alice, scope: 'User.Read' },
      ['token_type', 'scope', 'expires_in', 'ext_expires_in', 'access_token'],
    ],
    [
      'client_info that was asked for stands last',
      { grant_type: 'password', ...alice, scope: 'openid User.Read', client_info: '1' },
      ['token_type', 'scope', 'expires_in', 'ext_expires_in', 'access_token', 'id_token', 'client_info'],
    ],
  ])('%s', async (_, form, members) => {
    const { body, headers } = await token(url, { ...web, ...form })
    expect(Object.keys(body)).toEqual(members)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599 })
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect([headers.get('cache-control'), headers.get('pragma'), headers.get('expires')]).toEqual(['no-store, no-cache', 'no-cache', '-1'])
    expect(headers.get('x-ms-request-id')).toMatch(guid)
  })

  test('v1 writes all numbers as texts and names the resource', async () => {
    const { body } = await token(
      url,
      { ...web, grant_type: 'password', ...alice, resource: 'https://graph.microsoft.com' },
      { version: '' },
    )
    expect(Object.keys(body)).toEqual([
      'token_type',
      'scope',
      'expires_in',
      'ext_expires_in',
      'expires_on',
      'not_before',
      'resource',
      'access_token',
      'refresh_token',
      'id_token',
    ])
    expect(body).toMatchObject({ expires_in: '3599', ext_expires_in: '3599', resource: 'https://graph.microsoft.com' })
    expect(Number(body.expires_on) - Number(body.not_before)).toBe(3899)
    expect(claimsOf(body.id_token)).toMatchObject({
      iss: `${url}/${homeTenant}/`,
      ver: '1.0',
      amr: ['pwd'],
      upn: alice.username,
      unique_name: alice.username,
    })
    expect(headerOf(String(body.id_token))).toMatch(/^\{"typ":"JWT","alg":"RS256","x5t":"([\w-]{27})","kid":"\1"\}$/)
  })

  test.each([
    ['Graph’s without their prefix', 'openid profile https://graph.microsoft.com/User.Read', 'openid profile User.Read'],
    ['another API’s with it', `openid offline_access ${ordersScope}`, `openid ${ordersScope}`],
  ])('scope: %s, offline_access never', async (_, scope, told) => {
    expect((await tokensOf(url, { scope })).scope).toBe(told)
  })

  test('client_info names the account, as MSAL keeps it', async () => {
    const { client_info } = await tokensOf(url, { client_info: '1' })
    expect(Buffer.from(String(client_info), 'base64url').toString()).toBe(`{"uid":"${oid}","utid":"${homeTenant}"}`)
  })

  test('refresh tokens and codes have the form of the vendor’s', async () => {
    expect((await tokensOf(url, { scope: 'User.Read offline_access' })).refresh_token).toMatch(/^1\.A[\w-]{63}\.AgABAwEAAAD[\w-]{120}$/)
    expect((await callbackOf(url)).searchParams.get('code')).toMatch(/^1\.A[\w-]{63}\.AgABBAIAAA[\w-]{120}$/)
  })
})

describe('access tokens', () => {
  test('of version 2 for an API that wants it: claims in their order, the API’s client id as audience', async () => {
    const { access_token } = await tokensOf(url, { scope: ordersScope })
    expect(headerOf(String(access_token))).toMatch(/^\{"typ":"JWT","alg":"RS256","kid":"[\w-]{27}"\}$/)
    const claims = claimsOf(access_token)
    expect(Object.keys(claims)).toEqual([
      'aud',
      'iss',
      'iat',
      'nbf',
      'exp',
      'aio',
      'azp',
      'azpacr',
      'groups',
      'name',
      'oid',
      'preferred_username',
      'rh',
      'roles',
      'scp',
      'sub',
      'tid',
      'uti',
      'ver',
    ])
    expect(claims).toMatchObject({
      aud: api.client_id,
      iss: `${url}/${homeTenant}/v2.0`,
      azp: web.client_id,
      azpacr: '1',
      name: 'Alice Arnold',
      oid,
      preferred_username: alice.username,
      scp: 'access_as_user',
      roles: ['Orders.Admin'],
      tid: homeTenant,
      ver: '2.0',
    })
    expect([claims.sub, claims.uti, claims.rh]).toEqual([
      expect.stringMatching(pairwise),
      expect.stringMatching(uti),
      expect.stringMatching(/^1\.AXoA[\w-]+\.$/),
    ])
    const { payload } = await jwtVerify(String(access_token), createRemoteJWKSet(new URL(`${url}/common/discovery/v2.0/keys`)), {
      audience: api.client_id,
    })
    expect(payload.nbf).toBe(payload.iat)
  })

  test('of version 1 for Graph, with a text in the header that keeps others from checking them', async () => {
    const { access_token } = await tokensOf(url, { scope: 'openid profile User.Read' })
    expect(headerOf(String(access_token))).toMatch(/^\{"typ":"JWT","nonce":"[\w-]{43}","alg":"RS256","x5t":"([\w-]{27})","kid":"\1"\}$/)
    const claims = claimsOf(access_token)
    expect(Object.keys(claims)).toEqual([
      'aud',
      'iss',
      'iat',
      'nbf',
      'exp',
      'acr',
      'aio',
      'amr',
      'app_displayname',
      'appid',
      'appidacr',
      'family_name',
      'given_name',
      'groups',
      'ipaddr',
      'name',
      'oid',
      'rh',
      'roles',
      'scp',
      'sub',
      'tid',
      'unique_name',
      'upn',
      'uti',
      'ver',
    ])
    expect(claims).toMatchObject({
      aud: 'https://graph.microsoft.com',
      iss: `${url}/${homeTenant}/`,
      acr: '1',
      amr: ['pwd'],
      appid: web.client_id,
      appidacr: '1',
      scp: 'openid profile User.Read',
      ver: '1.0',
    })
  })

  test('of an application by itself: no scp, no names, its object id twice, its roles', async () => {
    const ask = async (scope: string) => claimsOf((await token(url, { grant_type: 'client_credentials', ...web, scope })).body.access_token)
    const orders = await ask(`api://${api.client_id}/.default`)
    expect(Object.keys(orders)).toEqual([
      'aud',
      'iss',
      'iat',
      'nbf',
      'exp',
      'aio',
      'azp',
      'azpacr',
      'oid',
      'rh',
      'roles',
      'sub',
      'tid',
      'uti',
      'ver',
    ])
    expect(orders).toMatchObject({ aud: api.client_id, roles: ['Orders.Read.All'], oid: expect.stringMatching(guid) })
    expect(orders.sub).toBe(orders.oid)
    const graph = await ask('https://graph.microsoft.com/.default')
    expect(graph).toMatchObject({
      idtyp: 'app',
      roles: ['User.Read.All'],
      idp: `${url}/${homeTenant}/`,
      app_displayname: 'Contoso Web',
      oid: orders.oid,
    })
    expect(await ask('https://stock.contoso.example/.default')).not.toHaveProperty('roles')
  })

  test('iat and nbf are five minutes back, exp is what the answer says', async () => {
    const { access_token, id_token } = await tokensOf(url)
    const now = Math.floor(server.clock.now() / 1000)
    const { iat, nbf, exp } = claimsOf(access_token) as Record<string, number>
    expect([iat, nbf]).toEqual([expect.closeTo(now - 300, -1), iat])
    expect((exp ?? 0) - (iat ?? 0)).toBe(3899)
    expect(claimsOf(id_token)).toMatchObject({ iat: expect.closeTo(now - 300, -1), exp: expect.closeTo(now + 3600, -1) })
  })

  test('a client that asks for itself gets a token for itself, of the version in its manifest', async () => {
    const { access_token } = await tokensOf(url, { scope: `openid ${web.client_id}/.default` })
    expect(claimsOf(access_token)).toMatchObject({ aud: web.client_id, ver: '1.0' })
  })

  test('.default is what the application was configured with', async () => {
    const { access_token, scope } = await tokensOf(url, { scope: `api://${api.client_id}/.default` })
    expect([claimsOf(access_token).scp, scope]).toEqual(['access_as_user', ordersScope])
  })
})

describe('ID tokens of v2.0', () => {
  test('have claims in alphabetical order behind the first five, and no at_hash', async () => {
    const { id_token } = await tokensOf(url, { scope: 'openid profile email User.Read' })
    const claims = claimsOf(id_token)
    expect(Object.keys(claims)).toEqual([
      'aud',
      'iss',
      'iat',
      'nbf',
      'exp',
      'aio',
      'email',
      'groups',
      'name',
      'oid',
      'preferred_username',
      'rh',
      'roles',
      'sub',
      'tid',
      'uti',
      'ver',
    ])
    expect(claims).toMatchObject({ aud: web.client_id, iss: `${url}/${homeTenant}/v2.0`, email: alice.username, ver: '2.0' })
    expect(claims).not.toHaveProperty('email_verified')
  })

  test.each([
    ['openid', [], ['name', 'oid', 'preferred_username', 'tid', 'email']],
    ['openid profile', ['name', 'oid', 'preferred_username', 'tid'], ['email']],
    ['openid email', ['email'], ['name', 'oid', 'preferred_username', 'tid']],
  ])('scope %s', async (scope, there, absent) => {
    const names = Object.keys(claimsOf((await tokensOf(url, { scope })).id_token))
    for (const name of there) expect(names).toContain(name)
    for (const name of absent) expect(names).not.toContain(name)
  })

  test('another sub for another application, the same oid', async () => {
    const here = claimsOf((await tokensOf(url)).id_token)
    const there = claimsOf((await tokensOf(url, { ...spa, client_secret: undefined })).id_token)
    expect(there.oid).toBe(here.oid)
    expect(there.sub).not.toBe(here.sub)
  })

  test('c_hash goes with a code through the browser, in the fragment', async () => {
    const back = await callbackOf(url, { response_type: 'code id_token', nonce: 'n-1' })
    const answer = new URLSearchParams(back.hash.slice(1))
    expect([...answer.keys()]).toEqual(['code', 'id_token', 'state', 'session_state'])
    const claims = claimsOf(answer.get('id_token'))
    expect(claims).toMatchObject({ nonce: 'n-1', c_hash: expect.any(String) })
  })

  test('groups over 200 are told where to be asked for', async () => {
    const { directory } = server.sandbox()
    const user = directory.findUser('bob')
    if (user === undefined) throw new Error('no bob')
    const many = (count: number) =>
      directory.updateUser({ ...user, claims: { groups: Array.from({ length: count }, (_, at) => `group-${at}`) } })
    const bob = { username: 'bob', password: 'Password1!' }
    many(201)
    const claims = claimsOf((await tokensOf(url, bob)).id_token)
    expect(claims).not.toHaveProperty('groups')
    expect(claims._claim_names).toEqual({ groups: 'src1' })
    expect(claims._claim_sources).toEqual({
      src1: { endpoint: `https://graph.windows.net/${homeTenant}/users/${user.user_id}/getMemberObjects` },
    })
    many(200)
    expect(claimsOf((await tokensOf(url, bob)).id_token).groups).toHaveLength(200)
    directory.updateUser(user)
  })

  test.each([
    ['id_token', 6, { groups: expect.arrayContaining(['group-5']) }],
    ['id_token', 7, { hasgroups: true }],
    ['code id_token', 7, { groups: expect.arrayContaining(['group-6']) }],
  ])('an answer of %s with %i groups', async (response_type, count, claims) => {
    const { directory } = server.sandbox()
    const user = directory.findUser('alice')
    if (user === undefined) throw new Error('no alice')
    directory.updateUser({ ...user, claims: { ...user.claims, groups: Array.from({ length: count }, (_, at) => `group-${at}`) } })
    const { hash } = await callbackOf(url, { response_type, scope: 'openid', nonce: 'n-1' })
    directory.updateUser(user)
    const { groups, hasgroups } = claimsOf(new URLSearchParams(hash.slice(1)).get('id_token'))
    expect({ groups, hasgroups }).toEqual(claims)
  })
})
