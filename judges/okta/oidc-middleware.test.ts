import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { browser } from '../../test/support/browser.ts'
import { alice, custom, web } from '../../test/support/okta-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { signInAt } from '../../test/support/vendor-pages.ts'

/** @okta/oidc-middleware, as an Express app uses it. It brings no types. */

const load = createRequire(import.meta.url)
const express = load('express')
const session = load('express-session')
const { ExpressOIDC } = load('@okta/oidc-middleware')

const server = await startForFile({ defaultProvider: 'okta' })
recordRequests('okta', 'oidc-middleware', server)
const open = browser()

const application = express()
const listener = createServer(application as RequestListener).listen(0, 'localhost')
await once(listener, 'listening')
afterAll(() => {
  listener.closeAllConnections()
  listener.close()
})
const base = `http://localhost:${(listener.address() as AddressInfo).port}`
const registered = await fetch(`${server.url}/_grantbox/sandboxes/okta/apps/0oagrantboxapp000001`, {
  method: 'PATCH',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ redirect_uris: [`${base}/authorization-code/callback`] }),
})
if (!registered.ok) throw new Error(await registered.text())

const oidc = new ExpressOIDC({
  issuer: `${server.url}${custom}`,
  ...web,
  appBaseUrl: base,
  scope: 'openid profile email',
  testing: { disableHttpsCheck: true },
})
application.use(session({ secret: 'of this test alone', resave: true, saveUninitialized: false }))
application.use(oidc.router)
application.get(
  '/me',
  oidc.ensureAuthenticated(),
  (request: { userContext: { userinfo: object } }, response: { json(body: object): void }) => response.json(request.userContext.userinfo),
)

test('leads to the sign-in, comes back, and knows the user', async () => {
  const page = await open()
  await page.goto(`${base}/me`)
  await signInAt.okta(page, alice.username, alice.password)
  await page.waitForURL(`${base}/me`)
  expect(JSON.parse((await page.textContent('body')) ?? '')).toMatchObject({ name: 'Alice Arnold', preferred_username: 'alice' })
})
