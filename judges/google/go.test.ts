import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Jar } from '../../test/support/browser-jar.ts'
import { alice, callback, keyFileOf, throughPages, tv, web } from '../../test/support/google-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { assertionProofs } from '../../test/vendors/google/assertion-proofs.ts'
import { inGo, ledTo, prepare, tryOut } from '../foreign.ts'

/** x/oauth2 with its package `google`, unchanged and through the proxy; what it does is in `go/main.go`. */

const judge = inGo(join(import.meta.dirname, 'go'))
const missing = await prepare(judge)
const server = await startForFile({ defaultProvider: 'google' })
if (missing === undefined) recordRequests('google', 'go', server, assertionProofs)

const env = {
  ...(await ledTo(server)).all,
  CLIENT_ID: web.client_id,
  CLIENT_SECRET: web.client_secret,
  TV_CLIENT_ID: tv.client_id,
  TV_CLIENT_SECRET: tv.client_secret,
  REDIRECT_URI: callback,
  KEY_FILE: JSON.stringify(await keyFileOf(server.url, 'vendor')),
}

/** The user in the browser, which the tests have at our http port: where the client is called back, or the page of a device. */
async function open(address: string): Promise<URL> {
  const at = server.url + address.replace(/^https?:\/\/[^/]+/, '')
  if (!at.includes('/device?')) return throughPages(at)
  const jar = new Jar()
  const code = new URL(at).searchParams.get('code') ?? ''
  let page = await jar.open(`${server.url}/device`)
  for (const typed of [{ code }, { identifier: alice.identifier }, { Passwd: alice.Passwd }, { decision: 'allow' }]) {
    page = await jar.post(page, server.url, typed)
  }
  return new URL(at)
}

test.for(['code', 'device', 'service_account'])('%s', { timeout: 30_000 }, async (trial, { skip }) => {
  if (missing !== undefined) skip(missing)
  const { code, errors } = await tryOut(judge, trial, env, open)
  expect(code, errors).toBe(0)
})
