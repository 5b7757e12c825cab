import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { readDeclarations } from '../../src/config/declarations.ts'
import { startGrantbox } from '../../src/index.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { json } from '../support/standard-client.ts'

const box = await startGrantbox({ provider: 'standard' })
afterAll(() => box.close())

type Match = 'exact' | 'wildcard' | 'subdirectory' | 'prefix'

async function world(redirect_uri_match: Match, registered: string[]) {
  const sandbox = await box.createSandbox({ settings: { redirect_uri_match, auto_sign_in: 'alice' } as never })
  onTestFinished(() => sandbox.delete())
  const { clients } = await sandbox.apps.create({ name: 'app', redirect_uris: registered })
  const ask = async (redirect_uri: string) => {
    const query = new URLSearchParams({ response_type: 'code', client_id: clients[0]?.client_id ?? '', redirect_uri })
    const { status, headers } = await fetch(`${sandbox.url}/authorize?${query}`, { redirect: 'manual' })
    const explanation = decodeURIComponent(headers.get('grantbox-explain') ?? '')
    return { passes: status < 400 && headers.get('location')?.startsWith(redirect_uri) === true, explanation }
  }
  return { sandbox, ask }
}

const cases: [Match, string, string[], string[]][] = [
  [
    'wildcard',
    'https://*.pr.example.com/cb',
    ['https://42.pr.example.com/cb', 'https://a-b.pr.example.com/cb'],
    [
      ...['https://pr.example.com/cb', 'https://a.b.pr.example.com/cb', 'http://42.pr.example.com/cb', 'https://42.pr.example.com/cb/x'],
      ...['https://42.pr.example.com:444/cb', 'https://evil@42.pr.example.com/cb', 'https://evil.com/.pr.example.com/cb'],
      ...['https://42.pr.example.com.evil.com/cb', 'https://42.pr.example.com/cb?x=1', 'https://evil.com#.pr.example.com/cb'],
    ],
  ],
  [
    'wildcard',
    'https://app.example/*/done',
    ['https://app.example/a/done', 'https://app.example/x.y/done'],
    [
      ...['https://app.example//done', 'https://app.example/a/b/done', 'https://app.example/a%2fb/done', 'https://app.example/../done'],
      ...['https://app.example/%2e%2e/done', 'https://app.example/a/donee'],
    ],
  ],
  [
    'wildcard',
    'https://pr-*-web-*.example/cb',
    ['https://pr-1-web-2.example/cb'],
    ['https://pr--web-2.example/cb', 'https://pr-1-web-.example/cb'],
  ],
  [
    'subdirectory',
    'https://app.example/cb',
    ['https://app.example/cb', 'https://app.example/cb/x', 'https://app.example/cb/x/y', 'https://app.example/cb/.well-known'],
    [
      ...['https://app.example/cbx', 'https://app.example/', 'https://app.example/cb/../admin', 'https://app.example/cb/%2E%2E/admin'],
      ...['https://app.example/cb/..%2fadmin', 'https://app.example:8443/cb/x', 'http://app.example/cb/x', 'https://app.example.evil/cb/x'],
      ...['https://app.example@evil.com/cb/x', 'https://app.example/cb/x?next=1'],
    ],
  ],
  [
    'prefix',
    'https://app.example/cb',
    ['https://app.example/cb', 'https://app.example/cbx', 'https://app.example/cb/x'],
    [
      ...['https://app.example/c', 'https://app.example.evil.com/cb', 'https://app.example/cb/../x', 'https://user:pw@app.example/cb'],
      ...['https://app.examplecb', 'https://other.example/cbx'],
    ],
  ],
  ['prefix', 'myapp://host/cb', ['myapp://host/cbx'], ['myapp://host2/cbx', 'other://host/cbx']],
  [
    'exact',
    'https://app.example/cb',
    ['https://app.example/cb'],
    ['https://app.example/cb/x', 'https://app.example/cbx', 'https://APP.example/cb'],
  ],
]

describe.each(cases)('%s: %s', async (match, registered, passing, refused) => {
  test('lets in what fits, and nothing else', async () => {
    const { ask } = await world(match, [registered])
    for (const uri of passing) expect([uri, (await ask(uri)).passes]).toEqual([uri, true])
    for (const uri of refused) expect([uri, (await ask(uri)).passes]).toEqual([uri, false])
  })
})

test('the port of a loopback address stays free in every rule', async () => {
  for (const match of ['exact', 'wildcard', 'subdirectory', 'prefix'] as const) {
    const { ask } = await world(match, ['http://127.0.0.1/callback'])
    expect((await ask('http://127.0.0.1:54321/callback')).passes).toBe(true)
  }
})

describe('a pattern that cannot be met is refused when it is registered, with the reason', () => {
  test.each<[Match, string, RegExp]>([
    ['exact', 'https://*.example.com/cb', /redirect_uri_match is wildcard, and it is exact/],
    ['prefix', 'https://*.example.com/cb', /it is prefix/],
    ['wildcard', 'http://localhost:*/cb', /never in the port/],
    ['wildcard', 'https://*@app.example/cb', /never in the user/],
    ['wildcard', '*://app.example/cb', /never in the scheme/],
    ['wildcard', 'https://app.example/cb?x=*', /never in the query/],
    ['subdirectory', 'https://app.example/a/../cb', /cannot be met/],
  ])('%s: %s', async (match, uri, reason) => {
    const { sandbox } = await world(match, [])
    await expect(sandbox.apps.create({ name: 'other', redirect_uris: [uri] })).rejects.toThrow(reason)
    await expect(sandbox.apps.update('app', { redirect_uris: [uri] })).rejects.toThrow(reason)
    const headers = { 'content-type': 'application/json' }
    const registration = await json(`${sandbox.url}/register`, { method: 'POST', headers, body: JSON.stringify({ redirect_uris: [uri] }) })
    expect([registration.body.error, decodeURIComponent(registration.headers.get('grantbox-explain') ?? '')]).toEqual([
      'invalid_redirect_uri',
      expect.stringMatching(reason),
    ])
    const browser = new DashboardClient(box.url)
    const pages = `/dashboard/${sandbox.name}/apps`
    await browser.get(`${pages}/new`)
    const { id } = await sandbox.apps.get('app')
    for (const [page, form] of [
      [pages, { name: 'other', redirect_uris: uri }],
      [`${pages}/${id}/redirect-uris`, { uri }],
    ] as const) {
      const { status, html } = await browser.post(page, form)
      expect([page, status, textOf(html)]).toEqual([page, 400, expect.stringMatching(reason)])
    }
    const app = { name: 'app', redirect_uris: [uri] }
    const { problems } = readDeclarations({ sandboxes: { standard: { settings: { redirect_uri_match: match }, apps: [app] } } }, 'test')
    expect(problems).toMatchObject([{ where: 'test: sandboxes.standard.apps[0].redirect_uris[0]', message: expect.stringMatching(reason) }])
  })
})

test.each([
  ['http://127.0.0.1/callback', 'http://localhost/callback'],
  ['http://localhost:3000/callback', 'http://127.0.0.1/callback'],
  ['http://[::1]:3000/callback', 'http://localhost:8080/callback'],
])('when %s comes and %s is registered, the explanation names the near one', async (came, registered) => {
  const { ask } = await world('exact', ['https://far.example/cb', registered])
  const { passes, explanation } = await ask(came)
  expect(passes).toBe(false)
  expect(explanation).toContain(`${registered} is registered: 127.0.0.1, [::1] and localhost are names of one machine`)
})
