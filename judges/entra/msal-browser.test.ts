import type * as library from '@azure/msal-browser'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { browser } from '../../test/support/browser.ts'
import { alice, homeTenant, oid, ordersScope, spa, startEntra } from '../../test/support/entra-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { claimsOf } from '../../test/support/vendor-client.ts'
import { serveApplication } from '../application.ts'

/** MSAL for browsers, as a single-page application uses it: in Chromium, on an origin of its own. */

const server = await startEntra()
recordRequests('entra', 'msal-browser', server)
const open = browser(async () => ({ trust: { url: server.https, ca: await server.ca() } }))
const application = await serveApplication('@azure/msal-browser/lib/msal-browser.min.js')

interface Application {
  msal: typeof library
  client: library.PublicClientApplication
}

/** Makes the page's client, with its documented options, and lets it read what it came back with. */
async function begin(page: Page): Promise<library.AuthenticationResult | null> {
  return page.evaluate(
    async ({ clientId, authority, host, redirectUri }) => {
      const window = globalThis as unknown as Application
      window.client = new window.msal.PublicClientApplication({ auth: { clientId, authority, knownAuthorities: [host], redirectUri } })
      await window.client.initialize()
      return window.client.handleRedirectPromise()
    },
    {
      clientId: spa.client_id,
      authority: `${server.https}/${homeTenant}`,
      host: new URL(server.https).host,
      redirectUri: `${application}/spa`,
    },
  )
}

/** What a script does that was written for the vendor's pages. */
async function signIn(page: Page): Promise<void> {
  await page.fill('input[name="loginfmt"]', alice.username)
  await page.click('#idSIButton9')
  await page.fill('input[name="passwd"]', alice.password)
  await page.click('#idSIButton9')
  while (!page.url().startsWith(application)) {
    await page.locator('#idSIButton9').or(page.locator('title:has-text("Notes")')).first().waitFor({ state: 'attached' })
    if (!page.url().startsWith(application)) await page.click('#idSIButton9')
    await page.waitForLoadState()
  }
}

test('signs in by redirect, and gets tokens silently, for another API too', async () => {
  const page = await open()
  await page.goto(`${application}/spa`)
  expect(await begin(page)).toBeNull()
  await Promise.all([
    page.waitForURL(`${server.https}/**`),
    page.evaluate(() => {
      void (globalThis as unknown as Application).client.loginRedirect({ scopes: ['User.Read'] })
    }),
  ])
  await signIn(page)
  const signedIn = await begin(page)
  expect(signedIn?.account).toMatchObject({ homeAccountId: `${oid}.${homeTenant}`, username: alice.username, name: 'Alice Arnold' })
  const silently = (scopes: string[], forceRefresh = false) =>
    page.evaluate(
      async ({ scopes, forceRefresh }) => {
        const { client } = globalThis as unknown as Application
        const [account] = client.getAllAccounts()
        const { accessToken, fromCache } = await client.acquireTokenSilent({ scopes, forceRefresh, ...(account && { account }) })
        return { accessToken, fromCache }
      },
      { scopes, forceRefresh },
    )
  expect((await silently(['User.Read'])).fromCache).toBe(true)
  const refreshed = await silently(['User.Read'], true)
  expect(refreshed.fromCache).toBe(false)
  expect(claimsOf((await silently([ordersScope])).accessToken)).toMatchObject({ scp: 'access_as_user', azpacr: '0' })
  const me = await page.evaluate(
    async ([graph, token]) => (await fetch(`${graph}/v1.0/me`, { headers: { authorization: `Bearer ${token}` } })).json(),
    [server.https, refreshed.accessToken],
  )
  expect(me).toMatchObject({ id: oid, userPrincipalName: alice.username })
})
