import { describe, expect, test } from 'vitest'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { rawRequest } from '../support/raw-request.ts'
import { start, startForFile, type TestServer } from '../support/server.ts'

/** Who may see the dashboard, and whose forms it takes. */

const open = await startForFile()
const adminToken = 'a-token-that-nobody-guesses'
const guarded = await startForFile({ host: '0.0.0.0', adminToken })
const port = (server: TestServer) => new URL(server.url).port

describe('bound to loopback', () => {
  test.each([
    ['localhost', 200],
    ['127.0.0.1', 200],
    ['t42.localhost', 200],
    ['sandbox.iokids.net', 200],
    ['evil.test', 403],
    ['localhost.evil.test', 403],
    ['192.168.0.1', 403],
  ])('a request for the host %s is answered with %i', async (host, status) => {
    open.server.sandboxes.update(open.sandbox(), { hosts: ['sandbox.iokids.net'] })
    const answer = await rawRequest(open.url, '/dashboard/iokids/apps', { headers: { host: `${host}:${port(open)}` } })
    expect(answer.status).toBe(status)
    if (status === 403) expect(textOf(answer.text)).toContain('DNS rebinding')
  })

  test('a picture or a script of another site gets nothing', async () => {
    const { status } = await new DashboardClient(open.url).get('/dashboard/iokids/apps', {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'no-cors',
    })
    expect(status).toBe(403)
  })

  test('who follows a link of another site is sent on from a page of ours, without a cookie', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    const { status, html, setCookies } = await new DashboardClient(open.url).get('/dashboard/iokids/flows?page=2', link)
    expect(status).toBe(200)
    expect(html).toContain('<meta http-equiv="refresh" content="0; url=/dashboard/iokids/flows?page=2">')
    expect(html).not.toContain('FindFluffy')
    expect(setCookies).toEqual([])
  })

  test('a token in the address is taken away, and asked for by nobody', async () => {
    const answer = await new DashboardClient(open.url).get('/dashboard?token=whatever')
    expect([answer.status, answer.location]).toEqual([303, '/dashboard'])
  })
})

describe('with an admin token', () => {
  test.each([
    '/dashboard',
    '/dashboard/iokids/apps',
    '/dashboard/iokids/requests/stream',
    '/dashboard/iokids/exports/requests.http',
    '/dashboard/nobody/apps',
  ])('%s shows nothing but the page that signs in', async (path) => {
    const { status, html } = await new DashboardClient(guarded.url).get(path)
    expect(status).toBe(401)
    expect(textOf(html)).toContain('Admin token')
    expect(html).not.toMatch(/FindFluffy|iok-cid|There is no sandbox/)
  })

  test('the link of the start signs in: the token becomes a cookie that is not the token, and leaves the address', async () => {
    const browser = new DashboardClient(guarded.url)
    const { dashboard_url } = guarded.server.describe(guarded.url)
    const link = new URL(dashboard_url)
    const answer = await browser.get(link.pathname + link.search)
    expect([answer.status, answer.location]).toEqual([303, '/dashboard'])
    const [cookie = ''] = answer.setCookies
    expect(cookie).toMatch(/; Path=\/dashboard; HttpOnly; SameSite=Strict; Max-Age=43200$/)
    expect(cookie).not.toContain(adminToken)
    expect((await browser.get('/dashboard/iokids/apps')).html).toContain('FindFluffy')
  })

  test('a link into the dashboard keeps its path and the rest of its query', async () => {
    const answer = await new DashboardClient(guarded.url).get(`/dashboard/iokids/flows?page=2&token=${adminToken}`)
    expect(answer.location).toBe('/dashboard/iokids/flows?page=2')
  })

  test('the page signs in whoever types the token, and goes on to what was asked for', async () => {
    const browser = new DashboardClient(guarded.url)
    await browser.get('/dashboard/iokids/sandbox?q=bea')
    const wrong = await browser.post('/dashboard', { do: 'sign-in', token: 'guess', to: '/dashboard/iokids/sandbox?q=bea' })
    expect(wrong.status).toBe(401)
    expect(textOf(wrong.html)).toContain('This is not the admin token of this grantbox.')
    const right = await browser.post('/dashboard', { do: 'sign-in', token: adminToken, to: '/dashboard/iokids/sandbox?q=bea' })
    expect([right.status, right.location]).toEqual([303, '/dashboard/iokids/sandbox?q=bea'])
    expect((await browser.get(right.location)).html).toContain('beautifulmeercat246')
    const out = await browser.submit('/dashboard', { do: 'sign-out' })
    expect(out.status).toBe(401)
  })

  test.each(['https://evil.test/', '//evil.test', '/dashboard.evil.test', '/dashboardx', '/dashboard\r\nx'])(
    'it does not go on to %j',
    async (to) => {
      const browser = new DashboardClient(guarded.url)
      const answer = await browser.post('/dashboard', { do: 'sign-in', token: adminToken, to })
      expect([answer.status, answer.location]).toEqual([303, '/dashboard'])
    },
  )

  test('a cookie that was made up or has come to its end signs nobody in', async () => {
    const server = await start({ host: '0.0.0.0', adminToken })
    const browser = new DashboardClient(server.url)
    await browser.get(`/dashboard?token=${adminToken}`)
    expect((await browser.get('/dashboard')).status).toBe(200)
    const changed = browser.cookies.replace(/(grantbox_session_\d+=[^.]+\.)(\d+)/, (_, before, end) => `${before}${Number(end) + 9}`)
    expect((await rawRequest(server.url, '/dashboard', { headers: { cookie: changed } })).status).toBe(401)
    server.clock.advance(12 * 3600 + 1)
    expect((await browser.get('/dashboard')).status).toBe(401)
  })

  test('a form is not taken from who is not signed in, whatever token it carries', async () => {
    const browser = new DashboardClient(guarded.url)
    const answer = await browser.post('/dashboard/iokids/apps/app_findfluffy000000/delete')
    expect(answer.status).toBe(401)
    expect(guarded.sandbox().directory.findApp('app_findfluffy000000')).toBeDefined()
  })
})

