import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { addApp, addClient, addUser, credentials } from '../support/iokids-setup.ts'
import { startForFile } from '../support/server.ts'
import { claimsOf, json, post, userinfoStatus, web } from '../support/standard-client.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const issuer = 'https://idp.example'

const keys = await generateKeyPair('ES256')
const strange = await generateKeyPair('ES256')
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256' }
const { name } = server.server.sandboxes.create({
  name: 'trusting',
  provider: server.sandbox().provider,
  settings: { assertion_issuers: { [issuer]: { jwks: { keys: [jwk] } } } },
})
const base = `${server.url}/${name}`
const sandbox = server.sandbox(name)
const app = sandbox.directory.listApps()[0]

const now = () => Math.floor(server.clock.now() / 1000)
/** Claims as they are signed, right or wrong. */
type Claims = Record<string, unknown>

const good = (): Claims => ({ iss: issuer, sub: 'alice', aud: base, exp: now() + 60, jti: crypto.randomUUID() })

function sign(claims: Claims, key: CryptoKey = keys.privateKey, header: Record<string, string> = {}): Promise<string> {
  return new SignJWT(claims as JWTPayload).setProtectedHeader({ alg: 'ES256', kid: 'one', ...header }).sign(key)
}

const redeem = (assertion: string, form: Record<string, string> = web, at = base) => post(at, '/token', { grant_type, assertion, ...form })

test('an assertion of a trusted issuer gives an access token for its user, and no refresh token (RFC 7521 §4.1)', async () => {
  const { status, body } = await redeem(await sign(good()), { ...web, scope: 'openid read' })
  expect(status).toBe(200)
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'openid read' })
  expect(body).not.toHaveProperty('refresh_token')
  expect(claimsOf(body.access_token)).toMatchObject({ sub: 'alice', client_id: 'standard-web' })
  expect(await userinfoStatus(base, body.access_token)).toBe(200)
})

test('the user is named by username or by sub', async () => {
  addUser(sandbox, { username: 'carol', user_id: 'user-4711' })
  for (const sub of ['carol', 'CAROL', 'user-4711']) {
    const { body } = await redeem(await sign({ ...good(), sub }))
    expect(claimsOf(body.access_token).sub).toBe('user-4711')
  }
})

test.each([
  ['the issuer', () => base],
  ['the token endpoint', () => `${base}/token`],
  ['the issuer among others', () => ['https://other.example', base]],
])('aud may be %s', async (_what, aud) => {
  expect((await redeem(await sign({ ...good(), aud: aud() }))).status).toBe(200)
})

describe('refuses with invalid_grant and says why', () => {
  test.each<[string, () => Claims | Promise<string>, string]>([
    ['an unknown issuer', () => ({ ...good(), iss: 'https://evil.example' }), 'assertion_issuers'],
    ['no issuer', () => ({ ...good(), iss: undefined }), 'iss'],
    ['no sub', () => ({ ...good(), sub: undefined }), 'sub'],
    ['an unknown user', () => ({ ...good(), sub: 'nobody' }), 'nobody'],
    ['another audience', () => ({ ...good(), aud: 'https://other.example' }), 'aud'],
    ['no audience', () => ({ ...good(), aud: undefined }), 'aud'],
    ['another sandbox as audience', () => ({ ...good(), aud: server.url }), 'aud'],
    ['no exp', () => ({ ...good(), exp: undefined }), 'exp'],
    ['an assertion that has expired', () => ({ ...good(), exp: now() - 1 }), 'expired'],
    ['one that expires in two days', () => ({ ...good(), exp: now() + 2 * 24 * 3600 }), 'at most'],
    ['one that is not valid yet', () => ({ ...good(), nbf: now() + 120 }), 'nbf'],
    ['one from the future', () => ({ ...good(), iat: now() + 120 }), 'iat'],
    ['a foreign key', () => sign(good(), strange.privateKey), 'not signed with a key'],
    ['an unknown kid', () => sign(good(), keys.privateKey, { kid: 'two' }), 'kid'],
    ['alg none', async () => new UnsecuredJWT(good() as JWTPayload).encode(), 'none'],
    ['a token made for something else', () => sign(good(), keys.privateKey, { typ: 'at+jwt' }), 'typ'],
    ['what is no JWT', async () => 'a.b', 'no JWT'],
    ['a changed claim', async () => forged(await sign(good())), 'not signed with a key'],
    ['the magic user deny', () => ({ ...good(), sub: 'deny' }), 'magic'],
  ])('%s', async (_what, make, why) => {
    const made = await make()
    const { status, body, headers } = await redeem(typeof made === 'string' ? made : await sign(made))
    expect(status).toBe(400)
    expect(body).toEqual({ error: 'invalid_grant', error_description: 'The assertion is not valid' })
    expect(headers.get('grantbox-explain')).toContain(why)
  })

  test('HS256 with the public key as secret (RFC 8725 §2.1)', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(jwk))
    const assertion = await new SignJWT(good() as JWTPayload).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(secret)
    const { body, headers } = await redeem(assertion)
    expect(body.error).toBe('invalid_grant')
    expect(headers.get('grantbox-explain')).toContain('HS256')
  })

  test('a jti that came before (RFC 7523 §3), by any client', async () => {
    const claims = good()
    expect((await redeem(await sign(claims))).status).toBe(200)
    const again = await redeem(await sign({ ...claims, exp: now() + 50 }))
    expect(again.body.error).toBe('invalid_grant')
    expect(again.headers.get('grantbox-explain')).toContain('used before')
    const other = credentials(addClient(sandbox, {}, app))
    expect((await redeem(await sign(claims), other)).body.error).toBe('invalid_grant')
  })

  test('a user who has been disabled', async () => {
    addUser(sandbox, { username: 'gone', disabled: true })
    expect((await redeem(await sign({ ...good(), sub: 'gone' }))).body.error).toBe('invalid_grant')
  })
})

