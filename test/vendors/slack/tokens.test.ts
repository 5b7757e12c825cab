import { expect, test } from 'vitest'
import { claimsOf, headerOf, postJson, send } from '../../support/vendor-client.ts'
import {
  aliceId,
  app,
  ask,
  call,
  callback,
  codeOf,
  install,
  rotating,
  shape,
  signInWithSlack,
  startWorkspace,
  startWorkspaceForFile,
  team,
} from './slack-client.ts'

const server = await startWorkspaceForFile()

const ends = `"team":{"id":"T0GRANTBOX1","name":"Example Workspace"},"enterprise":null,"is_enterprise_install":false`
const ofUser = (scope: string) => `"authed_user":{"id":"${aliceId}","scope":"${scope}","token_type":"user","access_token":"xoxp-…"}`
const ofBot = (scope: string) => `"scope":"${scope}","token_type":"bot","access_token":"xoxb-…","bot_user_id":"U…"`
const appIs = `{"ok":true,"app_id":"A0GRANTBOX1"`

test.each([
  ['a bot', { scope: 'chat:write,commands' }, `${appIs},"authed_user":{"id":"${aliceId}"},${ofBot('chat:write,commands')},${ends}}`],
  [
    'a bot, with blanks',
    { scope: 'chat:write commands' },
    `${appIs},"authed_user":{"id":"${aliceId}"},${ofBot('chat:write,commands')},${ends}}`,
  ],
  [
    'a bot and a user',
    { scope: 'chat:write', user_scope: 'chat:write,search:read' },
    `${appIs},${ofUser('chat:write,search:read')},${ofBot('chat:write')},${ends}}`,
  ],
  ['a user alone', { user_scope: 'search:read' }, `${appIs},${ofUser('search:read')},${ends}}`],
])('oauth.v2.access for %s', async (_whom, scopes, answer) => {
  const { status, text } = await install(await startWorkspace(), scopes)
  expect([status, shape(text)]).toEqual([200, answer])
})

const expires = '"refresh_token":"xoxe-…","expires_in":43200'

test('tokens rotate: each of an installation has a refresh token of its own, for once', async () => {
  const { body, text } = await install(server, { scope: 'chat:write', user_scope: 'search:read' }, rotating)
  expect(shape(text)).toBe(
    `{"ok":true,"app_id":"A0GRANTBOX2","authed_user":{"id":"${aliceId}","scope":"search:read","token_type":"user","access_token":"xoxe.xoxp-…",${expires}},"scope":"chat:write","token_type":"bot","access_token":"xoxe.xoxb-…","bot_user_id":"U…",${expires},${ends}}`,
  )
  const refresh = (token: unknown) =>
    ask(server, 'oauth.v2.access', { grant_type: 'refresh_token', refresh_token: String(token) }, rotating)
  const begins = (token: string) => `{"ok":true,"access_token":"${token}","expires_in":43200,"refresh_token":"xoxe-…"`
  const bot = await refresh(body.refresh_token)
  expect(shape(bot.text)).toBe(
    `${begins('xoxe.xoxb-…')},"token_type":"bot","scope":"chat:write","bot_user_id":"U…","app_id":"A0GRANTBOX2",${ends}}`,
  )
  const user = await refresh((body.authed_user as { refresh_token: string }).refresh_token)
  expect(shape(user.text)).toBe(
    `${begins('xoxe.xoxp-…')},"token_type":"user","scope":"search:read","user_id":"${aliceId}","app_id":"A0GRANTBOX2",${ends}}`,
  )
  const again = await refresh(body.refresh_token)
  expect([again.status, again.text]).toEqual([200, '{"ok":false,"error":"invalid_refresh_token"}'])
  expect(again.explanation).toContain('refresh_token was used after its time')
})

test('of the access tokens of one rotation two live: the second refresh ends the first', async () => {
  const { body } = await install(server, { scope: 'chat:write' }, rotating)
  const tokens = [body.access_token]
  let { refresh_token } = body
  for (let count = 0; count < 2; count++) {
    const { body: next } = await ask(
      server,
      'oauth.v2.access',
      { grant_type: 'refresh_token', refresh_token: String(refresh_token) },
      rotating,
    )
    tokens.push(next.access_token)
    refresh_token = next.refresh_token
  }
  const alive = await Promise.all(tokens.map(async (token) => (await call(server, 'auth.test', token)).body.error))
  expect(alive).toEqual(['token_revoked', undefined, undefined])
})

