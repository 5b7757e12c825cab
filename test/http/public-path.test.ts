import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { Jar } from '../support/browser-jar.ts'
import { beginCodeFlow } from '../support/openid-flow.ts'
import { startProxy } from '../support/proxy.ts'
import { rawRequest } from '../support/raw-request.ts'
import { start } from '../support/server.ts'
import { json } from '../support/standard-client.ts'
import { authorizeUrl, redeem, signInAndAllow } from '../support/standard-sign-in.ts'
import { throughSignIn } from '../support/through-sign-in.ts'

/** Every address that a page gives to its browser. */
function addressesIn(html: string): string[] {
  return [...html.matchAll(/ (?:href|src|action|formaction|data-stream)="([^"#][^"]*)"/g)].map(([, address = '']) => address)
}

/** How grantbox may learn its public address: it is told at its start, or by the proxy. */
const ways = [
  { name: '--public-url, the Host passed on', options: (url: string) => ({ publicUrl: url }), forward: [] },
  { name: '--public-url, and a path that is left as it is', options: (url: string) => ({ publicUrl: url }), forward: [], keepsPath: true },
  { name: 'X-Forwarded-*', options: () => ({ trustProxy: 'loopback' }), forward: ['x'] },
  { name: 'Forwarded', options: () => ({ trustProxy: 'loopback' }), forward: ['forwarded'] },
] as const

describe.each(ways)('behind a proxy that ends TLS and has us below a path: $name', ({ options, forward, ...way }) => {
  async function behind() {
    const proxy = await startProxy({ path: '/auth/v1', forward, keepsPath: 'keepsPath' in way })
    const server = await start({ defaultProvider: 'standard', adminToken: 'sesame', ...options(proxy.url) })
    proxy.to(server.url)
    return { server, proxy }
  }

  test.each(['', '/standard'])(
    'openid-client completes the code flow at %j, and all that the browser gets is below the path',
    async (prefix) => {
      const { proxy } = await behind()
      const base = proxy.url + prefix
      const config = await client.discovery(new URL(base), 'standard-web', 'standard-web-secret', undefined, {
        [client.customFetch]: proxy.fetch as never,
      })
      config[client.customFetch] = proxy.fetch as never
      expect(config.serverMetadata().issuer).toBe(base)
      const { address: url, pkceCodeVerifier } = await beginCodeFlow(config)
      const jar = new Jar(proxy.fetch)
      const page = await jar.open(url.href)
      for (const address of addressesIn(page.html)) expect(address).toMatch(/^\/auth\/v1\//)
      for (const address of addressesIn(page.html).filter((one) => one.includes('/assets/'))) {
        expect((await proxy.fetch(new URL(address, base).href)).status).toBe(200)
      }
      expect(jar.cookies.join()).toContain(`Path=/auth/v1${prefix};`)
      for (const cookie of jar.cookies) expect(cookie).toContain('; Secure')
      const end = await signInAndAllow(jar, page, base)
      const tokens = await client.authorizationCodeGrant(config, end.location ?? new URL('x:'), { pkceCodeVerifier })
      expect(tokens.claims()?.iss).toBe(base)
      expect(await client.fetchUserInfo(config, tokens.access_token, 'alice')).toMatchObject({ email: 'alice@example.com' })
      expect(jar.cookies.find((cookie) => cookie.includes('-session='))).toContain('SameSite=None')
    },
  )

  test('the metadata stand behind the well-known path too (RFC 8414 §3)', async () => {
    const { proxy } = await behind()
    const { origin } = new URL(proxy.url)
    for (const path of ['/auth/v1', '/auth/v1/standard']) {
      const answer = await proxy.fetch(`${origin}/.well-known/oauth-authorization-server${path}`)
      expect(await answer.json()).toMatchObject({ issuer: origin + path, token_endpoint: `${origin}${path}/token` })
    }
  })

  test('the dashboard: its links, forms, redirects and cookies', async () => {
    const { proxy } = await behind()
    const jar = new Jar(proxy.fetch)
    const asked = await jar.open(`${proxy.url}/dashboard`)
    expect(asked.status).toBe(401)
    const signed = await jar.post(asked, proxy.url, { token: 'sesame', do: 'sign-in' })
    expect(signed.location?.href).toBe(`${proxy.url}/dashboard`)
    for (const path of [
      '',
      '/standard/apps',
      '/standard/sandbox',
      '/standard/settings',
      '/standard/help',
      '/standard/docs',
      '/nowhere/apps',
    ]) {
      const page = await jar.open(`${proxy.url}/dashboard${path}`)
      expect(page.html).toContain('</html>')
      const own = addressesIn(page.html).filter((address) => !/^(https?|data):/.test(address))
      expect(own.length).toBeGreaterThan(3)
      for (const address of own) expect(address).toMatch(/^\/auth\/v1\//)
      for (const address of addressesIn(page.html).filter((one) => /^https:/.test(one))) expect(address.startsWith(proxy.url)).toBe(true)
    }
    for (const cookie of jar.cookies) expect(cookie).toMatch(/Path=\/auth\/v1\/dashboard;.*; Secure/)
    const { html } = await jar.open(`${proxy.url}/dashboard/standard/requests`)
    const csrf = /name="csrf" value="([^"]*)"/.exec(html)?.[1] ?? ''
    const send = (origin: string) => {
      const body = new URLSearchParams({ csrf })
      return jar.open(`${proxy.url}/dashboard/standard/requests/forget`, {
        method: 'POST',
        headers: { origin, 'sec-fetch-site': 'same-origin' },
        body,
      })
    }
    const sent = await send(new URL(proxy.url).origin)
    expect(sent.location?.href).toMatch(new RegExp(`^${proxy.url}/dashboard/standard/`))
    const foreign = await send('https://evil.example')
    expect(foreign.status).toBe(403)
  })
})

test('a public address of a sandbox of its own leads to that one alone, its files too', async () => {
  const server = await start({ defaultProvider: 'standard' })
  const { provider } = server.sandbox()
  server.server.sandboxes.create({ name: 't42', provider, settings: { public_url: 'https://id.example/oauth' } })
  const { text } = await rawRequest(server.url, authorizeUrl(`${server.url}/t42`).slice(server.url.length))
  expect(addressesIn(text).every((address) => address.startsWith('/oauth/'))).toBe(true)
  expect((await rawRequest(server.url, '/t42/_grantbox/assets/grantbox.css')).status).toBe(200)
  expect((await rawRequest(server.url, '/t42/_grantbox/sandboxes')).status).toBe(404)
})

test('whoever comes directly is served below the public path as well', async () => {
  const server = await start({ defaultProvider: 'standard', publicUrl: 'http://localhost:1/gb' })
  const jar = new Jar()
  const page = await jar.open(authorizeUrl(server.url))
  const end = await signInAndAllow(jar, page, server.url)
  expect((await redeem(server.url, end.location?.searchParams.get('code'))).status).toBe(200)
  expect((await json(`${server.url}/gb/_grantbox/health`)).status).toBe(200)
  expect((await fetch(`${server.url}/gb/dashboard`)).status).toBe(200)
  expect((await fetch(`${server.url}/gbx/jwks`)).status).toBe(404)
  expect(await throughSignIn(authorizeUrl(`${server.url}/gb/standard`))).toBeInstanceOf(URL)
})
