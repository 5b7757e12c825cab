import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import {
  aliceId,
  askHost,
  authorizeUrl,
  calendar,
  callback,
  callbackOf,
  codeOf,
  freshCode,
  ios,
  redeem,
  token,
  tokensOf,
  tv,
  web,
} from '../../support/google-client.ts'
import { start, startForFile } from '../../support/server.ts'
import { claimsOf, post, postJson, send } from '../../support/vendor-client.ts'

const { url } = await startForFile({ defaultProvider: 'google' })
const bob = { identifier: 'bob@example.com', Passwd: 'password' }
const userinfo = (name: string) => `https://www.googleapis.com/auth/userinfo.${name}`
const signIn = `${userinfo('email')} openid ${userinfo('profile')}`
const bearer = (token: unknown) => ({ headers: { authorization: `Bearer ${token}` } })

describe('an authorization request', () => {
  test('may have parameters that other samples send, without effect', async () => {
    const more = { display: 'popup', 'openid.realm': 'https://app.example', request_visible_actions: 'x', user_id: '1' }
    const there = await callbackOf(url, { ...more, prompt: 'consent' })
    expect(there.search.replace(/code=[^&]*/, '')).toBe(
      `?state=xyz&&scope=email%20profile%20openid%20${encodeURIComponent(userinfo('email'))}%20${encodeURIComponent(userinfo('profile'))}&authuser=0&prompt=consent`,
    )
  })

  test('may ask for several prompts', async () => {
    const jar = new Jar()
    await codeOf(url, {}, { jar })
    const chooser = await jar.open(authorizeUrl(url, { prompt: 'select_account consent' }))
    expect(chooser.html).toContain('<h1>Choose an account</h1>')
    const consent = await jar.post(chooser, url, { pick: 'alice' })
    expect(consent.html).toContain('<h1>Example App wants access to your Google Account</h1>')
  })

  test('may have its redirect URI unescaped', async () => {
    const asked = `client_id=${web.client_id}&redirect_uri=${callback}?a=b/c&response_type=code&scope=openid%20email`
    const own = await start({ defaultProvider: 'google' })
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ redirect_uris: [`${callback}?a=b/c`] })
    await send(`${own.url}/_grantbox/sandboxes/google/apps/app_google_web`, { method: 'PATCH', headers, body })
    expect((await send(`${own.url}/o/oauth2/auth?${asked}`)).status).toBe(200)
  })

  test('of a Workspace’s user is answered with its domain between the others', async () => {
    const there = await callbackOf(url, { scope: 'openid', prompt: 'consent' }, { user: bob })
    expect(there.href.replace(/code=[^&]*/, 'code=…')).toBe(
      `${callback}?state=xyz&code=…&scope=openid&authuser=0&hd=example.com&prompt=consent`,
    )
  })

  test.each([
    ['S256', createHash('sha256').update('v'.repeat(43)).digest('base64url')],
    ['plain', 'v'.repeat(43)],
    [undefined, 'v'.repeat(43)],
  ])('may have a challenge: %s', async (code_challenge_method, code_challenge) => {
    const code = await codeOf(url, { code_challenge, code_challenge_method })
    expect((await redeem(url, code, { code_verifier: 'v'.repeat(43) })).status).toBe(200)
  })
})

