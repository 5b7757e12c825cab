import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import {
  alice,
  authorizeUrl,
  calendar,
  callback,
  callbackOf,
  freshCode,
  ios,
  redeem,
  signIn,
  token,
  tokensOf,
  web,
} from '../../support/google-client.ts'
import { pageLines } from '../../support/page-lines.ts'
import { start, startForFile } from '../../support/server.ts'
import { type Answer, send } from '../../support/vendor-client.ts'

const { url } = await startForFile({ defaultProvider: 'google' })
const bob = { identifier: 'bob@example.com', Passwd: 'password' }

type Lines = [heading: string, ...more: string[]]
type Row = [what: string, parameters: Record<string, string | undefined>, status: number, lines: Lines, error: string]

const invalidRequest = "Access blocked: This app's request is invalid"
const tryLater =
  "You can't sign in because this app sent an invalid request. You can try again later, or contact the developer about this issue."
const blocked = 'Access blocked: Authorization Error'
const shut = (way: string) =>
  `The ${way} flow has been blocked in order to keep users secure. Follow the migration guide linked in the developer docs to migrate your app to an alternative method.`
const missing = (parameter: string): Lines => [invalidRequest, `Missing required parameter: ${parameter}`]
const unregistered = (redirect_uri: string): Lines => [invalidRequest, tryLater, `Request details: redirect_uri=${redirect_uri}`]
const page = (status: number, lines: Lines, error: string) => [`Error ${status}`, ...lines, `Error ${status}: ${error}`]

/** Changes the sandbox's settings, or an app. */
async function change(base: string, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await send(`${base}/_grantbox/sandboxes/google${path}`, { method: 'PATCH', headers, body: JSON.stringify(body) })
  if (answer.status !== 200) throw new Error(answer.text)
}

