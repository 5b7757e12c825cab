import {
  AuthenticationDetails,
  CognitoRefreshToken,
  CognitoUser,
  CognitoUserAttribute,
  CognitoUserPool,
  type CognitoUserSession,
} from 'amazon-cognito-identity-js'
import { expect, test, vi } from 'vitest'
import { totp } from '../../src/providers/totp.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { operate, pool as poolId, spa } from '../../test/vendors/cognito/pool.ts'
import { cognitoProofs, randomWord } from '../../test/vendors/cognito/proofs.ts'

/** Amplify's older library, which signs in by SRP: the second implementation of the client's side. */

const box = await startForFile()
recordRequests('cognito', 'identity-js', box, cognitoProofs)
// Who is recorded draws known numbers, so that what it proves by them can be made anew.
if (process.env.GRANTBOX_RECORD !== undefined) {
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((words) => (words instanceof Uint32Array ? words.fill(randomWord) : words))
}
const endpoint = `${box.url}/cognito`
const pool = new CognitoUserPool({ UserPoolId: poolId, ClientId: spa.client_id, endpoint })
// Its big numbers are slow.
const patience = 60_000

type Outcome = { session: CognitoUserSession } | { error: Error } | { newPassword: unknown } | { totp: unknown }

function named(Username: string): CognitoUser {
  return new CognitoUser({ Username, Pool: pool })
}

function signIn(user: CognitoUser, Password: string): Promise<Outcome> {
  return new Promise((resolve) =>
    user.authenticateUser(new AuthenticationDetails({ Username: user.getUsername(), Password }), {
      onSuccess: (session) => resolve({ session }),
      onFailure: (error: Error) => resolve({ error }),
      newPasswordRequired: (newPassword) => resolve({ newPassword }),
      totpRequired: (challenge) => resolve({ totp: challenge }),
    }),
  )
}

/** What a callback of Node.js's kind is told. */
function told<T>(ask: (done: (error: Error | undefined | null, value?: T) => void) => void): Promise<T | undefined> {
  return new Promise((resolve, reject) => ask((error, value) => (error ? reject(error) : resolve(value))))
}

async function lastCode(kind: string): Promise<string> {
  const answer = await fetch(`${box.url}/_grantbox/sandboxes/cognito/outbox?kind=${kind}`)
  const { items } = (await answer.json()) as { items: { code: string }[] }
  return items[0]?.code ?? ''
}

test('signs in by SRP, reads attributes, refreshes and signs out everywhere', { timeout: patience }, async () => {
  const user = named('alice')
  const outcome = await signIn(user, 'Password1!')
  if (!('session' in outcome)) throw new Error(JSON.stringify(outcome))
  const { session } = outcome
  expect(session.isValid()).toBe(true)
  expect(session.getIdToken().payload['cognito:username']).toBe('alice')
  const attributes = (await told<CognitoUserAttribute[]>((done) => user.getUserAttributes(done))) ?? []
  expect(attributes.find((one) => one.getName() === 'email')?.getValue()).toBe('alice@example.com')
  const refreshed = await told<CognitoUserSession>((done) =>
    user.refreshSession(new CognitoRefreshToken({ RefreshToken: session.getRefreshToken().getToken() }), done),
  )
  expect(refreshed?.isValid()).toBe(true)
  await new Promise((resolve, reject) => user.globalSignOut({ onSuccess: resolve, onFailure: reject }))
  user.setSignInUserSession(session)
  await expect(told((done) => user.getUserData(done))).rejects.toThrow('Access Token has been revoked')
})

test('is refused with a wrong password, and for an unknown user', { timeout: patience }, async () => {
  for (const name of ['alice', 'nobody']) {
    const outcome = await signIn(named(name), 'wrong')
    expect(outcome).toMatchObject({ error: { name: 'NotAuthorizedException', message: 'Incorrect username or password.' } })
  }
})

test('signs up, confirms with the code of the outbox, forgets the password and sets another', { timeout: patience }, async () => {
  const email = new CognitoUserAttribute({ Name: 'email', Value: 'carol@example.com' })
  const signedUp = await told<{ userConfirmed: boolean }>((done) => pool.signUp('carol', 'Password1!', [email], [], done))
  expect(signedUp?.userConfirmed).toBe(false)
  const user = named('carol')
  expect(await signIn(user, 'Password1!')).toMatchObject({ error: { name: 'UserNotConfirmedException' } })
  await expect(told((done) => user.confirmRegistration('000000', true, done))).rejects.toThrow(
    'Invalid verification code provided, please try again.',
  )
  expect(await told((done) => user.confirmRegistration('', true, done)).catch((error: Error) => error.name)).toBe(
    'InvalidParameterException',
  )
  const code = await lastCode('SignUp')
  expect(await told((done) => user.confirmRegistration(code, true, done))).toBe('SUCCESS')
  await new Promise((resolve, reject) => user.forgotPassword({ onSuccess: resolve, onFailure: reject }))
  const reset = await lastCode('ForgotPassword')
  await new Promise<void>((resolve, reject) => user.confirmPassword(reset, 'Another1!', { onSuccess: () => resolve(), onFailure: reject }))
  expect(await signIn(user, 'Another1!')).toHaveProperty('session')
})

test('chooses a password at the first sign-in, and then has a second factor', { timeout: patience }, async () => {
  const made = await operate(endpoint, 'AdminCreateUser', { UserPoolId: poolId, Username: 'dave', TemporaryPassword: 'Temporary1!' })
  expect(made.status).toBe(200)
  const user = named('dave')
  expect(await signIn(user, 'Temporary1!')).toHaveProperty('newPassword')
  const session = await new Promise<CognitoUserSession>((resolve, reject) =>
    user.completeNewPasswordChallenge('Chosen1!', {}, { onSuccess: resolve, onFailure: reject }),
  )
  expect(session.isValid()).toBe(true)
  const secret = await new Promise<string>((resolve, reject) =>
    user.associateSoftwareToken({ associateSecretCode: resolve, onFailure: reject }),
  )
  const code = totp(secret, box.clock.now())
  await new Promise((resolve, reject) => user.verifySoftwareToken(code, 'phone', { onSuccess: resolve, onFailure: reject }))
  await told((done) => user.setUserMfaPreference(null, { PreferredMfa: true, Enabled: true }, done))
  expect(await signIn(user, 'Chosen1!')).toHaveProperty('totp')
  const again = await new Promise<CognitoUserSession>((resolve, reject) =>
    user.sendMFACode(code, { onSuccess: resolve, onFailure: reject }, 'SOFTWARE_TOKEN_MFA'),
  )
  expect(again.getAccessToken().payload.username).toBe('dave')
})

test('changes password and attributes, and deletes the user', { timeout: patience }, async () => {
  await operate(endpoint, 'AdminCreateUser', { UserPoolId: poolId, Username: 'erin', MessageAction: 'SUPPRESS' })
  await operate(endpoint, 'AdminSetUserPassword', { UserPoolId: poolId, Username: 'erin', Password: 'Password1!', Permanent: true })
  const user = named('erin')
  expect(await signIn(user, 'Password1!')).toHaveProperty('session')
  expect(await told((done) => user.changePassword('Password1!', 'Changed1!', done))).toBe('SUCCESS')
  const name = new CognitoUserAttribute({ Name: 'given_name', Value: 'Erin' })
  expect(await told((done) => user.updateAttributes([name], done))).toBe('SUCCESS')
  expect(await told((done) => user.deleteUser(done))).toBe('SUCCESS')
})
