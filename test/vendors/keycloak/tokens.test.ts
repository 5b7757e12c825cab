import { describe, expect, test } from 'vitest'
import { startForFile } from '../../support/server.ts'
import { basic, claimsOf, headerOf, post, send } from '../../support/vendor-client.ts'
import { at, password, realm, spa, token, web } from './keycloak-client.ts'

const server = await startForFile()
const base = `${server.url}/keycloak`

describe('tokens', () => {
  test('have the vendor’s header bytes, with its blanks', async () => {
    const { access_token, id_token, refresh_token } = (await token(base, { ...password, scope: 'openid' })).body
    const kid = /^\{"alg":"RS256","typ" : "JWT","kid" : "([\w-]{43})"\}$/.exec(headerOf(String(access_token)))?.[1]
    expect(kid).toBeDefined()
    expect(headerOf(String(id_token))).toBe(`{"alg":"RS256","typ" : "JWT","kid" : "${kid}"}`)
    expect(headerOf(String(refresh_token))).toMatch(/^\{"alg":"HS512","typ" : "JWT","kid" : "[0-9a-f-]{36}"\}$/)
    const { keys } = JSON.parse((await send(`${base}${at('certs')}`)).text)
    expect(keys.map((key: Record<string, unknown>) => [key.alg, key.use])).toEqual([
      ['RSA-OAEP', 'enc'],
      ['RS256', 'sig'],
    ])
    expect(keys[1].kid).toBe(kid)
    for (const key of keys) expect(Object.keys(key)).toEqual(['kid', 'kty', 'alg', 'use', 'x5c', 'x5t', 'x5t#S256', 'n', 'e'])
  })

  test('have their claims in the vendor’s order', async () => {
    const { access_token, id_token, refresh_token } = (await token(base, { ...password, scope: 'openid' })).body
    const access = claimsOf(access_token)
    expect(Object.keys(access).join(' ')).toBe(
      'exp iat jti iss aud sub typ azp sid acr allowed-origins realm_access resource_access scope email_verified name preferred_username given_name family_name email',
    )
    expect(access).toMatchObject({
      aud: 'account',
      typ: 'Bearer',
      azp: 'demo-web',
      acr: '1',
      scope: 'openid profile email',
      iss: `${base}${realm}`,
    })
    expect(access.jti).toMatch(/^onrtro:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(access.sid).toMatch(/^[\w-]{24}$/)
    expect(Object.keys(claimsOf(id_token)).join(' ')).toBe(
      'exp iat jti iss aud sub typ azp sid at_hash acr email_verified name preferred_username given_name family_name email',
    )
    expect(Object.keys(claimsOf(refresh_token)).join(' ')).toBe('exp iat jti iss aud sub typ azp sid scope aud_x prov')
  })

  test('of a service account name its client and its address', async () => {
    const { text, body } = await token(base, { grant_type: 'client_credentials', ...web })
    expect(Object.keys(JSON.parse(text)).join(' ')).toBe('access_token expires_in refresh_expires_in token_type not-before-policy scope')
    const claims = claimsOf(body.access_token)
    expect(claims.jti).toMatch(/^trrtcc:/)
    expect(Object.keys(claims).slice(-5).join(' ')).toBe('clientHost email_verified preferred_username clientAddress client_id')
    expect(claims).toMatchObject({ preferred_username: 'service-account-demo-web', client_id: 'demo-web', email_verified: false })
  })

  test('answers have the vendor’s members in its order', async () => {
    const { text } = await token(base, { ...password, scope: 'openid' })
    expect(Object.keys(JSON.parse(text)).join(' ')).toBe(
      'access_token expires_in refresh_expires_in refresh_token token_type id_token not-before-policy session_state scope',
    )
  })
})

const refused = (error: string, error_description?: string) => JSON.stringify({ error, error_description })
const client = 'Invalid client or Invalid client credentials'
const user = { grant_type: 'password', username: 'alice', password: 'password' }
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'

const uma = { grant_type: 'urn:ietf:params:oauth:grant-type:uma-ticket', ...web }

test('a public client may send a secret, at which nobody looks, and a form speaks louder than a header', async () => {
  const form = { ...user, ...spa, client_secret: 'whatever' }
  expect((await token(base, form)).status).toBe(200)
  expect((await post(base + at('token'), form, basic('demo-web', 'wrong'))).status).toBe(200)
})

describe('the token endpoint refuses, byte for byte:', () => {
  test.each<[string, Record<string, string>, number, string]>([
    ['no grant type', web, 400, refused('invalid_request', 'Missing form parameter: grant_type')],
    [
      'an unknown grant type before it looks at the client',
      { grant_type: 'x' },
      400,
      refused('unsupported_grant_type', 'Unsupported grant_type'),
    ],
    ['no client', user, 401, refused('invalid_client', client)],
    ['an unknown client', { ...user, client_id: 'nobody' }, 401, refused('invalid_client', client)],
    ['a wrong secret', { ...password, client_secret: 'no' }, 401, refused('unauthorized_client', client)],
    ['no secret', { ...user, client_id: 'demo-web' }, 401, refused('unauthorized_client', client)],
    ['a wrong password', { ...password, password: 'no' }, 400, refused('invalid_grant', 'Invalid user credentials')],
    ['an unknown user', { ...password, username: 'nobody' }, 400, refused('invalid_grant', 'Invalid user credentials')],
    ['no username', { grant_type: 'password', ...web }, 401, refused('invalid_request', 'Missing parameter: username')],
    ['an unknown scope', { ...password, scope: 'openid nope' }, 400, refused('invalid_scope', 'Invalid scopes: openid nope')],
    [
      'a service account of a public client',
      { grant_type: 'client_credentials', ...spa },
      401,
      refused('unauthorized_client', 'Public client not allowed to retrieve service account'),
    ],
    [
      'a password of a client without direct access',
      { ...user, client_id: 'account' },
      400,
      refused('unauthorized_client', 'Client not allowed for direct access grants'),
    ],
    ['no code', { grant_type: 'authorization_code', ...web }, 400, refused('invalid_request', 'Missing parameter: code')],
    ['an unknown code', { grant_type: 'authorization_code', ...web, code: 'a.b.c' }, 400, refused('invalid_grant', 'Code not valid')],
    ['no refresh token', { grant_type: 'refresh_token', ...web }, 400, refused('invalid_request', 'No refresh token')],
    [
      'an unknown refresh token',
      { grant_type: 'refresh_token', ...web, refresh_token: 'x' },
      400,
      refused('invalid_grant', 'Invalid refresh token'),
    ],
    [
      'an exchange of nothing',
      { grant_type: exchange, ...web },
      400,
      refused('invalid_request', "Parameter 'subject_token' required for standard token exchange"),
    ],
    [
      'an assertion of a client that may show none',
      { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', ...web, assertion: 'e30.e30.' },
      400,
      refused('invalid_grant', 'JWT Authorization Grant is not supported for the requested client'),
    ],
    [
      'permissions at an unknown client',
      { ...uma, audience: 'nobody' },
      400,
      refused('invalid_request', 'Unknown resource server id: [nobody]'),
    ],
    [
      'permissions at a client that gives none',
      { ...uma, audience: 'demo-web' },
      400,
      refused('invalid_request', 'Client does not support permissions'),
    ],
    ['permissions for a wrong secret', { ...uma, client_secret: 'no' }, 401, refused('unauthorized_client', client)],
  ])('%s', async (_, form, status, body) => {
    const answer = await post(`${base}${at('token')}`, form)
    expect([answer.status, answer.text]).toEqual([status, body])
  })

  test('an unknown realm', async () => {
    const answer = await post(`${base}/realms/nope/protocol/openid-connect/token`, password)
    expect([answer.status, answer.text]).toEqual([404, '{"error":"Realm does not exist"}'])
  })
})
