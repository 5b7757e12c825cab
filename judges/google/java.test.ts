import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aliceId, callback, throughPages, web } from '../../test/support/google-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { inJava, javaLedTo, prepare, tryOut } from '../foreign.ts'

/** Spring Security's CommonOAuth2Provider.GOOGLE, unchanged and through the proxy; what it does is in `java/Trials.java`. */

const judge = inJava(join(import.meta.dirname, 'java'))
const missing = await prepare(judge)
const server = await startForFile({ defaultProvider: 'google' })
if (missing === undefined) recordRequests('google', 'java', server)
const led = missing === undefined ? await javaLedTo(server) : {}

test.for(['login', 'wrongSecret'])('%s', async (trial, { skip }) => {
  if (missing !== undefined) skip(missing)
  const env = {
    ...led,
    CLIENT_ID: web.client_id,
    CLIENT_SECRET: web.client_secret,
    REDIRECT_URI: callback,
    SUB: aliceId,
  }
  const open = (address: string) => throughPages(server.url + address.replace(/^https?:\/\/[^/]+/, ''))
  const { code, errors } = await tryOut(judge, trial, env, open)
  expect(code, errors).toBe(0)
})
