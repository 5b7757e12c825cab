import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytes } from '../fuzz/requests.ts'
import { headerOf, sendBytes } from '../fuzz/wire.ts'
import { addApp, addClient } from '../support/iokids-setup.ts'
import { rawRequest } from '../support/raw-request.ts'
import { startForFile } from '../support/server.ts'
import { web } from '../support/standard-client.ts'

const server = await startForFile()
const { url } = server
const registered = 'https://app.example/cb'
const { client_id } = addClient(
  server.sandbox('standard'),
  {},
  addApp(server.sandbox('standard'), { redirect_uris: [registered, 'http://127.0.0.1/cb', 'com.example.app:/cb'] }),
)

const authorize = (parameters: Record<string, string>) =>
  rawRequest(url, `/standard/authorize?${new URLSearchParams({ response_type: 'code', client_id, scope: 'openid', ...parameters })}`)

describe('nobody is sent where no client is (RFC 9700 §4.11)', () => {
  test.each([
    'https://evil.example/',
    'https://app.example/cb/',
    'https://app.example/cb/../evil',
    'https://app.example/cb?x=1',
    'https://app.example/cb#x',
    'https://app.example/cb%2f',
    'https://app.example:443/cb',
    'https://app.example./cb',
    'https://APP.example/cb',
    'HTTPS://app.example/cb',
    'http://app.example/cb',
    'https://app.example@evil.example/cb',
    'https://evil.example#https://app.example/cb',
    'https://evil.example\\@app.example/cb',
    'https://app.example\\.evil.example/cb',
    'https://app.example%00.evil.example/cb',
    'https://app.example\t/cb',
    ' https://app.example/cb',
    '//app.example/cb',
    '/cb',
    'cb',
    'javascript:alert(1)',
    'data:text/html,x',
    'com.example.app:/cb2',
    'com.example.app2:/cb',
    'http://127.0.0.1.evil.example/cb',
    'http://127.0.0.1:99999999/cb',
    'http://127.0.0.1:80@evil.example/cb',
    'http://127.0.0.1:/cb',
    'http://127.0.0.2/cb',
    'http://localhost/cb',
    'http://[::1]/cb',
    'http://2130706433/cb',
    `${registered} https://evil.example`,
    `${registered}\r\nLocation: https://evil.example`,
    '__proto__',
  ])('%s is none of the registered redirect URIs', async (redirect_uri) => {
    for (const more of [{}, { response_type: 'nonsense' }, { prompt: 'none' }, { response_mode: 'form_post' }, { request: 'x' }]) {
      const { status, headers } = await authorize({ redirect_uri, ...more })
      expect(status).toBe(400)
      expect(headers.location).toBeUndefined()
      expect(headers['content-type']).toContain('text/html')
    }
  })

  test('whatever comes as redirect_uri, the answer goes to a registered one or nowhere', async () => {
    const pieces = fc.constantFrom(
      'https:',
      'http:',
      '//',
      '/',
      '\\',
      '@',
      '#',
      '?',
      ':',
      '.',
      '%2f',
      '%00',
      'app.example',
      'evil.example',
      '127.0.0.1',
      'cb',
      '..',
      ' ',
      '\t',
    )
    const uri = fc.oneof(
      fc.array(pieces, { maxLength: 10 }).map((parts) => parts.join('')),
      fc.webUrl(),
      fc.string({ unit: 'binary' }),
    )
    await fc.assert(
      fc.asyncProperty(uri, async (redirect_uri) => {
        const { headers } = await authorize({ redirect_uri, response_type: 'nonsense' })
        if (headers.location !== undefined)
          expect(headers.location).toMatch(/^(https:\/\/app\.example\/cb|http:\/\/127\.0\.0\.1(:\d+)?\/cb|com\.example\.app:\/cb)\?/)
      }),
      { numRuns: 200, seed: 7 },
    )
  })

  test.each(['https://evil.example/', '//evil.example', 'javascript:alert(1)', `${registered}/x`])(
    'after signing out nobody is sent to %s',
    async (post_logout_redirect_uri) => {
      const query = new URLSearchParams({ post_logout_redirect_uri, client_id: web.client_id })
      const { headers } = await rawRequest(url, `/standard/end_session?${query}`)
      expect(headers.location ?? '').not.toContain('evil')
      expect(headers.location ?? '').not.toContain('javascript')
    },
  )

  test.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/dashboard/../x',
    '/dashboard@evil.example',
    '/dashboard\r\nX-Injected: 1',
  ])('the dashboard goes on to its own pages alone, not to %s', async (to) => {
    const page = await rawRequest(url, '/dashboard/iokids/apps')
    const cookie = page.headers['set-cookie']?.map((one) => one.split(';')[0]).join('; ') ?? ''
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const { status, headers } = await rawRequest(url, '/dashboard', {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ csrf, to, token: '' }).toString(),
    })
    expect(status).toBe(303)
    expect(headers.location).toMatch(/^\/dashboard([/?]|$)/)
  })

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:x',
    'file:///etc/passwd',
    'https://a.example/#f',
    'cb',
    '',
  ])('%s cannot be registered', async (redirect_uri) => {
    const json = (path: string, body: unknown) =>
      rawRequest(url, path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    expect((await json('/_grantbox/sandboxes/standard/apps', { name: 'x', redirect_uris: [redirect_uri] })).status).toBe(400)
    expect((await json('/standard/register', { redirect_uris: [redirect_uri] })).status).toBeGreaterThanOrEqual(400)
  })
})

