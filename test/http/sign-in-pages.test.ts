import { setTimeout } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browser } from '../support/browser.ts'
import { authorizeUrl, brandon, findFluffy, postmanCallback, postToken } from '../support/iokids-client.ts'
import { start, startForFile, type TestServer } from '../support/server.ts'
import { callbackOf, signIn } from '../support/sign-in-pages.ts'

/** The sign-in pages as a person uses them. */

const server = await startForFile()
const open = browser()

const password = 'Find Fluffy, LLC'
const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent()
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

/** The sign-in page of a new authorization request. */
async function begin(page: Page, parameters: Record<string, string> = {}, { url }: Pick<TestServer, 'url'> = server): Promise<void> {
  await page.goto(authorizeUrl(url, parameters))
}

/** The user whom a callback's code stands for. */
async function userOf(callback: URL, client = findFluffy): Promise<unknown> {
  const code = callback.searchParams.get('code') ?? ''
  const { body } = await postToken(server.url, { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...client })
  const me = await fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${body.access_token}` } })
  return ((await me.json()) as { username: unknown }).username
}

async function control(path: string, body: object): Promise<unknown> {
  const response = await fetch(`${server.url}/_grantbox/sandboxes/iokids/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(201)
  return response.json()
}

/** A second app of the sandbox, which no user has yet. */
async function secondApp(name: string): Promise<{ client_id: string; client_secret: string }> {
  const app = (await control('apps', { name, redirect_uris: [postmanCallback] })) as { clients: (typeof findFluffy)[] }
  const [{ client_id, client_secret } = findFluffy] = app.clients
  return { client_id, client_secret }
}

describe('signing in', () => {
  test.each(['@beautifulmeercat246', ' BeautifulMeercat246 '])('takes the username as people type it: %j', async (username) => {
    const page = await open()
    await begin(page)
    await signIn(page, { username, password })
    expect(await userOf(await callbackOf(page, () => press(page, 'Continue')))).toBe(brandon.username)
  })

  test('answers 401 to a wrong password, keeps the username, and goes on with the right one', async () => {
    const page = await open()
    await begin(page)
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      signIn(page, { ...brandon, password: 'find fluffy' }),
    ])
    expect(answer.status()).toBe(401)
    expect(answer.headers()['www-authenticate']).toBeUndefined()
    expect(await page.getByRole('alert').textContent()).toBe('Username or password is not right.')
    expect(await page.getByLabel('username').inputValue()).toBe(brandon.username)
    await page.locator('#password:focus').waitFor()
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    expect(await userOf(await callbackOf(page, () => press(page, 'Continue')))).toBe(brandon.username)
  })

  test('takes one click on a sandbox user', async () => {
    const page = await open()
    await begin(page)
    await page.getByRole('button', { name: 'Sign in as marta olsen @organicladybug833' }).click()
    expect(await userOf(await callbackOf(page, () => press(page, 'Continue')))).toBe('organicladybug833')
  })

  test('goes back for another user after Not me', async () => {
    const page = await open()
    await begin(page)
    await signIn(page, brandon)
    await press(page, 'Not me')
    expect(await heading(page)).toBe('Sign In')
    expect(await page.getByLabel('username').inputValue()).toBe('')
    await signIn(page, { username: 'redbutterfly267', password })
    expect(await userOf(await callbackOf(page, () => press(page, 'Continue')))).toBe('redbutterfly267')
  })

  test('needs the keyboard alone', async () => {
    const page = await open()
    await begin(page)
    await page.locator('#username:focus').waitFor()
    await page.keyboard.type(brandon.username)
    await page.keyboard.press('Tab')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Continue to use the App' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await userOf(await callbackOf(page, () => page.keyboard.press('Enter')))).toBe(brandon.username)
  })

  test('needs no JavaScript', async () => {
    const page = await open({ javaScriptEnabled: false })
    await begin(page)
    await signIn(page, brandon)
    expect(await userOf(await callbackOf(page, () => press(page, 'Continue')))).toBe(brandon.username)
  })

  test('can be left with Cancel on either page, which tells the app access_denied (RFC 6749 §4.1.2.1)', async () => {
    const page = await open()
    await begin(page)
    const atOnce = await callbackOf(page, () => press(page, 'Cancel'))
    expect(atOnce.searchParams.get('error')).toBe('access_denied')
    await begin(page, { state: 'second thoughts' })
    await signIn(page, brandon)
    const later = await callbackOf(page, () => press(page, 'Cancel'))
    expect(later.searchParams.get('error')).toBe('access_denied')
    expect(later.searchParams.get('state')).toBe('second thoughts')
    expect(later.searchParams.has('code')).toBe(false)
  })

  test('survives a double click on Continue: the app gets a code that works', async () => {
    const page = await open()
    await begin(page)
    await signIn(page, brandon)
    const { x = 0, y = 0 } = (await page.getByRole('button', { name: 'Continue' }).boundingBox()) ?? {}
    const click = () => page.mouse.click(x + 10, y + 10)
    const callback = await callbackOf(
      page,
      () =>
        click()
          .then(() => setTimeout(100))
          .then(click),
      { after: 400 },
    )
    expect(await userOf(callback)).toBe(brandon.username)
  })

  test('is over after an hour, and says so', async () => {
    const server = await start()
    const page = await open()
    await begin(page, {}, server)
    server.clock.advance(3601)
    await signIn(page, brandon)
    expect(await page.getByText('This sign-in is over. Go back to the app and start again.').isVisible()).toBe(true)
  })

  test('keeps two tabs of one browser apart', async () => {
    const first = await open()
    const second = await first.context().newPage()
    await begin(first, { state: 'first' })
    await begin(second, { state: 'second' })
    await signIn(first, brandon)
    await signIn(second, { username: 'organicladybug833', password })
    const [one, two] = [await callbackOf(first, () => press(first, 'Continue')), await callbackOf(second, () => press(second, 'Continue'))]
    expect([one.searchParams.get('state'), await userOf(one)]).toEqual(['first', brandon.username])
    expect([two.searchParams.get('state'), await userOf(two)]).toEqual(['second', 'organicladybug833'])
  })
})

