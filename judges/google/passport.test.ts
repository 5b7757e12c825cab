import { Strategy, type StrategyOptions } from 'passport-google-oauth20'
import { expect, test } from 'vitest'
import { aliceId, callback, throughPages, web } from '../../test/support/google-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { leadHere } from '../lead-here.ts'

/** passport-google-oauth20, unchanged and pointed by its options: it asks at older addresses, and with the token in the query. */

const server = await startForFile({ defaultProvider: 'google' })
await leadHere(server)
recordRequests('google', 'passport', server)
const { url } = server

interface Told {
  id: string
  emails?: { value: string; verified: boolean }[]
  photos?: { value: string }[]
  refreshToken: string | undefined
}

type Outcome = { redirect: string } | { told: Told } | { error: unknown }

function strategyOf(more: Partial<StrategyOptions> = {}): Strategy {
  return new Strategy(
    { clientID: web.client_id, clientSecret: web.client_secret, callbackURL: callback, scope: ['email', 'profile'], ...more },
    (_accessToken, refreshToken, { id, emails, photos }, done) => done(null, { id, emails, photos, refreshToken } as never),
  )
}

/** One request of the browser, in which Passport calls the strategy. */
function visit(strategy: Strategy, query: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const actions = {
      redirect: (redirect: string) => resolve({ redirect }),
      success: (told: Told) => resolve({ told }),
      fail: (error: unknown) => resolve({ error }),
      error: (error: unknown) => resolve({ error }),
    }
    const options = { accessType: 'offline', prompt: 'consent', includeGrantedScopes: true }
    Object.assign(Object.create(strategy), actions).authenticate({ query, session: {} }, options)
  })
}

test.each([
  ['unchanged', {}],
  [
    'by its options',
    { authorizationURL: `${url}/o/oauth2/v2/auth`, tokenURL: `${url}/oauth2/v4/token`, userProfileURL: `${url}/oauth2/v3/userinfo` },
  ],
])('signs a user in, %s', async (_how, options) => {
  const strategy = strategyOf(options)
  const begun = await visit(strategy)
  if (!('redirect' in begun)) throw new Error('no redirect')
  const query = Object.fromEntries((await throughPages(begun.redirect)).searchParams)
  expect(await visit(strategy, query)).toMatchObject({
    told: { id: aliceId, emails: [{ value: 'alice@example.com', verified: true }], refreshToken: expect.stringMatching(/^1\/\//) },
  })
  expect(await visit(strategy, query)).toMatchObject({ error: { code: 'invalid_grant', message: 'Bad Request' } })
})

test('hears of a user who cancels', async () => {
  const strategy = strategyOf()
  const begun = await visit(strategy)
  if (!('redirect' in begun)) throw new Error('no redirect')
  const back = await throughPages(begun.redirect, { decision: 'deny' })
  expect(await visit(strategy, Object.fromEntries(back.searchParams))).toHaveProperty('error')
})