describe('the answer to the byte but for what is random:', () => {
  test('a refresh', async () => {
    const { refresh_token } = await tokensOf(url, { access_type: 'offline', prompt: 'consent' })
    const { status, body } = await token(url, { grant_type: 'refresh_token', refresh_token })
    expect([status, Object.entries(body)]).toEqual([
      200,
      [
        ['access_token', expect.stringMatching(/^ya29\.a0A[\w-]{193}$/)],
        ['expires_in', 3599],
        ['scope', signIn],
        ['token_type', 'Bearer'],
        ['id_token', expect.stringMatching(/^eyJ/)],
      ],
    ])
  })

  test('what covers what was granted before', async () => {
    const own = await start({ defaultProvider: 'google' })
    await tokensOf(own.url, { scope: calendar })
    expect((await tokensOf(own.url, { include_granted_scopes: 'true' })).scope).toBe(`${signIn} ${calendar}`)
    expect((await tokensOf(own.url)).scope).toBe(signIn)
  })

  test('a code of an app without a secret', async () => {
    const redirect_uri = `com.googleusercontent.apps.${ios.client_id.split('.')[0]}:/oauth2redirect`
    const asked = { ...ios, redirect_uri, code_challenge: 'v'.repeat(43) }
    const code = await freshCode(url, asked)
    const form = { ...ios, grant_type: 'authorization_code', code, redirect_uri, code_verifier: 'v'.repeat(43) }
    const { status, body } = await post(`${url}/token`, form)
    expect([status, Object.keys(body)]).toEqual([200, ['access_token', 'expires_in', 'scope', 'token_type', 'id_token']])
  })

  test('the ID token of a Workspace’s user', async () => {
    const { body } = await redeem(url, (await callbackOf(url, { nonce: 'n' }, { user: bob })).searchParams.get('code') ?? '')
    const { iat, exp, at_hash, picture, ...claims } = claimsOf(body.id_token)
    expect(claims).toEqual({
      ...{ iss: url, azp: web.client_id, aud: web.client_id, sub: '105412345678901234567', hd: 'example.com' },
      ...{ email: 'bob@example.com', email_verified: true, nonce: 'n', name: 'Bob Baker', given_name: 'Bob', family_name: 'Baker' },
    })
    expect(Object.keys(claimsOf(body.id_token))).toEqual([
      ...['iss', 'azp', 'aud', 'sub', 'hd', 'email', 'email_verified', 'at_hash', 'nonce', 'name', 'picture', 'given_name', 'family_name'],
      ...['iat', 'exp'],
    ])
    expect([Number(exp) - Number(iat), at_hash, picture]).toEqual([
      3600,
      createHash('sha256').update(String(body.access_token)).digest().subarray(0, 16).toString('base64url'),
      expect.stringMatching(/\/a\/ACg8oc[\w-]{40}=s96-c$/),
    ])
  })

  test.each([
    ['/v1/userinfo', ['sub', 'email', 'email_verified', 'hd']],
    ['/oauth2/v2/userinfo', ['id', 'email', 'verified_email', 'hd']],
  ])('%s of a Workspace’s user', async (path, members) => {
    const { access_token } = await tokensOf(url, { scope: 'openid email', username: 'bob' })
    const { text } = await send(url + path, bearer(access_token))
    const values = ['105412345678901234567', 'bob@example.com', true, 'example.com']
    expect(text).toBe(JSON.stringify(Object.fromEntries(members.map((name, at) => [name, values[at]])), null, 2))
  })

  test.each(['/tokeninfo', '/oauth2/v3/tokeninfo'])('%s of an ID token', async (path) => {
    const { id_token = '' } = await tokensOf(url)
    const header = JSON.parse(Buffer.from(id_token.split('.')[0] ?? '', 'base64url').toString()) as Record<string, string>
    const told = Object.entries({ ...claimsOf(id_token), ...header }).map(([name, value]) => [name, String(value)])
    const { status, text } = await send(`${url}${path}?id_token=${id_token}`)
    expect([status, text]).toEqual([200, JSON.stringify(Object.fromEntries(told), null, 2)])
    expect(told.map(([name]) => name)).toEqual([
      ...['iss', 'azp', 'aud', 'sub', 'email', 'email_verified', 'at_hash', 'name', 'picture', 'given_name', 'family_name'],
      ...['iat', 'exp', 'alg', 'kid', 'typ'],
    ])
  })

  test('an API for which a token was not given', async () => {
    const { access_token } = await tokensOf(url, { scope: calendar })
    const { status, text, headers } = await send(`${url}/oauth2/v2/userinfo`, bearer(access_token))
    const error = {
      code: 403,
      message: 'Request had insufficient authentication scopes.',
      errors: [{ message: 'Insufficient Permission', domain: 'global', reason: 'insufficientPermissions' }],
      status: 'PERMISSION_DENIED',
    }
    expect([status, text]).toEqual([403, JSON.stringify({ error }, null, 2)])
    expect(headers.get('www-authenticate')).toBe(
      `Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="${userinfo('email')} ${userinfo('profile')}"`,
    )
  })
})

