import { allowInsecureRequests, authorizationCodeGrant, discovery } from 'openid-client'
import { describe, expect, test } from 'vitest'
import { Jar } from '../support/browser-jar.ts'
import { guideExample, problemsOf, startDeclared, startDeclaredForFile } from '../support/declared.ts'
import { web } from '../support/standard-client.ts'
import { answerIn, authorizeUrl, callback, redeem } from '../support/standard-sign-in.ts'
import { postedAfterSignIn, throughSignIn } from '../support/through-sign-in.ts'
import { postJson, send } from '../support/vendor-client.ts'

describe('redirects of the guide’s example', async () => {
  const server = await startDeclaredForFile(guideExample('redirects'))
  const members = (url: URL) => [...url.searchParams.keys()]

  test('carry its members in their order, and the code works', async () => {
    const back = await throughSignIn(authorizeUrl(server.url))
    expect(members(back)).toEqual(['auth_code', 'csrf', 'session_state', 'realm'])
    expect(answerIn(back)).toMatchObject({ csrf: 'xyz', realm: 'Example Company', session_state: expect.stringMatching(/^[\w-]{36}$/) })
    expect((await redeem(server.url, back.searchParams.get('auth_code'))).status).toBe(200)
  })

  test('let openid-client go on when its callback is put into RFC 6749’s words', async () => {
    const config = await discovery(new URL(server.url), web.client_id, web.client_secret, undefined, { execute: [allowInsecureRequests] })
    const { auth_code = '', csrf = '' } = answerIn(await throughSignIn(authorizeUrl(server.url, { nonce: undefined })))
    const address = new URL(`${callback}?${new URLSearchParams({ code: auth_code, state: csrf, iss: server.url })}`)
    expect((await authorizationCodeGrant(config, address, { expectedState: 'xyz' })).claims()?.sub).toBe('alice')
  })

  test('say that the user refused in its own words, number and state', async () => {
    const jar = new Jar()
    const page = await jar.open(authorizeUrl(server.url))
    const consent = await jar.post(page, server.url, { username: 'bob', password: 'password' })
    const { location } = await jar.post(consent, server.url, { decision: 'deny' })
    expect(location && [...location.searchParams]).toEqual([
      ['error', 'user_cancelled'],
      ['error_code', '1301'],
      ['error_message', 'The user pressed Cancel.'],
      ['csrf', 'xyz'],
    ])
  })

  test('say what its tables do not name, and what was wrong with the request', async () => {
    const { headers, explanation } = await send(authorizeUrl(server.url, { scope: 'nothing_of_the_kind' }))
    const back = new URL(headers.get('location') ?? '')
    expect(answerIn(back)).toMatchObject({ error: 'invalid_scope', error_code: '1000', csrf: 'xyz' })
    expect(explanation).toContain('nothing_of_the_kind')
    const silent = await send(authorizeUrl(server.url, { prompt: 'none', state: undefined }))
    expect(members(new URL(silent.headers.get('location') ?? ''))).toEqual(['error', 'error_code', 'error_message'])
  })

  test('hold in each response mode, in the control API, and for faults', async () => {
    const posted = await postedAfterSignIn(new URL(authorizeUrl(server.url, { response_mode: 'form_post' })))
    expect([...new URLSearchParams(await posted.text()).keys()]).toEqual(['auth_code', 'csrf', 'session_state', 'realm'])
    const fragment = await throughSignIn(authorizeUrl(server.url, { response_mode: 'fragment' }))
    expect(answerIn(fragment).auth_code).toBeDefined()
    const jwt = await throughSignIn(authorizeUrl(server.url, { response_mode: 'query.jwt' }))
    const [, claims = ''] = (jwt.searchParams.get('response') ?? '').split('.')
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ csrf: 'xyz', auth_code: expect.any(String) })
    const headless = await postJson(`${server.url}/_grantbox/sandboxes/acme/authorize`, {
      ...Object.fromEntries(new URL(authorizeUrl(server.url)).searchParams),
      username: 'alice',
    })
    expect(new URL(String(headless.body.redirect_to)).searchParams.get('csrf')).toBe('xyz')
    await postJson(`${server.url}/_grantbox/sandboxes/acme/faults`, { endpoint: 'authorize', callback: 'wrong_state' })
    const struck = await throughSignIn(authorizeUrl(server.url))
    expect(struck.searchParams.get('csrf')).toBe('a-state-that-nobody-sent')
  })
})

test.each<[string, object, Record<string, unknown>]>([
  [
    'others beside the usual ones',
    { '*': '{answer}', realm: 'r-1', tenant: '{user.tenant}' },
    { code: expect.any(String), state: 'xyz', realm: 'r-1' },
  ],
  ['the user', { '*': '{answer}', uid: '{user_id}', info: { name: '{username}' } }, { uid: 'alice', info: '{"name":"alice"}' }],
  ['no iss', { code: '{code}', state: '{state}' }, { code: expect.any(String), state: 'xyz' }],
  ['numbers and texts', { '*': '{answer}', v: 2, upper: '{state|upper}' }, { v: '2', upper: 'XYZ' }],
])('a redirect may carry %s', async (_what, body, expected) => {
  const server = await startDeclared({ authorization_response: { body } })
  const answer = answerIn(await throughSignIn(authorizeUrl(server.url)))
  expect(answer).toMatchObject(expected)
  expect(answer).not.toHaveProperty('tenant')
  if (_what === 'no iss') expect(Object.keys(answer)).toEqual(['code', 'state'])
  // Errors are the RFC's as long as nothing is said of them.
  const { headers } = await send(authorizeUrl(server.url, { prompt: 'none' }))
  expect(answerIn(new URL(headers.get('location') ?? ''))).toMatchObject({ error: 'login_required', state: 'xyz', iss: server.url })
})

