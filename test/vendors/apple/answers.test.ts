import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { askHost } from '../../support/google-client.ts'
import { claimsOf, post, send } from '../../support/vendor-client.ts'
import {
  aliceId,
  allowRedirects,
  askToken,
  authorized,
  bobId,
  callback,
  change,
  credentials,
  freshCode,
  freshTokens,
  native,
  startTeam,
  startTeamForFile,
  throughPages,
  web,
} from './apple-team.ts'

const server = await startTeamForFile()
const { url } = server
const bobsRelay = expect.stringMatching(/^[a-z0-9]{10}@privaterelay\.appleid\.com$/)

describe('the vendor’s host', () => {
  test.each([
    ['GET', '/auth/authorize', 400],
    ['POST', '/auth/token', 400],
    ['POST', '/auth/revoke', 400],
    ['POST', '/auth/usermigrationinfo', 400],
    ['GET', '/auth/keys', 200],
    ['GET', '/.well-known/openid-configuration', 200],
    ['GET', '/auth/userinfo', 404],
    ['POST', '/auth/introspect', 404],
    ['POST', '/auth/device', 404],
  ])('%s %s: %i', async (method, path, status) => {
    expect((await askHost(url, `https://appleid.apple.com${path}`, { method })).status).toBe(status)
  })

  test('names itself in discovery', async () => {
    const at = 'https://appleid.apple.com'
    const { body } = await askHost(url, `${at}/.well-known/openid-configuration`)
    expect([body.issuer, body.token_endpoint, body.jwks_uri]).toEqual([at, `${at}/auth/token`, `${at}/auth/keys`])
  })
})

test('each key is an RSA key of 2048 bits', async () => {
  const key = { kty: 'RSA', kid: expect.stringMatching(/^[A-Za-z0-9]{10}$/), use: 'sig', alg: 'RS256' }
  expect((await send(`${url}/auth/keys`)).body).toEqual({
    keys: Array(3).fill({ ...key, n: expect.stringMatching(/^[\w-]{342}$/), e: 'AQAB' }),
  })
})

describe('the answer to the byte but for what is random:', () => {
  const form = (kind: string) => expect.stringMatching(new RegExp(`^${kind}[0-9a-f]{32}\\.0\\.[a-z]{4,5}\\.[\\w-]{22}$`))

  test('a code, with a verifier, and without the redirect URI of a request that had none', async () => {
    const code_challenge = createHash('sha256').update('v'.repeat(43)).digest('base64url')
    const code = await freshCode(server, { code_challenge, code_challenge_method: 'S256' })
    expect(code).toEqual(form('c'))
    const asked = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: 'v'.repeat(43) }
    const { status, body } = await askToken(server, { ...asked, ...(await credentials(server)) })
    expect([status, Object.entries(body)]).toEqual([
      200,
      [
        ['access_token', form('a')],
        ['token_type', 'Bearer'],
        ['expires_in', 3600],
        ['refresh_token', form('r')],
        ['id_token', expect.stringMatching(/^eyJraWQiOi/)],
      ],
    ])
  })

  test('a refresh', async () => {
    const { refresh_token = '' } = await freshTokens(server)
    const { status, body } = await askToken(server, { grant_type: 'refresh_token', refresh_token, ...(await credentials(server)) })
    expect([status, Object.entries(body)]).toEqual([
      200,
      [
        ['access_token', form('a')],
        ['token_type', 'Bearer'],
        ['expires_in', 3600],
        ['id_token', expect.stringMatching(/^eyJraWQiOi/)],
      ],
    ])
  })

  test('the ID token of a device’s user who hides his address', async () => {
    const { id_token, access_token = '' } = await freshTokens(server, { username: 'bob', scope: 'email', client_id: native, nonce: 'n' })
    const { exp, iat, auth_time, ...claims } = claimsOf(id_token) as Record<string, unknown> & {
      exp: number
      iat: number
      auth_time: number
    }
    const at_hash = createHash('sha256').update(access_token).digest().subarray(0, 16).toString('base64url')
    expect(Object.entries(claims)).toEqual([
      ...[
        ['iss', url],
        ['aud', native],
        ['sub', bobId],
        ['nonce', 'n'],
        ['at_hash', at_hash],
      ],
      ...[
        ['email', bobsRelay],
        ['email_verified', 'true'],
        ['is_private_email', 'true'],
        ['nonce_supported', true],
        ['real_user_status', 2],
      ],
    ])
    expect([exp - iat, iat - auth_time < 5]).toEqual([86_400, true])
    expect(Object.keys(claimsOf(id_token)).indexOf('auth_time')).toBe(10)
  })

  test.each([
    ['name', { name: { firstName: 'Bob', lastName: 'Baker' } }],
    ['email', { email: bobsRelay }],
    ['name email', { name: { firstName: 'Bob', lastName: 'Baker' }, email: bobsRelay }],
  ])('the user for the scope %s, once', async (scope, user) => {
    const own = await startTeam()
    const ask = async () => (await authorized(own, { scope, username: 'bob' })).body.form as Record<string, string>
    expect(JSON.parse((await ask()).user ?? '')).toEqual(user)
    expect(Object.keys(await ask())).toEqual(['code'])
  })
})

