import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startForFile } from '../../test/support/server.ts'
import { aliceId, callback, throughPages as throughApple, toldClient, web } from '../../test/vendors/apple/apple-team.ts'
import { app, throughPages as throughFacebook } from '../../test/vendors/facebook/facebook-app.ts'
import { inPython, prepare, tryOut } from '../foreign.ts'

/** social-auth-core, which has Apple's and Facebook's addresses in its code, through the proxy. It is installed where GitHub's judges are. */

const folder = await mkdtemp(join(tmpdir(), 'grantbox-'))
afterAll(() => rm(folder, { recursive: true }))
const there = inPython(join(import.meta.dirname, '../github/python'))
const judge = { ...there, program: ['.venv/bin/python', join(import.meta.dirname, 'apple_and_facebook.py')] as const }
const missing = await prepare(judge)
const server = await startForFile({ defaultProvider: 'apple' })
const ca = join(folder, 'ca.pem')
await writeFile(ca, await server.ca())
const { client_key } = await toldClient(server)

const env = {
  CLIENT_ID: app.client_id,
  CLIENT_SECRET: app.client_secret,
  APPLE_CLIENT: web,
  APPLE_TEAM: client_key?.team_id ?? '',
  APPLE_KEY: client_key?.key_id ?? '',
  APPLE_PRIVATE_KEY: client_key?.private_key ?? '',
  APPLE_SUB: aliceId,
  REDIRECT_URI: callback,
  HTTPS_PROXY: server.url,
  https_proxy: server.url,
  NO_PROXY: 'localhost,127.0.0.1',
  REQUESTS_CA_BUNDLE: ca,
}

/** The user in the browser, which the tests have at our http port: bob, who lets no app in, or else alice. What is posted stands in the query. */
async function opens(address: string, trial: string): Promise<URL> {
  const { host, pathname, search } = new URL(address)
  const as = trial.endsWith('cancelled') ? ({ username: 'bob', decision: 'deny' } as const) : {}
  if (host === 'www.facebook.com') return throughFacebook(`${server.url}/facebook${pathname}${search}`, as)
  const { back, fields } = await throughApple(`${server.url}${pathname}${search}`, as)
  back.search = new URLSearchParams(fields).toString()
  return back
}

test.for([...['apple_sign_in', 'apple_cancelled', 'apple_refused'], ...['facebook_sign_in', 'facebook_cancelled', 'facebook_refused']])(
  'social-auth-core: %s',
  { timeout: 60_000 },
  async (trial, { skip }) => {
    if (missing !== undefined) skip(missing)
    const { code, errors } = await tryOut(judge, trial, env, (address) => opens(address, trial))
    expect(code, errors).toBe(0)
  },
)
