import GitHub from '@auth/core/providers/github'
import { createOAuthDeviceAuth } from '@octokit/auth-oauth-device'
import { OAuthApp } from '@octokit/oauth-app'
import { GitHub as ArcticGitHub } from 'arctic'
import { expect, test } from 'vitest'
import { Jar } from '../../test/support/browser-jar.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { app, callback, enterCode, githubApp, register, startGitHubForFile, throughPages } from '../../test/vendors/github/github-app.ts'
import { authJs, betterAuthApp, grantApp, origin } from '../applications.ts'
import { leadHere } from '../lead-here.ts'

/** Clients that have GitHub's addresses in their code, and are led here. */

const server = await startGitHubForFile()
await leadHere(server)
recordRequests('github', 'unchanged', server)
const site = 'https://github.com'

async function signsIn(address: URL | string, login = 'alice', decision = '1'): Promise<URL> {
  const jar = new Jar()
  const { location } = await throughPages(jar, await jar.open(String(address)), site, login, decision)
  return location ?? new URL('about:blank')
}

test('arctic signs a user in, and reads what is wrong', async () => {
  const github = new ArcticGitHub(app.client_id, app.client_secret, callback)
  const back = await signsIn(github.createAuthorizationURL('state', ['user:email']))
  expect(back.searchParams.get('iss')).toBe(`${site}/login/oauth`)
  const tokens = await github.validateAuthorizationCode(back.searchParams.get('code') ?? '')
  expect([tokens.tokenType(), tokens.hasRefreshToken()]).toEqual(['bearer', false])
  await expect(github.validateAuthorizationCode('x')).rejects.toMatchObject({ code: 'bad_verification_code' })
  const wrong = new ArcticGitHub(app.client_id, 'x', callback)
  await expect(wrong.validateAuthorizationCode('x')).rejects.toMatchObject({ code: 'incorrect_client_credentials' })
})

test('arctic refreshes the token of a GitHub App', async () => {
  const github = new ArcticGitHub(githubApp.client_id, githubApp.client_secret, callback)
  const back = await signsIn(github.createAuthorizationURL('state', []))
  const tokens = await github.validateAuthorizationCode(back.searchParams.get('code') ?? '')
  expect((await github.refreshAccessToken(tokens.refreshToken())).accessToken()).toMatch(/^ghu_/)
  await expect(github.refreshAccessToken(tokens.refreshToken())).rejects.toMatchObject({ code: 'bad_refresh_token' })
})

test('better-auth signs a user in, and hears of one who declines', async () => {
  await register(server, `${origin}/api/auth/callback/github`)
  const options = { github: { clientId: app.client_id, clientSecret: app.client_secret } }
  const another = betterAuthApp('github', options)
  await expect(another.finish(await signsIn(await another.begin(), 'alice', '0'))).resolves.toContain('error=access_denied')
  const application = betterAuthApp('github', options)
  expect(await application.finish(await signsIn(await application.begin(), 'bob'))).toMatchObject({
    user: { name: 'Bob Baker', email: 'bob@example.com', emailVerified: true },
  })
})

test('Auth.js signs a user in, and checks the issuer', async () => {
  await register(server, `${origin}/auth/callback/github`)
  const application = authJs('github', GitHub({ clientId: app.client_id, clientSecret: app.client_secret }))
  expect(await application.finish(await signsIn(await application.begin(), 'bob'))).toMatchObject({
    user: { name: 'Bob Baker', email: 'bob@example.com', image: 'https://avatars.githubusercontent.com/u/583232?v=4' },
  })
})

test('grant brings tokens and profile', async () => {
  const keys = { key: app.client_id, secret: app.client_secret }
  const application = await grantApp('github', { ...keys, scope: ['user'], response: ['tokens', 'profile'] })
  await register(server, 'http://localhost/connect/github/callback')
  expect(await application.finish(await signsIn(await application.begin()))).toMatchObject({ profile: { login: 'alice' } })
})

test('octokit makes and checks a token, and signs in on a device', async () => {
  const oauth = new OAuthApp({ clientId: app.client_id, clientSecret: app.client_secret, redirectUrl: callback })
  const back = await signsIn(oauth.getWebFlowAuthorizationUrl({ scopes: ['repo'], state: 's' }).url)
  const { authentication } = await oauth.createToken({ code: back.searchParams.get('code') ?? '' })
  const { data } = await oauth.checkToken({ token: authentication.token })
  expect(data).toMatchObject({ scopes: ['repo'], user: { login: 'alice', url: 'https://api.github.com/users/alice' } })
  const device = createOAuthDeviceAuth({
    clientType: 'oauth-app',
    clientId: app.client_id,
    onVerification: ({ user_code, verification_uri }) => enterCode(verification_uri, user_code),
  })
  expect((await device({ type: 'oauth' })).token).toMatch(/^gho_/)
})
