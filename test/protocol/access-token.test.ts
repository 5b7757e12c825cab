import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { findFluffy, freshCode, passwordTokens, postmanCallback, postToken } from '../support/iokids-client.ts'
import { addApp, addClient, addUser, credentials } from '../support/iokids-setup.ts'
import { rawRequest } from '../support/raw-request.ts'
import { start, startForFile } from '../support/server.ts'

const server = await startForFile()
const sandbox = server.sandbox()
const tokens = await passwordTokens(server.url, { scope: 'profile' })
const noPermission = '{"error_code":4011,"error_description":"Application does not have permission"}'

function segments(token: string): [string, string, string] {
  const [header = '', claims = '', signature = ''] = token.split('.')
  return [header, claims, signature]
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(segments(token)[1], 'base64url').toString())
}

function me(authorization?: string, base = server.url) {
  return rawRequest(base, '/v1/me', { headers: authorization === undefined ? {} : { authorization } })
}

describe.each(['access', 'refresh'] as const)('the %s token', (use) => {
  const token = tokens[`${use}_token`]

  test('is a JWT whose first segment is the one of the vendor, byte for byte', () => {
    expect(segments(token)[0]).toBe('eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9')
    expect(segments(token)[1]).toMatch(/^eyJ0b2t/)
  })

  test('has the claims in their order, of their types', async () => {
    const claims = claimsOf(token)
    const now = Math.floor(server.clock.now() / 1000)
    expect(Object.keys(claims)).toEqual(['tokenId', 'use', 'iss', 'sub', 'aud', 'app', 'username', 'type', 'scope', 'iat', 'exp'])
    expect(claims).toEqual({
      tokenId: expect.any(String),
      use,
      iss: server.url,
      sub: 'usr_beautifulmeercat',
      aud: 'iok-cid-findfluffy',
      app: 'app_findfluffy000000',
      username: 'beautifulmeercat246',
      type: 'parent',
      scope: 'profile',
      iat: expect.any(Number),
      exp: Number(claims.iat) + (use === 'access' ? 300 : 30 * 24 * 3600),
    })
    expect(Number.isInteger(claims.iat)).toBe(true)
    expect(Math.abs(now - Number(claims.iat))).toBeLessThan(60)
  })

  test("is signed with HS256 and the sandbox's key, so that an app's back end can verify it", async () => {
    const [header, claims, signature] = segments(token)
    const { signing_secret } = sandbox.settings
    expect(signing_secret.length).toBeGreaterThanOrEqual(32)
    expect(signature).toBe(createHmac('sha256', signing_secret).update(`${header}.${claims}`).digest('base64url'))
  })
})

test('no two tokens are alike', async () => {
  const more = await Promise.all(Array.from({ length: 5 }, () => passwordTokens(server.url)))
  const ids = more.flatMap((one) => [one.access_token, one.refresh_token]).map((one) => claimsOf(one).tokenId)
  expect(new Set(ids).size).toBe(10)
})

test("a kid's token says kid; a client's own token has no user in it", async () => {
  const kid = await passwordTokens(server.url, { username: 'tinyotter512' })
  expect(claimsOf(kid.access_token).type).toBe('kid')
  const { body } = await postToken(server.url, { grant_type: 'client_credentials', ...findFluffy })
  const claims = claimsOf(String(body.access_token))
  expect(Object.keys(claims)).toEqual(['tokenId', 'use', 'iss', 'sub', 'aud', 'app', 'scope', 'iat', 'exp'])
  expect(claims.sub).toBe('iok-cid-findfluffy')
})

describe('the API takes the access token', () => {
  test.each([
    ['after Bearer', `Bearer ${tokens.access_token}`],
    ['after bearer in any letter case', `bEaReR ${tokens.access_token}`],
    ['after Bearer and two blanks', `Bearer  ${tokens.access_token}`],
    ['bare, as Postman sends it with an empty header prefix', tokens.access_token],
  ])('%s', async (_what, authorization) => {
    const answer = await me(authorization)
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text).username).toBe('beautifulmeercat246')
  })

  test('in the query, when the header is missing', async () => {
    expect((await rawRequest(server.url, `/v1/me?access_token=${tokens.access_token}`)).status).toBe(200)
  })

  test('with the scope profile alone, for what an application may do is decided by its permission scopes', async () => {
    expect((await me(`Bearer ${tokens.access_token}`)).status).toBe(200)
    expect((await rawRequest(server.url, '/v1/application', { headers: { authorization: tokens.access_token } })).status).toBe(200)
  })
})

