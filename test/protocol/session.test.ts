import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Jar } from '../support/browser-jar.ts'
import { addClient, addUser } from '../support/iokids-setup.ts'
import { start, startForFile } from '../support/server.ts'
import { alice, bob, claimsOf, userinfoStatus } from '../support/standard-client.ts'
import { answerIn, authorizeUrl, callbackOf, challenge, redeem, scopesOn, signInAndAllow } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const { url } = server
const sandbox = server.sandbox()
const app = sandbox.directory.listApps()[0]

/** A browser in which alice has signed in and allowed the client openid and profile. */
async function aliceIn(): Promise<Jar> {
  const jar = new Jar()
  await callbackOf(url, {}, jar)
  return jar
}

const ask = (jar: Jar, parameters: Record<string, string | undefined> = {}, base = url) => jar.open(authorizeUrl(base, parameters))
const errorOf = async (jar: Jar, parameters: Record<string, string>) =>
  answerIn((await ask(jar, { prompt: 'none', ...parameters })).location ?? new URL(url)).error
const heading = (page: { html: string }) => /<h1>([^<]*)<\/h1>/.exec(page.html)?.[1]

function sandboxWith(settings: Record<string, unknown>): string {
  const { name } = server.server.sandboxes.create({ provider: sandbox.provider, settings })
  return `${url}/${name}`
}

describe('a second sign-in', () => {
  test('is silent, with the same auth_time and sid', async () => {
    const jar = new Jar()
    const first = claimsOf((await redeem(url, answerIn(await callbackOf(url, {}, jar)).code)).body.id_token)
    const { status, location } = await ask(jar)
    expect(status).toBe(302)
    const second = claimsOf((await redeem(url, location?.searchParams.get('code'))).body.id_token)
    expect(second.auth_time).toBe(first.auth_time)
    expect(second.sid).toBe(first.sid)
  })

  test('of another client asks for consent, and not for the password', async () => {
    const jar = await aliceIn()
    const other = addClient(sandbox, {}, app)
    const page = await ask(jar, { client_id: other.client_id })
    expect(heading(page)).toBe('Allow access')
    expect(page.html).not.toContain('name="password"')
  })

  test('asks for the password when the session is over, by the clock of the sandbox', async () => {
    const base = sandboxWith({ session_ttl: 60 })
    const jar = new Jar()
    await callbackOf(base, {}, jar)
    const { name } = server.server.sandboxes.find(base.slice(url.length + 1)) ?? { name: '' }
    server.server.sandboxes.advanceClock(server.sandbox(name), 59_000)
    expect((await ask(jar, {}, base)).status).toBe(302)
    server.server.sandboxes.advanceClock(server.sandbox(name), 2_000)
    expect(heading(await ask(jar, {}, base))).toBe('Sign in')
  })

  test('asks for the password when the user was disabled', async () => {
    const user = addUser(sandbox, { username: 'carol', password: 'password' })
    const jar = new Jar()
    await signInAndAllow(jar, await ask(jar), url, { username: 'carol', password: 'password' })
    expect((await ask(jar)).status).toBe(302)
    sandbox.directory.updateUser({ ...user, disabled: true })
    expect(heading(await ask(jar))).toBe('Sign in')
  })

  test('does not cross over to another sandbox', async () => {
    const jar = await aliceIn()
    const base = sandboxWith({})
    expect(heading(await ask(jar, {}, base))).toBe('Sign in')
    const name = base.slice(url.length + 1)
    const session = jar.cookies.find((cookie) => cookie.includes('-session='))?.split(';')[0] ?? ''
    const moved = session.replace('grantbox-standard-', `grantbox-${name}-`)
    const answer = await fetch(authorizeUrl(base, { prompt: 'none' }), { redirect: 'manual', headers: { cookie: moved } })
    expect(answer.headers.get('location')).toContain('error=login_required')
  })

  test('a session that somebody planted is not used after the sign-in', async () => {
    const jar = new Jar()
    await callbackOf(url, {}, jar)
    const planted = jar.cookies.find((cookie) => cookie.includes('-session='))
    await signInAndAllow(jar, await ask(jar, { prompt: 'login' }), url)
    const cookie = (text = '') => text.split(';')[0] ?? ''
    const thief = await fetch(authorizeUrl(url, { prompt: 'none' }), { redirect: 'manual', headers: { cookie: cookie(planted) } })
    expect(thief.headers.get('location')).toContain('error=login_required')
  })
})

