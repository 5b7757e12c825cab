import { describe, expect, test } from 'vitest'
import { botToken, newClientSecret, pictureHash } from '../../../src/providers/discord/ids.ts'
import { Jar } from '../../support/browser-jar.ts'
import { fetchAt } from '../../support/recording/replay.ts'
import { basic, post, send } from '../../support/vendor-client.ts'
import {
  alice,
  aliceId,
  app,
  askToken,
  authorizeAt,
  call,
  callback,
  codeOf,
  server1,
  startDiscord,
  startDiscordForFile,
  throughPages,
  tokensFor,
} from './discord-client.ts'

/** What is known of the vendor's answers, to the byte. */

const server = await startDiscordForFile()
const { url } = server
const token = async (scope: string) => (await tokensFor(server, scope)).body.access_token
const bot = { authorization: `Bot ${botToken(app.client_id, app.client_secret)}` }
const versions = ['', '/v6', '/v7', '/v8', '/v9', '/v10']

const partial = {
  ...{ id: aliceId, username: 'alice', avatar: pictureHash(aliceId), discriminator: '0', global_name: 'Alice Arnold', public_flags: 0 },
}
const own = {
  ...{ id: aliceId, username: 'alice', avatar: pictureHash(aliceId), discriminator: '0', public_flags: 0, flags: 0, banner: null },
  ...{ accent_color: null, global_name: 'Alice Arnold', avatar_decoration_data: null, collectibles: null, banner_color: null },
  ...{ clan: null, primary_guild: null, mfa_enabled: false, locale: 'en-US', premium_type: 0 },
}

describe('at each version of the API there is the same', () => {
  test.each(versions)('user at /api%s', async (version) => {
    const given = await token('identify email')
    const { text } = await call(server, `${version}/users/@me`, given)
    expect(text).toBe(JSON.stringify({ ...own, email: 'alice@example.com', verified: true }))
  })

  test.each(versions)('authorization, token and revocation at /api%s', async (version) => {
    const { searchParams } = await throughPages(authorizeAt(server, {}, `/api${version}/oauth2/authorize`))
    const form = { grant_type: 'authorization_code', code: searchParams.get('code') ?? '', redirect_uri: callback }
    const { status, body } = await post(`${url}/api${version}/oauth2/token`, { ...form, ...app })
    expect([status, Object.keys(body)]).toEqual([200, ['token_type', 'access_token', 'expires_in', 'refresh_token', 'scope']])
    const revoked = await post(`${url}/api${version}/oauth2/token/revoke`, { token: String(body.access_token), ...app })
    expect([revoked.status, revoked.text]).toEqual([200, '{}'])
  })

  test('but none of a version that there is not', async () => {
    const { status, text } = await call(server, '/v5/users/@me', 'x')
    expect([status, text]).toEqual([404, '{"message": "404: Not Found", "code": 0}'])
  })
})

test('at discord.com discovery is this, and a webhook is there', async () => {
  const by = await fetchAt(server)
  const text = await (await by('https://discord.com/.well-known/openid-configuration', {})).text()
  expect(text).toBe(
    JSON.stringify({
      issuer: 'https://discord.com',
      authorization_endpoint: 'https://discord.com/api/oauth2/authorize',
      token_endpoint: 'https://discord.com/api/oauth2/token',
      jwks_uri: 'https://discord.com/api/oauth2/keys',
      response_types_supported: ['code', 'token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
  )
  const code = await codeOf(server, { scope: 'webhook.incoming' })
  const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: callback, ...app })
  const answer = await by('https://discord.com/api/oauth2/token', { method: 'POST', body })
  const { webhook } = (await answer.json()) as { webhook: { url: string } }
  expect(webhook.url).toMatch(/^https:\/\/discord\.com\/api\/webhooks\/\d{17,19}\/[\w-]{68}$/)
  const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"content":"hi"}' }
  expect((await by(webhook.url, sent)).status).toBe(204)
})

