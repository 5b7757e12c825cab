import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { describe, expect, onTestFinished, test } from 'vitest'
import { spawnServer } from '../support/child-server.ts'
import { start } from '../support/server.ts'
import { readCode, sourceFiles } from '../support/source.ts'
import { alice, bob, json, post, tokensOf, web } from '../support/standard-client.ts'

describe('secrets are compared in constant time', () => {
  const name = String.raw`[\w.?\]\[]*(?:secret|passw|digest|signature|verifier|challenge|csrf|token|otp|cookie)\w*`
  const comparison = new RegExp(`${name}\\s*[!=]==?\\s*\\S{0,40}|[\\w.?]+\\s*[!=]==?\\s*${name}`, 'gi')
  /** Whether something came at all, and of what kind it is, is no secret. */
  const harmless = /[!=]==?\s*(undefined|null|''|true|false|\d|'')|typeof/
  /** Comparisons in which no secret of ours meets one that somebody sent. */
  const known: Readonly<Record<string, string>> = {
    'src/control/views/masking.ts: masked === decoded': 'whether a text was masked',
    'src/oauth/clients/methods/secret.ts: one.client_secret === client_secret': 'two that the same client sent',
    'src/oauth/clients/methods/secret.ts: decoded.client_secret === raw.client_secret': 'two readings of one',
    'src/oauth/clients/distinguished-name.ts: token === separator': 'a part of a text',
    'src/oauth/clients/redirect-pattern.ts: a.password !== b.password': 'parts of two redirect URIs, which are no secrets',
    'src/oauth/jose/keys.ts: known?.secret !== secret': 'whether the setting changed',
    'src/oauth/jose/keys.ts: alg === idTokenSlot': 'names of keys',
    'src/oauth/jose/keys.ts: slot === idTokenSlot': 'names of keys',
    'src/providers/keycloak/tokens/formats.ts: grant.grant_type === tokenExchangeType': 'names of grant types',
    'src/providers/google/tokens.ts: refresh_token !== parameters?.refresh_token': 'whether the token that came goes on to hold',
    'src/exam/rules/token-use.ts: token === answer.access_token': 'two entries of the journal, long after both were answered',
    'src/exam/play.ts: .access_token === token': 'the same',
    'src/exam/armed/logout.ts: .token === token': 'the same',
    'src/exam/browser/': 'cookies of an app, as the browser that was given them keeps them',
    'src/providers/keycloak/account-pages.ts: second_factor': 'a word that the sign-in noted of itself',
    'src/providers/facebook/passwords.ts: kept': 'whether a user has another password than before',
    'src/providers/auth0/tokens.ts: refresh_token === parameters?.refresh_token': 'whether the token that came goes on to hold',
    'src/providers/cognito/api/session.ts: state.challenge !== challenge': 'names of challenges',
    'src/http/endpoints/userinfo.ts: presented?.token === parameters.access_token': 'from where the one that came was read',
    'src/providers/iokids/paging.ts: signature !== cursorSignature': 'a name that is the same in all cursors',
  }

  test('nowhere by an operator', () => {
    const found = sourceFiles().flatMap(({ path, text }) =>
      [...readCode(text).code.matchAll(comparison)].filter(([one]) => !harmless.test(one)).map(([one]) => `${path}: ${one.trim()}`),
    )
    expect(found.filter((one) => !Object.keys(known).some((begin) => one.startsWith(begin)))).toEqual([])
  })

  test('by the function that takes as long for any two', () => {
    const users = sourceFiles().filter(({ text }) => /\b(sameSecret|timingSafeEqual)\(/.test(text))
    const files = users.map(({ path }) => path)
    for (const file of [
      'oauth/clients/methods/secret',
      'oauth/users/sign-in',
      'oauth/grants/pkce',
      'control/access',
      'dashboard/access/csrf',
      'dashboard/access/session',
      'store/protocol-store',
    ]) {
      expect(files).toContain(`src/${file}.ts`)
    }
  })
})

/** Does what a client and a user do, right and wrong, and collects every secret that had a part in it. */
async function live(url: string): Promise<Set<string>> {
  const secrets = new Set<string>()
  const keep = (...all: unknown[]) => {
    for (const one of all) if (typeof one === 'string' && one.length > 7) secrets.add(one)
  }
  const base = `${url}/standard`
  const typed = 'a-password-that-somebody-mistyped'
  keep(web.client_secret, 'wrong-secret-of-a-client', typed, 'verifier-'.repeat(6))
  const grants: Record<string, string>[] = [
    { grant_type: 'password', ...alice },
    { grant_type: 'password', ...alice, password: typed },
    { grant_type: 'client_credentials' },
    { grant_type: 'client_credentials', client_secret: 'wrong-secret-of-a-client' },
    {
      grant_type: 'authorization_code',
      code: 'no-code-that-was-ever-issued',
      code_verifier: 'verifier-'.repeat(6),
      redirect_uri: 'http://127.0.0.1/callback',
    },
    { grant_type: 'refresh_token', refresh_token: 'no-token-that-was-ever-issued' },
  ]
  keep('no-code-that-was-ever-issued', 'no-token-that-was-ever-issued')
  for (const form of grants) {
    const { body } = await post(base, '/token', { ...web, ...form })
    keep(body.access_token, body.refresh_token, body.id_token)
    const authorization = `Basic ${Buffer.from(`${web.client_id}:${form.client_secret ?? web.client_secret}`).toString('base64')}`
    keep(authorization.slice(6))
    await post(base, '/token', form, { authorization })
    for (const token of [body.access_token, body.refresh_token].filter((one) => typeof one === 'string')) {
      await json(`${base}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
      await fetch(`${base}/userinfo?access_token=${token}`)
      await post(base, '/introspect', { ...web, token })
      await post(base, '/revoke', { ...web, token })
    }
  }
  const assertion = await new SignJWT({ iss: 'x', sub: web.client_id, aud: base, jti: '1' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1m')
    .sign(new TextEncoder().encode(web.client_secret.padEnd(32, 'x')))
  keep(assertion)
  const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  await post(base, '/token', { grant_type: 'client_credentials', client_assertion: assertion, client_assertion_type })
  // A sign-in to its end.
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: web.client_id,
    redirect_uri: 'http://127.0.0.1/callback',
    scope: 'openid offline_access',
  })
  const page = await fetch(`${base}/authorize?${query}`)
  const cookies = page.headers.getSetCookie().map((one) => one.split(';')[0] ?? '')
  const transaction = /name="transaction" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  for (const step of [{ ...bob, password: typed }, bob, { decision: 'allow' }]) {
    const body = new URLSearchParams({ transaction, ...step })
    const answer = await fetch(`${base}/authorize`, { method: 'POST', body, headers: { cookie: cookies.join('; ') }, redirect: 'manual' })
    cookies.push(...answer.headers.getSetCookie().map((one) => one.split(';')[0] ?? ''))
    const code = new URL(answer.headers.get('location') ?? 'about:blank').searchParams.get('code')
    if (code === null) continue
    const { body: tokens } = await post(base, '/token', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: 'http://127.0.0.1/callback',
      ...web,
    })
    keep(code, tokens.access_token, tokens.refresh_token, tokens.id_token)
  }
  keep(...cookies.map((one) => one.split('=')[1]))
  const device = await post(base, '/device_authorization', { client_id: 'standard-device' })
  keep(device.body.device_code)
  // A client that the API makes, and errors of every kind.
  const made = await json(`${url}/_grantbox/sandboxes/standard/apps`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'logged' }),
  })
  keep(...(made.body.clients as { client_secret: string }[]).map((one) => one.client_secret))
  await fetch(`${url}/_grantbox/sandboxes/standard/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'alice', password: typed }),
  })
  for (const path of ['/nothing', '/standard/token', '/%', '/dashboard/%', '/_grantbox/nothing']) {
    await fetch(`${url}${path}?access_token=${assertion}&client_secret=${web.client_secret}`, {
      headers: { authorization: `Bearer ${assertion}` },
    })
  }
  // Iokids' tokens have their key in the settings, socialid's are opaque.
  const kids = await post(url, '/oauth/token', {
    grant_type: 'password',
    client_id: 'iok-cid-findfluffy',
    client_secret: 'iok-cse-findfluffy',
    username: 'beautifulmeercat246',
    password: 'Find Fluffy, LLC',
  })
  keep('iok-cse-findfluffy', kids.body.access_token, kids.body.refresh_token)
  await fetch(`${url}/v1/me`, { headers: { authorization: String(kids.body.access_token) } })
  return secrets
}

