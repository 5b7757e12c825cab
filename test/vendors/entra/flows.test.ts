import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { exportJWK, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { selfSignedCertificate } from '../../../src/basics/x509.ts'
import { Jar } from '../../support/browser-jar.ts'
import {
  alice,
  api,
  authorizeUrl,
  callback,
  callbackOf,
  homeTenant,
  oid,
  ordersScope,
  spa,
  startEntra,
  token,
  tokensOf,
  web,
} from '../../support/entra-client.ts'
import { claimsOf, post, send } from '../../support/vendor-client.ts'
import { expectRefusal, expectTold } from './refusal.ts'

const server = await startEntra()
const { url } = server

describe('on behalf of', () => {
  const ask = (assertion: unknown, more: Record<string, string | undefined> = {}) =>
    token(url, {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      ...api,
      assertion: String(assertion),
      requested_token_use: 'on_behalf_of',
      scope: 'User.Read offline_access',
      ...more,
    })

  test('an API asks for Graph in the name of its caller', async () => {
    const { access_token } = await tokensOf(url, { scope: ordersScope })
    const { status, body } = await ask(access_token)
    expect(status).toBe(200)
    expect(claimsOf(body.access_token)).toMatchObject({ aud: 'https://graph.microsoft.com', appid: api.client_id, oid, scp: 'User.Read' })
    expect((await send(`${url}/v1.0/me`, { headers: { authorization: `Bearer ${body.access_token}` } })).body.id).toBe(oid)
    const { status: refreshed } = await token(url, { grant_type: 'refresh_token', ...api, refresh_token: String(body.refresh_token) })
    expect(refreshed).toBe(200)
  })

  test.each([
    ['a token for another API', () => tokensOf(url, { scope: 'User.Read' }), {}, 50013],
    [
      'a token without a user',
      async () => (await token(url, { grant_type: 'client_credentials', ...web, scope: `api://${api.client_id}/.default` })).body,
      {},
      50013,
    ],
    ['what it was not configured for', () => tokensOf(url, { scope: ordersScope }), { scope: 'Mail.Read' }, 65001],
    ['no requested_token_use', () => tokensOf(url, { scope: ordersScope }), { requested_token_use: undefined }, 900144],
    ['another requested_token_use', () => tokensOf(url, { scope: ordersScope }), { requested_token_use: 'magic' }, 90023],
  ])('%s is refused', async (_, shown, more, number) => {
    const { status, body } = await ask((await shown()).access_token, more)
    expect([status, body.error_codes]).toEqual([400, [number]])
  })

  test('an expired token: 500133, a revoked one: 50013', async () => {
    const { access_token } = await tokensOf(url, { scope: ordersScope })
    server.clock.advance(3600)
    expect((await ask(access_token)).body.error_description).toContain(
      'AADSTS500133: Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token.',
    )
    server.clock.advance(-3600)
    for (const { grant } of server.sandbox().grants.list({ limit: 50 }))
      server.sandbox().store.revokeGrant(grant.id, 'a test', server.clock.now())
    expect((await ask(access_token)).body.error_codes).toEqual([50013])
  })
})

describe('certificates', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const certificate = selfSignedCertificate(createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })), 'web')
  const thumbprint = (hash: string) => createHash(hash).update(certificate).digest('base64url')

  const audiences = (tenant: string) => [
    `${url}/${tenant}/v2.0`,
    `${url}/${tenant}/oauth2/v2.0/token`,
    `${url}/${tenant}/oauth2/token`,
    `${url}/${tenant}/`,
  ]

  async function assertion(
    header: Record<string, string | string[]>,
    claims: Record<string, unknown> = {},
    key = privateKey,
  ): Promise<string> {
    const now = Math.floor(server.clock.now() / 1000)
    const all = {
      aud: audiences(homeTenant)[0] ?? '',
      iss: client_id,
      sub: client_id,
      jti: crypto.randomUUID(),
      nbf: now,
      exp: now + 600,
      ...claims,
    }
    return new SignJWT(all).setProtectedHeader({ alg: 'PS256', ...header }).sign(key)
  }

  const ask = (client_assertion: string, tenant = homeTenant, scope = 'https://graph.microsoft.com/.default') =>
    token(
      url,
      {
        grant_type: 'client_credentials',
        client_id,
        scope,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion,
      },
      { tenant },
    )

  const client_id = '33333333-2222-4333-8444-555555555555'

  async function register(): Promise<void> {
    const { directory, store } = server.sandbox()
    const [app] = directory.listApps()
    if (app === undefined || store.findClient(client_id) !== undefined) return
    const jwk = { ...(await exportJWK(new X509Certificate(certificate).publicKey)), x5c: [certificate.toString('base64')] }
    directory.createClient(app, {
      client_id,
      client_secret: null,
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['client_credentials'],
      metadata: { jwks: { keys: [jwk] } },
      created_at: 0,
    })
  }

  test.each([
    ['PS256 by SHA-256', { alg: 'PS256', 'x5t#S256': thumbprint('sha256') }],
    ['RS256 by SHA-1, as it once was', { alg: 'RS256', x5t: thumbprint('sha1') }],
    ['with the certificate beside it', { alg: 'PS256', 'x5t#S256': thumbprint('sha256'), x5c: [certificate.toString('base64')] }],
  ])('prove an application: %s, for every form of our name', async (_, header) => {
    await register()
    for (const aud of [...audiences(homeTenant), ...audiences('contoso.onmicrosoft.com'), ...audiences('common')]) {
      const { status, body, explanation } = await ask(await assertion(header, { aud }))
      expect([aud, status, explanation]).toEqual([aud, 200, ''])
      expect(claimsOf(body.access_token)).toMatchObject({ appidacr: '2' })
    }
    const { body } = await ask(await assertion(header), homeTenant, `api://${api.client_id}/.default`)
    expect(claimsOf(body.access_token)).toMatchObject({ azp: client_id, azpacr: '2' })
  })

  test.each<[string, Record<string, string>, Record<string, unknown>, number, string]>([
    [
      'an unknown thumbprint',
      { 'x5t#S256': 'abcd' },
      {},
      700027,
      "Client assertion failed signature validation. [Reason - The key was not found., Thumbprint of key used by client: '69B71D'.]",
    ],
    ['no thumbprint', {}, {}, 700027, 'Client assertion failed signature validation.'],
    [
      'another audience',
      { 'x5t#S256': thumbprint('sha256') },
      { aud: 'https://elsewhere.example' },
      700023,
      'Client assertion audience claim does not match Realm issuer.',
    ],
    [
      'a time that is over',
      { 'x5t#S256': thumbprint('sha256') },
      { exp: 1000 },
      700024,
      'Client assertion is not within its valid time range.',
    ],
    [
      'another issuer’s',
      { 'x5t#S256': thumbprint('sha256') },
      { iss: 'https://token.actions.example', sub: 'repo:x', aud: 'api://AzureADTokenExchange' },
      70021,
      "No matching federated identity record found for presented assertion. Assertion Issuer: 'https://token.actions.example'. Assertion Subject: 'repo:x'. Assertion Audience: 'api://AzureADTokenExchange'.",
    ],
  ])('refused: %s', async (_, header, claims, number, text) => {
    await register()
    expectRefusal(await ask(await assertion(header, claims)), { error: 'invalid_client', number, text })
  })

  test('may come again while they are valid, as MSAL for Node.js keeps them', async () => {
    await register()
    const same = await assertion({ 'x5t#S256': thumbprint('sha256') })
    expect([(await ask(same)).status, (await ask(same)).status]).toEqual([200, 200])
  })

  test('refused: signed by another key', async () => {
    await register()
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    expectRefusal(await ask(await assertion({ 'x5t#S256': thumbprint('sha256') }, {}, other)), {
      error: 'invalid_client',
      number: 700027,
      text: 'Client assertion failed signature validation.',
    })
  })
})

