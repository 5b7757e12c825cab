import { describe, expect, test } from 'vitest'
import {
  api,
  callback,
  callbackOf,
  challenge,
  homeTenant,
  ordersScope,
  spa,
  startEntra,
  token,
  tokensOf,
  web,
} from '../../support/entra-client.ts'
import { type Answer, post, postJson, send } from '../../support/vendor-client.ts'
import { expectRefusal } from './refusal.ts'

/** What was given and holds no more, or is another's: the vendor's answers, byte for byte but for ids and times, each with its explanation. */

const server = await startEntra()
const { url, clock } = server
const offline = 'openid offline_access User.Read'
const codeOf = async (parameters: Record<string, string> = {}) => (await callbackOf(url, parameters)).searchParams.get('code') ?? ''
const redeem = (code: string, more: Record<string, string | undefined> = {}) =>
  token(url, { grant_type: 'authorization_code', ...web, code, redirect_uri: callback, ...more })
const refresh = (refresh_token: unknown, client: Record<string, string> = web) =>
  token(url, { grant_type: 'refresh_token', ...client, refresh_token: String(refresh_token) })
const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }

/** Asks after a while. */
async function late<T>(seconds: number, ask: () => Promise<T>): Promise<T> {
  clock.advance(seconds)
  try {
    return await ask()
  } finally {
    clock.advance(-seconds)
  }
}

/** A refresh token and an access token that fell with a code that was used twice. */
async function revoked(scope = offline): Promise<Record<string, unknown>> {
  const code = await codeOf({ scope })
  const { body } = await redeem(code)
  await redeem(code)
  return body
}

/** A device that waits, and what its user decided. */
async function device(decision?: 'allow' | 'deny') {
  const { body } = await post(`${url}/${homeTenant}/oauth2/v2.0/devicecode`, { ...spa, scope: offline })
  const { user_code, device_code } = body
  if (decision !== undefined) await postJson(`${url}/_grantbox/sandboxes/entra/device`, { user_code, username: 'alice', decision })
  return () => token(url, { grant_type: 'device_code', ...spa, device_code: String(device_code) })
}

const onBehalf = (assertion: unknown, scope = 'User.Read') =>
  token(url, {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    ...api,
    assertion: String(assertion),
    requested_token_use: 'on_behalf_of',
    scope,
  })

const malformed = 'Provided grant is invalid or malformed.'
const unlike = 'The Code_Verifier does not match the code_challenge supplied in the authorization request.'
const gone = 'The provided grant has expired due to it being revoked, a fresh auth token is needed.'

