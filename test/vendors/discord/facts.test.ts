import { describe, expect, test } from 'vitest'
import { botToken, newSnowflake } from '../../../src/providers/discord/ids.ts'
import { Jar } from '../../support/browser-jar.ts'
import { basic, claimsOf, post, send } from '../../support/vendor-client.ts'
import {
  alice,
  aliceId,
  app,
  askToken,
  authorizeAt,
  bobId,
  call,
  callback,
  codeOf,
  game,
  server1,
  startDiscord,
  startDiscordForFile,
  throughPages,
  tokensFor,
} from './discord-client.ts'

const server = await startDiscordForFile()
const { url } = server
const bot = { authorization: `Bot ${botToken(app.client_id, app.client_secret)}` }

const token = async (scope: string) => (await tokensFor(server, scope)).body.access_token

/** An answer's text with what differs each time as `…`. */
function shape(text: string): string {
  return text
    .replace(/"[A-Za-z0-9]{30}"/g, '"…"')
    .replace(/"eyJ[\w.-]+"/g, '"eyJ…"')
    .replace(/"\d{17,19}"/g, (whole) => ([app.client_id, aliceId, server1].includes(whole.slice(1, -1)) ? whole : '"1…"'))
    .replace(/[\w-]{68}/g, '…')
    .replace(/webhooks\/\d{17,19}/, 'webhooks/1…')
}

const begins = '{"token_type": "Bearer", "access_token": "…", "expires_in": 604800, "refresh_token": "…"'

describe('the token endpoint answers', () => {
  test.each([
    ['identify', `${begins}, "scope": "identify"}`],
    ['identify openid', `${begins}, "scope": "identify openid", "id_token": "eyJ…"}`],
    [
      'webhook.incoming',
      `${begins}, "scope": "webhook.incoming", "webhook": {"application_id": "${app.client_id}", "name": "Example App", "url": "${url}/api/webhooks/1…/…", "channel_id": "1…", "token": "…", "type": 1, "avatar": null, "guild_id": "${server1}", "id": "1…"}}`,
    ],
  ])('a code for %s', async (scope, answer) => {
    const { status, text, headers } = await tokensFor(server, scope)
    expect([status, shape(text), headers.get('content-type')]).toEqual([200, answer, expect.stringMatching(/^application\/json/)])
  })

  test('a code for a bot with the server that it was added to', async () => {
    const { body } = await tokensFor(server, 'bot', { guild_id: server1, permissions: '8' })
    expect(body).toMatchObject({
      scope: 'bot',
      guild: { id: server1, name: 'Example Server', owner_id: aliceId, roles: [{ name: '@everyone' }] },
    })
    expect(Object.keys(body).at(-1)).toBe('guild')
  })

  test('client credentials with a token of the app’s owner, and without a refresh token', async () => {
    const { text, body } = await askToken(server, { grant_type: 'client_credentials', scope: 'identify connections' })
    expect(shape(text)).toBe('{"token_type": "Bearer", "access_token": "…", "expires_in": 604800, "scope": "identify connections"}')
    expect((await call(server, '/users/@me', body.access_token)).body.id).toBe(aliceId)
  })

  test('a refresh with all scopes, whatever is asked for, once', async () => {
    const { body } = await tokensFor(server, 'identify email')
    const form = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token), scope: 'identify' }
    expect(shape((await askToken(server, form)).text)).toBe(`${begins}, "scope": "identify email"}`)
    const again = await askToken(server, form)
    expect([again.status, again.text]).toEqual([400, '{"error": "invalid_grant"}'])
  })

  test('a public client with its verifier', async () => {
    const code = await codeOf(server, {
      ...game,
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    })
    const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const form = { ...game, grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier }
    expect((await post(`${url}/api/v10/oauth2/token`, form)).body).toMatchObject({ token_type: 'Bearer', scope: 'identify' })
  })
})

test('an ID token tells who, and no more', async () => {
  const { body } = await tokensFor(server, 'identify email openid', { nonce: 'n' })
  const claims = claimsOf(body.id_token)
  expect(Object.keys(claims)).toEqual(['iss', 'sub', 'aud', 'exp', 'iat', 'nonce'])
  expect(claims).toMatchObject({ iss: url, sub: aliceId, aud: app.client_id, nonce: 'n' })
  const { body: userinfo } = await call(server, '/oauth2/userinfo', body.access_token)
  expect([userinfo.id, userinfo.sub]).toEqual([aliceId, undefined])
})