describe('a device', () => {
  const at = `${url}/${homeTenant}/oauth2/v2.0/devicecode`
  const begin = () => post(at, { ...spa, scope: 'openid profile User.Read offline_access' })
  const decide = (user_code: unknown, decision: string) =>
    send(`${url}/_grantbox/sandboxes/entra/device`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_code, username: 'alice', decision }),
    })
  const poll = (device_code: unknown, grant_type = 'urn:ietf:params:oauth:grant-type:device_code') =>
    token(url, { grant_type, ...spa, device_code: String(device_code) })

  test('is told a sentence for its user, and polls by either name', async () => {
    const { body } = await begin()
    expect(Object.keys(body)).toEqual(['user_code', 'device_code', 'verification_uri', 'expires_in', 'interval', 'message'])
    expect(body).toMatchObject({ expires_in: 900, interval: 5 })
    expect(body.message).toBe(
      `To sign in, use a web browser to open the page ${body.verification_uri} and enter the code ${body.user_code} to authenticate.`,
    )
    for (const name of ['device_code', 'urn:ietf:params:oauth:grant-type:device_code']) {
      const { status, body: waiting } = await poll(body.device_code, name)
      expect([status, waiting.error, waiting.error_codes]).toEqual([400, 'authorization_pending', [70016]])
    }
    expect((await decide(body.user_code, 'allow')).status).toBe(200)
    server.clock.advance(30)
    const { status, body: tokens } = await poll(body.device_code, 'device_code')
    expect([status, claimsOf(tokens.id_token).oid]).toEqual([200, oid])
    expect((await poll(body.device_code)).body).toMatchObject({ error: 'bad_verification_code', error_codes: [70018] })
  })

  test('that was declined: authorization_declined, and never access_denied', async () => {
    const { body } = await begin()
    await decide(body.user_code, 'deny')
    expect((await poll(body.device_code)).body.error).toBe('authorization_declined')
  })

  test('that came too late: expired_token', async () => {
    const { body } = await begin()
    server.clock.advance(901)
    expect((await poll(body.device_code)).body).toMatchObject({ error: 'expired_token', error_codes: [70020] })
    server.clock.advance(-901)
  })
})

