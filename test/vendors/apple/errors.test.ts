import { generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { pageLines } from '../../support/page-lines.ts'
import { type Answer, basic, post, send } from '../../support/vendor-client.ts'
import {
  askToken,
  callback,
  change,
  credentials,
  freshCode,
  freshTokens,
  madeSecret,
  native,
  startTeam,
  startTeamForFile,
  web,
} from './apple-team.ts'

const server = await startTeamForFile()
const { url } = server
const invalidClient = { error: 'invalid_client' }
const dead = { error: 'invalid_grant', error_description: 'The code has expired or has been revoked.' }
const deadToken = { error: 'invalid_grant', error_description: 'The token has expired or has been revoked.' }

const redeem = async (code: string, more: Record<string, string> = {}) =>
  askToken(server, { grant_type: 'authorization_code', code, redirect_uri: callback, ...(await credentials(server)), ...more })
const refresh = async (refresh_token: string, more: Record<string, string> = {}) =>
  askToken(server, { grant_type: 'refresh_token', refresh_token, ...(await credentials(server)), ...more })
const withSecret = async (client_secret: string) => redeem(await freshCode(server), { client_secret })
const now = () => Math.floor(server.clock.now() / 1000)

type Row = [what: string, ask: () => Promise<Answer>, body: Record<string, unknown>, reason: string | null, explanation: RegExp]

async function check(ask: () => Promise<Answer>, body: Record<string, unknown>, reason: string | null, explanation: RegExp): Promise<void> {
  const answer = await ask()
  expect([answer.status, answer.text]).toEqual([400, JSON.stringify(body)])
  expect([answer.headers.get('grantbox-reason'), answer.explanation]).toEqual([reason, expect.stringMatching(explanation)])
}

describe('a client secret is refused', () => {
  const strange = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  test.each<[what: string, secret: () => Promise<string> | string, explanation: RegExp]>([
    ['that is no JWT', () => 'secret', /no JWT/],
    ['without a kid', () => madeSecret(server, {}, { kid: undefined }), /no kid/],
    ['of another key', () => madeSecret(server, {}, { kid: 'ABCDE12345' }), /names none of the keys/],
    [
      'that another key signed',
      async () => {
        const right = await madeSecret(server)
        const header = JSON.parse(Buffer.from(right.split('.')[0] ?? '', 'base64url').toString())
        return new SignJWT({ iss: 'GRANTBOX26', sub: web }).setProtectedHeader(header).sign(strange)
      },
      /not signed with a key/,
    ],
    [
      'that is signed with a shared secret',
      () => new SignJWT({ sub: web }).setProtectedHeader({ alg: 'HS256', kid: 'x' }).sign(new TextEncoder().encode('x'.repeat(32))),
      /alg is 'HS256'; taken are ES256/,
    ],
    ['of another team', () => madeSecret(server, { iss: 'OTHERTEAM1' }), /iss is 'OTHERTEAM1'.*'GRANTBOX26'/],
    ['of another client', () => madeSecret(server, { sub: native }), /sub is 'com\.example\.app'.*'com\.example\.web'/],
    ['for another audience', () => madeSecret(server, { aud: url }), /aud is/],
    ['without exp', () => madeSecret(server, { exp: undefined }), /exp is missing/],
    ['without iat', () => madeSecret(server, { iat: undefined }), /iat is missing/],
    ['that has expired', () => madeSecret(server, { exp: now() - 1 }), /expired \d+ s ago/],
    ['of more than six months', () => madeSecret(server, { exp: now() + 15_777_100 }), /at most 15777000 s/],
    ['of the future', () => madeSecret(server, { iat: now() + 600, exp: now() + 700 }), /in the future/],
  ])('%s', async (_what, secret, explanation) => {
    await check(async () => withSecret(await secret()), invalidClient, 'secret_wrong', explanation)
  })

  test('in a Basic header, which is not looked at', async () => {
    const { client_id, client_secret } = await credentials(server)
    const form = { grant_type: 'authorization_code', code: 'x' }
    const ask = () => post(`${url}/auth/token`, form, basic(client_id, client_secret))
    await check(ask, invalidClient, 'client_missing', /body alone/)
  })

  test('and taken with its audience in a list, of half a year, and with the key that the client registered', async () => {
    expect((await withSecret(await madeSecret(server, { aud: ['https://appleid.apple.com'] }))).status).toBe(200)
    expect((await withSecret(await madeSecret(server, { exp: now() + 15_776_990 }))).status).toBe(200)
  })
})

describe('the token endpoint says to the byte, with 400', () => {
  test.each<Row>([
    ['no secret', async () => redeem('x', { client_secret: '' }), invalidClient, 'credentials_missing', /has a secret/],
    ['an unknown client', () => redeem('x', { client_id: 'com.example.none' }), invalidClient, 'client_unknown', /not registered/],
    ['an unknown code', () => redeem('x'), dead, 'code_unknown', /not issued/],
    [
      'a code that was used',
      async () => {
        const code = await freshCode(server)
        await redeem(code)
        return redeem(code)
      },
      { error: 'invalid_grant', error_description: 'The code has already been used.' },
      'code_used',
      /already used/,
    ],
    [
      'a code after five minutes',
      async () => {
        const code = await freshCode(server)
        server.clock.advance(301)
        return redeem(code)
      },
      dead,
      'code_expired',
      /300 s/,
    ],
    [
      'a code of another client',
      async () => redeem(await freshCode(server, { client_id: native })),
      { error: 'invalid_grant', error_description: 'client_id mismatch. The code was not issued to com.example.web.' },
      'code_foreign',
      /another client/,
    ],
    [
      'another redirect URI',
      async () => redeem(await freshCode(server), { redirect_uri: 'https://example.com/other' }),
      invalidClient,
      'redirect_mismatch',
      /differs/,
    ],
    [
      'a verifier that does not fit',
      async () =>
        redeem(await freshCode(server, { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }), {
          code_verifier: 'b'.repeat(43),
        }),
      { error: 'invalid_grant' },
      'pkce_mismatch',
      /code_verifier/,
    ],
    [
      'no grant type',
      async () => askToken(server, await credentials(server)),
      { error: 'invalid_request' },
      'grant_type_missing',
      /grant_type/,
    ],
    ['no code', () => redeem(''), { error: 'invalid_request' }, 'parameter_missing', /code/],
    [
      'another grant type',
      () => redeem('x', { grant_type: 'password' }),
      { error: 'unsupported_grant_type' },
      'grant_type_unknown',
      /none of/,
    ],
    ['an unknown refresh token', () => refresh('x'), deadToken, 'refresh_unknown', /not issued/],
    [
      'a refresh token that was revoked',
      async () => {
        const { refresh_token = '' } = await freshTokens(server)
        await post(`${url}/auth/revoke`, { ...(await credentials(server)), token: refresh_token })
        return refresh(refresh_token)
      },
      deadToken,
      'refresh_revoked',
      /revoked/,
    ],
    [
      'a refresh token of another client',
      async () => refresh((await freshTokens(server, { client_id: native })).refresh_token ?? ''),
      deadToken,
      'refresh_foreign',
      /another client/,
    ],
    [
      'a revocation with a wrong secret',
      async () => post(`${url}/auth/revoke`, { ...(await credentials(server)), client_secret: 'x', token: 'x' }),
      invalidClient,
      'secret_wrong',
      /no JWT/,
    ],
  ])('%s', async (_what, ask, body, reason, explanation) => {
    await check(ask, body, reason, explanation)
  })
})

describe('a page says what an authorization request got wrong', () => {
  const asked = {
    client_id: web,
    redirect_uri: callback,
    response_type: 'code',
    response_mode: 'form_post',
    scope: 'name email',
    state: 's',
  }
  const open = (more: Record<string, string | undefined>) => {
    const query = Object.entries({ ...asked, ...more }).filter((entry): entry is [string, string] => entry[1] !== undefined)
    return send(`${url}/auth/authorize?${new URLSearchParams(query)}`, { headers: { accept: 'text/html' } })
  }
  const incomplete = 'Request missing required parameter or unsupported parameters or invalid redirect url'
  test.each<[what: string, more: Record<string, string | undefined>, lines: [string, string], reason: string | null]>([
    ['an unknown client', { client_id: 'com.example.none' }, ['invalid_client', 'Invalid client.'], 'client_unknown'],
    ['no client', { client_id: undefined }, ['invalid_request', incomplete], 'client_missing'],
    ['no redirect URI', { redirect_uri: undefined }, ['invalid_request', incomplete], 'redirect_missing'],
    ['no response type', { response_type: undefined }, ['invalid_request', incomplete], 'response_type_missing'],
    [
      'a redirect URI that is not registered',
      { redirect_uri: 'http://localhost:3000/elsewhere' },
      ['invalid_request', 'Invalid web redirect url.'],
      'redirect_unregistered',
    ],
    [
      'name and email in the query',
      { response_mode: undefined },
      ['invalid_request', 'response_mode must be form_post when name or email scope is requested.'],
      null,
    ],
    [
      'an ID token in the query',
      { response_type: 'code id_token', response_mode: 'query', scope: 'openid' },
      ['invalid_request', 'Invalid response mode'],
      'response_mode_unknown',
    ],
    [
      'an ID token alone',
      { response_type: 'id_token' },
      ['unsupported_response_type', 'The response type is not supported'],
      'response_type_unknown',
    ],
  ])('%s', async (_what, more, lines, reason) => {
    const answer = await open(more)
    expect([answer.status, answer.headers.get('grantbox-reason')]).toEqual([400, reason])
    const [error, description] = lines
    expect(pageLines(answer.text)).toEqual(['Error 400', 'Sign in could not be completed', description, error])
    expect(answer.explanation).toMatch(/\w/)
  })

  test.each(['http://localhost/callback', 'http://127.0.0.1:8080/callback'])(
    '%s, registered, when http_redirects is false',
    async (redirect_uri) => {
      const other = await startTeam()
      const query = new URLSearchParams({ ...asked, redirect_uri })
      const ask = () => send(`${other.url}/auth/authorize?${query}`, { headers: { accept: 'text/html' } })
      const passed = await ask()
      expect([passed.status, passed.text]).toEqual([200, expect.stringContaining('accountName')])
      await change(other, { http_redirects: false })
      const refused = await ask()
      expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('Invalid web redirect url.')])
      expect(refused.explanation).toMatch(/Apple takes https.*http_redirects to true/)
    },
  )
})
