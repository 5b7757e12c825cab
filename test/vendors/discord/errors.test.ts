import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { addApp, addClient } from '../../support/iokids-setup.ts'
import { type Answer, basic, post, postJson, send } from '../../support/vendor-client.ts'
import { app, askToken, authorizeAt, call, callback, codeOf, game, startDiscordForFile, throughPages, tokensFor } from './discord-client.ts'

const server = await startDiscordForFile()
const { url } = server
const sandbox = `${url}/_grantbox/sandboxes/discord`

const redeem = (form: Record<string, string>, by = app) =>
  askToken(server, { grant_type: 'authorization_code', redirect_uri: callback, ...form }, by)
const refresh = (refresh_token: string, by = app) => askToken(server, { grant_type: 'refresh_token', refresh_token }, by)

/** Another app, which a team owns. */
const another = { client_id: '157730590492196866', client_secret: 'another-secret-of-another-app-01' }
addClient(
  server.sandbox(),
  { ...another, token_endpoint_auth_method: 'client_secret_basic', metadata: { owned_by_team: true } },
  addApp(server.sandbox(), { redirect_uris: [callback] }),
)

const badCode = '{"error": "invalid_grant", "error_description": "Invalid \\"code\\" in request."}'
const badVerifier = '{"error": "invalid_grant", "error_description": "Invalid \\"code_verifier\\" in request."}'
const badClient = '{"error": "invalid_client"}'
const badGrantType = '{"error": "unsupported_grant_type"}'
const challenge = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }

describe('the token endpoint refuses', () => {
  type Row = [what: string, status: number, text: string, explanation: RegExp, asked: () => Promise<Answer>]
  test.each<Row>([
    ['a code that was never given', 400, badCode, /not issued/, () => redeem({ code: 'x' })],
    [
      'a code for the second time',
      400,
      badCode,
      /already used/,
      async () => {
        const code = await codeOf(server)
        await redeem({ code })
        return redeem({ code })
      },
    ],
    [
      'a code after a hundred seconds',
      400,
      badCode,
      /codes live 100 s/,
      async () => {
        const code = await codeOf(server)
        server.clock.advance(101)
        return redeem({ code })
      },
    ],
    ['the code of another app', 400, badCode, /another client/, async () => redeem({ code: await codeOf(server) }, another)],
    [
      'another redirect URI',
      400,
      badCode,
      /redirect_uri/,
      async () => redeem({ code: await codeOf(server), redirect_uri: `${callback}/` }),
    ],
    ['no redirect URI', 400, badCode, /is missing/, async () => redeem({ code: await codeOf(server), redirect_uri: '' })],
    [
      'a wrong verifier',
      400,
      badVerifier,
      /code_verifier/,
      async () => redeem({ code: await codeOf(server, challenge), code_verifier: 'b'.repeat(43) }),
    ],
    ['no verifier', 400, badVerifier, /code_verifier/, async () => redeem({ code: await codeOf(server, challenge) })],
    ['a refresh token that was never given', 400, '{"error": "invalid_grant"}', /not issued/, () => refresh('x')],
    [
      'the refresh token of another app',
      400,
      '{"error": "invalid_grant"}',
      /another client/,
      async () => refresh(String((await tokensFor(server)).body.refresh_token), another),
    ],
    ['a wrong secret', 401, badClient, /not the one/, () => redeem({ code: 'x' }, { ...app, client_secret: 'x' })],
    [
      'a wrong secret in the body',
      401,
      badClient,
      /not the one/,
      () => post(`${url}/api/oauth2/token`, { grant_type: 'authorization_code', code: 'x', ...app, client_secret: 'x' }),
    ],
    [
      'no secret',
      401,
      badClient,
      /has a secret/,
      () => post(`${url}/api/oauth2/token`, { grant_type: 'authorization_code', code: 'x', client_id: app.client_id }),
    ],
    [
      'an unknown app',
      401,
      badClient,
      /not registered/,
      () => redeem({ code: 'x' }, { client_id: '157730590492196899', client_secret: 'x' }),
    ],
    ['no grant type', 400, badGrantType, /grant_type/, () => askToken(server, { code: 'x' })],
    [
      'no grant type, before it looks at the client',
      400,
      badGrantType,
      /grant_type/,
      () => askToken(server, { code: 'x' }, { ...app, client_secret: 'x' }),
    ],
    ['another grant type', 400, badGrantType, /none of/, () => askToken(server, { grant_type: 'password' })],
    [
      'JSON',
      400,
      badGrantType,
      /json_token_requests/,
      () => postJson(`${url}/api/oauth2/token`, { grant_type: 'authorization_code', code: 'x' }, basic(app.client_id, app.client_secret)),
    ],
    ['nothing', 400, badGrantType, /empty/, () => send(`${url}/api/oauth2/token`, { method: 'POST' })],
    [
      'client credentials without a scope',
      400,
      '{"error": "invalid_scope"}',
      /No scope/,
      () => askToken(server, { grant_type: 'client_credentials' }),
    ],
    [
      'client credentials of a public client',
      400,
      '{"error": "unauthorized_client"}',
      /registered for/,
      () => post(`${url}/api/oauth2/token`, { ...game, grant_type: 'client_credentials', scope: 'identify' }),
    ],
  ])('%s', async (_what, status, text, explanation, asked) => {
    const answer = await asked()
    expect([answer.status, answer.text]).toEqual([status, text])
    expect(answer.explanation).toMatch(explanation)
    expect(answer.headers.get('www-authenticate')).toBeNull()
  })

  const required = '{"code": "BASE_TYPE_REQUIRED", "message": "This field is required"}'
  const coerced = (client_id: string) => `{"code": "NUMBER_TYPE_COERCE", "message": "Value \\"${client_id}\\" is not snowflake."}`
  test.each([
    ['/api', { ...app }, '{"code": ["This field is required"]}'],
    ['/api/v6', { ...app }, '{"code": ["This field is required"]}'],
    ['/api/v8', { ...app }, `{"message": "Invalid Form Body", "code": 50035, "errors": {"code": {"_errors": [${required}]}}}`],
    ['/api/v10', {}, `{"message": "Invalid Form Body", "code": 50035, "errors": {"client_id": {"_errors": [${required}]}}}`],
    ['/api', { client_id: 'x', client_secret: 'x' }, '{"client_id": ["Value \\"x\\" is not snowflake."]}'],
    [
      '/api/v9',
      { client_id: 'x', client_secret: 'x' },
      `{"message": "Invalid Form Body", "code": 50035, "errors": {"client_id": {"_errors": [${coerced('x')}]}}}`,
    ],
  ])('at %s with %o what is missing or no number', async (api, by, text) => {
    const answer = await post(`${url}${api}/oauth2/token`, { grant_type: 'authorization_code', ...by })
    expect([answer.status, answer.text]).toEqual([400, text])
  })

  test('what a team’s app may not have by itself', async () => {
    const ask = (scope: string) => askToken(server, { grant_type: 'client_credentials', scope }, another)
    expect([(await ask('identify')).status, (await ask('identify guilds')).text]).toEqual([200, '{"error": "invalid_scope"}'])
  })
})

