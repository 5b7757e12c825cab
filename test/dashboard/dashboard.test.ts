import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { browser } from '../support/browser.ts'
import { findFluffy, postmanCallback, postToken } from '../support/iokids-client.ts'
import { start, type TestServer } from '../support/server.ts'
import { callbackOf, signIn } from '../support/sign-in-pages.ts'

/** The dashboard in a real browser: what the vendor's guide says, by clicking, with scripts and without. */

const open = browser()
const password = 'Find Fluffy, LLC'
const menu = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Dashboard' }).getByRole('link', { name, exact: true }).click()

/** The guide from the first page to a signed-in user; gives what the new client was given. */
async function followTheGuide(page: Page, server: TestServer) {
  await page.goto(`${server.url}/dashboard`)
  await page.getByRole('link', { name: /^iokids/ }).click()

  // Create an app.
  await page.getByRole('link', { name: '+ New App' }).first().click()
  await page.getByLabel('Name').fill('FindWhiskers')
  await page.getByLabel('Description').fill('Whiskers are everywhere.')
  await page.getByRole('button', { name: 'Create App' }).click()
  await expect.poll(() => page.getByRole('status').textContent()).toBe('The app was created, with its first client.')
  expect(await page.getByText('This app is in the iOKids Sandbox environment. It can only interact with test data.').isVisible()).toBe(true)

  // Generate another client id, and show its secret.
  await page.getByRole('button', { name: 'Generate Client ID' }).click()
  const client = page.locator('.client').last()
  const secret = client.locator('.secret code')
  expect(await page.locator('.client').count()).toBe(2)
  expect(await secret.isVisible()).toBe(false)
  await client.getByText('Show Secret').click()
  expect(await secret.isVisible()).toBe(true)
  const client_id = (await client.locator('code').first().textContent()) ?? ''
  const client_secret = (await secret.textContent()) ?? ''
  expect([client_id, client_secret]).toEqual([
    expect.stringMatching(/^iok-cid-[a-z0-9]{24}$/),
    expect.stringMatching(/^iok-cse-[a-z0-9]{40}$/),
  ])

  // Add Postman's callback; with a slip first.
  await page.getByText('Registered Redirect URIs').click()
  await page.getByText('+ Add Redirect URI').click()
  await page.getByLabel('URI', { exact: true }).fill(`${postmanCallback}#here`)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  expect(await page.getByLabel('URI', { exact: true }).getAttribute('aria-invalid')).toBe('true')
  expect(await page.getByText('A redirect URI has no fragment').isVisible()).toBe(true)
  await page.getByLabel('URI', { exact: true }).fill(postmanCallback)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  expect(await page.locator('.uris code').allTextContents()).toEqual([postmanCallback])

  // Generate users, and find one.
  await menu(page, 'Sandbox')
  await page.locator('#generate summary').click()
  await page.getByLabel('Families').check()
  await page.getByLabel('How many').fill('8')
  await page.getByRole('button', { name: 'Generate', exact: true }).click()
  expect(await page.getByRole('status').first().textContent()).toBe('32 users were generated.')
  const kid = page.locator('.person', { hasText: 'Type: Kid' }).last()
  const username = ((await kid.locator('.at').textContent()) ?? '').trim()
  await page.getByLabel('Find a user').fill(username)
  await page.getByRole('button', { name: 'Find' }).click()
  expect(await page.locator('.person').count()).toBe(1)
  return { client_id, client_secret, username: username.slice(1) }
}

