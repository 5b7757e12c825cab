import Slack from '@auth/core/providers/slack'
import { Slack as ArcticSlack } from 'arctic'
import { expect, test } from 'vitest'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { claimsOf, send } from '../../test/support/vendor-client.ts'
import { aliceId, app, callback, startWorkspaceForFile, throughPages } from '../../test/vendors/slack/slack-client.ts'
import { authJs, betterAuthApp, grantApp, origin } from '../applications.ts'
import { leadHere } from '../lead-here.ts'

/** Clients that have Slack's addresses in their code, and are led here. */

const server = await startWorkspaceForFile()
await leadHere(server)
recordRequests('slack', 'sign-in', server)
const options = { clientId: app.client_id, clientSecret: app.client_secret }

async function lets(redirect_uri: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { status } = await send(`${server.url}/_grantbox/sandboxes/slack/apps/A0GRANTBOX1`, {
    method: 'PATCH',
    headers,
    body: JSON.stringify({ redirect_uris: [callback, redirect_uri] }),
  })
  expect(status).toBe(200)
}

const through = async (address: string, decision?: string): Promise<URL> =>
  (await throughPages(address, undefined, decision)) ?? Promise.reject(new Error(`no way back from ${address}`))

test('Auth.js signs a user in', async () => {
  await lets(`${origin}/auth/callback/slack`)
  const another = authJs('slack', Slack(options))
  await expect(another.finish(await through(await another.begin(), 'cancel'))).resolves.toContain('error=OAuthCallbackError')
  const application = authJs('slack', Slack(options))
  expect(await application.finish(await through(await application.begin()))).toMatchObject({
    user: { name: 'Alice Arnold', email: 'alice@example.com' },
  })
})

test('arctic signs a user in', async () => {
  const slack = new ArcticSlack(app.client_id, app.client_secret, callback)
  const back = await through(slack.createAuthorizationURL('state', ['openid', 'profile', 'email']).href)
  const tokens = await slack.validateAuthorizationCode(back.searchParams.get('code') ?? '')
  expect(claimsOf(tokens.idToken())).toMatchObject({ iss: 'https://slack.com', sub: aliceId, email: 'alice@example.com' })
  expect(tokens.hasRefreshToken()).toBe(false)
  // It looks for errors behind another status than 200.
  expect((await slack.validateAuthorizationCode('x')).data).toEqual({ ok: false, error: 'invalid_code' })
})

test('better-auth signs a user in', async () => {
  await lets(`${origin}/api/auth/callback/slack`)
  const application = betterAuthApp('slack', { slack: options })
  const session = await application.finish(await through(await application.begin()))
  expect(session).toMatchObject({ user: { name: 'Alice Arnold', email: 'alice@example.com', emailVerified: true } })
})

test('grant signs a user in, in the way of before', async () => {
  const application = await grantApp('slack', {
    key: app.client_id,
    secret: app.client_secret,
    scope: ['identity.basic', 'identity.email'],
    response: ['tokens', 'raw', 'profile'],
  })
  await lets('http://localhost/connect/slack/callback')
  expect(await application.finish(await through(await application.begin()))).toMatchObject({
    access_token: expect.stringMatching(/^xoxp-/),
    raw: { ok: true, scope: 'identity.basic,identity.email', user: { id: aliceId } },
    profile: { ok: true, user: 'alice', team: 'Example Workspace' },
  })
})
