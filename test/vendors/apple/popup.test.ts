import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { browser } from '../../support/browser.ts'
import { pageLines } from '../../support/page-lines.ts'
import { send } from '../../support/vendor-client.ts'
import { allowRedirects, authorized, change, startTeam, startTeamForFile, web } from './apple-team.ts'

const server = await startTeamForFile()
const openPage = browser()

/** An app of nothing but a page, which opens a popup as the vendor's script does. */
const app = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>app</title>'))
await new Promise<void>((resolve) => app.listen(0, () => resolve()))
afterAll(() => app.close())
const origin = `http://localhost:${(app.address() as AddressInfo).port}`
const redirect_uri = `${origin}/callback`
await allowRedirects(server, redirect_uri)
await change(server, { auto_sign_in: 'alice' })

const asked = {
  client_id: web,
  redirect_uri,
  response_type: 'code id_token',
  response_mode: 'web_message',
  scope: 'name email',
  state: 's',
}
const address = (more: Record<string, string> = {}) => `${server.url}/auth/authorize?${new URLSearchParams({ ...asked, ...more })}`

/** What the page is told when it opens an address. */
function told(page: Page, url: string): Promise<{ origin: string; data: string }> {
  return page.evaluate(`new Promise((resolve) => {
    addEventListener('message', ({ origin, data }) => resolve({ origin, data }), { once: true })
    open(${JSON.stringify(url)})
  })`)
}

test('the vendor’s script hears a text in the page that opened the popup, the first time with the user', { timeout: 30_000 }, async () => {
  const page = await openPage()
  await page.goto(origin)
  const first = await told(page, address())
  expect(first.origin).toBe(new URL(server.url).origin)
  const { method, data } = JSON.parse(first.data) as { method: string; data: Record<string, Record<string, string>> }
  expect([method, Object.keys(data), Object.keys(data.authorization ?? {})]).toEqual([
    'oauthDone',
    ['authorization', 'user'],
    ['code', 'id_token', 'state'],
  ])
  expect(data.user).toEqual({ name: { firstName: 'Alice', lastName: 'Arnold' }, email: 'alice@example.com' })
  expect(data.authorization?.state).toBe('s')
  const second = JSON.parse((await told(page, address())).data)
  expect(Object.keys(second.data)).toEqual(['authorization'])
})

test('it hears of who cancels', { timeout: 30_000 }, async () => {
  await change(server, { auto_sign_in: 'deny' })
  const page = await openPage()
  await page.goto(origin)
  expect((await told(page, address())).data).toBe('{"method":"oauthDone","data":{"error":"user_cancelled_authorize"}}')
})

test('no other mode takes name or email but that and form_post', async () => {
  for (const response_mode of ['query', 'fragment']) {
    const { status, text } = await send(address({ response_mode, response_type: 'code' }), { headers: { accept: 'text/html' } })
    expect([status, pageLines(text)]).toEqual([
      400,
      [
        'Error 400',
        'Sign in could not be completed',
        'response_mode must be form_post when name or email scope is requested.',
        'invalid_request',
      ],
    ])
  }
})

test('the control API tells what the browser would', async () => {
  const own = await startTeam()
  await allowRedirects(own, redirect_uri)
  const { body } = await authorized(own, { redirect_uri, response_mode: 'web_message', scope: 'name', state: 's' })
  expect(Object.keys(body.form as object)).toEqual(['state', 'code', 'user'])
})
