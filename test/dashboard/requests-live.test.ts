import { expect, test } from 'vitest'
import { browser } from '../support/browser.ts'
import { start } from '../support/server.ts'

/** What scripts add to the page of requests, and to that of settings. */

const open = browser()

test('new requests are announced to who reads, keys lead through them, and settings follow the typing', async () => {
  const server = await start()
  const ask = (path: string) => fetch(server.url + path)
  for (let i = 0; i < 60; i++) await ask(`/v1/me?n=${i}`)
  const page = await open({ viewport: { width: 900, height: 700 } })
  await page.goto(`${server.url}/dashboard/iokids/requests`)
  await page.getByText('Live', { exact: true }).waitFor()
  const rows = page.locator('#requests > li')
  const news = page.getByRole('button', { name: /new request/ })
  const focused = () => page.evaluate('document.activeElement.closest("li")?.id')
  const ids = async () => rows.evaluateAll((all) => all.map(({ id }) => id))

  await ask('/v1/me?at-the-top')
  await expect.poll(() => rows.count()).toBe(51)
  const [first, second] = await ids()

  await page.keyboard.press('j')
  const begin = await focused()
  expect(begin).toBe(first)
  await page.keyboard.press('ArrowDown')
  expect(await focused()).toBe(second)
  await page.keyboard.press('k')
  expect(await focused()).toBe(first)
  await page.keyboard.press('Enter')
  expect(await rows.first().locator('details').first().getAttribute('open')).not.toBeNull()
  await page.keyboard.press('Enter')

  // The row with the focus stays where it is.
  await ask('/v1/me?while-reading=1')
  await ask('/v1/me?while-reading=2')
  await page.getByRole('button', { name: '2 new requests' }).waitFor()
  expect((await ids())[0]).toBe(first)
  await news.click()
  expect((await ids())[2]).toBe(first)
  expect(await focused()).toBe((await ids())[0])

  await page.getByRole('button', { name: 'Pause' }).click()
  await ask('/v1/me?paused')
  await page.getByRole('button', { name: '1 new request' }).waitFor()
  expect(await rows.count()).toBe(53)
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect.poll(() => rows.count()).toBe(54)
  expect(await news.isHidden()).toBe(true)

  await page.keyboard.press('/')
  expect(await page.evaluate('document.activeElement.id')).toBe('q')
  await page.keyboard.type('jk')
  expect(await page.locator('#q').inputValue()).toBe('jk')
  await page.getByLabel('Letter keys').uncheck()
  await page.keyboard.press('j')
  expect(await focused()).toBeUndefined()

  await page.getByRole('link', { name: 'Older' }).click()
  await page.getByText('Live', { exact: true }).waitFor()
  await ask('/v1/me?elsewhere')
  await news.click()
  await page.waitForURL(/\/requests\?$/)
  expect(await rows.first().textContent()).toContain('/v1/me')

  await page.goto(`${server.url}/dashboard/iokids/settings`)
  await page.getByLabel('Find a setting').fill('dpop')
  expect(await page.locator('.setting:visible').count()).toBe(1)
  expect(await page.locator('section:visible h2').allTextContents()).toEqual(['What is let pass', 'Make something happen'])
})
