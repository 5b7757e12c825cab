import { describe, expect, test } from 'vitest'
import { addUser } from '../../support/iokids-setup.ts'
import { claimsOf, postJson, send } from '../../support/vendor-client.ts'
import {
  alice,
  aliceId,
  askToken,
  audience,
  callback,
  database,
  freshCode,
  managementToken,
  spa,
  startTenantForFile,
  web,
} from './auth0-tenant.ts'

const server = await startTenantForFile()
const { url } = server
const sandbox = `${url}/_grantbox/sandboxes/auth0`
const otp = 'http://auth0.com/oauth/grant-type/passwordless/otp'

interface Message {
  to: string
  by: string
  kind: string
  code: string | null
  link: string | null
}

async function newest(to: string): Promise<Message> {
  const { body } = await send(`${sandbox}/outbox?to=${encodeURIComponent(to)}`)
  const [first] = body.items as Message[]
  if (first === undefined) throw new Error(`nothing was sent to ${to}`)
  return first
}

describe('passwordless', () => {
  const start = (email: string) => postJson(`${url}/passwordless/start`, { ...web, connection: 'email', send: 'code', email })
  const enter = (username: string, code: string | null, more: object = {}) =>
    askToken(server, { grant_type: otp, ...web, realm: 'email', username, otp: code, scope: 'openid email offline_access', ...more })

  test('a code is sent, which the outbox tells, and brings tokens once', async () => {
    const { status, body } = await start('alice@example.com')
    expect([status, body]).toEqual([
      200,
      { _id: expect.stringMatching(/^[0-9a-f]{24}$/), email: 'alice@example.com', email_verified: false },
    ])
    const { code, by, kind } = await newest('alice@example.com')
    expect([code, by, kind]).toEqual([expect.stringMatching(/^\d{6}$/), 'email', 'passwordless'])
    const { body: tokens } = await enter('alice@example.com', code)
    expect(claimsOf(tokens.id_token)).toMatchObject({ sub: aliceId, email: 'alice@example.com' })
    expect(tokens.refresh_token).toMatch(/^v1\.M/)
    const again = await enter('alice@example.com', code)
    expect([again.status, again.body]).toEqual([403, { error: 'invalid_grant', error_description: 'Wrong email or verification code.' }])
  })

  test('whoever is new is made, and three wrong codes use a code up', async () => {
    await start('erin@example.com')
    const { code } = await newest('erin@example.com')
    const wrong = code === '000000' ? '111111' : '000000'
    for (let tries = 0; tries < 3; tries++) expect((await enter('erin@example.com', wrong)).status).toBe(403)
    expect((await enter('erin@example.com', code)).status).toBe(403)
    await start('erin@example.com')
    const { body } = await enter('erin@example.com', (await newest('erin@example.com')).code, { audience })
    expect(claimsOf(body.access_token)).toMatchObject({ sub: expect.stringMatching(/^email\|[0-9a-f]{24}$/), gty: 'passwordless' })
  })

  test('a code lives three minutes', async () => {
    await start('alice@example.com')
    const { code } = await newest('alice@example.com')
    server.clock.advance(180)
    const { body } = await enter('alice@example.com', code)
    expect(body.error_description).toBe('The verification code has expired. Please try to login again.')
  })

  test.each([
    [{ connection: 'fax' }, 'Connection does not exist.'],
    [{ connection: 'email', email: 'nobody' }, 'email is required'],
    [{ connection: 'sms', phone_number: '555' }, 'missing phone_number property'],
  ])('nothing is sent for %o', async (wanted, error_description) => {
    const { status, body } = await postJson(`${url}/passwordless/start`, { ...web, ...wanted })
    expect([status, body.error_description]).toEqual([400, error_description])
  })
})

