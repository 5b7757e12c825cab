import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { type Answer, basic, post, postJson, send } from '../../support/vendor-client.ts'
import {
  app,
  askToken,
  authorizeUrl,
  callback,
  callbackOf,
  enterCode,
  freshCode,
  githubApp,
  json,
  set,
  startGitHub,
  startGitHubForFile,
} from './github-app.ts'

const server = await startGitHubForFile()
const { url } = server
const docs = 'https://docs.github.com'
const ofTokens = `${docs}/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#`
const ofRequests = `${docs}/apps/managing-oauth-apps/troubleshooting-authorization-request-errors/#`
const ofDevices = `${docs}/developers/apps/authorizing-oauth-apps#error-codes-for-the-device-flow`

const texts: Record<string, [description: string, uri: string]> = {
  incorrect_client_credentials: ['The client_id and/or client_secret passed are incorrect.', `${ofTokens}incorrect-client-credentials`],
  redirect_uri_mismatch: [
    'The redirect_uri MUST match the registered callback URL for this application.',
    `${ofRequests}redirect-uri-mismatch2`,
  ],
  bad_verification_code: ['The code passed is incorrect or expired.', `${ofTokens}bad-verification-code`],
  unverified_user_email: ['The user must have a verified primary email.', `${ofTokens}unverified_user_email`],
  bad_refresh_token: ['The refresh token passed is incorrect or expired.', `${ofTokens}bad-verification-code`],
  unsupported_grant_type: ['The grant type is not supported.', ofDevices],
  incorrect_device_code: ['The device_code provided is not valid.', ofDevices],
  expired_token: ['The `device_code` has expired.', ofDevices],
  authorization_pending: ['The authorization request is still pending.', ofDevices],
  access_denied: ['The authorization request was denied.', ofDevices],
  device_flow_disabled: ['Device Flow must be explicitly enabled for this App', ofDevices],
}

function said(error: string): string {
  const [error_description, error_uri] = texts[error] ?? []
  return JSON.stringify({ error, error_description, error_uri })
}

const verifier = 'v'.repeat(43)
const challenge = createHash('sha256').update(verifier).digest('base64url')
const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
const redeem = async (more: Record<string, string>, wanted: object = {}) =>
  askToken(server, { ...app, code: await freshCode(server, { ...wanted }), ...more })

async function used(): Promise<Answer> {
  const code = await freshCode(server)
  await askToken(server, { ...app, code })
  return askToken(server, { ...app, code })
}

async function late(): Promise<Answer> {
  const own = await startGitHub()
  const code = await freshCode(own)
  own.clock.advance(601)
  return askToken(own, { ...app, code })
}

async function refreshedLate(): Promise<Answer> {
  const own = await startGitHub()
  const code = await freshCode(own, { client_id: githubApp.client_id })
  const { body } = await askToken(own, { ...githubApp, code })
  own.clock.advance(15_897_601)
  return askToken(own, { ...githubApp, grant_type: 'refresh_token', refresh_token: String(body.refresh_token) })
}