describe('the cookies', () => {
  test('are HttpOnly, SameSite=Lax, of the path and the name of the sandbox', async () => {
    const jar = new Jar()
    await callbackOf(`${url}/standard`, {}, jar)
    expect(jar.cookies.length).toBe(2)
    for (const cookie of jar.cookies) {
      expect(cookie).toMatch(/^grantbox-standard-(session|browser)=[\w-]{43}; Path=\/standard; HttpOnly; SameSite=Lax$/)
    }
    const root = new Jar()
    await callbackOf(url, {}, root)
    for (const cookie of root.cookies) expect(cookie).toContain('; Path=/; ')
  })

  test('are not given for a HEAD', async () => {
    const answer = await fetch(authorizeUrl(url), { method: 'HEAD' })
    expect(answer.status).toBe(200)
    expect(answer.headers.getSetCookie()).toEqual([])
  })
})

describe('a sign-in is bound to the browser that it began in (RFC 9700 §4.7)', () => {
  test('another browser cannot go on with it', async () => {
    const page = await ask(new Jar())
    const transaction = /name="transaction" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
    const victim = new Jar()
    for (const answer of [
      await victim.post(page, url, alice),
      await victim.open(`${url}/authorize?transaction=${transaction}`),
      await victim.open(`${url}/sign_up?transaction=${transaction}`),
    ]) {
      expect(answer.status).toBe(400)
      expect(answer.html).toContain('began in another browser')
    }
  })

  test('who signed out in another tab signs in again', async () => {
    const jar = await aliceIn()
    const consent = await ask(jar, { prompt: 'consent' })
    const session = jar.cookies.find((cookie) => cookie.includes('-session='))
    expect(session).toBeDefined()
    const logout = await jar.open(`${url}/end_session`)
    await jar.post(logout, url, { decision: 'logout' })
    expect(heading(await jar.post(consent, url, { decision: 'allow' }))).toBe('Sign in')
  })
})

describe('prompt (OpenID Connect Core §3.1.2.1)', () => {
  test('none answers login_required without a session, and a code with one', async () => {
    expect(await errorOf(new Jar(), {})).toBe('login_required')
    const { location } = await ask(await aliceIn(), { prompt: 'none' })
    expect(location?.searchParams.get('code')).toBeTruthy()
  })

  test('none answers consent_required for what was not allowed before', async () => {
    expect(await errorOf(await aliceIn(), { scope: 'openid profile email' })).toBe('consent_required')
  })

  test('none answers account_selection_required when login_hint means another user', async () => {
    const jar = await aliceIn()
    expect(await errorOf(jar, { login_hint: 'bob' })).toBe('account_selection_required')
    expect(await errorOf(jar, { login_hint: 'alice' })).toBeUndefined()
    expect(await errorOf(jar, { login_hint: 'alice@example.com' })).toBeUndefined()
    expect(await errorOf(jar, { login_hint: 'nobody we know' })).toBeUndefined()
  })

  test.each(['none login', 'nonsense'])('%s is refused', async (prompt) => {
    expect(answerIn((await ask(new Jar(), { prompt })).location ?? new URL(url)).error).toBe('invalid_request')
  })

  test('login asks for the password again, and auth_time moves', async () => {
    const jar = new Jar()
    const before = claimsOf((await redeem(url, answerIn(await callbackOf(url, {}, jar)).code)).body.id_token)
    server.clock.advance(10)
    const page = await ask(jar, { prompt: 'login' })
    expect(heading(page)).toBe('Sign in')
    const { location } = await signInAndAllow(jar, page, url)
    const after = claimsOf((await redeem(url, location?.searchParams.get('code'))).body.id_token)
    expect(Number(after.auth_time)).toBeGreaterThanOrEqual(Number(before.auth_time) + 10)
    expect(after.sid).toBe(before.sid)
  })

  test('consent asks again for what was allowed', async () => {
    const jar = await aliceIn()
    const page = await ask(jar, { prompt: 'consent' })
    expect(heading(page)).toBe('Allow access')
    expect((await jar.post(page, url, { decision: 'allow' })).location?.searchParams.get('code')).toBeTruthy()
  })

  test('select_account goes on as who is signed in, without a password', async () => {
    const jar = new Jar()
    const { auth_time } = claimsOf((await redeem(url, answerIn(await callbackOf(url, {}, jar)).code)).body.id_token)
    server.clock.advance(10)
    const page = await ask(jar, { prompt: 'select_account' })
    expect(heading(page)).toBe('Choose an account')
    expect(page.html).toContain('Continue as Alice Arnold')
    const { location } = await jar.post(page, url, { pick: 'alice' })
    const claims = claimsOf((await redeem(url, location?.searchParams.get('code'))).body.id_token)
    expect(claims).toMatchObject({ sub: 'alice', auth_time })
  })

  test('select_account takes somebody else, who has a session of his own', async () => {
    const jar = await aliceIn()
    const page = await ask(jar, { prompt: 'select_account' })
    const signIn = await jar.post(page, url, { decision: 'switch' })
    const { location } = await signInAndAllow(jar, signIn, url, bob)
    const { body } = await redeem(url, location?.searchParams.get('code'))
    expect(claimsOf(body.id_token).sub).toBe('bob')
    const again = await redeem(url, (await ask(jar)).location?.searchParams.get('code'))
    expect(claimsOf(again.body.id_token)).toMatchObject({ sub: 'bob', sid: claimsOf(body.id_token).sid })
  })

  test('create leads to a form that makes a user, who goes on (Initiating User Registration §4)', async () => {
    const jar = new Jar()
    const { location } = await ask(jar, { prompt: 'create', login_hint: 'dora' })
    expect(location?.pathname).toBe('/sign_up')
    const form = await jar.open(location?.href ?? '')
    expect(form.html).toContain('value="dora"')
    const refused = await jar.post(form, url, { username: 'alice', email: 'nonsense' })
    expect(refused.status).toBe(400)
    expect(refused.html).toContain('This username is taken.')
    expect(refused.html).toContain('This is no e-mail address.')
    expect(refused.html).toContain('A password is needed.')
    const consent = await jar.post(refused, url, { username: 'dora', email: 'dora@example.com', password: 'secret' })
    const end = await signInAndAllow(jar, consent, url)
    const { body } = await redeem(url, end.location?.searchParams.get('code'))
    expect(claimsOf(body.id_token).sub).toMatch(/^user-/)
    const second = new Jar()
    const back = await signInAndAllow(second, await ask(second), url, { username: 'dora', password: 'secret' })
    expect(back.location?.searchParams.get('code')).toBeTruthy()
  })
})

