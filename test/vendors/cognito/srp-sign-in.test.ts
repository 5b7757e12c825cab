import { expect, test } from 'vitest'
import { startForFile } from '../../support/server.ts'
import { operate, pool, spa } from './pool.ts'
import { SrpClient } from './srp-client.ts'

const box = await startForFile()
const base = `${box.url}/cognito`
const ClientId = spa.client_id

async function begin(client: SrpClient, username: string) {
  const AuthParameters = { USERNAME: username, SRP_A: client.A.toString(16) }
  const { json, status } = await operate(base, 'InitiateAuth', { AuthFlow: 'USER_SRP_AUTH', ClientId, AuthParameters })
  return { status, json, challenge: json.ChallengeParameters as Record<string, string> }
}

const respond = (ChallengeResponses: Record<string, string>) =>
  operate(base, 'RespondToAuthChallenge', { ChallengeName: 'PASSWORD_VERIFIER', ClientId, ChallengeResponses })

test('a password is shown without being sent', async () => {
  const client = new SrpClient()
  const { json, challenge } = await begin(client, 'alice')
  expect(Object.keys(json)).toEqual(['ChallengeName', 'ChallengeParameters'])
  expect(Object.keys(challenge)).toEqual(['SALT', 'SECRET_BLOCK', 'SRP_B', 'USERNAME', 'USER_ID_FOR_SRP'])
  expect(challenge.SALT).toMatch(/^[0-9a-f]{32}$/)
  expect(challenge.SECRET_BLOCK?.length).toBeGreaterThan(1000)
  const answer = client.answer(pool, 'Password1!', challenge)
  expect(Object.keys((await respond(answer)).json)).toEqual(['AuthenticationResult', 'ChallengeParameters'])
  expect((await respond(answer)).text).toBe(
    '{"__type":"NotAuthorizedException","message":"Invalid session for the user, session can only be used once."}',
  )
})

test.each([
  ['a wrong password', 'alice', 'Password2!'],
  ['an unknown user', 'nobody', 'Password1!'],
])('%s is refused at the second step alone', async (_what, username, password) => {
  const client = new SrpClient()
  const { status, challenge } = await begin(client, username)
  expect(status).toBe(200)
  const { text } = await respond(client.answer(pool, password, challenge))
  expect(text).toBe('{"__type":"NotAuthorizedException","message":"Incorrect username or password."}')
})

test('a name has the same salt each time, and a block is of its client and its time', async () => {
  const client = new SrpClient()
  const { challenge } = await begin(client, 'alice')
  expect((await begin(new SrpClient(), 'alice')).challenge.SALT).toBe(challenge.SALT)
  expect((await begin(new SrpClient(), 'nobody')).challenge.SALT).toBe((await begin(new SrpClient(), 'nobody')).challenge.SALT)
  const answer = client.answer(pool, 'Password1!', challenge)
  const altered = { ...answer, PASSWORD_CLAIM_SECRET_BLOCK: `A${answer.PASSWORD_CLAIM_SECRET_BLOCK.slice(1)}` }
  expect((await respond(altered)).json.message).toBe('Invalid session for the user.')
  box.clock.advance(181)
  expect((await respond(answer)).json.message).toBe('Invalid session for the user, session is expired.')
})

test.each(['0', '', 'xyz'])('refuses %j for SRP_A', async (SRP_A) => {
  const { json } = await operate(base, 'InitiateAuth', {
    AuthFlow: 'USER_SRP_AUTH',
    ClientId,
    AuthParameters: { USERNAME: 'alice', SRP_A },
  })
  expect(json.__type).toBe('InvalidParameterException')
})
