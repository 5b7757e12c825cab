import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Jar } from '../../test/support/browser-jar.ts'
import { alice, api, callback, homeTenant, signIn, spa, startEntra, web } from '../../test/support/entra-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { inPython, prepare, tryOut } from '../foreign.ts'

/** MSAL for Python and azure-identity; what they do is in `python/trials.py`. */

const judge = inPython(join(import.meta.dirname, 'python'))
const missing = await prepare(judge)
const server = await startEntra()
recordRequests('entra', 'python', server)
const folder = await mkdtemp(join(tmpdir(), 'grantbox-'))
afterAll(() => rm(folder, { recursive: true }))
const ca = join(folder, 'ca.pem')
await writeFile(ca, await server.ca())

const env = {
  CONTROL: server.url,
  TENANT: homeTenant,
  CLIENT_ID: web.client_id,
  CLIENT_SECRET: web.client_secret,
  PUBLIC_CLIENT_ID: spa.client_id,
  API_ID: api.client_id,
  API_SECRET: api.client_secret,
  USERNAME: alice.username,
  PASSWORD: alice.password,
  REDIRECT_URI: callback,
  REQUESTS_CA_BUNDLE: ca,
  NO_PROXY: 'localhost,127.0.0.1',
}

const pointed = { BASE: server.https, GRAPH: server.https }
const unchanged = { BASE: 'https://login.microsoftonline.com', GRAPH: 'https://graph.microsoft.com', HTTPS_PROXY: server.url }

/** The user in the browser, which the tests have at our http port, whatever the address was. */
async function throughSignIn(address: string): Promise<URL> {
  const jar = new Jar()
  const { pathname, search } = new URL(address)
  const { location } = await signIn(jar, await jar.open(server.url + pathname + search), server.url)
  if (location === undefined) throw new Error('no way back')
  return location
}

const trials = ['client_credentials', 'a_domain', 'code_and_silently', 'a_device_code', 'refusals', 'azure_identity']

test.for([
  ...trials.map((trial) => ['at a port of its own', trial, pointed] as const),
  // MSAL asks for the realm of a user at port 443, whatever port the authority has.
  ...[...trials, 'a_password', 'on_behalf_of'].map((trial) => ['unchanged, through the proxy', trial, unchanged] as const),
])('%s: %s', async ([, trial, where], { skip }) => {
  if (missing !== undefined) skip(missing)
  const { code, errors } = await tryOut(judge, trial, { ...env, ...where }, throughSignIn)
  expect(code, errors).toBe(0)
})
