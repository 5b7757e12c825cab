import { expect, test } from 'vitest'
import { browser } from '../support/browser.ts'
import { everyPage } from '../support/every-page.ts'
import { complaintsOf, holdOnPages } from '../support/page-checks.ts'
import { start } from '../support/server.ts'

const open = browser()

holdOnPages(Object.entries(everyPage).filter(([name]) => name.startsWith('dashboard')))

test('a script that someone slips into a page would be refused and heard of', async () => {
  const page = await open()
  const complaints = complaintsOf(page)
  await everyPage['sign-in']?.(page, await start())
  await page.evaluate('document.body.append(Object.assign(document.createElement("script"), { textContent: "document.title = 1" }))')
  expect(await page.title()).toBe('iOKids Login')
  await expect.poll(() => complaints.join()).toContain('Content Security Policy')
})
