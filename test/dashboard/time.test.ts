import { expect, test } from 'vitest'
import { control } from '../support/control-client.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { findFluffy, passwordTokens, postToken } from '../support/iokids-client.ts'
import { start } from '../support/server.ts'

/** The page that moves a sandbox's clock, and what every page says of it. */

const at = '/dashboard/iokids/time'

async function open() {
  const server = await start()
  const clock = async () => (await control(server, 'GET', '/sandboxes/iokids/clock')).body
  return { server, browser: new DashboardClient(server.url), clock }
}

/** What the top bar of a page says of the clock. */
const topBar = (html: string) => textOf(/<a class="differs"[\s\S]*?<\/a>/.exec(html)?.[0] ?? '').trim()

test('put forward by a step or an amount, tokens expire, and every page says so until it goes as the machine’s again', async () => {
  const { server, browser, clock } = await open()
  const { access_token } = await passwordTokens(server.url)
  const me = async () => (await fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${access_token}` } })).status
  const before = await browser.get(at)
  expect(textOf(before.html)).toContain('It goes as the machine’s clock.')
  expect([await me(), topBar(before.html)]).toEqual([200, ''])
  const { html } = await browser.submit(`${at}/advance`, { by: '10m' })
  expect(textOf(html)).toContain('It goes, 10 minutes ahead of the machine’s clock.')
  expect(await me()).toBe(401)
  await browser.post(`${at}/advance`, { by: '-1d' })
  const apps = await browser.get('/dashboard/iokids/apps')
  expect(topBar(apps.html)).toBe('The sandbox’s clock: 23 hours 50 minutes behind')
  expect(apps.html).toContain(`<a class="differs" href="${at}"`)
  expect(topBar((await browser.submit(at, { do: 'machine' })).html)).toBe('')
  expect(await clock()).toMatchObject({ offset_ms: 0, frozen: false })
})

test('stopped and let go on, it stands where it was', async () => {
  const { browser, clock } = await open()
  await browser.post(`${at}/advance`, { by: '2h' })
  const { html } = await browser.submit(at, { do: 'stop' })
  expect(textOf(html)).toMatch(/It stands still, (2 hours|1 hour 59 minutes) ahead of the machine’s clock\./)
  const { now, frozen } = await clock()
  expect([frozen, topBar(html)]).toEqual([true, `The sandbox’s clock: Stopped at ${now.slice(0, 19).replace('T', ' ')} UTC`])
  expect(textOf((await browser.submit(at, { do: 'go' })).html)).toMatch(/It goes, (2 hours|1 hour 59 minutes) ahead/)
})

test.each([
  ['2030-01-31T12:00', '2030-01-31T12:00:00'],
  ['2030-01-31T12:00:07', '2030-01-31T12:00:07'],
  ['2030-01-31T12:00:07+02:00', '2030-01-31T10:00:07'],
])('set to %s', async (now, is) => {
  const { browser, clock } = await open()
  expect((await browser.submit(`${at}/set`, { now, do: 'stop' })).status).toBe(200)
  expect(await clock()).toMatchObject({ now: `${is}.000Z`, frozen: true })
})

test.each([
  ['advance', 'by', 'soon', 'Expected: a duration such as "5m", "90s", "250ms" or "1h", or a number of seconds.'],
  ['advance', 'by', '', 'Expected: a duration such as "5m", "90s", "250ms" or "1h", or a number of seconds.'],
  ['advance', 'by', '-36500d', 'Expected: a time from 1970 to 9999.'],
  ['set', 'now', 'tomorrow', 'Expected: a time such as 2030-01-31T12:00:00Z (RFC 3339).'],
])('%s to a %s of "%s" is refused beside the field, in the words of the control API', async (what, field, value, says) => {
  const { browser, clock } = await open()
  const { status, html } = await browser.post(`${at}/${what}`, { [field]: value })
  expect(status).toBe(400)
  const [, error = ''] = new RegExp(`id="${field}-error">([^<]*)<`).exec(html) ?? []
  expect(textOf(error)).toBe(says)
  expect(html).toContain(`value="${value}"`)
  expect((await clock()).offset_ms).toBe(0)
})

test('it stays within what can be written, whoever moves it', async () => {
  const { server, browser } = await open()
  await browser.post(`${at}/set`, { now: '9990-01-01T00:00' })
  expect((await browser.post(`${at}/advance`, { by: '36500d' })).status).toBe(400)
  for (const path of ['clock', 'requests']) {
    expect((await fetch(`${server.url}/_grantbox/sandboxes/iokids/${path}`)).status).toBe(200)
  }
})

test('it moves until a grant’s access or refresh token has expired, from the pages of the grant and its flow, too', async () => {
  const { server, browser, clock } = await open()
  expect(textOf((await browser.get(at)).html)).toContain('There is no token that would expire')
  const { access_token, refresh_token } = await passwordTokens(server.url)
  const me = async () => (await fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${access_token}` } })).status
  const text = textOf((await browser.get(at)).html)
  expect(text).toMatch(/FindFluffy for @beautifulmeercat246 now .*Until the access token expires \+[45] minutes/)
  for (const page of ['grants/1', 'flows/grant-1']) {
    expect((await browser.get(`/dashboard/iokids/${page}`)).html).toContain(`name="back" value="/${page}"`)
  }
  const until = (use: string, back: string) => browser.post(`${at}/until`, { grant: '1', use, back })
  expect((await until('access', '/flows/grant-1')).location).toBe('/dashboard/iokids/flows/grant-1?notice=until-expired')
  expect(await me()).toBe(401)
  expect((await until('access', '//evil.example')).location).toBe(`${at}?notice=expired-already`)
  expect((await clock()).offset_ms).toBeLessThan(302_000)
  await until('refresh', '/time')
  const refresh = await postToken(server.url, { grant_type: 'refresh_token', refresh_token: refresh_token ?? '', ...findFluffy })
  expect(refresh.status).toBe(400)
  expect((await browser.post(`${at}/until`, { grant: '77', use: 'access' })).status).toBe(404)
})