test('tokens that rotate expire after twelve hours, others never', async () => {
  const own = await startWorkspace()
  own.clock.stop()
  const { body: rotated } = await install(own, { scope: 'chat:write' }, rotating)
  const { body: kept } = await install(own, { scope: 'chat:write' })
  own.clock.advance(43_199)
  expect((await call(own, 'auth.test', rotated.access_token)).body).toMatchObject({ ok: true, expires_in: 1 })
  own.clock.advance(2)
  expect((await call(own, 'auth.test', rotated.access_token)).text).toBe('{"ok":false,"error":"token_expired"}')
  own.clock.advance(20 * 365 * 24 * 3600)
  expect((await call(own, 'auth.test', kept.access_token)).body).not.toHaveProperty('expires_in')
})

test('oauth.v2.exchange gives a token that rotates for one that does not, once', async () => {
  const own = await startWorkspace()
  const { body } = await install(own, { scope: 'chat:write' })
  const exchange = (token: unknown) => ask(own, 'oauth.v2.exchange', { token: String(token) })
  expect((await exchange(body.access_token)).text).toBe('{"ok":false,"error":"token_rotation_not_enabled"}')
  const settings = { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"settings":{"token_rotation":true}}' }
  await send(`${own.url}/_grantbox/sandboxes/slack`, settings)
  const exchanged = await exchange(body.access_token)
  expect(shape(exchanged.text)).toBe(
    `{"ok":true,"access_token":"xoxe.xoxb-…","expires_in":43200,"refresh_token":"xoxe-…","token_type":"bot","scope":"chat:write","bot_user_id":"U…","app_id":"A0GRANTBOX1",${ends}}`,
  )
  expect((await exchange(exchanged.body.access_token)).text).toBe('{"ok":false,"error":"token_already_exchanged"}')
  expect((await exchange(body.access_token)).text).toBe('{"ok":false,"error":"token_revoked"}')
})

test('tokens that are made without a flow are a user’s, or a bot’s where no user is named, and live as long as they are told', async () => {
  const own = await startWorkspace()
  const minted = async (wanted: Record<string, unknown>) => {
    const asked = { client_id: app.client_id, scope: 'chat:write', ...wanted }
    return (await postJson(`${own.url}/_grantbox/sandboxes/slack/tokens`, asked)).body
  }
  const user = (await minted({ username: 'alice', expires_in: 60 })).authed_user as { access_token: string }
  expect(user.access_token).toMatch(/^xoxp-/)
  const { access_token: bot } = await minted({})
  expect(bot).toMatch(/^xoxb-/)
  own.clock.advance(61)
  const told = await Promise.all([user.access_token, bot].map(async (token) => (await call(own, 'auth.test', token)).body.error))
  expect(told).toEqual(['token_expired', undefined])
})

test('a code is the number of the workspace, another number and 64 hexadecimal digits', async () => {
  expect(await codeOf(server, '/oauth/v2/authorize', { scope: 'chat:write' })).toMatch(/^1234567890\.\d{13}\.[0-9a-f]{64}$/)
})

test.each([
  [
    'who signed in',
    'identity.basic,identity.team',
    `{"ok":true,"access_token":"xoxp-…","scope":"identity.basic,identity.team","user":{"name":"Alice Arnold","id":"${aliceId}"},"team":{"id":"${team.id}"}}`,
  ],
  [
    'the tokens of a classic app',
    'bot,chat:write',
    `{"ok":true,"access_token":"xoxp-…","scope":"bot,chat:write","user_id":"${aliceId}","team_name":"${team.name}","team_id":"${team.id}","enterprise_id":null,"bot":{"bot_user_id":"U…","bot_access_token":"xoxb-…"}}`,
  ],
])('oauth.access tells %s', async (_what, scope, answer) => {
  const code = await codeOf(server, '/oauth/authorize', { scope })
  expect(shape((await ask(server, 'oauth.access', { code, redirect_uri: callback })).text)).toBe(answer)
})

test('oauth.v2.user.access has the scopes of the user in scope', async () => {
  const own = await startWorkspace()
  const code = await codeOf(own, '/oauth/v2_user/authorize', { scope: 'search:read' })
  const { text } = await ask(own, 'oauth.v2.user.access', { code, redirect_uri: callback })
  expect(shape(text)).toBe(`${appIs},${ofUser('search:read')},${ends}}`)
})