describe('Graph', () => {
  const ask = (path: string, access_token?: unknown) =>
    send(url + path, { headers: access_token === undefined ? {} : { authorization: `Bearer ${access_token}` } })

  test('tells who I am, members in their order', async () => {
    const { access_token } = await tokensOf(url)
    const { body, headers } = await ask('/v1.0/me', access_token)
    expect(Object.keys(body)).toEqual([
      '@odata.context',
      'businessPhones',
      'displayName',
      'givenName',
      'jobTitle',
      'mail',
      'mobilePhone',
      'officeLocation',
      'preferredLanguage',
      'surname',
      'userPrincipalName',
      'id',
    ])
    expect(body).toMatchObject({
      businessPhones: [],
      displayName: 'Alice Arnold',
      jobTitle: 'Buyer',
      mail: alice.username,
      mobilePhone: null,
      userPrincipalName: alice.username,
      id: oid,
    })
    expect(headers.get('content-type')).toContain('odata.metadata=minimal')
  })

  test('tells my groups, and userinfo with the sub of the ID token', async () => {
    const { access_token, id_token } = await tokensOf(url, { scope: 'openid profile email User.Read' })
    const { body } = await ask('/v1.0/me/memberOf', access_token)
    expect(body.value).toMatchObject([{ '@odata.type': '#microsoft.graph.group', displayName: 'Everyone' }, { displayName: 'Order desk' }])
    const info = await ask('/oidc/userinfo', access_token)
    expect(info.body).toEqual({
      sub: claimsOf(id_token).sub,
      name: 'Alice Arnold',
      family_name: 'Arnold',
      given_name: 'Alice',
      picture: 'https://graph.microsoft.com/v1.0/me/photo/$value',
      email: alice.username,
    })
    expect((await ask('/v1.0/me/photo/$value', access_token)).status).toBe(404)
    expect((await ask('/v1.0/me/photos/48x48/$value', access_token)).body).toMatchObject({ error: { code: 'ImageNotFound' } })
  })

  test.each<[string, () => Promise<unknown>, number, string, string]>([
    ['no token', async () => undefined, 401, 'InvalidAuthenticationToken', 'Access token is empty.'],
    ['a token that is none', async () => 'x', 401, 'InvalidAuthenticationToken', 'Access token validation failure. Invalid signature.'],
    [
      'a token for another API',
      async () => (await tokensOf(url, { scope: ordersScope })).access_token,
      401,
      'InvalidAuthenticationToken',
      'Access token validation failure. Invalid audience.',
    ],
    [
      'a token without the scope',
      async () => (await tokensOf(url, { scope: 'openid' })).access_token,
      403,
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
    ],
    [
      'an application’s token',
      async () =>
        (await token(url, { grant_type: 'client_credentials', ...web, scope: 'https://graph.microsoft.com/.default' })).body.access_token,
      400,
      'BadRequest',
      '/me request is only valid with delegated authentication flow.',
    ],
  ])('refuses %s', async (_, made, status, code, message) => {
    const { status: came, body } = await ask('/v1.0/me', await made())
    expect([came, body]).toEqual([
      status,
      {
        error: {
          code,
          message,
          innerError: {
            date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
            'request-id': expect.any(String),
            'client-request-id': expect.any(String),
          },
        },
      },
    ])
  })

  test('knows no other path, and says so in its own words', async () => {
    const { status, body } = await ask('/v1.0/nothing')
    expect([status, body]).toEqual([404, { error: { code: 'ResourceNotFound', message: 'Not found', innerError: expect.any(Object) } }])
  })

  test('refuses a token that has expired, and userinfo one for another API', async () => {
    const { access_token } = await tokensOf(url)
    server.clock.advance(3600)
    expect((await ask('/v1.0/me', access_token)).body).toMatchObject({
      error: { message: 'Lifetime validation failed, the token is expired.' },
    })
    server.clock.advance(-3600)
    const { status, body } = await ask('/oidc/userinfo', (await tokensOf(url, { scope: `openid ${ordersScope}` })).access_token)
    expect([status, body]).toMatchObject([401, { error: { message: 'Access token validation failure. Invalid audience.' } }])
  })
})