test('a bot’s answer has the whole server', async () => {
  const { body } = await tokensFor(server, 'bot', { guild_id: server1, permissions: '8' })
  const { system_channel_id, ...guild } = body.guild as Record<string, unknown>
  expect(system_channel_id).toMatch(/^\d{17,19}$/)
  expect(guild).toEqual({
    ...{ id: server1, name: 'Example Server', icon: null, splash: null, discovery_splash: null, banner: null, owner_id: aliceId },
    ...{ region: 'deprecated', afk_channel_id: null, afk_timeout: 300, verification_level: 0, default_message_notifications: 0 },
    ...{ mfa_level: 0, explicit_content_filter: 0, features: [], emojis: [], stickers: [], premium_tier: 0, preferred_locale: 'en-US' },
    nsfw_level: 0,
    roles: [
      { id: server1, name: '@everyone', permissions: '104324673', position: 0, color: 0, hoist: false, managed: false, mentionable: false },
    ],
  })
})

describe('a call answers', () => {
  test.each([
    ['identify', '/oauth2/userinfo', JSON.stringify(partial)],
    ['identify', '/users/@me', JSON.stringify(own)],
    [
      'guilds',
      '/users/@me/guilds?with_counts=true',
      `[{"id":"${server1}","name":"Example Server","icon":null,"banner":null,"owner":true,"permissions":"2251799813685247","features":[],"approximate_member_count":2,"approximate_presence_count":1}]`,
    ],
    ['guilds', `/users/@me/guilds?after=${server1}`, '[]'],
    [
      'guilds.members.read',
      `/users/@me/guilds/${server1}/member`,
      `{"avatar":null,"nick":null,"roles":[],"joined_at":"2024-01-15T10:00:00.000000+00:00","premium_since":null,"pending":false,"deaf":false,"mute":false,"flags":0,"user":${JSON.stringify(partial)}}`,
    ],
    ['connections', '/users/@me/connections', '[]'],
  ])('%s at %s', async (scope, path, text) => {
    const answer = await call(server, path, await token(scope))
    expect([answer.status, answer.text]).toEqual([200, text])
  })

  test('connections as the user’s claim has them', async () => {
    const other = await startDiscord()
    const { directory } = other.sandbox()
    const found = directory.findUser('alice')
    if (found === undefined) throw new Error('no alice')
    const connections = [{ type: 'github', id: '1', name: 'alice', verified: true, visibility: 1 }]
    directory.updateUser({ ...found, claims: { connections } })
    const { body } = await tokensFor(other, 'connections')
    expect((await call(other, '/users/@me/connections', body.access_token)).text).toBe(JSON.stringify(connections))
  })

  test('what a token is for', async () => {
    const { text } = await call(server, '/oauth2/@me', await token('identify guilds'))
    expect(text.replace(/[0-9a-f]{64}/, '…').replace(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00"/, '"2…"')).toBe(
      `{"application":{"id":"${app.client_id}","name":"Example App","icon":null,"description":"An app with a bot, which alice owns.","hook":true,"bot_public":true,"bot_require_code_grant":false,"verify_key":"…"},"scopes":["identify","guilds"],"expires":"2…","user":${JSON.stringify(partial)}}`,
    )
  })

  test('what an app is, to its bot', async () => {
    const { text } = await send(`${url}/api/oauth2/applications/@me`, { headers: bot })
    const uris = [
      'https://www.getpostman.com/oauth2/callback',
      'https://oauth.pstmn.io/v1/callback',
      'https://oauth.pstmn.io/v1/browser-callback',
    ]
    const redirect_uris = JSON.stringify([...uris, 'http://127.0.0.1/callback', 'http://localhost/callback'])
    expect(text.replace(/[0-9a-f]{64}/, '…').replace(/"bot":\{"id":"\d{17,19}"/, '"bot":{"id":"1…"')).toBe(
      `{"id":"${app.client_id}","name":"Example App","icon":null,"description":"An app with a bot, which alice owns.","hook":true,"bot_public":true,"bot_require_code_grant":false,"verify_key":"…","redirect_uris":${redirect_uris},"bot":{"id":"1…","username":"Example App","avatar":null,"discriminator":"0001","global_name":null,"public_flags":0,"bot":true}}`,
    )
  })

  test('with the headers of rate limits', async () => {
    const { headers } = await call(server, '/users/@me', await token('identify'))
    const told = ['limit', 'remaining', 'reset', 'reset-after', 'bucket'].map((name) => headers.get(`x-ratelimit-${name}`))
    expect(told).toEqual(['5', '4', expect.stringMatching(/^\d{10}$/), '1.000', expect.stringMatching(/^[0-9a-f]{32}$/)])
    expect(Math.abs(Number(told[2]) - server.clock.now() / 1000)).toBeLessThan(5)
  })

  test('a bot that adds a member with the member, and without scope with 50025', async () => {
    const other = await startDiscord()
    const add = async (scope: string) =>
      send(`${other.url}/api/guilds/197038439483310087/members/${aliceId}`, {
        method: 'PUT',
        headers: { ...bot, 'content-type': 'application/json' },
        body: JSON.stringify({ access_token: (await tokensFor(other, scope)).body.access_token }),
      })
    const refused = await add('identify')
    expect([refused.status, refused.text]).toEqual([403, '{"message": "Invalid OAuth2 access token provided", "code": 50025}'])
    const { status, text } = await add('guilds.join')
    expect([status, text.replace(/"joined_at":"[^"]+"/, '"joined_at":"…"')]).toEqual([
      201,
      `{"avatar":null,"nick":null,"roles":[],"joined_at":"…","premium_since":null,"pending":false,"deaf":false,"mute":false,"flags":0,"user":${JSON.stringify(partial)}}`,
    ])
  })

  test('with a drawing at the address of a picture that clients reckon from the id', async () => {
    const picture = await send(`${url}/embed/avatars/${(BigInt(aliceId) >> 22n) % 6n}.png`)
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
  })
})

describe('a revocation', () => {
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['without an app', {}, {}],
    ['with a wrong secret', basic(app.client_id, 'x'), {}],
    ['with a wrong secret in the form', {}, { ...app, client_secret: 'x' }],
  ])('%s is refused', async (_what, headers, form) => {
    const { status, text } = await post(`${url}/api/oauth2/token/revoke`, { token: 'x', ...form }, headers)
    const missing = '{"client_id": ["This field is required"]}'
    expect([status, text]).toEqual(
      Object.keys({ ...headers, ...form }).length === 0 ? [400, missing] : [401, '{"error": "invalid_client"}'],
    )
  })
})

