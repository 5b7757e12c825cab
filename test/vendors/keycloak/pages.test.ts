import { describe, expect, test } from 'vitest'
import { totp } from '../../../src/providers/totp.ts'
import { Jar } from '../../support/browser-jar.ts'
import { send } from '../../support/vendor-client.ts'
import { administration, at } from './keycloak-client.ts'

const asked = new URLSearchParams({
  client_id: 'demo-web',
  redirect_uri: 'http://localhost/callback',
  response_type: 'code',
  scope: 'openid',
})

/** A browser at the page for signing in, and how it goes on until it is led to the client. */
async function browserAt(base: string, more: Record<string, string> = {}) {
  const jar = new Jar()
  const open = (extra: Record<string, string>) =>
    jar.open(`${base}${at('auth')}?${new URLSearchParams({ ...Object.fromEntries(asked), ...extra })}`)
  let page = await open(more)
  const followed = async () => {
    while (page.location?.href.startsWith(base) === true) page = await jar.open(page.location.href)
    return page
  }
  const fill = async (typed: Record<string, string>) => {
    page = await jar.post(page, base, typed)
    return followed()
  }
  /** Opens a link, and goes where it leads. The form stays the one of the page before. */
  const follow = async (link: string) => {
    const before = page
    page = await jar.open(link)
    const there = await followed()
    page = before
    return there
  }
  return { page: await followed(), fill, open, follow }
}

const alice = { username: 'alice', password: 'password' }

