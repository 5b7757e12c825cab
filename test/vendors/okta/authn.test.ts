import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { alice, authorizeUrl, callback, callbackOf, custom, redeem } from '../../support/okta-client.ts'
import { start, startForFile, type TestServer } from '../../support/server.ts'
import { claimsOf, postJson, send } from '../../support/vendor-client.ts'

const server = await startForFile({ defaultProvider: 'okta' })
const { url } = server

const authn = (body: object, path = '', base = url) => postJson(`${base}/api/v1/authn${path}`, body)
const setClaims = (claims: object, { url }: Pick<TestServer, 'url'> = server, username = 'bob') =>
  send(`${url}/_grantbox/sandboxes/okta/users/${username}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ claims }),
  })
const ssws = { authorization: 'SSWS 00grantboxApiTokenOfTheSandbox0123456789ab' }
const bob = { username: 'bob', password: 'Password1!' }

describe('primary authentication', () => {
  test('gives a session token, members in the order of the vendor', async () => {
    const { status, body, text } = await authn(alice)
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['expiresAt', 'status', 'sessionToken', '_embedded'])
    expect(body.sessionToken).toMatch(/^20111[\w-]{65}$/)
    expect(body._embedded).toEqual({
      user: {
        id: '00ugrantboxalice0001',
        passwordChanged: expect.stringMatching(/Z$/),
        profile: { login: 'alice', firstName: 'Alice', lastName: 'Arnold', locale: 'en_US', timeZone: 'America/Los_Angeles' },
      },
    })
    expect(text).toMatch(/^\{"expiresAt":"\d{4}-\d\d-\d\dT[\d:.]+Z","status":"SUCCESS"/)
  })

  test.each([
    ['a wrong password', { username: 'alice', password: 'wrong' }],
    ['an unknown user', { username: 'nobody', password: 'wrong' }],
  ])('refuses %s', async (_name, body) => {
    const answer = await authn(body)
    expect(answer.status).toBe(401)
    expect(answer.text).toMatch(
      /^\{"errorCode":"E0000004","errorSummary":"Authentication failed","errorLink":"E0000004","errorId":"oae[\w-]{22}","errorCauses":\[\]\}$/,
    )
    expect(answer.explanation).toMatch(/alice|nobody/)
  })

  test('refuses a body that is not complete, and one that is none', async () => {
    const lacking = await authn({ username: 'alice' })
    expect(lacking).toMatchObject({
      status: 400,
      body: {
        errorCode: 'E0000001',
        errorSummary: 'Api validation failed: authRequest',
        errorCauses: [{ errorSummary: "The 'username' and 'password' attributes are required in this context." }],
      },
    })
    const broken = await send(`${url}/api/v1/authn`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' })
    expect(broken).toMatchObject({ status: 400, body: { errorCode: 'E0000003', errorSummary: 'The request body was not well-formed.' } })
    const got = await send(`${url}/api/v1/authn`)
    expect(got).toMatchObject({
      status: 405,
      body: { errorCode: 'E0000022', errorSummary: 'The endpoint does not support the provided HTTP method' },
    })
  })
})

describe('a session token', () => {
  const tokenOf = async (user = alice, base = url) => String((await authn(user, '', base)).body.sessionToken)

  test('signs in without a page, once', async () => {
    const sessionToken = await tokenOf()
    const answer = await callbackOf(url, { sessionToken, prompt: 'none' })
    const { body } = await redeem(url, answer.searchParams.get('code') ?? '')
    expect(claimsOf(body.access_token)).toMatchObject({ sub: 'alice' })
    const again = await new Jar().open(authorizeUrl(url, { sessionToken, prompt: 'none' }))
    expect(again.location?.searchParams.get('error')).toBe('login_required')
    expect((await new Jar().open(authorizeUrl(url, { sessionToken }))).html).toContain('name="identifier"')
  })

  test('signs the browser in', async () => {
    const jar = new Jar()
    await callbackOf(url, { sessionToken: await tokenOf() }, { jar })
    const silent = await jar.open(authorizeUrl(url, { prompt: 'none' }))
    expect(silent.location?.searchParams.get('code')).toMatch(/./)
    const session = await jar.open(`${url}/api/v1/sessions/me`)
    expect(JSON.parse(session.html)).toMatchObject({
      login: 'alice',
      userId: '00ugrantboxalice0001',
      status: 'ACTIVE',
      amr: ['pwd'],
      idp: { type: 'OKTA' },
      mfaActive: false,
    })
    expect((await jar.open(`${url}/api/v1/users/me`)).html).toContain('00ugrantboxalice0001')
    expect((await jar.open(`${url}/api/v1/sessions/me`, { method: 'DELETE' })).status).toBe(204)
    const gone = await jar.open(`${url}/api/v1/sessions/me`)
    expect(gone.status).toBe(404)
    expect(gone.html).toContain('"errorSummary":"Not found: Resource not found: me (Session)"')
  })

  test('is for another user than the one who is signed in', async () => {
    const jar = new Jar()
    await callbackOf(url, { sessionToken: await tokenOf() }, { jar })
    const answer = await callbackOf(url, { sessionToken: await tokenOf(bob) }, { jar })
    const { body } = await redeem(url, answer.searchParams.get('code') ?? '')
    expect(claimsOf(body.access_token)).toMatchObject({ sub: 'bob' })
  })

  test('lives five minutes', async () => {
    const { url, clock } = await start({ defaultProvider: 'okta' })
    const sessionToken = await tokenOf(alice, url)
    clock.advance(301)
    const late = await new Jar().open(authorizeUrl(url, { sessionToken, prompt: 'none' }))
    expect(late.location?.searchParams.get('error')).toBe('login_required')
  })

  test('is masked in the journal', async () => {
    const sessionToken = await tokenOf()
    await callbackOf(url, { sessionToken })
    const journal = await (await fetch(`${url}/_grantbox/sandboxes/okta/requests`)).text()
    expect(journal).not.toContain(sessionToken)
  })

  test('begins a session, and leads a browser on', async () => {
    const jar = new Jar()
    const begun = await jar.open(`${url}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sessionToken: await tokenOf() }),
    })
    expect(begun.status).toBe(200)
    expect((await jar.open(`${url}/api/v1/sessions/me`)).status).toBe(200)
    const other = new Jar()
    const led = await other.open(`${url}/login/sessionCookieRedirect?token=${await tokenOf()}&redirectUrl=${url}/x`)
    expect(led.location?.href).toBe(`${url}/x`)
    expect((await other.open(`${url}/api/v1/sessions/me`)).status).toBe(200)
    const away = await other.open(`${url}/login/sessionCookieRedirect?token=${await tokenOf()}&redirectUrl=https://evil.example/`)
    expect(away.status).toBe(400)
  })
})