test('an assertion without jti may come again', async () => {
  const assertion = await sign({ ...good(), jti: undefined })
  expect((await redeem(assertion)).status).toBe(200)
  expect((await redeem(assertion)).status).toBe(200)
})

test.each<[string, Record<string, string>, number, string]>([
  ['no assertion', { ...web }, 400, 'invalid_request'],
  ['no client and no assertion', {}, 401, 'invalid_client'],
  ['a wrong secret', { ...web, client_secret: 'x', assertion: 'x' }, 401, 'invalid_client'],
  ['a client that is not registered for it', { client_id: 'standard-spa', assertion: 'x' }, 400, 'unauthorized_client'],
  ['a scope that the app has not', { ...web, assertion: 'x', scope: 'everything' }, 400, 'invalid_scope'],
])('%s', async (_what, form, status, error) => {
  const answer = await post(base, '/token', { grant_type, ...form })
  expect(answer.status).toBe(status)
  expect(answer.body.error).toBe(error)
})

describe('a client that issues assertions itself', async () => {
  const own = await generateKeyPair('RS256')
  const jwks = { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'own' }] }
  const client = addClient(sandbox, { metadata: { jwks } }, app)
  const claims = () => ({ ...good(), iss: client.client_id })
  const assertion = () => new SignJWT(claims() as JWTPayload).setProtectedHeader({ alg: 'RS256', kid: 'own' }).sign(own.privateKey)

  test('signs with the keys that it registered', async () => {
    expect((await redeem(await assertion(), credentials(client))).status).toBe(200)
  })

  test('needs no other authentication, for the signature says who it is', async () => {
    const { status, body } = await redeem(await assertion(), {})
    expect(status).toBe(200)
    expect(claimsOf(body.access_token)).toMatchObject({ sub: 'alice', client_id: client.client_id })
  })

  test('cannot be claimed to be by another key', async () => {
    const { status, body } = await redeem(await sign(claims(), strange.privateKey, { kid: 'own' }), {})
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_grant')
  })

  test('does not speak for another client', async () => {
    expect((await redeem(await assertion())).body.error).toBe('invalid_grant')
  })

  test('an issuer that is no client must be vouched for by a client that authenticates', async () => {
    expect((await redeem(await sign(good()), {})).body.error).toBe('invalid_client')
  })
})

test('a user without the app is refused where apps have users of their own', async () => {
  const kids = await server.reach('iokids')
  const own = await generateKeyPair('ES256')
  const metadata = { jwks: { keys: [await exportJWK(own.publicKey)] } }
  const client = addClient(kids, { metadata }, addApp(kids))
  const claims = { iss: client.client_id, sub: 'beautifulmeercat246', aud: `${server.url}/iokids`, exp: now() + 60 }
  const assertion = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(own.privateKey)
  const ask = () => post(`${server.url}/iokids`, '/oauth/token', { grant_type, assertion, ...credentials(client) })
  expect((await ask()).body).toMatchObject({ error: 'invalid_grant', error_code: 4003 })
  const user = kids.store.findUser('beautifulmeercat246')
  if (user === undefined) throw new Error('no user')
  kids.store.addUserToApp(user, client)
  expect((await ask()).status).toBe(200)
})

test('CIBA takes such a JWT as login_hint_token', async () => {
  const ask = async (claims: Claims) => post(base, '/bc-authorize', { ...web, scope: 'openid', login_hint_token: await sign(claims) })
  expect((await ask({ ...good(), aud: `${base}/bc-authorize` })).status).toBe(200)
  expect((await ask(good())).status).toBe(200)
  expect((await ask({ ...good(), exp: now() - 1 })).body.error).toBe('expired_login_hint_token')
  expect((await ask({ ...good(), sub: 'nobody' })).body.error).toBe('unknown_user_id')
  expect((await ask({ ...good(), iss: 'https://evil.example' })).body.error).toBe('invalid_request')
})

test('discovery lists it, and openid-client gets a token by it', async () => {
  expect((await json(`${base}/.well-known/openid-configuration`)).body.grant_types_supported).toContain(grant_type)
  const options = { execute: [openid.allowInsecureRequests] }
  const config = await openid.discovery(new URL(base), web.client_id, web.client_secret, undefined, options)
  const tokens = await openid.genericGrantRequest(config, grant_type, { assertion: await sign(good()), scope: 'read' })
  expect(tokens.scope).toBe('read')
})

/** A JWT whose sub was changed after it was signed. */
function forged(jwt: string): string {
  const [header, , signature] = jwt.split('.')
  return [header, Buffer.from(JSON.stringify({ ...claimsOf(jwt), sub: 'bob' })).toString('base64url'), signature].join('.')
}
