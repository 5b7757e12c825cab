import { describe, expect, test } from 'vitest'
import { totp } from '../../../src/providers/totp.ts'
import type { Jar, Visit } from '../../support/browser-jar.ts'
import { type Answer, claimsOf, postJson, send } from '../../support/vendor-client.ts'
import { askToken, audience, callback, database, managementToken, native, spa, startTenantForFile, TenantJar, web } from './auth0-tenant.ts'

/** Second factors: who must show one is told so, and goes on with the mfa_token. */

const server = await startTenantForFile()
const { url } = server
const sandbox = `${url}/_grantbox/sandboxes/auth0`
const grant = (name: string) => `http://auth0.com/oauth/grant-type/${name}`
const bearer = (token: unknown) => ({ authorization: `Bearer ${token}` })
const password = 'Password1!'

let users = 0
/** A new user, by the address. */
async function newUser(): Promise<string> {
  const email = `factor${++users}@example.com`
  await postJson(`${url}/api/v2/users`, { connection: database, email, password }, await managementToken(server))
  return email
}

const byPassword = (username: string, more: object = {}) =>
  askToken(server, { grant_type: 'password', ...web, username, password, scope: 'openid read:messages offline_access', audience, ...more })
const show = (factor: string, mfa_token: unknown, shown: object, client: object = web) =>
  askToken(server, { grant_type: grant(factor), ...client, mfa_token, ...shown })
const associate = (token: unknown, body: object) => postJson(`${url}/mfa/associate`, body, bearer(token))
const challenge = (mfa_token: unknown, more: object = {}) => postJson(`${url}/mfa/challenge`, { ...web, mfa_token, ...more })
const codeNow = (secret: unknown) => totp(String(secret), server.clock.now())

async function policy(multi_factor: string | null): Promise<void> {
  const body = JSON.stringify({ settings: { multi_factor } })
  expect((await send(sandbox, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body })).status).toBe(200)
}

/** A token with which a user looks after second factors. */
async function ownToken(username: string): Promise<unknown> {
  const scope = 'openid enroll read:authenticators remove:authenticators'
  return (await byPassword(username, { audience: `${url}/mfa/`, scope })).body.access_token
}

/** A user with an authenticator app, and what its secret and recovery code are. */
async function withApp() {
  const username = await newUser()
  await policy('always')
  const { mfa_token } = (await byPassword(username)).body
  await policy(null)
  const { body } = await associate(mfa_token, { authenticator_types: ['otp'] })
  expect((await show('mfa-otp', mfa_token, { otp: codeNow(body.secret) })).status).toBe(200)
  // A code is taken once.
  server.clock.advance(60)
  return { username, secret: body.secret, recovery: (body.recovery_codes as string[])[0] }
}

async function sentTo(to: string): Promise<string> {
  const { body } = await send(`${sandbox}/outbox?to=${encodeURIComponent(to)}`)
  return (body.items as { kind: string; code: string }[]).find(({ kind }) => kind === 'mfa')?.code ?? ''
}

test('who has an authenticator is told mfa_required, and gets what was asked for with a code', async () => {
  const { username, secret } = await withApp()
  const told = await byPassword(username)
  expect([told.status, told.text]).toEqual([
    403,
    `{"error":"mfa_required","error_description":"Multifactor authentication required","mfa_token":"${told.body.mfa_token}"}`,
  ])
  expect(told.body.mfa_token).toMatch(/^Fe26\.2\*/)
  expect(told.explanation).toMatch(/second factor/)
  const asked = await challenge(told.body.mfa_token, { challenge_type: 'otp' })
  expect([asked.status, asked.text]).toEqual([200, '{"challenge_type":"otp"}'])
  const { status, body } = await show('mfa-otp', told.body.mfa_token, { otp: codeNow(secret) })
  expect([status, Object.keys(body)]).toEqual([200, ['access_token', 'refresh_token', 'id_token', 'scope', 'expires_in', 'token_type']])
  expect(claimsOf(body.access_token)).toMatchObject({ aud: [audience, `${url}/userinfo`], scope: body.scope, gty: 'password' })
  expect(body.scope).toBe('openid read:messages offline_access')
  expect(claimsOf(body.id_token).amr).toEqual(['mfa'])
})

