import { createHash } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import {
  alice,
  aliceId,
  authorizeUrl,
  calendar,
  callback,
  callbackOf,
  codeOf,
  freshCode,
  redeem,
  signIn,
  token,
  tokensOf,
  web,
} from '../../support/google-client.ts'
import { start, startForFile } from '../../support/server.ts'
import { claimsOf, headerOf, postJson, send } from '../../support/vendor-client.ts'

const { url } = await startForFile({ defaultProvider: 'google' })

test('a code gives the members in the vendor’s order, indented by two', async () => {
  const { status, body, text, headers } = await redeem(url, await codeOf(url, { access_type: 'offline', prompt: 'consent', nonce: 'n-1' }))
  expect(status).toBe(200)
  expect(Object.keys(body)).toEqual(['access_token', 'expires_in', 'refresh_token', 'scope', 'token_type', 'id_token'])
  expect(text).toBe(JSON.stringify(body, null, 2))
  expect(body).toMatchObject({
    access_token: expect.stringMatching(/^ya29\.a0A[\w-]{160,220}$/),
    expires_in: 3599,
    refresh_token: expect.stringMatching(/^1\/\/0g[\w-]{95,105}$/),
    scope: 'https://www.googleapis.com/auth/userinfo.email openid https://www.googleapis.com/auth/userinfo.profile',
    token_type: 'Bearer',
  })
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(headers.get('cache-control')).toBe('no-cache, no-store, max-age=0, must-revalidate')
  expect(headers.get('pragma')).toBe('no-cache')
  expect(headers.get('vary')).toBe('Origin, X-Origin, Referer')
  expect(headerOf(String(body.id_token))).toMatch(/^\{"alg":"RS256","kid":"[0-9a-f]{40}","typ":"JWT"\}$/)
  const claims = claimsOf(body.id_token)
  expect(Object.keys(claims)).toEqual([
    ...[
      'iss',
      'azp',
      'aud',
      'sub',
      'email',
      'email_verified',
      'at_hash',
      'nonce',
      'name',
      'picture',
      'given_name',
      'family_name',
      'iat',
      'exp',
    ],
  ])
  expect(claims).toMatchObject({ iss: url, azp: web.client_id, aud: web.client_id, sub: aliceId, email_verified: true, nonce: 'n-1' })
  expect(claims.at_hash).toBe(createHash('sha256').update(String(body.access_token)).digest().subarray(0, 16).toString('base64url'))
  expect(Number(claims.exp) - Number(claims.iat)).toBe(3600)
  await jwtVerify(String(body.id_token), createRemoteJWKSet(new URL(`${url}/oauth2/v3/certs`)), { issuer: url, audience: web.client_id })
})

test('a user of a Workspace is told with the domain', async () => {
  const bob = { identifier: 'bob@example.com', Passwd: 'password' }
  const answer = await callbackOf(url, {}, { user: bob })
  expect(answer.searchParams.get('hd')).toBe('example.com')
  const { body } = await redeem(url, answer.searchParams.get('code') ?? '')
  expect(Object.keys(claimsOf(body.id_token)).slice(0, 6)).toEqual(['iss', 'azp', 'aud', 'sub', 'hd', 'email'])
})

test('the redirect has its members in the vendor’s order', async () => {
  const answer = await callbackOf(url, { prompt: 'consent' })
  expect(answer.href.replace(/code=[^&]*/, 'code=…')).toBe(
    `${callback}?state=xyz&code=…&scope=email%20profile%20openid%20https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fuserinfo.email%20https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fuserinfo.profile&authuser=0&prompt=consent`,
  )
  expect(answer.search).toMatch(/&code=4%2F0A[\w-]{60,80}&/)
})

