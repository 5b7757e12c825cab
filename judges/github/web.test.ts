import GitHub from '@auth/core/providers/github'
import { Strategy } from 'passport-github2'
import { describe, expect, test } from 'vitest'
import { Jar } from '../../test/support/browser-jar.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { app, callback, register, startGitHubForFile, throughPages } from '../../test/vendors/github/github-app.ts'
import { authJs, grantApp, origin } from '../applications.ts'

/** Libraries for web apps, by the addresses that their options take. */

const server = await startGitHubForFile()
const { url } = server
recordRequests('github', 'web', server)

/** A user in a new browser, who takes the address that an app made; gives where he comes back, and with `0` declines. */
async function signsIn(address: string, login = 'alice', decision = '1'): Promise<URL> {
  const jar = new Jar()
  const { location } = await throughPages(jar, await jar.open(address), url, login, decision)
  return location ?? new URL('about:blank')
}

describe('passport-github2', () => {
  type Outcome = { redirect: string } | { user: unknown } | { fail: unknown } | { error: unknown }
  const options = {
    authorizationURL: `${url}/login/oauth/authorize`,
    tokenURL: `${url}/login/oauth/access_token`,
    userProfileURL: `${url}/user`,
    userEmailURL: `${url}/user/emails`,
    clientID: app.client_id,
    clientSecret: app.client_secret,
    callbackURL: callback,
    scope: ['read:user', 'user:email'],
  }
  const strategyOf = (more: object = {}) =>
    new Strategy(
      { ...options, ...more },
      (accessToken: string, _refresh: string, profile: object, done: (error: null, user: object) => void) =>
        done(null, { accessToken, profile }),
    )

  /** One request of the browser to the app. */
  function visit(strategy: Strategy, query: Record<string, string> = {}): Promise<Outcome> {
    return new Promise((resolve) => {
      const actions = {
        redirect: (redirect: string) => resolve({ redirect }),
        success: (user: unknown) => resolve({ user }),
        fail: (fail: unknown) => resolve({ fail }),
        error: (error: unknown) => resolve({ error }),
      }
      Object.assign(Object.create(strategy), actions).authenticate({ query, session: {} }, {})
    })
  }

  async function signIn(strategy: Strategy, login?: string, decision?: string): Promise<Outcome> {
    const begun = await visit(strategy)
    const back = await signsIn('redirect' in begun ? begun.redirect : '', login, decision)
    return visit(strategy, Object.fromEntries(back.searchParams))
  }

  test('signs in by a form, and finds the primary address where the profile has none', async () => {
    expect(await signIn(strategyOf(), 'bob')).toMatchObject({
      user: {
        accessToken: expect.stringMatching(/^gho_/),
        profile: { provider: 'github', username: 'bob', displayName: 'Bob Baker', emails: [{ value: 'bob@example.com' }] },
      },
    })
  })

  test('fails when the user declines, and for a wrong secret', async () => {
    expect(await signIn(strategyOf(), 'alice', '0')).toMatchObject({ fail: { message: 'The user has denied your application access.' } })
    expect(await signIn(strategyOf({ clientSecret: 'x' }))).toMatchObject({ error: {} })
  })
})

test('grant brings tokens and profile', async () => {
  const application = await grantApp('github', {
    authorize_url: `${url}/login/oauth/authorize`,
    access_url: `${url}/login/oauth/access_token`,
    profile_url: `${url}/user`,
    key: app.client_id,
    secret: app.client_secret,
    scope: ['user', 'gist'],
    pkce: true,
    response: ['tokens', 'raw', 'profile'],
  })
  await register(server, 'http://localhost/connect/github/callback')
  expect(await application.finish(await signsIn(await application.begin()))).toMatchObject({
    access_token: expect.stringMatching(/^gho_/),
    raw: { scope: 'user,gist', token_type: 'bearer' },
    profile: { login: 'alice' },
  })
})

test('Auth.js checks the issuer of the callback, and signs in at the base URL of a server of a company’s own', async () => {
  await register(server, `${origin}/auth/callback/github`)
  const provider = GitHub({ clientId: app.client_id, clientSecret: app.client_secret, enterprise: { baseUrl: url } })
  const application = authJs('github', provider)
  const back = await signsIn(await application.begin(), 'bob')
  expect(back.searchParams.get('iss')).toBe(`${url}/login/oauth`)
  expect(await application.finish(back)).toMatchObject({
    user: { name: 'Bob Baker', email: 'bob@example.com', image: `${url}/u/583232?v=4` },
  })
})
