import { describe, expect, test } from 'vitest'
import { listBackchannelRequests } from '../../support/backchannel.ts'
import { Jar } from '../../support/browser-jar.ts'
import { custom, spa, token, web } from '../../support/okta-client.ts'
import { startForFile } from '../../support/server.ts'
import { type Answer, basic, claimsOf, post, send } from '../../support/vendor-client.ts'

/** A user who is asked elsewhere, while the client waits. */

const server = await startForFile({ defaultProvider: 'okta' })
const { url } = server
const ciba = 'urn:openid:params:grant-type:ciba'
const secret = basic(web.client_id, web.client_secret)

const ask = (form: Record<string, string> = {}, at = custom) =>
  post(`${url}${at}/v1/bc/authorize`, { scope: 'openid profile', login_hint: 'alice', binding_message: '10-ASKED', ...form }, secret)
const poll = (auth_req_id: unknown, at = custom) => token(url, { grant_type: ciba, auth_req_id: String(auth_req_id) }, at)

/** The user decides on the page that stands for his phone. */
async function decide(decision: 'approve' | 'deny'): Promise<void> {
  const jar = new Jar()
  const page = await jar.open(`${url}/ciba`)
  expect(page.html).toContain('10-ASKED')
  const transaction = listBackchannelRequests(server.sandbox('okta')).at(-1)?.id ?? ''
  const body = new URLSearchParams({ transaction, decision })
  expect((await jar.open(`${url}/ciba`, { method: 'POST', body })).location?.pathname).toBe('/ciba')
}

test.each([custom, '/oauth2'])('at %s is asked for and answered, members in order', async (at) => {
  const { status, body } = await ask({}, at)
  expect([status, Object.keys(body), body.expires_in, body.interval]).toEqual([200, ['auth_req_id', 'expires_in', 'interval'], 300, 5])
  const { body: metadata } = await send(`${url}${at === custom ? custom : ''}/.well-known/openid-configuration`)
  expect([metadata.backchannel_authentication_endpoint, metadata.backchannel_token_delivery_modes_supported]).toEqual([
    `${url}${at}/v1/bc/authorize`,
    ['poll'],
  ])
})

test('waits for the user, and then gets his tokens', async () => {
  const { auth_req_id } = (await ask({ scope: 'openid profile offline_access', request_expiry: '60' })).body
  const pending = await poll(auth_req_id)
  expect([pending.status, pending.text]).toEqual([
    400,
    '{"error":"authorization_pending","error_description":"The device authorization is pending. Please try again later."}',
  ])
  expect((await poll(auth_req_id)).text).toBe(
    '{"error":"slow_down","error_description":"Slow down the polling frequency. Please try again later."}',
  )
  await decide('approve')
  server.clock.advance(11)
  const { status, body } = await poll(auth_req_id)
  expect([status, Object.keys(body)]).toEqual([200, ['token_type', 'expires_in', 'access_token', 'scope', 'refresh_token', 'id_token']])
  expect(claimsOf(body.access_token)).toMatchObject({ sub: 'alice', cid: web.client_id, iss: `${url}${custom}` })
  expect(claimsOf(body.id_token)).toMatchObject({ sub: '00ugrantboxalice0001', preferred_username: 'alice' })
})

describe('says to the byte', () => {
  type Row = [what: string, asked: () => Promise<Answer>, status: number, error: string, error_description: string]
  test.each<Row>([
    [
      'a client that cannot authenticate',
      () => post(`${url}${custom}/v1/bc/authorize`, { scope: 'openid', login_hint: 'alice', ...spa }),
      400,
      'access_denied',
      'The Client-Initiated Backchannel Authentication flow currently only supports web applications.',
    ],
    [
      'a hint that means nobody',
      () => ask({ login_hint: 'nobody' }),
      400,
      'unknown_user_id',
      "The 'login_hint' does not uniquely identify a user.",
    ],
    [
      'a scope without openid',
      () => ask({ scope: 'profile' }),
      400,
      'invalid_scope',
      "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.",
    ],
    ['an id that is none', () => poll('x'), 400, 'invalid_grant', 'The auth_req_id is invalid or has expired.'],
    [
      'a user who said no',
      async () => {
        const { auth_req_id } = (await ask()).body
        await decide('deny')
        return poll(auth_req_id)
      },
      403,
      'access_denied',
      'The resource owner or authorization server denied the request.',
    ],
    [
      'an id that is over',
      async () => {
        const { auth_req_id } = (await ask({ request_expiry: '60' })).body
        server.clock.advance(61)
        return poll(auth_req_id)
      },
      400,
      'expired_token',
      'The auth_req_id has expired.',
    ],
  ])('%s', async (_what, asked, status, error, error_description) => {
    const answer = await asked()
    expect([answer.status, answer.text]).toEqual([status, JSON.stringify({ error, error_description })])
    expect(answer.explanation).not.toBe('')
  })

  test('no hint', async () => {
    const answer = await post(`${url}${custom}/v1/bc/authorize`, { scope: 'openid' }, secret)
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request'])
    expect(answer.body.error_description).not.toContain("''")
  })
})
