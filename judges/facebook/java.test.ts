import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { app, callback, startFacebookForFile, throughPages } from '../../test/vendors/facebook/facebook-app.ts'
import { inJava, javaLedTo, prepare, tryOut } from '../foreign.ts'

/** Spring Security's CommonOAuth2Provider.FACEBOOK, unchanged and through the proxy; what it does is in `java/Trials.java`. */

const judge = inJava(join(import.meta.dirname, 'java'))
const missing = await prepare(judge)
const server = await startFacebookForFile()
if (missing === undefined) recordRequests('facebook', 'java', server)
const led = missing === undefined ? await javaLedTo(server) : {}

test.for(['login', 'declined', 'refused'])('%s', { timeout: 60_000 }, async (trial, { skip }) => {
  if (missing !== undefined) skip(missing)
  const env = {
    ...led,
    CLIENT_ID: app.client_id,
    CLIENT_SECRET: app.client_secret,
    REDIRECT_URI: callback,
  }
  const as = trial === 'declined' ? ({ username: 'bob', decision: 'deny' } as const) : {}
  const open = (address: string) => throughPages(server.url + address.replace(/^https?:\/\/[^/]+/, ''), as)
  const { code, errors } = await tryOut(judge, trial, env, open)
  expect(code, errors).toBe(0)
})