describe('what the vendor makes', () => {
  test('are a client’s id and secret, and a user’s number', async () => {
    const control = `${url}/_grantbox/sandboxes/google`
    const { body } = await postJson(`${control}/apps`, { name: 'New', redirect_uris: ['https://app.example/cb'] })
    const [client] = body.clients as { client_id: string; client_secret: string }[]
    expect(client?.client_id).toMatch(/^1\d{11}-[a-z0-9]{32}\.apps\.googleusercontent\.com$/)
    expect(client?.client_secret).toMatch(/^GOCSPX-[\w-]{28}$/)
    const user = await postJson(`${control}/users`, { username: 'dora', name: 'Dora D' })
    expect(user.body.id).toMatch(/^1[01]\d{19}$/)
  })

  test('are codes and tokens within its limits', async () => {
    const code = await freshCode(url, { access_type: 'offline', prompt: 'consent' })
    const { body } = await redeem(url, code)
    expect(code).toMatch(/^4\/0A[\w-]{69}$/)
    expect(code.length).toBeLessThanOrEqual(256)
    expect(String(body.refresh_token).length).toBeLessThanOrEqual(512)
    expect(String(body.access_token).length).toBeLessThanOrEqual(2048)
  })

  test('are access tokens that hold 3599 seconds', async () => {
    const own = await start({ defaultProvider: 'google' })
    const { access_token } = await tokensOf(own.url)
    const ask = async () => (await send(`${own.url}/v1/userinfo`, bearer(access_token))).status
    own.clock.advance(3590)
    expect(await ask()).toBe(200)
    own.clock.advance(9)
    expect(await ask()).toBe(401)
  })
})

describe('a device', () => {
  const type = 'urn:ietf:params:oauth:grant-type:device_code'
  const at = (name: string) => `https://www.googleapis.com/auth/${name}`

  test.each(['openid', 'email', 'profile', ...['drive.appdata', 'drive.file', 'youtube', 'youtube.readonly'].map(at)])(
    'may ask for %s',
    async (scope) => {
      expect((await post(`${url}/device/code`, { client_id: tv.client_id, scope })).status).toBe(200)
    },
  )

  test('is refused with a wrong secret', async () => {
    const { body } = await post(`${url}/device/code`, { client_id: tv.client_id, scope: 'openid' })
    const { status, text } = await post(`${url}/token`, {
      ...tv,
      client_secret: 'x',
      grant_type: type,
      device_code: String(body.device_code),
    })
    const said = { error: 'invalid_client', error_description: 'The provided client secret is invalid.' }
    expect([status, text]).toEqual([401, JSON.stringify(said, null, 2)])
  })
})

describe('at the vendor’s hosts', () => {
  test.each([
    ['POST', 'https://oauth2.googleapis.com/revoke', 400],
    ['GET', 'https://accounts.google.com/o/oauth2/revoke', 400],
    ['POST', 'https://oauth2.googleapis.com/introspect', 404],
    ['POST', 'https://oauth2.googleapis.com/par', 404],
    ['GET', 'https://accounts.google.com/o/oauth2/v2/logout', 404],
    // Nobody is led from one address to another.
    ['POST', 'https://oauth2.googleapis.com/token/', 400],
    ['GET', 'https://www.googleapis.com/oauth2/v3/certs/', 200],
  ])('%s %s: %i', async (method, address, status) => {
    const answer = await askHost(url, address, { method })
    expect([answer.status, answer.headers.get('location')]).toEqual([status, null])
  })
})

test('each key is an RSA key of 2048 bits, and may be kept for so long', async () => {
  const { body, headers } = await send(`${url}/oauth2/v3/certs`)
  const key = { kid: expect.stringMatching(/^[0-9a-f]{40}$/), n: expect.stringMatching(/^[\w-]{342}$/), e: 'AQAB', alg: 'RS256' }
  expect(body).toEqual({ keys: Array(2).fill({ ...key, use: 'sig', kty: 'RSA' }) })
  expect(headers.get('cache-control')).toBe('public, max-age=19800, must-revalidate, no-transform')
})

test('People tells to the byte', async () => {
  const { access_token } = await tokensOf(url)
  const { text } = await send(`${url}/v1/people/me?personFields=names,emailAddresses`, bearer(access_token))
  const metadata = { primary: true, source: { type: 'PROFILE', id: aliceId }, sourcePrimary: true }
  const names = { displayName: 'Alice Arnold', familyName: 'Arnold', givenName: 'Alice' }
  expect(text).toBe(
    JSON.stringify(
      {
        resourceName: `people/${aliceId}`,
        etag: `%EgU${Buffer.from(aliceId).toString('base64')}`,
        names: [{ metadata, ...names, displayNameLastFirst: 'Arnold, Alice', unstructuredName: 'Alice Arnold' }],
        emailAddresses: [{ metadata: { ...metadata, verified: true }, value: 'alice@example.com' }],
      },
      null,
      2,
    ),
  )
})
