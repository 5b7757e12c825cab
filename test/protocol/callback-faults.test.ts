import { describe, expect, test } from 'vitest'
import { keyOfCode } from '../../src/oauth/tokens/formats.ts'
import { allProviders } from '../../src/providers/registry.ts'
import type { Fault } from '../../src/sandbox/faults.ts'
import { Jar } from '../support/browser-jar.ts'
import { control } from '../support/control-client.ts'
import { start, type TestServer } from '../support/server.ts'
import { claimsOf } from '../support/standard-client.ts'
import { answerIn, authorizeUrl, callback, callbackOf, challenge, redeem, signInAndAllow, verifier } from '../support/standard-sign-in.ts'

const arm = (server: TestServer, fault: Partial<Fault>) => {
  server.sandbox().faults.add({ endpoint: 'authorize', after: 0, times: 1, ...fault })
}
const answer = async ({ url }: TestServer, parameters: Record<string, string | undefined> = {}) =>
  answerIn(await callbackOf(url, parameters))

test('an answer lacks the issuer that the metadata promises (RFC 9207 §2.4)', async () => {
  const server = await start({ defaultProvider: 'standard' })
  const { iss, ...others } = await answer(server)
  expect([iss, others]).toEqual([server.url, { code: expect.any(String), state: 'xyz' }])
  arm(server, { callback: 'missing_iss' })
  expect(await answer(server)).toEqual({ code: expect.any(String), state: 'xyz' })
})

test('an answer has parameters that nobody knows, and its code is good (RFC 6749 §4.1.2)', async () => {
  const server = await start({ defaultProvider: 'standard' })
  arm(server, { callback: 'extra' })
  const { code, ...others } = await answer(server)
  expect(others).toEqual({ state: 'xyz', iss: server.url, session_state: 'a-session-state', foo: 'bar', scope: 'openid' })
  expect((await redeem(server.url, code)).status).toBe(200)
})

test("an answer's own scope stays, when it brings an access token", async () => {
  const server = await start({ defaultProvider: 'standard' })
  arm(server, { callback: 'extra', granted_scope: 'profile' })
  expect(await answer(server, { response_type: 'token' })).toMatchObject({ scope: 'profile', foo: 'bar' })
})

test.each([
  ['consent_required_by_policy', 'x'.repeat(2048)],
  ['access_denied', '<i data-exam>'],
])('an error may be one that no standard has, and say much: %s', async (error, error_description) => {
  const server = await start({ defaultProvider: 'standard' })
  const fault = { endpoint: 'authorize', error, error_description }
  expect((await control(server, 'POST', '/sandboxes/standard/faults', fault)).status).toBe(201)
  expect(await answer(server)).toEqual({ error, error_description, state: 'xyz', iss: server.url })
})

describe('a code of another user (RFC 9700 §4.5)', () => {
  test.each([
    ['foreign_code', 'xyz'],
    ['foreign_code_wrong_state', 'a-state-that-nobody-sent'],
    ['foreign_code_missing_state', undefined],
  ] as const)('comes by %s, and signs him in at a client without PKCE', async (flaw, state) => {
    const server = await start({ defaultProvider: 'standard' })
    arm(server, { callback: flaw, callback_user: 'bob' })
    const came = await answer(server)
    expect([came.state, came.iss]).toEqual([state, server.url])
    const { status, body } = await redeem(server.url, came.code)
    const bob = server.sandbox().directory.findUser('bob')
    expect([status, claimsOf(body.id_token)]).toEqual([200, expect.objectContaining({ sub: bob?.user_id })])
    expect(claimsOf(body.id_token).nonce).not.toBe('n-1')
    const [authorized, redeemed] = server.sandbox().journal.list().slice(-2)
    expect([authorized?.username, redeemed?.username, authorized?.grant_id]).toEqual(['alice', 'bob', redeemed?.grant_id])
    expect(authorized?.notes).toEqual(["The callback has a code of 'bob': a fault of the sandbox says so"])
  })

  test('was begun with a challenge of its own, where the client uses PKCE', async () => {
    const server = await start({ defaultProvider: 'standard' })
    arm(server, { callback: 'foreign_code', callback_user: 'bob' })
    const { code } = await answer(server, { code_challenge: challenge, code_challenge_method: 'S256' })
    const { status, body } = await redeem(server.url, code, { code_verifier: verifier })
    expect([status, body.error]).toEqual([400, 'invalid_grant'])
    expect(server.sandbox().journal.list().at(-1)).toMatchObject({ username: 'bob', reason: 'pkce_mismatch' })
  })

  test('has no nonce where the client sends none', async () => {
    const server = await start({ defaultProvider: 'standard' })
    arm(server, { callback: 'foreign_code', callback_user: 'bob' })
    const { code } = await answer(server, { nonce: undefined })
    expect(claimsOf((await redeem(server.url, code)).body.id_token)).not.toHaveProperty('nonce')
  })

  test('is of any other user, when none is named', async () => {
    const server = await start({ defaultProvider: 'standard' })
    arm(server, { callback: 'foreign_code' })
    await redeem(server.url, (await answer(server)).code)
    expect(server.sandbox().journal.list().at(-1)?.username).toBe('bob')
  })

  test('is the own one where there is no other user, and the journal says so', async () => {
    const server = await start({ defaultProvider: 'standard' })
    await control(server, 'DELETE', '/sandboxes/standard/users/bob')
    arm(server, { callback: 'foreign_code' })
    await redeem(server.url, (await answer(server)).code)
    const [authorized, redeemed] = server.sandbox().journal.list().slice(-2)
    expect([redeemed?.username, authorized?.notes]).toEqual(['alice', ['There is no other user of whom a code could come']])
  })

  test('needs a user whom there is', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const fault = { endpoint: 'authorize', callback: 'foreign_code', callback_user: 'mallory' }
    const { status, body } = await control(server, 'POST', '/sandboxes/standard/faults', fault)
    expect([status, body.errors[0].field]).toEqual([400, 'callback_user'])
  })

  test('comes without a browser, too', async () => {
    const server = await start({ defaultProvider: 'standard' })
    arm(server, { callback: 'foreign_code', callback_user: 'bob' })
    const asked = { username: 'alice', client_id: 'standard-web', redirect_uri: callback, scope: 'openid', state: 's' }
    const { body } = await control(server, 'POST', '/sandboxes/standard/authorize', asked)
    expect((await redeem(server.url, new URL(body.redirect_to).searchParams.get('code'))).status).toBe(200)
    expect(server.sandbox().journal.list().at(-1)?.username).toBe('bob')
  })
})

