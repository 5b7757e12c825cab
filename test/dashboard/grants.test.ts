import { expect, test } from 'vitest'
import { control } from '../support/control-client.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { hardWay } from '../support/dashboard-flow.ts'
import { findFluffy, passwordTokens, postToken } from '../support/iokids-client.ts'
import { start } from '../support/server.ts'

/** The pages of grants, driven as a browser without scripts would. */

const base = '/dashboard/iokids'
const sandboxPath = '/sandboxes/iokids'

async function open() {
  const server = await start()
  const browser = new DashboardClient(server.url)
  const me = async (token: string) => (await fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status
  const rows = async (query = '') => {
    const { html } = await browser.get(`${base}/grants${query}`)
    return [...html.matchAll(/<li class="panel flow">([\s\S]*?)<\/li>/g)].map(([, row = '']) => textOf(row).trim())
  }
  return { server, browser, me, rows, seen: async (path: string) => textOf((await browser.get(base + path)).html) }
}

test('the list has grants newest first with app, user, kind and state, and finds them', async () => {
  const { server, browser, rows, seen } = await open()
  expect(await seen('/grants')).toContain('No grants yet')
  await hardWay(server)
  await postToken(server.url, { grant_type: 'client_credentials', ...findFluffy })
  await passwordTokens(server.url)
  expect(await rows()).toEqual([
    expect.stringMatching(/^FindFluffy · @beautifulmeercat246 works Password now iok-cid-findfluffy for profile/),
    expect.stringMatching(/^FindFluffy works Client credentials now/),
    expect.stringMatching(/^FindFluffy · @beautifulmeercat246 revoked Authorization code/),
  ])
  for (const [query, count] of [
    ['?state=revoked', 1],
    ['?state=active', 2],
    ['?q=@beautifulme', 2],
    ['?q=find', 3],
    ['?q=iok-cid', 3],
    ['?q=nobody', 0],
    ['?q=%25', 0],
    ['?user=beautifulmeercat246', 2],
    ['?client=iok-cid-findfluffy&q=beau&state=active', 1],
    ['?client=other', 0],
    ['?before=2', 1],
  ] as const) {
    expect([query, (await rows(query)).length]).toEqual([query, count])
  }
  server.clock.advance(10 * 365 * 86_400)
  expect(await rows('?state=active')).toEqual([expect.stringContaining('no live token'), expect.stringContaining('no live token')])
  await control(server, 'PATCH', `${sandboxPath}/users/beautifulmeercat246`, { disabled: true })
  expect((await rows())[0]).toContain('user disabled')
  const { html } = await browser.get(`${base}/grants?user=beautifulmeercat246&q=x`)
  expect(html).toContain('name="user" value="beautifulmeercat246"')
})

test('the list is paged in the store', async () => {
  const { server, browser, rows } = await open()
  for (let made = 0; made < 51; made++) await control(server, 'POST', `${sandboxPath}/tokens`, { client_id: findFluffy.client_id })
  expect(await rows()).toHaveLength(50)
  const { html } = await browser.get(`${base}/grants?q=find`)
  const [, older = ''] = /href="([^"]+before=\d+)"/.exec(html) ?? []
  expect(older).toContain('q=find&amp;before=2')
  const last = await browser.get(older.replace('&amp;', '&'))
  expect(last.html.match(/<li class="panel flow">/g)).toHaveLength(1)
  expect(last.html).toContain(`href="${base}/grants?q=find">Newest`)
})

test('a grant shows what was given by whom, its tokens and its requests, and nothing that the control API hides', async () => {
  const { server, browser, seen } = await open()
  const { secrets } = await hardWay(server)
  const text = await seen('/grants/1')
  expect(text).toMatch(
    /Grant 1 revoked .*Came about by Authorization code App FindFluffy Client ID iok-cid-findfluffy User @beautifulmeercat246 Scope profile/,
  )
  expect(text).toMatch(/Revoked \d{4}-.*: a refresh token was used after its time/)
  expect(text).toMatch(/Authorization code redeemed .*Refresh token used again/)
  expect(text).toMatch(/Client: Refreshes → invalid_grant/)
  const { html } = await browser.get(`${base}/grants/1`)
  expect(secrets.filter((secret) => html.includes(secret))).toEqual([])
  expect(html).toContain(`href="${base}/flows/grant-1"`)
  expect(html).not.toContain('Expire now')
  const missing = await browser.get(`${base}/grants/99`)
  expect([missing.status, textOf(missing.html)]).toEqual([404, expect.stringContaining("There is no grant '99' in sandbox 'iokids'")])
})

