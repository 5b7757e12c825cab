import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { browser } from '../../test/support/browser.ts'
import { keycloakForFile, spa } from './at.ts'

/** Keycloak's own adapter for single-page apps, in a browser: PKCE, code in the fragment, silent look, refresh, account, sign-out. */

const { base } = await keycloakForFile('keycloak-js')
const adapter = readFileSync(join(import.meta.dirname, '../node_modules/keycloak-js/lib/keycloak.js'))
const silent = '<script>parent.postMessage(location.href, location.origin)</script>'
const app = `<!doctype html><title>App</title><pre id="state"></pre><script type="module">
import Keycloak from '/keycloak.js'
const keycloak = new Keycloak({ url: '${base}', realm: 'demo', clientId: '${spa.id}' })
window.keycloak = keycloak
const onLoad = new URLSearchParams(location.search).get('on-load') ?? undefined
try {
  const authenticated = await keycloak.init({
    onLoad,
    checkLoginIframe: new URLSearchParams(location.search).has('watch'),
    silentCheckSsoRedirectUri: location.origin + '/silent.html',
  })
  document.querySelector('#state').textContent = authenticated ? 'signed in as ' + keycloak.tokenParsed.preferred_username : 'signed out'
} catch (error) {
  document.querySelector('#state').textContent = 'failed: ' + JSON.stringify(error)
}
</script>`
const server = createServer((request, response) => {
  if (request.url === '/keycloak.js') response.setHeader('content-type', 'text/javascript').end(adapter)
  else response.setHeader('content-type', 'text/html').end(request.url?.startsWith('/silent.html') ? silent : app)
}).listen(0)
await once(server, 'listening')
afterAll(() => server.close())
const home = `http://localhost:${(server.address() as AddressInfo).port}`
const open = browser()

async function signIn(page: Page): Promise<void> {
  await page.locator('#username').fill('alice')
  await page.locator('#password').fill('password')
  await page.locator('#kc-login').click()
}

const says = (page: Page, text: string) => page.locator('#state', { hasText: text }).waitFor()

/** Does something with the adapter of the page. */
const withAdapter = <T>(page: Page, what: string) => page.evaluate(`(async () => (${what}))()`) as Promise<T>

test('signs in, refreshes, tells the user, and signs out', async () => {
  const page = await open()
  await page.goto(`${home}/?on-load=login-required`)
  await signIn(page)
  await says(page, 'signed in as alice')
  expect(new URL(page.url()).hash).toBe('')
  const before = await withAdapter<string>(page, 'keycloak.token')
  expect(await withAdapter(page, 'keycloak.updateToken(-1)')).toBe(true)
  expect(await withAdapter(page, 'keycloak.token')).not.toBe(before)
  expect(await withAdapter(page, 'keycloak.loadUserInfo()')).toMatchObject({ preferred_username: 'alice' })
  expect(await withAdapter(page, 'keycloak.loadUserProfile()')).toMatchObject({ username: 'alice', email: 'alice@example.com' })
  expect(await withAdapter(page, 'keycloak.hasRealmRole("manager") && keycloak.hasResourceRole("reader", "demo-web")')).toBe(true)
  await page.evaluate(`void keycloak.logout({ redirectUri: '${home}/?signed-out' })`)
  await page.waitForURL('**/?signed-out')
  await says(page, 'signed out')
  await page.goto(`${home}/?on-load=login-required`)
  await page.locator('#kc-login').waitFor()
})

test('looks silently whether somebody is signed in', async () => {
  const page = await open()
  await page.goto(`${home}/?on-load=check-sso`)
  await says(page, 'signed out')
  await page.goto(`${home}/?on-load=login-required`)
  await signIn(page)
  await says(page, 'signed in as alice')
  await page.goto(`${home}/?on-load=check-sso`)
  await says(page, 'signed in as alice')
})

test('watches the session', async () => {
  const page = await open()
  await page.goto(`${home}/?on-load=login-required&watch`)
  await signIn(page)
  await says(page, 'signed in as alice')
  expect(page.frames().some((frame) => frame.url().endsWith('/login-status-iframe.html'))).toBe(true)
})

test('leads to registration and to the account', async () => {
  const page = await open()
  await page.goto(home)
  await says(page, 'signed out')
  expect(await withAdapter(page, 'keycloak.createRegisterUrl()')).toMatch(`${base}/realms/demo/protocol/openid-connect/registrations?`)
  expect(await withAdapter(page, 'keycloak.createAccountUrl()')).toMatch(`${base}/realms/demo/account?`)
})
