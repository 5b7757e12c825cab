import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Sandbox, startGrantbox } from '../../src/index.ts'
import { Jar } from '../support/browser-jar.ts'
import { claimsOf, json, post } from '../support/standard-client.ts'
import { throughSignIn } from '../support/through-sign-in.ts'

const box = await startGrantbox({ provider: 'standard' })
afterAll(() => box.close())

const web = { client_id: 'standard-web', client_secret: 'standard-web-secret' }
const redirect_uri = 'http://127.0.0.1/callback'

async function world(settings: object = {}): Promise<Sandbox> {
  const sandbox = await box.createSandbox({ settings: settings as never })
  onTestFinished(() => sandbox.delete())
  await sandbox.users.create({ username: 'ann', password: 'pw', email: 'Ann@Example.com' })
  return sandbox
}

const authorization = ({ url }: Sandbox, more: Record<string, string> = {}) =>
  `${url}/authorize?${new URLSearchParams({ response_type: 'code', client_id: web.client_id, redirect_uri, scope: 'openid profile', ...more })}`

async function redeem({ url }: Sandbox, callback: URL) {
  const code = callback.searchParams.get('code') ?? ''
  const { body } = await post(url, '/token', { grant_type: 'authorization_code', ...web, redirect_uri, code })
  return claimsOf(body.id_token)
}

const grant = (sandbox: Sandbox, username: string, password: string) =>
  post(sandbox.url, '/token', { grant_type: 'password', ...web, username, password, scope: 'openid profile' })

