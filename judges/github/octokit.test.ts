import { createOAuthDeviceAuth } from '@octokit/auth-oauth-device'
import { Octokit } from '@octokit/core'
import { OAuthApp } from '@octokit/oauth-app'
import { request } from '@octokit/request'
import { describe, expect, test } from 'vitest'
import { Jar } from '../../test/support/browser-jar.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import {
  aliceId,
  app,
  callback,
  enterCode,
  githubApp,
  startGitHub,
  startGitHubForFile,
  throughPages,
} from '../../test/vendors/github/github-app.ts'

/** The vendor's SDK, by the base URL that it has for servers of a company's own. */

const server = await startGitHubForFile()
recordRequests('github', 'octokit', server)
const baseUrl = `${server.url}/api/v3`
const common = { Octokit: Octokit.defaults({ baseUrl }), baseUrl, redirectUrl: callback }
const oauth = new OAuthApp({ clientId: app.client_id, clientSecret: app.client_secret, ...common })
const ghApp = new OAuthApp({ clientType: 'github-app', clientId: githubApp.client_id, clientSecret: githubApp.client_secret, ...common })

/** The code that comes back of an address that the SDK made. */
async function codeFrom(url: string): Promise<string> {
  const jar = new Jar()
  const { location } = await throughPages(jar, await jar.open(url), server.url)
  return location?.searchParams.get('code') ?? ''
}

describe('@octokit/oauth-app as an OAuth app', () => {
  const sign = () => codeFrom(oauth.getWebFlowAuthorizationUrl({ scopes: ['user:email', 'read:org'], state: 's' }).url)

  test('makes a token of a code, checks, resets and deletes it', async () => {
    const { authentication } = await oauth.createToken({ code: await sign() })
    expect(authentication).toMatchObject({ tokenType: 'oauth', clientType: 'oauth-app', scopes: ['user:email,read:org'] })
    const { data } = await oauth.checkToken({ token: authentication.token })
    expect(data).toMatchObject({ user: { login: 'alice', id: aliceId }, scopes: ['user:email', 'read:org'] })
    const reset = await oauth.resetToken({ token: authentication.token })
    await expect(oauth.checkToken({ token: authentication.token })).rejects.toMatchObject({ status: 404 })
    const { token } = reset.authentication
    expect((await oauth.deleteToken({ token })).status).toBe(204)
    await expect(oauth.checkToken({ token })).rejects.toMatchObject({ status: 404 })
  })

  test('speaks for its user, until the authorization is deleted', async () => {
    const { authentication } = await oauth.createToken({ code: await sign() })
    const octokit = await oauth.getUserOctokit({ token: authentication.token, scopes: authentication.scopes })
    expect((await octokit.request('GET /user')).data).toMatchObject({ login: 'alice', type: 'User' })
    expect((await octokit.request('GET /user/emails')).data).toHaveLength(2)
    expect((await octokit.request('GET /user/orgs')).data.map(({ login }: { login: string }) => login)).toContain('example-org')
    expect((await oauth.deleteAuthorization({ token: authentication.token })).status).toBe(204)
    await expect(octokit.request('GET /user')).rejects.toMatchObject({ status: 401, message: expect.stringContaining('Bad credentials') })
  })

  test('reads errors in answers with status 200', async () => {
    await expect(oauth.createToken({ code: 'x' })).rejects.toThrow('The code passed is incorrect or expired. (bad_verification_code')
    const wrong = new OAuthApp({ clientId: app.client_id, clientSecret: 'x', ...common })
    await expect(wrong.createToken({ code: await sign() })).rejects.toThrow('incorrect_client_credentials')
  })

  test('signs in on a device', async () => {
    const { authentication } = await oauth.createToken({
      scopes: ['gist'],
      onVerification: ({ user_code, verification_uri }) => enterCode(verification_uri, user_code),
    })
    expect(authentication).toMatchObject({ scopes: ['gist'], token: expect.stringMatching(/^gho_/) })
  })
})

describe('@octokit/oauth-app as a GitHub App', () => {
  test('makes, refreshes and scopes tokens that expire', async () => {
    const { authentication } = await ghApp.createToken({ code: await codeFrom(ghApp.getWebFlowAuthorizationUrl({ state: 's' }).url) })
    if (!('refreshToken' in authentication)) throw new Error('the token does not expire')
    const eight = Date.parse(authentication.expiresAt ?? '') - server.clock.now()
    expect(Math.abs(eight - 8 * 3_600_000)).toBeLessThan(5000)
    const refreshed = await ghApp.refreshToken({ refreshToken: authentication.refreshToken })
    expect(refreshed.authentication.token).toMatch(/^ghu_/)
    await expect(ghApp.refreshToken({ refreshToken: authentication.refreshToken })).rejects.toThrow('bad_refresh_token')
  })

  test('narrows a token to the installations of an account', async () => {
    const { authentication } = await ghApp.createToken({ code: await codeFrom(ghApp.getWebFlowAuthorizationUrl({ state: 's' }).url) })
    const wanted = { token: authentication.token, target: 'example-org', repositories: ['notes'] }
    const scoped = await ghApp.scopeToken(wanted)
    expect(scoped.data.installation?.account.login).toBe('example-org')
    expect(scoped.authentication.token).toMatch(/^ghu_/)
  })
})

test('@octokit/auth-oauth-device gets a token, and waits as it is told', { timeout: 30_000 }, async () => {
  // Two polls at exactly their interval cannot be asked again as they were: a server of its own is not recorded.
  const own = await startGitHub()
  const auth = createOAuthDeviceAuth({
    clientType: 'oauth-app',
    clientId: app.client_id,
    scopes: ['repo'],
    // The first poll comes at once, before the user is done.
    onVerification({ user_code, verification_uri }) {
      setTimeout(() => void enterCode(verification_uri, user_code), 500)
    },
    request: request.defaults({ baseUrl: `${own.url}/api/v3` }),
  })
  const { token, scopes } = await auth({ type: 'oauth' })
  expect([token.slice(0, 4), scopes]).toEqual(['gho_', ['repo']])
})
