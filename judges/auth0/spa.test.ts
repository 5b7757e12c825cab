import type { Auth0Client, Auth0ClientOptions } from '@auth0/auth0-spa-js'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { browser } from '../../test/support/browser.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { alice, aliceId, audience, spa, startTenantForFile } from '../../test/vendors/auth0/auth0-tenant.ts'
import { serveApplication } from '../application.ts'

/** auth0-spa-js, as a page uses it, on an origin of its own. */

const server = await startTenantForFile()
recordRequests('auth0', 'spa', server)
const open = browser()
const application = await serveApplication('@auth0/auth0-spa-js/dist/auth0-spa-js.production.js')

interface Window {
  auth0: { Auth0Client: new (options: Auth0ClientOptions) => Auth0Client }
  client: Auth0Client
}

/** Makes the page's client, with its documented options. */
async function begin(page: Page, options: Partial<Auth0ClientOptions> = {}): Promise<void> {
  const said = {
    domain: server.url,
    clientId: spa.client_id,
    authorizationParams: { redirect_uri: `${application}/`, audience, scope: 'openid profile email offline_access read:messages' },
    authorizeTimeoutInSeconds: 10,
    ...options,
  }
  await page.evaluate((options) => {
    const window = globalThis as unknown as Window
    window.client = new window.auth0.Auth0Client(options)
  }, said)
}

function inPage<T>(page: Page, act: (client: Auth0Client) => Promise<T>): Promise<T> {
  return page.evaluate(`(${act})(client)`) as Promise<T>
}

const ignoreNavigation = (error: unknown) => {
  if (!(error instanceof Error) || !/navigation|context was destroyed/i.test(error.message)) throw error
}

async function fillIn(page: Page): Promise<void> {
  await page.fill('input[name=username]', alice.username)
  await page.fill('input[name=password]', alice.password)
  await page.click('button[name=action][value=default]')
}

async function signedIn(options: Partial<Auth0ClientOptions> = {}): Promise<Page> {
  const page = await open()
  await page.goto(application)
  await begin(page, options)
  await inPage(page, (client) => client.loginWithRedirect({ appState: { where: 'notes' } })).catch(ignoreNavigation)
  await page.waitForURL(`${server.url}/**`)
  await fillIn(page)
  await page.waitForURL(`${application}/*`)
  await begin(page, options)
  const { appState } = await inPage(page, (client) => client.handleRedirectCallback())
  expect(appState).toEqual({ where: 'notes' })
  return page
}

test('signs in by redirect, and has the user and a token for the API', async () => {
  const page = await signedIn()
  const user = await inPage(page, (client) => client.getUser())
  expect(user).toMatchObject({ sub: aliceId, nickname: 'alice', email: 'alice@example.com' })
  const token = await inPage(page, (client) => client.getTokenSilently())
  expect(JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
    aud: [audience, `${server.url}/userinfo`],
    scope: 'openid profile email offline_access read:messages',
  })
})

test('renews silently in a frame, by web_message, while the session lasts', async () => {
  const page = await signedIn()
  const [first, second] = await inPage(page, async (client) => [
    await client.getTokenSilently(),
    await client.getTokenSilently({ cacheMode: 'off' }),
  ])
  expect(second).not.toBe(first)
})

test('renews by refresh token, which rotates', async () => {
  const page = await signedIn({ useRefreshTokens: true })
  const tokens = await inPage(page, async (client) => [
    await client.getTokenSilently({ cacheMode: 'off' }),
    await client.getTokenSilently({ cacheMode: 'off' }),
  ])
  expect(new Set(tokens).size).toBe(2)
  const asked = server.sandbox().journal.list({ endpoint: 'token' })
  expect(asked.slice(-2).map((entry) => [entry.grant_type, entry.status])).toEqual([
    ['refresh_token', 200],
    ['refresh_token', 200],
  ])
})

test('signs in by popup', async () => {
  const page = await open()
  await page.goto(application)
  await begin(page)
  const [, user] = await Promise.all([
    page.waitForEvent('popup').then(fillIn),
    inPage(page, async (client) => {
      await client.loginWithPopup()
      return await client.getUser()
    }),
  ])
  expect(user?.sub).toBe(aliceId)
})

test('signs out by /v2/logout, after which nobody is signed in silently', async () => {
  const page = await signedIn()
  const sandbox = server.sandbox()
  const client = sandbox.store.findClient(spa.client_id)
  expect(client?.metadata.post_logout_redirect_uris).toContain('http://localhost/')
  await inPage(page, (client) => client.logout({ logoutParams: { returnTo: `${location.origin}/` } })).catch(ignoreNavigation)
  await page.waitForURL(`${application}/`)
  await begin(page)
  const error = await inPage(page, (client) => client.getTokenSilently().catch((one: Error & { error?: string }) => ({ error: one.error })))
  expect(error).toEqual({ error: 'login_required' })
})