describe('max_age (OpenID Connect Core §3.1.2.1)', () => {
  test('asks for the password when the sign-in is longer ago', async () => {
    const jar = await aliceIn()
    expect((await ask(jar, { max_age: '60' })).status).toBe(302)
    server.clock.advance(61)
    expect(heading(await ask(jar, { max_age: '60' }))).toBe('Sign in')
    expect(await errorOf(jar, { max_age: '60' })).toBe('login_required')
  })

  test('0 always does', async () => {
    expect(await errorOf(await aliceIn(), { max_age: '0' })).toBe('login_required')
  })

  test('a client can register one', async () => {
    const client = addClient(sandbox, { metadata: { default_max_age: 0 } }, app)
    expect(await errorOf(await aliceIn(), { client_id: client.client_id })).toBe('login_required')
  })

  test.each(['-1', 'x', '1.5'])('%s is refused', async (max_age) => {
    expect(await errorOf(new Jar(), { max_age })).toBe('invalid_request')
  })
})

describe('id_token_hint (OpenID Connect Core §3.1.2.1)', async () => {
  const hintOf = async (user = alice) => {
    const jar = new Jar()
    const { location } = await signInAndAllow(jar, await ask(jar), url, user)
    return String((await redeem(url, location?.searchParams.get('code'))).body.id_token)
  }

  test('of the user who is signed in goes on, expired or not', async () => {
    const hint = await hintOf()
    server.clock.advance(2 * 3600)
    expect(await errorOf(await aliceIn(), { id_token_hint: hint })).toBeUndefined()
  })

  test('of another user is login_required', async () => {
    const id_token_hint = await hintOf(bob)
    const jar = await aliceIn()
    expect(await errorOf(jar, { id_token_hint })).toBe('login_required')
    const page = await ask(jar, { id_token_hint })
    expect(heading(page)).toBe('Sign in')
    const { location } = await signInAndAllow(jar, page, url, alice)
    expect(answerIn(location ?? new URL(url)).error).toBe('login_required')
  })

  test('that was signed with the client_secret is believed, and one with another secret is not', async () => {
    const client = addClient(sandbox, { metadata: { id_token_signed_response_alg: 'HS256' } }, app)
    const jar = await aliceIn()
    const { client_id, client_secret } = client
    const { location } = await signInAndAllow(jar, await ask(jar, { client_id }), url)
    const credentials = { client_id, client_secret: client_secret ?? '' }
    const id_token = String((await redeem(url, location?.searchParams.get('code'), credentials)).body.id_token)
    expect(await errorOf(jar, { client_id, id_token_hint: id_token })).toBeUndefined()
    const [header, claims] = id_token.split('.')
    const forged = createHmac('sha256', 'guessed').update(`${header}.${claims}`).digest('base64url')
    expect(await errorOf(jar, { client_id, id_token_hint: `${header}.${claims}.${forged}` })).toBe('invalid_request')
  })

  test('that is not ours is refused: another signature, an access token, nonsense', async () => {
    const hint = await hintOf()
    const jar = await aliceIn()
    const { location } = await ask(jar)
    const access = String((await redeem(url, location?.searchParams.get('code'))).body.access_token)
    const none = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${hint.split('.')[1]}.`
    for (const id_token_hint of [`${hint.slice(0, -6)}AAAAAA`, access, none, 'nonsense']) {
      expect(await errorOf(jar, { id_token_hint })).toBe('invalid_request')
    }
  })
})

describe('consent', () => {
  test('shows each scope to untick but openid, and tells the token answer what was given (RFC 6749 §5.1)', async () => {
    const jar = new Jar()
    const page = await jar.post(await ask(jar, { scope: 'openid profile email' }), url, alice)
    expect(scopesOn(page)).toEqual(['profile', 'email'])
    expect(page.html).toMatch(/value="openid" checked disabled/)
    const { location } = await jar.post(page, url, { decision: 'allow', granted: ['email', 'write'] })
    const { body } = await redeem(url, location?.searchParams.get('code'))
    expect(body.scope).toBe('openid email')
    expect(await userinfoStatus(url, body.access_token)).toBe(200)
  })

  test('what was unticked is asked again', async () => {
    const jar = new Jar()
    const user = { username: 'erin', password: 'password' }
    addUser(sandbox, user)
    const page = await jar.post(await ask(jar, { scope: 'openid profile email' }), url, user)
    await jar.post(page, url, { decision: 'allow', granted: 'email' })
    expect((await ask(jar, { scope: 'openid email' })).status).toBe(302)
    expect(scopesOn(await ask(jar, { scope: 'openid profile email' }))).toEqual(['profile', 'email'])
  })

  test('what was allowed before and is unticked now is taken back, and what was not asked stays', async () => {
    const jar = new Jar()
    const user = { username: 'fred', password: 'password' }
    addUser(sandbox, user)
    await signInAndAllow(jar, await ask(jar, { scope: 'openid email write' }), url, user)
    const page = await ask(jar, { scope: 'openid email', prompt: 'consent' })
    await jar.post(page, url, { decision: 'allow' })
    expect(await errorOf(jar, { scope: 'openid email' })).toBe('consent_required')
    expect(await errorOf(jar, { scope: 'openid write' })).toBeUndefined()
  })

  test('a narrower scope than before is silent, a wider one asks', async () => {
    const jar = await aliceIn()
    expect((await ask(jar, { scope: 'openid' })).status).toBe(302)
    expect((await ask(jar, { scope: 'openid profile write' })).status).toBe(200)
  })

  test('Deny, and nothing ticked, are access_denied', async () => {
    for (const decision of [{ decision: 'deny' }, { decision: 'allow' }]) {
      const jar = new Jar()
      const page = await jar.post(await ask(jar, { scope: 'read write', nonce: undefined }), url, alice)
      const { location } = await jar.post(page, url, decision)
      expect(answerIn(location ?? new URL(url))).toMatchObject({ error: 'access_denied', state: 'xyz' })
    }
  })

  test('is skipped by the setting auto_consent, unless prompt asks for it', async () => {
    const base = sandboxWith({ auto_consent: true })
    const jar = new Jar()
    const { location } = await jar.post(await ask(jar, {}, base), base, alice)
    expect(location?.searchParams.get('code')).toBeTruthy()
    expect(heading(await ask(jar, { prompt: 'consent' }, base))).toBe('Allow access')
  })
})

test('a magic user who denies is access_denied', async () => {
  const jar = new Jar()
  const { location } = await jar.post(await ask(jar), url, { username: 'deny', password: 'x' })
  expect(answerIn(location ?? new URL(url)).error).toBe('access_denied')
})

test('over https the cookies are Secure and have names of their own', async () => {
  const own = await start({ defaultProvider: 'standard' })
  const { request } = await import('node:https')
  const cookies = await new Promise<string[]>((resolve, reject) => {
    const address = authorizeUrl(own.https, { client_id: 'standard-spa', code_challenge: challenge, code_challenge_method: 'S256' })
    request(address, { rejectUnauthorized: false }, (answer) => {
      answer.resume()
      resolve(answer.headers['set-cookie'] ?? [])
    })
      .on('error', reject)
      .end()
  })
  expect(cookies).toEqual([
    expect.stringMatching(/^__Secure-grantbox-standard-browser=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/),
  ])
})