describe('pages of a realm', () => {
  test('offer to remember, and to register, where the realm does', async () => {
    const { base, call } = await administration()
    const before = await browserAt(base)
    expect(before.page.html).not.toContain('name="rememberMe"')
    expect(before.page.html).not.toContain('>Register<')
    await call('PUT', '/realms/demo', { rememberMe: true, registrationAllowed: true })
    const { page } = await browserAt(base)
    expect(page.html).toContain('name="rememberMe"')
    const [, link = ''] = /<a href="([^"]+)">Register</.exec(page.html) ?? []
    expect(link).toContain('/realms/demo/protocol/openid-connect/registrations?transaction=')
  })

  test('offer the identity providers of the realm, but for those that are disabled or hidden', async () => {
    const { base, call } = await administration()
    const path = '/realms/demo/identity-provider/instances'
    const config = { authorizationUrl: 'https://idp.example/authorize', clientId: 'kc' }
    const made = [
      { alias: 'corp', displayName: 'Corp' },
      { alias: 'off', enabled: false },
      { alias: 'hidden', hideOnLogin: true },
    ]
    for (const one of made) expect((await call('POST', path, { providerId: 'oidc', enabled: true, config, ...one })).status).toBe(201)
    const { page } = await browserAt(base)
    const links = [...page.html.matchAll(/<a id="(social-[^"]*)" href="([^"]*)">([^<]*)</g)]
    expect(links.map(([, id, , text]) => [id, text])).toEqual([['social-corp', 'Corp']])
    const there = await new Jar().open(links[0]?.[2]?.replaceAll('&amp;', '&') ?? '')
    expect([there.status, there.location?.origin, there.location?.pathname]).toEqual([303, 'https://idp.example', '/authorize'])
    expect(there.location?.searchParams.get('redirect_uri')).toBe(`${base}/realms/demo/broker/corp/endpoint`)
  })

  test('consent has the vendor’s words and ids', async () => {
    const { base, call } = await administration()
    const client = { clientId: 'asking', name: 'Asking app', secret: 'x', consentRequired: true, redirectUris: ['http://localhost/*'] }
    await call('POST', '/realms/demo/clients', client)
    const { fill } = await browserAt(base, { client_id: 'asking' })
    const { status, html } = await fill(alice)
    expect([status, /<h1>(.*?)<\/h1>/.exec(html)?.[1]]).toEqual([200, 'Grant Access to Asking app'])
    expect(html).toContain('<div id="kc-oauth">')
    const buttons = [...html.matchAll(/<input\b[^>]*type="submit"[^>]*>/g)].map(([button]) =>
      ['id', 'name', 'value'].map((name) => new RegExp(` ${name}="([^"]*)"`).exec(button)?.[1]),
    )
    expect(buttons).toEqual([
      ['kc-login', 'accept', 'Yes'],
      ['kc-cancel', 'cancel', 'No'],
    ])
  })

  test('are left out for what a user has to do that has none', async () => {
    const { base, call } = await administration()
    const credentials = [{ type: 'password', value: 'password' }]
    const named = { enabled: true, email: 'unsure@example.com', firstName: 'Un', lastName: 'Sure', credentials }
    await call('POST', '/realms/demo/users', { username: 'unsure', ...named, requiredActions: ['webauthn-register', 'FLY'] })
    const { fill } = await browserAt(base)
    expect((await fill({ username: 'unsure', password: 'password' })).location?.searchParams.get('code')).toBeTruthy()
  })

  test('show the secret of an authenticator app, which signs in then and goes with its credential', async () => {
    const { base, clock, call } = await administration()
    const credentials = [{ type: 'password', value: 'password' }]
    const named = { enabled: true, email: 'phone@example.com', firstName: 'Pho', lastName: 'Ne', credentials }
    const { id } = await call('POST', '/realms/demo/users', { username: 'phone', ...named, requiredActions: ['CONFIGURE_TOTP'] })
    const phone = { username: 'phone', password: 'password' }
    const first = await browserAt(base)
    const setup = await first.fill(phone)
    const secret = /id="kc-totp-secret-key">([A-Z2-7 ]+)</.exec(setup.html)?.[1]?.replaceAll(' ', '') ?? ''
    expect(secret).toHaveLength(32)
    const code = () => totp(secret, clock.now())
    expect((await first.fill({ totp: code() })).location?.searchParams.get('code')).toBeTruthy()
    const second = await browserAt(base)
    await second.fill(phone)
    expect((await second.fill({ otp: code() })).html).toContain('Invalid authenticator code.')
    clock.advance(30)
    expect((await second.fill({ otp: code() })).location?.searchParams.get('code')).toBeTruthy()
    const listed = (await call('GET', `/realms/demo/users/${id}/credentials`)).json
    expect(listed.map(({ type }: { type: string }) => type)).toEqual(['password', 'otp'])
    expect((await call('DELETE', `/realms/demo/users/${id}/credentials/${listed[1].id}`)).status).toBe(204)
    expect((await (await browserAt(base)).fill(phone)).location?.searchParams.get('code')).toBeTruthy()
  })

  test('send a link where the realm wants addresses confirmed, which is good once and for five minutes', async () => {
    const { base, clock, call } = await administration()
    await call('PUT', '/realms/demo', { verifyEmail: true, smtpServer: { from: 'realm@example.com' } })
    const credentials = [{ type: 'password', value: 'password' }]
    const named = { enabled: true, email: 'mail@example.com', firstName: 'Ma', lastName: 'Il', credentials }
    const { id } = await call('POST', '/realms/demo/users', { username: 'mail', ...named })
    const outbox = async () =>
      (await send(`${base.replace('/keycloak', '')}/_grantbox/sandboxes/keycloak/outbox`)).body.items as { link: string }[]
    const { fill, follow } = await browserAt(base)
    const page = await fill({ username: 'mail', password: 'password' })
    expect(page.html).toContain('has been sent to your address mail@example.com.')
    clock.advance(301)
    expect((await follow((await outbox())[0]?.link ?? '')).status).toBe(400)
    expect((await fill({})).html).toContain('has been sent to your address mail@example.com.')
    const [again] = await outbox()
    expect((await new Jar().open(again?.link ?? '')).status).toBe(400)
    expect((await follow(again?.link ?? '')).location?.searchParams.get('code')).toBeTruthy()
    expect((await follow(again?.link ?? '')).status).toBe(400)
    expect((await call('GET', `/realms/demo/users/${id}`)).json).toMatchObject({ emailVerified: true, requiredActions: [] })
  })

  test('come for nobody who gave no password', async () => {
    const { base } = await administration()
    const jar = new Jar()
    const first = await jar.open(`${base}${at('auth')}?${asked}`)
    const [, transaction = ''] = /name="transaction" value="([^"]+)"/.exec(first.html) ?? []
    const page = await jar.open(`${base}/realms/demo/login-actions/required-action?execution=UPDATE_PASSWORD&transaction=${transaction}`)
    expect(page.status).toBe(400)
    expect(page.headers.get('grantbox-explain')).toContain('Nobody gave a password')
    const other = await jar.open(`${base}/realms/demo/login-actions/required-action?execution=FLY&transaction=${transaction}`)
    expect(other.status).toBe(400)
  })

  test('let another password end the sessions of other browsers, and the old one hold no more', async () => {
    const { base } = await administration()
    const other = await browserAt(base)
    await other.fill(alice)
    const own = await browserAt(base, { kc_action: 'UPDATE_PASSWORD' })
    await own.fill(alice)
    const done = await own.fill({ 'password-new': 'better', 'password-confirm': 'better', 'logout-sessions': 'on' })
    expect(done.location?.searchParams.get('kc_action_status')).toBe('success')
    expect((await own.open({ prompt: 'none' })).location?.searchParams.get('code')).toBeTruthy()
    expect((await other.open({ prompt: 'none' })).location?.searchParams.get('error')).toBe('login_required')
    const after = await browserAt(base)
    expect((await after.fill(alice)).html).toContain('Invalid username or password.')
    expect((await after.fill({ ...alice, password: 'better' })).location?.searchParams.get('code')).toBeTruthy()
  })
})