test.each<[string, () => Promise<Answer>, string, number, string, string?]>([
  [
    'a code twice',
    async () => {
      const code = await codeOf()
      await redeem(code)
      return redeem(code)
    },
    'invalid_grant',
    54005,
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  ],
  ['another application’s code', async () => redeem(await codeOf(), api), 'invalid_grant', 70000, malformed],
  [
    'a code that has expired',
    async () => {
      const code = await codeOf()
      return late(601, () => redeem(code))
    },
    'invalid_grant',
    70008,
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  ],
  [
    'a code with another redirect URI',
    async () => redeem(await codeOf(), { redirect_uri: 'http://127.0.0.1/callback' }),
    'invalid_grant',
    500112,
    "The reply address 'http://127.0.0.1/callback' does not match the reply address provided when requesting Authorization code.",
  ],
  ['a wrong verifier', async () => redeem(await codeOf(pkce), { code_verifier: 'w'.repeat(43) }), 'invalid_grant', 501481, unlike],
  ['no verifier', async () => redeem(await codeOf(pkce)), 'invalid_grant', 50148, unlike],
  ['a refresh token that was revoked', async () => refresh((await revoked()).refresh_token), 'invalid_grant', 50173, gone, 'bad_token'],
  [
    'another application’s refresh token',
    async () => refresh((await tokensOf(url, { scope: offline })).refresh_token, api),
    'invalid_grant',
    70000,
    malformed,
  ],
  [
    'an access token that has expired, on behalf of its user',
    async () => {
      const { access_token } = await tokensOf(url, { scope: ordersScope })
      return late(3600, () => onBehalf(access_token))
    },
    'invalid_grant',
    500133,
    'Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token.',
  ],
  [
    'one that was revoked',
    async () => onBehalf((await revoked(ordersScope)).access_token),
    'invalid_grant',
    50013,
    'Assertion failed signature validation.',
  ],
  [
    'one for another API',
    async () => onBehalf((await tokensOf(url)).access_token),
    'invalid_grant',
    50013,
    'Assertion failed signature validation.',
  ],
  [
    'one of an application by itself',
    async () =>
      onBehalf(
        (await token(url, { grant_type: 'client_credentials', ...web, scope: `api://${api.client_id}/.default` })).body.access_token,
      ),
    'invalid_grant',
    50013,
    'Assertion failed signature validation.',
  ],
  [
    'what an API was not configured for, on behalf of a user',
    async () => onBehalf((await tokensOf(url, { scope: ordersScope })).access_token, 'Mail.Read'),
    'invalid_grant',
    65001,
    `The user or administrator has not consented to use the application with ID '${api.client_id}' named 'Orders API'. Send an interactive authorization request for this user and resource.`,
    'consent_required',
  ],
  [
    'what nobody consented to, with a refresh token',
    async () => {
      const { refresh_token } = await tokensOf(url, { scope: offline })
      return token(url, { grant_type: 'refresh_token', ...web, refresh_token: String(refresh_token), scope: 'Mail.Read' })
    },
    'invalid_grant',
    65001,
    `The user or administrator has not consented to use the application with ID '${web.client_id}' named 'Contoso Web'. Send an interactive authorization request for this user and resource.`,
    'consent_required',
  ],
  [
    'a device whose user is not there yet',
    async () => (await device())(),
    'authorization_pending',
    70016,
    'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
  ],
  [
    'a device whose user said no',
    async () => (await device('deny'))(),
    'authorization_declined',
    65004,
    'User declined to consent to access the app.',
  ],
  [
    'a device that came too late',
    async () => late(901, await device()),
    'expired_token',
    70020,
    "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
  ],
  [
    'a device that has its tokens',
    async () => {
      const poll = await device('allow')
      await poll()
      return late(30, poll)
    },
    'bad_verification_code',
    70018,
    'Invalid verification code due to User typing in wrong user code for device code flow. Authorization is not approved.',
  ],
])('%s', async (_name, ask, error, number, text, suberror) => {
  expectRefusal(await ask(), { error, number, text, suberror })
})

test('a refresh token after 90 days without use', async () => {
  const { refresh_token } = await tokensOf(url, { scope: offline })
  const { status, body, explanation } = await late(91 * 86_400, () => refresh(refresh_token))
  expect([status, body.error, String(body.error_description).split(' Trace ID')[0]]).toEqual([
    400,
    'invalid_grant',
    expect.stringMatching(
      /^AADSTS700082: The refresh token has expired due to inactivity\. The token was issued on \S+Z and was inactive for 90\.00:00:00\.$/,
    ),
  ])
  expect(explanation).not.toBe('')
})

describe('Graph', () => {
  test.each<[string, () => Promise<Answer>, string]>([
    [
      'a token that has expired',
      async () => {
        const { access_token } = await tokensOf(url)
        return late(3600, () => me(access_token))
      },
      'Lifetime validation failed, the token is expired.',
    ],
    [
      'a token that was revoked',
      async () => me((await revoked()).access_token),
      'Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp',
    ],
  ])('refuses %s', async (_name, ask, message) => {
    const { status, text, body, explanation } = await ask()
    const { innerError } = body.error as { innerError: object }
    expect([status, text]).toEqual([401, JSON.stringify({ error: { code: 'InvalidAuthenticationToken', message, innerError } })])
    expect(Object.keys(innerError)).toEqual(['date', 'request-id', 'client-request-id'])
    expect(explanation).not.toBe('')
  })

  function me(access_token: unknown): Promise<Answer> {
    return send(`${url}/v1.0/me`, { headers: { authorization: `Bearer ${access_token}` } })
  }
})
