import { expect, test } from 'vitest'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { start } from '../support/server.ts'
import { authorizeUrl } from '../support/standard-sign-in.ts'

/** The page of all hints of a sandbox, without scripts. */

const page = '/dashboard/standard/hints'

async function open() {
  const server = await start()
  const { name, journal } = await server.reach('standard')
  const browser = new DashboardClient(server.url)
  const sloppy = (client_id = 'standard-web') =>
    fetch(authorizeUrl(`${server.url}/${name}`, { client_id, nonce: undefined, state: undefined }), { redirect: 'manual' })
  const read = async () => textOf((await browser.get(page)).html)
  return { server, browser, journal, sloppy, read }
}

test('says what to do while there is nothing to say, and when nothing is wrong', async () => {
  const { server, read } = await open()
  expect(await read()).toContain('No requests yet')
  await fetch(`${server.url}/standard/jwks`)
  expect(await read()).toMatch(/Nothing is wrong The one request breaks none of \d+ rules/)
})

test('are grouped by client and level, each with its proof, why and how to mend it', async () => {
  const { browser, journal, sloppy } = await open()
  for (let i = 0; i < 10; i++) await sloppy()
  await sloppy('standard-spa')
  const { html } = await browser.get(page)
  const text = textOf(html)
  expect([...html.matchAll(/<h2 id="client-([\w-]+)">/g)].map(([, id]) => id)).toEqual(['standard-web', 'standard-spa'])
  const [web = ''] = html.split('client-standard-spa')
  expect(web.indexOf('>must<')).toBeGreaterThan(0)
  expect(web.indexOf('>must<')).toBeLessThan(web.indexOf('>should<'))
  expect(text).toContain('The code flow was begun without a code_challenge. Why: ')
  expect(text).toContain('Mend: Switch PKCE on')
  const newest = journal.list()[9]?.id
  expect(text).toContain(`request ${newest} and 2 earlier`)
  const [, href = ''] = new RegExp(`<a href="([^"]+)">request ${newest}<`).exec(html) ?? []
  expect(href).toBe(`/dashboard/standard/requests/${newest}`)
  expect((await browser.get(href)).status).toBe(200)
  for (const path of ['apps', 'requests', 'exam']) {
    expect((await browser.get(`/dashboard/standard/${path}`)).html, path).toContain(`href="${page}"`)
  }
  expect((await browser.get('/dashboard')).html).toContain(`href="${page}"`)
})

test('are silenced with a reason, which is asked for, and shown again', async () => {
  const { server, browser, sloppy, read } = await open()
  await sloppy()
  const hint = { client_id: 'standard-web', rule: 'request-pkce' }
  const refused = await browser.post(page, { ...hint, reason: ' ' })
  expect([refused.status, refused.html.includes('A reason is needed.')]).toEqual([400, true])
  await browser.submit(page, { ...hint, reason: 'An old library' })
  expect(await read()).toMatch(/Silenced 1 standard-web request-pkce An old library/)
  expect(await read()).not.toContain('without a code_challenge')
  const { items } = (await (await fetch(`${server.url}/_grantbox/sandboxes/standard/hints`)).json()) as { items: { rule: string }[] }
  expect(items.map(({ rule }) => rule)).not.toContain('request-pkce')
  expect(textOf((await browser.submit(page, { ...hint, restore: 'on' })).html)).toContain('The hint is shown again.')
  expect(await read()).toContain('without a code_challenge')
  expect((await browser.post(page, { ...hint, rule: 'no-rule', reason: 'x' })).status).toBe(404)
})
