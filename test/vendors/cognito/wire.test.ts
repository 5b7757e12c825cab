import { describe, expect, onTestFinished, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { startForFile } from '../../support/server.ts'
import { basic } from '../../support/vendor-client.ts'
import {
  authorizeUrl,
  callback,
  callbackOf,
  challenge,
  codeFor,
  decoded,
  get,
  machine,
  operate,
  pool,
  post,
  spa,
  uuid,
  verifier,
  web,
} from './pool.ts'
import { SrpClient } from './srp-client.ts'

/** What both doors do beside errors, row by row. */

const box = await startForFile()
const base = `${box.url}/cognito`
const tokenUrl = `${base}/oauth2/token`
const call = (operation: string, body: object) => operate(base, operation, body)
const admin = (operation: string, body: object) => call(operation, { UserPoolId: pool, ...body })
const redeem = (code: string, form: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  post(tokenUrl, { grant_type: 'authorization_code', code, redirect_uri: callback, ...form }, headers)

/** Pools, as the vendor's own verifier has it. */
const poolIds = /^(eusc-[a-z]{2}|[a-z]{2})-(gov-)?[a-z]+-\d_[a-zA-Z0-9]+$/

test('ids and secrets have the vendor’s form', async () => {
  expect(pool).toMatch(poolIds)
  const { UserPool } = (await call('CreateUserPool', { PoolName: 'formed' })).json as { UserPool: { Id: string } }
  expect(UserPool.Id).toMatch(poolIds)
  const made = await admin('CreateUserPoolClient', { ClientName: 'formed', GenerateSecret: true })
  const { ClientId, ClientSecret } = made.json.UserPoolClient as Record<'ClientId' | 'ClientSecret', string>
  expect([ClientId, ClientSecret]).toEqual([expect.stringMatching(/^[a-z0-9]{26}$/), expect.stringMatching(/^[a-z0-9]{52}$/)])
  for (const { client_id, client_secret } of [web, machine])
    expect([client_id, client_secret]).toEqual([expect.stringMatching(/^[a-z0-9]{26}$/), expect.stringMatching(/^[a-z0-9]{51,52}$/)])
})

describe('authorize', () => {
  test('is at /authorize, too', async () => {
    const address = authorizeUrl(base).replace('/oauth2/authorize', '/authorize')
    const { status, headers } = await get(address)
    expect([status, headers.get('location')]).toEqual([302, address.replace(box.url, '').replace('/authorize', '/login')])
  })

  test.each([
    ['identity_provider', 'COGNITO'],
    ['idp_identifier', 'example.com'],
    ['lang', 'de'],
    ['prompt', 'select_account'],
    ['prompt', 'consent'],
  ])('takes %s=%s', async (name, value) => {
    const { status, headers } = await get(authorizeUrl(base, { [name]: value }))
    expect([status, headers.get('location')]).toEqual([
      302,
      authorizeUrl(base, { [name]: value })
        .replace(box.url, '')
        .replace('/oauth2/authorize', '/login'),
    ])
  })

  test.each([
    ['a scope that the client has not', { scope: 'openid nonsense' }, '?error_description=invalid_scope&error=invalid_request&state=x%20y'],
    ['email without openid', { scope: 'email' }, '?error_description=invalid_scope&error=invalid_request&state=x%20y'],
    ['phone without openid', { scope: 'phone' }, '?error_description=invalid_scope&error=invalid_request&state=x%20y'],
    ['profile without openid', { scope: 'profile' }, '?error_description=invalid_scope&error=invalid_request&state=x%20y'],
    ['a response type that the client may not use', { response_type: 'token' }, '#error=unauthorized_client&state=x%20y'],
  ])('tells the client of %s', async (_what, parameters, expected) => {
    const { status, headers } = await get(authorizeUrl(base, parameters))
    expect([status, headers.get('location')]).toEqual([302, callback + expected])
  })

  test('binds the access token to the resource that is asked for', async () => {
    const resource = 'https://orders.example/api'
    const { json } = await redeem(await codeFor(box, { scope: 'openid', resource }), web)
    expect(decoded(json.access_token).claims.aud).toBe(resource)
    expect(decoded(json.id_token).claims.aud).toBe(web.client_id)
    const { json: plain } = await redeem(await codeFor(box, { scope: 'openid' }), web)
    expect(decoded(plain.access_token).claims).not.toHaveProperty('aud')
  })

  test('refuses a resource that is no URI, and gives one to a client by itself', async () => {
    const { status, headers } = await get(authorizeUrl(base, { resource: 'nonsense' }))
    const { origin, pathname, searchParams } = new URL(headers.get('location') ?? '')
    expect([status, origin + pathname, searchParams.get('error')]).toEqual([302, callback, 'invalid_request'])
    const resource = 'https://orders.example/api'
    const { json } = await post(tokenUrl, { grant_type: 'client_credentials', ...machine, resource })
    const { claims } = decoded(json.access_token)
    expect([claims.aud, claims.sub]).toEqual([resource, machine.client_id])
  })

  test('keeps a browser signed in for an hour and asks for no consent', async () => {
    onTestFinished(box.clock.stop())
    const jar = new Jar()
    await callbackOf(box, {}, { jar })
    box.clock.advance(3599)
    expect((await jar.open(authorizeUrl(base))).location?.searchParams.get('code')).toMatch(uuid)
    const other = new Jar()
    await callbackOf(box, {}, { jar: other })
    box.clock.advance(3601)
    expect((await other.open(authorizeUrl(base))).location?.pathname).toBe('/cognito/login')
    box.clock.advance(-7200)
  })
})

describe('redirect URIs', () => {
  const create = (uri: string) => admin('CreateUserPoolClient', { ClientName: 'urls', CallbackURLs: [uri], AllowedOAuthFlows: ['code'] })

  test.each([
    ['https://app.example/callback', 200],
    ['http://localhost:3000/callback', 200],
    ['http://localhost', 200],
    ['myapp://callback', 200],
    ['http://app.example/callback', 400],
    ['https://app.example/callback#part', 400],
    ['callback', 400],
  ])('%s is registered with %i', async (uri, status) => {
    const answer = await create(uri)
    expect([answer.status, answer.json.__type]).toEqual([status, status === 200 ? undefined : 'InvalidParameterException'])
  })
})

describe('the token endpoint', () => {
  test('takes a secret in the header, with the client’s id in the body or without', async () => {
    for (const client_id of [{ client_id: web.client_id }, {}]) {
      const answer = await redeem(
        await codeFor(box, { scope: 'openid' }),
        client_id as Record<string, string>,
        basic(web.client_id, web.client_secret),
      )
      expect([answer.status, Object.keys(answer.json)]).toEqual([
        200,
        ['id_token', 'access_token', 'refresh_token', 'expires_in', 'token_type'],
      ])
    }
    const code = await codeFor(box)
    const { status, text } = await redeem(code, { client_id: web.client_id }, basic(web.client_id, 'wrong'))
    expect([status, text]).toEqual([400, '{"error":"invalid_client"}'])
  })

  test('takes a form and no JSON', async () => {
    const answer = await fetch(tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'client_credentials', ...machine }),
    })
    expect([answer.status, await answer.text()]).toEqual([400, '{"error":"invalid_request"}'])
  })

  test('refuses a wrong verifier, and burns the code', async () => {
    const code = await codeFor(box, { code_challenge: challenge, code_challenge_method: 'S256' })
    const wrong = await redeem(code, { ...web, code_verifier: 'w'.repeat(43) })
    const right = await redeem(code, { ...web, code_verifier: verifier })
    expect([wrong.status, wrong.text, right.status, right.text]).toEqual([
      400,
      '{"error":"invalid_grant"}',
      400,
      '{"error":"invalid_grant"}',
    ])
  })

  test('says the next refresh token where the client has them rotate', async () => {
    const made = await admin('CreateUserPoolClient', {
      ClientName: 'turning',
      CallbackURLs: [callback],
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid'],
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 },
    })
    const { ClientId: client_id } = made.json.UserPoolClient as { ClientId: string }
    const { json } = await redeem(await codeFor(box, { client_id }), { client_id })
    const refresh = () => post(tokenUrl, { grant_type: 'refresh_token', refresh_token: String(json.refresh_token), client_id })
    expect(Object.keys((await refresh()).json)).toEqual(['id_token', 'access_token', 'refresh_token', 'expires_in', 'token_type'])
    expect((await refresh()).text).toBe('{"error":"invalid_grant"}')
  })
})

