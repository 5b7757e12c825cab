import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type Grantbox, type Sandbox, startGrantbox } from 'grantbox'
import { type Browser, chromium, type Page } from 'playwright-core'
import { App } from '../app.ts'
import { startWebApp, type WebApp } from '../web-app.ts'

let box: Grantbox
let browser: Browser
let sandbox: Sandbox
let site: WebApp
let page: Page

before(async () => {
  box = await startGrantbox({ provider: 'standard' })
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: (process.env.CHROMIUM_FLAGS ?? '').split(' ').filter(Boolean),
  })
})

after(async () => {
  await browser.close()
  await box.close()
})

beforeEach(async (_context) => {
  sandbox = await box.createSandbox()
  const client = { client_id: 'standard-web', client_secret: 'standard-web-secret' }
  site = await startWebApp((redirect_uri) => App.connect(sandbox.url, { ...client, redirect_uri, scope: 'openid profile' }))
  page = await browser.newPage()
})

test('logs in through the page', async (context) => {
  context.after(() => Promise.all([site.close(), page.close()]))
  await page.goto(site.url)
  await page.click('text=Sign in')
  await sandbox.loginAs(page, 'alice')
  await page.waitForURL(`${site.url}/`)
  assert.equal(await page.textContent('main'), 'Hello Alice Arnold')
})

test('skips the login, for tests of what comes after it', async (context) => {
  context.after(() => Promise.all([site.close(), page.close()]))
  // The app begins the sign-in, and nobody has to look at the provider's pages.
  const begun = await page.request.get(`${site.url}/login`, { maxRedirects: 0 })
  const asked = Object.fromEntries(new URL(begun.headers().location ?? '').searchParams)
  const { redirect_to } = await sandbox.authorize({ ...asked, username: 'bob' })
  await page.goto(redirect_to)
  assert.equal(await page.textContent('main'), 'Hello Bob Baker')
})