test.each<[string, object, Record<string, unknown>]>([
  ['another description', { descriptions: { default: 'No.' } }, { error: 'login_required', error_description: 'No.', state: 'xyz' }],
  [
    'a body for one code',
    { bodies: { login_required: { reason: '{code}', state: '{state}' } } },
    { reason: 'login_required', state: 'xyz' },
  ],
  [
    'the client and a setting',
    { body: { e: '{error}', app: '{client_id}', region: '{settings.region}' } },
    { app: web.client_id, region: 'eu' },
  ],
])('an error at the redirect URI may have %s, with the names from above', async (_what, authorize, expected) => {
  const errors = { status: 200, names: { consent_required: 'x' }, body: { fault: '{code}' }, endpoints: { authorize } }
  const server = await startDeclared({ settings: { region: 'eu' }, errors })
  const { headers } = await send(authorizeUrl(server.url, { prompt: 'none' }))
  expect(answerIn(new URL(headers.get('location') ?? ''))).toMatchObject(expected)
})

test.each<[string, string, string, string]>([
  ['wildcard', '', 'https://pr-7.preview.acme.example/callback', 'https://pr-7.other.example/callback'],
  ['subdirectory', 'https://app.acme.example/back', 'https://app.acme.example/back/deep', 'https://app.acme.example/backwards'],
  ['prefix', 'https://app.acme.example/back', 'https://app.acme.example/backwards', 'https://app.acme.example/other'],
  ['exact', 'https://app.acme.example/back', 'https://app.acme.example/back', 'https://app.acme.example/back/deep'],
])('the rule for redirect URIs may be %s', async (redirect_uri_match, registered, fits, differs) => {
  const example = guideExample('redirect_rules')
  const apps = [{ ...(example.apps as object[])[0], ...(registered !== '' && { redirect_uris: [registered] }) }]
  const server = await startDeclared({ ...example, apps, settings: { redirect_uri_match } })
  const ask = (redirect_uri: string) => authorizeUrl(server.url, { client_id: 'acme-web', redirect_uri })
  const back = await throughSignIn(ask(fits))
  expect(back.origin + back.pathname).toBe(fits)
  const form = { client_id: 'acme-web', client_secret: 'acme-web-secret', redirect_uri: fits }
  expect((await redeem(server.url, back.searchParams.get('code'), form)).status).toBe(200)
  const refused = await send(ask(differs))
  expect([refused.status, refused.headers.get('location')]).toEqual([400, null])
})

test('scopes at the redirect URI are parted as elsewhere', async () => {
  const clients = [{ ...web, grant_types: ['implicit'], metadata: { response_types: ['token'] } }]
  const apps = [{ name: 'Web', clients, redirect_uris: [callback] }]
  const server = await startDeclared({ scope_separator: ',', apps, users: [{ username: 'alice', password: 'password' }] })
  const jar = new Jar()
  const page = await jar.open(authorizeUrl(server.url, { response_type: 'token', scope: 'read,write' }))
  const consent = await jar.post(page, server.url, { username: 'alice', password: 'password' })
  const { location } = await jar.post(consent, server.url, { decision: 'allow', granted: ['read', 'write'] })
  expect(location?.hash).toContain('access_token=')
  const less = await jar.open(authorizeUrl(server.url, { response_type: 'token', scope: 'openid,read,write', prompt: 'consent' }))
  const { location: narrowed } = await jar.post(less, server.url, { decision: 'allow', granted: ['openid', 'read'] })
  expect(narrowed && answerIn(narrowed).scope).toBe('openid,read')
})

test.each<[object, string]>([
  [
    { authorization_response: { body: { code: '{cod}' } } },
    'providers.acme.authorization_response.body.code: expected a value that there is',
  ],
  [{ authorization_response: {} }, 'providers.acme.authorization_response.body'],
  [{ errors: { endpoints: { authorize: { status: 200 } } } }, 'providers.acme.errors.endpoints.authorize.status: unknown key'],
  [
    { errors: { endpoints: { authorize: { body: { a: '{status}' } } } } },
    'providers.acme.errors.endpoints.authorize.body.a: expected a value',
  ],
  [{ errors: { endpoints: { tokn: {} } } }, 'providers.acme.errors.endpoints.tokn: unknown key; did you mean token?'],
  [{ errors: { endpoints: { end_session: {} } } }, 'providers.acme.errors.endpoints.end_session: unknown key'],
])('a mistake in %o is told with its path', (declaration, line) => {
  expect(problemsOf(declaration).join('\n')).toContain(line)
})