describe('a form', () => {
  const deletion = '/dashboard/iokids/apps/app_findfluffy000000/delete'
  const stands = () => expect(open.sandbox().directory.findApp('app_findfluffy000000')).toBeDefined()

  test.each<[string, Record<string, string>]>([
    ['a page of another site', { origin: 'https://evil.test' }],
    ['another port of this machine', { origin: 'http://localhost:3000' }],
    ['a page that hides where it is', { origin: 'null' }],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['a sister site, as the browser says', { 'sec-fetch-site': 'same-site' }],
  ])('from %s is refused, though cookie and token are right', async (_from, headers) => {
    const { status, html } = await new DashboardClient(open.url).post(deletion, {}, headers)
    expect(status).toBe(403)
    expect(html).not.toContain('FindFluffy')
    stands()
  })

  test('without its token is refused, with a page that says what to do', async () => {
    const browser = new DashboardClient(open.url)
    await browser.get('/dashboard/iokids/brands')
    browser.csrf = 'made-up'
    const { status, html } = await browser.post(deletion)
    expect(status).toBe(403)
    expect(textOf(html)).toContain('Nothing was changed. Go back to the dashboard, load its page again and send the form from there.')
    stands()
  })

  test("with the token of another browser's cookie is refused", async () => {
    const [mine, other] = [new DashboardClient(open.url), new DashboardClient(open.url)]
    await mine.get('/dashboard/iokids/brands')
    await other.get('/dashboard/iokids/brands')
    expect(mine.csrf).not.toBe(other.csrf)
    mine.csrf = other.csrf
    expect((await mine.post(deletion)).status).toBe(403)
    stands()
  })

  test('of our own page is taken, as a browser sends it', async () => {
    const browser = new DashboardClient(open.url)
    const headers = { origin: open.url, 'sec-fetch-site': 'same-origin' }
    const answer = await browser.post('/dashboard/iokids/brands', { name: 'Sent as a browser does' }, headers)
    expect([answer.status, answer.location]).toEqual([303, '/dashboard/iokids/brands?notice=brand-saved'])
  })

  test('the token is bound to a cookie that no script can read and no other site sends', async () => {
    const { setCookies } = await new DashboardClient(open.url).get('/dashboard')
    expect(setCookies).toEqual([expect.stringMatching(/^grantbox_csrf=[\w-]{32}; Path=\/dashboard; HttpOnly; SameSite=Strict$/)])
  })
})

test('pages may fetch from us alone, be framed by nobody and post nowhere else', async () => {
  const { headers } = await new DashboardClient(open.url).get('/dashboard/iokids/apps')
  const policy = String(headers['content-security-policy'])
  expect(policy.split('; ')).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ]),
  )
  expect(policy).not.toMatch(/unsafe|https?:/)
  // With no-referrer a browser would hide where our own forms come from.
  expect(headers['referrer-policy']).toBe('same-origin')
  expect(headers['cache-control']).toBe('no-store')
})