/** Which of the secrets stand in the text. */
function secretsIn(text: string, secrets: ReadonlySet<string>): string[] {
  return [...secrets].filter((secret) => text.includes(secret) || text.includes(encodeURIComponent(secret)))
}

test('no log has a secret, at the level that says most, not even of what failed', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'grantbox-secrets-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  const server = await spawnServer({ cwd, args: ['--db', join(cwd, 'x.db'), '--data', cwd, '--log-level', 'trace'] })
  onTestFinished(async () => {
    server.kill('SIGKILL')
    await server.ended
  })
  const secrets = await live(server.url)
  expect(secrets.size).toBeGreaterThan(15)
  // The first line tells the preloaded clients to whoever starts it.
  const said = server.stdout().split('\n').slice(1).join('\n') + server.stderr()
  expect(secretsIn(said, secrets)).toEqual([])

  // The same server, for it was asked for everything: what tells of requests.
  for (const name of ['standard', 'iokids']) {
    const shown = await (await fetch(`${server.url}/_grantbox/sandboxes/${name}/requests?limit=1000`)).text()
    expect(shown.length).toBeGreaterThan(1000)
    expect(secretsIn(shown, secrets), `the journal of ${name}`).toEqual([])
    const stream = await fetch(`${server.url}/_grantbox/sandboxes/${name}/requests/stream?after=0`)
    let live = ''
    for await (const chunk of stream.body ?? []) {
      live += Buffer.from(chunk).toString()
      if (live.length >= shown.length / 3) break
    }
    expect(secretsIn(live, secrets), `the stream of ${name}`).toEqual([])
    const cookie = (await fetch(`${server.url}/dashboard`)).headers.getSetCookie()[0]?.split(';')[0] ?? ''
    for (const path of ['requests', 'flows', 'analytics', 'approvals']) {
      const page = await (await fetch(`${server.url}/dashboard/${name}/${path}`, { headers: { cookie } })).text()
      expect(secretsIn(page, secrets), `${path} of ${name}`).toEqual([])
    }
  }
})

test('keys, secrets and passwords can be read by their owner alone', async ({ skip }) => {
  if (process.platform === 'win32') skip('Windows has no bits for who may read')
  const cwd = await mkdtemp(join(tmpdir(), 'grantbox-owner-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  const server = await start({ dataDir: cwd, db: join(cwd, 'grantbox.db') })
  await server.ca()
  await tokensOf(`${server.url}/standard`)
  const files = (await readdir(cwd)).filter((file) => file !== 'ca.pem')
  expect(files).toEqual(expect.arrayContaining(['ca-key.pem', 'grantbox.db', 'grantbox.db-wal']))
  for (const file of files) expect((await stat(join(cwd, file))).mode & 0o777, file).toBe(0o600)
})
