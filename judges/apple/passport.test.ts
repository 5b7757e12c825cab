import Strategy from 'passport-apple'
import { expect, test } from 'vitest'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { claimsOf } from '../../test/support/vendor-client.ts'
import { aliceId, callback, startTeamForFile, throughPages, toldClient, vendorHost, web } from '../../test/vendors/apple/apple-team.ts'
import { leadHere } from '../lead-here.ts'

/** passport-apple, unchanged and pointed by its options. */

const server = await startTeamForFile()
await leadHere(server)
recordRequests('apple', 'passport', server)
const { client_key } = await toldClient(server)

interface Told {
  idToken: string
  name: unknown
}

type Outcome = { redirect: string } | { told: Told } | { error: unknown }

function strategyOf(more: object): Strategy {
  const options = {
    clientID: web,
    teamID: client_key?.team_id ?? '',
    keyID: client_key?.key_id ?? '',
    privateKeyString: client_key?.private_key ?? '',
    callbackURL: callback,
    passReqToCallback: true as const,
    ...more,
  }
  return new Strategy(
    options as ConstructorParameters<typeof Strategy>[0],
    ((
      request: { appleProfile?: { name: unknown } },
      _accessToken: string,
      _refreshToken: string,
      idToken: string,
      _profile: unknown,
      done: (error: null, told: Told) => void,
    ) => done(null, { idToken, name: request.appleProfile?.name })) as ConstructorParameters<typeof Strategy>[1],
  )
}

/** One request of the browser, in which Passport calls the strategy. */
function visit(strategy: Strategy, body?: Record<string, string>): Promise<Outcome> {
  return new Promise((resolve) => {
    const actions = {
      redirect: (redirect: string) => resolve({ redirect }),
      success: (told: Told) => resolve({ told }),
      fail: (error: unknown) => resolve({ error }),
      error: (error: unknown) => resolve({ error }),
    }
    Object.assign(Object.create(strategy), actions).authenticate({ query: {}, body, session: {} }, {})
  })
}

test.each([
  ['unchanged', {}, vendorHost],
  [
    'by its options',
    { authorizationURL: `${server.url}/apple/auth/authorize`, tokenURL: `${server.url}/apple/auth/token` },
    `${server.url}/apple`,
  ],
])('signs a user in, %s', async (_how, options, issuer) => {
  const strategy = strategyOf(options)
  const begun = await visit(strategy)
  if (!('redirect' in begun)) throw new Error('no redirect')
  const { fields } = await throughPages(begun.redirect)
  const outcome = await visit(strategy, fields)
  expect(claimsOf('told' in outcome && outcome.told.idToken)).toMatchObject({ iss: issuer, sub: aliceId, aud: web })
  expect(await visit(strategy, fields)).toMatchObject({ error: { code: 'invalid_grant', message: 'The code has already been used.' } })
})
