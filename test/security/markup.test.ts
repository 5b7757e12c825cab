import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { dashboardTargets } from '../fuzz/surface.ts'
import { browser } from '../support/browser.ts'
import { everyPage } from '../support/every-page.ts'
import { authorizeUrl, brandon, findFluffy, postmanCallback } from '../support/iokids-client.ts'
import { start, startForFile, type TestServer } from '../support/server.ts'
import { web } from '../support/standard-client.ts'

const open = browser()

/** Breaks out of every place that text can stand in, and then does what would be seen. */
const polyglot = `'"></title></textarea></style></script></select><xss-marker onclick=__xss=1><img src=x onerror=__xss=1><svg onload=__xss=1>{{__xss=1}}`

const payloads = [
  polyglot,
  '<script>__xss=1</script>',
  '<xss-marker>',
  '" autofocus onfocus=__xss=1 x="',
  "' onmouseover=__xss=1 x='",
  '`><xss-marker>',
  '</textarea><xss-marker>',
  '<!--><xss-marker>-->',
  '<![CDATA[<xss-marker>]]>',
  '&lt;xss-marker&gt;&#60;xss-marker&#62;',
  '%3Cxss-marker%3E',
  '\u003cxss-marker\u003e',
  '\uff1cxss-marker\uff1e',
  '<a href="javascript:__xss=1">',
  'javascript:__xss=1//',
  'data:text/html,<script>__xss=1</script>',
  '<iframe srcdoc="<xss-marker>">',
  '<base href="https://evil.example/">',
  '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  '<form action=https://evil.example/><input name=password>',
  '<link rel=stylesheet href=https://evil.example/>',
  '<style>@import "https://evil.example/"</style>',
  '<%= it.transaction %><%~ 1 %>',
]

/** What a page would show if anything of it were not ours. */
interface Findings {
  ran: unknown
  violations: string[]
  foreign: string[]
}

/** Listens to what the browser reports against the policy, before any page loads. */
async function watch(page: Page): Promise<() => Promise<Findings>> {
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    dialog.dismiss().catch(() => {})
  })
  await page.addInitScript(() => {
    const seen: string[] = []
    Object.assign(globalThis, { violations: seen })
    const world = globalThis as unknown as { addEventListener(type: string, listener: (event: Record<string, string>) => void): void }
    world.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
      seen.push(`${violatedDirective} ${blockedURI} ${sample}`)
    })
  })
  return async () => {
    const found = await page.evaluate(lookAround, undefined)
    return { ...found, violations: [...found.violations, ...dialogs] }
  }
}

/** In the page: elements and attributes that no template of ours has. Given a text, it looks at that as a page instead. */
function lookAround(html: string | undefined): Findings {
  const world = globalThis as unknown as {
    document: ParentNode
    DOMParser: new () => { parseFromString(text: string, type: string): ParentNode }
    __xss?: unknown
    violations?: string[]
  }
  interface ParentNode {
    querySelectorAll(selector: string): Iterable<{ outerHTML: string; attributes: Iterable<{ name: string; value: string }> }>
  }
  const root = html === undefined ? world.document : new world.DOMParser().parseFromString(html, 'text/html')
  const foreign: string[] = []
  for (const element of root.querySelectorAll('xss-marker, iframe, base, meta[http-equiv], style, [srcdoc], script:not([src])')) {
    foreign.push(element.outerHTML.slice(0, 200))
  }
  for (const element of root.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      const leads =
        ['href', 'src', 'action', 'formaction'].includes(name) && /^\s*(javascript|vbscript|data:text)|evil\.example/i.test(value)
      if (/^on/i.test(name) || leads) foreign.push(`${name}="${value}"`)
    }
  }
  return { ran: world.__xss, violations: [...(world.violations ?? [])], foreign }
}

const clean: Findings = { ran: undefined, violations: [], foreign: [] }

