import { describe, expect, test } from 'vitest'
import { calendar, callback, desktop, freshCode, redeem, token, tokensOf, tv, web } from '../../support/google-client.ts'
import { startForFile } from '../../support/server.ts'
import { type Answer, basic, post, send } from '../../support/vendor-client.ts'

const { url, clock } = await startForFile({ defaultProvider: 'google' })

type Row = [what: string, ask: () => Promise<Answer>, status: number, error: string, description: string | undefined, reason: string | null]

function expectBytes(answer: Answer, status: number, error: string, description: string | undefined, reason: string | null) {
  const body = description === undefined ? { error } : { error, error_description: description }
  expect([answer.status, answer.text]).toEqual([status, JSON.stringify(body, null, 2)])
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(answer.headers.get('grantbox-reason')).toBe(reason)
  expect(answer.explanation).not.toBe('')
}

const expired = async (ask: () => Promise<string>, seconds: number) => {
  const text = await ask()
  clock.advance(seconds)
  return text
}
const wellFormed = `4/0A${'x'.repeat(69)}`
const challenge = { code_challenge: 'c'.repeat(43), code_challenge_method: 'plain' }
const offline = { access_type: 'offline', prompt: 'consent' }
const refresh = (refresh_token: string, form = {}) => token(url, { grant_type: 'refresh_token', refresh_token, ...form })
const refreshToken = async () => (await tokensOf(url, offline)).refresh_token ?? ''

describe('the token endpoint says to the byte', () => {
  test.each<Row>([
    ['a code that is no code', () => redeem(url, 'x'), 400, 'invalid_grant', 'Malformed auth code.', 'code_unknown'],
    [
      'a code that was decoded once too little',
      async () => redeem(url, encodeURIComponent(await freshCode(url))),
      400,
      'invalid_grant',
      'Malformed auth code.',
      'code_unknown',
    ],
    ['a code that nobody issued', () => redeem(url, wellFormed), 400, 'invalid_grant', 'Bad Request', 'code_unknown'],
    [
      'a code that was used',
      async () => {
        const code = await freshCode(url)
        await redeem(url, code)
        return redeem(url, code)
      },
      400,
      'invalid_grant',
      'Bad Request',
      'code_used',
    ],
    [
      'a code of another client',
      async () => redeem(url, await freshCode(url), desktop),
      400,
      'invalid_grant',
      'Bad Request',
      'code_foreign',
    ],
    [
      'a code that is too old',
      async () => redeem(url, await expired(() => freshCode(url), 601)),
      400,
      'invalid_grant',
      'Bad Request',
      'code_expired',
    ],
    [
      'another redirect URI',
      async () => redeem(url, await freshCode(url), { redirect_uri: `${callback}/x` }),
      400,
      'redirect_uri_mismatch',
      'Bad Request',
      'redirect_mismatch',
    ],
    [
      'no verifier',
      async () => redeem(url, await freshCode(url, challenge)),
      400,
      'invalid_grant',
      'Missing code verifier.',
      'verifier_missing',
    ],
    [
      'a wrong verifier',
      async () => redeem(url, await freshCode(url, challenge), { code_verifier: 'd'.repeat(43) }),
      400,
      'invalid_grant',
      'Invalid code verifier.',
      'pkce_mismatch',
    ],
    [
      'a verifier that nobody asked for',
      async () => redeem(url, await freshCode(url), { code_verifier: 'd'.repeat(43) }),
      400,
      'invalid_grant',
      'code_verifier or verifier is not needed.',
      'verifier_unexpected',
    ],
    [
      'no code',
      () => token(url, { grant_type: 'authorization_code' }),
      400,
      'invalid_request',
      'Missing required parameter: code',
      'parameter_missing',
    ],
    [
      'an unknown client',
      () => redeem(url, wellFormed, { client_id: 'x' }),
      401,
      'invalid_client',
      'The OAuth client was not found.',
      'client_unknown',
    ],
    [
      'a wrong secret',
      () => redeem(url, wellFormed, { client_secret: 'x' }),
      401,
      'invalid_client',
      'The provided client secret is invalid.',
      'secret_wrong',
    ],
    [
      'a wrong secret in the header',
      () => post(`${url}/token`, { grant_type: 'authorization_code', code: wellFormed }, basic(web.client_id, 'x')),
      401,
      'invalid_client',
      'The provided client secret is invalid.',
      'secret_wrong',
    ],
    [
      'no secret',
      () => post(`${url}/token`, { grant_type: 'authorization_code', code: wellFormed, client_id: desktop.client_id }),
      400,
      'invalid_request',
      'client_secret is missing.',
      'credentials_missing',
    ],
    [
      'no client',
      () => post(`${url}/token`, { grant_type: 'authorization_code', code: wellFormed }),
      400,
      'invalid_request',
      'Could not determine client ID from request.',
      'client_missing',
    ],
    [
      'a grant type that it has not',
      () => token(url, { grant_type: 'foo' }),
      400,
      'unsupported_grant_type',
      'Invalid grant_type: foo',
      'grant_type_unknown',
    ],
    ['no grant type', () => token(url, {}), 400, 'unsupported_grant_type', 'Invalid grant_type: ', 'grant_type_missing'],
    ['nothing at all', () => post(`${url}/token`, {}), 400, 'unsupported_grant_type', 'Invalid grant_type: ', 'body_empty'],
    [
      'a grant type that is not for the client',
      () => post(`${url}/token`, { ...tv, grant_type: 'authorization_code', code: wellFormed }),
      400,
      'unauthorized_client',
      'Unauthorized',
      'grant_type_not_allowed',
    ],
    ['a refresh token that nobody issued', () => refresh('1//0x'), 400, 'invalid_grant', 'Bad Request', 'refresh_unknown'],
    [
      'a refresh token of another client',
      async () => refresh(await refreshToken(), desktop),
      400,
      'invalid_grant',
      'Bad Request',
      'refresh_foreign',
    ],
    [
      'a refresh token that was revoked',
      async () => {
        const refresh_token = await refreshToken()
        await post(`${url}/revoke`, { token: refresh_token })
        return refresh(refresh_token)
      },
      400,
      'invalid_grant',
      'Token has been expired or revoked.',
      'refresh_revoked',
    ],
    [
      'a refresh token that nobody used for half a year',
      async () => refresh(await expired(refreshToken, 181 * 86_400)),
      400,
      'invalid_grant',
      'Token has been expired or revoked.',
      'refresh_expired',
    ],
    [
      'more scope than was given',
      async () => refresh(await refreshToken(), { scope: calendar }),
      400,
      'invalid_scope',
      'Bad Request',
      'scope_not_granted',
    ],
    [
      'no refresh token',
      () => token(url, { grant_type: 'refresh_token' }),
      400,
      'invalid_request',
      'Missing required parameter: refresh_token',
      'parameter_missing',
    ],
  ])('%s', async (_what, ask, status, error, description, reason) => {
    expectBytes(await ask(), status, error, description, reason)
  })
})

