import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, decodeProtectedHeader, type JWTVerifyOptions, jwtVerify } from 'jose'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Fault } from '../../src/sandbox/faults.ts'
import { Jar } from '../support/browser-jar.ts'
import { control } from '../support/control-client.ts'
import { addClient } from '../support/iokids-setup.ts'
import { start, type TestServer } from '../support/server.ts'
import { claimsOf } from '../support/standard-client.ts'
import { authorizeUrl, redeem, signInAndAllow } from '../support/standard-sign-in.ts'

const back = 'http://localhost:3000/'

const arm = (server: TestServer, fault: Partial<Fault>) =>
  server.sandbox().faults.add({ endpoint: 'end_session', after: 0, times: 1, ...fault })

/** A browser in which alice is signed in. */
async function signedIn(server: TestServer) {
  const jar = new Jar()
  const { location } = await signInAndAllow(jar, await jar.open(authorizeUrl(server.url)), server.url)
  const { body } = await redeem(server.url, location?.searchParams.get('code'))
  const signOut = (parameters: Record<string, string> = {}) => {
    const asked = new URLSearchParams({ client_id: 'standard-web', post_logout_redirect_uri: back, ...parameters })
    return jar.open(`${server.url}/end_session?${asked}`)
  }
  return { jar, signOut, hint: { id_token_hint: String(body.id_token) } }
}

describe('the way back from signing out (OpenID Connect RP-Initiated Logout §2)', () => {
  test.each([
    ['wrong_state', { state: 'mine' }, `${back}?state=a-state-that-nobody-sent`],
    ['wrong_state', {}, `${back}?state=a-state-that-nobody-sent`],
    ['missing_state', { state: 'a=b&c' }, back],
    ['missing_state', {}, back],
  ] as const)('has by %s another state than %j', async (logout, sent, expected) => {
    const server = await start({ defaultProvider: 'standard' })
    const { signOut, hint } = await signedIn(server)
    arm(server, { logout })
    expect((await signOut({ ...hint, ...sent })).location?.href).toBe(expected)
    expect((await signOut({ ...hint, state: 'next' })).location?.href).toBe(`${back}?state=next`)
  })

  test('is wrong when it comes, and not when the user is only asked', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const { jar, signOut } = await signedIn(server)
    arm(server, { logout: 'missing_state', username: 'alice', client_id: 'standard-web' })
    const page = await signOut({ state: 'mine' })
    expect(page.html).toContain('Sign out?')
    expect((await jar.post(page, server.url, { decision: 'logout' })).location?.href).toBe(back)
    expect(server.sandbox().faults.size).toBe(0)
  })

  test('is as ever for a fault of another client', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const { signOut, hint } = await signedIn(server)
    arm(server, { logout: 'missing_state', client_id: 'another' })
    expect((await signOut({ ...hint, state: 'mine' })).location?.href).toBe(`${back}?state=mine`)
  })

  test('drops, waits and refuses as every other request does', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const { signOut, hint } = await signedIn(server)
    arm(server, { error: 'temporarily_unavailable' })
    expect((await signOut(hint)).status).toBe(503)
    arm(server, { logout: 'missing_state', delay_ms: 200 })
    const began = performance.now()
    expect((await signOut({ ...hint, state: 'mine' })).location?.href).toBe(back)
    expect(performance.now() - began).toBeGreaterThan(190)
  })

  test('exists at the end session endpoint alone', async () => {
    const server = await start({ defaultProvider: 'standard' })
    const fault = (endpoint: string) => control(server, 'POST', '/sandboxes/standard/faults', { endpoint, logout: 'wrong_state' })
    expect([(await fault('authorize')).status, (await fault('end_session')).status]).toEqual([400, 201])
  })
})

describe('a logout token (OpenID Connect Back-Channel Logout §2.4)', () => {
  /** What a client that registered for it is told when alice signs out. */
  async function told(logout_token: Fault['logout_token'], options: JWTVerifyOptions = {}) {
    const server = await start({ defaultProvider: 'standard' })
    const bodies: string[] = []
    const listening = createServer(async (request, response) => {
      for await (const chunk of request) bodies.push(String(chunk))
      response.end()
    })
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      listening.close()
    })
    const backchannel_logout_uri = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/logout`
    const sandbox = server.sandbox()
    const client = addClient(sandbox, { metadata: { backchannel_logout_uri } }, sandbox.directory.listApps()[0])
    const { jar, signOut, hint } = await signedIn(server)
    await signInAndAllow(jar, await jar.open(authorizeUrl(server.url, { client_id: client.client_id })), server.url)
    arm(server, { logout_token })
    expect((await signOut({ ...hint, state: 'mine' })).location?.href).toBe(`${back}?state=mine`)
    const token = new URLSearchParams(bodies[0]).get('logout_token') ?? ''
    const jwks = createRemoteJWKSet(new URL(`${server.url}/jwks`))
    const verified = jwtVerify(token, jwks, { issuer: server.url, audience: client.client_id, typ: 'logout+jwt', ...options })
    return {
      claims: claimsOf(token),
      header: decodeProtectedHeader(token),
      problem: await verified.then(
        () => 'none',
        ({ code }) => code,
      ),
    }
  }

  test.each([
    ['bad_signature', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
    ['foreign_key', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
    ['unknown_kid', 'ERR_JWKS_NO_MATCHING_KEY'],
    ['wrong_issuer', 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['wrong_audience', 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['expired', 'ERR_JWT_EXPIRED'],
    ['alg_none', 'ERR_JOSE_NOT_SUPPORTED'],
  ] as const)('is wrong by %s, as a verifying client sees', async (flaw, problem) => {
    expect((await told(flaw)).problem).toBe(problem)
  })

  test.each([
    ['missing_events', { events: undefined, nonce: undefined }],
    ['other_event', { events: { 'http://schemas.openid.net/event/another': {} }, nonce: undefined }],
    ['with_nonce', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, nonce: 'a-nonce-that-nobody-sent' }],
  ] as const)('says by %s what none must say, well signed', async (flaw, { events, nonce }) => {
    const { claims, problem, header } = await told(flaw)
    expect([claims.events, claims.nonce, problem, header.typ]).toEqual([events, nonce, 'none', 'logout+jwt'])
  })
})
