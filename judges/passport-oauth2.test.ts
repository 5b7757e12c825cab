import OAuth2Strategy from 'passport-oauth2'
import { describe, expect, test } from 'vitest'
import { addClient } from '../test/support/iokids-setup.ts'
import { startForFile } from '../test/support/server.ts'
import { post, userinfoStatus, web } from '../test/support/standard-client.ts'
import { callback } from '../test/support/standard-sign-in.ts'
import { throughSignIn } from '../test/support/through-sign-in.ts'

/** passport-oauth2, which most of Passport's strategies are made of, driven as Passport drives a strategy. */

const server = await startForFile({ defaultProvider: 'standard' })
const sandbox = server.sandbox()
const app = sandbox.directory.listApps()[0]

interface Profile {
  access_token: string
  refresh_token: string
  granted: Record<string, unknown>
}

type Outcome = { redirect: URL } | { user: Profile } | { fail: unknown; status: number | undefined } | { error: unknown }

function strategyOf(options: Partial<OAuth2Strategy.StrategyOptions> = {}): OAuth2Strategy {
  return new OAuth2Strategy(
    {
      authorizationURL: `${server.url}/authorize`,
      tokenURL: `${server.url}/token`,
      clientID: web.client_id,
      clientSecret: web.client_secret,
      callbackURL: callback,
      scope: ['openid', 'profile'],
      state: true,
      pkce: true,
      ...options,
    },
    (
      access_token: string,
      refresh_token: string,
      granted: Record<string, unknown>,
      _profile: unknown,
      done: OAuth2Strategy.VerifyCallback,
    ) => done(null, { access_token, refresh_token, granted } as never),
  )
}

/** One request of the browser to the application, in which Passport calls the strategy. */
function visit(strategy: OAuth2Strategy, session: object, query: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const actions = {
      redirect: (url: string) => resolve({ redirect: new URL(url) }),
      success: (user: Profile) => resolve({ user }),
      fail: (fail: unknown, status?: number) => resolve({ fail, status }),
      error: (error: unknown) => resolve({ error }),
    }
    const request = { query, session } as unknown as Parameters<OAuth2Strategy['authenticate']>[0]
    Object.assign(Object.create(strategy), actions).authenticate(request, {})
  })
}

/** The way to grantbox and back, in one browser session of the application. */
async function signIn(strategy: OAuth2Strategy, change: (query: Record<string, string>) => void = () => {}): Promise<Outcome> {
  const session = {}
  const begun = await visit(strategy, session)
  if (!('redirect' in begun)) throw new Error(`no redirect: ${JSON.stringify(begun)}`)
  const query = Object.fromEntries((await throughSignIn(begun.redirect)).searchParams)
  change(query)
  return visit(strategy, session, query)
}

test('signs a user in with state and PKCE, and its tokens work', async () => {
  const outcome = await signIn(strategyOf())
  if (!('user' in outcome)) throw new Error(JSON.stringify(outcome))
  const { access_token, refresh_token, granted } = outcome.user
  expect(granted).toMatchObject({ token_type: 'Bearer', expires_in: 3600, id_token: expect.any(String) })
  expect(await userinfoStatus(server.url, access_token)).toBe(200)
  expect((await post(server.url, '/token', { grant_type: 'refresh_token', refresh_token, ...web })).status).toBe(200)
})

test('signs in for a public client, with an empty secret', async () => {
  expect(await signIn(strategyOf({ clientID: 'standard-spa', clientSecret: '' }))).toHaveProperty('user')
})

describe('reads the errors of grantbox', () => {
  test('at the callback: a denial fails the sign-in', async () => {
    const outcome = await visit(strategyOf(), {}, { error: 'access_denied', error_description: 'The user denied access' })
    expect(outcome).toMatchObject({ fail: { message: 'The user denied access' } })
  })

  test('at the token endpoint: a code that came twice is invalid_grant', async () => {
    const strategy = strategyOf()
    const session = {}
    const begun = await visit(strategy, session)
    const query = Object.fromEntries((await throughSignIn('redirect' in begun ? begun.redirect : '')).searchParams)
    const again = structuredClone(session)
    expect(await visit(strategy, session, query)).toHaveProperty('user')
    expect(await visit(strategy, again, query)).toMatchObject({ error: { name: 'TokenError', code: 'invalid_grant' } })
  })

  test('at the token endpoint: a wrong secret is invalid_client', async () => {
    expect(await signIn(strategyOf({ clientSecret: 'wrong' }))).toMatchObject({ error: { name: 'TokenError', code: 'invalid_client' } })
  })
})

test('refuses a callback whose state is not that of the session', async () => {
  const outcome = await signIn(strategyOf(), (query) => {
    query.state = 'other'
  })
  expect(outcome).toMatchObject({ fail: { message: 'Invalid authorization request state.' }, status: 403 })
})

test('without PKCE, for a client that registered client_secret_post', async () => {
  const { client_id, client_secret } = addClient(sandbox, {}, app)
  expect(await signIn(strategyOf({ clientID: client_id, clientSecret: client_secret ?? '', pkce: false }))).toHaveProperty('user')
})
