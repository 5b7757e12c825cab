import { describe, expect, test } from 'vitest'
import { type Answer, post, send } from '../../support/vendor-client.ts'
import {
  app,
  askToken,
  authorized,
  callback,
  change,
  freshCode,
  freshToken,
  graph,
  startFacebook,
  startFacebookForFile,
} from './facebook-app.ts'

const server = await startFacebookForFile()
const { url } = server
const redeem = (code: string, more: Record<string, string> = {}) => askToken(server, { ...app, code, redirect_uri: callback, ...more })
const another = { client_id: '100000000000077', client_secret: 'b'.repeat(32) }
await send(`${url}/_grantbox/sandboxes/facebook/apps`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ name: 'Another App', redirect_uris: [callback], ...another }),
})

interface Said {
  message: string
  code: number
  error_subcode?: number
  type?: string
}

type Row = [what: string, ask: () => Promise<Answer>, status: number, said: Said, name: string, reason: string | null, explanation: RegExp]

const mismatch =
  'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request'

async function check([, ask, status, said, name, reason, explanation]: Row): Promise<void> {
  const answer = await ask()
  const { message, type = 'OAuthException', ...codes } = said
  const error = { message, type, ...codes, fbtrace_id: expect.stringMatching(/^A[\w-]{22}$/) }
  expect([answer.status, answer.body]).toEqual([status, { error }])
  expect(Object.keys(answer.body.error as object)).toEqual(Object.keys(error))
  expect(answer.headers.get('content-type')).toBe('application/json; charset=UTF-8')
  expect(answer.headers.get('www-authenticate')).toBe(`OAuth "Facebook Platform" "${name}" "${message}"`)
  expect([answer.headers.get('grantbox-reason'), answer.explanation]).toEqual([reason, expect.stringMatching(explanation)])
}

describe('the token endpoint says to the byte', () => {
  test.each<Row>([
    [
      'an unknown code',
      () => redeem('x'),
      400,
      { message: 'Invalid verification code format.', code: 100 },
      'invalid_code',
      'code_unknown',
      /not issued/,
    ],
    [
      'a code that was used',
      async () => {
        const code = await freshCode(server)
        await redeem(code)
        return redeem(code)
      },
      400,
      { message: 'This authorization code has been used.', code: 100, error_subcode: 36009 },
      'invalid_code',
      'code_used',
      /already used/,
    ],
    [
      'a code after ten minutes',
      async () => {
        const code = await freshCode(server)
        server.clock.advance(601)
        return redeem(code)
      },
      400,
      { message: 'This authorization code has expired.', code: 100, error_subcode: 36007 },
      'invalid_code',
      'code_expired',
      /600 s/,
    ],
    [
      'another redirect URI',
      async () => redeem(await freshCode(server), { redirect_uri: 'https://example.com/other' }),
      400,
      { message: mismatch, code: 100 },
      'invalid_request',
      'redirect_mismatch',
      /differs/,
    ],
    [
      'a code of another app',
      async () => redeem(await freshCode(server, { client_id: another.client_id })),
      400,
      { message: mismatch, code: 100 },
      'invalid_code',
      'code_foreign',
      /another client/,
    ],
    [
      'no redirect URI',
      async () => askToken(server, { ...app, code: await freshCode(server) }),
      400,
      { message: 'Missing redirect_uri parameter.', code: 191 },
      'invalid_request',
      'redirect_missing',
      /required/,
    ],
    [
      'a wrong secret',
      () => redeem('x', { client_secret: 'x' }),
      400,
      { message: 'Error validating client secret.', code: 1 },
      'invalid_request',
      'secret_wrong',
      /is not the one/,
    ],
    [
      'an unknown app',
      () => redeem('x', { client_id: '1' }),
      400,
      { message: 'Error validating application. Cannot get application info due to a system error.', code: 101 },
      'invalid_request',
      'client_unknown',
      /not registered/,
    ],
    [
      'no app',
      () => askToken(server, { code: 'x', redirect_uri: callback }),
      400,
      { message: 'Missing client_id parameter.', code: 101 },
      'invalid_request',
      'client_missing',
      /names no client/,
    ],
    [
      'no code',
      () => askToken(server, { ...app, redirect_uri: callback }),
      400,
      { message: 'Missing code parameter.', code: 100 },
      'invalid_request',
      'parameter_missing',
      /code/,
    ],
    [
      'no token to exchange',
      () => askToken(server, { ...app, grant_type: 'fb_exchange_token' }),
      400,
      { message: 'Missing fb_exchange_token parameter.', code: 100 },
      'invalid_request',
      'parameter_missing',
      /fb_exchange_token/,
    ],
    [
      'a token of another app to exchange',
      async () => {
        const token = new URLSearchParams(
          (await authorized(server, { client_id: another.client_id, response_type: 'token' })).hash.slice(1),
        )
        return askToken(server, { ...app, grant_type: 'fb_exchange_token', fb_exchange_token: token.get('access_token') ?? '' })
      },
      401,
      { message: 'Invalid OAuth access token - Cannot parse access token', code: 190 },
      'invalid_token',
      'token_unknown',
      /not to '102934857201938'/,
    ],
  ])('%s', (...row) => check(row))
})

