import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { alice, aliceId, authorizeUrl, calendar, codeOf, desktop, redeem, signIn, tokensOf, web } from '../../support/google-client.ts'
import { start, startForFile } from '../../support/server.ts'
import { post, send } from '../../support/vendor-client.ts'

const { url } = await startForFile({ defaultProvider: 'google' })
const drive = 'https://www.googleapis.com/auth/drive.file'
const both = `openid email ${calendar} ${drive}`

/** Sets what a sandbox's consent screen says. */
async function set(base: string, settings: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { status, text } = await send(`${base}/_grantbox/sandboxes/google`, {
    method: 'PATCH',
    headers,
    body: JSON.stringify({ settings }),
  })
  if (status !== 200) throw new Error(text)
}

test('the sign-in has the vendor’s steps: address, password, consent', async () => {
  const jar = new Jar()
  const name = await jar.open(authorizeUrl(url))
  expect(name.html).toMatch(/<title>Sign in - Google Accounts<\/title>/)
  expect(name.html).toContain('id="identifierId"')
  expect(name.html).not.toContain('name="Passwd"')
  const nobody = await jar.post(name, url, { identifier: 'nobody@example.com' })
  expect(nobody.html).toContain('Couldn’t find your Google Account')
  const password = await jar.post(name, url, { identifier: 'alice@example.com' })
  expect(password.html).toContain('name="Passwd"')
  expect((await jar.post(password, url, { Passwd: 'wrong' })).html).toContain('Wrong password.')
  const consent = await jar.post(password, url, { Passwd: 'password' })
  expect(consent.html).toContain('<h1>Example App wants access to your Google Account</h1>')
  expect(consent.html).toContain('Make sure you trust Example App')
  const { location } = await jar.post(consent, url, { decision: 'allow' })
  expect(location?.searchParams.get('prompt')).toBe('consent')
})

describe('a user may give a part', () => {
  const page = async (parameters: object = {}) => {
    const jar = new Jar()
    const name = await jar.open(authorizeUrl(url, { scope: both, prompt: 'consent', ...parameters }))
    const password = await jar.post(name, url, { identifier: alice.identifier })
    return { jar, page: await jar.post(password, url, { Passwd: alice.Passwd }) }
  }
  const given = async (granted: string[]) => {
    const { jar, page: consent } = await page()
    const { location } = await jar.post(consent, url, { decision: 'allow', granted })
    const { body } = await redeem(url, location?.searchParams.get('code') ?? '')
    return String(body.scope).split(' ')
  }
  const signedIn = ['https://www.googleapis.com/auth/userinfo.email', 'openid']

  test('by boxes that come unticked, with one for all; what the sign-in is for has none', async () => {
    const { html } = (await page()).page
    expect([...html.matchAll(/type="checkbox" value="([^"]*)"(.*?)>/g)].map(([, value, more]) => [value, more])).toEqual([
      ['*', ''],
      [calendar, ''],
      [drive, ''],
    ])
    expect(html).toContain('Select all')
  })

  test.each([
    ['one', [drive], [...signedIn, drive]],
    ['none', [], signedIn],
    ['all', ['*'], [...signedIn, calendar, drive]],
  ])('%s of them', async (_what, ticked, scope) => {
    expect(await given(ticked)).toEqual(scope)
  })

  test('unless the app asks for all or none', async () => {
    const { page: consent, jar } = await page({ enable_granular_consent: 'false' })
    expect(consent.html).not.toContain('type="checkbox"')
    const { location } = await jar.post(consent, url, { decision: 'allow' })
    expect(location?.searchParams.get('scope')).toContain(drive)
  })

  test('and nothing at all is a refusal', async () => {
    const jar = new Jar()
    const at = await signIn(jar, await jar.open(authorizeUrl(url, { scope: drive, prompt: 'consent' })), url)
    expect(at.location?.search).toBe('?error=access_denied&state=xyz')
  })
})