const usernameOf = async (sandbox: Sandbox, token: unknown) =>
  (await json(`${sandbox.url}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).body.preferred_username

describe('by e-mail address', () => {
  test.each(['ann@example.com', 'ANN@EXAMPLE.COM', ' Ann@Example.com '])('on the page: %s', async (username) => {
    const sandbox = await world()
    const { sub } = await redeem(sandbox, await throughSignIn(authorization(sandbox), { username, password: 'pw' }))
    expect(sub).toBe((await sandbox.users.get('ann')).id)
  })

  test('with the password grant, and with the right password alone', async () => {
    const sandbox = await world()
    const { body } = await grant(sandbox, 'ann@example.com', 'pw')
    expect(await usernameOf(sandbox, body.access_token)).toBe('ann')
    expect((await grant(sandbox, 'ann@example.com', 'wrong')).body.error).toBe('invalid_grant')
    expect((await grant(sandbox, 'bill@example.com', 'pw')).body.error).toBe('invalid_grant')
  })

  test('on the device page, and with the right password alone', async () => {
    const sandbox = await world()
    const asked = await post(sandbox.url, '/device_authorization', { client_id: 'standard-device', scope: 'openid profile' })
    const { user_code = '', device_code = '' } = asked.body as Record<string, string>
    const jar = new Jar()
    const steps: [form: Record<string, string>, status: number][] = [
      [{ user_code }, 200],
      [{ username: 'ann@example.com', password: 'wrong' }, 401],
      [{ username: ' ANN@example.com ', password: 'pw' }, 200],
      [{ decision: 'allow' }, 200],
    ]
    let page = await jar.open(`${sandbox.url}/device`)
    for (const [form, status] of steps) {
      page = await jar.post(page, sandbox.url, form)
      expect([form, page.status]).toEqual([form, status])
    }
    const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
    const { body } = await post(sandbox.url, '/token', { grant_type, client_id: 'standard-device', device_code })
    expect(await usernameOf(sandbox, body.access_token)).toBe('ann')
  })

  test('headless', async () => {
    const sandbox = await world()
    const { redirect_to } = await sandbox.authorize({
      client_id: web.client_id,
      redirect_uri,
      username: 'ann@example.com',
      scope: 'openid',
    })
    expect((await redeem(sandbox, new URL(redirect_to))).sub).toBe((await sandbox.users.get('ann')).id)
  })

  test('as a hint of a backchannel request, and where nobody has the address it is unknown', async () => {
    const sandbox = await world()
    const paths = (await json(`${sandbox.url}/.well-known/openid-configuration`)).body as Record<string, string>
    const path = new URL(paths.backchannel_authentication_endpoint ?? '').pathname.slice(new URL(sandbox.url).pathname.length)
    const at = (login_hint: string) => post(sandbox.url, path, { ...web, scope: 'openid', login_hint })
    expect((await at('ann@example.com')).body.auth_req_id).toBeDefined()
    expect((await at('nobody@example.com')).body.error).toBe('unknown_user_id')
  })

  test('a username that looks like another’s address wins', async () => {
    const sandbox = await world()
    await sandbox.users.create({ username: 'ann@example.com', password: 'other' })
    const { body } = await grant(sandbox, 'ann@example.com', 'other')
    expect(await usernameOf(sandbox, body.access_token)).toBe('ann@example.com')
  })
})

describe('magic names stay magic before an @', () => {
  test.each([
    ['deny@example.com', 'invalid_grant'],
    ['locked@corp.example', 'invalid_grant'],
    ['@deny', 'invalid_grant'],
  ])('%s', async (username, error) => {
    expect((await grant(await world({ strictness: 'lenient' }), username, 'x')).body.error).toBe(error)
  })

  test('norefresh@example.com gets no refresh token, and denying is asked for by a hint too', async () => {
    const sandbox = await world({ auto_sign_in: 'login_hint' })
    const { body } = await post(sandbox.url, '/token', {
      ...{ grant_type: 'password', ...web, username: 'norefresh@example.com', password: 'x', scope: 'openid offline_access' },
    })
    expect([body.access_token === undefined, body.refresh_token]).toEqual([false, undefined])
    const { location } = await new Jar().open(authorization(sandbox, { login_hint: 'deny@example.com' }))
    expect(location?.searchParams.get('error')).toBe('access_denied')
  })
})

describe('a lenient sandbox', () => {
  test('makes an unknown user with the password that was typed', async () => {
    const sandbox = await world({ strictness: 'lenient' })
    expect((await grant(sandbox, 'new.one@example.com', 'first')).status).toBe(200)
    expect(await sandbox.users.get('new.one@example.com')).toMatchObject({ email: 'new.one@example.com' })
    expect((await grant(sandbox, 'new.one@example.com', 'second')).body.error).toBe('invalid_grant')
    expect((await grant(sandbox, 'new.one@example.com', 'first')).status).toBe(200)
    await redeem(sandbox, await throughSignIn(authorization(sandbox), { username: 'zoe', password: 'typed' }))
    expect((await sandbox.users.get('zoe')).email).toBeNull()
    await sandbox.authorize({ client_id: web.client_id, redirect_uri, username: 'headless' })
    expect((await sandbox.users.get('headless')).username).toBe('headless')
  })

  test('makes nobody who cannot be called so, nor does any other sandbox', async () => {
    const sandbox = await world({ strictness: 'lenient' })
    expect((await grant(sandbox, 'with blank', 'x')).body.error).toBe('invalid_grant')
    expect((await grant(sandbox, 'a/b', 'x')).body.error).toBe('invalid_grant')
    expect((await grant(await world(), 'new', 'x')).body.error).toBe('invalid_grant')
  })
})

describe('auto_sign_in', () => {
  test.each([{}, { prompt: 'login' }, { prompt: 'consent' }, { prompt: 'select_account' }, { max_age: '0' }])(
    'goes through without a page: %o',
    async (more) => {
      const sandbox = await world({ auto_sign_in: 'ann' })
      const { location } = await new Jar().open(authorization(sandbox, more as Record<string, string>))
      expect((await redeem(sandbox, location ?? new URL(sandbox.url))).sub).toBe((await sandbox.users.get('ann')).id)
    },
  )

  test('starts a session, so that prompt=none is answered then and not before', async () => {
    const sandbox = await world({ auto_sign_in: 'ann' })
    const jar = new Jar()
    const silently = async () => (await jar.open(authorization(sandbox, { prompt: 'none' }))).location?.searchParams
    expect((await silently())?.get('error')).toBe('login_required')
    const first = await jar.open(authorization(sandbox))
    expect(first.location?.searchParams.get('code')).toBeTruthy()
    expect((await silently())?.get('code')).toBeTruthy()
  })

  test('takes another session’s place, and keeps its own', async () => {
    const sandbox = await world({ auto_sign_in: 'login_hint' })
    const jar = new Jar()
    const as = async (login_hint: string) =>
      await redeem(sandbox, (await jar.open(authorization(sandbox, { login_hint }))).location ?? new URL(sandbox.url))
    const alice = await as('alice')
    const ann = await as('ann@example.com')
    expect(ann.sub).not.toBe(alice.sub)
    const again = await as('ann')
    expect([again.sub, again.sid, again.auth_time]).toEqual([ann.sub, ann.sid, ann.auth_time])
  })

  test.each([
    ['an absent hint', {}],
    ['an unknown hint', { login_hint: 'nobody@example.com' }],
    ['a locked user', { login_hint: 'locked' }],
  ])('shows the page for %s, and notes it', async (_, more) => {
    const sandbox = await world({ auto_sign_in: 'login_hint', strictness: 'lenient' })
    const page = await new Jar().open(authorization(sandbox, more))
    expect([page.location, page.status]).toEqual([undefined, 200])
    expect((await sandbox.requests.list()).flatMap(({ notes = [] }) => notes).join()).toContain('auto_sign_in is without effect')
  })

  test('shows the page where the answer would go to an unregistered redirect URI', async () => {
    const sandbox = await world({ auto_sign_in: 'ann', strictness: 'lenient' })
    const page = await new Jar().open(authorization(sandbox, { redirect_uri: 'https://elsewhere.example/cb' }))
    expect([page.location, page.status]).toEqual([undefined, 200])
  })

  test('works for a provider without sessions, too', async () => {
    const sandbox = await box.createSandbox({ provider: 'iokids', settings: { auto_sign_in: 'beautifulmeercat246' } as never })
    onTestFinished(() => sandbox.delete())
    const asked = { response_type: 'code', client_id: 'iok-cid-findfluffy', redirect_uri, state: 's' }
    const { location } = await new Jar().open(`${sandbox.url}/oauth/signin?${new URLSearchParams(asked)}`)
    expect(location?.searchParams.get('code')).toBeTruthy()
  })
})