describe('the API says to the byte', () => {
  const gone = async () => {
    const access_token = await freshToken(server)
    await graph(server, '/me/permissions', { access_token }, 'DELETE')
    return graph(server, '/me', { access_token })
  }
  const noUser: Said = { message: 'An active access token must be used to query information about the current user.', code: 2500 }
  const unknown: Said = { message: 'Invalid OAuth access token - Cannot parse access token', code: 190 }
  test.each<Row>([
    ['no token', () => graph(server, '/me'), 400, noUser, 'invalid_token', 'token_missing', /access_token in the query/],
    [
      'a token of the app itself',
      () => graph(server, '/me', { access_token: `${app.client_id}|${app.client_secret}` }),
      400,
      noUser,
      'invalid_token',
      'token_missing',
      /no current user/,
    ],
    [
      'a token that is none',
      () => graph(server, '/me', { access_token: 'x' }),
      401,
      unknown,
      'invalid_token',
      'token_unknown',
      /not issued/,
    ],
    [
      'an app’s id with a wrong secret',
      () => graph(server, '/debug_token', { access_token: `${app.client_id}|x`, input_token: 'x' }),
      401,
      unknown,
      'invalid_token',
      'token_unknown',
      /not issued/,
    ],
    [
      'a token of a user who removed the app',
      gone,
      401,
      { message: 'Error validating access token: The user has not authorized application.', code: 190, error_subcode: 458 },
      'invalid_token',
      'token_revoked',
      /ended/,
    ],
    [
      'a field that there is not',
      async () => graph(server, '/me', { access_token: await freshToken(server), fields: 'id,shoe_size' }),
      400,
      { message: '(#100) Tried accessing nonexisting field (shoe_size) on node type (User)', code: 100 },
      'invalid_request',
      'parameter_invalid',
      /shoe_size/,
    ],
    [
      'a token of another app to inspect',
      async () =>
        graph(server, '/debug_token', {
          access_token: `${another.client_id}|${another.client_secret}`,
          input_token: await freshToken(server),
        }),
      400,
      { message: '(#100) The App_id in the input_token did not match the Viewing App', code: 100 },
      'invalid_request',
      'token_foreign',
      /input_token is of client/,
    ],
    [
      'nobody',
      async () => graph(server, '/v24.0/12345', { access_token: await freshToken(server) }),
      404,
      { message: '(#803) Some of the aliases you requested do not exist: 12345', code: 803 },
      'invalid_request',
      null,
      /neither a version/,
    ],
  ])('%s', (...row) => check(row))

  test('a token that has expired, with both times, and with 400 for who set it so', async () => {
    const other = await startFacebook()
    const access_token = await freshToken(other)
    other.clock.advance(61 * 86_400)
    const { status, body, explanation } = await graph(other, '/me', { access_token })
    expect([status, body.error]).toMatchObject([
      401,
      { code: 190, error_subcode: 463, message: expect.stringMatching(/^Error validating access token: Session has expired on /) },
    ])
    expect(explanation).toMatch(/expired \d+ s ago/)
    await change(other, { invalid_token_status: 400 })
    expect((await graph(other, '/me', { access_token })).status).toBe(400)
  })
})

describe('a page says what the dialog got wrong', () => {
  test.each([
    ['an unknown app', { client_id: '1' }, 'Invalid App ID', 'client_unknown'],
    ['a URL that is not registered', { redirect_uri: 'https://elsewhere.example/' }, 'URL blocked', 'redirect_unregistered'],
    ['a scope that there is not', { scope: 'email,publish' }, 'invalid_scope', 'scope_unknown'],
  ])('%s', async (_what, more, line, reason) => {
    const query = new URLSearchParams({ client_id: app.client_id, redirect_uri: callback, ...more })
    const answer = await send(`${url}/v24.0/dialog/oauth?${query}`, { headers: { accept: 'text/html' } })
    expect([answer.status, answer.text, answer.headers.get('grantbox-reason')]).toEqual([400, expect.stringContaining(line), reason])
    expect(answer.explanation).toMatch(/\w/)
  })
})

test('a secret in a form is taken, and a form of an app without one is not', async () => {
  const { status } = await post(`${url}/oauth/access_token`, { client_id: app.client_id, code: 'x', redirect_uri: callback })
  expect(status).toBe(400)
})
