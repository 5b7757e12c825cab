import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { app, callback, startFacebookForFile, throughPages } from '../../test/vendors/facebook/facebook-app.ts'
import { inJava, prepare, tryOut } from '../foreign.ts'

/** Spring Security's CommonOAuth2Provider.FACEBOOK, unchanged and through the proxy; what it does is in `java/Trials.java`. */

const folder = await mkdtemp(join(tmpdir(), 'grantbox-'))
afterAll(() => rm(folder, { recursive: true }))
const store = join(folder, 'ca.p12')
const judge = inJava(join(import.meta.dirname, 'java'), [
  `-Djavax.net.ssl.trustStore=${store}`,
  '-Djavax.net.ssl.trustStorePassword=changeit',
])
const missing = await prepare(judge)
const server = await startFacebookForFile()
if (missing === undefined) {
  recordRequests('facebook', 'java', server)
  const pem = join(folder, 'ca.pem')
  await writeFile(pem, await server.ca())
  const kept = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', 'changeit']
  await promisify(execFile)('keytool', ['-importcert', '-noprompt', '-alias', 'grantbox', '-file', pem, ...kept])
}

test.for(['login', 'declined', 'refused'])('%s', { timeout: 60_000 }, async (trial, { skip }) => {
  if (missing !== undefined) skip(missing)
  const env = {
    JAVA_TOOL_OPTIONS: `-Dhttps.proxyHost=localhost -Dhttps.proxyPort=${new URL(server.url).port}`,
    CLIENT_ID: app.client_id,
    CLIENT_SECRET: app.client_secret,
    REDIRECT_URI: callback,
  }
  const as = trial === 'declined' ? ({ username: 'bob', decision: 'deny' } as const) : {}
  const open = (address: string) => throughPages(server.url + address.replace(/^https?:\/\/[^/]+/, ''), as)
  const { code, errors } = await tryOut(judge, trial, env, open)
  expect(code, errors).toBe(0)
})
