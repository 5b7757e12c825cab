import { createHmac, createPublicKey } from 'node:crypto'
import { compactVerify, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/sandbox/faults.ts'
import { control } from '../support/control-client.ts'
import { start, type TestServer } from '../support/server.ts'
import { json, post, web } from '../support/standard-client.ts'
import { callbackOf, redeem } from '../support/standard-sign-in.ts'

const week = 7 * 24 * 3600
const now = Date.UTC(2030, 0)

interface Answer {
  access_token: string
  refresh_token: string
  id_token: string
}

async function standard() {
  const server = await start({ defaultProvider: 'standard' })
  server.server.sandboxes.setClock(server.sandbox(), { now, frozen: true })
  const jwks = createRemoteJWKSet(new URL(`${server.url}/jwks`))
  const verify = (id_token: string): Promise<JWTVerifyResult> =>
    jwtVerify(id_token, jwks, { issuer: server.url, audience: web.client_id, currentDate: new Date(now) })
  return { server, verify }
}

const arm = (server: TestServer, fault: Partial<Fault>) => server.sandbox().faults.add({ endpoint: 'token', after: 0, times: 1, ...fault })

async function signIn({ url }: TestServer): Promise<Answer> {
  const code = (await callbackOf(url, { scope: 'openid profile offline_access' })).searchParams.get('code')
  return (await redeem(url, code)).body as unknown as Answer
}

/** What an ID token would say, and what it says under a fault. */
async function changed(server: TestServer, fault: Partial<Fault>): Promise<{ good: JWTPayload; bad: JWTPayload; answer: Answer }> {
  const good = decodeJwt((await signIn(server)).id_token)
  arm(server, fault)
  const answer = await signIn(server)
  // Of another sign-in.
  const { at_hash, sid } = decodeJwt(answer.id_token)
  return { good: { ...good, at_hash, sid }, bad: decodeJwt(answer.id_token), answer }
}

const without = (claims: JWTPayload, name: string) => Object.fromEntries(Object.entries(claims).filter(([one]) => one !== name))

async function isGood(server: TestServer, { access_token }: Answer): Promise<void> {
  const userinfo = await fetch(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
  expect(userinfo.status).toBe(200)
}

describe('an ID token that is well signed', () => {
  test.each(['iss', 'sub', 'aud', 'exp', 'iat', 'nonce'] as const)('has no %s and all else', async (name) => {
    const { server } = await standard()
    const { good, bad, answer } = await changed(server, { id_token: `missing_${name}` })
    expect([good[name] === undefined, bad]).toEqual([false, without(good, name)])
    await isGood(server, answer)
  })

  test.each([
    ['other_nonce', { nonce: 'a-nonce-that-nobody-sent' }],
    ['other_subject', { sub: 'a-subject-that-nobody-has' }],
    ['wrong_at_hash', { at_hash: 'A'.repeat(22) }],
    ['wrong_c_hash', { c_hash: 'A'.repeat(22) }],
    ['aud_list', { aud: [web.client_id] }],
    ['aud_others', { aud: [web.client_id, 'another-client'], azp: 'another-client' }],
    ['old_iat', { iat: now / 1000 - week }],
    ['resigned', {}],
  ] as const)('says by %s what it says, and no other thing', async (id_token, claims) => {
    const { server, verify } = await standard()
    const { good, bad, answer } = await changed(server, { id_token })
    expect(bad).toEqual({ ...good, ...claims })
    const { alg, kid } = (await verify(answer.id_token)).protectedHeader
    expect([alg, kid]).toEqual(['RS256', expect.any(String)])
    await isGood(server, answer)
  })

  test('names no key by no_kid (OpenID Connect Core §10.1)', async () => {
    const { server, verify } = await standard()
    const { good, bad, answer } = await changed(server, { id_token: 'no_kid' })
    expect([bad, decodeProtectedHeader(answer.id_token)]).toEqual([good, { alg: 'RS256', typ: 'JWT' }])
    await verify(answer.id_token)
  })
})

describe('an ID token that is signed by another', () => {
  test('has by foreign_key a published kid, of which nobody published the key', async () => {
    const { server, verify } = await standard()
    const { header } = await signIn(server).then(({ id_token }) => ({ header: decodeProtectedHeader(id_token) }))
    const { good, bad, answer } = await changed(server, { id_token: 'foreign_key' })
    expect([bad, decodeProtectedHeader(answer.id_token)]).toEqual([good, header])
    await expect(verify(answer.id_token)).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })
    await isGood(server, answer)
  })

  test.each(['ES256', 'PS384', 'EdDSA', 'HS256'] as const)('is so whatever its algorithm is: %s', async (id_token_signing_alg) => {
    const { server } = await standard()
    const { settings } = server.server.sandboxes.update(server.sandbox(), { settings: { id_token_signing_alg } })
    arm(server, { id_token: 'foreign_key' })
    const { id_token } = await signIn(server)
    expect(decodeProtectedHeader(id_token).alg).toBe(id_token_signing_alg)
    const published = await server.sandbox().keys.publicKeys()
    const keys = published.map((key) => createPublicKey({ key, format: 'jwk' }))
    for (const key of id_token_signing_alg === 'HS256' ? [new TextEncoder().encode(settings.signing_secret)] : keys) {
      await expect(compactVerify(id_token, key)).rejects.toThrow()
    }
  })

  test('has by hs256_public_key the public key as its secret (RFC 8725 §2.1)', async () => {
    const { server } = await standard()
    const { good, bad, answer } = await changed(server, { id_token: 'hs256_public_key' })
    const { alg, kid } = decodeProtectedHeader(answer.id_token)
    const [key] = (await server.sandbox().keys.publicKeys()).filter((one) => one.kid === kid)
    const secret = createPublicKey({ key: { ...key }, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
    const end = answer.id_token.lastIndexOf('.')
    const mac = createHmac('sha256', secret).update(answer.id_token.slice(0, end)).digest('base64url')
    expect([bad, alg, answer.id_token.slice(end + 1)]).toEqual([good, 'HS256', mac])
  })
})

describe('an ID token about another user', () => {
  const mallory = { username: 'mallory', email: 'mallory@example.com', name: 'Mallory Malone' }

  test.each(['other_subject', 'foreign_key', 'wrong_issuer', 'resigned'] as const)('is wholly about him, with %s', async (id_token) => {
    const { server, verify } = await standard()
    server.server.sandboxes.update(server.sandbox(), { settings: { scope_claims_in_id_token: true } })
    const { status, body: user } = await control(server, 'POST', '/sandboxes/standard/users', mallory)
    expect([status, user]).toEqual([201, expect.anything()])
    const fault = { endpoint: 'token', id_token, id_token_user: 'Mallory' }
    expect(await control(server, 'POST', '/sandboxes/standard/faults', fault)).toMatchObject({ status: 201, body: fault })
    const answer = await signIn(server)
    const about = { sub: user.id, preferred_username: 'mallory', given_name: 'Mallory' }
    expect(decodeJwt(answer.id_token)).toMatchObject({ ...about, aud: web.client_id, nonce: 'n-1' })
    const isTaken = id_token === 'other_subject' || id_token === 'resigned'
    expect(
      await verify(answer.id_token).then(
        () => true,
        () => false,
      ),
    ).toBe(isTaken)
    const userinfo = await json(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${answer.access_token}` } })
    expect(userinfo.body.preferred_username).toBe('alice')
  })

  test('is about him who signed in, when the other was deleted meanwhile, and the journal says so', async () => {
    const { server } = await standard()
    await control(server, 'POST', '/sandboxes/standard/users', mallory)
    arm(server, { id_token: 'resigned', id_token_user: 'mallory' })
    await control(server, 'DELETE', '/sandboxes/standard/users/mallory')
    const { good, bad } = await changed(server, {})
    expect(good.sub).toBe(bad.sub)
    const notes = server
      .sandbox()
      .journal.list()
      .flatMap((one) => one.notes ?? [])
    expect(notes).toEqual(["The fault's id_token_user 'mallory' is no user any more"])
  })

  test('needs a user whom there is', async () => {
    const { server } = await standard()
    const fault = { endpoint: 'token', id_token: 'foreign_key', id_token_user: 'alcie' }
    const { status, body } = await control(server, 'POST', '/sandboxes/standard/faults', fault)
    expect([status, body.errors]).toEqual([400, [expect.objectContaining({ field: 'id_token_user', came: 'alcie', suggestion: 'alice' })]])
    const alone = await control(server, 'POST', '/sandboxes/standard/faults', { endpoint: 'token', drop: 'after', id_token_user: 'alice' })
    expect([alone.status, alone.body.errors[0].field]).toEqual([400, 'id_token_user'])
    expect(server.sandbox().faults.size).toBe(0)
  })

  test("may be a user of one of the sandbox's spaces", async () => {
    const server = await start({ defaultProvider: 'keycloak' })
    await control(server, 'POST', '/sandboxes/keycloak/spaces', { id: 'partners' })
    expect((await control(server, 'POST', '/sandboxes/keycloak/users?space=partners', mallory)).body).toMatchObject({ username: 'mallory' })
    const fault = { endpoint: 'token', id_token: 'foreign_key', id_token_user: 'mallory' }
    expect((await control(server, 'POST', '/sandboxes/keycloak/faults', fault)).status).toBe(201)
  })
})

test('refreshing brings an ID token about another, when the fault is for that grant type', async () => {
  const { server, verify } = await standard()
  arm(server, { id_token: 'other_subject', grant_type: 'refresh_token' })
  const first = await signIn(server)
  expect((await verify(first.id_token)).payload.sub).not.toBe('a-subject-that-nobody-has')
  const { body } = await post(server.url, '/token', { grant_type: 'refresh_token', refresh_token: first.refresh_token, ...web })
  expect(decodeJwt(String(body.id_token)).sub).toBe('a-subject-that-nobody-has')
})