describe('userInfo', () => {
  const attributes = {
    email: 'una@example.com',
    email_verified: 'true',
    phone_number: '+15550100',
    phone_number_verified: 'true',
    'custom:team': 'red',
  }

  test.each(['GET', 'POST'])('by %s says texts alone, with the attributes of the pool’s own', async (method) => {
    const Username = `una-${method.toLowerCase()}`
    const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }))
    await admin('AdminCreateUser', { Username, MessageAction: 'SUPPRESS', UserAttributes })
    await admin('AdminSetUserPassword', { Username, Password: 'Password1!', Permanent: true })
    const back = await callbackOf(box, { scope: 'openid' }, { username: Username })
    const { json } = await redeem(back.searchParams.get('code') ?? '', web)
    const answer = await fetch(`${base}/oauth2/userInfo`, { method, headers: { authorization: `Bearer ${json.access_token}` } })
    const { sub } = decoded(json.access_token).claims
    expect(await answer.json()).toEqual({ sub, ...attributes, username: Username })
    const id = decoded(json.id_token).claims
    expect(Object.keys(id)).toEqual([
      ...['at_hash', 'sub', 'email_verified', 'iss', 'cognito:username', 'origin_jti', 'aud', 'event_id', 'token_use', 'auth_time', 'exp'],
      ...['iat', 'jti', 'email', 'custom:team', 'phone_number', 'phone_number_verified'],
    ])
    expect(id).toMatchObject({ email_verified: true, phone_number_verified: true, 'custom:team': 'red' })
  })

  test('is found in whatever letters its path is written', async () => {
    const { json } = await redeem(await codeFor(box, { scope: 'openid' }), web)
    const { status } = await get(`${base}/oauth2/userinfo`, { authorization: `Bearer ${json.access_token}` })
    expect(status).toBe(200)
  })

  test('tells why in a header', async () => {
    const { status, headers } = await get(`${base}/oauth2/userInfo`, { authorization: 'Bearer x' })
    expect([status, headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer error="invalid_token", error_description="Access token is expired, disabled, or deleted."',
    ])
  })
})

