import { execFileSync } from 'node:child_process'
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
    expect(Math.max(...there)).toBeLessThan(Math.min(...idsIn(top)))
    const unfiltered = (await browser.get(`${base}/requests`)).html
    const after = idsIn((await browser.get(href('Older', unfiltered))).html)
    expect(after[0]).toBe(Math.min(...idsIn(unfiltered)) - 1)
    for (let i = 0; i < 60; i++) journal.add(entry({ status: 400 }))
    const later = (await browser.get(second)).html
    expect(idsIn(later).slice(0, 15)).toEqual(there)
    const newer = (await browser.get(href('Newer', later))).html
    expect(Math.min(...idsIn(newer))).toBe(Math.max(...idsIn(later)) + 2)
    expect(idsIn((await browser.get(href('Oldest', newer))).html)).toContain(Math.min(...there))
    expect(idsIn((await browser.get(href('Newest', newer))).html)).toHaveLength(50)
  })

  test('of a full journal no more is drawn than a page holds', async () => {
    const { server, browser, journal } = await open()
    await passwordTokens(server.url)
    await postToken(server.url, { grant_type: 'authorization_code', code: 'nonsense', ...findFluffy })
    const real = journal.list()
    while (journal.list().length < journal.capacity) for (const one of real) journal.add({ ...one })
    for (const [query, rows] of [
      ['', 50],
      ['?q=nothing-of-that-kind', 0],
      ['?errors=on&before=99999999', 50],
    ] as const) {
      const { status, html } = await browser.get(`${base}/requests${query}`)
      expect([query, status, idsIn(html).length]).toEqual([query, 200, rows])
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

/** The words of a command, as a shell hands them to curl. */
const wordsOf = (command: string) =>
  execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${command}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1)

const curlIn = (html: string) =>
  wordsOf(
    (/<code id="curl">([^<]*)</.exec(html)?.[1] ?? '')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&'),
  )

describe('a request of the journal', () => {
  const one = async () => {
    const { server, browser, journal } = await open()
    const page = async (id = journal.list().at(-1)?.id) => ({
      path: `${base}/requests/${id}`,
      ...(await browser.get(`${base}/requests/${id}`)),
    })
    return { server, browser, journal, page }
  }
  const showSecrets = ({ server, sandbox }: Awaited<ReturnType<typeof start>>) =>
    server.sandboxes.update(sandbox(), { settings: { show_secrets: true } })
  const nasty = `it's "x" $(touch /tmp/x) \`id\` \n & < >`

  test('is a curl command with all that came, whatever stands in it, and words in the place of what is hidden', async () => {
    const { server, journal, page } = await one()
    const form = { grant_type: 'password', ...findFluffy, username: nasty, password: `p-${nasty}` }
    await fetch(`${server.url}/oauth/token?a[]=${encodeURIComponent(nasty)}&code=hidden`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { 'x-odd': `it's; rm -rf` },
    })
    const hidden = curlIn((await page()).html)
    expect(hidden[0]).toBe(`${server.url}/oauth/token?a[]=${encodeURIComponent(nasty).replace("'", '%27')}&code=CODE`)
    expect(hidden).toEqual(
      expect.arrayContaining(['--globoff', "x-odd: it's; rm -rf", `username=${nasty}`, 'password=PASSWORD', 'client_secret=CLIENT_SECRET']),
    )
    showSecrets(server)
    const shown = curlIn((await page()).html)
    journal.add(entry({ url: '/$(id)`id`"$HOME' }))
    expect(curlIn((await page()).html)[0]).toBe('http://localhost/$(id)`id`"$HOME')
    expect(shown[0]).toContain('code=hidden')
    expect(shown).toEqual(expect.arrayContaining(Object.entries(form).map(([name, value]) => `${name}=${value}`)))
  })

  test('is sent again as it came, by curl and from here, with the same answer', async () => {
    const { server, browser, journal, page } = await one()
    showSecrets(server)
    const { access_token } = await passwordTokens(server.url)
    await fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${access_token}`, 'x-many': 'a, b' } })
    const [token, me] = journal.list()
    for (const entry of [token, me]) {
      const { location } = await browser.post(`${base}/requests/${entry?.id}/again`)
      const { html } = await browser.get(location)
      expect(textOf(html)).toContain('It was sent again. This is what came of it.')
      expect(textOf(html)).toContain(`it repeats request ${entry?.id}`)
      const made = journal.list().at(-1)
      expect(made).toMatchObject({
        status: 200,
        again_of: entry?.id,
        url: entry?.url,
        origin: entry?.origin,
        request_body: entry?.request_body,
      })
      expect(location).toContain(`/requests/${made?.id}?`)
    }
    expect(journal.list().at(-1)?.response_body).toBe(me?.response_body)
    server.clock.advance(302)
    await browser.post(`${base}/requests/${me?.id}/again`)
    expect(journal.list().at(-1)).toMatchObject({ status: 401, reason: 'token_expired' })
    const repeat = curlIn((await page(me?.id)).html)
    const [url = '', ...words] = repeat
    const headers = words
      .filter((word) => word !== '--header')
      .map((word): [string, string] => [word.split(': ')[0] ?? '', word.split(': ')[1] ?? ''])
    expect((await fetch(url, { headers })).status).toBe(401)
    const { items } = (await (await fetch(`${server.url}/_grantbox/sandboxes/iokids/requests`)).json()) as {
      items: { again_of: unknown }[]
    }
    expect(items.map(({ again_of }) => again_of)).toEqual([null, null, token?.id, me?.id, me?.id, null])
  })

  test('that was sent again is held against no client', async () => {
    const server = await start()
    const { name, journal } = await server.reach('standard')
    await fetch(authorizeUrl(`${server.url}/${name}`, { state: undefined }), { redirect: 'manual' })
    const hints = async () => (await (await fetch(`${server.url}/_grantbox/sandboxes/${name}/hints`)).json()) as unknown
    const before = await hints()
    await new DashboardClient(server.url).post(`/dashboard/${name}/requests/${journal.list()[0]?.id}/again`)
    expect(journal.list()).toHaveLength(2)
    expect(await hints()).toEqual(before)
  })

  test.each<[string, Partial<JournalEntry>, string]>([
    ['too large', { request_body: { '…': '70000 bytes, more than are kept' } }, 'larger than what the journal keeps'],
    ['never read', { request_headers: { 'content-length': '5' } }, 'refused before it was read'],
    ['refused by the proxy', { endpoint: 'proxy' }, 'It came to no sandbox'],
    ['with a certificate', { url: '/_mtls/oauth/token' }, 'a certificate whose key only its client has'],
    ['to another sandbox', { url: '/standard/token' }, 'Its address leads to the sandbox standard by now'],
  ])('that is %s says why it cannot be sent again', async (_, more, why) => {
    const { server, browser, journal, page } = await one()
    await server.reach('standard')
    journal.add(entry({ origin: { scheme: 'http', host: new URL(server.url).host }, ...more }))
    const { path } = await page()
    const again = await browser.post(`${path}/again`)
    expect(again.status).toBe(409)
    expect(textOf(again.html)).toContain(why)
    expect(journal.list()).toHaveLength(1)
  })
})

describe('the export as HAR', () => {
  /** What HAR 1.2 requires, by the name of the object. */
  const required = {
    log: ['version', 'creator', 'entries'],
    creator: ['name', 'version'],
    entry: ['startedDateTime', 'time', 'request', 'response', 'cache', 'timings'],
    request: ['method', 'url', 'httpVersion', 'cookies', 'headers', 'queryString', 'headersSize', 'bodySize'],
    response: ['status', 'statusText', 'httpVersion', 'cookies', 'headers', 'content', 'redirectURL', 'headersSize', 'bodySize'],
    content: ['size', 'mimeType'],
    timings: ['send', 'wait', 'receive'],
    postData: ['mimeType'],
    pair: ['name', 'value'],
  }
  type Members = Record<string, unknown>
  const has = (what: keyof typeof required, value: unknown): Members => {
    expect(Object.keys(value as Members)).toEqual(expect.arrayContaining(required[what]))
    return value as Members
  }

  test('has all that is asked for, with the members that the format requires, and no secret that is hidden', async () => {
    const { server, browser, journal } = await open()
    await passwordTokens(server.url)
    await fetch(`${server.url}/v1/me?x=1&y=%20`)
    journal.add(entry({ status: 0, origin: { scheme: 'https', host: 'login.example' }, connection: 3 }))
    const { headers, html } = await browser.get(`${base}/requests.har`)
    expect(headers['content-disposition']).toBe('attachment; filename="iokids.har"')
    expect(html).not.toContain(findFluffy.client_secret)
    const log = has('log', (JSON.parse(html) as { log: unknown }).log)
    expect([log.version, has('creator', log.creator).name]).toEqual(['1.2', 'grantbox'])
    const entries = (log.entries as unknown[]).map((one) => has('entry', one))
    for (const one of entries) {
      expect(String(one.startedDateTime)).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
      const [request, response] = [has('request', one.request), has('response', one.response)]
      for (const pair of [...(request.headers as unknown[]), ...(request.queryString as unknown[]), ...(response.headers as unknown[])]) {
        expect(Object.values(has('pair', pair)).every((value) => typeof value === 'string')).toBe(true)
      }
      has('content', response.content)
      const timings = has('timings', one.timings)
      expect(Number(timings.send) + Number(timings.wait) + Number(timings.receive)).toBeCloseTo(Number(one.time))
      if (request.postData !== undefined) has('postData', request.postData)
    }
    const urls = entries.map(({ request }) => (request as Members).url)
    expect(urls).toEqual([`${server.url}/oauth/token`, `${server.url}/v1/me?x=1&y=%20`, 'https://login.example/oauth/token'])
    const byApi = await fetch(`${server.url}/_grantbox/sandboxes/iokids/requests.har?endpoint=token`)
    const { log: found } = (await byApi.json()) as { log: { entries: unknown[] } }
    expect(found.entries).toEqual([entries[0], entries[2]])
    const refused = JSON.parse((await browser.get(`${base}/requests.har?status=401`)).html) as { log: { entries: Members[] } }
    expect(refused.log.entries.map(({ request }) => (request as Members).url)).toEqual([urls[1]])
  })
})