describe('revocation says to the byte', () => {
  test.each<Row>([
    [
      'a token that holds no more',
      () => post(`${url}/revoke`, { token: 'ya29.x' }),
      400,
      'invalid_token',
      'Token expired or revoked',
      'token_unknown',
    ],
    [
      'a token that was revoked',
      async () => {
        const { access_token = '' } = await tokensOf(url)
        await post(`${url}/revoke`, { token: access_token })
        return send(`${url}/o/oauth2/revoke?token=${access_token}`)
      },
      400,
      'invalid_token',
      'Token expired or revoked',
      'token_unknown',
    ],
    ['no token', () => post(`${url}/revoke`, {}), 400, 'invalid_request', 'Missing required parameter: token', 'parameter_missing'],
  ])('%s', async (_what, ask, status, error, description, reason) => {
    expectBytes(await ask(), status, error, description, reason)
  })

  test.each(['/revoke', '/o/oauth2/revoke'])('%s ends all that the user gave the app, by body or query, POST or GET', async (path) => {
    for (const by of ['body', 'query', 'GET']) {
      const { access_token = '', refresh_token = '' } = await tokensOf(url, offline)
      const silent = await tokensOf(url)
      const token = by === 'query' ? refresh_token : access_token
      const answer =
        by === 'body'
          ? await post(`${url}${path}`, { token })
          : await send(`${url}${path}?${new URLSearchParams({ token })}`, { method: by === 'GET' ? 'GET' : 'POST' })
      expect([answer.status, answer.text]).toEqual([200, '{}'])
      expect((await refresh(refresh_token)).status).toBe(400)
      const me = await send(`${url}/v1/userinfo`, { headers: { authorization: `Bearer ${silent.access_token}` } })
      expect(me.status).toBe(401)
    }
  })
})
