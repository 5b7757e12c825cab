import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'

const app = 'http://localhost:3000'
let server
let browser
let context
let page

before(async () => {
  server = spawn('npm', ['start'], { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  await new Promise((resolve, reject) => {
    server.stdout.on('data', (text) => String(text).includes('Open ') && resolve())
    server.on('exit', (code) => reject(new Error(`npm start ended with ${code}`)))
  })
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: (process.env.CHROMIUM_FLAGS ?? '').split(' ').filter(Boolean),
    proxy: { server: process.env.HTTPS_PROXY, bypass: 'localhost' },
  })
  context = await browser.newContext({ ignoreHTTPSErrors: true })
  page = await context.newPage()
})

after(async () => {
  await browser?.close()
  if (server.exitCode === null) process.kill(-server.pid)
})

/** Signs out of whatever the test before signed in to. */
async function begin(vendor) {
  await page.goto(app)
  await page.getByRole('button', { name: `Sign in with ${vendor}` }).click()
}

async function signedInAs(text) {
  await page.waitForURL(`${app}/`)
  assert.equal(await page.textContent('#user'), text)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
}

test('signs in with Google', async () => {
  await begin('Google')
  assert.equal(new URL(page.url()).host, 'accounts.google.com')
  await page.fill('#identifierId', 'alice@example.com')
  await page.click('#identifierNext')
  await page.fill('[name=Passwd]', 'password')
  await page.click('#passwordNext')
  await page.click('#submit_approve_access')
  await signedInAs('Alice Arnold, alice@example.com')
})

test('signs in with GitHub', async () => {
  await begin('GitHub')
  assert.equal(new URL(page.url()).host, 'github.com')
  await page.fill('#login_field', 'alice')
  await page.fill('[name=password]', 'password')
  await page.click('[name=commit]')
  await page.click('#js-oauth-authorize-btn')
  await signedInAs('Alice Arnold, alice@example.com')
})

test('signs in with Apple, which posts its answer', async () => {
  await begin('Apple')
  assert.equal(new URL(page.url()).host, 'appleid.apple.com')
  await page.fill('#account_name_text_field', 'alice')
  await page.click('#sign-in')
  await page.fill('#password_text_field', 'password')
  await page.click('#sign-in')
  await page.getByRole('button', { name: 'Continue' }).click()
  await signedInAs('Alice Arnold, alice@example.com')
})
