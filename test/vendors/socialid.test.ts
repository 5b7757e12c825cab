import { describe, expect, test } from 'vitest'
import { start, startForFile } from '../support/server.ts'
import { type Answer, basic, post, postJson, send } from '../support/vendor-client.ts'

const server = await startForFile({ made: ['socialid'] })
const url = `${server.url}/socialid`
const app = basic('138', 'e8b9ca24f1b590af67e6271297d6e1f7226625d61c5b5daa1b2f215464e292cf')
const endpoint = '/v2/marketing/oauth/token'
const token = (form: Record<string, string> | string, headers: Record<string, string> = app, base = url) =>
  post(base + endpoint, form, headers)
const john = { grant_type: 'password', username: 'john_doe', password: 'john_doe_secret' }
const refresh = (refresh_token: unknown, base = url) =>
  token({ grant_type: 'refresh_token', refresh_token: String(refresh_token) }, app, base)
const me = (access_token: unknown, query = '', base = url) =>
  send(`${base}/v2/marketing/login/user${query}`, { headers: { authorization: `Bearer ${access_token}` } })

describe('the password grant', () => {
  test.each([
    ['username', john],
    ['email_address', { grant_type: 'password', email_address: 'john_doe@domain.com', password: 'john_doe_secret' }],
    ['email_address in another letter case', { grant_type: 'password', email_address: 'John_Doe@Domain.com', password: 'john_doe_secret' }],
  ])('answers the page’s four members for %s', async (_what, form) => {
    const answer = await token(form)
    expect(answer.status).toBe(200)
    expect(answer.text).toMatch(
      /^\{"access_token":"[0-9a-f]{64}","expires_in":604800,"token_type":"bearer","refresh_token":"[0-9a-f]{64}"\}$/,
    )
    expect(answer.headers.get('status')).toBe('200')
    expect((await me(answer.body.access_token)).body).toMatchObject({ username: 'john_doe', email_address: 'john_doe@domain.com' })
  })

  test('an e-mail address is no username, nor the other way round', async () => {
    expect((await token({ ...john, username: 'john_doe@domain.com' })).status).toBe(401)
    expect((await token({ grant_type: 'password', email_address: 'john_doe', password: 'john_doe_secret' })).status).toBe(401)
  })

  test('an access token lives a week', async () => {
    const own = await start({ made: ['socialid'] })
    const base = `${own.url}/socialid`
    own.clock.stop()
    const { access_token, refresh_token } = (await token(john, app, base)).body
    own.clock.advance(604_798)
    expect((await me(access_token, '', base)).status).toBe(200)
    own.clock.advance(3)
    expect((await me(access_token, '', base)).status).toBe(401)
    own.clock.advance(10 * 365 * 86_400)
    expect((await refresh(refresh_token, base)).status).toBe(200)
  })
})

