import { describe, expect, test } from 'vitest'
import { controlTargets, dashboardTargets } from '../fuzz/surface.ts'
import { type RawAnswer, rawRequest } from '../support/raw-request.ts'
import { startForFile } from '../support/server.ts'

/** Every path and method of the control API and the dashboard, from what they say of themselves. */
async function everything(url: string): Promise<{ method: string; path: string }[]> {
  const { targets } = await controlTargets(url)
  const dashboard = await dashboardTargets(url)
  const open = [
    '/_grantbox/health',
    '/_grantbox/proxy.pac',
    '/_grantbox/ca.pem',
    '/_grantbox/assets/:name',
    '/_grantbox/assets/favicon.svg',
  ]
  return [...targets, ...dashboard.targets]
    .filter(({ path }) => !open.includes(path) && !path.startsWith('/_grantbox/assets'))
    .flatMap(({ methods, path }) => [...new Set(methods)].map((method) => ({ method, path: path.replaceAll(/:\w+/g, 'standard') })))
}

const local = await startForFile()
const paths = await everything(local.url)
const adminToken = 'the-token-of-the-admin'
const guarded = await startForFile({ adminToken })

/** Sends the same to everything there is and tells what was not refused. */
async function admitted(url: string, headers: Record<string, string>, query = ''): Promise<string[]> {
  const found: string[] = []
  for (const { method, path } of paths) {
    const answer = await rawRequest(url, path + query, { method, headers, ...(method !== 'GET' && { body: '' }) })
    if (!isRefusal(answer)) found.push(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 100)}`)
  }
  return found
}

function isRefusal({ status, text }: RawAnswer): boolean {
  // What is not there is nobody's.
  return ((status === 401 || status === 403) && !text.includes(adminToken)) || status === 404
}

describe('on loopback, where no token is asked for', () => {
  const { host } = new URL(local.url)

  test('there is much to ask for', () => {
    expect(paths.length).toBeGreaterThan(50)
  })

  test.each([
    ['a foreign Host, as DNS rebinding makes one', { host: 'evil.example' }],
    ['a foreign Host that begins like ours', { host: `localhost.evil.example:${new URL(local.url).port}` }],
    ['an address of the network as Host', { host: '192.168.1.5:9400' }],
  ])('%s is refused everywhere', async (_what, headers) => {
    expect(await admitted(local.url, headers)).toEqual([])
  })

  test.each([
    ['the Origin of another site', { origin: 'https://evil.example' }],
    ['the Origin of a sandboxed frame', { origin: 'null' }],
    ['the Origin of another port', { origin: 'http://localhost:1' }],
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
  ])('%s is refused by all that changes something, and by the whole API', async (_what, headers) => {
    const pages = paths.filter(({ method, path }) => method === 'GET' && path.startsWith('/dashboard')).length
    const found = await admitted(local.url, { host, ...headers })
    // A page may be linked to; its forms and the API may not be used from there.
    expect(found.filter((one) => !one.startsWith('GET /dashboard'))).toEqual([])
    expect(found.length).toBeLessThanOrEqual(pages)
  })

  test('no answer of the API or the dashboard lets a script of another origin read it', async () => {
    for (const { method, path } of paths.filter((one) => one.method === 'GET' && !one.path.endsWith('/stream'))) {
      const { headers } = await rawRequest(local.url, path, { method, headers: { host, origin: local.url } })
      expect(headers['access-control-allow-origin'], path).toBeUndefined()
    }
  })
})

describe('with an admin token', () => {
  const { host } = new URL(guarded.url)

  test.each<[string, Record<string, string>, string]>([
    ['no token', {}, ''],
    ['a wrong token', { authorization: 'Bearer wrong' }, ''],
    ['a beginning of the token', { authorization: `Bearer ${adminToken.slice(0, -1)}` }, ''],
    ['the token as a password', { authorization: `Basic ${Buffer.from(`admin:${adminToken}`).toString('base64')}` }, ''],
    [
      'the token as a cookie',
      { cookie: `token=${adminToken}; grantbox_session=${adminToken}; grantbox_session_${new URL(guarded.url).port}=${adminToken}` },
      '',
    ],
    ['a forged session cookie', { cookie: `grantbox_session_${new URL(guarded.url).port}=abc.9999999999.${'A'.repeat(43)}` }, ''],
  ])('%s is refused everywhere', async (_what, headers, query) => {
    expect(await admitted(guarded.url, { host, ...headers }, query)).toEqual([])
  })

  test.each(['token', 'access_token', 'admin_token'])('%s in the query is worth nothing to the API', async (name) => {
    const found = await admitted(guarded.url, { host }, `?${name}=${adminToken}`)
    expect(found.filter((one) => !one.startsWith('GET /dashboard'))).toEqual([])
    // The dashboard's link has it as token, for one redirect that takes it out of the address; else its sign-in page comes.
    expect(found.every((one) => /: (303|401) /.test(one))).toBe(true)
  })

  test('the cookie of the dashboard opens the dashboard and not the API; it has all attributes and holds no token', async () => {
    const answer = await rawRequest(guarded.url, `/dashboard?token=${adminToken}`, { headers: { host } })
    const [cookie = ''] = answer.headers['set-cookie'] ?? []
    expect(cookie).toMatch(/; Path=\/dashboard(;|$)/)
    expect(cookie).toMatch(/; HttpOnly(;|$)/)
    expect(cookie).toMatch(/; SameSite=Strict(;|$)/)
    expect(cookie).not.toContain(adminToken)
    expect(answer.headers.location).not.toContain(adminToken)
    const sent = { host, cookie: cookie.split(';')[0] ?? '' }
    expect((await rawRequest(guarded.url, '/dashboard/standard/apps', { headers: sent })).status).toBe(200)
    expect((await rawRequest(guarded.url, '/_grantbox/sandboxes', { headers: sent })).status).toBe(401)
  })

  test("the providers' own endpoints never ask for it", async () => {
    for (const path of ['/standard/jwks', '/standard/.well-known/openid-configuration', '/oauth/signin', '/standard/authorize']) {
      expect([401, 403]).not.toContain((await rawRequest(guarded.url, path, { headers: { host: 'app.example' } })).status)
    }
  })
})

test('forwarding headers change nothing', async () => {
  const { host } = new URL(local.url)
  const forged = {
    host,
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
    'x-forwarded-prefix': '/evil',
    'x-forwarded-for': '10.0.0.1',
    'x-original-url': '/_grantbox/sandboxes',
    'x-rewrite-url': '/_grantbox/sandboxes',
    'x-http-method-override': 'DELETE',
    forwarded: 'for=10.0.0.1;host=evil.example;proto=https',
  }
  for (const path of ['/standard/.well-known/openid-configuration', '/_grantbox/sandboxes/standard', '/standard/jwks']) {
    const plain = await rawRequest(local.url, path, { headers: { host } })
    const asked = await rawRequest(local.url, path, { headers: forged })
    expect([asked.status, asked.text]).toEqual([plain.status, plain.text])
  }
  const refused = await rawRequest(local.url, '/_grantbox/sandboxes', {
    headers: { ...forged, host: 'evil.example', 'x-forwarded-host': host },
  })
  expect(refused.status).toBe(403)
})
