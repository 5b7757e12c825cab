import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { secretHash } from '../../../src/providers/cognito/api/secret-hash.ts'
import { totp } from '../../../src/providers/totp.ts'
import { startForFile } from '../../support/server.ts'
import { decoded, get, operate, pool, signature, spa, uuid, web } from './pool.ts'

const box = await startForFile()
const base = `${box.url}/cognito`
const call = (operation: string, body: unknown) => operate(base, operation, body)
const admin = (operation: string, body: object) => call(operation, { UserPoolId: pool, ...body })

const signIn = (username = 'alice', password = 'Password1!', client: Record<string, string> = { ClientId: spa.client_id }) =>
  call('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: username, PASSWORD: password }, ...client })

type Result = Record<'AccessToken' | 'IdToken' | 'RefreshToken', string>
const resultOf = ({ json }: { json: Record<string, unknown> }) => json.AuthenticationResult as Result

/** The code that was sent last. */
async function lastCode(kind: string): Promise<string> {
  const { json } = await get(`${box.url}/_grantbox/sandboxes/cognito/outbox?kind=${kind}`)
  return (json.items as { code: string }[])[0]?.code ?? ''
}

let users = 0
async function newUser(attributes: Record<string, string> = {}): Promise<string> {
  users++
  const Username = `user${users}`
  await admin('AdminCreateUser', {
    Username,
    MessageAction: 'SUPPRESS',
    UserAttributes: Object.entries({ email: `${Username}@example.com`, ...attributes }).map(([Name, Value]) => ({ Name, Value })),
  })
  await admin('AdminSetUserPassword', { Username, Password: 'Password1!', Permanent: true })
  return Username
}

describe('InitiateAuth with a password', () => {
  test('answers with tokens of the vendor’s shape', async () => {
    const { status, headers, json, text } = await signIn()
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.1')
    expect(headers.get('x-amzn-requestid')).toMatch(uuid)
    expect(Object.keys(json)).toEqual(['AuthenticationResult', 'ChallengeParameters'])
    expect(text).toMatch(/"ChallengeParameters":\{\}\}$/)
    const result = resultOf({ json })
    expect(Object.keys(result)).toEqual(['AccessToken', 'ExpiresIn', 'IdToken', 'RefreshToken', 'TokenType'])
    expect(result).toMatchObject({ ExpiresIn: 3600, TokenType: 'Bearer' })
    const [id, access] = [decoded(result.IdToken).claims, decoded(result.AccessToken).claims]
    expect(Object.keys(access)).toEqual([
      ...['sub', 'iss', 'client_id', 'origin_jti', 'event_id', 'token_use', 'scope', 'auth_time', 'exp', 'iat', 'jti', 'username'],
    ])
    expect(access).toMatchObject({ iss: `${base}/${pool}`, scope: 'aws.cognito.signin.user.admin', username: 'alice' })
    expect(Object.keys(id)).toEqual([
      ...['sub', 'email_verified', 'iss', 'cognito:username', 'given_name', 'origin_jti', 'aud', 'event_id', 'token_use', 'auth_time'],
      ...['exp', 'iat', 'jti', 'family_name', 'email'],
    ])
    expect(id).toMatchObject({ aud: spa.client_id, 'cognito:username': 'alice', token_use: 'id', origin_jti: access.origin_jti })
  })

  const ClientId = spa.client_id
  const AuthFlow = 'USER_PASSWORD_AUTH'
  test.each([
    [
      'a wrong password',
      { AuthFlow, ClientId, AuthParameters: { USERNAME: 'alice', PASSWORD: 'x' } },
      'NotAuthorizedException',
      'Incorrect username or password.',
    ],
    [
      'an unknown user',
      { AuthFlow, ClientId, AuthParameters: { USERNAME: 'nobody', PASSWORD: 'x' } },
      'NotAuthorizedException',
      'Incorrect username or password.',
    ],
    [
      'no username',
      { AuthFlow, ClientId, AuthParameters: { PASSWORD: 'x' } },
      'InvalidParameterException',
      'Missing required parameter USERNAME',
    ],
    [
      'no password',
      { AuthFlow, ClientId, AuthParameters: { USERNAME: 'alice' } },
      'InvalidParameterException',
      'Missing required parameter PASSWORD',
    ],
    [
      'an unknown client',
      { AuthFlow, ClientId: 'nobody', AuthParameters: {} },
      'ResourceNotFoundException',
      'User pool client nobody does not exist.',
    ],
    [
      'no client',
      { AuthFlow },
      'InvalidParameterException',
      "1 validation error detected: Value null at 'clientId' failed to satisfy constraint: Member must not be null",
    ],
    [
      'a custom flow',
      { AuthFlow: 'CUSTOM_AUTH', ClientId, AuthParameters: { USERNAME: 'alice' } },
      'InvalidParameterException',
      'Custom auth lambda trigger is not configured for the user pool.',
    ],
    [
      'no secret hash',
      { AuthFlow, ClientId: web.client_id, AuthParameters: { USERNAME: 'alice', PASSWORD: 'Password1!' } },
      'NotAuthorizedException',
      `Client ${web.client_id} is configured with secret but SECRET_HASH was not received`,
    ],
    [
      'a wrong secret hash',
      { AuthFlow, ClientId: web.client_id, AuthParameters: { USERNAME: 'alice', PASSWORD: 'Password1!', SECRET_HASH: 'x' } },
      'NotAuthorizedException',
      `Unable to verify secret hash for client ${web.client_id}`,
    ],
    [
      'a refresh token that is none',
      { AuthFlow: 'REFRESH_TOKEN_AUTH', ClientId, AuthParameters: { REFRESH_TOKEN: 'x' } },
      'NotAuthorizedException',
      'Invalid Refresh Token',
    ],
  ])('refuses %s', async (_what, body, type, message) => {
    const { status, headers, text } = await call('InitiateAuth', body)
    expect(status).toBe(400)
    expect(text).toBe(JSON.stringify({ __type: type, message }))
    expect(headers.get('x-amzn-errortype')).toBe(`${type}:`)
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.1')
  })

  test('takes the hash of a client with a secret', async () => {
    const hash = secretHash('alice', { client_id: web.client_id, client_secret: web.client_secret })
    const parameters = { USERNAME: 'alice', PASSWORD: 'Password1!', SECRET_HASH: hash }
    const answer = await call('InitiateAuth', { AuthFlow, ClientId: web.client_id, AuthParameters: parameters })
    expect(answer.status).toBe(200)
    const { client_id, client_secret } = web
    expect(hash).toBe(createHmac('sha256', client_secret).update(`alice${client_id}`).digest('base64'))
  })
})