test('one token expires or is revoked, and the others go on; revoking the grant asks once and ends all', async () => {
  const { server, browser, me, seen } = await open()
  const first = await passwordTokens(server.url)
  const { body: second } = await postToken(server.url, { grant_type: 'refresh_token', refresh_token: first.refresh_token, ...findFluffy })
  const { html } = await browser.get(`${base}/grants/1`)
  const actions = [...html.matchAll(/action="([^"]+\/tokens\/[^"]+)"/g)].map(([, action = '']) => action)
  const access = actions.filter((action) => action.includes('/access/'))
  expect([actions.length, access.length]).toEqual([3, 2])

  expect(await me(first.access_token)).toBe(200)
  const expired = await browser.submit(access[0] ?? '', { do: 'expire' })
  expect(textOf(expired.html)).toContain('The token has expired now.')
  expect([await me(first.access_token), await me(String(second.access_token))]).toEqual([401, 200])
  expect(textOf((await browser.submit(access[0] ?? '', { do: 'expire' })).html)).toContain('nothing was changed')

  expect(textOf((await browser.submit(access[1] ?? '', { do: 'revoke' })).html)).toContain('The token was revoked.')
  expect(await me(String(second.access_token))).toBe(401)
  const refresh = () => postToken(server.url, { grant_type: 'refresh_token', refresh_token: String(second.refresh_token), ...findFluffy })
  const { body: third } = await refresh()
  expect(await me(String(third.access_token))).toBe(200)

  expect(await seen('/grants/1/revoke')).toMatch(/Revoke this grant\?.*What beautifulmeercat246 allowed FindFluffy ends/)
  expect(await me(String(third.access_token))).toBe(200)
  expect(textOf((await browser.submit(`${base}/grants/1/revoke`)).html)).toContain('The grant was revoked.')
  expect(await me(String(third.access_token))).toBe(401)
  expect((await control(server, 'GET', `${sandboxPath}/grants/1`)).body).toMatchObject({
    active: false,
    revoked_reason: 'the user removed the app',
  })
})

test('of a family of very many the youngest are shown, and how many are left out', async () => {
  const { server, browser, seen } = await open()
  let { refresh_token } = await passwordTokens(server.url)
  for (let times = 0; times < 120; times++) {
    const { body } = await postToken(server.url, { grant_type: 'refresh_token', refresh_token, ...findFluffy })
    refresh_token = String(body.refresh_token)
  }
  const { html } = await browser.get(`${base}/grants/1`)
  expect(html.match(/class="node"/g)).toHaveLength(200)
  expect(await seen('/grants/1')).toContain('The 42 before are left out.')
  expect(await seen('/flows/grant-1')).toContain('The 42 before are left out.')
  for (let times = 0; times < 120; times++) await postToken(server.url, { grant_type: 'client_credentials', ...findFluffy })
  expect(await seen('/grants/2')).toMatch(/works .*The 20 before are left out\./)
})

test('a refresh token expires by hand, also one that would live for ever, and a token of another grant is left alone', async () => {
  const { server, browser } = await open()
  await control(server, 'PATCH', sandboxPath, { settings: { refresh_token_ttl: 0 } })
  const tokens = await passwordTokens(server.url)
  const other = await passwordTokens(server.url)
  const { html } = await browser.get(`${base}/grants/1`)
  const [, id = ''] = /tokens\/refresh\/(\d+)"/.exec(html) ?? []
  const refreshed = async (refresh_token: string) =>
    (await postToken(server.url, { grant_type: 'refresh_token', refresh_token, ...findFluffy })).body
  expect(textOf((await browser.submit(`${base}/grants/2/tokens/refresh/${id}`, { do: 'expire' })).html)).toContain('nothing was changed')
  await browser.submit(`${base}/grants/1/tokens/refresh/${id}`, { do: 'expire' })
  expect((await refreshed(tokens.refresh_token)).error).toBe('invalid_grant')
  expect((await refreshed(other.refresh_token)).error).toBeUndefined()
})

test('the access tokens of a user or a client expire at once', async () => {
  const { server, browser, me } = await open()
  const tokens = await passwordTokens(server.url)
  expect((await browser.get(`${base}/grants`)).html).not.toContain('/grants/expire')
  expect((await browser.get(`${base}/grants?user=beautifulmeercat246`)).html).toContain(`action="${base}/grants/expire"`)
  const done = await browser.submit(`${base}/grants/expire`, { user: 'beautifulmeercat246' })
  expect(textOf(done.html)).toContain('One access token expired.')
  expect(await me(tokens.access_token)).toBe(401)
  expect((await browser.post(`${base}/grants/expire`, { user: 'nobody' })).status).toBe(400)
})