describe('no header can be injected', () => {
  const breaks = [
    '\r\nX-Injected: yes',
    '\nX-Injected: yes',
    '\r\n\r\n<script>',
    '%0d%0aX-Injected: yes',
    '\u560d\u560aX-Injected: yes',
    '\u2028X-Injected: yes',
    '\0X-Injected: yes',
  ]

  /** The answer as bytes; a broken header line does not parse. */
  const ask = (method: string, path: string, body?: string) =>
    sendBytes(
      Number(new URL(url).port),
      bytes(
        { speaker: '', method, path, headers: body === undefined ? [] : [['content-type', 'application/x-www-form-urlencoded']], body },
        'localhost',
      ),
      10_000,
    )

  test.each(breaks)('by %j in state, redirect_uri, scope, client_id, names and tokens', async (text) => {
    const cases: [string, string, string?][] = []
    for (const name of [
      'state',
      'redirect_uri',
      'scope',
      'client_id',
      'response_type',
      'response_mode',
      'nonce',
      'login_hint',
      'prompt',
      'ui_locales',
      'iss',
      'error',
    ]) {
      const query = new URLSearchParams({ response_type: 'x', client_id, redirect_uri: registered, state: 's', [name]: text })
      cases.push(['GET', `/standard/authorize?${query}`], ['POST', '/standard/authorize', query.toString()])
    }
    for (const name of ['client_id', 'client_secret', 'grant_type', 'scope', 'username', 'code', 'refresh_token', 'resource', text]) {
      cases.push(['POST', '/standard/token', new URLSearchParams({ grant_type: 'password', ...web, [name]: text }).toString()])
      cases.push(['POST', '/oauth/token', new URLSearchParams({ [name]: text }).toString()])
    }
    const encoded = encodeURIComponent(text)
    cases.push(
      ['GET', `/${encoded}`],
      ['GET', `/v1/users/${encoded}`],
      ['GET', `/_grantbox/sandboxes/${encoded}`],
      ['GET', `/dashboard/${encoded}/apps`],
    )
    for (const [method, path, body] of cases) {
      const answer = await ask(method, path, body)
      expect(headerOf(answer, 'x-injected'), `${method} ${path}`).toBeUndefined()
      expect(answer.status).toBeLessThan(500)
    }
  })

  test('by the names of companies, apps and users, which stand in challenges, pages and attachments', async () => {
    const json = (method: string, path: string, body: unknown) =>
      rawRequest(url, `/_grantbox/sandboxes${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    for (const [n, text] of breaks.entries()) {
      const made = await json('POST', '', { name: `inject-${n}`, provider: 'standard', company: `c${text}`, hosts: [`h${text}.example`] })
      expect(made.status).toBe(400)
      for (const body of [
        { name: `a${text}` },
        { name: 'a', scopes: [`s${text}`] },
        { name: 'a', redirect_uris: [`https://a.example/${text}`] },
      ]) {
        const { status } = await json('POST', '/standard/apps', body)
        // What is no control character may stand in a name.
        if (/[\0\r\n]/.test(text)) expect(status).toBe(400)
        expect(status).toBeLessThan(500)
      }
      for (const path of ['/standard/postman/collection.json', '/standard/postman/environment.json']) {
        expect(headerOf(await ask('GET', `/_grantbox/sandboxes${path}`), 'x-injected')).toBeUndefined()
      }
    }
  })
})
