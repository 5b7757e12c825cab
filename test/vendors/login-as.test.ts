import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { GrantboxError, startGrantbox } from '../../src/index.ts'
import { browser } from '../support/browser.ts'
import { brandon, findFluffy } from '../support/iokids-client.ts'

const box = await startGrantbox()
afterAll(() => box.close())
const open = browser()

// Any port will do for a loopback redirect URI (RFC 8252 §7.3).
const app = createServer((_request, response) => response.end('Back in the app'))
await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
const { port } = app.address() as AddressInfo
const callback = `http://127.0.0.1:${port}/callback`
const anyOfApp = `http://127.0.0.1:${port}/**`
afterAll(() => app.close())

function signInUrl(url: string, path: string, parameters: Record<string, string>): string {
  return `${url}${path}?${new URLSearchParams({ response_type: 'code', redirect_uri: callback, state: 's', ...parameters })}`
}

const vendor = { client_id: findFluffy.client_id, scope: 'profile friends' }

test('logs in through the vendor’s pages and goes on to the app', async () => {
  const page = await open()
  await box.loginAs(page, brandon.username, { url: signInUrl(box.url, '/oauth/signin', vendor) })
  await page.waitForURL(anyOfApp)
  expect(new URL(page.url()).searchParams.get('code')).toBeTruthy()
})

test('logs in on a page that the app has led to, asks for consent too, and does nothing where nobody is asked', async () => {
  const sandbox = await box.createSandbox({ provider: 'standard' })
  const page = await open()
  const url = signInUrl(sandbox.url, '/authorize', { client_id: 'standard-web', scope: 'openid profile' })
  await page.goto(url)
  await sandbox.loginAs(page, 'alice')
  await page.waitForURL(anyOfApp)
  // Signed in and consented: the browser comes straight back.
  await page.goto(url)
  await sandbox.loginAs(page, 'alice')
  expect(page.url()).toContain(callback)
  expect((await sandbox.grants.list()).map((grant) => grant.username)).toEqual(['alice', 'alice'])
})

test('says what keeps a user from logging in', async () => {
  const page = await open()
  const url = signInUrl(box.url, '/oauth/signin', vendor)
  const wrong = await box.loginAs(page, { username: brandon.username, password: 'wrong' }, { url }).catch((error: unknown) => error)
  expect(wrong).toBeInstanceOf(GrantboxError)
  expect(String(wrong)).toContain('The sign-in page refuses: Username or password is not right.')
  await box.sandbox().users.create({ username: 'nowhere', apps: [] })
  await expect(box.loginAs(page, 'nowhere', { url })).rejects.toThrow('cannot use this app yet')
  await expect(box.loginAs(page, 'nobody', { url })).rejects.toThrow("There is no user 'nobody'")
})

test('goes on from a page that has refused before', async () => {
  const page = await open()
  await page.goto(signInUrl(box.url, '/oauth/signin', vendor))
  await box.loginAs(page, { username: brandon.username, password: 'wrong' }).catch(() => {})
  await box.loginAs(page, brandon.username)
  await page.waitForURL(anyOfApp)
})
