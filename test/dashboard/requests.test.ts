import { describe, expect, test } from 'vitest'
import type { JournalEntry } from '../../src/sandbox/journal.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { findFluffy, passwordTokens, postToken } from '../support/iokids-client.ts'
import { start } from '../support/server.ts'
import { authorizeUrl } from '../support/standard-sign-in.ts'

/** The page of requests, without scripts, with a journal of all kinds. */

const base = '/dashboard/iokids'

async function open() {
  const server = await start()
  return { server, browser: new DashboardClient(server.url), journal: server.sandbox().journal }
}

const href = (text: string, html: string) =>
  (new RegExp(`href="([^"]+)">${text}<`).exec(html)?.[1] ?? '').replaceAll('&amp;', '&').replaceAll('&#39;', "'")
const idsIn = (html: string) => [...html.matchAll(/<li id="request-(\d+)">/g)].map(([, id]) => Number(id))

/** An entry of the journal, as if a request had come. */
function entry(more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    id: 0,
    time: 0,
    at_ms: 0,
    duration_ms: 1,
    endpoint: 'token',
    method: 'POST',
    url: '/oauth/token',
    request_headers: { host: 'localhost' },
    request_body: undefined,
    status: 200,
    response_headers: {},
    response_body: undefined,
    ...more,
  }
}

describe('what is asked for', () => {
  test.each<[string, Partial<JournalEntry>]>([
    ['endpoint=userinfo', { endpoint: 'userinfo' }],
    ['client=client-b', { client_id: 'client-b' }],
    ['user=@bob', { username: 'bob' }],
    ['status=4xx', { status: 418 }],
    ['status=418', { status: 418 }],
    ['status=0', { status: 0 }],
    ['errors=on', { status: 500 }],
    ['errors=on', { status: 302, error: 'invalid_scope' }],
    ['struck=on', { fault: 'fault-1' }],
    ['q=Verifier%20is%20MISSING', { explanation: 'code_verifier is missing' }],
    ['q=%2Fsomewhere', { url: '/somewhere?x=1' }],
    ['q=unheard-of', { request_body: { state: 'unheard-of' } }],
    ['q=x-odd', { response_headers: { 'x-odd': 'yes' } }],
    ['endpoint=userinfo&client=client-b&status=401', { endpoint: 'userinfo', client_id: 'client-b', status: 401 }],
  ])('%s finds that request alone', async (query, wanted) => {
    const { browser, journal } = await open()
    journal.add(entry({ endpoint: 'userinfo', client_id: 'client-a', username: 'alice' }))
    const found = entry({ endpoint: 'introspect', ...wanted })
    journal.add(found)
    journal.add(entry({ client_id: 'client-b-2' }))
    const { html } = await browser.get(`${base}/requests?${query}`)
    expect(idsIn(html)).toEqual(
      query.startsWith('endpoint=userinfo') ? (query.includes('&') ? [found.id] : [found.id, found.id - 1]) : [found.id],
    )
  })

  test('nothing is found by a secret that is not shown', async () => {
    const { server, browser } = await open()
    await passwordTokens(server.url)
    const asked = `${base}/requests?q=${encodeURIComponent(findFluffy.client_secret.slice(0, 12))}`
    expect(idsIn((await browser.get(asked)).html)).toEqual([])
    server.server.sandboxes.update(server.sandbox(), { settings: { show_secrets: true } })
    expect(idsIn((await browser.get(asked)).html)).toHaveLength(1)
  })

  test('each choice says how many would be left, and the address says all that was chosen', async () => {
    const { browser, journal } = await open()
    for (let i = 0; i < 3; i++) journal.add(entry({ endpoint: 'token', status: 200, client_id: 'a' }))
    for (let i = 0; i < 2; i++) journal.add(entry({ endpoint: 'token', status: 400, client_id: 'a' }))
    journal.add(entry({ endpoint: 'jwks', status: 200, client_id: 'b' }))
    const { html } = await browser.get(`${base}/requests?endpoint=token&client=a`)
    for (const label of ['token (5)', 'jwks (0)', '2xx (3)', '400 (2)', 'a (5)']) {
      const isThere = html.includes(`>${label}<`)
      expect([label, isThere]).toEqual([label, label !== 'jwks (0)'])
    }
    expect(html).toContain('<option value="token" selected>')
    expect(html).toMatch(/name="client"[^>]* value="a"/)
    expect(textOf(html)).toContain('1–5 of 5 that match, of 6 in the journal')
    expect(textOf((await browser.get(`${base}/requests?client=nobody`)).html)).toContain('None of the 6 requests in the journal')
  })
})