test('a key has 4096 bits, and one that comes after it too', async () => {
  const own = await startDiscord()
  const bits = async () => {
    const { keys } = (await send(`${own.url}/api/oauth2/keys`)).body as { keys: { n: string }[] }
    return keys.map(({ n }) => 8 * Buffer.from(n, 'base64url').length)
  }
  expect(await bits()).toEqual([4096])
  await own.sandbox().keys.rotate('rotate')
  expect(await bits()).toEqual([4096, 4096])
})

test('discovery is short, and does not tell of userinfo', async () => {
  const { text } = await send(`${url}/.well-known/openid-configuration`)
  expect(text).toBe(
    JSON.stringify({
      issuer: url,
      authorization_endpoint: `${url}/api/oauth2/authorize`,
      token_endpoint: `${url}/api/oauth2/token`,
      jwks_uri: `${url}/api/oauth2/keys`,
      response_types_supported: ['code', 'token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
  )
  expect((await send(`${url}/api/oauth2/keys`)).body.keys).toMatchObject([{ kty: 'RSA', kid: expect.stringMatching(/^[\w-]{43}$/) }])
})

describe('the callback', () => {
  test.each([
    ['a code', { scope: 'identify' }, /^\?code=[A-Za-z0-9]{30}&state=s$/],
    ['a code without state', { scope: 'identify', state: '' }, /^\?code=[A-Za-z0-9]{30}$/],
    ['a bot', { scope: 'bot', permissions: '2048' }, new RegExp(`^\\?code=[A-Za-z0-9]{30}&state=s&guild_id=${server1}&permissions=2048$`)],
    ['nothing that was asked for', { scope: '' }, new RegExp(`^\\?code=[A-Za-z0-9]{30}&state=s&guild_id=${server1}&permissions=0$`)],
  ])('of %s', async (_what, query, search) => {
    expect((await throughPages(authorizeAt(server, query))).search).toMatch(search)
  })

  test('of a token has it in the fragment', async () => {
    const { hash } = await throughPages(authorizeAt(server, { response_type: 'token' }))
    expect(hash).toMatch(/^#token_type=Bearer&access_token=[A-Za-z0-9]{30}&expires_in=604800&scope=identify&state=s$/)
  })

  test('of who cancels', async () => {
    const { search } = await throughPages(authorizeAt(server), new Jar(), 'false')
    expect(search).toBe('?error=access_denied&error_description=The+resource+owner+or+authorization+server+denied+the+request&state=s')
  })

  test('of who names no response type, which only an installation may do without', async () => {
    const { location } = await new Jar().open(authorizeAt(server, { response_type: '' }))
    expect(location?.searchParams.get('error')).toBe('invalid_request')
  })

  test.each(['bot', 'applications.commands', ''])(
    'of who only installs with scope "%s" is none: a page says that the app was added',
    async (scope) => {
      const jar = new Jar()
      const page = await jar.post(await jar.open(authorizeAt(server, { response_type: '', scope })), url, alice)
      expect([page.status, page.html.includes('was added')]).toEqual([200, false])
      const { status, location, html } = await jar.post(page, url, { authorize: 'true' })
      expect([status, location, html.includes('Example App was added')]).toEqual([200, undefined, true])
    },
  )

  test('of an unknown scope', async () => {
    const { location } = await new Jar().open(authorizeAt(server, { scope: 'no.such' }))
    expect(location?.search).toBe(
      '?error=invalid_scope&error_description=The+requested+scope+is+invalid%2C+unknown%2C+or+malformed.&state=s',
    )
  })
})

describe('the page asks to which server', () => {
  const [second, third] = ['197038439483310087', '197038439483310088']
  const bob = { email: 'bob', password: 'password' }

  /** What the menu offers bob, and what is chosen in it. */
  async function menu(query: Record<string, string>) {
    const jar = new Jar()
    const page = await jar.post(await jar.open(authorizeAt(server, query)), url, bob)
    const offered = [...page.html.matchAll(/<option value="(\d+)"( selected)?>/g)]
    return { jar, page, offered: offered.map(([, id]) => id), chosen: offered.find(([, , selected]) => selected)?.[1] }
  }

  test.each([
    ['bot', {}, [second, third], second],
    ['webhook.incoming', {}, [second, third], second],
    ['bot identify', { guild_id: third }, [second, third], third],
    ['bot', { guild_id: third, disable_guild_select: 'true' }, [third], third],
    ['bot', { guild_id: third, disable_guild_select: 'false' }, [second, third], third],
    ['bot', { guild_id: server1, disable_guild_select: 'true' }, [second, third], second],
    ['identify guilds', { guild_id: third }, [], undefined],
    ['applications.commands', { guild_id: third }, [], undefined],
  ])('for %s with %o', async (scope, query, offered, chosen) => {
    const asked = await menu({ scope, ...query })
    expect([asked.offered, asked.chosen, asked.page.html.includes('Add to server')]).toEqual([offered, chosen, chosen !== undefined])
  })

  test.each([
    ['the other one', {}, third, third],
    ['another than the app named', { guild_id: third }, second, second],
    ['another than the app fixed', { guild_id: third, disable_guild_select: 'true' }, second, third],
    ['one in which he may add nothing', {}, server1, second],
  ])('and the callback and both answers tell it: %s', async (_what, query, picked, told) => {
    const { jar, page } = await menu({ scope: 'bot webhook.incoming', permissions: '8', ...query })
    const { location } = await jar.post(page, url, { authorize: 'true', guild_id: picked })
    expect(location?.searchParams.get('guild_id')).toBe(told)
    const code = location?.searchParams.get('code') ?? ''
    const { body } = await askToken(server, { grant_type: 'authorization_code', code, redirect_uri: callback })
    expect(body).toMatchObject({ guild: { id: told }, webhook: { guild_id: told } })
  })
})

test.each([
  ['none', 'identify', true],
  ['consent', 'identify', false],
  ['', 'identify', false],
  ['none', 'identify guilds.join', false],
  ['none', 'bot', false],
])('prompt=%s for %s is silent after identify was allowed: %s', async (prompt, scope, silent) => {
  const jar = new Jar()
  await throughPages(authorizeAt(server), jar)
  const { location } = await jar.open(authorizeAt(server, { prompt, scope }))
  expect(location !== undefined).toBe(silent)
})

test('prompt=none shows the page where nobody is signed in', async () => {
  const { status, html } = await new Jar().open(authorizeAt(server, { prompt: 'none' }))
  expect([status, html.includes('type="password"')]).toEqual([200, true])
})

describe('the API', () => {
  test('tells a user in this order, with email where that was given', async () => {
    const members = [
      ...['id', 'username', 'avatar', 'discriminator', 'public_flags', 'flags', 'banner', 'accent_color', 'global_name'],
      ...['avatar_decoration_data', 'collectibles', 'banner_color', 'clan', 'primary_guild', 'mfa_enabled', 'locale', 'premium_type'],
    ]
    const plain = await call(server, '/users/@me', await token('identify'))
    expect(Object.keys(plain.body)).toEqual(members)
    const { body, headers } = await call(server, '/v10/users/%40me', await token('identify email'))
    expect(Object.keys(body)).toEqual([...members, 'email', 'verified'])
    expect(body).toMatchObject({ id: aliceId, username: 'alice', discriminator: '0', global_name: 'Alice Arnold', verified: true })
    for (const name of ['limit', 'remaining', 'reset', 'reset-after', 'bucket']) expect(headers.get(`x-ratelimit-${name}`)).not.toBeNull()
    const picture = await send(`${url}/avatars/${aliceId}/${body.avatar}.png`)
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
  })

  test('tells of servers and of what a user is there', async () => {
    const given = await token('identify guilds guilds.members.read')
    const { text } = await call(server, '/users/@me/guilds', given)
    expect(text).toBe(
      `[{"id":"${server1}","name":"Example Server","icon":null,"banner":null,"owner":true,"permissions":"2251799813685247","features":[]}]`,
    )
    const member = await call(server, `/users/@me/guilds/${server1}/member`, given)
    expect(member.body).toMatchObject({ roles: [], joined_at: '2024-01-15T10:00:00.000000+00:00', user: { id: aliceId } })
    const elsewhere = await call(server, '/users/@me/guilds/1/member', given)
    expect([elsewhere.status, elsewhere.text]).toEqual([404, '{"message": "Unknown Guild", "code": 10004}'])
  })

  test('tells what a token is for', async () => {
    const { body } = await call(server, '/oauth2/@me', await token('identify guilds'))
    expect(body).toEqual({
      application: {
        ...{ id: app.client_id, name: 'Example App', icon: null, description: expect.any(String), hook: true, bot_public: true },
        ...{ bot_require_code_grant: false, verify_key: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
      scopes: ['identify', 'guilds'],
      expires: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/),
      user: expect.objectContaining({ id: aliceId }),
    })
    expect((await call(server, '/oauth2/@me', await token('guilds'))).body).not.toHaveProperty('user')
  })

  test('knows a bot by its token, but tells it nothing that is a user’s', async () => {
    const asked = (path: string) => send(`${url}/api${path}`, { headers: bot })
    expect((await asked('/users/@me')).body).toMatchObject({ username: 'Example App', bot: true })
    expect((await asked('/oauth2/applications/@me')).body).toMatchObject({ id: app.client_id, bot: { bot: true } })
    const current = await asked('/oauth2/@me')
    expect([current.status, current.text]).toEqual([401, '{"message": "401: Unauthorized", "code": 0}'])
  })

  test('lets a bot bring a user into a server, by his token', async () => {
    const own = await startDiscord()
    const { body } = await tokensFor(own, 'identify guilds guilds.join')
    const add = (id: string, access_token: unknown) =>
      send(`${own.url}/api/guilds/${id}/members/${aliceId}`, {
        method: 'PUT',
        headers: { ...bot, 'content-type': 'application/json' },
        body: JSON.stringify({ access_token }),
      })
    const second = '197038439483310087'
    expect(await add(second, body.access_token)).toMatchObject({ status: 201, body: { user: { id: aliceId }, roles: [] } })
    expect((await add(second, body.access_token)).status).toBe(204)
    const guilds = JSON.parse((await call(own, '/users/@me/guilds', body.access_token)).text) as { id: string }[]
    expect(guilds.map(({ id }) => id)).toEqual([server1, second])
    const wrong = await add(second, 'x')
    expect([wrong.status, wrong.text]).toEqual([403, '{"message": "Invalid OAuth2 access token provided", "code": 50025}'])
  })

  test('takes what comes to a webhook that was given, and no other', async () => {
    const { body } = await tokensFor(server, 'webhook.incoming')
    const { id, token: secret, url: told } = body.webhook as { id: string; token: string; url: string }
    expect(told).toBe(`${url}/api/webhooks/${id}/${secret}`)
    const sent = (by: string) =>
      send(`${url}/api/webhooks/${id}/${by}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"content":"hi"}' })
    expect((await sent(secret)).status).toBe(204)
    expect((await sent('x')).text).toBe('{"message": "Unknown Webhook", "code": 10015}')
  })
})

test.each(['access_token', 'refresh_token'])('revoking a %s takes the other along, and tells nothing', async (which) => {
  const { body } = await tokensFor(server)
  const revoke = (by: string) => post(`${url}/api/oauth2/token/revoke`, { token: by }, basic(app.client_id, app.client_secret))
  const { status, text } = await revoke(String(body[which]))
  expect([status, text]).toEqual([200, '{}'])
  expect((await call(server, '/users/@me', body.access_token)).status).toBe(401)
  expect((await askToken(server, { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) })).text).toBe(
    '{"error": "invalid_grant"}',
  )
  expect((await revoke('unknown')).text).toBe('{}')
})

test('ids have a time in them, and a bot’s token follows from the app’s secret', () => {
  for (let count = 0; count < 20; count++) {
    const time = new Date(Number((BigInt(newSnowflake()) >> 22n) + 1_420_070_400_000n))
    expect([time.getTime() > Date.UTC(2017, 0), time.getTime() < Date.UTC(2025, 0)]).toEqual([true, true])
  }
  expect(bot.authorization).toBe('Bot MTU3NzMwNTkwNDkyMTk2ODY0.GboxBT.1JwErw7bA_ZNifRd-1k9owwPtfhRNBUAHOzSun')
})

test('bob has no picture', async () => {
  const { directory } = server.sandbox()
  expect(directory.findUser('bob')).toMatchObject({ user_id: bobId, claims: { avatar: null } })
})