describe('B2C', () => {
  test('who has forgotten his password goes back to the application, from a user flow alone', async () => {
    const jar = new Jar()
    const at = 'contoso.onmicrosoft.com/B2C_1_signin/oauth2/v2.0'
    const page = await jar.open(authorizeUrl(url, {}, at))
    const href = /<a[^>]*href="([^"]*)"[^>]*>Forgot your password\?<\/a>/.exec(page.html)?.[1] ?? ''
    const { location } = await jar.open(new URL(href.replaceAll('&amp;', '&'), url).href)
    expect([location?.searchParams.get('error'), location?.searchParams.get('state')]).toEqual(['access_denied', 'xyz'])
    expect(location?.searchParams.get('error_description')).toMatch(
      /^AADB2C90118: The user has forgotten their password\.\r\nCorrelation ID: [0-9a-f-]{36}\r\n$/,
    )
    expect((await jar.open(authorizeUrl(url))).html).not.toContain('Forgot your password?')
  })

  test.each([
    ['the path', 'contoso.onmicrosoft.com/B2C_1_signin/oauth2/v2.0', ''],
    ['the query', 'contoso.onmicrosoft.com/oauth2/v2.0', '?p=B2C_1_signin'],
  ])('a user flow in %s', async (_, at, query) => {
    const back = await callbackOf(url, { scope: 'openid profile', ...(query === '' ? {} : { p: 'B2C_1_signin' }) }, { at })
    const form = { grant_type: 'authorization_code', ...web, code: back.searchParams.get('code') ?? '', redirect_uri: callback }
    const { status, body } = await post(`${url}/${at}/token${query}`, form)
    expect(status).toBe(200)
    expect(claimsOf(body.id_token)).toMatchObject({
      iss: `${url}/${homeTenant}/v2.0/`,
      tfp: 'B2C_1_signin',
      emails: [alice.username],
      ver: '1.0',
      aud: web.client_id,
    })
    const discovery = await send(`${url}/${at.replace('/oauth2', '')}/.well-known/openid-configuration${query}`)
    expect(discovery.body.issuer).toBe(`${url}/${homeTenant}/v2.0/`)
  })

  test('who cancels is AADB2C90091', async () => {
    const jar = new Jar()
    const at = 'contoso.onmicrosoft.com/B2C_1_signin/oauth2/v2.0'
    const { location } = await jar.post(await jar.open(authorizeUrl(url, {}, at)), url, { decision: 'cancel' })
    expect(location?.searchParams.get('error')).toBe('access_denied')
    expect(location?.searchParams.get('error_description')).toMatch(
      /^AADB2C90091: The user has cancelled entering self-asserted information\.\r\nCorrelation ID: /,
    )
  })
})

describe('signing out and consent', () => {
  const logout = `${url}/common/oauth2/v2.0/logout`

  test('goes back to a registered address alone, and asks nobody who is hinted at', async () => {
    const signedIn = async () => {
      const jar = new Jar()
      await callbackOf(url, {}, { jar })
      return jar
    }
    const back = `post_logout_redirect_uri=${encodeURIComponent(callback)}`
    const { id_token } = await tokensOf(url)
    for (const hint of [`id_token_hint=${id_token}`, `logout_hint=${alice.username}`]) {
      const { location } = await (await signedIn()).open(`${logout}?${back}&state=s&${hint}`)
      expect(location?.href).toBe(`${callback}?state=s`)
    }
    const asked = await (await signedIn()).open(`${logout}?${back}`)
    expect(asked.html).toContain('Which account do you want to sign out of?')
    const elsewhere = await (await signedIn()).open(`${logout}?post_logout_redirect_uri=https://elsewhere.example&logout_hint=alice`)
    expect([elsewhere.location, elsewhere.html]).toEqual([undefined, expect.stringContaining('You signed out of your account')])
  })

  test.each(['adminconsent', 'v2.0/adminconsent'])('an administrator agrees at /%s', async (path) => {
    const query = new URLSearchParams({ client_id: web.client_id, redirect_uri: callback, state: 's' })
    const { headers, status } = await send(`${url}/contoso.onmicrosoft.com/${path}?${query}`)
    expect([status, headers.get('location')]).toEqual([302, `${callback}?admin_consent=True&tenant=${homeTenant}&state=s`])
  })

  test('who declines is told with 65004', async () => {
    const jar = new Jar()
    const { location } = await jar.post(await jar.open(authorizeUrl(url)), url, { decision: 'cancel' })
    const text = 'User declined to consent to access the app.'
    expectTold(location, { error: 'access_denied', number: 65004, text }, { error_subcode: 'cancel' })
  })
})
