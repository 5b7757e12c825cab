import { describe, expect, test } from 'vitest'
import { claimsOf, post, postJson, send } from '../../support/vendor-client.ts'
import { aliceId, askToken, bobId, change, credentials, freshTokens, native, startTeam, startTeamForFile, web } from './apple-team.ts'

/** Of the team that gives the app away, and of the one that gets it. */
const from = await startTeamForFile()
const to = await startTeamForFile()
await change(to, { team_id: 'NEWTEAM123', transferred_from: 'GRANTBOX26' })

/** Bob has another number there, as with the vendor. */
const bobsNext = '002222.0123456789abcdef0123456789abcdef.2222'
const users = `${to.url}/_grantbox/sandboxes/apple/users`
await send(`${users}/bob`, { method: 'DELETE' })
await postJson(users, {
  username: 'bob',
  name: 'Bob Baker',
  password: 'password',
  email: 'bob@example.com',
  id: bobsNext,
  claims: { hides_email: true },
})

type Place = typeof from

const tokenOf = async (server: Place, scope = 'user.migration', client_id = web) =>
  askToken(server, { grant_type: 'client_credentials', scope, ...(await credentials(server, client_id)) })

async function ask(server: Place, form: Record<string, string>, token?: string) {
  const access_token = token ?? String((await tokenOf(server)).body.access_token)
  return post(
    `${server.url}/auth/usermigrationinfo`,
    { ...form, ...(await credentials(server)) },
    { authorization: `Bearer ${access_token}` },
  )
}

/** The number of a user, as the team tells it that gives the app away. */
const numberOf = async (sub: string) => String((await ask(from, { sub, target: 'NEWTEAM123' })).body.transfer_sub)

test('a client by itself gets a token to transfer users, and no other', async () => {
  const { status, body } = await tokenOf(from)
  expect([status, Object.entries(body)]).toEqual([
    200,
    [
      ['access_token', expect.stringMatching(/^a[0-9a-f]{32}\.0\.[a-z]{4,5}\.[\w-]{22}$/)],
      ['token_type', 'Bearer'],
      ['expires_in', 3600],
    ],
  ])
  const { status: refused, text } = await tokenOf(from, 'email')
  expect([refused, text]).toEqual([400, '{"error":"invalid_scope"}'])
})

test.each([
  ['alice', aliceId, aliceId, { email: 'alice@example.com', is_private_email: false }],
  ['bob', bobId, bobsNext, { email: expect.stringMatching(/^[a-z0-9]{10}@privaterelay\.appleid\.com$/), is_private_email: true }],
])('the team that gives the app away tells a number of %s, by which the other finds the user', async (_name, sub, next, told) => {
  const given = await ask(from, { sub, target: 'NEWTEAM123' })
  expect([given.status, given.body]).toEqual([200, { transfer_sub: expect.stringMatching(/^\d{6}\.[0-9a-f]{32}\.\d{4}$/) }])
  const taken = await ask(to, { transfer_sub: String(given.body.transfer_sub) })
  expect([taken.status, Object.entries(taken.body)]).toEqual([200, Object.entries({ sub: next, ...told })])
})

test('ID tokens have the number at their end while the app came from another team', async () => {
  const claims = claimsOf((await freshTokens(to)).id_token)
  expect(Object.entries(claims).at(-1)).toEqual(['transfer_sub', await numberOf(aliceId)])
  const onDevice = claimsOf((await freshTokens(to, { client_id: native })).id_token)
  expect(Object.keys(onDevice).slice(-3)).toEqual(['nonce_supported', 'real_user_status', 'transfer_sub'])
  expect(claimsOf((await freshTokens(from)).id_token)).not.toHaveProperty('transfer_sub')
})

describe('a transfer is refused with 400', () => {
  test.each<[what: string, form: Record<string, string>, error: string, explanation: RegExp]>([
    ['of an unknown user', { sub: 'x', target: 'NEWTEAM123' }, 'invalid_request', /no user 'x'/],
    ['without a target', { sub: aliceId }, 'invalid_request', /target/],
    ['of nobody', {}, 'invalid_request', /sub/],
    ['of a number that is none', { transfer_sub: 'x' }, 'invalid_request', /No user has transfer_sub 'x'/],
  ])('%s', async (_what, form, error, explanation) => {
    const { status, text, ...answer } = await ask(from, form)
    expect([status, text]).toEqual([400, JSON.stringify({ error })])
    expect(answer.explanation).toMatch(explanation)
  })

  test('by a token of a user, of another client, or with a wrong secret', async () => {
    const { access_token = '' } = await freshTokens(from)
    const other = String((await tokenOf(from, 'user.migration', native)).body.access_token)
    for (const token of [access_token, other]) {
      const { status, text } = await ask(from, { sub: aliceId, target: 'NEWTEAM123' }, token)
      expect([status, text]).toEqual([400, '{"error":"invalid_grant"}'])
    }
    const form = { sub: aliceId, target: 'NEWTEAM123', client_id: web, client_secret: 'x' }
    const { status, text } = await post(`${from.url}/auth/usermigrationinfo`, form, { authorization: `Bearer ${access_token}` })
    expect([status, text]).toEqual([400, '{"error":"invalid_client"}'])
  })
})

test('another team has another number for the same user', async () => {
  const other = await startTeam()
  await change(other, { team_id: 'THIRDTEAM1' })
  const { body } = await ask(other, { sub: aliceId, target: 'NEWTEAM123' })
  expect(body.transfer_sub).not.toBe(await numberOf(aliceId))
})
