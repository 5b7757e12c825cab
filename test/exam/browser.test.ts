import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { Browser } from '../../src/exam/browser/browser.ts'
import { readProbe, shows } from '../../src/exam/browser/probe.ts'

/** An app that gives everybody a session who has none, and shows two people who have one address. */
const app = createServer(({ headers: { cookie } }, response) => {
  if (cookie === undefined) response.setHeader('set-cookie', [`sid=${Math.random()}; Path=/`, `large=${'x'.repeat(4096)}; Path=/`])
  response.end('Hello subject-2, alice@example.com')
})
await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
afterAll(() => void app.close())
const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/`
const provider = { isSignIn: () => false, signIn: () => Promise.reject(new Error('nobody signs in')) }

test('a look without a cookie leaves the cookies alone, and one of more than 4,096 characters is let go of (RFC 6265)', async () => {
  const browser = new Browser(provider)
  await browser.visit(url)
  const before = browser.jar.cookies
  expect(before.map(({ name }) => name)).toEqual(['sid'])
  await browser.visit(url, { without: 'sid' })
  expect(browser.jar.cookies).toEqual(before)
})

test('a page that has an address shows the address, which two people may have; one that has a subject shows that', async () => {
  const users = [
    { username: 'alice', sub: 'subject-1', email: 'alice@example.com' },
    { username: 'mallory', sub: 'subject-2', email: 'mallory@example.com' },
  ]
  const shown = (text: string) => {
    const probe = readProbe(`GET / contains ${text}`, url)
    return probe && shows(probe, new Browser(provider), users)
  }
  expect(await shown('{email}')).toBe('alice@example.com')
  expect(await shown('{sub}')).toBe('subject-2')
  expect(await shown('Bye {sub}')).toBeNull()
})