test('an ID token with groups, roles and another provider’s identities has them in their places', async () => {
  const { directory } = box.sandbox('cognito')
  const alice = directory.findUser('alice')
  if (alice === undefined) throw new Error('no alice')
  const identities = [{ userId: '1', providerName: 'Google', providerType: 'Google', issuer: null, primary: 'true', dateCreated: '1' }]
  const more = { 'cognito:groups': ['a'], 'cognito:roles': ['r'], 'cognito:preferred_role': 'r', identities }
  directory.updateUser({ ...alice, claims: { ...alice.claims, ...more } })
  const { json } = await redeem(await codeFor(box, { scope: 'openid', nonce: 'n' }), web)
  directory.updateUser(alice)
  const { claims } = decoded(json.id_token)
  expect(Object.keys(claims)).toEqual([
    ...['at_hash', 'sub', 'cognito:groups', 'email_verified', 'cognito:preferred_role', 'iss', 'cognito:username', 'nonce', 'given_name'],
    ...[
      'origin_jti',
      'cognito:roles',
      'aud',
      'identities',
      'event_id',
      'token_use',
      'auth_time',
      'exp',
      'iat',
      'jti',
      'family_name',
      'email',
    ],
  ])
  expect(claims).toMatchObject(more)
})

describe('the lives of tokens', () => {
  test.each([
    ['AccessTokenValidity', 4, { AccessToken: 'minutes' }, 400],
    ['AccessTokenValidity', 5, { AccessToken: 'minutes' }, 200],
    ['AccessTokenValidity', 24, {}, 200],
    ['AccessTokenValidity', 25, {}, 400],
    ['IdTokenValidity', 299, { IdToken: 'seconds' }, 400],
    ['IdTokenValidity', 1, { IdToken: 'days' }, 200],
    ['RefreshTokenValidity', 59, { RefreshToken: 'minutes' }, 400],
    ['RefreshTokenValidity', 60, { RefreshToken: 'minutes' }, 200],
    ['RefreshTokenValidity', 3650, {}, 200],
    ['RefreshTokenValidity', 3651, {}, 400],
  ])('%s of %i %o is answered with %i', async (name, value, TokenValidityUnits, status) => {
    const answer = await admin('CreateUserPoolClient', { ClientName: 'lives', [name]: value, TokenValidityUnits })
    expect([answer.status, answer.json.__type]).toEqual([status, status === 200 ? undefined : 'InvalidParameterException'])
  })
})