const own = 'https://slack.com/'

test('openid.connect.token brings an ID token with claims in the vendor’s order, for five minutes', async () => {
  const { body, text } = await signInWithSlack(server)
  expect(shape(text)).toBe(`{"ok":true,"access_token":"xoxp-…","token_type":"Bearer","id_token":"${body.id_token}"}`)
  expect(headerOf(String(body.id_token))).toMatch(/^\{"typ":"JWT","alg":"RS256","kid":"[\w-]{43}"\}$/)
  const claims = claimsOf(body.id_token)
  expect(Object.keys(claims)).toEqual([
    ...['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'at_hash', `${own}team_id`, `${own}user_id`],
    ...['email', 'email_verified', 'date_email_verified', 'locale', 'name', 'picture', 'given_name', 'family_name'],
    ...[`${own}team_name`, `${own}team_domain`, `${own}team_image_230`, `${own}team_image_default`],
  ])
  expect(claims).toMatchObject({
    iss: server.url,
    sub: aliceId,
    aud: app.client_id,
    exp: Number(claims.iat) + 300,
    [`${own}team_id`]: team.id,
    email_verified: true,
    date_email_verified: expect.any(Number),
    [`${own}team_image_default`]: true,
  })
})

test.each([
  ['openid', [`${own}team_id`, `${own}user_id`]],
  ['openid email', [`${own}team_id`, `${own}user_id`, 'email', 'email_verified', 'date_email_verified']],
])('an ID token for %s has these claims of the user', async (scope, members) => {
  const { body } = await signInWithSlack(server, { scope })
  expect(Object.keys(claimsOf(body.id_token)).slice(8)).toEqual(members)
})

test('openid.connect.userInfo tells the same in its own order, with pictures that are there', async () => {
  const { body: tokens } = await signInWithSlack(server)
  const { body } = await call(server, 'openid.connect.userInfo', tokens.access_token)
  expect(Object.keys(body)).toEqual([
    ...['ok', 'sub', `${own}user_id`, `${own}team_id`, 'email', 'email_verified', 'date_email_verified'],
    ...['name', 'picture', 'given_name', 'family_name', 'locale', `${own}team_name`, `${own}team_domain`],
    ...[24, 32, 48, 72, 192, 512].map((size) => `${own}user_image_${size}`),
    ...[34, 44, 68, 88, 102, 132, 230].map((size) => `${own}team_image_${size}`),
    `${own}team_image_default`,
  ])
  const picture = await send(String(body.picture))
  expect([picture.status, picture.headers.get('content-type'), picture.text.slice(0, 4)]).toEqual([200, 'image/svg+xml', '<svg'])
  const posted = await send(`${server.url}/api/openid.connect.userInfo`, {
    method: 'POST',
    body: new URLSearchParams({ token: String(tokens.access_token) }),
  })
  expect(posted.body).toEqual(body)
})

test('letter case counts in the names of methods', async () => {
  const { status, text } = await call(server, 'openid.connect.userinfo', 'x')
  expect([status, text]).toEqual([200, '{"ok":false,"error":"unknown_method","req_method":"openid.connect.userinfo"}'])
})

test('discovery has these members in this order, and keys do not say what they are for', async () => {
  const { text } = await send(`${server.url}/.well-known/openid-configuration`)
  const at = (path: string) => server.url + path
  expect(text).toBe(
    JSON.stringify({
      issuer: server.url,
      authorization_endpoint: at('/openid/connect/authorize'),
      token_endpoint: at('/api/openid.connect.token'),
      userinfo_endpoint: at('/api/openid.connect.userInfo'),
      jwks_uri: at('/openid/connect/keys'),
      scopes_supported: ['openid', 'profile', 'email'],
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      claims_supported: ['sub', 'auth_time', 'iss'],
      claims_parameter_supported: false,
      request_parameter_supported: false,
      request_uri_parameter_supported: true,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    }),
  )
  const { body } = await send(`${server.url}/openid/connect/keys`)
  expect((body.keys as object[]).map((key) => Object.keys(key))).toEqual([['e', 'n', 'kty', 'kid', 'alg']])
  expect((body.keys as { kid: string }[])[0]?.kid).toMatch(/^[\w-]{43}$/)
})
