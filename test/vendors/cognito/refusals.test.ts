import { describe, expect, test } from 'vitest'
import { startForFile } from '../../support/server.ts'
import { type Answer, get, operate, pool, spa } from './pool.ts'
import { SrpClient } from './srp-client.ts'

/** What is refused because of what was done before, byte for byte: too often, too late, or by somebody else's address. */

const box = await startForFile()
const base = `${box.url}/cognito`
const { client_id: ClientId } = spa

const control = (method: string, path: string, body: object) =>
  fetch(`${box.url}/_grantbox/sandboxes/cognito${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

// Time stands still but for what passes here.
await control('PATCH', '/clock', { frozen: true })
const pass = (milliseconds: number) => control('POST', '/clock/advance', { by: `${milliseconds}ms` })

const call = (operation: string, body: object) => operate(base, operation, body)
const admin = (operation: string, body: object) => call(operation, { UserPoolId: pool, ...body })
const said = (__type: string, message: string) => JSON.stringify({ __type, message })
const exceeded = said('NotAuthorizedException', 'Password attempts exceeded')
const incorrect = said('NotAuthorizedException', 'Incorrect username or password.')
const limit = said('LimitExceededException', 'Attempt limit exceeded, please try after some time.')

let users = 0
async function newUser(): Promise<string> {
  const Username = `somebody${++users}`
  const UserAttributes = [{ Name: 'email', Value: `${Username}@example.com` }]
  await admin('AdminCreateUser', { Username, MessageAction: 'SUPPRESS', UserAttributes })
  await admin('AdminSetUserPassword', { Username, Password: 'Password1!', Permanent: true })
  return Username
}

const byPassword = (USERNAME: string, PASSWORD: string) =>
  call('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId, AuthParameters: { USERNAME, PASSWORD } })
const byAdmin = (USERNAME: string, PASSWORD: string) =>
  admin('AdminInitiateAuth', { AuthFlow: 'ADMIN_USER_PASSWORD_AUTH', ClientId, AuthParameters: { USERNAME, PASSWORD } })

async function bySrp(USERNAME: string, password: string): Promise<Answer> {
  const client = new SrpClient()
  const AuthParameters = { USERNAME, SRP_A: client.A.toString(16) }
  const { json } = await call('InitiateAuth', { AuthFlow: 'USER_SRP_AUTH', ClientId, AuthParameters })
  const ChallengeResponses = client.answer(pool, password, json.ChallengeParameters as Record<string, string>)
  return call('RespondToAuthChallenge', { ChallengeName: 'PASSWORD_VERIFIER', ClientId, ChallengeResponses })
}

const tokensOf = async (username: string, password = 'Password1!') =>
  (await byPassword(username, password)).json.AuthenticationResult as Record<'AccessToken' | 'RefreshToken', string>

/** Does something a number of times; gives what was said each time. */
async function repeatedly(times: number, act: () => Promise<Answer>): Promise<string[]> {
  const answers: string[] = []
  for (let done = 0; done < times; done++) answers.push((await act()).text)
  return answers
}

const refused = ({ status, text, headers }: Answer, expected: string) => {
  expect([status, text]).toEqual([400, expected])
  expect(headers.get('grantbox-explain')).toMatch(/\w/)
}

describe('five wrong passwords lock a user out', () => {
  test.each([
    ['USER_PASSWORD_AUTH', byPassword],
    ['ADMIN_USER_PASSWORD_AUTH', byAdmin],
    ['USER_SRP_AUTH', bySrp],
  ])('by %s', async (_flow, signIn) => {
    const name = await newUser()
    expect(await repeatedly(5, () => signIn(name, 'wrong'))).toEqual(Array(5).fill(incorrect))
    refused(await signIn(name, 'Password1!'), exceeded)
    await pass(1000)
    expect((await signIn(name, 'Password1!')).status).toBe(200)
    refused(await signIn(name, 'wrong'), incorrect)
  })

  test('for twice as long after each one more, a quarter of an hour at most, and those that are not looked at do not count', async () => {
    const name = await newUser()
    await repeatedly(5, () => byPassword(name, 'wrong'))
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]) {
      await pass(seconds * 1000 - 1)
      expect((await byPassword(name, 'wrong')).text).toBe(exceeded)
      await pass(1)
      expect((await byPassword(name, 'wrong')).text).toBe(incorrect)
    }
    await pass(899000)
    refused(await byPassword(name, 'Password1!'), exceeded)
    await pass(1000)
    expect((await byPassword(name, 'wrong')).text).toBe(incorrect)
    expect((await byPassword(name, 'Password1!')).status).toBe(200)
  })

  test('nobody is locked out by a name that nobody has, and a lenient sandbox locks nobody out', async () => {
    expect(await repeatedly(7, () => byPassword('nobody', 'wrong'))).toEqual(Array(7).fill(incorrect))
    const strictness = (value: string) => control('PATCH', '', { settings: { strictness: value } })
    const name = await newUser()
    expect((await strictness('lenient')).status).toBe(200)
    expect(await repeatedly(7, () => byPassword(name, 'wrong'))).toEqual(Array(7).fill(incorrect))
    expect(await repeatedly(6, () => call('ForgotPassword', { ClientId, Username: name }))).not.toContain(limit)
    await strictness('vendor')
    expect((await byPassword(name, 'Password1!')).status).toBe(200)
  })
})

describe('what was done five times waits for an hour', () => {
  test.each<[string, (name: string) => object | Promise<object>]>([
    ['ForgotPassword', (Username) => ({ ClientId, Username })],
    ['AdminResetUserPassword', (Username) => ({ UserPoolId: pool, Username })],
    [
      'ConfirmForgotPassword',
      async (Username) => {
        await call('ForgotPassword', { ClientId, Username })
        return { ClientId, Username, ConfirmationCode: '0', Password: 'Another1!' }
      },
    ],
    [
      'ConfirmSignUp',
      async () => {
        const Username = `new${++users}`
        await call('SignUp', { ClientId, Username, Password: 'Password1!', UserAttributes: [{ Name: 'email', Value: 'n@example.com' }] })
        return { ClientId, Username, ConfirmationCode: '0' }
      },
    ],
    [
      'ResendConfirmationCode',
      async () => {
        const Username = `new${++users}`
        await call('SignUp', { ClientId, Username, Password: 'Password1!', UserAttributes: [{ Name: 'email', Value: 'n@example.com' }] })
        return { ClientId, Username }
      },
    ],
    [
      'ChangePassword',
      async (name) => {
        const { AccessToken } = await tokensOf(name)
        return { AccessToken, PreviousPassword: 'wrong', ProposedPassword: 'Another1!' }
      },
    ],
    [
      'GetUserAttributeVerificationCode',
      async (name) => {
        const { AccessToken } = await tokensOf(name)
        return { AccessToken, AttributeName: 'email' }
      },
    ],
    [
      'VerifyUserAttribute',
      async (name) => {
        const { AccessToken } = await tokensOf(name)
        await call('GetUserAttributeVerificationCode', { AccessToken, AttributeName: 'email' })
        return { AccessToken, AttributeName: 'email', Code: '0' }
      },
    ],
  ])('%s', async (operation, bodyFor) => {
    const body = await bodyFor(await newUser())
    expect(await repeatedly(5, () => call(operation, body))).not.toContain(limit)
    refused(await call(operation, body), limit)
    await pass(3600000)
    expect((await call(operation, body)).text).not.toBe(limit)
  })
})

describe('refresh tokens', () => {
  const refreshing = (ClientId: string, token: string): Record<string, () => Promise<Answer>> => ({
    InitiateAuth: () => call('InitiateAuth', { AuthFlow: 'REFRESH_TOKEN_AUTH', ClientId, AuthParameters: { REFRESH_TOKEN: token } }),
    GetTokensFromRefreshToken: () => call('GetTokensFromRefreshToken', { ClientId, RefreshToken: token }),
  })

  test.each(['InitiateAuth', 'GetTokensFromRefreshToken'])('%s refuses one that has expired', async (operation) => {
    const made = await admin('CreateUserPoolClient', {
      ClientName: 'short',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      RefreshTokenValidity: 60,
      TokenValidityUnits: { RefreshToken: 'minutes' },
    })
    const { ClientId: short } = made.json.UserPoolClient as { ClientId: string }
    const AuthParameters = { USERNAME: await newUser(), PASSWORD: 'Password1!' }
    const { json } = await call('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: short, AuthParameters })
    const { RefreshToken } = json.AuthenticationResult as { RefreshToken: string }
    const refresh = refreshing(short, RefreshToken)[operation]
    if (refresh === undefined) throw new Error('no operation')
    await pass(3_599_999)
    expect((await refresh()).status).toBe(200)
    await pass(1)
    refused(await refresh(), said('NotAuthorizedException', 'Refresh Token has expired'))
  })

  test('one of a client that says nothing of it lives thirty days', async () => {
    const { RefreshToken } = await tokensOf(await newUser())
    const { InitiateAuth: refresh } = refreshing(ClientId, RefreshToken)
    if (refresh === undefined) throw new Error('no operation')
    await pass(30 * 24 * 3_600_000 - 1)
    expect((await refresh()).status).toBe(200)
    await pass(1)
    refused(await refresh(), said('NotAuthorizedException', 'Refresh Token has expired'))
  })

  test('one that rotation made invalid', async () => {
    const made = await admin('CreateUserPoolClient', {
      ClientName: 'rotating',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 },
    })
    const { ClientId: rotating } = made.json.UserPoolClient as { ClientId: string }
    const AuthParameters = { USERNAME: await newUser(), PASSWORD: 'Password1!' }
    const { json } = await call('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: rotating, AuthParameters })
    const { RefreshToken } = json.AuthenticationResult as { RefreshToken: string }
    const { InitiateAuth, GetTokensFromRefreshToken: refresh } = refreshing(rotating, RefreshToken)
    if (InitiateAuth === undefined || refresh === undefined) throw new Error('no operations')
    expect((await InitiateAuth()).json.__type).toBe('InvalidParameterException')
    expect((await refresh()).status).toBe(200)
    await pass(9000)
    expect((await refresh()).status).toBe(200)
    await pass(11000)
    refused(await refresh(), said('RefreshTokenReuseException', 'Refresh token was invalidated by rotation'))
  })
})

describe('an address that somebody has', async () => {
  const world = async (members: object) => {
    const { json } = await call('CreateUserPool', { PoolName: 'aliases', AutoVerifiedAttributes: ['email'], ...members })
    const { Id: UserPoolId } = json.UserPool as { Id: string }
    const made = await call('CreateUserPoolClient', { UserPoolId, ClientName: 'c', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] })
    return { UserPoolId, ClientId: (made.json.UserPoolClient as { ClientId: string }).ClientId }
  }
  const aliases = await world({ AliasAttributes: ['email', 'phone_number'] })
  const named = (...pairs: [string, string][]) => pairs.map(([Name, Value]) => ({ Name, Value }))
  const verified = named(
    ['email', 'ann@example.com'],
    ['email_verified', 'True'],
    ['phone_number', '+15550100'],
    ['phone_number_verified', 'true'],
  )
  await call('AdminCreateUser', { ...aliases, Username: 'ann', MessageAction: 'SUPPRESS', UserAttributes: verified })
  await call('AdminSetUserPassword', { ...aliases, Username: 'ann', Password: 'Password1!', Permanent: true })
  const signUp = (Username: string, ...attributes: [string, string][]) =>
    call('SignUp', { ClientId: aliases.ClientId, Username, Password: 'Password1!', UserAttributes: named(...attributes) })
  const whoIs = async (USERNAME: string) => {
    const asked = { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: aliases.ClientId, AuthParameters: { USERNAME, PASSWORD: 'Password1!' } }
    const { json } = await call('InitiateAuth', asked)
    const { AccessToken } = json.AuthenticationResult as { AccessToken: string }
    return (await call('GetUser', { AccessToken })).json.Username
  }

  test('SignUp, where users are named by it', async () => {
    const { ClientId } = await world({ UsernameAttributes: ['email'] })
    const body = { ClientId, Username: 'zed@example.com', Password: 'Password1!' }
    expect((await call('SignUp', body)).status).toBe(200)
    refused(await call('SignUp', body), said('UsernameExistsException', 'An account with the given email already exists.'))
  })

  test('AdminCreateUser, of one that is said to be verified', async () => {
    for (const name of ['email', 'phone_number'] as const) {
      const UserAttributes = verified.filter(({ Name }) => Name.startsWith(name))
      const answer = await call('AdminCreateUser', { ...aliases, Username: 'other', UserAttributes })
      refused(answer, said('AliasExistsException', `An account with the ${name} already exists.`))
    }
  })

  test('ConfirmSignUp and VerifyUserAttribute, until it is taken away', async () => {
    expect(await whoIs('ann@example.com')).toBe('ann')
    expect((await signUp('bea', ['email', 'ANN@example.com'])).status).toBe(200)
    const { json } = await get(`${box.url}/_grantbox/sandboxes/cognito/outbox?kind=SignUp&space=${aliases.UserPoolId}`)
    const ConfirmationCode = (json.items as { code: string }[])[0]?.code
    const body = { ClientId: aliases.ClientId, Username: 'bea', ConfirmationCode }
    const exists = said('AliasExistsException', 'An account with the email already exists.')
    refused(await call('ConfirmSignUp', body), exists)
    expect((await call('ConfirmSignUp', { ...body, ForceAliasCreation: true })).text).toBe('{}')
    expect(await whoIs('ann@example.com')).toBe('bea')
    const AuthParameters = { USERNAME: 'ann', PASSWORD: 'Password1!' }
    const signedIn = await call('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: aliases.ClientId, AuthParameters })
    const { AccessToken } = signedIn.json.AuthenticationResult as { AccessToken: string }
    const { UserAttributes } = (await call('GetUser', { AccessToken })).json as { UserAttributes: { Name: string; Value: string }[] }
    expect(UserAttributes).toContainEqual({ Name: 'email_verified', Value: 'false' })
    await call('GetUserAttributeVerificationCode', { AccessToken, AttributeName: 'email' })
    refused(await call('VerifyUserAttribute', { AccessToken, AttributeName: 'email', Code: '0' }), exists)
  })
})

describe('a password that the policy refuses, wherever it is chosen', async () => {
  test.each<[string, () => object | Promise<object>]>([
    ['AdminCreateUser', () => ({ UserPoolId: pool, Username: 'fresh', TemporaryPassword: 'password1!' })],
    ['AdminSetUserPassword', async () => ({ UserPoolId: pool, Username: await newUser(), Password: 'password1!' })],
    ['ConfirmForgotPassword', () => ({ ClientId, Username: 'bob', ConfirmationCode: '0', Password: 'password1!' })],
    [
      'ChangePassword',
      async () => {
        const { AccessToken } = await tokensOf('bob')
        return { AccessToken, PreviousPassword: 'Password1!', ProposedPassword: 'password1!' }
      },
    ],
    [
      'RespondToAuthChallenge',
      async () => {
        await admin('AdminCreateUser', { Username: 'tempted', TemporaryPassword: 'Temporary1!' })
        const { Session } = (await byPassword('tempted', 'Temporary1!')).json
        const ChallengeResponses = { USERNAME: 'tempted', NEW_PASSWORD: 'password1!' }
        return { ChallengeName: 'NEW_PASSWORD_REQUIRED', ClientId, Session, ChallengeResponses }
      },
    ],
  ])('%s', async (operation, body) => {
    const message = 'Password did not conform with policy: Password must have uppercase characters'
    refused(await call(operation, await body()), said('InvalidPasswordException', message))
  })
})
