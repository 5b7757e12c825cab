import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import {
  authorizeUrl,
  callback,
  callbackOf,
  challenge,
  homeTenant,
  spa,
  spaCallback,
  spaCode,
  startEntra,
  token,
  tokensOf,
  verifier,
  web,
} from '../../support/entra-client.ts'
import { send } from '../../support/vendor-client.ts'
import { expectRefusal } from './refusal.ts'

const server = await startEntra()
const { url } = server

const origin = { origin: 'http://localhost:3000' }
const cors = 'access-control-allow-origin'
const scope = 'openid offline_access User.Read'
const redeem = (code: string, headers: Record<string, string>, more: Record<string, string | undefined> = {}) =>
  token(url, { grant_type: 'authorization_code', ...spa, code, redirect_uri: spaCallback, code_verifier: verifier, ...more }, { headers })

describe('a single-page application', () => {
  test('redeems its code from a page, which may read the answer, with a refresh token that tells how long it lives', async () => {
    const answer = await redeem(await spaCode(url, { scope }), origin)
    expect([answer.status, answer.headers.get(cors)]).toEqual([200, '*'])
    expect(Object.keys(answer.body)).toEqual([
      'token_type',
      'scope',
      'expires_in',
      'ext_expires_in',
      'access_token',
      'refresh_token',
      'refresh_token_expires_in',
      'id_token',
    ])
    // A second may pass.
    expect([86_399, 86_400]).toContain(answer.body.refresh_token_expires_in)
  })

  test('without an Origin header: 9002327', async () => {
    expectRefusal(await redeem(await spaCode(url), {}), {
      error: 'invalid_request',
      number: 9002327,
      text: "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
    })
  })

  test('without PKCE: 9002325', async () => {
    const code = await spaCode(url, { code_challenge: undefined, code_challenge_method: undefined })
    const answer = await redeem(code, origin, { code_verifier: undefined })
    expectRefusal(answer, {
      error: 'invalid_request',
      number: 9002325,
      text: 'Proof Key for Code Exchange is required for cross-origin authorization code redemption.',
    })
    expect(answer.headers.get(cors)).toBe('*')
  })

  test('refreshes for 24 hours from its sign-in and no longer: 700084', async () => {
    const first = await redeem(await spaCode(url, { scope }), origin)
    const refresh = (refresh_token: unknown) =>
      token(url, { grant_type: 'refresh_token', ...spa, refresh_token: String(refresh_token) }, { headers: origin })
    server.clock.advance(20 * 3600)
    const second = await refresh(first.body.refresh_token)
    expect([second.status, second.headers.get(cors)]).toEqual([200, '*'])
    expect(second.body.refresh_token_expires_in).toBeLessThanOrEqual(4 * 3600)
    server.clock.advance(5 * 3600)
    const late = await refresh(second.body.refresh_token)
    expectRefusal(late, {
      error: 'invalid_grant',
      number: 700084,
      text: 'The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended.',
    })
    expect(late.headers.get(cors)).toBe('*')
    server.clock.advance(-25 * 3600)
  })
})

describe('any other application', () => {
  test.each([
    ['the code of a server', { grant_type: 'authorization_code', ...web, redirect_uri: callback }],
    ['a password', { grant_type: 'password', ...web, username: 'alice', password: 'Password1!', scope: 'openid' }],
    ['client credentials', { grant_type: 'client_credentials', ...web, scope: 'https://graph.microsoft.com/.default' }],
  ])('gets nothing for %s with an Origin header, and no page may read why: 9002326', async (_, form) => {
    const code = (await callbackOf(url)).searchParams.get('code') ?? ''
    const answer = await token(url, { ...form, code }, { headers: origin })
    expect(answer.headers.get(cors)).toBeNull()
    expectRefusal(answer, {
      error: 'invalid_request',
      number: 9002326,
      text: "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request origin: 'http://localhost:3000'.",
    })
  })

  test('without its secret is told of that, with an Origin header too', async () => {
    const code = (await callbackOf(url)).searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', client_id: web.client_id, redirect_uri: callback, code }
    const answer = await token(url, form, { headers: origin })
    expect(answer.headers.get(cors)).toBeNull()
    expectRefusal(answer, {
      error: 'invalid_client',
      number: 7000218,
      text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    })
  })

  test('of a native address needs no PKCE and no Origin', async () => {
    const native = { ...spa, redirect_uri: 'http://localhost:7071' }
    const back = await callbackOf(url, native)
    expect(back.href).toMatch(/^http:\/\/localhost:7071\/\?code=/)
    const { status } = await token(url, { grant_type: 'authorization_code', ...native, code: back.searchParams.get('code') ?? '' })
    expect(status).toBe(200)
  })
})

test('discovery, keys and Graph may be read by every page', async () => {
  const tokens = await tokensOf(url)
  for (const path of [`/${homeTenant}/v2.0/.well-known/openid-configuration`, '/common/discovery/v2.0/keys', '/v1.0/me']) {
    const { headers } = await send(url + path, { headers: { ...origin, authorization: `Bearer ${tokens.access_token}` } })
    expect([path, headers.get(cors)]).toEqual([path, '*'])
  }
})

describe('redirect URIs', () => {
  test.each([
    ['http://localhost:8080/callback', 200],
    ['http://localhost/callback/', 400],
    ['http://localhost/CALLBACK', 400],
    ['http://127.0.0.1:8080/callback', 400],
    ['http://127.0.0.1/callback', 200],
    ['https://localhost/callback', 400],
  ])('of the web application: %s → %i', async (redirect_uri, status) => {
    expect((await new Jar().open(authorizeUrl(url, { redirect_uri }))).status).toBe(status)
  })

  test.each([
    ['query', 'code', /^http:\/\/localhost:3000\/\?code=1\.A[\w.-]+&state=xyz&session_state=[0-9a-f-]{36}$/],
    ['fragment', 'code', /^http:\/\/localhost:3000\/#code=1\.A[\w.-]+&client_info=[\w-]+&state=xyz&session_state=[0-9a-f-]{36}$/],
  ])('an answer in the %s goes to an empty path as to /, its members in their order', async (response_mode, response_type, form) => {
    const asked = {
      ...spa,
      redirect_uri: 'http://localhost:3000',
      response_mode,
      response_type,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    }
    const back = await callbackOf(url, { ...asked, ...(response_mode === 'fragment' ? { client_info: '1' } : {}) })
    expect(back.href).toMatch(form)
  })
})