/** Puts the payload into everything that is stored and shown. */
async function poison(server: TestServer): Promise<void> {
  for (const name of ['iokids', 'standard']) {
    const sandbox = server.sandbox(name)
    for (const app of sandbox.directory.listApps()) {
      sandbox.directory.updateApp({ ...app, name: polyglot, description: polyglot })
    }
    for (const user of sandbox.directory.listUsers({ limit: 100 })) {
      const password = user.password ?? brandon.password
      const email = `"${polyglot.replaceAll(/\s/g, '')}"@a.example`
      sandbox.directory.updateUser({
        ...user,
        password,
        email,
        first_name: polyglot,
        last_name: polyglot,
        claims: { [polyglot]: polyglot },
      })
    }
    server.server.sandboxes.update(sandbox, { company: polyglot })
    sandbox.provider.brands?.(sandbox.documents).save(polyglot)
  }
  const send = (path: string, body: unknown) =>
    fetch(`${server.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const registration = { client_name: polyglot, redirect_uris: [postmanCallback], contacts: [polyglot], software_id: polyglot }
  await send('/standard/register', { ...registration, scope: 'openid' })
  for (const payload of payloads) await send('/_grantbox/sandboxes/iokids/apps', { name: payload.slice(0, 200), description: payload })
  // What the journal tells of.
  await fetch(`${server.url}/oauth/token?x=${encodeURIComponent(polyglot)}`, {
    method: 'POST',
    headers: { 'user-agent': polyglot, referer: `https://a.example/${polyglot}` },
    body: new URLSearchParams({ grant_type: polyglot, client_id: polyglot, username: polyglot, scope: polyglot, [polyglot]: polyglot }),
  })
  await fetch(`${server.url}/oauth/bc-authorize`, {
    method: 'POST',
    body: new URLSearchParams({ ...findFluffy, login_hint: brandon.username, scope: 'profile', binding_message: polyglot.slice(0, 60) }),
  })
}

describe('markup that came in goes out as text', async () => {
  const server = await startForFile()
  await poison(server)

  // The dashboard's pages are found by their links, for these ways there go by names that are poisoned here.
  test.each(Object.entries(everyPage).filter(([name]) => !name.startsWith('dashboard')))(
    'on the page %s, with everything stored poisoned',
    async (_name, visit) => {
      const page = await open()
      const look = await watch(page)
      await visit(page, server)
      expect(await look()).toEqual(clean)
    },
  )

  test('on every page of the dashboard, with everything stored poisoned', async () => {
    const { targets } = await dashboardTargets(server.url, '/dashboard/iokids', 400)
    const all = targets.map((target) => target.path).filter((path) => path.startsWith('/dashboard/iokids/') && !/:|\.\w+$/.test(path))
    // One page of each kind: what differs is an id.
    const kinds = new Map(all.map((path) => [path.replaceAll(/\/(app_|usr_|iok-|\d|[a-z]+\d)[^/]*/g, '/:id'), path]))
    const pages = ['/dashboard', ...kinds.values()]
    expect(pages.length).toBeGreaterThan(15)
    const page = await open()
    const look = await watch(page)
    for (const path of pages) {
      const answer = await page.goto(server.url + path).catch(() => null)
      if (answer?.headers()['content-type']?.includes('html') !== true) continue
      expect(await look(), path).toEqual(clean)
    }
  })

  test('in the live list of requests', async () => {
    const page = await open()
    const look = await watch(page)
    await page.goto(`${server.url}/dashboard/iokids/requests`)
    await poison(server)
    await page.waitForTimeout(500)
    expect(await look()).toEqual(clean)
  })
})

