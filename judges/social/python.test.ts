import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { appSecretProofs } from '../../test/support/recording/app-secret-proofs.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile, type TestServer } from '../../test/support/server.ts'
import { aliceId, callback, throughPages as throughApple, toldClient, web } from '../../test/vendors/apple/apple-team.ts'
import { aliceId as discordAlice, app as discordApp, throughPages as throughDiscord } from '../../test/vendors/discord/discord-client.ts'
import { app, throughPages as throughFacebook } from '../../test/vendors/facebook/facebook-app.ts'
import { aliceId as slackAlice, app as slackApp, throughPages as throughSlack } from '../../test/vendors/slack/slack-client.ts'
import { inPython, ledTo, prepare, tryOut } from '../foreign.ts'

/** social-auth-core, which has the addresses of Apple, Facebook, Slack and Discord in its code, through the proxy. It is installed where GitHub's judges are. */

const there = inPython(join(import.meta.dirname, '../github/python'))
const judge = { ...there, program: ['.venv/bin/python', join(import.meta.dirname, 'vendors.py')] as const }
const missing = await prepare(judge)

/** The user: bob, who lets no app in, or else alice. */
const userOf = (trial: string) => (trial.endsWith('cancelled') ? ({ username: 'bob', decision: 'deny' } as const) : {})

/** The browser, which the tests have at our http port. */
function atServer({ url }: TestServer, address: string): string {
  const { pathname, search } = new URL(address)
  return url + pathname + search
}

describe('Apple', async () => {
  const server = await startForFile({ defaultProvider: 'apple' })
  if (missing === undefined) recordRequests('apple', 'python', server)
  const { client_key } = await toldClient(server)
  const env = {
    ...(await ledTo(server)).all,
    REDIRECT_URI: callback,
    CLIENT_ID: web,
    CLIENT_SECRET: client_key?.private_key ?? '',
    TEAM: client_key?.team_id ?? '',
    KEY: client_key?.key_id ?? '',
    SUB: aliceId,
  }

  /** What is posted stands in the query. */
  async function opens(address: string, trial: string): Promise<URL> {
    const { back, fields } = await throughApple(atServer(server, address), userOf(trial))
    back.search = new URLSearchParams(fields).toString()
    return back
  }

  test.for(['apple_sign_in', 'apple_cancelled', 'apple_refused'])('social-auth-core: %s', { timeout: 60_000 }, async (trial, { skip }) => {
    if (missing !== undefined) skip(missing)
    const { code, errors } = await tryOut(judge, trial, env, (address) => opens(address, trial))
    expect(code, errors).toBe(0)
  })
})

describe('Facebook', async () => {
  const server = await startForFile({ defaultProvider: 'facebook' })
  if (missing === undefined) recordRequests('facebook', 'python', server, appSecretProofs)
  const env = { ...(await ledTo(server)).all, REDIRECT_URI: callback, CLIENT_ID: app.client_id, CLIENT_SECRET: app.client_secret }

  test.for(['facebook_sign_in', 'facebook_cancelled', 'facebook_refused'])(
    'social-auth-core: %s',
    { timeout: 60_000 },
    async (trial, { skip }) => {
      if (missing !== undefined) skip(missing)
      const { code, errors } = await tryOut(judge, trial, env, (address) => throughFacebook(atServer(server, address), userOf(trial)))
      expect(code, errors).toBe(0)
    },
  )
})

const others = [
  {
    vendor: 'slack',
    client: slackApp,
    sub: slackAlice,
    through: (address: string, cancels: boolean) => throughSlack(address, undefined, cancels ? 'cancel' : undefined),
  },
  {
    vendor: 'discord',
    client: discordApp,
    sub: discordAlice,
    through: (address: string, cancels: boolean) => throughDiscord(address, undefined, cancels ? 'false' : undefined),
  },
] as const

describe.each(others)('$vendor', async ({ vendor, client, sub, through }) => {
  const server = await startForFile({ defaultProvider: vendor })
  if (missing === undefined) recordRequests(vendor, 'python', server)
  const env = {
    ...(await ledTo(server)).all,
    ...{ CLIENT_ID: client.client_id, CLIENT_SECRET: client.client_secret, SUB: sub, REDIRECT_URI: 'http://127.0.0.1/callback' },
  }

  test.for(['sign_in', 'cancelled', 'refused'])('social-auth-core: %s', { timeout: 60_000 }, async (trial, { skip }) => {
    if (missing !== undefined) skip(missing)
    const { code, errors } = await tryOut(judge, `${vendor}_${trial}`, env, async (address) => {
      const back = await through(atServer(server, address), trial === 'cancelled')
      if (back === undefined) throw new Error(`no way back from ${address}`)
      return back
    })
    expect(code, errors).toBe(0)
  })
})
