import { expect, test } from 'vitest'
import { app, ask, call, callback, codeOf, install, rotating, startWorkspace } from './slack-client.ts'

/** Scopes add up over the installations of an app, of a bot and of each user on their own. */

type Query = Record<string, string>

/** The scopes of bot and user after an installation. */
async function scopesOf(server: Awaited<ReturnType<typeof startWorkspace>>, query: Query, by = app): Promise<unknown[]> {
  const { body } = await install(server, query, by)
  return [body.scope, (body.authed_user as Query).scope]
}

test('a bot and a user get what they had before as well, and the token may do all of it', async () => {
  const server = await startWorkspace()
  expect(await scopesOf(server, { scope: 'chat:write', user_scope: 'search:read' })).toEqual(['chat:write', 'search:read'])
  const { body } = await install(server, { scope: 'team:read,chat:write' })
  expect(body.scope).toBe('chat:write,team:read')
  expect((await call(server, 'team.info', body.access_token)).body.ok).toBe(true)
  expect(await scopesOf(server, { user_scope: 'users:read' })).toEqual([undefined, 'search:read,users:read'])
  expect(await scopesOf(server, { scope: 'commands', user_scope: 'users:read' })).toEqual([
    'chat:write,team:read,commands',
    'search:read,users:read',
  ])
})

test('oauth.v2.user.access adds to what the user gave', async () => {
  const server = await startWorkspace()
  await install(server, { scope: 'chat:write', user_scope: 'search:read' })
  const code = await codeOf(server, '/oauth/v2_user/authorize', { scope: 'users:read' })
  const { body } = await ask(server, 'oauth.v2.user.access', { code, redirect_uri: callback })
  expect(body.authed_user).toMatchObject({ scope: 'search:read,users:read' })
})

test.each([
  ['another workspace', { scope: 'commands', team: 'T0GRANTBOX2' }, app],
  ['another app', { scope: 'commands' }, rotating],
])('but not for %s', async (_what, query, by) => {
  const server = await startWorkspace()
  await install(server, { scope: 'chat:write' })
  expect(await scopesOf(server, query as Query, by)).toEqual(['commands', undefined])
})

test('nor for who signs in', async () => {
  const server = await startWorkspace()
  await install(server, { user_scope: 'search:read' })
  expect(await scopesOf(server, { user_scope: 'identity.basic' })).toEqual([undefined, 'identity.basic'])
  expect(await scopesOf(server, { user_scope: 'users:read' })).toEqual([undefined, 'search:read,users:read'])
})

test('a token that is refreshed keeps them', async () => {
  const server = await startWorkspace()
  await install(server, { scope: 'chat:write' }, rotating)
  const { body } = await install(server, { scope: 'commands' }, rotating)
  const form = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) }
  expect((await ask(server, 'oauth.v2.access', form, rotating)).body).toMatchObject({ ok: true, scope: 'chat:write,commands' })
})

test.each([
  ['auth.revoke', {}],
  ['apps.uninstall', app],
])('%s makes an installation begin anew', async (method, args) => {
  const server = await startWorkspace()
  const { body } = await install(server, { scope: 'chat:write', user_scope: 'search:read' })
  expect((await call(server, method, body.access_token, args)).body.ok).toBe(true)
  // A bot's token that is revoked leaves the user's alone.
  const ofUser = method === 'auth.revoke' ? 'search:read,users:read' : 'users:read'
  expect(await scopesOf(server, { scope: 'commands', user_scope: 'users:read' })).toEqual(['commands', ofUser])
})