describe('errors', () => {
  const missing = 'invalid_request'
  test.each<[string, () => Promise<Answer>, number, string]>([
    ['no grant_type', () => token({ username: 'john_doe', password: 'x' }), 400, missing],
    ['no password', () => token({ ...john, password: '' }), 400, missing],
    ['neither username nor email_address', () => token({ ...john, username: '' }), 400, missing],
    ['both identifiers', () => token({ ...john, email_address: 'john_doe@domain.com' }), 400, missing],
    ['both identifiers, both wrong', () => token({ ...john, username: 'x', email_address: 'x@y.example' }), 400, missing],
    ['an unknown grant type', () => token({ ...john, grant_type: 'magic' }), 400, 'unsupported_grant_type'],
    ['ldap_credentials', () => token({ ...john, grant_type: 'ldap_credentials' }), 400, 'unsupported_grant_type'],
    ['the page’s command as printed: no Basic, no parameters behind &', () => token('grant_type=password', {}), 401, 'invalid_client'],
    ['a wrong client secret', () => token(john, basic('138', 'x')), 401, 'invalid_client'],
    ['an unknown client', () => token(john, basic('139', 'x')), 401, 'invalid_client'],
    ['the client in the body', () => token({ ...john, client_id: '138', client_secret: 'e8b9' }, {}), 401, 'invalid_client'],
    [
      'a wrong client and no parameters: the client comes first',
      () => token('grant_type=password', basic('138', 'x')),
      401,
      'invalid_client',
    ],
    ['a wrong password', () => token({ ...john, password: 'x' }), 401, 'invalid_client'],
    ['an unknown user', () => token({ ...john, username: 'jane' }), 401, 'invalid_client'],
    [
      'an unknown e-mail address',
      () => token({ grant_type: 'password', email_address: 'a@b.example', password: 'x' }),
      401,
      'invalid_client',
    ],
    ['a wrong refresh token', () => refresh('0'.repeat(64)), 400, missing],
    ['a refresh token that is none', () => refresh('x'), 400, missing],
    ['no refresh token', () => token({ grant_type: 'refresh_token' }), 400, missing],
    ['a wrong code', () => token({ grant_type: 'authorization_code', code: 'x' }), 400, missing],
    ['an unknown user_id', () => token({ grant_type: 'user_id', user_id: '99' }), 400, missing],
    ['no user_id', () => token({ grant_type: 'user_id' }), 400, missing],
    ['no provider', () => token({ grant_type: 'provider_credentials', access_token: 'john_doe' }), 400, missing],
    [
      'an unknown provider',
      () => token({ grant_type: 'provider_credentials', provider: 'myspace', access_token: 'john_doe' }),
      400,
      missing,
    ],
    ['no social token', () => token({ grant_type: 'provider_credentials', provider: 'facebook' }), 400, missing],
    [
      'a wrong social token',
      () => token({ grant_type: 'provider_credentials', provider: 'facebook', access_token: 'x' }),
      401,
      'invalid_client',
    ],
    [
      'a code of another network',
      () => token({ grant_type: 'provider_authorization_code', provider: 'facebook', authorization_code: 'john_doe' }),
      400,
      missing,
    ],
    ['GET', () => send(url + endpoint), 405, missing],
  ])('%s', async (_what, ask, status, error) => {
    const answer = await ask()
    expect([answer.status, answer.body]).toEqual([status, { error, error_description: expect.any(String) }])
    expect(answer.headers.get('status')).toBe(String(status))
    expect(answer.explanation).not.toBe('')
  })

  test('with wrong_password_error: invalid_grant a wrong password and a wrong refresh token are RFC 6749’s', async () => {
    const own = await start({ made: ['socialid'] })
    const base = `${own.url}/socialid`
    own.server.sandboxes.update(own.sandbox('socialid'), { settings: { wrong_password_error: 'invalid_grant' } })
    for (const answer of [await token({ ...john, password: 'x' }, app, base), await refresh('x', base)]) {
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant'])
    }
  })
})

describe('the other grants', () => {
  test.each([
    ['user_id', { grant_type: 'user_id', user_id: '1' }],
    ['a username as social token', { grant_type: 'provider_credentials', provider: 'facebook', access_token: 'john_doe' }],
    ['an identity of the user', { grant_type: 'provider_credentials', provider: 'facebook', access_token: 'john_doe_facebook' }],
    ['Twitter with its secret', { grant_type: 'provider_credentials', provider: 'twitter', access_token: 'john_doe', access_secret: 's' }],
    ['Apple with its ID token', { grant_type: 'provider_credentials', provider: 'apple', id_token: 'john_doe' }],
    ['Google with a code', { grant_type: 'provider_authorization_code', provider: 'gplus', authorization_code: 'john_doe' }],
  ])('%s gives a user token', async (_what, form) => {
    const { status, body } = await token(form)
    expect([status, Object.keys(body)]).toEqual([200, ['access_token', 'expires_in', 'token_type', 'refresh_token']])
    expect((await me(body.access_token)).body.username).toBe('john_doe')
  })

  test('a refresh gives a new access and a new refresh token, and revokes the old one', async () => {
    const { refresh_token, access_token } = (await token(john)).body
    const next = await refresh(refresh_token)
    expect(next.status).toBe(200)
    expect(next.body.refresh_token).not.toBe(refresh_token)
    expect(next.body.access_token).not.toBe(access_token)
    expect((await refresh(refresh_token)).status).toBe(400)
  })

  test('client_credentials gives a Login App Token without a refresh token', async () => {
    const { body, status } = await token({ grant_type: 'client_credentials' })
    expect([status, Object.keys(body)]).toEqual([200, ['access_token', 'expires_in', 'token_type']])
    expect((await me(body.access_token)).status).toBe(404)
  })

  test('a JSON body is read as a form is', async () => {
    expect((await postJson(url + endpoint, john, app)).status).toBe(200)
  })
})