describe('the token endpoint says with status 200', () => {
  test.each<[what: string, error: string, ask: () => Promise<Answer>, explanation: RegExp]>([
    ['a wrong secret', 'incorrect_client_credentials', () => redeem({ client_secret: 'x' }), /client_secret is not the one/],
    [
      'a wrong secret in the header',
      'incorrect_client_credentials',
      async () => askToken(server, { code: await freshCode(server) }, { ...json, ...basic(app.client_id, 'x') }),
      /Basic header is not the one/,
    ],
    [
      'no secret',
      'incorrect_client_credentials',
      async () => askToken(server, { client_id: app.client_id, code: await freshCode(server) }),
      /has a secret, and none came/,
    ],
    ['an unknown code', 'bad_verification_code', () => askToken(server, { ...app, code: '0'.repeat(20) }), /not issued by this sandbox/],
    ['no code', 'bad_verification_code', () => askToken(server, app), /code is missing/],
    ['a used code', 'bad_verification_code', used, /already used/],
    ['an expired code', 'bad_verification_code', late, /codes live 600 s/],
    ['the code of another app', 'bad_verification_code', () => redeem(githubApp), /issued to another client/],
    [
      'another redirect URI',
      'redirect_uri_mismatch',
      () => redeem({ redirect_uri: `${callback}/other` }),
      /redirect_uri differs from the registered one/,
    ],
    [
      'a wrong verifier',
      'bad_verification_code',
      () => redeem({ code_verifier: 'w'.repeat(43) }, pkce),
      /does not match the code_challenge/,
    ],
    ['no verifier', 'bad_verification_code', () => redeem({}, pkce), /code_verifier is missing/],
    ['a user without a verified address', 'unverified_user_email', () => redeem({}, { username: 'carol' }), /claim email_verified/],
    ['a grant type that is not served', 'unsupported_grant_type', () => askToken(server, { ...app, grant_type: 'password' }), /none of/],
    [
      'an unknown refresh token',
      'bad_refresh_token',
      () => askToken(server, { ...githubApp, grant_type: 'refresh_token', refresh_token: 'ghr_x' }),
      /no refresh token/,
    ],
    ['an expired refresh token', 'bad_refresh_token', refreshedLate, /refresh_token has expired/],
    [
      'a refresh by an OAuth app',
      'bad_refresh_token',
      () => askToken(server, { ...app, grant_type: 'refresh_token', refresh_token: 'ghr_x' }),
      /not for refresh_token/,
    ],
  ])('%s: %s', async (_what, error, ask, explanation) => {
    const { status, headers, text, explanation: told } = await ask()
    expect([status, headers.get('content-type'), text]).toEqual([200, 'application/json; charset=utf-8', said(error)])
    expect(told).toMatch(explanation)
  })

  test('the same as a form, to who accepts nothing in particular', async () => {
    const { status, headers, text } = await askToken(server, { ...app, code: 'x' }, {})
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-www-form-urlencoded; charset=utf-8'])
    expect(text).toBe(
      'error=bad_verification_code&error_description=The+code+passed+is+incorrect+or+expired.&error_uri=https%3A%2F%2Fdocs.github.com%2Fapps%2Fmanaging-oauth-apps%2Ftroubleshooting-oauth-app-access-token-request-errors%2F%23bad-verification-code',
    )
  })

  test.each([
    ['an unknown client', { client_id: 'x', client_secret: 'x', code: 'x' }],
    ['no client', { code: 'x' }],
    ['nothing', {}],
  ])('but to %s with 404', async (_what, form) => {
    const { status, text, explanation } = await askToken(server, form)
    expect([status, text]).toEqual([404, '{"error":"Not Found"}'])
    expect(explanation).not.toBe('')
  })

  test('and serves no page of another origin', async () => {
    const preflight = await send(`${url}/login/oauth/access_token`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    })
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
    const answer = await askToken(server, app, { ...json, origin: 'https://app.example' })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })
})

test('a verifier that matches is taken, and plain challenges are not', async () => {
  expect((await redeem({ code_verifier: verifier }, pkce)).body.token_type).toBe('bearer')
  const { location } = await new Jar().open(authorizeUrl(url, { ...pkce, code_challenge_method: 'plain' }))
  expect(location?.searchParams.get('error')).toBe('invalid_request')
})