describe('a refresh token comes', () => {
  const offline = { access_type: 'offline' }

  test('with offline access at the first consent, and silently never again', async () => {
    const { url } = await start({ defaultProvider: 'google' })
    const jar = new Jar()
    const first = await redeem(url, await codeOf(url, offline, { jar }))
    expect(first.body.refresh_token).toMatch(/^1\/\/0/)
    const second = await callbackOf(url, offline, { jar })
    expect(second.searchParams.get('prompt')).toBe('none')
    expect((await redeem(url, second.searchParams.get('code') ?? '')).body).not.toHaveProperty('refresh_token')
  })

  test('not without offline access, and then at the first offline request, which asks again', async () => {
    const { url } = await start({ defaultProvider: 'google' })
    expect(await tokensOf(url, {})).not.toHaveProperty('refresh_token')
    expect(await tokensOf(url, { access_type: 'online' })).not.toHaveProperty('refresh_token')
    expect(await tokensOf(url, offline)).toHaveProperty('refresh_token')
    expect(await tokensOf(url, offline)).not.toHaveProperty('refresh_token')
  })

  test('each time with prompt=consent or its older name', async () => {
    const { url } = await start({ defaultProvider: 'google' })
    for (const asks of [{ prompt: 'consent' }, { prompt: 'consent' }, { approval_prompt: 'force' }]) {
      const { body } = await redeem(url, await codeOf(url, { ...offline, ...asks }))
      expect(body).toHaveProperty('refresh_token')
    }
  })

  test('for a new scope, which is asked for', async () => {
    const { url } = await start({ defaultProvider: 'google' })
    await tokensOf(url, offline)
    expect(await tokensOf(url, { ...offline, scope: `openid ${calendar}` })).toHaveProperty('refresh_token')
  })

  test('again when it was revoked', async () => {
    const { url } = await start({ defaultProvider: 'google' })
    const { access_token } = await tokensOf(url, offline)
    const revoked = await fetch(`${url}/revoke?token=${access_token}`, { method: 'POST' })
    expect([revoked.status, await revoked.text()]).toEqual([200, '{}'])
    expect(await tokensOf(url, offline)).toHaveProperty('refresh_token')
  })

  test('and of a hundred the oldest dies', async () => {
    const { url } = await start({ defaultProvider: 'google' })
    const all: string[] = []
    for (let at = 0; at < 101; at++) all.push((await tokensOf(url, { ...offline, prompt: 'consent' })).refresh_token ?? '')
    const [oldest, next] = all
    const refresh = (refresh_token = '') => token(url, { grant_type: 'refresh_token', refresh_token })
    expect((await refresh(oldest)).body).toEqual({ error: 'invalid_grant', error_description: 'Token has been expired or revoked.' })
    expect((await refresh(next)).status).toBe(200)
  })
})

test('a refresh brings an access and an ID token and no refresh token, which stays', async () => {
  const { refresh_token = '' } = await tokensOf(url, { access_type: 'offline', prompt: 'consent' })
  for (let at = 0; at < 2; at++) {
    const { body } = await token(url, { grant_type: 'refresh_token', refresh_token })
    expect(Object.keys(body)).toEqual(['access_token', 'expires_in', 'scope', 'token_type', 'id_token'])
  }
})

test('a refresh may name scopes by their URLs, and fewer of them', async () => {
  const { refresh_token = '', scope } = await tokensOf(url, { access_type: 'offline', prompt: 'consent' })
  const refresh = async (scope?: string) => (await token(url, { grant_type: 'refresh_token', refresh_token, scope })).body.scope
  expect(await refresh(scope)).toBe(scope)
  expect(await refresh('https://www.googleapis.com/auth/userinfo.email')).toBe('https://www.googleapis.com/auth/userinfo.email')
  expect(await refresh()).toBe(scope)
})