describe('signing out', () => {
  test('goes by an ID token, which has no typ, and by no access token', async () => {
    const jar = new Jar()
    const answer = await callbackOf(url, {}, { jar })
    const { body } = await redeem(url, answer.searchParams.get('code') ?? '')
    const leave = (hint: unknown) =>
      jar.open(
        `${url}${custom}/v1/logout?${new URLSearchParams({ id_token_hint: String(hint), post_logout_redirect_uri: 'http://localhost:8080/', state: 's' })}`,
      )
    const refused = await leave(body.access_token)
    expect(refused.status).toBe(400)
    expect(refused.html).toContain('The id token is invalid.')
    expect((await leave(body.id_token)).location?.href).toBe('http://localhost:8080/?state=s')
    expect((await jar.open(`${url}/api/v1/sessions/me`)).status).toBe(404)
  })

  test('to an address that is not registered is refused in the words of the vendor', async () => {
    const page = await new Jar().open(
      `${url}${custom}/v1/logout?client_id=0oagrantboxweb000001&post_logout_redirect_uri=https://evil.example/`,
    )
    expect(page.status).toBe(400)
    expect(page.html.replaceAll('&#39;', "'")).toContain(
      `The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings: ${url}/admin/app/oidc_client/instance/0oagrantboxweb000001#tab-general`,
    )
  })
})