describe('the device flow', () => {
  const poll = (device_code: string, more = {}) =>
    askToken(server, { client_id: app.client_id, device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code', ...more })
  const ask = (form: Record<string, string> = { client_id: app.client_id, scope: 'read:user,user:email' }, headers = json) =>
    post(`${url}/login/device/code`, form, headers)

  const decide = (user_code: string, decision: string) => enterCode(`${url}/login/device`, user_code, decision)

  test('tells the device its codes, as JSON and as a form', async () => {
    const { text } = await ask()
    expect(text).toMatch(
      new RegExp(
        `^\\{"device_code":"[0-9a-f]{40}","user_code":"[A-Z]{4}-[A-Z]{4}","verification_uri":"${url}/login/device","expires_in":900,"interval":5\\}$`,
      ),
    )
    const form = await post(`${url}/login/device/code`, { client_id: app.client_id })
    expect(form.headers.get('content-type')).toBe('application/x-www-form-urlencoded; charset=utf-8')
    expect([...new URLSearchParams(form.text).keys()]).toEqual(['device_code', 'expires_in', 'interval', 'user_code', 'verification_uri'])
  })

  test('waits, slows who asks too often down by five seconds each time, and gives a token without a secret', async () => {
    const { body } = await ask()
    const device_code = String(body.device_code)
    expect((await poll(device_code)).text).toBe(said('authorization_pending'))
    for (const interval of [10, 15]) {
      const { status, text } = await poll(device_code)
      const description = 'Too many requests have been made in the same timeframe.'
      expect([status, text]).toEqual([
        200,
        JSON.stringify({ error: 'slow_down', error_description: description, error_uri: ofDevices, interval }),
      ])
    }
    await decide(String(body.user_code), '1')
    expect((await poll(device_code)).text).toMatch(/^\{"access_token":"gho_\w{36}","token_type":"bearer","scope":"read:user,user:email"\}$/)
    expect((await poll(device_code)).text).toBe(said('incorrect_device_code'))
  })

  test('tells who was refused, came too late, or has an unknown code', async () => {
    const { body } = await ask()
    await decide(String(body.user_code), '0')
    expect((await poll(String(body.device_code))).text).toBe(said('access_denied'))
    expect((await poll('0'.repeat(40))).text).toBe(said('incorrect_device_code'))
    const own = await startGitHub()
    const { body: codes } = await post(`${own.url}/login/device/code`, { client_id: app.client_id }, json)
    own.clock.advance(901)
    const asked = { client_id: app.client_id, device_code: String(codes.device_code) }
    const late = await askToken(own, { ...asked, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' })
    expect(late.text).toBe(said('expired_token'))
  })

  test('must be switched on', async () => {
    const made = await postJson(`${url}/_grantbox/sandboxes/github/apps`, { name: 'Web only', grant_types: ['authorization_code'] })
    const [client] = made.body.clients as { client_id: string }[]
    expect(client?.client_id).toMatch(/^Ov23li[A-Za-z0-9]{14}$/)
    expect((await ask({ client_id: client?.client_id ?? '' })).text).toBe(said('device_flow_disabled'))
    expect((await ask({ client_id: 'x' })).status).toBe(404)
  })

  test('lets a GitHub App refresh the tokens of a device without its secret', async () => {
    const { client_id } = githubApp
    const { body: codes } = await ask({ client_id })
    await decide(String(codes.user_code), '1')
    const { body } = await poll(String(codes.device_code), { client_id })
    const refresh = { client_id, grant_type: 'refresh_token', refresh_token: String(body.refresh_token) }
    expect((await askToken(server, refresh)).body).toMatchObject({ access_token: expect.stringMatching(/^ghu_/), expires_in: 28_800 })
    const { body: ofCode } = await askToken(server, { ...githubApp, code: await freshCode(server, { client_id }) })
    const refused = await askToken(server, { ...refresh, refresh_token: String(ofCode.refresh_token) })
    expect(refused.text).toBe(said('incorrect_client_credentials'))
  })
})

describe('the authorization endpoint', () => {
  test.each([
    ['no client', { client_id: undefined }, 404, 'Page not found'],
    ['an unknown client', { client_id: 'x' }, 404, 'Page not found'],
    ['a foreign redirect URI', { redirect_uri: 'https://evil.example/' }, 200, 'Be careful!'],
    ['a redirect URI beside the callback URL', { redirect_uri: `${callback}X` }, 200, 'Be careful!'],
    ['a redirect URI that leads up', { redirect_uri: `${callback}/..%2fx` }, 200, 'Be careful!'],
    ['a redirect URI at another port', { redirect_uri: 'https://oauth.pstmn.io:444/v1/callback' }, 200, 'Be careful!'],
    ['a redirect URI at a host with the same end', { redirect_uri: 'https://evil-oauth.pstmn.io/v1/callback' }, 200, 'Be careful!'],
    ['a redirect URI of another scheme', { redirect_uri: 'http://oauth.pstmn.io/v1/callback' }, 200, 'Be careful!'],
  ])('shows a page for %s', async (_what, parameters, status, heading) => {
    const page = await new Jar().open(authorizeUrl(url, parameters))
    expect([page.status, page.location]).toEqual([status, undefined])
    expect(page.html).toContain(`<h1>${heading}</h1>`)
    expect(page.headers.get('grantbox-explain')).not.toBeNull()
  })

  test('says what is wrong with the redirect URI', async () => {
    const { html } = await new Jar().open(authorizeUrl(url, { redirect_uri: 'https://evil.example/' }))
    expect(html).toContain('The `redirect_uri` is not associated with this application.')
    // The status is 200, which is no error to tell of.
    expect(html).not.toContain('Error 200')
    expect(html).toContain(
      'The application might be misconfigured or could be trying to redirect you to a website you weren&#39;t expecting.',
    )
  })

  test('tells the first callback URL of another redirect URI where the setting says so', async () => {
    const own = await startGitHub()
    await set(own, { redirect_mismatch: 'redirect' })
    const { location } = await new Jar().open(authorizeUrl(own.url, { redirect_uri: 'https://evil.example/' }))
    expect(location?.href).toBe(
      'https://www.getpostman.com/oauth2/callback?error=redirect_uri_mismatch&error_description=The+redirect_uri+MUST+match+the+registered+callback+URL+for+this+application.&error_uri=https%3A%2F%2Fdocs.github.com%2Fapps%2Fmanaging-oauth-apps%2Ftroubleshooting-authorization-request-errors%2F%23redirect-uri-mismatch&state=xyz',
    )
  })

  test('tells the client that the user cancelled', async () => {
    const jar = new Jar()
    const page = await jar.post(await jar.open(authorizeUrl(url)), url, { login: 'bob', password: 'password', commit: 'Sign in' })
    const { location } = await jar.post(page, url, { authorize: '0' })
    expect(location?.search).toBe(
      '?error=access_denied&error_description=The+user+has+denied+your+application+access.&error_uri=https%3A%2F%2Fdocs.github.com%2Fapps%2Fmanaging-oauth-apps%2Ftroubleshooting-authorization-request-errors%2F%23access-denied&state=xyz',
    )
  })

  test('tells a suspended app', async () => {
    const suspended = { client_id: 'Ov23liSuspendedApp00', claims: { suspended: true }, redirect_uris: [callback] }
    await postJson(`${url}/_grantbox/sandboxes/github/apps`, { name: 'Suspended', ...suspended })
    const { location } = await new Jar().open(authorizeUrl(url, { client_id: suspended.client_id }))
    expect(location?.search).toMatch(
      /^\?error=application_suspended&error_description=Your\+application\+has\+been\+suspended\.\+Contact\+support%40github\.com\.&/,
    )
  })

  test.each([
    ['the callback URL itself', callback],
    ['below it', `${callback}/path`],
    ['with a query', `${callback}?a=b`],
    ['at another port of this machine', 'http://127.0.0.1:1/callback'],
    ['at a sub-domain', 'https://app.oauth.pstmn.io/v1/callback/x'],
    ['none', undefined],
  ])('takes a redirect URI: %s', async (_what, redirect_uri) => {
    const there = await callbackOf(server, { redirect_uri })
    expect(there.href).toMatch((redirect_uri ?? 'https://www.getpostman.com/oauth2/callback').split('?')[0] ?? '')
    const { body } = await askToken(server, { ...app, code: there.searchParams.get('code') ?? '' })
    expect(body.token_type).toBe('bearer')
  })

  test('takes of a GitHub App its callback URLs alone', async () => {
    const page = await new Jar().open(authorizeUrl(url, { client_id: githubApp.client_id, redirect_uri: `${callback}/path` }))
    expect(page.html).toContain('Be careful!')
  })

  test('names no issuer where the setting says so', async () => {
    const own = await startGitHub()
    await set(own, { response_iss: false })
    expect([...(await callbackOf(own)).searchParams.keys()]).toEqual(['code', 'state'])
  })

  test.each(['token', 'id_token', undefined])('looks at no response type: %s', async (response_type) => {
    expect((await callbackOf(server, { response_type })).searchParams.get('code')).toMatch(/^[0-9a-f]{20}$/)
  })
})