describe('pages', () => {
  test('lead to each other, and stay what they are while requests come', async () => {
    const { browser, journal } = await open()
    for (let i = 0; i < 130; i++) journal.add(entry({ status: i % 2 === 0 ? 200 : 400 }))
    const top = (await browser.get(`${base}/requests?status=400`)).html
    expect(idsIn(top)).toHaveLength(50)
    expect(textOf(top)).toContain('1–50 of 65 that match')
    const second = href('Older', top)
    const there = idsIn((await browser.get(second)).html)
    expect(there).toHaveLength(15)
    for (let i = 0; i < 60; i++) journal.add(entry({ status: 400 }))
    const later = (await browser.get(second)).html
    expect(idsIn(later).slice(0, 15)).toEqual(there)
    const newer = (await browser.get(href('Newer', later))).html
    expect(Math.min(...idsIn(newer))).toBe(Math.max(...idsIn(later)) + 2)
    expect(idsIn((await browser.get(href('Oldest', newer))).html)).toContain(Math.min(...there))
    expect(idsIn((await browser.get(href('Newest', newer))).html)).toHaveLength(50)
  })

  test('a full journal is answered in less than 300 ms', async () => {
    const { server, browser, journal } = await open()
    await passwordTokens(server.url)
    await postToken(server.url, { grant_type: 'authorization_code', code: 'nonsense', ...findFluffy })
    const real = journal.list()
    while (journal.list().length < journal.capacity) for (const one of real) journal.add({ ...one })
    for (const query of ['', '?q=nothing-of-that-kind', '?errors=on&before=99999999']) {
      const times = []
      for (let i = 0; i < 3; i++) {
        const began = performance.now()
        expect((await browser.get(`${base}/requests${query}`)).status).toBe(200)
        times.push(performance.now() - began)
      }
      expect([query, Math.min(...times) < 300]).toEqual([query, true])
    }
  })
})

describe('a refused request', () => {
  const refusedBy = async (ask: (url: string) => Promise<unknown>) => {
    const server = await start()
    const { name } = await server.reach('standard')
    await ask(`${server.url}/${name}`)
    const browser = new DashboardClient(server.url)
    const list = (await browser.get(`/dashboard/${name}/requests?errors=on`)).html
    const permalink = href('link to this request', list)
    const request = (await browser.get(permalink)).html
    return { server, browser, list, permalink, request, app: () => server.sandbox(name).directory.listApps()[0] }
  }
  const authorize = (more: Record<string, string>) => (url: string) => fetch(authorizeUrl(url, more), { redirect: 'manual' })
  const login = (more: Record<string, string>) => (url: string) =>
    fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'authorization_code', code: 'x', ...more }) })

  test('offers to add the redirect URI that came, asks once, and the next one passes', async () => {
    const redirect_uri = 'https://new.example/cb?a=b&c=d'
    const { server, browser, request, app } = await refusedBy(authorize({ redirect_uri }))
    expect(textOf(request)).toContain('redirect_unregistered')
    const question = await browser.get(href('Add https://new.example[^<]+', request))
    expect(textOf(question.html)).toContain(redirect_uri)
    expect(app()?.redirect_uris).not.toContain(redirect_uri)
    const [, action = ''] = /<form class="buttons" method="post" action="([^"]+)"/.exec(question.html) ?? []
    await browser.submit(action, { uri: redirect_uri })
    expect(app()?.redirect_uris).toContain(redirect_uri)
    expect((await authorize({ redirect_uri })(`${server.url}/standard`)).status).toBe(200)
  })

  test('offers the scopes that the app may not ask for, beside those that it has', async () => {
    const { browser, request, app } = await refusedBy(authorize({ scope: 'openid orders:read' }))
    const question = await browser.get(href('Allow [^<]+ orders:read', request))
    const before = app()?.scopes ?? []
    const [, own_scopes = ''] = /name="own_scopes" value="([^"]+)"/.exec(question.html) ?? []
    await browser.submit(/<form class="buttons" method="post" action="([^"]+)"/.exec(question.html)?.[1] ?? '', { own_scopes })
    expect(new Set(app()?.scopes)).toEqual(new Set([...before, 'orders:read']))
  })

  test('offers no redirect URI that the app’s page would refuse', async () => {
    const { browser, permalink, request } = await refusedBy(authorize({ redirect_uri: 'https://new.example/#fragment' }))
    expect(request).not.toContain(`${permalink}/mend`)
    expect(href('Registered redirect URIs of [^<]+', request)).toContain('?open=redirect-uris')
    expect((await browser.get(`${permalink}/mend`)).location).toBe(permalink)
  })

  test.each([
    ['client_unknown', login({ client_id: 'nobody' }), 'The apps and their client IDs', '/apps'],
    ['secret_wrong', login({ client_id: 'standard-web', client_secret: 'x' }), 'How standard-web authenticates', '/clients/standard-web'],
    ['code_unknown', login({ client_id: 'standard-web', client_secret: 'standard-web-secret' }), '', ''],
  ])('%s leads to where it is mended, if that is in the dashboard', async (_, ask, text, path) => {
    const { browser, list, request } = await refusedBy(ask)
    if (text === '') return expect(request).not.toContain('class="mends"')
    expect(href(text, list)).toBe(href(text, request))
    expect(href(text, request)).toMatch(new RegExp(`${path}$`))
    expect((await browser.get(href(text, request))).status).toBe(200)
  })
})