describe('an authorization request', () => {
  const at = (more: Record<string, string>) =>
    `${url}/auth/authorize?${new URLSearchParams({ client_id: web, redirect_uri: callback, state: 's', ...more })}`

  test.each([
    [{ response_type: 'code' }, /^\?state=s&code=c[^&]+$/, ''],
    [{ response_type: 'code', response_mode: 'query' }, /^\?state=s&code=c[^&]+$/, ''],
    [{ response_type: 'code', response_mode: 'fragment' }, '', /^#state=s&code=c[^&]+$/],
    [{ response_type: 'code id_token' }, '', /^#state=s&code=c[^&]+&id_token=eyJ[^&]+$/],
  ])('is answered where %j says', async (more, query, fragment) => {
    const { back } = await throughPages(at(more))
    expect([back.search, back.hash]).toEqual([query, fragment].map((one) => (one === '' ? '' : expect.stringMatching(one))))
  })

  test('is answered by a form that comes from another site, without a cookie that says Lax', async () => {
    const { html, status } = await new Jar().open(at({ response_type: 'code', response_mode: 'form_post', scope: 'name email' }))
    expect([status, html.includes('name="accountName"')]).toEqual([200, true])
    const { back, fields } = await throughPages(at({ response_type: 'code', response_mode: 'form_post', scope: 'email' }))
    expect([back.href, Object.keys(fields ?? {}).slice(0, 2)]).toEqual([callback, ['state', 'code']])
  })

  test('has a user of one number for all clients of the team', async () => {
    const subs = [web, native].map(async (client_id) => claimsOf((await freshTokens(server, { client_id })).id_token).sub)
    expect(await Promise.all(subs)).toEqual([aliceId, aliceId])
  })
})

test('a hidden address is another one for another team', async () => {
  const own = await startTeam()
  const relay = async () => claimsOf((await freshTokens(own, { username: 'bob', scope: 'email' })).id_token).email
  const before = await relay()
  await change(own, { team_id: 'OTHERTEAM1' })
  expect(await relay()).not.toBe(before)
})

test('a user without an address has none in ID tokens, and is not told', async () => {
  const own = await startTeam()
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ email: null })
  expect((await send(`${own.url}/_grantbox/sandboxes/apple/users/alice`, { method: 'PATCH', headers, body })).status).toBe(200)
  const { id_token } = await freshTokens(own, { scope: 'name email' })
  expect(Object.keys(claimsOf(id_token))).toEqual(['iss', 'aud', 'exp', 'iat', 'sub', 'at_hash', 'auth_time', 'nonce_supported'])
})

test('what the vendor makes: ids of users and clients', async () => {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ username: 'dora', name: 'Dora D', password: 'x' })
  const made = await send(`${url}/_grantbox/sandboxes/apple/users`, { method: 'POST', headers, body })
  expect(made.body.id).toMatch(/^\d{6}\.[0-9a-f]{32}\.\d{4}$/)
})

test('a redirect URI is one of those that are registered, to the letter', async () => {
  const own = await startTeam()
  await allowRedirects(own, 'https://example.com/cb')
  const open = async (redirect_uri: string) => {
    const asked = { client_id: web, redirect_uri, response_type: 'code', state: 's' }
    return (await send(`${own.url}/auth/authorize?${new URLSearchParams(asked)}`)).status
  }
  const asked = [
    'https://example.com/cb',
    'https://example.com/cb/',
    'https://example.com/CB',
    'https://example.com/cb?x=1',
    'https://www.example.com/cb',
  ]
  expect(await Promise.all(asked.map(open))).toEqual([200, 400, 400, 400, 400])
})

test('revocation looks at the client, and takes either token', async () => {
  const { access_token = '' } = await freshTokens(server)
  const client = await credentials(server)
  const { status, text } = await post(`${url}/auth/revoke`, { ...client, token: access_token, token_type_hint: 'access_token' })
  expect([status, text]).toEqual([200, ''])
  const nobody = await post(`${url}/auth/revoke`, { token: 'x' })
  expect([nobody.status, nobody.text]).toEqual([400, '{"error":"invalid_client"}'])
})