describe('the accounts offered', () => {
  const offered = async (parameters: object) => {
    const { html } = await new Jar().open(authorizeUrl(url, { ...parameters }))
    return [...html.matchAll(/name="pick" value="([^"]*)"/g)].map(([, name]) => name)
  }

  test.each([
    [{}, ['alice', 'bob']],
    [{ hd: 'example.com' }, ['bob']],
    [{ hd: '*' }, ['bob']],
    [{ hd: 'other.example' }, []],
  ])('with %j', async (parameters, users) => {
    expect(await offered(parameters)).toEqual(users)
  })

  test.each(['alice@example.com', aliceId])('need not be chosen with login_hint=%s', async (login_hint) => {
    const { html } = await new Jar().open(authorizeUrl(url, { login_hint }))
    expect(html).toContain('name="Passwd"')
  })

  test('are asked for with prompt=select_account', async () => {
    const jar = new Jar()
    await codeOf(url, {}, { jar })
    const { html } = await jar.open(authorizeUrl(url, { prompt: 'select_account' }))
    expect(html).toContain('Choose an account')
    expect(html).toContain('Use another account')
  })
})

describe('the consent screen', () => {
  test('in testing lets refresh tokens live seven days, and says so', async () => {
    const { url, clock } = await start({ defaultProvider: 'google' })
    await set(url, { publishing_status: 'testing' })
    const body = await tokensOf(url, { access_type: 'offline' })
    expect(Object.entries(body).at(-1)).toEqual(['refresh_token_expires_in', 604_799])
    const again = () => post(`${url}/token`, { ...web, grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' })
    clock.advance(6 * 86_400)
    expect((await again()).body).not.toHaveProperty('refresh_token_expires_in')
    clock.advance(86_400)
    expect((await again()).body).toEqual({ error: 'invalid_grant', error_description: 'Token has been expired or revoked.' })
  })
})

describe('redirect URIs', () => {
  const passes = async (parameters: object) => (await new Jar().open(authorizeUrl(url, { ...parameters }))).html.includes('identifierId')

  test.each([
    ['http://localhost:51234', true],
    ['http://127.0.0.1:51234/any/path', true],
    ['http://[::1]:8000/', true],
    ['http://localhost/', true],
    ['https://localhost/', false],
    ['http://192.168.0.1:80/', false],
  ])('of a desktop app: %s', async (redirect_uri, is) => {
    expect(await passes({ ...desktop, client_secret: undefined, redirect_uri })).toBe(is)
  })

  test('of a web application: a loopback address with a port is that one alone', async () => {
    const { url } = await start({ defaultProvider: 'google' })
    const headers = { 'content-type': 'application/json' }
    const redirect_uris = ['http://localhost:3000/cb', 'https://app.example/cb']
    await send(`${url}/_grantbox/sandboxes/google/apps/app_google_web`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify({ redirect_uris }),
    })
    const status = async (redirect_uri: string) => (await new Jar().open(authorizeUrl(url, { redirect_uri }))).status
    const asked = [
      'http://localhost:3000/cb',
      'http://localhost:3001/cb',
      'http://localhost:3000/cb/',
      'https://app.example/CB',
      'https://app.example/cb',
    ]
    expect(await Promise.all(asked.map(status))).toEqual([200, 400, 400, 400, 200])
  })

  test.each([
    ['http://app.example/cb', 'https'],
    ['https://10.0.0.1/cb', 'IP address'],
    ['https://user@app.example/cb', 'user'],
    ['https://*.app.example/cb', '*'],
    ['https://app.example/cb#x', 'fragment'],
    ['myapp:/cb', 'dot'],
  ])('that cannot be registered: %s', async (uri, why) => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ redirect_uris: [uri] })
    const { status, text } = await send(`${url}/_grantbox/sandboxes/google/apps/app_google_web`, { method: 'PATCH', headers, body })
    expect(status).toBe(400)
    expect(text).toContain(why)
  })
})
