import { expect, test } from 'vitest'
import { totp } from '../../../src/providers/totp.ts'
import { startForFile } from '../../support/server.ts'
import { get, operate, pool, spa } from './pool.ts'

const box = await startForFile()
const base = `${box.url}/cognito`
const call = (operation: string, body: object) => operate(base, operation, body)

async function lastCode(kind: string): Promise<string> {
  const { json } = await get(`${box.url}/_grantbox/sandboxes/cognito/outbox?kind=${kind}`)
  return (json.items as { code: string }[])[0]?.code ?? ''
}

const respond = (ChallengeName: string, Session: unknown, ChallengeResponses: object, ClientId = spa.client_id) =>
  call('RespondToAuthChallenge', { ChallengeName, ClientId, Session, ChallengeResponses })

test('a pool that insists on a second factor has it set up in the course of the sign-in', async () => {
  const made = await call('CreateUserPool', {
    PoolName: 'strict',
    MfaConfiguration: 'ON',
    Policies: { PasswordPolicy: { MinimumLength: 6 } },
  })
  const { Id: UserPoolId } = made.json.UserPool as { Id: string }
  const client = await call('CreateUserPoolClient', { UserPoolId, ClientName: 'c', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] })
  const { ClientId } = client.json.UserPoolClient as { ClientId: string }
  await call('AdminCreateUser', { UserPoolId, Username: 'mia', MessageAction: 'SUPPRESS' })
  await call('AdminSetUserPassword', { UserPoolId, Username: 'mia', Password: 'simple', Permanent: true })
  const AuthParameters = { USERNAME: 'mia', PASSWORD: 'simple' }
  const { json } = await call('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId, AuthParameters })
  expect(json).toMatchObject({ ChallengeName: 'MFA_SETUP', ChallengeParameters: { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' } })
  expect((await respond('MFA_SETUP', json.Session, { USERNAME: 'mia' }, ClientId)).json.__type).toBe('InvalidParameterException')
  const associated = (await call('AssociateSoftwareToken', { Session: json.Session })).json
  const UserCode = totp(String(associated.SecretCode), box.clock.now())
  const verified = (await call('VerifySoftwareToken', { Session: associated.Session, UserCode })).json
  expect(verified.Status).toBe('SUCCESS')
  const done = await respond('MFA_SETUP', verified.Session, { USERNAME: 'mia' }, ClientId)
  expect(Object.keys(done.json)).toEqual(['AuthenticationResult', 'ChallengeParameters'])
})

test('codes by SMS, by e-mail, and a choice between factors', async () => {
  const Username = 'noa'
  const UserAttributes = [
    { Name: 'email', Value: 'noa@example.com' },
    { Name: 'phone_number', Value: '+15550100123' },
  ]
  await call('AdminCreateUser', { UserPoolId: pool, Username, MessageAction: 'SUPPRESS', UserAttributes })
  await call('AdminSetUserPassword', { UserPoolId: pool, Username, Password: 'Password1!', Permanent: true })
  const factors = { SMSMfaSettings: { Enabled: true }, EmailMfaSettings: { Enabled: true } }
  await call('AdminSetUserMFAPreference', { UserPoolId: pool, Username, ...factors })
  const AuthParameters = { USERNAME: Username, PASSWORD: 'Password1!' }
  const { json } = await call('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: spa.client_id, AuthParameters })
  expect(json).toMatchObject({ ChallengeName: 'SELECT_MFA_TYPE', ChallengeParameters: { MFAS_CAN_CHOOSE: '["SMS_MFA","EMAIL_OTP"]' } })
  const sms = await respond('SELECT_MFA_TYPE', json.Session, { USERNAME: Username, ANSWER: 'SMS_MFA' })
  expect(sms.json).toMatchObject({
    ChallengeName: 'SMS_MFA',
    ChallengeParameters: { CODE_DELIVERY_DELIVERY_MEDIUM: 'SMS', CODE_DELIVERY_DESTINATION: '+*******0123' },
  })
  const done = await respond('SMS_MFA', sms.json.Session, { USERNAME: Username, SMS_MFA_CODE: await lastCode('SMS_MFA') })
  expect(done.json).toHaveProperty('AuthenticationResult')
  const choice = await call('InitiateAuth', { AuthFlow: 'USER_AUTH', ClientId: spa.client_id, AuthParameters: { USERNAME: Username } })
  expect(choice.json).toMatchObject({ ChallengeName: 'SELECT_CHALLENGE', AvailableChallenges: ['PASSWORD', 'PASSWORD_SRP', 'EMAIL_OTP'] })
  const email = await respond('SELECT_CHALLENGE', choice.json.Session, { USERNAME: Username, ANSWER: 'EMAIL_OTP' })
  expect(email.json.ChallengeName).toBe('EMAIL_OTP')
  const signedIn = await respond('EMAIL_OTP', email.json.Session, { USERNAME: Username, EMAIL_OTP_CODE: await lastCode('EMAIL_OTP') })
  expect(signedIn.json).toHaveProperty('AuthenticationResult')
})