test('nobody is asked where multi_factor is never, and a realm asks as the directory does', async () => {
  const { username } = await withApp()
  await policy('never')
  expect((await byPassword(username)).status).toBe(200)
  await policy(null)
  const inRealm = await byPassword(username, { grant_type: grant('password-realm'), realm: database })
  expect(inRealm.body.error).toBe('mfa_required')
  expect((await byPassword(username, { password: 'x' })).body).toEqual({
    error: 'invalid_grant',
    error_description: 'Wrong email or password.',
  })
})

describe('an authenticator', () => {
  test('that is an app has a secret, an address for it and, being the first, a recovery code', async () => {
    const username = await newUser()
    await policy('always')
    const { mfa_token } = (await byPassword(username)).body
    await policy(null)
    const { status, body, text } = await associate(mfa_token, { authenticator_types: ['otp'] })
    expect([status, Object.keys(body)]).toEqual([200, ['authenticator_type', 'secret', 'barcode_uri', 'recovery_codes']])
    expect(text).toMatch(/^\{"authenticator_type":"otp","secret":"[A-Z2-7]{32}","barcode_uri":"otpauth:\/\/totp\/dev-grantbox:/)
    expect(body.recovery_codes).toEqual([expect.stringMatching(/^[A-Z0-9]{24}$/)])
    const { searchParams } = new URL(String(body.barcode_uri))
    expect(Object.fromEntries(searchParams)).toMatchObject({ secret: body.secret, issuer: 'dev-grantbox', digits: '6', period: '30' })
  })

  test.each([
    ['sms', { authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: '+15550100' }, '+15550100', '+155XXXXX'],
    ['voice', { authenticator_types: ['oob'], oob_channels: ['voice'], phone_number: '+15550101' }, '+15550101', '+155XXXXX'],
    ['email', { authenticator_types: ['oob'], oob_channels: ['email'], email: 'e@example.com' }, 'e@example.com', 'e@example.com'],
  ])('by %s is sent a code, counts with it, and is listed', async (oob_channel, body, to, name) => {
    const username = await newUser()
    const own = await ownToken(username)
    await policy('always')
    const { mfa_token } = (await byPassword(username)).body
    await policy(null)
    const made = await associate(mfa_token, body)
    expect([made.status, Object.keys(made.body)]).toEqual([
      200,
      ['authenticator_type', 'binding_method', 'recovery_codes', 'oob_channel', 'oob_code'],
    ])
    expect(made.body).toMatchObject({ authenticator_type: 'oob', binding_method: 'prompt', oob_channel })
    const shown = { oob_code: made.body.oob_code, binding_code: await sentTo(to) }
    expect((await show('mfa-oob', mfa_token, shown)).status).toBe(200)

    const told = (await byPassword(username)).body
    const listed = await send(`${url}/mfa/authenticators`, { headers: bearer(told.mfa_token) })
    expect(JSON.parse(listed.text)).toEqual([
      { id: expect.stringMatching(/^recovery-code\|dev_\w{16}$/), authenticator_type: 'recovery-code', active: true },
      {
        id: expect.stringMatching(new RegExp(`^${oob_channel}\\|dev_\\w{16}$`)),
        authenticator_type: 'oob',
        active: true,
        oob_channel,
        oob_channels: [oob_channel],
        name,
      },
    ])
    const id = (JSON.parse(listed.text) as { id: string }[])[1]?.id ?? ''
    const asked = await challenge(told.mfa_token, { challenge_type: 'oob', authenticator_id: id })
    expect(asked.body).toEqual({ challenge_type: 'oob', oob_code: expect.any(String), binding_method: 'prompt' })
    const again = { oob_code: asked.body.oob_code, binding_code: await sentTo(to) }
    expect((await show('mfa-oob', told.mfa_token, again)).status).toBe(200)

    const gone = await send(`${url}/mfa/authenticators/${encodeURIComponent(id)}`, { method: 'DELETE', headers: bearer(own) })
    expect([gone.status, gone.text]).toEqual([204, ''])
    expect((await byPassword(username)).status).toBe(200)
  })

  test('is added with an access token for second factors, and a recovery code signs in once and is followed by another', async () => {
    const { username, recovery } = await withApp()
    const { mfa_token } = (await byPassword(username)).body
    const { status, body } = await show('mfa-recovery-code', mfa_token, { recovery_code: recovery })
    expect([status, Object.keys(body).at(-1)]).toEqual([200, 'recovery_code'])
    expect(body.recovery_code).toMatch(/^[A-Z0-9]{24}$/)
    const next = (await byPassword(username)).body.mfa_token
    expect((await show('mfa-recovery-code', next, { recovery_code: recovery })).status).toBe(403)
    expect((await show('mfa-recovery-code', next, { recovery_code: body.recovery_code })).status).toBe(200)
  })
})

describe('to the byte', () => {
  type Row = [what: string, ask: () => Promise<Answer>, status: number, text: string]
  const said = (error: string, error_description: string) => JSON.stringify({ error, error_description })
  const waiting = async () => {
    const { username, secret } = await withApp()
    return { username, secret, mfa_token: (await byPassword(username)).body.mfa_token }
  }

  test.each<Row>([
    [
      'a wrong code',
      async () => show('mfa-otp', (await waiting()).mfa_token, { otp: '0' }),
      403,
      said('invalid_grant', 'Invalid otp_code.'),
    ],
    [
      'a code that was used',
      async () => {
        const { username, secret, mfa_token } = await waiting()
        await show('mfa-otp', mfa_token, { otp: codeNow(secret) })
        return show('mfa-otp', (await byPassword(username)).body.mfa_token, { otp: codeNow(secret) })
      },
      403,
      said('invalid_grant', 'Invalid otp_code.'),
    ],
    [
      'a wrong code that was sent',
      async () => show('mfa-oob', (await waiting()).mfa_token, { oob_code: 'x', binding_code: '0' }),
      403,
      said('invalid_grant', 'Invalid binding_code.'),
    ],
    [
      'a wrong recovery code',
      async () => show('mfa-recovery-code', (await waiting()).mfa_token, { recovery_code: 'X' }),
      403,
      said('invalid_grant', 'MFA Authorization rejected.'),
    ],
    ['an mfa_token that is none', () => show('mfa-otp', 'x', { otp: '0' }), 403, said('invalid_grant', 'Malformed mfa_token')],
    [
      'an mfa_token of another app',
      async () => {
        const { secret, mfa_token } = await waiting()
        return show('mfa-otp', mfa_token, { otp: codeNow(secret) }, spa)
      },
      403,
      said('invalid_grant', 'Malformed mfa_token'),
    ],
    [
      'an mfa_token that was used',
      async () => {
        const { secret, mfa_token } = await waiting()
        await show('mfa-otp', mfa_token, { otp: codeNow(secret) })
        server.clock.advance(60)
        return show('mfa-otp', mfa_token, { otp: codeNow(secret) })
      },
      403,
      said('invalid_grant', 'Malformed mfa_token'),
    ],
    [
      'an mfa_token that is too old',
      async () => {
        const { secret, mfa_token } = await waiting()
        server.clock.advance(601)
        return show('mfa-otp', mfa_token, { otp: codeNow(secret) })
      },
      401,
      said('expired_token', 'mfa_token is expired'),
    ],
    [
      'no mfa_token',
      () => askToken(server, { grant_type: grant('mfa-otp'), ...web, otp: '0' }),
      400,
      said('invalid_request', 'Missing required parameter: mfa_token'),
    ],
    [
      'no code',
      async () => show('mfa-otp', (await waiting()).mfa_token, {}),
      400,
      said('invalid_request', 'Missing required parameter: otp'),
    ],
    [
      'an app that may not',
      () => show('mfa-otp', 'x', { otp: '0' }, native),
      403,
      JSON.stringify({
        error: 'unauthorized_client',
        error_description: "Grant type 'http://auth0.com/oauth/grant-type/mfa-otp' not allowed for the client.",
        error_uri: 'https://auth0.com/docs/clients/client-grant-types',
      }),
    ],
    [
      'a challenge that the user has no authenticator for',
      async () => challenge((await waiting()).mfa_token, { challenge_type: 'oob' }),
      403,
      said('unsupported_challenge_type', 'User does not have any of the requested authenticators'),
    ],
    [
      'a challenge without an mfa_token',
      () => postJson(`${url}/mfa/challenge`, web),
      400,
      said('invalid_request', 'Missing required parameter: mfa_token'),
    ],
    [
      'another authenticator for who has one and only the password',
      async () => associate((await waiting()).mfa_token, { authenticator_types: ['otp'] }),
      403,
      said('access_denied', 'User is already enrolled.'),
    ],
    [
      'an authenticator that is taken away with only the password',
      async () => {
        const { mfa_token } = await waiting()
        return send(`${url}/mfa/authenticators/x`, { method: 'DELETE', headers: bearer(mfa_token) })
      },
      403,
      said('access_denied', 'User is already enrolled.'),
    ],
    [
      'an authenticator of no kind',
      async () => associate(await ownToken(await newUser()), { authenticator_types: ['fax'] }),
      400,
      said('invalid_request', 'authenticator_types or oob_channels is not valid'),
    ],
    [
      'a token for another API',
      async () => associate((await byPassword(await newUser())).body.access_token, { authenticator_types: ['otp'] }),
      401,
      JSON.stringify({ statusCode: 401, error: 'Unauthorized', message: 'Invalid token', attributes: { error: 'Invalid token' } }),
    ],
  ])('%s', async (_what, ask, status, text) => {
    const answer = await ask()
    expect([answer.status, answer.text]).toEqual([status, text])
    expect(answer.explanation).toMatch(/\w/)
  })
})

describe('at the sign-in', () => {
  const authorizeUrl = (more: Record<string, string> = {}) =>
    `${url}/authorize?${new URLSearchParams({ client_id: web.client_id, response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', ...more })}`

  async function typed(jar: Jar, username: string, more: Record<string, string> = {}) {
    return jar.post(await jar.open(authorizeUrl(more)), url, { username, password, action: 'default' })
  }

  async function amrOf(end: Visit): Promise<unknown> {
    const code = end.location?.searchParams.get('code')
    const { body } = await askToken(server, { grant_type: 'authorization_code', ...web, redirect_uri: callback, code })
    return claimsOf(body.id_token).amr
  }

  test('the page for a code comes behind the password, refuses a wrong code, and nothing goes round it', async () => {
    const { username, secret } = await withApp()
    const jar = new TenantJar()
    const sent = await typed(jar, username)
    expect(sent.location?.pathname).toBe('/u/mfa-otp-challenge')
    const page = await jar.open(sent.location?.href ?? '')
    expect(page.html).toContain('<h1>Verify Your Identity</h1>')
    const wrong = await jar.post(page, url, { code: '000000' })
    expect([wrong.status, wrong.html.includes('The code you entered is invalid')]).toEqual([400, true])
    const transaction = sent.location?.searchParams.get('transaction') ?? ''
    // Without the code nobody is signed in, whatever is clicked or opened.
    for (const around of [`${url}/authorize?transaction=${transaction}`, authorizeUrl({ prompt: 'none' })]) {
      expect((await jar.open(around)).location?.searchParams.get('code') ?? null).toBeNull()
    }
    const end = await jar.post(page, url, { code: codeNow(secret) })
    expect(await amrOf(end)).toEqual(['mfa'])
    // Who is signed in is not asked again.
    expect((await jar.open(authorizeUrl({ prompt: 'none' }))).location?.searchParams.get('code')).toMatch(/^[\w-]{43}$/)
  })

  test('a request cannot say itself that a factor was shown, and the page has no use for who gave no password', async () => {
    const { username } = await withApp()
    const sent = await typed(new TenantJar(), username, { second_factor: 'shown' })
    expect(sent.location?.pathname).toBe('/u/mfa-otp-challenge')
    const jar = new TenantJar()
    const first = await jar.open(authorizeUrl())
    const transaction = /name="transaction" value="([^"]+)"/.exec(first.html)?.[1]
    expect((await jar.open(`${url}/u/mfa-otp-challenge?transaction=${transaction}`)).status).toBe(400)
  })

  test('a code is sent to a phone, and who has no factor yet gets one where all must', async () => {
    const username = await newUser()
    await policy('always')
    const jar = new TenantJar()
    const enrolment = await typed(jar, username)
    expect(enrolment.location?.pathname).toBe('/u/mfa-otp-enrollment-qr')
    const page = await jar.open(enrolment.location?.href ?? '')
    const secret = /shows: ([A-Z2-7]{32})/.exec(page.html)?.[1]
    expect((await jar.open(enrolment.location?.href ?? '')).html).toContain(secret)
    expect(await amrOf(await jar.post(page, url, { code: codeNow(secret) }))).toEqual(['mfa'])
    const other = await newUser()
    const { mfa_token } = (await byPassword(other)).body
    const phone = { authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: '+15550177' }
    const { oob_code } = (await associate(mfa_token, phone)).body
    await show('mfa-oob', mfa_token, { oob_code, binding_code: await sentTo('+15550177') })
    await policy(null)
    server.clock.advance(1)
    const asked = new TenantJar()
    const challenged = await typed(asked, other)
    expect(challenged.location?.pathname).toBe('/u/mfa-sms-challenge')
    const form = await asked.open(challenged.location?.href ?? '')
    const code = await sentTo('+15550177')
    // The page that is loaded again sends nothing again.
    await asked.open(challenged.location?.href ?? '')
    expect(await sentTo('+15550177')).toBe(code)
    expect(await amrOf(await asked.post(form, url, { code }))).toEqual(['mfa'])
  })

  test('who has several factors may take another one than the first', async () => {
    const { username, secret } = await withApp()
    const waiting = await byPassword(username, { audience: `${url}/mfa/`, scope: 'openid enroll' })
    const own = await show('mfa-otp', waiting.body.mfa_token, { otp: codeNow(secret) })
    const phone = { authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: '+15550188' }
    const { oob_code } = (await associate(own.body.access_token, phone)).body
    const jar = new TenantJar()
    const alone = await jar.open((await typed(jar, username)).location?.href ?? '')
    expect(alone.html).not.toContain('Try another method')
    const { mfa_token } = (await byPassword(username)).body
    await show('mfa-oob', mfa_token, { oob_code, binding_code: await sentTo('+15550188') })
    server.clock.advance(1)

    const first = await jar.open((await typed(jar, username)).location?.href ?? '')
    expect(first.html).toContain(
      '<button class="quiet" type="submit" name="action" value="pick-authenticator" formnovalidate data-does="submit">Try another method</button>',
    )
    const wrong = await jar.post(first, url, { code: '000000', action: 'default' })
    expect([wrong.status, wrong.html.includes('Try another method')]).toEqual([400, true])
    const asked = await jar.post(wrong, url, { code: '', action: 'pick-authenticator' })
    expect(asked.location?.pathname).toBe('/u/mfa-login-options')
    const options = await jar.open(asked.location?.href ?? '')
    expect(options.html).toContain('<h1>Other Methods</h1>')
    const offered = [...options.html.matchAll(/name="method" value="(\w+)"[^>]*><span>([^<]+)</g)].map(([, value, label]) => [value, label])
    expect(offered).toEqual([
      ['otp', 'Google Authenticator or similar'],
      ['sms', 'SMS'],
    ])
    const none = await jar.post(options, url, { method: 'email', action: 'default' })
    expect([none.status, none.html.includes('Select a method')]).toEqual([400, true])
    const chosen = await jar.post(none, url, { method: 'sms', action: 'default' })
    expect(chosen.location?.pathname).toBe('/u/mfa-sms-challenge')
    const form = await jar.open(chosen.location?.href ?? '')
    const end = await jar.post(form, url, { code: await sentTo('+15550188'), action: 'default' })
    expect(await amrOf(end)).toEqual(['mfa'])
  })
})
