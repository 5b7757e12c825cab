import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { findFluffy, freshCode, postmanCallback, postToken, type TokenAnswer } from '../support/iokids-client.ts'
import { addClient, credentials } from '../support/iokids-setup.ts'
import { start, startForFile } from '../support/server.ts'

const server = await startForFile()
const sandbox = server.sandbox()

function redeem(code: string, form: Record<string, string> = {}, base = server.url): Promise<TokenAnswer> {
  return postToken(base, { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy, ...form })
}

async function me(token: unknown, base = server.url): Promise<number> {
  return (await fetch(`${base}/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status
}

const invalidGrant = { error: 'invalid_grant', error_code: 4003, error_description: 'Authorization code is not valid' }

describe('a code works once', () => {
  test('its second use is refused and revokes what the first gave (RFC 6749 §4.1.2)', async () => {
    const code = await freshCode(server)
    const { body: tokens } = await redeem(code)
    expect(await me(tokens.access_token)).toBe(200)
    const again = await redeem(code)
    expect(again.status).toBe(400)
    expect(again.body).toEqual(invalidGrant)
    expect(await me(tokens.access_token)).toBe(401)
    const refresh = await postToken(server.url, {
      grant_type: 'refresh_token',
      refresh_token: String(tokens.refresh_token),
      ...findFluffy,
    })
    expect(refresh.body).toMatchObject({ error: 'invalid_grant', error_code: 4003 })
  })

  test('its second use revokes also when the code has long expired', async () => {
    const own = await start()
    const code = await freshCode(own)
    const { body: tokens } = await redeem(code, {}, own.url)
    own.clock.advance(200)
    expect(await me(tokens.access_token, own.url)).toBe(200)
    expect((await redeem(code, {}, own.url)).body).toEqual(invalidGrant)
    expect(await me(tokens.access_token, own.url)).toBe(401)
  })

  test('of 50 parallel requests one wins, and the others revoke what it got', async () => {
    const code = await freshCode(server)
    const answers = await Promise.all(Array.from({ length: 50 }, () => redeem(code)))
    const [winner, ...more] = answers.filter((answer) => answer.status === 200)
    expect(more).toEqual([])
    for (const answer of answers) if (answer !== winner) expect(answer.body).toEqual(invalidGrant)
    expect(await me(winner?.body.access_token)).toBe(401)
    const refresh = await postToken(server.url, {
      grant_type: 'refresh_token',
      refresh_token: String(winner?.body.refresh_token),
      ...findFluffy,
    })
    expect(refresh.body.error).toBe('invalid_grant')
  })
})

describe('a code is refused', () => {
  test('after 60 s, and not before', async () => {
    const own = await start()
    const { sandboxes } = own.server
    sandboxes.setClock(own.sandbox(), { frozen: true })
    const [early, late] = [await freshCode(own), await freshCode(own)]
    sandboxes.advanceClock(own.sandbox(), 59_999)
    expect((await redeem(early, {}, own.url)).status).toBe(200)
    sandboxes.advanceClock(own.sandbox(), 1)
    expect((await redeem(late, {}, own.url)).body).toEqual(invalidGrant)
  })

  test('of the setting code_ttl when it says otherwise', async () => {
    const { name } = server.server.sandboxes.create({ provider: sandbox.provider, settings: { code_ttl: 600 } })
    const base = `${server.url}/${name}`
    const code = await freshCode(server, base)
    server.server.sandboxes.advanceClock(server.sandbox(name), 599_000)
    expect((await redeem(code, {}, base)).status).toBe(200)
  })

  test('from another client, and still works for its own', async () => {
    const code = await freshCode(server)
    const other = addClient(sandbox)
    expect((await redeem(code, credentials(other))).body).toEqual(invalidGrant)
    expect((await redeem(code)).status).toBe(200)
  })

  test.each([
    ['another one', { redirect_uri: 'https://oauth.pstmn.io/v1/callback' }],
    ['one with a slash at the end', { redirect_uri: `${postmanCallback}/` }],
    ['none', { redirect_uri: '' }],
  ])('when the redirect_uri is not the one of the authorization request: %s (RFC 6749 §4.1.3)', async (_what, form) => {
    const { status, body } = await redeem(await freshCode(server), form)
    expect(status).toBe(400)
    expect(body).toMatchObject({ error: 'invalid_grant', error_code: 4003 })
  })

  test.each([
    '',
    'x',
    '1.',
    '1.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'zzzzzzzzzz.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    '\u0000',
    'ä',
    'x'.repeat(9999),
  ])('when nobody issued it: %j', async (code) => {
    const { status, body } = await redeem(code)
    expect(status).toBe(400)
    expect(body.error).toBe(code === '' ? 'invalid_request' : 'invalid_grant')
  })

  test('when one character of it was altered', async () => {
    const code = await freshCode(server)
    expect((await redeem(code.slice(0, -1) + (code.endsWith('A') ? 'B' : 'A'))).body).toEqual(invalidGrant)
    expect((await redeem(code)).status).toBe(200)
  })
})

describe('PKCE (RFC 7636)', () => {
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  const s256 = { code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' }
  const plain = { code_challenge: verifier, code_challenge_method: 'plain' }

  test.each([
    ['S256', s256],
    ['plain', plain],
    ['plain when no method is named (§4.3)', { code_challenge: verifier }],
  ])('%s: the verifier redeems the code', async (_what, challenge) => {
    const code = await freshCode(server, server.url, challenge)
    expect((await redeem(code, { code_verifier: verifier })).status).toBe(200)
  })

  test('the challenge of RFC 7636 appendix B is what we compute', () => {
    expect(s256.code_challenge).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
  })

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['no verifier, though there was a challenge', s256, {}],
    ['an empty verifier, though there was a challenge', s256, { code_verifier: '' }],
    ['another verifier', s256, { code_verifier: 'x'.repeat(43) }],
    ['the challenge as verifier', s256, { code_verifier: s256.code_challenge }],
    ['another verifier, plain', plain, { code_verifier: 'x'.repeat(43) }],
    [
      'a verifier that is too short',
      { ...s256, code_challenge: createHash('sha256').update('x').digest('base64url') },
      { code_verifier: 'x' },
    ],
    ['a verifier without a challenge', {}, { code_verifier: verifier }],
  ])('refuses %s with invalid_grant', async (_what, challenge, form) => {
    const code = await freshCode(server, server.url, challenge)
    const { status, body } = await redeem(code, form)
    expect(status).toBe(400)
    expect(body).toEqual({ error: 'invalid_grant', error_code: 4003, error_description: 'PKCE verification failed' })
  })
})
