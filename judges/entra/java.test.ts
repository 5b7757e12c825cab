import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Jar } from '../../test/support/browser-jar.ts'
import { alice, api, callback, homeTenant, ordersScope, signIn, startEntra, tokensOf, web } from '../../test/support/entra-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { inJava, javaLedTo, prepare, tryOut } from '../foreign.ts'

/** MSAL for Java, unchanged and through the proxy; what it does is in `java/Trials.java`. */

const judge = inJava(join(import.meta.dirname, 'java'))
const missing = await prepare(judge)
const server = await startEntra()
if (missing === undefined) recordRequests('entra', 'java', server)
const led = missing === undefined ? await javaLedTo(server) : {}

/** The user in the browser, which the tests have at our http port. */
async function throughSignIn(address: string): Promise<URL> {
  const jar = new Jar()
  const { pathname, search } = new URL(address)
  const { location } = await signIn(jar, await jar.open(server.url + pathname + search), server.url)
  if (location === undefined) throw new Error('no way back')
  return location
}

test.for(['clientCredentials', 'codeAndSilently', 'onBehalfOf', 'refusals'])('%s', async (trial, { skip }) => {
  if (missing !== undefined) skip(missing)
  const { access_token } = await tokensOf(server.url, { scope: ordersScope })
  const env = {
    BASE: 'https://login.microsoftonline.com',
    ...led,
    TENANT: homeTenant,
    CLIENT_ID: web.client_id,
    CLIENT_SECRET: web.client_secret,
    API_ID: api.client_id,
    API_SECRET: api.client_secret,
    USERNAME: alice.username,
    CALLER_TOKEN: String(access_token),
    REDIRECT_URI: callback,
  }
  const { code, errors } = await tryOut(judge, trial, env, throughSignIn)
  expect(code, errors).toBe(0)
})
