import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { claimsOf, headerOf, post, send } from '../../support/vendor-client.ts'
import {
  aliceId,
  askToken,
  authorized,
  bobId,
  change,
  credentials,
  freshTokens,
  native,
  startTeam,
  startTeamForFile,
  web,
} from './apple-team.ts'

const server = await startTeamForFile()
const { url } = server
const form = /^[acr][0-9a-f]{32}\.0\.[a-z]{4,5}\.[\w-]{22}$/

describe('the token endpoint answers', () => {
  test('a code with five members in their order, and a refresh token with four, of which none is a refresh token', async () => {
    const tokens = await freshTokens(server)
    expect(Object.keys(tokens)).toEqual(['access_token', 'token_type', 'expires_in', 'refresh_token', 'id_token'])
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
    expect(tokens.access_token).toMatch(form)
    expect(tokens.refresh_token).toMatch(form)
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '', ...(await credentials(server)) }
    server.clock.advance(400 * 24 * 3600)
    const again = await askToken(server, { ...refresh, ...(await credentials(server)) })
    expect([again.status, Object.keys(again.body)]).toEqual([200, ['access_token', 'token_type', 'expires_in', 'id_token']])
    expect((await askToken(server, { ...refresh, ...(await credentials(server)) })).status).toBe(200)
  })

  test('with an ID token whose header and claims stand in their order', async () => {
    const { id_token = '', access_token = '' } = await freshTokens(server, { nonce: 'n', scope: 'openid email name' })
    expect(headerOf(id_token)).toMatch(/^\{"kid":"[A-Za-z0-9]{10}","alg":"RS256"\}$/)
    const claims = claimsOf(id_token)
    const { iat, exp, auth_time } = claims as Record<'iat' | 'exp' | 'auth_time', number>
    expect(exp - iat).toBe(86_400)
    expect(iat - auth_time).toBeLessThan(5)
    expect(Object.entries(claims)).toEqual([
      ['iss', url],
      ['aud', web],
      ['exp', exp],
      ['iat', iat],
      ['sub', aliceId],
      ['nonce', 'n'],
      ['at_hash', createHash('sha256').update(access_token).digest().subarray(0, 16).toString('base64url')],
      ['email', 'alice@example.com'],
      ['email_verified', 'true'],
      ['auth_time', auth_time],
      ['nonce_supported', true],
    ])
  })

  test('of a user who hides the address with a relay address, the same for both clients of the team', async () => {
    const told = await freshTokens(server, { username: 'bob', scope: 'email' })
    const { email, ...claims } = claimsOf(told.id_token)
    expect(email).toMatch(/^[a-z0-9]{10}@privaterelay\.appleid\.com$/)
    expect(claims).toMatchObject({ sub: bobId, email_verified: 'true', is_private_email: 'true' })
    const device = await freshTokens(server, { username: 'bob', scope: 'email', client_id: native })
    expect(claimsOf(device.id_token)).toMatchObject({ aud: native, sub: bobId, email, real_user_status: 2 })
  })

  test('with booleans for who set boolean_claims', async () => {
    const other = await startTeam()
    await change(other, { boolean_claims: 'boolean' })
    const { id_token } = await freshTokens(other, { username: 'bob', scope: 'email' })
    expect(claimsOf(id_token)).toMatchObject({ email_verified: true, is_private_email: true })
  })
})

test('the callback tells state, code, id_token and, once, the user', async () => {
  const other = await startTeam()
  const ask = () => authorized(other, { scope: 'name email', state: 's', response_type: 'code id_token' })
  const first = (await ask()).body.form as Record<string, string>
  expect(Object.keys(first)).toEqual(['state', 'code', 'id_token', 'user'])
  expect(first.user).toBe('{"name":{"firstName":"Alice","lastName":"Arnold"},"email":"alice@example.com"}')
  expect(first.code).toMatch(form)
  const { c_hash, at_hash } = claimsOf(first.id_token)
  expect([c_hash, at_hash]).toEqual([
    createHash('sha256')
      .update(first.code ?? '')
      .digest()
      .subarray(0, 16)
      .toString('base64url'),
    undefined,
  ])
  const second = (await ask()).body.form as Record<string, string>
  expect(Object.keys(second)).toEqual(['state', 'code', 'id_token'])
})

test('the key set has three keys with ids of ten characters, and discovery no more than it has', async () => {
  const { body } = await send(`${url}/auth/keys`)
  const keys = body.keys as Record<string, string>[]
  expect(keys.map((key) => Object.keys(key))).toEqual(Array(3).fill(['kty', 'kid', 'use', 'alg', 'n', 'e']))
  for (const { kid } of keys) expect(kid).toMatch(/^[A-Za-z0-9]{10}$/)
  expect(new Set(keys.map(({ n }) => n)).size).toBe(3)
  const metadata = await send(`${url}/.well-known/openid-configuration`)
  expect(metadata.text).toBe(
    JSON.stringify({
      issuer: url,
      authorization_endpoint: `${url}/auth/authorize`,
      token_endpoint: `${url}/auth/token`,
      revocation_endpoint: `${url}/auth/revoke`,
      jwks_uri: `${url}/auth/keys`,
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'email', 'name'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
      claims_supported: [
        ...['aud', 'email', 'email_verified', 'exp', 'iat', 'is_private_email', 'iss', 'nonce', 'nonce_supported'],
        ...['real_user_status', 'sub', 'transfer_sub'],
      ],
    }),
  )
})

test('a revocation is answered with 200 and nothing, of an unknown token too, and ends the grant', async () => {
  const { refresh_token = '' } = await freshTokens(server)
  const client = await credentials(server)
  for (const token of ['x', refresh_token]) {
    const { status, text } = await post(`${url}/auth/revoke`, { ...client, token, token_type_hint: 'refresh_token' })
    expect([status, text]).toEqual([200, ''])
  }
  const after = await askToken(server, { grant_type: 'refresh_token', refresh_token, ...client })
  expect([after.status, after.body]).toEqual([
    400,
    { error: 'invalid_grant', error_description: 'The token has expired or has been revoked.' },
  ])
})