describe('refreshing', () => {
  test('brings tokens without a refresh token, as often as wanted, until it is revoked', async () => {
    const first = resultOf(await signIn())
    const refresh = (AuthFlow = 'REFRESH_TOKEN_AUTH') =>
      call('InitiateAuth', { AuthFlow, ClientId: spa.client_id, AuthParameters: { REFRESH_TOKEN: first.RefreshToken } })
    for (const flow of ['REFRESH_TOKEN_AUTH', 'REFRESH_TOKEN']) {
      const result = resultOf(await refresh(flow))
      expect(Object.keys(result)).toEqual(['AccessToken', 'ExpiresIn', 'IdToken', 'TokenType'])
      expect(decoded(result.IdToken).claims.origin_jti).toBe(decoded(first.IdToken).claims.origin_jti)
    }
    expect((await call('RevokeToken', { Token: first.RefreshToken, ClientId: spa.client_id })).text).toBe('{}')
    expect((await refresh()).text).toBe('{"__type":"NotAuthorizedException","message":"Refresh Token has been revoked"}')
    expect((await call('GetUser', { AccessToken: first.AccessToken })).text).toBe(
      '{"__type":"NotAuthorizedException","message":"Access Token has been revoked"}',
    )
  })

  test('an access token cannot be revoked', async () => {
    const { AccessToken } = resultOf(await signIn())
    expect((await call('RevokeToken', { Token: AccessToken, ClientId: spa.client_id })).json.__type).toBe('UnsupportedTokenTypeException')
  })

  test('a client whose tokens rotate uses GetTokensFromRefreshToken, and a token that was used is done', async () => {
    const made = await admin('CreateUserPoolClient', {
      ClientName: 'rotating',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 },
    })
    const { ClientId } = made.json.UserPoolClient as { ClientId: string }
    const { RefreshToken } = resultOf(await signIn('bob', 'Password1!', { ClientId }))
    const refresh = (token: string) => call('GetTokensFromRefreshToken', { RefreshToken: token, ClientId })
    const second = resultOf(await refresh(RefreshToken))
    expect(second.RefreshToken).not.toBe(RefreshToken)
    expect((await refresh(RefreshToken)).json).toMatchObject({ __type: 'RefreshTokenReuseException' })
  })
})