describe('revoking and users', () => {
  test.each(['access_token', 'refresh_token'])('revoking the %s takes its pair along', async (which) => {
    const { body } = await token(john)
    const answer = await post(`${url}/v2/marketing/oauth/revoke`, { token: String(body[which]), token_type_hint: 'wrong' }, app)
    expect(answer.status).toBe(200)
    expect((await me(body.access_token)).status).toBe(401)
    expect((await refresh(body.refresh_token)).status).toBe(400)
  })

  test.each<[string, () => Promise<Answer>, number, string | undefined]>([
    ['an unknown token', () => post(`${url}/v2/marketing/oauth/revoke`, { token: 'x' }, app), 200, undefined],
    ['no token', () => post(`${url}/v2/marketing/oauth/revoke`, {}, app), 400, 'invalid_request'],
    ['a wrong client', () => post(`${url}/v2/marketing/oauth/revoke`, { token: 'x' }, basic('138', 'x')), 401, 'invalid_client'],
  ])('revoking with %s', async (_what, ask, status, error) => {
    const answer = await ask()
    expect([answer.status, answer.body.error]).toEqual([status, error])
  })

  test('login/user tells of the user, as many fields as are asked for', async () => {
    const { access_token } = (await token(john)).body
    const { body, headers } = await me(access_token)
    expect(Object.keys(body)).toEqual([
      'id',
      'profile',
      'signed_in_at',
      'signed_up_at',
      'token',
      'username',
      'email_address',
      'active',
      'confirmed',
      'locked',
    ])
    expect(body).toMatchObject({ id: '1', token: access_token, active: true, confirmed: true, locked: false })
    expect(headers.get('status')).toBe('200')
    expect((await me(access_token, '?fields=id,username')).body).toEqual({ id: '1', username: 'john_doe' })
    expect((await me('x')).status).toBe(401)
  })

  test('login/users makes a user with a Login App Token', async () => {
    const { access_token } = (await token({ grant_type: 'client_credentials' })).body
    const create = (user: unknown, bearer: unknown = access_token) =>
      postJson(`${url}/v2/marketing/login/users`, { user }, { authorization: `Bearer ${bearer}` })
    const jane = { username: 'jane_doe', email_address: 'jane@domain.com', password: 'jane_secret' }
    const made = await create(jane)
    expect(made.status).toBe(201)
    expect(made.headers.get('location')).toBe(`${url}/v1/marketing/login/users/${made.body.id}`)
    const signedIn = await token({ grant_type: 'password', email_address: 'jane@domain.com', password: 'jane_secret' })
    expect(signedIn.status).toBe(200)
    expect((await create(jane)).status).toBe(422)
    expect((await create({ username: 'x' })).status).toBe(422)
    expect((await create(undefined)).status).toBe(400)
    expect((await create({ ...jane, username: 'j2' }, signedIn.body.access_token)).status).toBe(401)
    expect((await create({ ...jane, username: 'j3' }, 'x')).status).toBe(401)
  })
})
