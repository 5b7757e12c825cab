import { setTimeout } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { postmanCallback } from './iokids-client.ts'

/** Types a username and a password into the sign-in page and presses its button. */
export async function signIn(page: Page, { username, password }: { username: string; password: string }): Promise<void> {
  await page.getByLabel('username').fill(username)
  await page.getByLabel('password').fill(password)
  await page.getByRole('button', { name: 'Sign In', exact: true }).click()
  await page.waitForLoadState()
}

/**
 * Does what sends the browser back to the client, and catches the navigation as Postman's window does: it is answered here and
 * leaves no trace on a network. (A route of Playwright's sees no redirects; the protocol below it does.)
 * @param options the client's address, and how many milliseconds it takes to answer
 */
export async function callbackOf(
  page: Page,
  act: () => Promise<unknown>,
  { address = postmanCallback, after = 0 }: { address?: string; after?: number } = {},
): Promise<URL> {
  const session = await page.context().newCDPSession(page)
  await session.send('Fetch.enable', { patterns: [{ urlPattern: `${address}*` }] })
  session.on('Fetch.requestPaused', async ({ requestId }) => {
    await setTimeout(after)
    // The browser may have gone elsewhere meanwhile.
    await session.send('Fetch.fulfillRequest', { requestId, responseCode: 200 }).catch(() => undefined)
  })
  await Promise.all([page.waitForURL((url) => url.href.startsWith(address)), act()])
  await session.detach()
  return new URL(page.url())
}
