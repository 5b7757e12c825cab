import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as oidc from 'openid-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ClientMetadata } from '../../src/oauth/model/records.ts'
import { Jar } from '../support/browser-jar.ts'
import { addClient } from '../support/iokids-setup.ts'
import { startForFile } from '../support/server.ts'
import { bob, claimsOf, post, tokensOf, userinfoStatus, web } from '../support/standard-client.ts'
import { authorizeUrl, redeem, signInAndAllow } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const { url } = server
const sandbox = server.sandbox()
const app = sandbox.directory.listApps()[0]
const back = 'http://localhost:3000/'

/** A browser in which a user is signed in, and the tokens of the preloaded client. */
async function signedIn(user?: typeof bob) {
  const jar = new Jar()
  const { location } = await signInAndAllow(jar, await jar.open(authorizeUrl(url)), url, user)
  const { body } = await redeem(url, location?.searchParams.get('code'))
  return { jar, tokens: body as Record<string, string>, id_token: String(body.id_token) }
}

const logoutUrl = (parameters: Record<string, string> = {}) => `${url}/end_session?${new URLSearchParams(parameters)}`
const isSignedIn = async (jar: Jar) => {
  const { location } = await jar.open(authorizeUrl(url, { prompt: 'none' }))
  return location?.searchParams.has('code') === true
}
const lastExplanation = () => sandbox.journal.list({ endpoint: 'end_session', limit: 1 })[0]?.explanation

/** Lets the browser sign in to one more client. */
async function alsoAt(jar: Jar, metadata: ClientMetadata) {
  const client = addClient(sandbox, { metadata }, app)
  await signInAndAllow(jar, await jar.open(authorizeUrl(url, { client_id: client.client_id })), url)
  return client
}

/** A client's place on this machine that collects what is posted to it. */
async function receiver(status = 200, location = '') {
  const bodies: string[] = []
  const listening = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    bodies.push(`${request.method} ${request.headers['content-type']} ${body}`)
    response.writeHead(status, { location }).end()
  })
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    listening.close()
  })
  return { uri: `http://127.0.0.1:${(listening.address() as AddressInfo).port}/logout`, bodies }
}

describe('with an id_token_hint (RP-Initiated Logout §2)', () => {
  test('of the session, expired or not, it signs out and goes back with state', async () => {
    const { jar, id_token } = await signedIn()
    server.clock.advance(2 * 3600)
    const { status, location } = await jar.open(logoutUrl({ id_token_hint: id_token, post_logout_redirect_uri: back, state: 'a&b' }))
    expect(status).toBe(302)
    expect(location?.href).toBe(`${back}?state=a%26b`)
    expect(await isSignedIn(jar)).toBe(false)
    expect(jar.cookies.some((cookie) => cookie.includes('-session='))).toBe(false)
  })

  test('may be posted', async () => {
    const { jar, id_token } = await signedIn()
    const body = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: back })
    const { status, location } = await jar.open(`${url}/end_session`, { method: 'POST', body })
    expect([status, location?.href]).toEqual([303, back])
    expect(await isSignedIn(jar)).toBe(false)
  })

  test('of another user or another session, it asks first', async () => {
    const { id_token } = await signedIn(bob)
    const { jar } = await signedIn()
    expect((await jar.open(logoutUrl({ id_token_hint: id_token }))).html).toContain('Sign out?')
    const { id_token: sessionless } = await tokensOf(url, { ...bob, scope: 'openid' })
    expect((await jar.open(logoutUrl({ id_token_hint: sessionless ?? '' }))).html).toContain('Sign out?')
    const { id_token: elsewhere } = await signedIn()
    expect((await jar.open(logoutUrl({ id_token_hint: elsewhere }))).html).toContain('Sign out?')
    expect(await isSignedIn(jar)).toBe(true)
  })

  test('that is not ours is a page, and nobody is signed out', async () => {
    const { jar, id_token } = await signedIn()
    const { status, location, html } = await jar.open(
      logoutUrl({ id_token_hint: `${id_token.slice(0, -6)}AAAAAA`, post_logout_redirect_uri: back }),
    )
    expect([status, location]).toEqual([400, undefined])
    expect(html).toContain('id_token_hint is not valid')
    expect(await isSignedIn(jar)).toBe(true)
  })

  test('that contradicts client_id is a page', async () => {
    const { jar, id_token } = await signedIn()
    expect((await jar.open(logoutUrl({ id_token_hint: id_token, client_id: 'standard-spa' }))).status).toBe(400)
  })
})

