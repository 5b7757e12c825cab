import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Sandbox, startGrantbox } from '../../src/index.ts'
import { browser } from '../support/browser.ts'
import { control } from '../support/control-client.ts'
import { guideExample, startDeclared } from '../support/declared.ts'
import { post } from '../support/standard-client.ts'

const box = await startGrantbox({ provider: 'standard' })
afterAll(() => box.close())
const openPage = browser()

/** An app of nothing but a page. */
const app = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>app</title>'))
await new Promise<void>((resolve) => app.listen(0, () => resolve()))
afterAll(() => app.close())
const port = (app.address() as AddressInfo).port
const [origin, stranger] = [`http://localhost:${port}`, `http://127.0.0.1:${port}`]
const redirect_uri = `${origin}/callback`

async function world(settings: object = {}): Promise<{ sandbox: Sandbox; url: (more?: Record<string, string>) => string }> {
  const sandbox = await box.createSandbox({ settings: settings as never })
  onTestFinished(() => sandbox.delete())
  await sandbox.apps.create({ name: 'app', client_id: 'app', client_secret: 's', redirect_uris: [redirect_uri, 'myapp://callback'] })
  const asked = { response_type: 'code', client_id: 'app', redirect_uri, scope: 'openid', state: 'xyz', response_mode: 'web_message' }
  return { sandbox, url: (more = {}) => `${sandbox.url}/authorize?${new URLSearchParams({ ...asked, ...more })}` }
}

interface Message {
  origin: string
  data: { type: string; response: Record<string, string> }
}

/** What the page is told when it opens an address, in a frame or a popup; undefined when it is told nothing. */
function told(page: Page, address: string, way: 'frame' | 'popup'): Promise<Message | undefined> {
  const begin = {
    popup: `open(${JSON.stringify(address)})`,
    frame: `document.body.append(Object.assign(document.createElement('iframe'), { src: ${JSON.stringify(address)} }))`,
  }
  return page.evaluate<Message | undefined>(`new Promise((resolve) => {
    addEventListener('message', ({ origin, data }) => resolve({ origin, data }), { once: true })
    setTimeout(() => resolve(undefined), 2500)
    ${begin[way]}
  })`)
}

describe('response_mode=web_message', () => {
  test('tells a popup’s opener, and then a frame with prompt=none', async () => {
    const { sandbox, url } = await world({ auto_sign_in: 'alice' })
    const page = await openPage()
    await page.goto(origin)
    const popup = await told(page, url(), 'popup')
    expect(popup).toMatchObject({
      origin: new URL(sandbox.url).origin,
      data: { type: 'authorization_response', response: { state: 'xyz' } },
    })
    const frame = await told(page, url({ prompt: 'none' }), 'frame')
    const code = frame?.data.response.code ?? ''
    const form = { grant_type: 'authorization_code', client_id: 'app', client_secret: 's', redirect_uri, code }
    expect((await post(sandbox.url, '/token', form)).status).toBe(200)
  })

  test('tells what a declared vendor calls otherwise by the vendor’s names, errors too', async () => {
    const { url } = await startDeclared({ ...guideExample('redirects'), settings: { auto_sign_in: 'alice' } })
    await control({ url }, 'POST', '/sandboxes/acme/apps', {
      name: 'app',
      client_id: 'app',
      client_secret: 's',
      redirect_uris: [redirect_uri],
    })
    await control({ url }, 'PATCH', '/sandboxes/acme/users/alice', { apps: ['app'] })
    const asked = { response_type: 'code', client_id: 'app', redirect_uri, scope: 'openid', state: 'xyz', response_mode: 'web_message' }
    const address = (more = {}) => `${url}/authorize?${new URLSearchParams({ ...asked, ...more })}`
    const page = await openPage()
    await page.goto(origin)
    const response = (await told(page, address(), 'popup'))?.data.response ?? {}
    expect(Object.keys(response)).toEqual(['auth_code', 'csrf', 'session_state', 'realm'])
    expect(response).toMatchObject({ csrf: 'xyz', realm: 'Example Company' })
    const form = { grant_type: 'authorization_code', client_id: 'app', client_secret: 's', redirect_uri, code: response.auth_code ?? '' }
    expect((await post(url, '/token', form)).status).toBe(200)
    const refused = (await told(page, address({ scope: 'unheard-of' }), 'frame'))?.data.response
    expect(refused).toMatchObject({ error: 'invalid_scope', error_code: '1000', csrf: 'xyz' })
    expect(refused).not.toHaveProperty('state')
  })

  test('tells errors in the same way', async () => {
    const { url } = await world()
    const page = await openPage()
    await page.goto(origin)
    expect((await told(page, url({ prompt: 'none' }), 'frame'))?.data.response).toMatchObject({ error: 'login_required', state: 'xyz' })
    expect((await told(page, url({ scope: 'unheard-of' }), 'popup'))?.data.response.error).toBe('invalid_scope')
  })

  test('tells no other origin, neither in a frame nor as a popup’s opener', async () => {
    const { url } = await world({ auto_sign_in: 'alice' })
    const page = await openPage()
    await page.goto(stranger)
    expect(await told(page, url(), 'frame')).toBeUndefined()
    expect(await told(page, url(), 'popup')).toBeUndefined()
  })

  test('never puts a form into a frame', async () => {
    const { url } = await world()
    const { headers } = await fetch(url())
    expect([headers.get('x-frame-options'), headers.get('content-security-policy')]).toEqual([
      'DENY',
      expect.stringContaining("frame-ancestors 'none'"),
    ])
    const answer = await fetch(url({ prompt: 'none' }))
    expect([answer.headers.get('x-frame-options'), answer.headers.get('content-security-policy')]).toEqual([
      null,
      expect.stringContaining(`frame-ancestors ${origin}`),
    ])
    expect(await answer.text()).not.toContain('<form')
  })

  test('is refused for a redirect URI without an origin', async () => {
    const { url } = await world()
    const { headers } = await fetch(url({ redirect_uri: 'myapp://callback' }), { redirect: 'manual' })
    expect(headers.get('location')).toContain('error=invalid_request')
    expect(decodeURIComponent(headers.get('grantbox-explain') ?? '')).toContain('has none')
  })
})