describe('the API refuses', () => {
  const unauthorized = '{"message": "401: Unauthorized", "code": 0}'
  type Row = [what: string, status: number, text: string, asked: () => Promise<Answer>]
  test.each<Row>([
    ['no token', 401, unauthorized, () => send(`${url}/api/users/@me`)],
    ['a token that was never given', 401, unauthorized, () => call(server, '/users/@me', 'x')],
    [
      'a token that has expired',
      401,
      unauthorized,
      async () => {
        const { body } = await tokensFor(server)
        server.clock.advance(604_801)
        return call(server, '/users/@me', body.access_token)
      },
    ],
    ['a bot’s token that is none', 401, unauthorized, () => send(`${url}/api/users/@me`, { headers: { authorization: 'Bot x.y.z' } })],
    [
      'who lacks identify',
      403,
      '{"message": "Missing required OAuth2 scope", "code": 50026}',
      async () => call(server, '/users/@me', (await tokensFor(server, 'guilds')).body.access_token),
    ],
    [
      'who lacks guilds',
      403,
      '{"message": "Missing Access", "code": 50001}',
      async () => call(server, '/users/@me/guilds', (await tokensFor(server)).body.access_token),
    ],
    ['a call that there is not', 404, '{"message": "404: Not Found", "code": 0}', () => call(server, '/v10/nothing', 'x')],
    [
      'another method',
      405,
      '{"message": "405: Method Not Allowed", "code": 0}',
      () => call(server, '/users/@me', 'x', { method: 'DELETE' }),
    ],
  ])('%s', async (_what, status, text, asked) => {
    const answer = await asked()
    expect([answer.status, answer.text]).toEqual([status, text])
    expect(answer.explanation).not.toBe('')
  })

  test('who asks too often, and says when to come again', async () => {
    await postJson(`${sandbox}/faults`, { endpoint: 'api', error: 'temporarily_unavailable', status: 429, times: 1 })
    const { status, text, headers } = await call(server, '/users/@me', 'x')
    expect([status, text]).toEqual([429, '{"message": "You are being rate limited.", "retry_after": 1.3, "global": false}'])
    expect(headers.get('retry-after')).toBe('2')
  })
})

describe('the authorization shows a page', () => {
  test.each<[string, Record<string, string>, string]>([
    ['of an unknown app', { client_id: '157730590492196899' }, '10002: Unknown Application'],
    ['of another redirect URI', { redirect_uri: 'https://evil.example/' }, '50044: Invalid OAuth2 redirect_uri.'],
    ['of a longer redirect URI', { redirect_uri: `${callback}/deeper` }, '50044: Invalid OAuth2 redirect_uri.'],
    ['of another port', { redirect_uri: 'http://127.0.0.1:8080/callback' }, '50044: Invalid OAuth2 redirect_uri.'],
  ])('%s', async (_what, query, words) => {
    const { html, location } = await new Jar().open(authorizeAt(server, query))
    expect(location).toBeUndefined()
    expect(html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')).toContain(words)
  })

  test('and takes the first redirect URI when none is named', async () => {
    const { origin } = await throughPages(authorizeAt(server, { redirect_uri: '' }))
    expect(origin).toBe('https://www.getpostman.com')
  })

  test.each(['canary.discord.com', 'discordapp.com'])('also at %s', async (host) => {
    const { status } = await send(authorizeAt(server), { headers: { host } })
    expect(status).toBe(200)
  })
})
