import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Installation, InstallProvider, LogLevel, MemoryInstallationStore } from '@slack/oauth'
import { WebClient } from '@slack/web-api'
import { afterAll, describe, expect, test } from 'vitest'
import { Jar } from '../../test/support/browser-jar.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { claimsOf, send } from '../../test/support/vendor-client.ts'
import {
  aliceId,
  app,
  authorizeAt,
  callback,
  rotating,
  signInWithSlack,
  startWorkspaceForFile,
  team,
  throughPages,
} from '../../test/vendors/slack/slack-client.ts'

/** The vendor's own clients: an app with a page to install it, and the Web API. */

const server = await startWorkspaceForFile()
recordRequests('slack', 'slack-oauth', server)
const slackApiUrl = `${server.url}/api/`
const clientOptions = { slackApiUrl, retryConfig: { retries: 0 }, logLevel: LogLevel.ERROR }

/** An app on a server of its own. */
async function appWith(client: typeof app, authVersion: 'v1' | 'v2' = 'v2') {
  const installationStore = new MemoryInstallationStore()
  const path = authVersion === 'v2' ? '/oauth/v2/authorize' : '/oauth/authorize'
  const installer = new InstallProvider({
    clientId: client.client_id,
    clientSecret: client.client_secret,
    stateSecret: 'a secret of the application',
    installationStore,
    authVersion,
    authorizationUrl: server.url + path,
    clientOptions,
    logLevel: LogLevel.ERROR,
    directInstall: true,
  })
  const seen: { installation?: Installation; failure?: Error } = {}
  const listener = createServer((request, response) => {
    const [asked] = (request.url ?? '').split('?')
    if (asked === '/install') {
      const redirectUri = `http://localhost:${(listener.address() as AddressInfo).port}/callback`
      return installer.handleInstallPath(
        request,
        response,
        {},
        { scopes: ['chat:write', 'commands'], userScopes: ['search:read'], redirectUri },
      )
    }
    return installer.handleCallback(request, response, {
      success: (installation, _options, _request, answer) => {
        seen.installation = installation as Installation
        answer.end('installed')
      },
      failure: (failure, _options, _request, answer) => {
        seen.failure = failure
        answer.end('failed')
      },
    })
  }).listen(0, 'localhost')
  await once(listener, 'listening')
  afterAll(() => {
    listener.closeAllConnections()
    listener.close()
  })
  const origin = `http://localhost:${(listener.address() as AddressInfo).port}`
  const browser = new Jar(fetch, () => true)
  return {
    installer,
    seen,
    async install(decision = 'allow') {
      const { location } = await browser.open(`${origin}/install`)
      const back = await throughPages(location?.href ?? '', new Jar(), decision)
      return (await browser.open(back?.href ?? '')).html
    },
  }
}

describe('@slack/oauth', () => {
  test('installs an app, knows its bot and gives its tokens', async () => {
    const { install, installer, seen } = await appWith(app)
    expect(await install()).toBe('installed')
    expect(seen.installation).toMatchObject({
      team,
      appId: 'A0GRANTBOX1',
      tokenType: 'bot',
      isEnterpriseInstall: false,
      user: { id: aliceId, scopes: ['search:read'], token: expect.stringMatching(/^xoxp-/) },
      bot: { scopes: ['chat:write', 'commands'], id: expect.stringMatching(/^B/), userId: expect.stringMatching(/^U/) },
    })
    const authorized = await installer.authorize({ teamId: team.id, enterpriseId: undefined, isEnterpriseInstall: false })
    expect(authorized).toMatchObject({ teamId: team.id, botToken: expect.stringMatching(/^xoxb-/) })
  })

  test('hears of a user who cancels', async () => {
    const { install, seen } = await appWith(app)
    expect(await install('cancel')).toBe('failed')
    expect(seen.failure).toMatchObject({ code: 'slack_oauth_installer_authorization_error' })
  })

  test('hears of a wrong secret', async () => {
    const { install, seen } = await appWith({ ...app, client_secret: 'x' })
    expect(await install()).toBe('failed')
    expect(seen.failure?.message).toContain('bad_client_secret')
  })

  test('refreshes the tokens of an app that rotates them, two hours ahead', async () => {
    const headers = { 'content-type': 'application/json' }
    const settings = (access_token_ttl: number | null) =>
      send(`${server.url}/_grantbox/sandboxes/slack`, {
        method: 'PATCH',
        headers,
        body: JSON.stringify({ settings: { access_token_ttl } }),
      })
    await settings(3600)
    const { install, installer, seen } = await appWith(rotating)
    expect(await install()).toBe('installed')
    const before = { bot: seen.installation?.bot?.token, user: seen.installation?.user.token }
    const authorized = await installer.authorize({ teamId: team.id, enterpriseId: undefined, isEnterpriseInstall: false })
    await settings(null)
    expect(authorized.botToken).toMatch(/^xoxe\.xoxb-1-/)
    expect(authorized.botToken).not.toBe(before.bot)
    expect(authorized.userToken).not.toBe(before.user)
    expect(await new WebClient(authorized.botToken, clientOptions).auth.test()).toMatchObject({ ok: true, team_id: team.id })
  })

  test('installs a classic app', async () => {
    const { installer } = await appWith(app, 'v1')
    expect(await installer.generateInstallUrl({ scopes: ['bot'] })).toContain('/oauth/authorize?scope=bot')
    const back = await throughPages(authorizeAt(server, '/oauth/authorize', { scope: 'bot' }))
    const told = await new WebClient(undefined, clientOptions).oauth.access({
      ...app,
      code: back?.searchParams.get('code') ?? '',
      redirect_uri: callback,
    })
    expect(told).toMatchObject({ ok: true, team_id: team.id, bot: { bot_access_token: expect.stringMatching(/^xoxb-/) } })
  })
})

describe('@slack/web-api', () => {
  test('tests and revokes a token', async () => {
    const { install, seen } = await appWith(app)
    await install()
    const client = new WebClient(seen.installation?.bot?.token, clientOptions)
    const told = await client.auth.test()
    expect(told).toMatchObject({ ok: true, team_id: team.id, bot_id: seen.installation?.bot?.id })
    expect(told.response_metadata?.scopes).toEqual(['chat:write', 'commands'])
    await expect(client.team.info()).rejects.toMatchObject({
      data: { error: 'missing_scope', needed: 'team:read', provided: 'chat:write,commands' },
    })
    expect(await client.auth.revoke()).toMatchObject({ ok: true, revoked: true })
    await expect(client.auth.test()).rejects.toMatchObject({ data: { ok: false, error: 'token_revoked' } })
  })

  test('signs in with Slack', async () => {
    const client = new WebClient(undefined, clientOptions)
    const back = await throughPages(
      authorizeAt(server, '/openid/connect/authorize', { response_type: 'code', scope: 'openid email', nonce: 'n' }),
    )
    const asked = { ...app, code: back?.searchParams.get('code') ?? '', redirect_uri: callback }
    const told = await client.openid.connect.token(asked)
    expect(claimsOf(told.id_token)).toMatchObject({ sub: aliceId, nonce: 'n' })
    expect(await new WebClient(told.access_token, clientOptions).openid.connect.userInfo()).toMatchObject({ ok: true, sub: aliceId })
    await expect(client.openid.connect.token(asked)).rejects.toMatchObject({ data: { ok: false, error: 'invalid_code' } })
  })

  test('is told who a token of Sign in with Slack is of', async () => {
    const { body } = await signInWithSlack(server)
    expect(await new WebClient(String(body.access_token), clientOptions).auth.test()).toMatchObject({ user_id: aliceId, user: 'alice' })
  })
})