describe('what is reflected', async () => {
  const server = await startForFile()
  const { url } = server

  test('of parameters, paths and headers is text in every page', async () => {
    const page = await open()
    await page.goto(`${url}/dashboard`)
    const targets: [string, RequestInit?][] = payloads.flatMap((payload): [string, RequestInit?][] => {
      const text = encodeURIComponent(payload)
      const form = (path: string, body: Record<string, string>): [string, RequestInit] => [
        path,
        { method: 'POST', body: new URLSearchParams(body) },
      ]
      const standard = { response_type: 'code', client_id: web.client_id, redirect_uri: postmanCallback, scope: 'openid' }
      return [
        ...['client_id', 'redirect_uri', 'login_hint', 'scope', 'state'].map((name): [string] => [
          authorizeUrl(url, { [name]: payload }).slice(url.length),
        ]),
        ...['state', 'nonce'].map((name): [string] => [
          `/standard/authorize?${new URLSearchParams({ ...standard, response_mode: 'form_post', prompt: 'none', [name]: payload })}`,
        ]),
        [`/standard/authorize?${new URLSearchParams({ ...standard, login_hint: payload, ui_locales: payload, prompt: 'login' })}`],
        [`/oauth/signin?transaction=${text}`],
        form('/oauth/signin', { transaction: payload, username: payload }),
        [`/oauth/device?user_code=${text}`],
        form('/oauth/device', { user_code: payload }),
        form('/oauth/ciba', { decision: payload, transaction: payload }),
        [`/oauth/join?transaction=${text}`],
        [`/standard/end_session?id_token_hint=${text}&state=${text}&post_logout_redirect_uri=${text}&logout_hint=${text}`],
        [`/${text}`],
        [`/nothing/${text}?${text}=${text}`],
        [`/dashboard/${text}/apps`],
        [`/dashboard/iokids/${text}`],
        [`/dashboard/iokids/apps/${text}`],
        [`/dashboard/iokids/apps?notice=${text}&n=${text}`],
        [`/dashboard/iokids/users?search=${text}&q=${text}&after=${text}`],
        [`/dashboard/iokids/requests?endpoint=${text}&client_id=${text}&after=${text}`],
        [`/dashboard/iokids/callback?code=${text}&state=${text}&error=${text}&error_description=${text}`],
        form('/dashboard', { to: payload, token: payload, csrf: payload }),
      ]
    })
    let pages = 0
    const tried = async ([target, init = {}]: (typeof targets)[number]) => {
      const answer = await fetch(url + target, { redirect: 'manual', ...init, headers: { accept: 'text/html' } })
      const html = await answer.text()
      if (answer.headers.get('content-type')?.includes('html') !== true) return
      pages++
      const { foreign } = await page.evaluate(lookAround, html)
      expect(foreign, `${init.method ?? 'GET'} ${target}`).toEqual([])
    }
    for (let n = 0; n < targets.length; n += 16) await Promise.all(targets.slice(n, n + 16).map(tried))
    expect(pages).toBeGreaterThan(payloads.length * 15)
  })

  test('is never answered as a type that a browser runs, and is never sniffed', async () => {
    for (const path of ['/oauth/token', '/v1/me', '/_grantbox/sandboxes', '/standard/jwks', '/dashboard', '/nothing']) {
      const { headers } = await fetch(`${url}${path}?x=${encodeURIComponent(polyglot)}`)
      const type = headers.get('content-type') ?? ''
      if (type.includes('html')) expect(headers.get('x-content-type-options')).toBe('nosniff')
      else expect(type).toMatch(/json/)
    }
  })
})

test('no page of another site can show the sign-in page or the dashboard in a frame (RFC 9700 §4.16)', async () => {
  const { url } = await start()
  const inside = [authorizeUrl(url), `${url}/oauth/device`, `${url}/dashboard/iokids/apps`]
  const other = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(inside.map((src) => `<iframe src="${src.replaceAll('&', '&amp;')}"></iframe>`).join(''))
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void other.close())
  const page = await open()
  await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`, { waitUntil: 'load' })
  const frames = page.frames().slice(1)
  expect(frames).toHaveLength(inside.length)
  for (const frame of frames) {
    expect(frame.url()).toMatch(/^chrome-error:/)
    expect(await frame.locator('form').count()).toBe(0)
  }
})

test('no script of ours talks to other windows, but for the one answer that goes to the redirect URI’s origin alone (RFC 9700 §4.17)', async () => {
  const folder = join(import.meta.dirname, '../../views')
  const files = (await readdir(folder, { recursive: true })).filter((file) => /\.(js|eta)$/.test(file))
  expect(files.length).toBeGreaterThan(10)
  for (const file of files) {
    const source = await readFile(join(folder, file), 'utf8')
    if (file === 'assets/web-message.js') {
      expect(source.match(/\.postMessage\(.*\)/g)).toEqual([expect.stringMatching(/, holder\.dataset\.origin\)$/)])
      continue
    }
    expect(source, file).not.toMatch(/postMessage|window\.open|\bopener\b|target="?_blank"?(?![^>]*noopener)/)
  }
})