const withCodes = (await allProviders()).filter(({ grant_types }) => grant_types.includes('authorization_code')).map(({ id }) => id)

test.each(withCodes)("a code may be another user's at %s", async (provider) => {
  const server = await start({ defaultProvider: provider })
  const sandbox = server.sandbox()
  const api = (what: string, body: object) => control(server, 'POST', `/sandboxes/${provider}/${what}`, body)
  const { body: app } = await api('apps', { name: 'Foreign codes', redirect_uris: [callback] })
  for (const username of ['carol', 'mallory']) await api('users', { username })
  const fault = { endpoint: 'authorize', callback: 'foreign_code', callback_user: 'mallory' }
  expect((await api('faults', fault)).status).toBe(201)
  const scope = sandbox.scopes.includes('openid') ? 'openid' : app.scopes[0]
  const asked = { client_id: app.clients[0].client_id, redirect_uri: callback, scope, state: 'state-of-the-test' }
  const { body } = await api('authorize', { ...asked, username: 'carol', code_challenge: challenge, code_challenge_method: 'S256' })
  const { code = '', state } = Object.fromEntries(new URL(body.redirect_to).searchParams)
  const key = keyOfCode(code, sandbox)
  const owner = key === undefined ? undefined : sandbox.store.ownerOfCode(key)
  expect([state, owner?.username]).toEqual(['state-of-the-test', 'mallory'])
})

describe('an answer that is held', () => {
  const callbacks = '/sandboxes/standard/callbacks'

  /** What the browser sees at the end of a sign-in. */
  async function held({ url }: TestServer, parameters: Record<string, string> = {}, jar = new Jar()) {
    return signInAndAllow(jar, await jar.open(authorizeUrl(url, parameters)), url)
  }

  test('stays here: the browser is told so, and the control API has where it would have gone', async () => {
    const server = await start({ defaultProvider: 'standard' })
    arm(server, { callback: 'held' })
    const page = await held(server)
    expect([page.status, page.location, page.html.includes('code=')]).toEqual([200, undefined, false])
    expect(page.html).toContain('<h1>The answer is held back</h1>')
    const { body } = await control(server, 'GET', callbacks)
    expect(body.items).toEqual([
      {
        id: expect.any(String),
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        client_id: 'standard-web',
        username: 'alice',
        redirect_to: expect.stringContaining(`${callback}?code=`),
      },
    ])
    const { code, state } = answerIn(new URL(body.items[0].redirect_to))
    expect([state, (await redeem(server.url, code)).status]).toEqual(['xyz', 200])
    expect((await held(server)).location?.href).toContain(`${callback}?code=`)
  })

  test('may be a form, and several wait in the order in which they were made until they are forgotten', async () => {
    const server = await start({ defaultProvider: 'standard' })
    arm(server, { callback: 'held', times: 0 })
    await held(server, { state: 'one' })
    await held(server, { state: 'two', response_mode: 'form_post' })
    const { body } = await control(server, 'GET', callbacks)
    expect([body.items[0].redirect_to.includes('state=one'), body.items[1].redirect_to, body.items[1].form]).toEqual([
      true,
      callback,
      { code: expect.any(String), state: 'two', iss: server.url },
    ])
    expect((await control(server, 'DELETE', callbacks)).status).toBe(204)
    expect((await control(server, 'GET', callbacks)).body.items).toEqual([])
  })

  test('is forgotten with the rest of what a sandbox began with, and after a hundred others', async () => {
    const server = await start({ defaultProvider: 'standard' })
    arm(server, { callback: 'held', times: 0 })
    const jar = new Jar()
    for (let i = 0; i < 102; i++) await held(server, { state: `s${i}` }, jar)
    const { body } = await control(server, 'GET', callbacks)
    expect([body.items.length, body.items[0].redirect_to.includes('state=s2&')]).toEqual([100, true])
    await control(server, 'POST', '/sandboxes/standard/reset')
    expect((await control(server, 'GET', callbacks)).body.items).toEqual([])
  })

  test('is handed out at once to who asks without a browser', async () => {
    const server = await start({ defaultProvider: 'standard' })
    arm(server, { callback: 'held' })
    const asked = { username: 'alice', client_id: 'standard-web', redirect_uri: callback, scope: 'openid', state: 's' }
    const { body } = await control(server, 'POST', '/sandboxes/standard/authorize', asked)
    expect(body.redirect_to).toContain('code=')
    expect((await control(server, 'GET', callbacks)).body.items).toEqual([])
  })
})
