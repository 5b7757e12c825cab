import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aliceId, callback, keyFileOf, throughPages, web } from '../../test/support/google-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { assertionProofs } from '../../test/vendors/google/assertion-proofs.ts'
import { inPython, ledTo, prepare, tryOut } from '../foreign.ts'

/** google-auth, google-auth-oauthlib, authlib and social-auth-core; what they do is in `python/trials.py`. */

const judge = inPython(join(import.meta.dirname, 'python'))
const missing = await prepare(judge)
const server = await startForFile({ defaultProvider: 'google' })
if (missing === undefined) recordRequests('google', 'python', server, assertionProofs)
const { trust, all } = await ledTo(server)

const env = {
  BASE: server.url,
  CLIENT_ID: web.client_id,
  CLIENT_SECRET: web.client_secret,
  REDIRECT_URI: callback,
  SUB: aliceId,
}
const keyFile = async (at: 'here' | 'vendor') => JSON.stringify(await keyFileOf(server.url, at))
const pointed = { ...trust, OAUTHLIB_INSECURE_TRANSPORT: '1', KEY_FILE: await keyFile('here') }
const unchanged = { ...all, KEY_FILE: await keyFile('vendor') }

/** The user in the browser, which the tests have at our http port. */
const open = (address: string) => throughPages(server.url + address.replace(/^https?:\/\/[^/]+/, ''), { granted: '*' })
const trials = ['code', 'scope_has_changed', 'refusals', 'service_accounts', 'authlib']

test.for([
  ...trials.map((trial) => ['by their options', trial, pointed] as const),
  ...[...trials, 'social_auth'].map((trial) => ['unchanged', trial, unchanged] as const),
])('%s: %s', async ([, trial, where], { skip }) => {
  if (missing !== undefined) skip(missing)
  const { code, errors } = await tryOut(judge, trial, { ...env, ...where }, open)
  expect(code, errors).toBe(0)
})