describe('without a hint', () => {
  test('it asks, and signs out when the user agrees', async () => {
    const { jar } = await signedIn()
    const page = await jar.open(logoutUrl({ client_id: web.client_id, post_logout_redirect_uri: back, state: 's' }))
    expect(page.html).toContain('Sign out?')
    expect(await isSignedIn(jar)).toBe(true)
    const { location } = await jar.post(page, url, { decision: 'logout' })
    expect(location?.href).toBe(`${back}?state=s`)
    expect(await isSignedIn(jar)).toBe(false)
  })

  test('it stays when the user wants to', async () => {
    const { jar } = await signedIn()
    const page = await jar.post(await jar.open(logoutUrl()), url, { decision: 'stay' })
    expect(page.html).toContain('You are still signed in')
    expect(await isSignedIn(jar)).toBe(true)
  })

  test("another page's form does not sign out", async () => {
    const { jar } = await signedIn()
    await jar.open(`${url}/end_session`, { method: 'POST', body: new URLSearchParams({ decision: 'logout' }) })
    await jar.open(logoutUrl({ decision: 'logout' }))
    expect(await isSignedIn(jar)).toBe(true)
  })

  test('it says so when nobody is signed in, and goes back', async () => {
    expect((await new Jar().open(logoutUrl())).html).toContain('You are signed out')
    const { location } = await new Jar().open(logoutUrl({ client_id: web.client_id, post_logout_redirect_uri: back }))
    expect(location?.href).toBe(back)
  })

  test('a HEAD signs nobody out', async () => {
    const { jar, id_token } = await signedIn()
    await jar.open(logoutUrl({ id_token_hint: id_token }), { method: 'HEAD' })
    expect(await isSignedIn(jar)).toBe(true)
  })
})

describe('post_logout_redirect_uri (RP-Initiated Logout §3)', () => {
  test.each<[string, Record<string, string>]>([
    ['that is not registered', { client_id: web.client_id, post_logout_redirect_uri: 'https://evil.example/' }],
    ['with another path', { client_id: web.client_id, post_logout_redirect_uri: `${back}elsewhere` }],
    ['of a client that is not known', { client_id: 'nobody', post_logout_redirect_uri: back }],
    ['of nobody', { post_logout_redirect_uri: back }],
    ['of a client that registered none', { client_id: 'standard-device', post_logout_redirect_uri: back }],
  ])('%s is a page and never a redirect', async (_what, parameters) => {
    const { jar } = await signedIn()
    const { status, location, headers } = await jar.open(logoutUrl(parameters))
    expect([status, location]).toEqual([400, undefined])
    expect(headers.get('grantbox-explain')).toBeTruthy()
    expect(await isSignedIn(jar)).toBe(true)
  })
})

test('tokens outlive the session', async () => {
  const { jar, tokens, id_token } = await signedIn()
  await jar.open(logoutUrl({ id_token_hint: id_token }))
  expect(await userinfoStatus(url, tokens.access_token)).toBe(200)
  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '', ...web }
  expect((await post(url, '/token', refresh)).status).toBe(200)
})

