import { type Profile, Strategy, type StrategyOptions } from 'passport-facebook'
import { expect, test } from 'vitest'
import { appSecretProofs } from '../../test/support/recording/app-secret-proofs.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { app, callback, change, scoped, startFacebookForFile, throughPages } from '../../test/vendors/facebook/facebook-app.ts'
import { leadHere } from '../lead-here.ts'

/** passport-facebook, unchanged and pointed by its options. */

const server = await startFacebookForFile()
await leadHere(server)
recordRequests('facebook', 'passport', server, appSecretProofs)

type Outcome = { redirect: string } | { profile: Profile } | { fail: unknown } | { error: Error & { code?: unknown; type?: string } }

function strategyOf(more: Partial<StrategyOptions>): Strategy {
  const options = {
    clientID: app.client_id,
    clientSecret: app.client_secret,
    callbackURL: callback,
    profileFields: ['id', 'displayName', 'emails', 'picture.type(large)'],
    enableProof: true,
    ...more,
  }
  return new Strategy(options, (_accessToken, _refreshToken, profile, done) => done(null, profile))
}

/** One request of the browser, in which Passport calls the strategy. */
function visit(strategy: Strategy, query: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const actions = {
      redirect: (redirect: string) => resolve({ redirect }),
      success: (profile: Profile) => resolve({ profile }),
      fail: (fail: unknown) => resolve({ fail }),
      error: (error: Error) => resolve({ error }),
    }
    const request = { query, session: {} } as unknown as Parameters<Strategy['authenticate']>[0]
    Object.assign(Object.create(strategy), actions).authenticate(request, { scope: ['email'] })
  })
}

async function back(strategy: Strategy, decision?: 'deny'): Promise<Outcome> {
  const begun = await visit(strategy)
  if (!('redirect' in begun)) throw new Error('no redirect')
  const { searchParams } = await throughPages(begun.redirect, decision && { username: 'bob', decision })
  return visit(strategy, Object.fromEntries(searchParams))
}

const pointed = {
  authorizationURL: `${server.url}/facebook/v24.0/dialog/oauth`,
  tokenURL: `${server.url}/facebook/v24.0/oauth/access_token`,
  profileURL: `${server.url}/facebook/v24.0/me`,
}

test.each([
  ['unchanged', {}],
  ['by its options', pointed],
])('signs a user in with a proof, %s', async (_how, options) => {
  await change(server, { require_app_secret_proof: true })
  const outcome = await back(strategyOf(options))
  await change(server, { require_app_secret_proof: null })
  expect(outcome).toMatchObject({
    profile: {
      id: expect.stringMatching(scoped),
      displayName: 'Alice Arnold',
      emails: [{ value: 'alice@example.com' }],
      photos: [{ value: expect.stringMatching(/\/picture$/) }],
    },
  })
})

test('hears of a user who cancels, of a wrong code and of a wrong secret', async () => {
  expect(await back(strategyOf({}), 'deny')).toEqual({ fail: { message: 'Permissions error' } })
  expect(await visit(strategyOf({}), { code: 'x' })).toMatchObject({
    error: { name: 'FacebookTokenError', message: 'Invalid verification code format.', type: 'OAuthException', code: 100 },
  })
  expect(await visit(strategyOf({ clientSecret: 'x' }), { code: 'x' })).toMatchObject({
    error: { message: 'Error validating client secret.', code: 1 },
  })
})