describe('the database of users', () => {
  const signUp = (email: string, password = 'Password1!') =>
    postJson(`${url}/dbconnections/signup`, { ...spa, connection: database, email, password, user_metadata: { plan: 'free' } })

  test('signs up whoever is new, who then confirms the address', async () => {
    const { status, body } = await signUp('frank@example.com')
    expect([status, body]).toEqual([
      200,
      { _id: expect.stringMatching(/^[0-9a-f]{24}$/), email_verified: false, email: 'frank@example.com', user_metadata: { plan: 'free' } },
    ])
    const tokens = () =>
      askToken(server, { grant_type: 'password', ...web, username: 'frank@example.com', password: 'Password1!', scope: 'openid email' })
    expect(claimsOf((await tokens()).body.id_token)).toMatchObject({ sub: `auth0|${body._id}`, email_verified: false })
    const { link } = await newest('frank@example.com')
    expect((await send(link ?? '')).status).toBe(200)
    expect(claimsOf((await tokens()).body.id_token).email_verified).toBe(true)
    expect((await send(link ?? '')).status).toBe(400)
  })

  test('refuses somebody who is there, and a weak password', async () => {
    const there = await signUp('alice@example.com')
    expect([there.status, there.body]).toEqual([
      400,
      { name: 'BadRequestError', code: 'invalid_signup', description: 'Invalid sign up', statusCode: 400 },
    ])
    const weak = await signUp('gina@example.com', 'password')
    expect([weak.status, weak.body]).toEqual([
      400,
      expect.objectContaining({
        name: 'PasswordStrengthError',
        message: 'Password is too weak',
        code: 'invalid_password',
        statusCode: 400,
      }),
    ])
  })

  test('sends a link by which a password is changed, and tells nobody who is there', async () => {
    const ask = (email: string) => postJson(`${url}/dbconnections/change_password`, { ...spa, connection: database, email })
    for (const email of ['bob@example.com', 'nobody@example.com']) {
      const { status, text } = await ask(email)
      expect([status, text]).toEqual([200, "We've just sent you an email to reset your password."])
    }
    const { link, kind } = await newest('bob@example.com')
    expect(kind).toBe('reset_password')
    const ticket = new URL(link ?? '').searchParams.get('ticket') ?? ''
    expect((await send(link ?? '')).text).toContain(`value="${ticket}"`)
    const body = new URLSearchParams({ ticket, 'password-reset': 'Another-1' })
    expect((await send(`${url}/u/reset-verify`, { method: 'POST', body })).status).toBe(200)
    const { status } = await askToken(server, { grant_type: 'password', ...web, username: 'bob@example.com', password: 'Another-1' })
    expect(status).toBe(200)
    expect((await send(link ?? '')).status).toBe(400)
  })

  test.each(['/u/email-verification', '/u/reset-verify'])('answers %s without a ticket with a page that loads nothing', async (path) => {
    const { status, headers } = await send(`${url}${path}?ticket=none`)
    expect([status, headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8'])
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  })
})

describe('the Management API', async () => {
  const headers = await managementToken(server)
  const call = (method: string, path: string, body?: unknown) =>
    send(`${url}/api/v2${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })

  test('makes a user, who signs in, is changed, blocked, found and deleted', async () => {
    const made = await call('POST', '/users', {
      connection: database,
      email: 'hana@example.com',
      password: 'Password1!',
      given_name: 'Hana',
      user_metadata: { a: 1 },
    })
    expect([made.status, made.body]).toEqual([
      201,
      {
        created_at: expect.any(String),
        email: 'hana@example.com',
        email_verified: false,
        identities: [{ connection: database, user_id: expect.stringMatching(/^[0-9a-f]{24}$/), provider: 'auth0', isSocial: false }],
        given_name: 'Hana',
        nickname: 'hana',
        name: 'Hana',
        picture: expect.stringMatching(/^https:\/\/s\.gravatar\.com\/avatar\/[0-9a-f]{32}\?s=480&r=pg$/),
        updated_at: expect.any(String),
        user_id: expect.stringMatching(/^auth0\|[0-9a-f]{24}$/),
        user_metadata: { a: 1 },
      },
    ])
    const path = `/users/${encodeURIComponent(String(made.body.user_id))}`
    const signIn = () => askToken(server, { grant_type: 'password', ...web, username: 'hana@example.com', password: 'Password1!' })
    expect((await signIn()).status).toBe(200)
    const changed = await call('PATCH', path, { blocked: true, user_metadata: { b: 2, a: null } })
    expect(changed.body).toMatchObject({ blocked: true, user_metadata: { b: 2 } })
    const refused = await signIn()
    expect([refused.status, refused.body]).toEqual([403, { error: 'unauthorized', error_description: 'user is blocked' }])
    const list = await call('GET', '/users?q=email:hana*&include_totals=true')
    expect(list.body).toMatchObject({ start: 0, limit: 50, length: 1, total: 1, users: [{ email: 'hana@example.com' }] })
    expect(JSON.parse((await call('GET', '/users-by-email?email=Hana@example.com')).text)).toHaveLength(1)
    expect((await call('DELETE', path)).status).toBe(204)
    expect((await call('GET', path)).status).toBe(404)
    expect((await call('DELETE', path)).status).toBe(204)
  })

  test('tells whose users come from elsewhere', async () => {
    const made = { username: 'gil@example.com', user_id: 'google-oauth2|115015401343387192604', email: 'gil@example.com' }
    addUser(server.sandbox(), made)
    const { body } = await call('GET', `/users/${encodeURIComponent(made.user_id)}`)
    expect([body.user_id, body.identities]).toEqual([
      made.user_id,
      [{ connection: 'google-oauth2', user_id: '115015401343387192604', provider: 'google-oauth2', isSocial: true }],
    ])
    const code = await freshCode(server, { username: made.username, audience, scope: 'openid' })
    const { body: tokens } = await askToken(server, { grant_type: 'authorization_code', ...web, redirect_uri: callback, code })
    expect([claimsOf(tokens.access_token).sub, claimsOf(tokens.id_token).sub]).toEqual([made.user_id, made.user_id])
  })

  test('gives roles with permissions, which stand in the tokens of an API that has them', async () => {
    const { body: role } = await call('POST', '/roles', { name: 'reader', description: 'May read' })
    expect(role).toEqual({ id: expect.stringMatching(/^rol_\w{16}$/), name: 'reader', description: 'May read' })
    const permissions = [{ resource_server_identifier: audience, permission_name: 'read:messages' }]
    expect((await call('POST', `/roles/${role.id}/permissions`, { permissions })).status).toBe(201)
    const ofAlice = `/users/${encodeURIComponent(aliceId)}/roles`
    expect((await call('POST', ofAlice, { roles: [role.id] })).status).toBe(204)
    expect(JSON.parse((await call('GET', ofAlice)).text)).toEqual([role])
    const apis = [{ identifier: audience, scopes: { 'read:messages': 'Reading' }, token_version: 'access_token_authz' }]
    await send(sandbox, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ settings: { apis } }) })
    const code = await freshCode(server, { audience, scope: 'openid' })
    const { body } = await askToken(server, { grant_type: 'authorization_code', ...web, redirect_uri: callback, code })
    expect(claimsOf(body.access_token).permissions).toEqual(['read:messages'])
    await call('DELETE', ofAlice, { roles: [role.id] })
    expect((await call('GET', ofAlice)).text).toBe('[]')
  })

  test('makes organizations, and lists what else there is', async () => {
    const { body } = await call('POST', '/organizations', { name: 'acme', display_name: 'Acme' })
    expect(body).toEqual({ id: expect.stringMatching(/^org_\w{16}$/), name: 'acme', display_name: 'Acme' })
    expect(JSON.parse((await call('GET', '/organizations')).text).map(({ name }: { name: string }) => name)).toEqual([
      'example-org',
      'acme',
    ])
    for (const path of ['/clients', '/connections', '/resource-servers']) expect((await call('GET', path)).status).toBe(200)
  })
})

test('an alice who signs in by password has no refresh token unless she asks for offline_access', async () => {
  const { body } = await askToken(server, { grant_type: 'password', ...web, ...alice, scope: 'openid' })
  expect(body.refresh_token).toBeUndefined()
})
