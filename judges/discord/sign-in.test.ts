import Discord from '@auth/core/providers/discord'
import { REST } from '@discordjs/rest'
import { Discord as ArcticDiscord, generateCodeVerifier, OAuth2RequestError } from 'arctic'
import { describe, expect, test } from 'vitest'
import { botToken } from '../../src/providers/discord/ids.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { send } from '../../test/support/vendor-client.ts'
import { aliceId, app, callback, server1, startDiscordForFile, throughPages, tokensFor } from '../../test/vendors/discord/discord-client.ts'
import { authJs, betterAuthApp, grantApp, origin } from '../applications.ts'
import { leadHere } from '../lead-here.ts'

/** Clients that have Discord's addresses in their code, and are led here. */

const server = await startDiscordForFile()
await leadHere(server)
recordRequests('discord', 'sign-in', server)
const options = { clientId: app.client_id, clientSecret: app.client_secret }

async function lets(redirect_uri: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ redirect_uris: [callback, redirect_uri] })
  const { status } = await send(`${server.url}/_grantbox/sandboxes/discord/apps/${app.client_id}`, { method: 'PATCH', headers, body })
  expect(status).toBe(200)
}

const user = { name: 'Alice Arnold', email: 'alice@example.com' }

test('Auth.js signs a user in, and hears of one who cancels', async () => {
  await lets(`${origin}/auth/callback/discord`)
  const another = authJs('discord', Discord(options))
  await expect(another.finish(await throughPages(await another.begin(), undefined, 'false'))).resolves.toContain('error=OAuthCallbackError')
  const application = authJs('discord', Discord(options))
  expect(await application.finish(await throughPages(await application.begin()))).toMatchObject({ user })
})

test('better-auth signs a user in', async () => {
  await lets(`${origin}/api/auth/callback/discord`)
  const application = betterAuthApp('discord', { discord: options })
  const begun = await application.begin()
  expect(new URL(begun).searchParams.get('prompt')).toBe('none')
  expect(await application.finish(await throughPages(begun))).toMatchObject({ user: { ...user, emailVerified: true } })
})

test('arctic signs a user in, refreshes and revokes', async () => {
  const discord = new ArcticDiscord(app.client_id, app.client_secret, callback)
  const verifier = generateCodeVerifier()
  const back = await throughPages(discord.createAuthorizationURL('state', verifier, ['identify', 'email']).href)
  const code = back.searchParams.get('code') ?? ''
  const tokens = await discord.validateAuthorizationCode(code, verifier)
  expect(tokens.scopes()).toEqual(['identify', 'email'])
  const refreshed = await discord.refreshAccessToken(tokens.refreshToken())
  await discord.revokeToken(refreshed.accessToken())
  await expect(discord.refreshAccessToken(refreshed.refreshToken())).rejects.toThrow(OAuth2RequestError)
  await expect(discord.validateAuthorizationCode(code, verifier)).rejects.toMatchObject({
    code: 'invalid_grant',
    description: 'Invalid "code" in request.',
  })
})

test('grant signs a user in', async () => {
  const application = await grantApp('discord', {
    key: app.client_id,
    secret: app.client_secret,
    scope: ['identify', 'email'],
    response: ['tokens', 'raw', 'profile'],
  })
  await lets(`${application.origin}/connect/discord/callback`)
  expect(await application.finish(await throughPages(await application.begin()))).toMatchObject({
    raw: { token_type: 'Bearer', expires_in: 604_800, scope: 'identify email' },
    profile: { id: aliceId, username: 'alice', email: 'alice@example.com' },
  })
})

describe.each([
  ['by option', { api: `${server.url}/api` }],
  ['unchanged', {}],
])('@discordjs/rest %s', (_how, where) => {
  test('asks for the user, his servers and what the token is for', async () => {
    const { body } = await tokensFor(server, 'identify email guilds')
    const rest = new REST({ ...where, version: '10', authPrefix: 'Bearer', retries: 0 }).setToken(String(body.access_token))
    expect(await rest.get('/users/@me')).toMatchObject({ id: aliceId, username: 'alice', verified: true })
    expect(await rest.get('/users/@me/guilds')).toContainEqual(expect.objectContaining({ id: server1, owner: true }))
    expect(await rest.get('/oauth2/@me')).toMatchObject({ application: { id: app.client_id }, scopes: ['identify', 'email', 'guilds'] })
    await expect(rest.get('/users/@me/connections')).rejects.toMatchObject({ status: 403, code: 50_026 })
    const wrong = new REST({ ...where, authPrefix: 'Bearer', retries: 0 }).setToken('x')
    await expect(wrong.get('/users/@me')).rejects.toMatchObject({ status: 401, rawError: { message: '401: Unauthorized', code: 0 } })
  })

  test('brings a user into a server as a bot', async () => {
    const { body } = await tokensFor(server, 'identify guilds.join')
    const rest = new REST({ ...where, retries: 0 }).setToken(botToken(app.client_id, app.client_secret))
    const added = await rest.put(`/guilds/197038439483310087/members/${aliceId}`, { body: { access_token: body.access_token } })
    expect(added === undefined || added instanceof ArrayBuffer || (added as { user: { id: string } }).user.id === aliceId).toBe(true)
  })
})
