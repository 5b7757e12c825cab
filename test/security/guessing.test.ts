import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findFluffy, freshCode, passwordTokens, postToken } from '../support/iokids-client.ts'
import { start } from '../support/server.ts'
import { alice, json, post, tokensOf, web } from '../support/standard-client.ts'

test('codes, tokens, secrets and ids of sign-ins have 128 random bits and more (RFC 6749 §10.10)', async () => {
  const { url } = await start()
  const base = `${url}/standard`
  await json(`${url}/_grantbox/sandboxes/standard`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"settings":{"access_token_format":"opaque"}}',
  })
  const many = async (make: () => Promise<unknown>) => Promise.all(Array.from({ length: 40 }, async () => String(await make())))
  const kinds: Record<string, string[]> = {
    codes: await many(() => freshCode({ url })),
    'access tokens': await many(async () => (await tokensOf(base)).access_token),
    'refresh tokens': await many(async () => (await tokensOf(base)).refresh_token),
    'device codes': await many(async () => (await post(base, '/device_authorization', { client_id: 'standard-device' })).body.device_code),
    'CIBA requests': await many(
      async () => (await post(base, '/bc-authorize', { ...web, scope: 'openid', login_hint: 'alice' })).body.auth_req_id,
    ),
    'pushed requests': await many(async () => {
      const form = { ...web, response_type: 'code', redirect_uri: 'http://127.0.0.1/callback' }
      return (await post(base, '/par', form)).body.request_uri
    }),
    'client secrets': await many(async () => {
      const { body } = await json(`${base}/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"redirect_uris":["https://a.example/"]}',
      })
      return body.client_secret
    }),
    transactions: await many(async () => {
      const page = await fetch(
        `${url}/oauth/signin?response_type=code&client_id=${findFluffy.client_id}&redirect_uri=http://127.0.0.1/callback`,
      )
      return /name="transaction" value="([^"]+)"/.exec(await page.text())?.[1]
    }),
  }
  for (const [kind, values] of Object.entries(kinds)) {
    expect(new Set(values).size, kind).toBe(values.length)
    // Behind what tells where its row is, each place has had most characters of an alphabet of 64.
    const random = values.map((value) => value.slice(-22))
    for (let place = 0; place < 22; place++) expect(new Set(random.map((one) => one[place])).size, `${kind}, ${place}`).toBeGreaterThan(12)
  }
})

test('whoever reads the database finds no code and no token that works (RFC 6819 §4.3.2, §4.4.1.2, §4.5.2)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'grantbox-guess-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const db = join(folder, 'grantbox.db')
  const { url } = await start({ db })
  const tokens = [await passwordTokens(url), await tokensOf(`${url}/standard`)].flatMap((one) => [one.access_token, one.refresh_token])
  const device = await post(`${url}/standard`, '/device_authorization', { client_id: 'standard-device' })
  const secrets = [...tokens, await freshCode({ url }), String(device.body.device_code)]
  const stored = Buffer.concat([await readFile(db), await readFile(`${db}-wal`)])
  expect(stored.includes('alice')).toBe(true)
  for (const secret of secrets) {
    expect(secret).toMatch(/.{20}/)
    expect(stored.includes(String(secret))).toBe(false)
    expect(stored.includes(String(secret).slice(-22))).toBe(false)
  }
})

test('made-up codes and tokens cost nothing that was really issued (RFC 6819 §4.4.1.3, §4.4.1.12)', async () => {
  const { url } = await start()
  const code = await freshCode({ url })
  const redeem = (one: string) =>
    postToken(url, {
      grant_type: 'authorization_code',
      code: one,
      redirect_uri: 'https://www.getpostman.com/oauth2/callback',
      ...findFluffy,
    })
  const last = code.slice(-1)
  const near = [...'ABCDabcd0123-_'].filter((one) => one !== last).map((one) => code.slice(0, -1) + one)
  const made = [
    ...near,
    ...Array.from({ length: 100 }, (_, n) => `${n}.${'x'.repeat(30)}`),
    code.toLowerCase(),
    `${code}x`,
    code.slice(1),
    ` ${code}`,
  ]
  for (const one of made) expect((await redeem(one)).body.error).toBe('invalid_grant')
  expect((await redeem(code)).status).toBe(200)
})

test('a wrong password and an unknown user are refused alike (RFC 6819 §4.4.3.6)', async () => {
  const { url } = await start()
  const ask = (form: Record<string, string>) => post(`${url}/standard`, '/token', { grant_type: 'password', ...web, ...form })
  const wrong = await ask({ ...alice, password: 'wrong' })
  const unknown = await ask({ username: 'nobody', password: 'wrong' })
  expect([wrong.status, wrong.body]).toEqual([unknown.status, unknown.body])
})

test('what carries codes and tokens is kept by no cache and told to no other site (RFC 9700 §4.2, §4.3)', async () => {
  const { url } = await start()
  const answers = [
    await fetch(`${url}/oauth/signin?response_type=code&client_id=${findFluffy.client_id}&redirect_uri=http://127.0.0.1/callback`),
    await fetch(`${url}/oauth/signin?response_type=x&client_id=${findFluffy.client_id}&redirect_uri=http://127.0.0.1/callback`, {
      redirect: 'manual',
    }),
    await fetch(`${url}/standard/authorize?client_id=nobody`),
    await fetch(`${url}/oauth/device`),
  ]
  for (const { headers } of answers) {
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toContain('no-store')
  }
  const tokens = await post(`${url}/standard`, '/token', { grant_type: 'password', ...web, ...alice })
  expect(tokens.headers.get('cache-control')).toContain('no-store')
})
