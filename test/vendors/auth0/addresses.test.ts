import { describe, expect, test } from 'vitest'
import { isAllowed } from '../../../src/providers/wildcard-redirects.ts'
import type { Jar } from '../../support/browser-jar.ts'
import { rawRequest } from '../../support/raw-request.ts'
import { send } from '../../support/vendor-client.ts'
import { alice, askToken, audience, callback, machine, spa, startTenantForFile, TenantJar, web } from './auth0-tenant.ts'

const server = await startTenantForFile()
const { url } = server

test.each([
  ['https://*.example.com/cb', 'https://a.example.com/cb', true],
  ['https://pr-*-app.example.com/cb', 'https://pr-12-app.example.com/cb', true],
  ['https://*.example.com/cb', 'https://a.b.example.com/cb', false],
  ['https://*.example.com/cb', 'https://example.com/cb', false],
  ['https://*.example.com/cb', 'https://a.example.com/cb?x=1', false],
  ['https://*.example.com/cb', 'http://a.example.com/cb', false],
  ['https://*.example.com/cb', 'https://a.example.com.evil.example/cb', false],
  ['https://*.example.com/cb', 'https://a@evil.example.com/cb', false],
  ['https://a.*.example.com/cb', 'https://a.b.example.com/cb', false],
  ['https://**.example.com/cb', 'https://ab.example.com/cb', false],
  ['app://*.example.com/cb', 'app://a.example.com/cb', false],
  ['http://localhost/callback', 'http://localhost:3000/callback', true],
  ['http://localhost/callback', 'http://127.0.0.1:3000/callback', false],
])('%s lets in %s: %s', (registered, came, expected) => {
  expect(isAllowed(registered, came)).toBe(expected)
})

describe('signing in and out by the pages', () => {
  async function signedIn(): Promise<Jar> {
    const jar = new TenantJar()
    const query = new URLSearchParams({
      client_id: web.client_id,
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid',
      state: 's',
    })
    const page = await jar.open(`${url}/authorize?${query}`)
    for (const part of ['name="username"', 'name="password"', 'name="action"']) expect(page.html).toContain(part)
    const wrong = await jar.post(page, url, { ...alice, password: 'wrong', action: 'default' })
    expect([wrong.status, wrong.html.includes('Wrong email or password')]).toEqual([400, true])
    const end = await jar.post(wrong, url, { ...alice, action: 'default' })
    expect(Object.fromEntries(end.location?.searchParams ?? [])).toEqual({ code: expect.stringMatching(/^[\w-]{43}$/), state: 's' })
    return jar
  }

  test.each([
    [{ client_id: web.client_id, returnTo: 'http://localhost/?left=1' }, 'http://localhost/?left=1'],
    [{ returnTo: 'http://localhost:8080' }, 'http://localhost:8080/'],
    [{ client_id: web.client_id }, undefined],
  ])('/v2/logout asks nobody: %o', async (query, location) => {
    const jar = await signedIn()
    const left = await jar.open(`${url}/v2/logout?${new URLSearchParams(query)}`)
    expect([left.status < 400, left.location?.href]).toEqual([true, location])
    expect(server.sandbox().journal.list().at(-1)?.notes).toBeUndefined()
    const silent = new URLSearchParams({
      client_id: web.client_id,
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid',
      prompt: 'none',
    })
    expect((await jar.open(`${url}/authorize?${silent}`)).location?.searchParams.get('error')).toBe('login_required')
  })

  test('screen_hint=signup begins at the page for new users, who come back signed in', async () => {
    const jar = new TenantJar()
    const query = new URLSearchParams({
      client_id: web.client_id,
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid',
      screen_hint: 'signup',
    })
    const begun = await jar.open(`${url}/authorize?${query}`)
    expect(begun.location?.pathname).toBe('/u/signup')
    expect(server.sandbox().journal.list().at(-1)?.notes).toBeUndefined()
    expect((await jar.open(begun.location?.href ?? '')).html).toContain('name="password"')
  })

  test('/oidc/logout asks, unless an ID token says whom it is about', async () => {
    const jar = await signedIn()
    expect((await jar.open(`${url}/oidc/logout`)).status).toBe(200)
    const silent = new URLSearchParams({
      client_id: web.client_id,
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid',
      prompt: 'none',
    })
    expect((await jar.open(`${url}/authorize?${silent}`)).location?.searchParams.get('code')).not.toBeNull()
  })
})

test.each(['dev-1.auth0.com', 'dev-1.us.auth0.com', 'dev-1.eu.auth0.com'])('a tenant’s own host %s is its issuer', async (host) => {
  const { status, text } = await rawRequest(url, '/.well-known/openid-configuration', { headers: { host } })
  expect([status, JSON.parse(text).issuer]).toEqual([200, `http://${host}/`])
})

test('pages of the app’s origins may read what its client is answered, and no others; keys anybody', async () => {
  const ask = async (origin: string) => {
    const form = new URLSearchParams({ grant_type: 'authorization_code', ...spa, code: 'x', redirect_uri: callback })
    const { headers } = await send(`${url}/oauth/token`, { method: 'POST', body: form, headers: { origin } })
    return headers.get('access-control-allow-origin')
  }
  expect([await ask('http://localhost:4321'), await ask('https://evil.example')]).toEqual(['*', null])
  const { headers } = await send(`${url}/.well-known/jwks.json`, { headers: { origin: 'https://evil.example' } })
  expect(headers.get('access-control-allow-origin')).toBe('*')
})

test('an API’s token of its own form and life', async () => {
  const api = { identifier: audience, scopes: { 'read:messages': 'Reading' }, token_version: 'rfc9068_profile', access_token_ttl: 120 }
  await send(`${url}/_grantbox/sandboxes/auth0`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ settings: { apis: [api], default_audience: audience } }),
  })
  const { body } = await askToken(server, { grant_type: 'client_credentials', ...machine })
  expect(body.expires_in).toBe(120)
  const [header = '', claims = ''] = String(body.access_token).split('.')
  expect(Buffer.from(header, 'base64url').toString()).toContain('"typ":"at+jwt"')
  expect(Object.keys(JSON.parse(Buffer.from(claims, 'base64url').toString()))).toEqual([
    'iss',
    'sub',
    'aud',
    'iat',
    'exp',
    'scope',
    'gty',
    'client_id',
    'jti',
  ])
})

test('an app registers a wildcard in the first label by the control API, and signs in at what it stands for', async () => {
  const app = `${url}/_grantbox/sandboxes/auth0/apps/app_auth0_example`
  const register = (redirect_uris: string[]) =>
    send(app, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ redirect_uris }) })
  expect((await register(['https://*.example.com/callback'])).status).toBe(200)
  const query = (redirect_uri: string) =>
    new URLSearchParams({ client_id: web.client_id, response_type: 'code', redirect_uri, prompt: 'none' })
  const { headers } = await send(`${url}/authorize?${query('https://pr-1.example.com/callback')}`)
  expect(headers.get('location')).toMatch(/^https:\/\/pr-1\.example\.com\/callback\?error=login_required/)
  expect((await send(`${url}/authorize?${query('https://a.pr-1.example.com/callback')}`)).status).toBe(403)
  for (const refused of ['https://*.com/callback', 'https://a.*.example.com/callback', 'app://*.example.com/callback']) {
    expect((await register([refused])).status, refused).toBe(400)
  }
})
