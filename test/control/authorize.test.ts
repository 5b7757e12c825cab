import { describe, expect, test } from 'vitest'
import { control } from '../support/control-client.ts'
import { authorizeUrl, brandon, findFluffy, postmanCallback, postToken, signInByForm } from '../support/iokids-client.ts'
import { start, type TestServer } from '../support/server.ts'

const box = '/sandboxes/iokids'
const wanted = { client_id: findFluffy.client_id, redirect_uri: postmanCallback, username: brandon.username, scope: 'profile', state: 's1' }
const authorize = (server: TestServer, change: object = {}, sandbox = box) =>
  control(server, 'POST', `${sandbox}/authorize`, { ...wanted, ...change })
const answerOf = ({ body }: { body: { redirect_to: string } }) => Object.fromEntries(new URL(body.redirect_to).searchParams)

describe('signing in without a browser', () => {
  test('gives the code and the address to which the browser would be sent', async () => {
    const server = await start()
    const answer = await authorize(server)
    expect([answer.status, answerOf(answer)]).toEqual([200, { code: answer.body.code, state: 's1' }])
    const exchange = { grant_type: 'authorization_code', code: answer.body.code, redirect_uri: postmanCallback, ...findFluffy }
    expect((await postToken(server.url, exchange)).status).toBe(200)
  })

  test('checks PKCE, nonce and scope as the page would', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const standard = '/sandboxes/standard'
    const code_challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    const change = {
      client_id: 'standard-spa',
      username: 'alice',
      scope: 'openid',
      nonce: 'n1',
      code_challenge,
      code_challenge_method: 'S256',
    }
    const { body } = await authorize(server, change, standard)
    const exchange = (code_verifier: string) =>
      fetch(`${server.url}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code: body.code,
          redirect_uri: postmanCallback,
          client_id: 'standard-spa',
          code_verifier,
        }),
      })
    const answer = (await (await exchange('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).json()) as { id_token: string }
    expect(JSON.parse(Buffer.from(answer.id_token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      nonce: 'n1',
      sub: 'alice',
    })
    const withoutPkce = await authorize(server, { client_id: 'standard-spa', username: 'alice', scope: 'openid' }, standard)
    expect(answerOf(withoutPkce)).toMatchObject({ error: 'invalid_request' })
    expect(answerOf(await authorize(server, { client_id: 'standard-web', username: 'alice', scope: 'nonsense' }, standard))).toMatchObject({
      error: 'invalid_scope',
    })
  })

  test('takes a user who declines, narrows the scope or is magic', async () => {
    const server = await start()
    const denied = await authorize(server, { decision: 'deny' })
    expect([denied.status, answerOf(denied).error, denied.body.code]).toEqual([200, 'access_denied', undefined])
    expect(answerOf(await authorize(server, { username: 'deny' })).error).toBe('access_denied')
    const { body } = await authorize(server, { scope: 'profile friends', granted_scope: 'friends' })
    const exchange = { grant_type: 'authorization_code', code: body.code, redirect_uri: postmanCallback, ...findFluffy }
    await postToken(server.url, exchange)
    expect((await control(server, 'GET', `${box}/grants`)).body.items.at(-1).scope).toBe('friends')
  })

  test('refuses what no redirect could tell: an unknown client, redirect URI or user', async () => {
    const server = await start()
    expect((await authorize(server, { client_id: 'nobody' })).body.detail).toContain("client_id 'nobody' is not registered")
    expect((await authorize(server, { redirect_uri: 'https://evil.test/' })).status).toBe(400)
    expect((await authorize(server, { username: 'nobody' })).body.errors[0].field).toBe('username')
  })
})

describe('faults at the redirect URI', () => {
  const fault = (server: TestServer, what: object) => control(server, 'POST', `${box}/faults`, { endpoint: 'authorize', ...what })

  test.each([
    ['wrong_state', { state: 'a-state-that-nobody-sent' }],
    ['missing_state', { state: undefined }],
    ['wrong_iss', { state: 's1', iss: 'https://another-issuer.example' }],
    ['missing_code', { code: undefined, state: 's1' }],
    ['code_and_error', { state: 's1', error: 'access_denied' }],
  ])('%s is what the client sees, once', async (callback, expected) => {
    const server = await start()
    await fault(server, { callback })
    const seen = answerOf(await authorize(server))
    expect({ state: undefined, code: undefined, ...seen }).toMatchObject(expected)
    expect(answerOf(await authorize(server))).toEqual({ code: expect.any(String), state: 's1' })
  })

  test('strike when the answer leaves, not when the pages come', async () => {
    const server = await start()
    await fault(server, { callback: 'wrong_state' })
    const url = await signInByForm(server)
    expect(url.searchParams.get('state')).toBe('a-state-that-nobody-sent')
    expect((await signInByForm(server)).searchParams.get('state')).toBe('secret-session-state')
  })

  test('say an error as soon as the redirect URI is known to be right', async () => {
    const server = await start()
    await fault(server, { error: 'temporarily_unavailable', error_description: 'Later' })
    expect((await fetch(authorizeUrl(server.url, { redirect_uri: 'https://evil.test/' }))).status).toBe(400)
    const answer = await fetch(authorizeUrl(server.url), { redirect: 'manual' })
    const { searchParams } = new URL(answer.headers.get('location') ?? '')
    expect(Object.fromEntries(searchParams)).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'Later',
      state: 'secret-session-state',
    })
    expect((await fetch(authorizeUrl(server.url))).status).toBe(200)
  })

  test('narrow the scope that is granted', async () => {
    const server = await start()
    await fault(server, { granted_scope: 'friends' })
    await authorize(server, { scope: 'profile friends' })
    expect((await control(server, 'GET', `${box}/grants`)).body.items[0].scope).toBe('friends')
  })

  test('twice: the browser calls the client in a frame and then goes there', async () => {
    const server = await start()
    await fault(server, { callback: 'twice' })
    const page = await (await fetch(authorizeUrl(server.url))).text()
    const transaction = /name="transaction" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const post = (form: Record<string, string>) =>
      fetch(`${server.url}/oauth/signin`, { method: 'POST', body: new URLSearchParams({ transaction, ...form }), redirect: 'manual' })
    await post(brandon)
    const answer = await post({ decision: 'allow' })
    const refresh = /^1;url=(.*)$/.exec(answer.headers.get('refresh') ?? '')?.[1] ?? ''
    expect([answer.status, new URL(refresh).searchParams.has('code')]).toEqual([200, true])
    expect(await answer.text()).toContain(`src="${refresh.replaceAll('&', '&amp;')}"`)
    expect(answer.headers.get('content-security-policy')).toContain('frame-src https://www.getpostman.com')
  })
})