test("the vendor's guide is followed by clicking, and its flow appears under Requests and Flows", async () => {
  const server = await start()
  const page = await open()
  const { client_id, client_secret, username } = await followTheGuide(page, server)

  // The journal is watched while the user signs in from a page of its own.
  const journal = await page.context().newPage()
  await journal.goto(`${server.url}/dashboard/iokids/requests`)
  await journal.getByText('Live', { exact: true }).waitFor()

  const [window] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('link', { name: /^Sign in to FindWhiskers/ }).click(),
  ])
  await window.waitForLoadState()
  expect(await window.title()).toBe('iOKids Login')
  expect(await window.getByLabel('username').inputValue()).toBe(username)
  await signIn(window, { username, password })
  const callback = await callbackOf(window, () => window.getByRole('button', { name: 'Continue' }).click())
  // The dashboard signs in with the app's first client; the journal says with which.
  const [first] = server.sandbox().directory.listClients(server.sandbox().directory.listApps().at(-1))
  const tokens = await postToken(server.url, {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    redirect_uri: postmanCallback,
    client_id: first?.client_id ?? '',
    client_secret: first?.client_secret ?? '',
  })
  expect(tokens.status).toBe(200)
  await fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${tokens.body.access_token}` } })

  const rows = journal.locator('#requests > li')
  await expect.poll(() => rows.count()).toBe(5)
  expect(await rows.locator('.what').allTextContents()).toEqual([
    'GET /v1/me',
    'POST /oauth/token',
    'POST /oauth/signin',
    'POST /oauth/signin',
    'GET /oauth/signin',
  ])
  await rows.nth(1).locator('summary').first().click()
  expect(await rows.nth(1).getByText('access_token in the answer').isVisible()).toBe(true)
  await rows.nth(1).getByRole('link', { name: 'its flow' }).click()
  expect(await journal.getByRole('heading', { level: 1 }).textContent()).toContain('Authorization code')
  expect(await journal.locator('svg.sequence.wide .arrow').count()).toBe(11)
  expect(await journal.locator('.tree .tree').getByText('Refresh token').isVisible()).toBe(true)

  await menu(page, 'Flows')
  expect(await page.locator('.flow').first().textContent()).toContain(`@${username}`)
  await menu(page, 'Analytics')
  expect(await page.getByRole('heading', { name: 'Sign-ins 1' }).isVisible()).toBe(true)
  // The second client works too.
  expect((await postToken(server.url, { grant_type: 'client_credentials', client_id, client_secret })).status).toBe(200)
})

test('the same is done without scripts', async () => {
  const server = await start()
  const page = await open({ javaScriptEnabled: false })
  const { client_id, client_secret, username } = await followTheGuide(page, server)
  await fetch(`${server.url}/v1/me`)
  await menu(page, 'Requests')
  await page.getByRole('link', { name: 'Refresh' }).click()
  const [row] = await page.locator('#requests > li').all()
  await row?.locator('summary').first().click()
  expect(await row?.getByText('Why:').isVisible()).toBe(true)
  expect(await page.getByRole('button', { name: /^Copy/ }).count()).toBe(0)
  expect((await postToken(server.url, { grant_type: 'password', client_id, client_secret, username, password })).status).toBe(200)
  await menu(page, 'Apps')
  await page.getByRole('link', { name: 'Delete App FindWhiskers' }).click()
  await page.getByRole('button', { name: 'Delete App' }).click()
  expect(await page.getByRole('status').textContent()).toBe('The app was deleted, and all that its clients were given.')
})

test('a button copies the secret', async () => {
  const server = await start()
  const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] })
  await page.goto(`${server.url}/dashboard/iokids/apps`)
  await page.getByText('Show Secret').click()
  await page.getByRole('button', { name: 'Copy Client Secret' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(findFluffy.client_secret)
})

test('everything is reached with the keyboard, and a menu is closed with Escape', async () => {
  const server = await start()
  const page = await open()
  await page.goto(`${server.url}/dashboard/iokids/sandbox`)
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  const add = page.locator('.person').first().getByText('+ Add')
  for (let presses = 0; presses < 40 && !(await add.evaluate((element) => element.ownerDocument.activeElement === element)); presses++)
    await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  expect(await page.locator('.person').first().getByRole('link', { name: 'Friend' }).isVisible()).toBe(true)
  await page.keyboard.press('Escape')
  expect(await page.locator('.person').first().getByRole('link', { name: 'Friend' }).isVisible()).toBe(false)
})

test('a link on another site leads into the dashboard of a browser that is signed in', async () => {
  const adminToken = 'a-token-that-nobody-guesses'
  const server = await start({ host: '0.0.0.0', adminToken })
  const page = await open()
  await page.goto(`${server.url}/dashboard?token=${adminToken}`)
  expect(page.url()).toBe(`${server.url}/dashboard`)
  // 127.0.0.1 is another site than localhost.
  const elsewhere = server.url.replace('localhost', '127.0.0.1')
  await page.goto(`${elsewhere}/oauth/signin?client_id=nobody`)
  await page.evaluate(`document.querySelector('main').innerHTML = '<a href="${server.url}/dashboard/iokids/apps">in</a>'`)
  await page.getByRole('link', { name: 'in' }).click()
  await page.getByRole('heading', { name: 'FindFluffy' }).waitFor()
  // A form that the other site sends is refused.
  await page.goto(`${elsewhere}/oauth/signin?client_id=nobody`)
  const action = `${server.url}/dashboard/iokids/apps/app_findfluffy000000/delete`
  await page.evaluate(`document.querySelector('main').innerHTML = '<form method="post" action="${action}"><button>out</button></form>'`)
  await page.getByRole('button', { name: 'out' }).click()
  await page.getByText('This is refused').waitFor()
  expect(server.sandbox().directory.listApps()).toHaveLength(1)
})