test('a refresh token lives half a year after it was last used', async () => {
  const { url, clock } = await start({ defaultProvider: 'google' })
  const { refresh_token = '' } = await tokensOf(url, { access_type: 'offline' })
  const refresh = () => token(url, { grant_type: 'refresh_token', refresh_token })
  for (let at = 0; at < 3; at++) {
    clock.advance(100 * 86_400)
    expect((await refresh()).status).toBe(200)
  }
  clock.advance(181 * 86_400)
  expect((await refresh()).body.error_description).toBe('Token has been expired or revoked.')
})

test('an answer may cover what was granted before', async () => {
  const { url } = await start({ defaultProvider: 'google' })
  await tokensOf(url, { scope: calendar })
  const narrow = await tokensOf(url, {})
  expect(narrow.scope).not.toContain(calendar)
  const jar = new Jar()
  const answer = await callbackOf(url, { include_granted_scopes: 'true', access_type: 'offline', prompt: 'consent' }, { jar })
  expect(answer.searchParams.get('scope')).toContain(calendar)
  const { body } = await redeem(url, answer.searchParams.get('code') ?? '')
  expect(body.scope).toContain(calendar)
  const again = await token(url, { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) })
  expect(again.body.scope).toContain(calendar)
})

test('a scope may be asked for by its URL, and brings an ID token', async () => {
  const at = 'https://www.googleapis.com/auth/userinfo.'
  const { scope, id_token } = await tokensOf(url, { scope: `${at}profile` })
  expect(scope).toBe(`openid ${at}profile`)
  expect(claimsOf(id_token)).not.toHaveProperty('email')
  expect(claimsOf(id_token)).toHaveProperty('given_name', 'Alice')
  expect(await tokensOf(url, { scope: calendar })).not.toHaveProperty('id_token')
})

test('the redirect names the issuer where the setting says so, and discovery tells', async () => {
  const { url } = await start({ defaultProvider: 'google' })
  const metadata = async () => (await send(`${url}/.well-known/openid-configuration`)).body.authorization_response_iss_parameter_supported
  expect([(await callbackOf(url)).searchParams.get('iss'), await metadata()]).toEqual([null, undefined])
  const body = JSON.stringify({ settings: { response_iss: true } })
  const headers = { 'content-type': 'application/json' }
  expect((await send(`${url}/_grantbox/sandboxes/google`, { method: 'PATCH', headers, body })).status).toBe(200)
  expect([(await callbackOf(url)).searchParams.get('iss'), await metadata()]).toEqual([url, true])
})

test('prompt=none answers where there is a session and consent, and else says interaction_required alone', async () => {
  const { url } = await start({ defaultProvider: 'google' })
  const jar = new Jar()
  const none = authorizeUrl(url, { prompt: 'none' })
  expect((await jar.open(none)).location?.search).toBe('?error=interaction_required&state=xyz')
  await signIn(jar, await jar.open(authorizeUrl(url)), url)
  expect((await jar.open(none)).location?.searchParams.get('prompt')).toBe('none')
  const more = await jar.open(authorizeUrl(url, { prompt: 'none', scope: calendar }))
  expect(more.location?.search).toBe('?error=interaction_required&state=xyz')
})

test('who cancels is told so, without a description', async () => {
  const jar = new Jar()
  const page = await signIn(jar, await jar.open(authorizeUrl(url, { prompt: 'consent' })), url, alice, { decision: 'deny' })
  expect(page.location?.href).toBe(`${callback}?error=access_denied&state=xyz`)
})

test('a code of a popup is redeemed with postmessage in the place of an address', async () => {
  const redirect_uri = 'postmessage'
  const { body } = await redeem(url, await freshCode(url, { redirect_uri }), { redirect_uri })
  expect(body).toHaveProperty('access_token')
  const page = await send(authorizeUrl(url, { redirect_uri }))
  expect([page.status, page.headers.get('location')]).toEqual([400, null])
})

test('JSON is taken as well as a form', async () => {
  const code = await freshCode(url)
  const { status } = await postJson(`${url}/token`, { ...web, grant_type: 'authorization_code', code, redirect_uri: callback })
  expect(status).toBe(200)
})
