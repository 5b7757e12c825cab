import { expect, test } from 'vitest'
import { startForFile } from '../../support/server.ts'
import { operate, pool, post, spa } from './pool.ts'

/** What a client's settings forbid, and what has ended, byte for byte. */

const box = await startForFile()
const base = `${box.url}/cognito`
const made = await operate(base, 'CreateUserPoolClient', { UserPoolId: pool, ClientName: 'none', ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'] })
const { ClientId } = made.json.UserPoolClient as { ClientId: string }
const AuthParameters = { USERNAME: 'alice', PASSWORD: 'Password1!', SRP_A: 'ab' }

test.each([
  ['InitiateAuth', 'USER_PASSWORD_AUTH', 'USER_PASSWORD_AUTH flow not enabled for this client'],
  ['InitiateAuth', 'USER_SRP_AUTH', 'USER_SRP_AUTH is not enabled for the client.'],
  ['AdminInitiateAuth', 'ADMIN_USER_PASSWORD_AUTH', 'Auth flow not enabled for this client'],
])('%s refuses %s to a client without it', async (operation, AuthFlow, message) => {
  const answer = await operate(base, operation, { UserPoolId: pool, ClientId, AuthFlow, AuthParameters })
  expect([answer.status, answer.text]).toEqual([400, JSON.stringify({ __type: 'InvalidParameterException', message })])
})

test('the token endpoint answers pages of every origin', async () => {
  const answer = await post(`${base}/oauth2/token`, { grant_type: 'refresh_token', ...spa }, { origin: 'https://page.example' })
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8')
})