describe('a request that is not right has a page and no redirect', () => {
  test.each<Row>([
    [
      'another redirect URI',
      { redirect_uri: 'https://elsewhere.example/cb' },
      400,
      unregistered('https://elsewhere.example/cb'),
      'redirect_uri_mismatch',
    ],
    ['no redirect URI', { redirect_uri: undefined }, 400, missing('redirect_uri'), 'invalid_request'],
    [
      'a loopback port that is not registered',
      { redirect_uri: 'http://localhost:8080/callback/x' },
      400,
      unregistered('http://localhost:8080/callback/x'),
      'redirect_uri_mismatch',
    ],
    [
      'a page whose script asks, of which no origin is registered',
      { redirect_uri: 'storagerelay://https/app.example?id=auth123' },
      400,
      [invalidRequest, tryLater, 'Request details: origin=https://app.example'],
      'origin_mismatch',
    ],
    ['an unknown client', { client_id: 'x' }, 401, [blocked, 'The OAuth client was not found.'], 'invalid_client'],
    ['no client', { client_id: undefined }, 400, missing('client_id'), 'invalid_request'],
    ['no scope', { scope: undefined }, 400, missing('scope'), 'invalid_request'],
    ['no response type', { response_type: undefined }, 400, missing('response_type'), 'invalid_request'],
    ['a response type that it has not', { response_type: 'magic' }, 400, [invalidRequest, tryLater], 'unsupported_response_type'],
    [
      'a scope that it has not',
      { scope: 'openid wrong' },
      400,
      [blocked, 'Some requested scopes were invalid. {valid=[openid], invalid=[wrong]}'],
      'invalid_scope',
    ],
    [
      'a prompt that it has not',
      { prompt: 'login' },
      400,
      [blocked, 'Invalid parameter value for prompt: Invalid prompt: login'],
      'invalid_request',
    ],
    [
      'both names of a prompt',
      { prompt: 'consent', approval_prompt: 'force' },
      400,
      [blocked, 'Conflict params: approval_prompt and prompt'],
      'invalid_request',
    ],
    ['an ID token without nonce', { response_type: 'id_token' }, 400, missing('nonce'), 'invalid_request'],
    [
      'the way by a page that shows the code',
      { redirect_uri: 'urn:ietf:wg:oauth:2.0:oob' },
      400,
      [invalidRequest, shut('out-of-band (OOB)')],
      'invalid_request',
    ],
    [
      'a loopback address of an app without a secret',
      { ...ios, redirect_uri: 'http://127.0.0.1:9/x' },
      400,
      [invalidRequest, shut('loopback')],
      'invalid_request',
    ],
  ])('%s', async (_what, parameters, status, lines, error) => {
    expectPage(await send(authorizeUrl(url, parameters)), status, lines, error)
  })

  test.each([
    ['Android', 'Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0 Mobile'],
    ['iOS', 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148'],
  ])('an embedded web view of %s', async (_system, userAgent) => {
    const answer = await send(authorizeUrl(url), { headers: { 'user-agent': userAgent } })
    const said = "You can't sign in from this screen because this app doesn't comply with Google's \"Use secure browsers\" policy."
    const heading = "Access blocked: This app's request does not comply with Google's policies"
    expectPage(answer, 403, [heading, said], 'disallowed_useragent')
  })
})

function expectPage(answer: Answer, status: number, lines: Lines, error: string): void {
  expect([answer.status, pageLines(answer.text)]).toEqual([status, page(status, lines, error)])
  expect(answer.headers.get('location')).toBeNull()
  expect(answer.explanation).not.toBe('')
}

test('whoever is signed in is named on the page of a request that is not right', async () => {
  const jar = new Jar()
  await callbackOf(url, {}, { jar })
  const { status, html } = await jar.open(authorizeUrl(url, { redirect_uri: 'https://elsewhere.example/cb' }))
  const [heading, text, details] = unregistered('https://elsewhere.example/cb')
  const lines = ['Error 400', heading, text, 'alice@example.com', details, 'Error 400: redirect_uri_mismatch']
  expect([status, pageLines(html)]).toEqual([400, lines])
})

describe('a user is refused on a page that names him', () => {
  const tested = 'Access blocked: This app has not completed the Google verification process'
  const testers =
    'The app is currently being tested, and can only be accessed by developer-approved testers. If you think you should have access, contact the developer.'
  const inside = 'Access blocked: This app can only be used within its organization'
  const restricted =
    'Access to your account data is restricted by policies within your organization. Please contact your organization administrator for more information.'

  test.each<[what: string, settings: object, refused: typeof alice, status: number, lines: Lines, error: string]>([
    [
      'who is none of the testers',
      { publishing_status: 'testing', test_users: ['bob@example.com'] },
      alice,
      403,
      [tested, testers],
      'access_denied',
    ],
    [
      'who is not of the organization',
      { user_type: 'internal' },
      alice,
      403,
      [inside, 'This client is restricted to users within its organization.'],
      'org_internal',
    ],
    ['whose administrator blocks the app', { blocked_apps: [web.client_id] }, bob, 400, [blocked, restricted], 'admin_policy_enforced'],
  ])('%s, and others come in', async (_what, settings, refused, status, lines, error) => {
    const own = await start({ defaultProvider: 'google' })
    await change(own.url, '', { settings })
    const { html, ...answer } = await refusedAs(own.url, refused)
    const [heading, ...more] = lines
    expect([answer.status, pageLines(html)]).toEqual([
      status,
      [`Error ${status}`, heading, ...more, refused.identifier, `Error ${status}: ${error}`],
    ])
    expect(answer.headers.get('grantbox-explain')).not.toBeNull()
    const other = refused === alice ? bob : alice
    expect((await callbackOf(own.url, {}, { user: other })).searchParams.has('code')).toBe(true)
  })
})

async function refusedAs(base: string, { identifier, Passwd }: typeof alice) {
  const jar = new Jar()
  const name = await jar.open(authorizeUrl(base))
  return jar.post(await jar.post(name, base, { identifier }), base, { Passwd })
}

test('a client that was deleted has a page, and gets no tokens for what it has', async () => {
  const own = await start({ defaultProvider: 'google' })
  const { refresh_token } = await tokensOf(own.url, { access_type: 'offline' })
  const code = await freshCode(own.url)
  await change(own.url, '', { settings: { deleted_clients: [web.client_id] } })
  const said = 'The OAuth client was deleted.'
  expectPage(await send(authorizeUrl(own.url)), 401, [blocked, said], 'deleted_client')
  for (const asked of [() => redeem(own.url, code), () => token(own.url, { grant_type: 'refresh_token', refresh_token })]) {
    const { status, text, explanation } = await asked()
    expect([status, text]).toEqual([401, JSON.stringify({ error: 'deleted_client', error_description: said }, null, 2)])
    expect(explanation).toContain('is among deleted_clients')
  }
})

describe('an app that is not verified', () => {
  const asked = { scope: `openid ${calendar}`, prompt: 'consent' }
  const warned = async (base: string, parameters: object = asked) => {
    const jar = new Jar()
    const password = await jar.post(await jar.open(authorizeUrl(base, { ...parameters })), base, { identifier: alice.identifier })
    return { jar, page: await jar.post(password, base, { Passwd: alice.Passwd }) }
  }

  test('has a page that warns of it, behind which is the consent', async () => {
    const own = await start({ defaultProvider: 'google' })
    await change(own.url, '', { settings: { verified: false } })
    const { jar, page } = await warned(own.url)
    expect(page.html).toContain('<h1>Google hasn’t verified this app</h1>')
    expect([...page.html.matchAll(/name="decision" value="(\w+)"[^>]*>([^<]*)</g)].map(([, value, text]) => [value, text])).toEqual([
      ['deny', 'Back to safety'],
      ['go_on', 'Continue'],
    ])
    expect(page.html).toContain('<summary>Advanced</summary>')
    const consent = await jar.post(page, own.url, { decision: 'go_on' })
    expect(consent.html).toContain('<h1>Example App wants access to your Google Account</h1>')
    const { location } = await signIn(jar, consent, own.url, alice, { granted: calendar })
    expect(location?.searchParams.get('scope')).toBe(`openid ${calendar}`)
  })

  test('is not let in by who goes back', async () => {
    const own = await start({ defaultProvider: 'google' })
    await change(own.url, '', { settings: { verified: false } })
    const { jar, page } = await warned(own.url)
    expect((await jar.post(page, own.url, { decision: 'deny' })).location?.href).toBe(`${callback}?error=access_denied&state=xyz`)
  })

  test('asks for a sign-in without it, and one that is verified for all', async () => {
    const own = await start({ defaultProvider: 'google' })
    expect((await warned(own.url)).page.html).toContain('wants access to your Google Account')
    await change(own.url, '', { settings: { verified: false } })
    expect((await warned(own.url, { prompt: 'consent' })).page.html).toContain('wants access to your Google Account')
  })
})
