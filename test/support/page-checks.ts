import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page, Request } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browser } from './browser.ts'
import { start, type TestServer } from './server.ts'

const open = browser()
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What the browser's console says of a page: errors, and what the content security policy refused. A page's own status is no fault. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    const isStatus = message.text().startsWith('Failed to load resource') && message.location().url === page.url()
    if (['error', 'warning'].includes(message.type()) && !isStatus) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  // A page that is left takes back what it had asked for.
  const asked = new Set<Request>()
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) asked.clear()
    asked.add(request)
  })
  page.on('requestfailed', (request) => {
    const said = request.failure()?.errorText
    if (said !== 'net::ERR_ABORTED' || asked.has(request)) complaints.push(`${request.url()} ${said}`)
  })
  return complaints
}

/** What axe's own run looks at of colours; its tag `cat.color` has the stricter contrast of level AAA as well, which a run does not ask for unasked. */
const RULES_OF_COLOUR = ['color-contrast', 'link-in-text-block']

/** The serious faults for people with assistive technology that axe finds, by all of its rules or by some alone. */
async function faultsOf(page: Page, rules?: readonly string[]): Promise<string[]> {
  const { violations, passes } = await page.evaluate<AxeResults>(
    `axe.run(${JSON.stringify(rules === undefined ? {} : { runOnly: rules })})`,
  )
  expect(passes.length).toBeGreaterThan(rules === undefined ? 10 : 0)
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  return serious.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`))
}

type Visit = (page: Page, server: TestServer) => Promise<unknown>

/** What holds on every page, in a real browser. */
export function holdOnPages(pages: readonly (readonly [string, Visit])[]): void {
  describe.each(pages)('%s', (_name, visit) => {
    test('draws without a complaint from the browser, fits 390 px, and serves people with assistive technology in light and dark', async () => {
      const page = await open({ reducedMotion: 'reduce' })
      const complaints = complaintsOf(page)
      await visit(page, await start())
      await page.waitForLoadState('load')
      expect(await page.evaluate('document.querySelector("main").getBoundingClientRect().height')).toBeGreaterThan(100)
      expect(complaints).toEqual([])
      // Playwright runs axe through the debugger, which the page's policy does not bind.
      await page.evaluate(axe)
      await page.emulateMedia({ colorScheme: 'light' })
      expect(await faultsOf(page), 'light').toEqual([])
      // The scheme changes colours and nothing else.
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await faultsOf(page, RULES_OF_COLOUR), 'dark').toEqual([])
      await page.setViewportSize({ width: 390, height: 844 })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
      expect(complaints).toEqual([])
    })
  })
}
