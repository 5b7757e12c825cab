import { expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { startForFile } from '../../support/server.ts'
import { callback, decoded, get, operate, pool, post } from './pool.ts'

const box = await startForFile()
const base = `${box.url}/cognito`

test('a pool beside the first has its pages and endpoints below its id, as its discovery says', async () => {
  const { UserPool } = (await operate(base, 'CreateUserPool', { PoolName: 'second' })).json as { UserPool: { Id: string } }
  const UserPoolId = UserPool.Id
  const made = await operate(base, 'CreateUserPoolClient', {
    UserPoolId,
    ClientName: 'web',
    GenerateSecret: true,
    CallbackURLs: [callback],
    AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid', 'email'],
    AllowedOAuthFlowsUserPoolClient: true,
  })
  const { ClientId: client_id, ClientSecret: client_secret } = made.json.UserPoolClient as Record<'ClientId' | 'ClientSecret', string>
  await operate(base, 'AdminCreateUser', { UserPoolId, Username: 'zoe', MessageAction: 'SUPPRESS' })
  await operate(base, 'AdminSetUserPassword', { UserPoolId, Username: 'zoe', Password: 'Password1!', Permanent: true })

  const issuer = `${base}/${UserPoolId}`
  const discovery = (await get(`${issuer}/.well-known/openid-configuration`)).json as Record<string, string>
  expect(discovery).toMatchObject({
    issuer,
    authorization_endpoint: `${issuer}/oauth2/authorize`,
    token_endpoint: `${issuer}/oauth2/token`,
    revocation_endpoint: `${issuer}/oauth2/revoke`,
    userinfo_endpoint: `${issuer}/oauth2/userInfo`,
    end_session_endpoint: `${issuer}/logout`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
  })
  const jar = new Jar()
  const query = new URLSearchParams({ client_id, redirect_uri: callback, response_type: 'code', scope: 'openid' })
  const login = await jar.open(`${discovery.authorization_endpoint}?${query}`)
  expect(login.location?.pathname).toBe(`/cognito/${UserPoolId}/login`)
  const page = await jar.open(login.location?.href ?? '')
  const refused = await jar.post(page, base, { username: 'alice', password: 'Password1!' })
  expect(refused.html).toContain('Incorrect username or password.')
  const { location } = await jar.post(page, base, { username: 'zoe', password: 'Password1!' })
  const code = location?.searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', code, redirect_uri: callback, client_id, client_secret }
  const { json } = await post(discovery.token_endpoint ?? '', form)
  expect(decoded(json.id_token).claims).toMatchObject({ iss: issuer, aud: client_id, 'cognito:username': 'zoe' })
  const info = await get(discovery.userinfo_endpoint ?? '', { authorization: `Bearer ${json.access_token}` })
  expect(info.json.username).toBe('zoe')
  expect((await post(`${base}/oauth2/token`, form)).text).toBe('{"error":"invalid_client"}')
  const access = await post(discovery.revocation_endpoint ?? '', { token: String(json.access_token), client_id, client_secret })
  expect([access.status, access.text]).toEqual([400, '{"error":"unsupported_token_type"}'])
  expect((await post(discovery.revocation_endpoint ?? '', { token: String(json.refresh_token), client_id, client_secret })).status).toBe(
    200,
  )
  expect((await get(`${issuer}/oauth2/authorize?client_id=nobody`)).headers.get('location')).toContain(`/cognito/${UserPoolId}/error?`)
})

test.each([
  ['CreateUserPoolClient', { TokenValidityUnits: 'days' }, 'TokenValidityUnits must be an object'],
  ['CreateUserPoolClient', { ExplicitAuthFlows: [5] }, 'ExplicitAuthFlows must be a list of strings'],
  ['CreateUserPoolClient', { AccessTokenValidity: '5' }, 'AccessTokenValidity must be a number'],
  ['UpdateUserPool', { AutoVerifiedAttributes: 5 }, 'AutoVerifiedAttributes must be a list of strings'],
  ['SetUserPoolMfaConfig', { MfaConfiguration: {} }, 'MfaConfiguration must be a string'],
  ['CreateResourceServer', { Scopes: [null] }, 'Scopes must be a list of objects'],
])('%s takes no member of another kind, and keeps nothing of what it refuses', async (operation, members, message) => {
  const stored = async () => {
    const snapshot = await fetch(`${box.url}/_grantbox/sandboxes/cognito/snapshot`)
    const { hourly_count, ...tables } = ((await snapshot.json()) as { tables: Record<string, unknown> }).tables
    return tables
  }
  const before = await stored()
  const answer = await operate(base, operation, { UserPoolId: pool, ClientName: 'c', Identifier: 'i', Name: 'n', ...members })
  expect(answer.json).toEqual({ __type: 'InvalidParameterException', message })
  expect(await stored()).toEqual(before)
})

test('a member that is null is one that did not come', async () => {
  const { status, json } = await operate(base, 'CreateUserPoolClient', { UserPoolId: pool, ClientName: 'c', TokenValidityUnits: null })
  expect(status).toBe(200)
  expect(json.UserPoolClient).not.toMatchObject({ TokenValidityUnits: null })
})
