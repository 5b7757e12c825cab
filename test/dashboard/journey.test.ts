import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { browser } from '../support/browser.ts'
import { type JourneyApp, serveJourneyApp } from '../support/journey-app.ts'
import { startForFile } from '../support/server.ts'

/** What a developer does with grantbox from the first minute on, by clicking alone, with scripts and without. */

const server = await startForFile()
const newPage = browser()

test.each([
  { name: 'with-scripts', javaScriptEnabled: true },
  { name: 'without-scripts', javaScriptEnabled: false },
])(
  'a sandbox is made, used, broken, mended, saved and restored by clicking alone, $name',
  { timeout: 60_000 },
  async ({ name, javaScriptEnabled }) => {
    const app = await serveJourneyApp()
    onTestFinished(() => app.close())
    const page = await newPage({ javaScriptEnabled, acceptDownloads: true })
    await journey(page, name, app)
  },
)

/** Every step but for the app's own pages begins at a link or a button of the page before. */
async function journey(page: Page, name: string, app: JourneyApp): Promise<void> {
  const click = (text: string | RegExp) =>
    page
      .getByRole('link', { name: text })
      .or(page.getByRole('button', { name: text }))
      .first()
      .click()
  const menu = (entry: string) =>
    page.getByRole('navigation', { name: 'Dashboard' }).getByRole('link', { name: entry, exact: true }).click()
  const notice = () => page.getByRole('status').first().textContent()
  /** The tab in which the app's user is. */
  const user = await page.context().newPage()
  const inApp = async (path: string) => {
    await user.goto(app.url + path)
    return user.locator('h1').textContent()
  }
  /** Signs erin in to the app; who said yes before is not asked again. */
  const signIn = async (path: string) => {
    await user.goto(app.url + path)
    await user.locator('[name=username]').fill('erin')
    await user.locator('[name=password]').fill('correct horse')
    await user.getByRole('button', { name: 'Sign in', exact: true }).click()
    const [yes, done] = [user.getByRole('button', { name: 'Allow' }), user.getByRole('heading', { name: 'Signed in' })]
    await yes.or(done).waitFor()
    if (await yes.isVisible()) await yes.click()
    await done.waitFor()
  }

  // A sandbox of a vendor.
  await page.goto(`${server.url}/dashboard`)
  await click('+ New sandbox')
  await page.getByLabel('Speaks as').selectOption({ label: 'standard' })
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('The vendor’s apps and users').uncheck()
  await click('Create the sandbox')
  expect(await notice()).toBe('The sandbox was made.')

  // An app, whose client the developer's own app becomes.
  await click(/New App/)
  await page.getByLabel('Name', { exact: true }).fill('Journey')
  await page.getByLabel('Redirect URIs').fill(`${app.url}/callback`)
  await click('Create')
  await page.getByText('Show Secret').click()
  const [client_id = '', client_secret = ''] = await page.locator('.client code').allTextContents()
  await click(/^API Documentation/)
  const addresses = await page.locator('main').innerText()
  const endpoint = (path: string) => {
    expect(addresses).toContain(`${server.url}/${name}${path}`)
    return `${server.url}/${name}${path}`
  }
  app.configure({ authorize: endpoint('/authorize'), token: endpoint('/token'), userinfo: endpoint('/userinfo'), client_id, client_secret })

  // A user, who signs in.
  await menu('Sandbox')
  await click('+ New User')
  await page.getByLabel('Username').fill('erin')
  await page.getByLabel('First name').fill('Erin')
  await page.getByLabel('Password').fill('correct horse')
  await click('Create User')
  await signIn('/login')
  expect(await inApp('/me')).toContain('You are')

  // Time goes on until the access token expires.
  await menu('Time')
  await click(/access token expires/)
  expect(await inApp('/me')).toBe('The provider answered 401')
  expect(await inApp('/refresh')).toBe('The tokens are fresh')
  expect(await inApp('/me')).toContain('You are')

  // A fault is armed and strikes.
  await menu('Faults')
  await click(/: .*refresh fails twice|Arm: .*twice/i)
  expect(await notice()).toContain('It is armed')
  expect(await inApp('/refresh')).toBe('The provider answered 503')
  await menu('Faults')
  expect(await page.locator('main').innerText()).toMatch(/struck once/)
  expect([await inApp('/refresh'), await inApp('/refresh')]).toEqual(['The provider answered 503', 'The tokens are fresh'])

  // A request is refused: why, and its cause is mended from there.
  await user.goto(`${app.url}/login-elsewhere`)
  expect(user.url()).not.toContain(app.url)
  await menu('Requests')
  await page.getByLabel('Only refused or failed').check()
  await click('Show')
  const refused = page.locator('.requests > li').first()
  await refused.locator('summary').first().click()
  expect(await refused.innerText()).toMatch(/Why:.*redirect/s)
  await refused.getByRole('link', { name: /^Add .*\/elsewhere to Journey/ }).click()
  await click('Add the redirect URI')
  expect(await inApp('/login-elsewhere')).toBe('Signed in')

  // A token is minted, and read again.
  await menu('Grants')
  await click(/token/i)
  await page.getByLabel('Client ID').fill(client_id)
  await page.getByLabel('User', { exact: true }).fill('erin')
  await click('Mint')
  const minted = (await page.locator('#minted-0').textContent()) ?? ''
  await page.getByLabel('The token', { exact: true }).fill(minted)
  await click('Read it')
  expect(await page.locator('main').innerText()).toMatch(/erin/)
  await page.getByLabel('The token', { exact: true }).fill(`${minted.slice(0, -4)}AAAA`)
  await click('Read it')
  expect(await page.locator('main').innerText()).toMatch(/signature/i)

  // Its keys are rotated.
  await menu('Keys')
  const signing = () => page.locator('main').innerText()
  const before = await signing()
  await click('Rotate')
  expect(await signing()).not.toBe(before)
  expect(await inApp('/refresh')).toBe('The tokens are fresh')

  // The sandbox is saved, deleted, and restored from the file.
  await menu('Settings')
  await click('the sandbox as a whole')
  const download = page.waitForEvent('download')
  await click('Download a snapshot')
  const file = await (await download).path()
  await click('Delete this sandbox')
  await click('Delete this sandbox')
  expect(await notice()).toBe('The sandbox was deleted.')
  expect(await inApp('/refresh')).toBe('The provider answered 404')
  await click('Restore a snapshot')
  await page.getByLabel('File').setInputFiles(file)
  await page.getByLabel('Name', { exact: true }).fill(name)
  await click('Restore it')
  expect(await notice()).toContain('as it was when the snapshot was taken')
  expect(await inApp('/refresh')).toBe('The tokens are fresh')
  expect(await inApp('/me')).toContain('You are')
}
