import { createPublicKey, createVerify, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import {
  aliceId,
  askHost,
  authorizeUrl,
  calendar,
  callbackOf,
  desktop,
  freshCode,
  redeem,
  tokensOf,
  web,
} from '../../support/google-client.ts'
import { start, startForFile } from '../../support/server.ts'
import { type Answer, claimsOf, post, send } from '../../support/vendor-client.ts'

const { url } = await startForFile({ defaultProvider: 'google' })
const bearer = (token: unknown) => ({ headers: { authorization: `Bearer ${token}` } })
const picture = (base: string) => expect.stringMatching(new RegExp(`^${base}/a/ACg8oc[\\w-]{40}=s96-c$`))

const discovery = (at: Record<'accounts' | 'oauth2' | 'openid' | 'www' | 'issuer', string>) => ({
  issuer: at.issuer,
  authorization_endpoint: `${at.accounts}/o/oauth2/v2/auth`,
  device_authorization_endpoint: `${at.oauth2}/device/code`,
  token_endpoint: `${at.oauth2}/token`,
  userinfo_endpoint: `${at.openid}/v1/userinfo`,
  revocation_endpoint: `${at.oauth2}/revoke`,
  jwks_uri: `${at.www}/oauth2/v3/certs`,
  response_types_supported: ['code', 'token', 'id_token', 'code token', 'code id_token', 'token id_token', 'code token id_token', 'none'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: ['openid', 'email', 'profile'],
  token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  claims_supported: ['aud', 'email', 'email_verified', 'exp', 'family_name', 'given_name', 'iat', 'iss', 'name', 'picture', 'sub'],
  code_challenge_methods_supported: ['plain', 'S256'],
  grant_types_supported: [
    'authorization_code',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
  ],
})
const googles = {
  issuer: 'https://accounts.google.com',
  accounts: 'https://accounts.google.com',
  oauth2: 'https://oauth2.googleapis.com',
  openid: 'https://openidconnect.googleapis.com',
  www: 'https://www.googleapis.com',
}

describe('discovery, word for word', () => {
  test('at the vendor’s host', async () => {
    const { text } = await askHost(url, 'https://accounts.google.com/.well-known/openid-configuration')
    expect(text).toBe(JSON.stringify(discovery(googles)))
  })

  test('at grantbox’s own address', async () => {
    const { text, headers } = await send(`${url}/.well-known/openid-configuration`)
    expect(text).toBe(JSON.stringify(discovery({ issuer: url, accounts: url, oauth2: url, openid: url, www: url })))
    expect(headers.get('cache-control')).toBe('public, max-age=3600')
  })
})

describe('the vendor’s hosts', () => {
  test('have one issuer, whichever was asked for tokens', async () => {
    const form = async () =>
      new URLSearchParams({
        ...web,
        grant_type: 'authorization_code',
        code: await freshCode(url),
        redirect_uri: 'http://localhost/callback',
      }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const address of [
      'https://oauth2.googleapis.com/token',
      'https://www.googleapis.com/oauth2/v4/token',
      'https://www.googleapis.com/oauth2/v3/token',
      'https://accounts.google.com/o/oauth2/token',
    ]) {
      const { status, body } = await askHost(url, address, { method: 'POST', headers, body: await form() })
      expect([address, status]).toEqual([address, 200])
      expect(claimsOf(body.id_token)).toMatchObject({
        iss: 'https://accounts.google.com',
        picture: picture('https://lh3.googleusercontent.com'),
      })
    }
  })

  test.each([
    ['https://accounts.google.com/o/oauth2/auth', 200],
    ['https://accounts.google.com/o/oauth2/v2/auth', 200],
    ['https://www.google.com/device', 200],
    ['https://www.googleapis.com/oauth2/v1/certs', 200],
    ['https://www.googleapis.com/oauth2/v3/certs', 200],
    ['https://lh3.googleusercontent.com/a/x=s96-c', 200],
    ['https://openidconnect.googleapis.com/v1/userinfo', 401],
    ['https://www.googleapis.com/oauth2/v3/userinfo', 401],
    ['https://www.googleapis.com/oauth2/v2/userinfo', 401],
    ['https://www.googleapis.com/oauth2/v1/userinfo', 401],
    ['https://www.googleapis.com/userinfo/v2/me', 401],
    ['https://oauth2.googleapis.com/tokeninfo', 400],
    ['https://www.googleapis.com/oauth2/v3/tokeninfo', 400],
    ['https://people.googleapis.com/v1/people/me', 401],
    ['https://oauth2.googleapis.com/o/oauth2/v2/auth', 404],
    ['https://accounts.google.com/device', 404],
  ])('%s: %i', async (address, status) => {
    const asks = address.includes('/auth') ? `?${authorizeUrl('').split('?')[1]}` : ''
    expect((await askHost(url, address + asks)).status).toBe(status)
  })
})

describe('keys', () => {
  test('are two, with members as the vendor has them, and may be kept', async () => {
    const { body, headers } = await send(`${url}/oauth2/v3/certs`)
    const keys = body.keys as Record<string, string>[]
    expect(keys.map((key) => Object.keys(key))).toEqual([
      ['kid', 'n', 'e', 'alg', 'use', 'kty'],
      ['kid', 'n', 'e', 'alg', 'use', 'kty'],
    ])
    for (const key of keys) expect(key.kid).toMatch(/^[0-9a-f]{40}$/)
    expect(headers.get('cache-control')).toMatch(/^public, max-age=19800/)
  })

  test('are certificates as well, which Node’s crypto takes', async () => {
    const { body, headers } = await send(`${url}/oauth2/v1/certs`)
    const { id_token = '' } = await tokensOf(url)
    const [head = '', claims = '', signature = ''] = id_token.split('.')
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString())
    const pem = String(body[kid])
    expect(pem).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
    expect(createVerify('sha256').update(`${head}.${claims}`).verify(pem, signature, 'base64url')).toBe(true)
    const jwks = (await send(`${url}/oauth2/v3/certs`)).body.keys as { kid: string }[]
    expect(Object.keys(body)).toEqual(jwks.map((key) => key.kid))
    expect(new X509Certificate(pem).verify(createPublicKey(pem))).toBe(true)
    expect(headers.get('cache-control')).toMatch(/^public, max-age=19800/)
  })
})

const known = { given_name: 'Alice', family_name: 'Arnold', picture: picture(url), email: 'alice@example.com' }

describe('userinfo', () => {
  test.each(['/v1/userinfo', '/oauth2/v3/userinfo'])('%s has sub and email_verified', async (path) => {
    const { access_token } = await tokensOf(url)
    const { text, body } = await send(url + path, bearer(access_token))
    expect(Object.keys(body)).toEqual(['sub', 'name', 'given_name', 'family_name', 'picture', 'email', 'email_verified'])
    expect(body).toEqual({ sub: aliceId, name: 'Alice Arnold', ...known, email_verified: true })
    expect(text).toBe(JSON.stringify(body, null, 2))
    expect((await send(`${url}${path}?access_token=${access_token}&alt=json`)).body).toEqual(body)
    expect((await send(url + path, { method: 'POST', ...bearer(access_token) })).body).toEqual(body)
  })

  test.each(['/oauth2/v1/userinfo', '/oauth2/v2/userinfo', '/userinfo/v2/me'])('%s has id and verified_email', async (path) => {
    const { access_token } = await tokensOf(url)
    const { body } = await send(`${url}${path}?alt=json&prettyPrint=false`, bearer(access_token))
    expect(Object.keys(body)).toEqual(['id', 'email', 'verified_email', 'name', 'given_name', 'family_name', 'picture'])
    expect(body).toEqual({ id: aliceId, name: 'Alice Arnold', ...known, verified_email: true })
    expect((await send(`${url}${path}?access_token=${access_token}`)).body).toEqual(body)
  })

  test('tells what the scope lets it', async () => {
    const { access_token } = await tokensOf(url, { scope: 'openid' })
    expect((await send(`${url}/v1/userinfo`, bearer(access_token))).body).toEqual({ sub: aliceId })
  })

  test('and the picture is a drawing', async () => {
    const { access_token } = await tokensOf(url)
    const { body } = await send(`${url}/v1/userinfo`, bearer(access_token))
    const drawn = await send(String(body.picture))
    expect([drawn.status, drawn.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
    expect(drawn.text).toContain('width="96"')
  })
})

test('People tells of me what is asked for', async () => {
  const { access_token } = await tokensOf(url)
  const me = (personFields?: string) =>
    send(`${url}/v1/people/me${personFields === undefined ? '' : `?personFields=${personFields}`}`, bearer(access_token))
  const { body } = await me('names,emailAddresses,photos')
  expect(Object.keys(body)).toEqual(['resourceName', 'etag', 'names', 'emailAddresses', 'photos'])
  expect(body).toMatchObject({
    resourceName: `people/${aliceId}`,
    names: [{ metadata: { primary: true }, displayName: 'Alice Arnold', familyName: 'Arnold', givenName: 'Alice' }],
    emailAddresses: [{ value: 'alice@example.com' }],
  })
  const refused = await me()
  expect([refused.status, refused.body]).toEqual([
    400,
    { error: { code: 400, message: 'personFields mask is required. Please specify one or more valid paths.', status: 'INVALID_ARGUMENT' } },
  ])
  expect((await me('shoes')).status).toBe(400)
})

const see =
  'Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.'
const noToken = {
  error: {
    code: 401,
    message: `Request is missing required authentication credential. ${see}`,
    errors: [{ message: 'Login Required.', domain: 'global', reason: 'required', location: 'Authorization', locationType: 'header' }],
    status: 'UNAUTHENTICATED',
  },
}
const badToken = {
  error: {
    code: 401,
    message: `Request had invalid authentication credentials. ${see}`,
    errors: [{ message: 'Invalid Credentials', domain: 'global', reason: 'authError', location: 'Authorization', locationType: 'header' }],
    status: 'UNAUTHENTICATED',
  },
}
const older = { error: 'invalid_request', error_description: 'Invalid Credentials' }
const realm = 'Bearer realm="https://accounts.google.com/"'

describe('an API without a token that does', () => {
  test.each([
    ['userinfo, none', '/v1/userinfo', undefined, older, realm],
    ['userinfo, a bad one', '/oauth2/v3/userinfo', 'ya29.x', older, `${realm}, error="invalid_token"`],
    ['userinfo v2, none', '/oauth2/v2/userinfo', undefined, noToken, realm],
    ['userinfo v2, a bad one', '/oauth2/v2/userinfo', 'ya29.x', badToken, `${realm}, error="invalid_token"`],
    ['People, none', '/v1/people/me', undefined, noToken, realm],
    ['People, a bad one', '/v1/people/me', 'ya29.x', badToken, `${realm}, error="invalid_token"`],
  ])('%s', async (_what, path, token, body, challenge) => {
    const answer = await send(url + path, token === undefined ? {} : bearer(token))
    expect([answer.status, answer.text]).toEqual([401, JSON.stringify(body, null, 2)])
    expect(answer.headers.get('www-authenticate')).toBe(challenge)
    expect(answer.explanation).not.toBe('')
  })

  test.each(['/v1/userinfo', '/oauth2/v2/userinfo', '/v1/people/me?personFields=names'])(
    '%s: one that was not given for it',
    async (path) => {
      const { access_token } = await tokensOf(url, { scope: calendar })
      const { status, body, headers } = await send(url + path, bearer(access_token))
      expect([status, body.error]).toMatchObject([
        403,
        { code: 403, message: 'Request had insufficient authentication scopes.', status: 'PERMISSION_DENIED' },
      ])
      expect(headers.get('www-authenticate')).toMatch(
        /^Bearer realm="https:\/\/accounts\.google\.com\/", error="insufficient_scope", scope="/,
      )
    },
  )

  test('one that has expired', async () => {
    const { url, clock } = await start({ defaultProvider: 'google' })
    const { access_token } = await tokensOf(url)
    clock.advance(3600)
    const { text, headers } = await send(`${url}/v1/userinfo`, bearer(access_token))
    expect([text, headers.get('grantbox-reason')]).toEqual([JSON.stringify(older, null, 2), 'token_expired'])
  })
})

describe('tokeninfo', () => {
  const paths = ['/tokeninfo', '/oauth2/v3/tokeninfo']

  test.each(paths)('%s tells of an access token in texts', async (path) => {
    const { access_token = '', scope } = await tokensOf(url, { access_type: 'offline', prompt: 'consent' })
    const ways: Promise<Answer>[] = [
      send(`${url}${path}?access_token=${access_token}`),
      post(`${url}${path}`, { access_token }),
      send(url + path, { method: 'POST', ...bearer(access_token) }),
    ]
    for (const { body } of await Promise.all(ways)) {
      expect(Object.keys(body)).toEqual(['azp', 'aud', 'sub', 'scope', 'exp', 'expires_in', 'email', 'email_verified', 'access_type'])
      expect(body).toEqual({
        azp: web.client_id,
        aud: web.client_id,
        sub: aliceId,
        scope,
        exp: expect.stringMatching(/^\d{10}$/),
        expires_in: expect.stringMatching(/^359\d$/),
        email: 'alice@example.com',
        email_verified: 'true',
        access_type: 'offline',
      })
    }
  })

  test.each(['/oauth2/v1/tokeninfo', '/oauth2/v2/tokeninfo'])('%s has older names', async (path) => {
    const { access_token = '', scope } = await tokensOf(url)
    const { text } = await send(`${url}${path}?access_token=${access_token}`)
    const known = { email: 'alice@example.com', verified_email: true, access_type: 'online' }
    const ids = { issued_to: web.client_id, audience: web.client_id, user_id: aliceId, scope }
    expect(text.replace(/"expires_in": 359\d/, '"expires_in": 3599')).toBe(JSON.stringify({ ...ids, expires_in: 3599, ...known }, null, 2))
  })

  test.each(paths)('%s tells of an ID token its claims and header', async (path) => {
    const { id_token = '' } = await tokensOf(url)
    const { body } = await send(`${url}${path}?id_token=${id_token}`)
    expect(Object.keys(body)).toEqual([...Object.keys(claimsOf(id_token)), 'alg', 'kid', 'typ'])
    expect(body).toMatchObject({ sub: aliceId, email_verified: 'true', iat: expect.stringMatching(/^\d+$/), alg: 'RS256', typ: 'JWT' })
  })

  test.each([
    ['a token that it has not', { access_token: 'ya29.x' }],
    ['no token', {}],
    ['an ID token of somebody else', { id_token: 'a.b.c' }],
  ])('of %s says that it is none', async (_what, form) => {
    const { status, text, explanation } = await post(`${url}/tokeninfo`, form)
    expect([status, text]).toEqual([400, JSON.stringify({ error: 'invalid_token', error_description: 'Invalid Value' }, null, 2)])
    expect(explanation).not.toBe('')
  })

  test('of an ID token that has expired says that it is none', async () => {
    const { url, clock } = await start({ defaultProvider: 'google' })
    const { id_token = '' } = await tokensOf(url)
    clock.advance(3601)
    expect((await send(`${url}/tokeninfo?id_token=${id_token}`)).status).toBe(400)
  })
})

test('tokens in the fragment have the vendor’s members', async () => {
  const answer = await callbackOf(url, { response_type: 'token id_token', nonce: 'n-1' })
  const parameters = new URLSearchParams(answer.hash.slice(1))
  expect([...parameters.keys()]).toEqual(['state', 'access_token', 'token_type', 'expires_in', 'scope', 'id_token', 'authuser', 'prompt'])
  expect(parameters.get('expires_in')).toBe('3599')
  expect((await callbackOf(url, { response_type: 'token' })).hash).not.toContain('id_token')
})

test('an answer may be posted', async () => {
  const jar = new Jar()
  await callbackOf(url, {}, { jar })
  const { html } = await jar.open(authorizeUrl(url, { response_mode: 'form_post' }))
  expect([...html.matchAll(/<input type="hidden" name="([^"]+)"/g)].map(([, name]) => name)).toEqual([
    ...['state', 'code', 'scope', 'authuser', 'prompt'],
  ])
})

test('a desktop app’s code needs the secret that is none', async () => {
  const redirect_uri = 'http://127.0.0.1:51234/'
  const code = await freshCode(url, { client_id: desktop.client_id, redirect_uri })
  const { client_secret, ...alone } = desktop
  const without = await post(`${url}/token`, { ...alone, grant_type: 'authorization_code', code, redirect_uri })
  expect(without.body.error_description).toBe('client_secret is missing.')
  expect((await redeem(url, code, { ...alone, client_secret, redirect_uri })).status).toBe(200)
})