describe('the API itself', () => {
  test.each([
    ['an operation that nobody has', 'Nonsense', {}, '{"__type":"UnknownOperationException"}'],
    [
      'an operation that grantbox has not',
      'ListDevices',
      {},
      '{"__type":"NotImplementedException","message":"ListDevices is not supported by grantbox"}',
    ],
    ['no JSON', 'GetUser', 'x', '{"__type":"SerializationException"'],
    [
      'a pool that is not there',
      'ListUsers',
      { UserPoolId: 'eu-west-1_abc' },
      '{"__type":"ResourceNotFoundException","message":"User pool eu-west-1_abc does not exist."}',
    ],
    ['a token that is none', 'GetUser', { AccessToken: 'x' }, '{"__type":"NotAuthorizedException","message":"Invalid Access Token"}'],
  ])('refuses %s', async (_what, operation, body, text) => {
    const answer = await call(operation, body)
    expect(answer.status).toBe(400)
    expect(answer.text.startsWith(text)).toBe(true)
  })

  const signed = (change: (header: string) => string) => ({ ...signature, authorization: change(signature.authorization) })
  const hash = (text: string) => createHash('sha256').update(text).digest('base64')
  const hashed = (text: string) => `(Hashed with SHA-256 and encoded with Base64) Authorization=${hash(text)}`
  const requires = (...names: string[]) => names.map((name) => `Authorization header requires '${name}' parameter. `).join('')
  const noDate = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
  const [missing, incomplete, invalid] = ['MissingAuthenticationToken', 'IncompleteSignature', 'InvalidSignature'].map(
    (name) => `${name}Exception`,
  )
  const listUsers = (headers: Record<string, string>) => {
    const named = { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'AWSCognitoIdentityProviderService.ListUsers' }
    return fetch(`${base}/`, { method: 'POST', headers: { ...named, ...headers }, body: JSON.stringify({ UserPoolId: pool }) })
  }
  const withoutHost = signed((header) => header.replace('=host;', '='))
  test.each([
    ['no signature', undefined, missing, 'Missing Authentication Token'],
    [
      'a Bearer token',
      { authorization: 'Bearer abc' },
      incomplete,
      `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hash('Bearer abc')}'.`,
    ],
    [
      'a token without a scheme',
      { authorization: 'abc' },
      incomplete,
      requires('Credential', 'Signature', 'SignedHeaders') + noDate + hashed('abc'),
    ],
    [
      'a part of a signature',
      signed(() => 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e'),
      incomplete,
      requires('Signature', 'SignedHeaders') + hashed('AWS4-HMAC-SHA256 Credential=a/b/c/d/e'),
    ],
    ['no date', { authorization: signature.authorization }, incomplete, noDate + hashed(signature.authorization)],
    ['another algorithm', signed((header) => header.replace('4-', '5-')), incomplete, "Unsupported AWS 'algorithm': 'AWS5-HMAC-SHA256'."],
    [
      'a date that is none',
      { ...signature, 'x-amz-date': 'x' },
      incomplete,
      "Date must be in ISO-8601 'basic format'. Got 'x'. See http://en.wikipedia.org/wiki/ISO_8601",
    ],
    [
      'a key alone as credential',
      signed((header) => header.replace(/(EXAMPLE)[^,]+/, '$1')),
      incomplete,
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIAIOSFODNN7EXAMPLE'",
    ],
    ['a host that is not signed', withoutHost, invalid, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."],
    [
      'another service’s signature of another day',
      signed((header) => header.replace('20260131/us-east-1/cognito-idp/aws4_request', '20260130/us+east/s3/aws5_request')),
      invalid,
      "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'cognito-idp'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260130' != '20260131', from '20260131T120000Z'. ",
    ],
  ])('what IAM authorizes is refused with %s', async (_what, headers, __type, message) => {
    const answer = await listUsers({ ...headers })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toBe(JSON.stringify({ __type, message }))
    expect(answer.headers.get('grantbox-explain')).toMatch(/^AWS authorizes ListUsers by IAM: /)
  })

  test('and is done by a signature of any key, any secret and any time, whose date may be that of HTTP', async () => {
    const { authorization } = signature
    expect((await listUsers({ authorization, date: 'Sat, 31 Jan 2026 12:00:00 GMT' })).status).toBe(200)
    expect((await listUsers({ ...signature })).status).toBe(200)
  })

  test('answers any page’s preflight', async () => {
    const asked = 'x-amz-target,x-amz-user-agent,cache-control,amz-sdk-invocation-id'
    const answer = await fetch(`${base}/`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST', 'access-control-request-headers': asked },
    })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-allow-headers')).toContain('x-amz-target')
  })

  test('a token of the hosted pages needs aws.cognito.signin.user.admin', async () => {
    const made = await fetch(`${box.url}/_grantbox/sandboxes/cognito/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: web.client_id, username: 'alice', scope: 'openid' }),
    })
    const { access_token } = (await made.json()) as { access_token: string }
    expect((await call('GetUser', { AccessToken: access_token })).text).toBe(
      '{"__type":"NotAuthorizedException","message":"Access Token does not have required scopes"}',
    )
  })

  test('an expired token is told so', async () => {
    const { AccessToken } = resultOf(await signIn())
    box.clock.advance(3601)
    expect((await call('GetUser', { AccessToken })).text).toBe('{"__type":"NotAuthorizedException","message":"Access Token has expired"}')
  })
})

describe('signing up', () => {
  const ClientId = spa.client_id
  const user = { ClientId, Username: 'carol', Password: 'Password1!', UserAttributes: [{ Name: 'email', Value: 'carol@example.com' }] }

  test('needs the code of the outbox', async () => {
    const { json } = await call('SignUp', user)
    expect(json).toMatchObject({
      UserConfirmed: false,
      CodeDeliveryDetails: { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'c***@e***' },
    })
    expect(json.UserSub).toMatch(uuid)
    expect((await call('SignUp', user)).text).toBe('{"__type":"UsernameExistsException","message":"User already exists"}')
    expect((await signIn('carol')).text).toBe('{"__type":"UserNotConfirmedException","message":"User is not confirmed."}')
    const confirm = (ConfirmationCode: string) => call('ConfirmSignUp', { ClientId, Username: 'carol', ConfirmationCode })
    expect((await confirm('000')).text).toBe(
      '{"__type":"CodeMismatchException","message":"Invalid verification code provided, please try again."}',
    )
    expect((await call('ResendConfirmationCode', { ClientId, Username: 'carol' })).status).toBe(200)
    expect((await confirm(await lastCode('SignUp'))).text).toBe('{}')
    expect((await signIn('carol')).status).toBe(200)
    const again = await confirm('1')
    expect(again.text).toBe('{"__type":"NotAuthorizedException","message":"User cannot be confirmed. Current status is CONFIRMED"}')
  })

  test.each([
    ['Aa1!', 'Password not long enough'],
    ['PASSWORD1!', 'Password must have lowercase characters'],
    ['password1!', 'Password must have uppercase characters'],
    ['Password!!', 'Password must have numeric characters'],
    ['Password11', 'Password must have symbol characters'],
  ])('refuses the password %s', async (Password, problem) => {
    const answer = await call('SignUp', { ...user, Username: 'dave', Password })
    expect(answer.text).toBe(
      JSON.stringify({ __type: 'InvalidPasswordException', message: `Password did not conform with policy: ${problem}` }),
    )
  })

  test('a password that was forgotten is set with a code, which expires', async () => {
    const Username = await newUser()
    const forgot = () => call('ForgotPassword', { ClientId, Username })
    const confirm = async (Password = 'NewPassword1!') =>
      call('ConfirmForgotPassword', { ClientId, Username, ConfirmationCode: await lastCode('ForgotPassword'), Password })
    expect((await forgot()).json.CodeDeliveryDetails).toMatchObject({ DeliveryMedium: 'EMAIL' })
    box.clock.advance(3601)
    expect((await confirm()).text).toBe('{"__type":"ExpiredCodeException","message":"Invalid code provided, please request a code again."}')
    await forgot()
    expect((await confirm()).text).toBe('{}')
    expect((await signIn(Username, 'NewPassword1!')).status).toBe(200)
    expect((await call('ForgotPassword', { ClientId, Username: 'nobody' })).status).toBe(200)
  })
})

describe('a user for himself', () => {
  test('reads and changes attributes, which verify again', async () => {
    const { AccessToken } = resultOf(await signIn(await newUser()))
    const update = await call('UpdateUserAttributes', {
      AccessToken,
      UserAttributes: [
        { Name: 'email', Value: 'new@example.com' },
        { Name: 'custom:team', Value: 'red' },
      ],
    })
    expect(update.json.CodeDeliveryDetailsList).toEqual([{ AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'n***@e***' }])
    const attributes = async () => {
      const { UserAttributes } = (await call('GetUser', { AccessToken })).json as { UserAttributes: { Name: string; Value: string }[] }
      return Object.fromEntries(UserAttributes.map(({ Name, Value }) => [Name, Value]))
    }
    expect(await attributes()).toMatchObject({ email: 'new@example.com', email_verified: 'false', 'custom:team': 'red' })
    await call('VerifyUserAttribute', { AccessToken, AttributeName: 'email', Code: await lastCode('email') })
    expect(await attributes()).toMatchObject({ email_verified: 'true' })
    await call('DeleteUserAttributes', { AccessToken, UserAttributeNames: ['custom:team'] })
    expect(await attributes()).not.toHaveProperty('custom:team')
  })

  test('changes the password, signs out everywhere, and goes', async () => {
    const username = await newUser()
    const { AccessToken, RefreshToken } = resultOf(await signIn(username))
    const change = (PreviousPassword: string) => call('ChangePassword', { AccessToken, PreviousPassword, ProposedPassword: 'Changed1!' })
    expect((await change('wrong')).text).toBe('{"__type":"NotAuthorizedException","message":"Incorrect username or password."}')
    expect((await change('Password1!')).text).toBe('{}')
    expect((await call('GlobalSignOut', { AccessToken })).text).toBe('{}')
    const refresh = { AuthFlow: 'REFRESH_TOKEN_AUTH', ClientId: spa.client_id, AuthParameters: { REFRESH_TOKEN: RefreshToken } }
    expect((await call('InitiateAuth', refresh)).text).toBe(
      '{"__type":"NotAuthorizedException","message":"Refresh Token has been revoked"}',
    )
    // A clock that was set back makes no difference.
    const later = resultOf(await signIn(username, 'Changed1!'))
    box.clock.advance(-60)
    expect((await call('GlobalSignOut', { AccessToken: later.AccessToken })).text).toBe('{}')
    box.clock.advance(60)
    expect((await call('GetUser', { AccessToken: later.AccessToken })).json.message).toBe('Access Token has been revoked')
    const again = resultOf(await signIn(username, 'Changed1!'))
    const gone = await call('DeleteUser', { AccessToken: again.AccessToken })
    expect([gone.status, gone.text]).toEqual([200, ''])
    expect((await admin('AdminGetUser', { Username: username })).text).toBe(
      '{"__type":"UserNotFoundException","message":"User does not exist."}',
    )
  })

  test('sets up a software token, and then signs in with it, once with each code', async () => {
    const username = await newUser()
    const { AccessToken } = resultOf(await signIn(username))
    const { SecretCode } = (await call('AssociateSoftwareToken', { AccessToken })).json as { SecretCode: string }
    expect(SecretCode).toMatch(/^[A-Z2-7]{52}$/)
    const verify = (UserCode: string) => call('VerifySoftwareToken', { AccessToken, UserCode })
    expect((await verify('000000')).text).toBe('{"__type":"EnableSoftwareTokenMFAException","message":"Code mismatch"}')
    expect((await verify(totp(SecretCode, box.clock.now()))).text).toBe('{"Status":"SUCCESS"}')
    await call('SetUserMFAPreference', { AccessToken, SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } })
    expect((await call('GetUser', { AccessToken })).json).toMatchObject({
      PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA',
      UserMFASettingList: ['SOFTWARE_TOKEN_MFA'],
    })
    const { json } = await signIn(username)
    expect(json).toMatchObject({ ChallengeName: 'SOFTWARE_TOKEN_MFA', ChallengeParameters: { USER_ID_FOR_SRP: username } })
    const respond = (code: string, Session = json.Session) =>
      call('RespondToAuthChallenge', {
        ChallengeName: 'SOFTWARE_TOKEN_MFA',
        ClientId: spa.client_id,
        Session,
        ChallengeResponses: { USERNAME: username, SOFTWARE_TOKEN_MFA_CODE: code },
      })
    expect((await respond('000000')).text).toBe('{"__type":"CodeMismatchException","message":"Invalid code received for user"}')
    const code = totp(SecretCode, box.clock.now())
    expect((await respond(code)).status).toBe(200)
    const next = (await signIn(username)).json.Session
    expect((await respond(code, next)).text).toBe(
      '{"__type":"ExpiredCodeException","message":"Your software token has already been used once."}',
    )
    box.clock.advance(200)
    expect((await respond('123456', next)).text).toBe(
      '{"__type":"NotAuthorizedException","message":"Invalid session for the user, session is expired."}',
    )
  })
})

describe('administration', () => {
  test('a new user must choose a password', async () => {
    const made = await admin('AdminCreateUser', {
      Username: 'fresh',
      TemporaryPassword: 'Temporary1!',
      UserAttributes: [{ Name: 'email', Value: 'fresh@example.com' }],
    })
    expect(made.json.User).toMatchObject({ Username: 'fresh', Enabled: true, UserStatus: 'FORCE_CHANGE_PASSWORD' })
    expect(await lastCode('AdminCreateUser')).toBe('Temporary1!')
    const { json } = await signIn('fresh', 'Temporary1!')
    expect(json.ChallengeName).toBe('NEW_PASSWORD_REQUIRED')
    expect(json.ChallengeParameters).toEqual({
      USER_ID_FOR_SRP: 'fresh',
      requiredAttributes: '[]',
      userAttributes: '{"email_verified":"false","email":"fresh@example.com"}',
    })
    const respond = (NEW_PASSWORD: string) =>
      call('RespondToAuthChallenge', {
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        ClientId: spa.client_id,
        Session: json.Session,
        ChallengeResponses: { USERNAME: 'fresh', NEW_PASSWORD, 'userAttributes.given_name': 'Fresh' },
      })
    expect((await respond('short')).json.__type).toBe('InvalidPasswordException')
    const { IdToken } = resultOf(await respond('Chosen1!'))
    expect(decoded(IdToken).claims.given_name).toBe('Fresh')
    expect((await respond('Chosen1!')).json.__type).toBe('NotAuthorizedException')
    expect((await admin('AdminGetUser', { Username: 'fresh' })).json.UserStatus).toBe('CONFIRMED')
  })

  test('groups stand in tokens, the one of the lowest precedence first', async () => {
    const Username = await newUser()
    await admin('CreateGroup', { GroupName: 'readers', Precedence: 5 })
    await admin('CreateGroup', { GroupName: 'admins', Precedence: 1, RoleArn: 'arn:aws:iam::000000000000:role/admin', Description: 'All' })
    expect((await admin('CreateGroup', { GroupName: 'admins' })).text).toBe(
      '{"__type":"GroupExistsException","message":"A group with the name already exists."}',
    )
    for (const GroupName of ['readers', 'admins']) await admin('AdminAddUserToGroup', { Username, GroupName })
    const { AccessToken, IdToken } = resultOf(await signIn(Username))
    const { claims } = decoded(AccessToken)
    expect(Object.keys(claims).slice(0, 3)).toEqual(['sub', 'cognito:groups', 'iss'])
    expect(claims['cognito:groups']).toEqual(['admins', 'readers'])
    expect(decoded(IdToken).claims).toMatchObject({
      'cognito:groups': ['admins', 'readers'],
      'cognito:roles': ['arn:aws:iam::000000000000:role/admin'],
      'cognito:preferred_role': 'arn:aws:iam::000000000000:role/admin',
    })
    const { Groups } = (await admin('AdminListGroupsForUser', { Username })).json as { Groups: { GroupName: string }[] }
    expect(Groups.map(({ GroupName }) => GroupName)).toEqual(['readers', 'admins'])
    const { Users } = (await admin('ListUsersInGroup', { GroupName: 'admins' })).json as { Users: { Username: string }[] }
    expect(Users.map((user) => user.Username)).toEqual([Username])
    await admin('AdminRemoveUserFromGroup', { Username, GroupName: 'admins' })
    await admin('DeleteGroup', { GroupName: 'readers' })
    expect(decoded(resultOf(await signIn(Username)).AccessToken).claims).not.toHaveProperty('cognito:groups')
    expect((await admin('GetGroup', { GroupName: 'readers' })).text).toBe(
      '{"__type":"ResourceNotFoundException","message":"Group not found."}',
    )
  })

  test('users are listed by a filter', async () => {
    const find = async (Filter: string) => {
      const { Users = [] } = (await admin('ListUsers', { Filter })).json as { Users?: { Username: string }[] }
      return Users.map(({ Username }) => Username)
    }
    expect(await find('email = "alice@example.com"')).toEqual(['alice'])
    expect(await find('username ^= "ali"')).toEqual(['alice'])
    expect(await find('sub = "b0b00000-0000-4000-8000-000000000002"')).toEqual(['bob'])
    expect((await admin('ListUsers', { Filter: 'shoe = "1"' })).json.__type).toBe('InvalidParameterException')
    const page = (await admin('ListUsers', { Limit: 1 })).json
    expect(page.Users).toHaveLength(1)
    expect((await admin('ListUsers', { Limit: 1, PaginationToken: page.PaginationToken })).json.Users).not.toEqual(page.Users)
  })

  test('a disabled user, one whose password was reset, and one that signs in by an administrator', async () => {
    const Username = await newUser()
    const adminSignIn = () =>
      admin('AdminInitiateAuth', {
        ClientId: spa.client_id,
        AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: Username, PASSWORD: 'Password1!' },
      })
    expect((await adminSignIn()).status).toBe(200)
    await admin('AdminDisableUser', { Username })
    expect((await adminSignIn()).text).toBe('{"__type":"NotAuthorizedException","message":"User is disabled."}')
    await admin('AdminEnableUser', { Username })
    await admin('AdminResetUserPassword', { Username })
    expect((await adminSignIn()).text).toBe('{"__type":"PasswordResetRequiredException","message":"Password reset required for the user"}')
    await admin('AdminDeleteUser', { Username })
    expect((await admin('AdminGetUser', { Username })).json.__type).toBe('UserNotFoundException')
  })

  test('a pool is a world of its own, with its clients, users, keys and issuer', async () => {
    const made = await call('CreateUserPool', { PoolName: 'second', Policies: { PasswordPolicy: { MinimumLength: 6 } } })
    const { Id } = made.json.UserPool as { Id: string }
    expect(Id).toMatch(/^us-east-1_[A-Za-z0-9]{9}$/)
    const client = await call('CreateUserPoolClient', { UserPoolId: Id, ClientName: 'c', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] })
    const { ClientId } = client.json.UserPoolClient as { ClientId: string }
    expect(ClientId).toMatch(/^[a-z0-9]{26}$/)
    expect((await signIn('alice', 'Password1!', { ClientId })).json.__type).toBe('UserNotFoundException')
    await call('AdminCreateUser', { UserPoolId: Id, Username: 'alice', MessageAction: 'SUPPRESS' })
    await call('AdminSetUserPassword', { UserPoolId: Id, Username: 'alice', Password: 'simple', Permanent: true })
    const { AccessToken } = resultOf(await signIn('alice', 'simple', { ClientId }))
    const { header, claims } = decoded(AccessToken)
    expect(claims.iss).toBe(`${base}/${Id}`)
    expect((await call('GetUser', { AccessToken })).json.Username).toBe('alice')
    const keys = (await get(`${base}/${Id}/.well-known/jwks.json`)).json.keys as { kid: string }[]
    expect(keys.map(({ kid }) => kid)).toContain((JSON.parse(header) as { kid: string }).kid)
    const { UserPools } = (await call('ListUserPools', { MaxResults: 10 })).json as { UserPools: { Id: string }[] }
    expect(UserPools.map((one) => one.Id)).toEqual([pool, Id])
    const { json } = await get(`${box.url}/_grantbox/sandboxes/cognito/requests?space=${Id}`)
    const told = (json.items as { endpoint: string; grant_type: string | null }[]).map(({ endpoint, grant_type }) => grant_type ?? endpoint)
    const administration = ['CreateUserPoolClient', 'USER_PASSWORD_AUTH', 'AdminCreateUser', 'AdminSetUserPassword']
    expect(told).toEqual([...administration, 'USER_PASSWORD_AUTH', 'GetUser', 'jwks'])
    await call('DeleteUserPool', { UserPoolId: Id })
    expect((await call('DescribeUserPool', { UserPoolId: Id })).json.__type).toBe('ResourceNotFoundException')
  })
})