describe('the JSON API', () => {
  test.each([
    ...['SignUp', 'ConfirmSignUp', 'ResendConfirmationCode', 'InitiateAuth', 'RespondToAuthChallenge', 'GetUser', 'GlobalSignOut'],
    ...['RevokeToken', 'GetTokensFromRefreshToken', 'ForgotPassword', 'ConfirmForgotPassword', 'ChangePassword', 'UpdateUserAttributes'],
    ...['DeleteUser', 'GetUserAttributeVerificationCode', 'VerifyUserAttribute', 'AssociateSoftwareToken', 'VerifySoftwareToken'],
    ...['SetUserMFAPreference', 'AdminCreateUser', 'AdminSetUserPassword', 'AdminInitiateAuth', 'AdminRespondToAuthChallenge'],
    ...['AdminGetUser', 'AdminUpdateUserAttributes', 'AdminDeleteUser', 'AdminConfirmSignUp', 'AdminAddUserToGroup'],
    ...['AdminRemoveUserFromGroup', 'AdminListGroupsForUser', 'AdminUserGlobalSignOut', 'AdminDisableUser', 'AdminEnableUser', 'ListUsers'],
    ...['CreateGroup', 'ListGroups', 'CreateUserPool', 'DescribeUserPool', 'ListUserPools', 'CreateUserPoolClient'],
    ...['DescribeUserPoolClient', 'CreateUserPoolDomain'],
  ])('has %s, which misses what it needs', async (operation) => {
    const { status, json } = await call(operation, { Limit: 'x', MaxResults: 'x' })
    expect([status, json.__type]).toEqual([400, 'InvalidParameterException'])
  })

  test.each([['an unknown user of a pool that tells', 'UserNotFoundException', 'User does not exist.']])(
    '%s',
    async (_what, __type, message) => {
      const made = await admin('CreateUserPoolClient', { ClientName: 'telling', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] })
      const { ClientId } = made.json.UserPoolClient as { ClientId: string }
      const AuthParameters = { USERNAME: 'nobody', PASSWORD: 'x' }
      const { status, text } = await call('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId, AuthParameters })
      expect([status, text]).toEqual([400, JSON.stringify({ __type, message })])
    },
  )

  test('a code by SMS that is wrong', async () => {
    const UserAttributes = [{ Name: 'phone_number', Value: '+15550100123' }]
    await admin('AdminCreateUser', { Username: 'sam', MessageAction: 'SUPPRESS', UserAttributes })
    await admin('AdminSetUserPassword', { Username: 'sam', Password: 'Password1!', Permanent: true })
    await admin('AdminSetUserMFAPreference', { Username: 'sam', SMSMfaSettings: { Enabled: true, PreferredMfa: true } })
    const AuthParameters = { USERNAME: 'sam', PASSWORD: 'Password1!' }
    const { json } = await call('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: spa.client_id, AuthParameters })
    expect(json.ChallengeParameters).toEqual({
      USER_ID_FOR_SRP: 'sam',
      CODE_DELIVERY_DELIVERY_MEDIUM: 'SMS',
      CODE_DELIVERY_DESTINATION: '+*******0123',
    })
    const ChallengeResponses = { USERNAME: 'sam', SMS_MFA_CODE: '0' }
    const asked = { ChallengeName: 'SMS_MFA', ClientId: spa.client_id, Session: json.Session, ChallengeResponses }
    const { status, text } = await call('RespondToAuthChallenge', asked)
    expect([status, text]).toEqual([400, '{"__type":"CodeMismatchException","message":"Invalid code received for user"}'])
  })

  test.each([
    ['PASSWORD', { PASSWORD: 'Password1!' }, ['AuthenticationResult', 'ChallengeParameters']],
    ['PASSWORD_SRP', { SRP_A: new SrpClient().A.toString(16) }, ['ChallengeName', 'ChallengeParameters']],
  ])('a choice of %s goes on at once', async (ANSWER, given, members) => {
    const asked = { AuthFlow: 'USER_AUTH', ClientId: spa.client_id, AuthParameters: { USERNAME: 'bob' } }
    const { json } = await call('InitiateAuth', asked)
    expect(json.ChallengeName).toBe('SELECT_CHALLENGE')
    const ChallengeResponses = { USERNAME: 'bob', ANSWER, ...given }
    const answer = { ChallengeName: 'SELECT_CHALLENGE', ClientId: spa.client_id, Session: json.Session, ChallengeResponses }
    expect(Object.keys((await call('RespondToAuthChallenge', answer)).json)).toEqual(members)
  })

  test.each(['DEVICE_SRP_AUTH', 'DEVICE_PASSWORD_VERIFIER', 'CUSTOM_CHALLENGE', 'WEB_AUTHN'])(
    'has no %s, and says so',
    async (ChallengeName) => {
      const { status, text } = await call('RespondToAuthChallenge', { ChallengeName, ClientId: spa.client_id, ChallengeResponses: {} })
      const message = `Challenge ${ChallengeName} is not supported`
      expect([status, text]).toEqual([400, JSON.stringify({ __type: 'InvalidParameterException', message })])
    },
  )
})