describe('the authorization', () => {
  test('of an app of which only the id is told installs it', async () => {
    const jar = new Jar()
    const page = await jar.post(await jar.open(`${url}/oauth2/authorize?client_id=${app.client_id}`), url, alice)
    const scopes = [...page.html.matchAll(/<b>([a-z.]+)<\/b> <span/g)].map(([, name]) => name)
    expect([page.status, scopes]).toEqual([200, ['applications.commands', 'bot']])
  })

  test.each(['0', '1'])('takes integration_type=%s', async (integration_type) => {
    const { search } = await throughPages(authorizeAt(server, { scope: 'applications.commands', integration_type }))
    expect(search).toMatch(/^\?code=[A-Za-z0-9]{30}&state=s$/)
  })

  test.each([
    'identify email',
    'guilds guilds.members.read guilds.join',
    'connections openid',
    'bot applications.commands',
    'webhook.incoming',
  ])('gives %s, which are told as they were asked for', async (scope) => {
    expect((await tokensFor(server, scope)).body.scope).toBe(scope)
  })

  test('says on its page what the app wants, with Authorize and Cancel', async () => {
    const jar = new Jar()
    const first = await jar.open(authorizeAt(server, { scope: 'identify email' }))
    const { html } = await jar.post(first, url, alice)
    expect([first, { html }].map((page) => /<title>([^<]*)</.exec(page.html)?.[1])).toEqual([
      'Discord | Authorize access to your account',
      'Discord | Authorize access to your account',
    ])
    for (const words of [
      'An external application Example App wants to access your Discord Account',
      'Access your username, avatar, and banner',
      'Access your email address',
      'Signed in as',
      'name="authorize" value="true"',
      'name="authorize" value="false"',
    ])
      expect(html).toContain(words)
  })
})

test('a secret has 32 characters that may stand in an address', () => {
  expect(newClientSecret()).toMatch(/^[\w-]{32}$/)
})

test('an app’s token by client credentials needs the app alone', async () => {
  const { status, text } = await askToken(server, { grant_type: 'client_credentials', scope: 'identify' })
  expect([status, text.replace(/"[A-Za-z0-9]{30}"/, '"…"')]).toEqual([
    200,
    '{"token_type": "Bearer", "access_token": "…", "expires_in": 604800, "scope": "identify"}',
  ])
})

test.each(['/api/oauth2/token/', '/api/oauth2/keys/', '/api/users/@me/'])('%s is answered where it was asked', async (path) => {
  const { status, headers } = await fetch(url + path, { redirect: 'manual' })
  expect([status < 300 || status >= 400, headers.get('location')]).toEqual([true, null])
})