describe('back-channel logout (OpenID Connect Back-Channel Logout §2)', () => {
  test('each client of the session gets a logout token that verifies, and others get none', async () => {
    const { jar, id_token } = await signedIn()
    const one = await receiver()
    const other = await receiver()
    const client = await alsoAt(jar, { backchannel_logout_uri: one.uri })
    addClient(sandbox, { metadata: { backchannel_logout_uri: other.uri } }, app)
    await jar.open(logoutUrl({ id_token_hint: id_token }))
    expect(other.bodies).toEqual([])
    const [body = ''] = one.bodies
    expect(body).toMatch(/^POST application\/x-www-form-urlencoded(;charset=UTF-8)? logout_token=[\w.-]+$/)
    const token = body.split('logout_token=')[1] ?? ''
    const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(`${url}/jwks`)), {
      issuer: url,
      audience: client.client_id,
      typ: 'logout+jwt',
      currentDate: new Date(server.clock.now()),
    })
    expect(protectedHeader.typ).toBe('logout+jwt')
    expect(payload).toMatchObject({ sub: 'alice', sid: claimsOf(id_token).sid, jti: expect.any(String) })
    expect(payload.events).toEqual({ 'http://schemas.openid.net/event/backchannel-logout': {} })
    expect(payload.nonce).toBeUndefined()
  })

  test('a client that cannot be told hinders nobody, and stands in the journal', async () => {
    const { jar, id_token } = await signedIn()
    const broken = await receiver(500)
    const client = await alsoAt(jar, { backchannel_logout_uri: broken.uri })
    const { status } = await jar.open(logoutUrl({ id_token_hint: id_token }))
    expect(status).toBe(200)
    expect(await isSignedIn(jar)).toBe(false)
    expect(lastExplanation()).toContain(`Client '${client.client_id}' was not told of the logout at ${broken.uri}: it answered 500`)
  })

  test('no other machine is called, and no redirect is followed to one', async () => {
    const { jar, id_token } = await signedIn()
    const other = await receiver()
    const moved = await receiver(307, other.uri)
    await alsoAt(jar, { backchannel_logout_uri: 'https://app.example.com/logout' })
    await alsoAt(jar, { backchannel_logout_uri: moved.uri })
    await jar.open(logoutUrl({ id_token_hint: id_token }))
    expect(lastExplanation()).toContain('app.example.com is neither this machine nor on a private network')
    expect(lastExplanation()).toContain(moved.uri)
    expect([moved.bodies.length, other.bodies.length]).toEqual([1, 0])
  })
})

describe('front-channel logout (OpenID Connect Front-Channel Logout §3)', () => {
  test('the page frames each client of the session, with iss and sid where it registered for them, and goes on', async () => {
    const { jar, id_token } = await signedIn()
    await alsoAt(jar, { frontchannel_logout_uri: 'https://one.example/out?x=1', frontchannel_logout_session_required: true })
    await alsoAt(jar, { frontchannel_logout_uri: 'https://two.example/out' })
    const page = await jar.open(logoutUrl({ id_token_hint: id_token, post_logout_redirect_uri: back }))
    expect(page.status).toBe(200)
    const frames = [...page.html.matchAll(/<iframe[^>]* src="([^"]*)"/g)].map(([, src]) => src?.replaceAll('&amp;', '&'))
    const sid = String(claimsOf(id_token).sid)
    expect(frames).toEqual([`https://one.example/out?x=1&iss=${encodeURIComponent(url)}&sid=${sid}`, 'https://two.example/out'])
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/frame-src https:\/\/one\.example https:\/\/two\.example$/)
    expect(policy).toContain("default-src 'none'")
    expect(page.headers.get('refresh')).toBe(`2;url=${back}`)
    expect(page.html).toContain(`href="${back}"`)
  })

  test('a URI that is no page is left out', async () => {
    const { jar, id_token } = await signedIn()
    await alsoAt(jar, { frontchannel_logout_uri: 'javascript:alert(1)' })
    expect((await jar.open(logoutUrl({ id_token_hint: id_token }))).html).not.toContain('<iframe')
  })
})

test('openid-client builds the logout request from discovery', async () => {
  const config = await oidc.discovery(new URL(url), web.client_id, web.client_secret, undefined, { execute: [oidc.allowInsecureRequests] })
  const { jar, id_token } = await signedIn()
  const address = oidc.buildEndSessionUrl(config, { id_token_hint: id_token, post_logout_redirect_uri: back, state: 's' })
  expect((await jar.open(address.href)).location?.href).toBe(`${back}?state=s`)
  expect(await isSignedIn(jar)).toBe(false)
})

test('a provider without sessions has no such place', async () => {
  expect((await fetch(`${url}/iokids/end_session`)).status).toBe(404)
})