describe('4011, with exactly its two members', async () => {
  const [header, claims, signature] = segments(tokens.access_token)
  const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
  const clientToken = (await postToken(server.url, { grant_type: 'client_credentials', ...findFluffy })).body.access_token
  test.each<[string, string | undefined]>([
    ['no token', undefined],
    ['an empty header', ''],
    ['Bearer without a token', 'Bearer'],
    ['another scheme', `Basic ${tokens.access_token}`],
    ['a token that is none', 'Bearer x'],
    ['the refresh token', `Bearer ${tokens.refresh_token}`],
    ['an altered signature', `Bearer ${header}.${claims}.${signature.slice(0, -2)}AA`],
    ['no signature', `Bearer ${header}.${claims}.`],
    ['alg none', `Bearer ${unsigned}.${claims}.`],
    ["a client's own token where a user's is needed", `Bearer ${clientToken}`],
  ])('%s', async (_what, authorization) => {
    const answer = await me(authorization)
    expect(answer.text).toBe(noPermission)
    expect(answer.status).toBe(401)
    expect(answer.headers['content-type']).toMatch(/^application\/json(;|$)/)
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  test('after 301 s; a refresh mends it', async () => {
    const own = await start()
    const { sandboxes } = own.server
    sandboxes.setClock(own.sandbox(), { frozen: true })
    const { access_token, refresh_token } = await passwordTokens(own.url)
    sandboxes.advanceClock(own.sandbox(), 299_000)
    expect((await me(access_token, own.url)).status).toBe(200)
    sandboxes.advanceClock(own.sandbox(), 2000)
    const expired = await me(access_token, own.url)
    expect(expired.status).toBe(401)
    expect(expired.text).toBe(noPermission)
    expect(expired.headers['grantbox-explain']).toContain('expired')
    const { body } = await postToken(own.url, { grant_type: 'refresh_token', refresh_token, ...findFluffy })
    expect((await me(String(body.access_token), own.url)).status).toBe(200)
  })

  test("after 301 s by the sandbox's own clock, while the others' tokens hold", async () => {
    const { name } = server.server.sandboxes.create({ provider: sandbox.provider })
    const base = `${server.url}/${name}`
    const { access_token } = await passwordTokens(base)
    server.server.sandboxes.advanceClock(server.sandbox(name), 301_000)
    const request = { headers: { authorization: access_token } }
    expect((await rawRequest(server.url, `/${name}/v1/me`, request)).text).toBe(noPermission)
    expect((await me(tokens.access_token)).status).toBe(200)
  })

  test('when the grant was revoked', async () => {
    const { access_token } = await passwordTokens(server.url)
    expect((await me(access_token)).status).toBe(200)
    const { grant_id } = sandbox.journal.list({ limit: 1 })[0] ?? {}
    sandbox.store.revokeGrant(grant_id ?? 0, 'the test says so', sandbox.clock.now())
    const answer = await me(access_token)
    expect([answer.status, answer.text]).toEqual([401, noPermission])
    expect(answer.headers['grantbox-explain']).toContain('revoked')
  })

  test('when the app lacks the permission scope', async () => {
    const app = addApp(sandbox, { scopes: ['friends'] })
    const client = addClient(sandbox, {}, app)
    const user = addUser(sandbox, { username: 'limited' })
    const { body } = await postToken(server.url, {
      grant_type: 'password',
      username: user.username,
      password: sandbox.company,
      ...credentials(client),
    })
    const answer = await me(String(body.access_token))
    expect([answer.status, answer.text]).toEqual([401, noPermission])
    expect(answer.headers['grantbox-explain']).toContain("permission scope 'profile'")
    const application = await rawRequest(server.url, '/v1/application', { headers: { authorization: String(body.access_token) } })
    expect(application.status).toBe(200)
  })

  test('when the token lacks the scope, if the setting enforce_token_scope asks for it', async () => {
    const { name } = server.server.sandboxes.create({ provider: sandbox.provider, settings: { enforce_token_scope: true } })
    const base = `${server.url}/${name}`
    const ask = async (scope: string) => {
      const { access_token } = await passwordTokens(base, { scope })
      return (await rawRequest(server.url, `/${name}/v1/me`, { headers: { authorization: access_token } })).status
    }
    expect(await ask('friends')).toBe(401)
    expect(await ask('friends profile')).toBe(200)
  })

  test('when the app was deleted', async () => {
    const app = addApp(sandbox)
    const client = addClient(sandbox, {}, app)
    addUser(sandbox, { username: 'homeless' })
    const { access_token } = await passwordTokens(server.url, { username: 'homeless', ...credentials(client) })
    expect((await me(access_token)).status).toBe(200)
    sandbox.directory.deleteApp(app)
    expect((await me(access_token)).text).toBe(noPermission)
  })

  test('with status 403 when the setting permission_status says so', async () => {
    const { name } = server.server.sandboxes.create({ provider: sandbox.provider, settings: { permission_status: 403 } })
    const answer = await rawRequest(server.url, `/${name}/v1/me`)
    expect([answer.status, answer.text]).toEqual([403, noPermission])
  })
})

describe('the API', () => {
  test.each([
    ['/v1/nothing', 'GET', 404, { error_code: 4040, error_description: 'Not found' }],
    ['/v1/me', 'POST', 405, { error_code: 4050, error_description: 'Method not allowed' }],
    ['/v1/me?access_token=a&access_token=b', 'GET', 400, { error_code: 4001, error_description: expect.any(String) }],
    ['/v1/%zz', 'GET', 400, { error_code: 4001, error_description: expect.any(String) }],
  ])('%s answers %s in the words of the vendor', async (target, method, status, body) => {
    const answer = await rawRequest(server.url, target, { method })
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.text)).toEqual(body)
    if (status === 405) expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS')
  })

  test('answers HEAD as GET, without the body', async () => {
    const head = await rawRequest(server.url, '/v1/me', { method: 'HEAD', headers: { authorization: tokens.access_token } })
    const get = await me(tokens.access_token)
    expect(head.status).toBe(200)
    expect(head.text).toBe('')
    expect(head.headers['content-length']).toBe(get.headers['content-length'])
    expect((await rawRequest(server.url, '/v1/me', { method: 'HEAD' })).status).toBe(401)
  })

  test('takes a token that a code was exchanged for', async () => {
    const code = await freshCode(server)
    const form = { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy }
    const { body } = await postToken(server.url, form)
    expect((await me(`Bearer ${body.access_token}`)).status).toBe(200)
  })
})