describe('states', () => {
  test('a second factor, as the claim mfa_code has it', async () => {
    await setClaims({ mfa_code: '123456' })
    const first = await authn(bob)
    expect(first.body).toMatchObject({ status: 'MFA_REQUIRED', stateToken: expect.stringMatching(/^00[\w-]{40}$/) })
    const [factor] = (first.body._embedded as { factors: { factorType: string; _links: { verify: { href: string } } }[] }).factors
    expect(factor).toMatchObject({ factorType: 'token:software:totp' })
    const { stateToken } = first.body
    const verify = (passCode: string) => postJson(factor?._links.verify.href ?? '', { stateToken, passCode })
    const wrong = await verify('000000')
    expect(wrong).toMatchObject({
      status: 403,
      body: {
        errorCode: 'E0000068',
        errorSummary: 'Invalid Passcode/Answer',
        errorCauses: [{ errorSummary: "Your passcode doesn't match our records. Please try again." }],
      },
    })
    expect((await authn({ stateToken })).body.status).toBe('MFA_REQUIRED')
    expect((await authn({ stateToken, oldPassword: 'a', newPassword: 'b' }, '/credentials/change_password')).body.errorCode).toBe(
      'E0000079',
    )
    expect((await verify('123456')).body.status).toBe('SUCCESS')
    expect((await authn({ stateToken })).body).toMatchObject({ errorCode: 'E0000011', errorSummary: 'Invalid token provided' })
    await setClaims({})
  })

  test('a password that has expired is changed', async () => {
    const { url } = await start({ defaultProvider: 'okta' })
    await send(`${url}/api/v1/users/bob/lifecycle/expire_password`, { method: 'POST', headers: ssws })
    const first = await authn(bob, '', url)
    expect(first.body).toMatchObject({ status: 'PASSWORD_EXPIRED', _links: { next: { name: 'changePassword' } } })
    const { stateToken } = first.body
    const change = (newPassword: string) =>
      authn({ stateToken, oldPassword: bob.password, newPassword }, '/credentials/change_password', url)
    expect((await change('short')).body).toMatchObject({ errorCode: 'E0000014', errorSummary: 'Update of credentials failed' })
    expect((await change('Another1Word')).body.status).toBe('SUCCESS')
    expect((await authn({ ...bob, password: 'Another1Word' }, '', url)).body.status).toBe('SUCCESS')
  })

  test('one is cancelled', async () => {
    await setClaims({ mfa_code: '123456' })
    const { stateToken } = (await authn(bob)).body
    expect((await authn({ stateToken }, '/cancel')).status).toBe(200)
    expect((await authn({ stateToken })).status).toBe(401)
    await setClaims({})
  })
})

describe('pages of other origins', () => {
  const preflight = (origin: string) =>
    fetch(`${url}/api/v1/sessions/me`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } })

  test('that are trusted may call the API with their cookies', async () => {
    const { headers } = await preflight('http://localhost:8080')
    expect(headers.get('access-control-allow-origin')).toBe('http://localhost:8080')
    expect(headers.get('access-control-allow-credentials')).toBe('true')
    const answer = await fetch(`${url}/api/v1/sessions/me`, { headers: { origin: 'http://localhost:8080' } })
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:8080')
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
  })

  test('that are not may not', async () => {
    const { headers } = await preflight('http://evil.example')
    expect(headers.get('access-control-allow-credentials')).toBe(null)
    const answer = await fetch(`${url}/api/v1/sessions/me`, { headers: { origin: 'http://evil.example' } })
    expect(answer.headers.get('access-control-allow-origin')).toBe(null)
  })

  test('ask for tokens with PKCE, and from the origin of a redirect URI or a trusted one', async () => {
    const ask = async (origin: string, form: Record<string, string>) => {
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        redirect_uri: callback,
        code: 'x',
        client_id: '0oagrantboxspa000001',
        ...form,
      })
      return send(`${url}${custom}/v1/token`, { method: 'POST', body, headers: { origin } })
    }
    expect((await ask('http://localhost:8080', {})).body).toEqual({
      error: 'invalid_client',
      error_description: 'Browser requests to the token endpoint must use Proof Key for Code Exchange.',
    })
    const foreign = await ask('http://evil.example', { code_verifier: 'v'.repeat(43) })
    expect(foreign.body).toEqual({
      error: 'invalid_request',
      error_description: 'Browser requests to the token endpoint must be part of at least one whitelisted redirect_uri.',
    })
    expect(foreign.headers.get('access-control-allow-origin')).toBe(null)
    const own = await ask('http://localhost:8080', { code_verifier: 'v'.repeat(43) })
    expect(own.body).toEqual({ error: 'invalid_grant', error_description: 'The authorization code is invalid or has expired.' })
    expect(own.headers.get('access-control-allow-origin')).toBe('*')
  })
})