describe('a user without the app', () => {
  test('adds it, when a parent, and goes on', async () => {
    const client = await secondApp('FindWhiskers')
    const page = await open()
    await begin(page, { client_id: client.client_id })
    await signIn(page, brandon)
    expect(await heading(page)).toBe('@beautifulmeercat246 cannot use FindWhiskers yet')
    await press(page, 'Add the app')
    expect(await heading(page)).toBe('Continue to use the App')
    expect(await userOf(await callbackOf(page, () => press(page, 'Continue')), client)).toBe(brandon.username)
  })

  test('can only ask, when a kid, and the app hears access_denied', async () => {
    const client = await secondApp('FindTail')
    const page = await open()
    await begin(page, { client_id: client.client_id })
    await signIn(page, { username: 'tinyotter512', password })
    expect(await heading(page)).toBe('@tinyotter512 cannot use FindTail yet')
    expect(await page.getByRole('button', { name: 'Add the app' }).count()).toBe(0)
    const callback = await callbackOf(page, () => press(page, 'Ask a parent'))
    expect(callback.searchParams.get('error')).toBe('access_denied')
  })

  test('is not among the users that the page offers', async () => {
    const { client_id } = await secondApp('FindPaw')
    const page = await open()
    await begin(page, { client_id })
    expect(await page.getByText('Sandbox users').count()).toBe(0)
  })
})

describe('Join Now', () => {
  test('makes a sandbox user with the suggested username and goes on as that user', async () => {
    const page = await open()
    await begin(page)
    await page.getByRole('link', { name: 'Join Now' }).click()
    const username = await page.getByLabel('Username', { exact: true }).inputValue()
    expect(username).toMatch(/^[a-z]+[1-9]\d\d$/)
    await page.getByLabel('First name').fill('Ada')
    await page.getByLabel('Last name').fill('Byron')
    await page.getByLabel('Age').fill('36')
    await press(page, 'Join Now')
    expect(await heading(page)).toBe('Continue to use the App')
    expect(await userOf(await callbackOf(page, () => press(page, 'Continue')))).toBe(username)

    await begin(page)
    await signIn(page, { username, password })
    expect(await heading(page)).toBe('Continue to use the App')
  })

  test('asks a kid under 13 for a parent, keeps what was typed, and goes on when there is one', async () => {
    const page = await open()
    await begin(page)
    await page.getByRole('link', { name: 'Join Now' }).click()
    const parent = page.getByLabel('Parent’s username')
    await parent.waitFor({ state: 'hidden' })
    await page.getByText('Kid', { exact: true }).click()
    await page.getByLabel('First name').fill('Tim')
    await page.getByLabel('Last name').fill('Ramos')
    await page.getByLabel('Age').fill('9')
    await press(page, 'Join Now')
    expect(await page.getByText('A kid under 13 needs a parent.').isVisible()).toBe(true)
    expect(await page.getByLabel('First name').inputValue()).toBe('Tim')
    await parent.fill('@beautifulmeercat246')
    await press(page, 'Join Now')
    expect(await heading(page)).toBe('Continue to use the App')
  })

  test('leads back to the sign-in of the same request', async () => {
    const page = await open()
    await begin(page, { state: 'kept' })
    await page.getByRole('link', { name: 'Join Now' }).click()
    await page.getByRole('link', { name: 'Sign In instead' }).click()
    await signIn(page, brandon)
    const callback = await callbackOf(page, () => press(page, 'Continue'))
    expect(callback.searchParams.get('state')).toBe('kept')
  })
})
