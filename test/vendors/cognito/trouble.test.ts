import { expect, test } from 'vitest'
import { startForFile } from '../../support/server.ts'
import { get, operate, post, spa, web } from './pool.ts'

const box = await startForFile()
const base = `${box.url}/cognito`

const signIn = (USERNAME: string, PASSWORD = 'Password1!') =>
  operate(base, 'InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: spa.client_id, AuthParameters: { USERNAME, PASSWORD } })

async function fault(body: object): Promise<void> {
  const answer = await fetch(`${box.url}/_grantbox/sandboxes/cognito/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(201)
}

test.each([
  ['temporarily_unavailable', 503, '{"__type":"TooManyRequestsException","message":"Too many requests"}'],
  ['invalid_token', 400, '{"__type":"NotAuthorizedException","message":"Invalid Access Token"}'],
  ['server_error', 500, '{"__type":"InternalErrorException","message":"Internal error"}'],
])('a fault %s is said in the words of the JSON API', async (error, status, text) => {
  await fault({ endpoint: 'api', error })
  const answer = await signIn('alice')
  expect([answer.status, answer.text]).toEqual([status, text])
  expect((await signIn('alice')).status).toBe(200)
})

test('and at the token endpoint in its own', async () => {
  await fault({ endpoint: 'token', error: 'invalid_grant' })
  const answer = await post(`${base}/oauth2/token`, { grant_type: 'refresh_token', refresh_token: 'x', ...web })
  expect([answer.status, answer.text]).toEqual([400, '{"error":"invalid_grant"}'])
})

test('magic users are magic here, too', async () => {
  expect((await signIn('locked', 'any')).json).toEqual({ __type: 'NotAuthorizedException', message: 'Incorrect username or password.' })
  const { AccessToken } = (await signIn('expired', 'any')).json.AuthenticationResult as { AccessToken: string }
  expect((await operate(base, 'GetUser', { AccessToken })).json.message).toBe('Access Token has expired')
})

test('the journal names operation, client and user, and shows no password, code or token', async () => {
  await signIn('bob')
  const { json } = await get(`${box.url}/_grantbox/sandboxes/cognito/requests?client_id=${spa.client_id}`)
  const entry = (json.items as Record<string, unknown>[]).at(-1)
  expect(entry).toMatchObject({ endpoint: 'api', client_id: spa.client_id, username: 'bob', grant_type: 'USER_PASSWORD_AUTH', status: 200 })
  const shown = JSON.stringify(entry)
  expect(shown).not.toContain('Password1!')
  expect(shown).not.toMatch(/eyJ[\w-]{20}/)
})
