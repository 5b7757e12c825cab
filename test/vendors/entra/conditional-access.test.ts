import { describe, expect, test } from 'vitest'
import { graph } from '../../../src/providers/entra/world.ts'
import { totp } from '../../../src/providers/totp.ts'
import { Jar, type Visit } from '../../support/browser-jar.ts'
import {
  alice,
  api,
  authorizeUrl,
  callback,
  homeTenant,
  ordersScope,
  signIn,
  spa,
  startEntra,
  token,
  tokensOf,
  web,
} from '../../support/entra-client.ts'
import { claimsOf, post, postJson, send } from '../../support/vendor-client.ts'
import { expectPage, expectRefusal, expectTold } from './refusal.ts'

/** Users who must do more than show a password, or may not come in: by policies, and because their password has expired. */

const server = await startEntra()
const { url, clock } = server
const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

async function patch(path: string, change: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { status, text } = await send(`${url}/_grantbox/sandboxes/entra${path}`, { method: 'PATCH', headers, body: JSON.stringify(change) })
  expect([status, text]).toEqual([200, expect.any(String)])
}

const policies = (...conditional_access: object[]) => patch('', { settings: { conditional_access } })
const ofOrders = { applications: { includeApplications: [api.client_id] } }
const wants = (control: 'block' | 'mfa', conditions: object = ofOrders, more: object = {}) => ({
  displayName: `Orders: ${control}`,
  conditions,
  grantControls: { builtInControls: [control] },
  ...more,
})

/** Alice as the world has her, with other claims beside. */
async function alicesClaims(claims: Record<string, unknown>): Promise<void> {
  await patch('/users/alice', { claims: { roles: ['Orders.Admin'], ...claims }, password: alice.password })
}

const byPassword = (scope: string, more: Record<string, string> = {}) =>
  token(url, { grant_type: 'password', ...web, ...alice, scope, ...more })

const polids = expect.stringMatching(/^\{"access_token":\{"polids":\{"essential":true,"values":\["[0-9a-f-]{36}"\]\}\}\}$/)
const mfa = (what: string, resource: string) =>
  `Due to a configuration change made by your administrator, or because you moved to a new location, you ${what} multi-factor authentication to access '${resource}'.`

/** A browser behind the page for the password. */
async function behindPassword(parameters: Record<string, string> = {}, jar = new Jar()): Promise<{ jar: Jar; page: Visit }> {
  const name = await jar.open(authorizeUrl(url, parameters))
  const password = await jar.post(name, url, { loginfmt: alice.username })
  const next = await jar.post(password, url, { passwd: alice.password })
  return { jar, page: next.location === undefined ? next : await jar.open(next.location.href) }
}

describe('a policy that wants a second factor', () => {
  test.each([
    ['shown', { otp_secret: secret }, 50076, 'must use'],
    ['set up first', {}, 50079, 'must enroll in'],
  ])('refuses a password alone where it is to be %s, with the claims to ask for', async (_, claims, number, what) => {
    await alicesClaims(claims)
    await policies(wants('mfa'))
    const answer = await byPassword(`openid ${ordersScope}`)
    expect(answer.body.claims).toEqual(polids)
    expectRefusal(answer, {
      error: 'interaction_required',
      number,
      text: mfa(what, api.client_id),
      suberror: 'basic_action',
      claims: String(answer.body.claims),
    })
    expect((await byPassword('openid User.Read')).status).toBe(200)
  })

  test('stands in the way of a refresh token, and of an API on behalf of its caller', async () => {
    await policies()
    const { refresh_token } = await tokensOf(url, { scope: 'openid offline_access User.Read' })
    const { access_token } = await tokensOf(url, { scope: ordersScope })
    await policies(wants('mfa', { applications: { includeApplications: ['All'] } }))
    const refreshed = await token(url, { grant_type: 'refresh_token', ...web, refresh_token: String(refresh_token) })
    const onBehalf = await token(url, {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      ...api,
      assertion: String(access_token),
      requested_token_use: 'on_behalf_of',
      scope: 'User.Read',
    })
    for (const answer of [refreshed, onBehalf])
      expectRefusal(answer, {
        error: 'interaction_required',
        number: 50079,
        text: mfa('must enroll in', graph.client_id ?? ''),
        suberror: 'basic_action',
        claims: String(answer.body.claims),
      })
    await policies()
  })

  test('refuses a device, whose page asks for no second factor', async () => {
    await alicesClaims({ otp_secret: secret })
    await policies(wants('mfa'))
    const { body } = await post(`${url}/${homeTenant}/oauth2/v2.0/devicecode`, { ...spa, scope: ordersScope })
    const { user_code, device_code } = body
    await postJson(`${url}/_grantbox/sandboxes/entra/device`, { user_code, username: 'alice', decision: 'allow' })
    const answer = await token(url, { grant_type: 'device_code', ...spa, device_code: String(device_code) })
    expectRefusal(answer, {
      error: 'interaction_required',
      number: 50076,
      text: mfa('must use', api.client_id),
      suberror: 'basic_action',
      claims: String(answer.body.claims),
    })
    await policies()
  })

  test('asks for the code of the authenticator app on a page, and tokens say that it was shown', async () => {
    await alicesClaims({ otp_secret: secret })
    await policies(wants('mfa'))
    const { jar, page } = await behindPassword({ scope: `openid offline_access ${ordersScope}` })
    expect(page.html).toMatch(/<input[^>]*name="otc"/)
    expect(page.html).toMatch(/<input[^>]*type="submit"[^>]*value="Verify"[^>]*id="idSubmit_SAOTCC_Continue"/)
    const wrong = await jar.post(page, url, { otc: '000000' })
    expect(wrong.html.replaceAll('&#39;', "'")).toContain("You didn't enter the expected verification code. Please try again.")
    const stay = await jar.post(page, url, { otc: totp(secret, clock.now()) })
    const { location } = await signIn(jar, stay.location === undefined ? stay : await jar.open(stay.location.href), url)
    const code = location?.searchParams.get('code') ?? ''
    const { status, body } = await token(url, { grant_type: 'authorization_code', ...web, code, redirect_uri: callback })
    expect([status, claimsOf(body.access_token).aud]).toEqual([200, api.client_id])
    const refreshed = await token(url, {
      grant_type: 'refresh_token',
      ...web,
      refresh_token: String(body.refresh_token),
      scope: 'User.Read',
    })
    expect(claimsOf(refreshed.body.access_token).amr).toEqual(['pwd', 'mfa'])
  })

  test('has a user without one set it up, and refuses a silent request until then', async () => {
    await alicesClaims({})
    await policies()
    const jar = new Jar()
    await signIn(jar, await jar.open(authorizeUrl(url)), url)
    await policies(wants('mfa', {}))
    for (const [number, claims] of [
      [50079, {}],
      [50076, { otp_secret: secret }],
    ] as const) {
      await alicesClaims(claims)
      const { location } = await jar.open(authorizeUrl(url, { prompt: 'none' }))
      const what = number === 50079 ? 'must enroll in' : 'must use'
      expectTold(location, { error: 'interaction_required', number, text: mfa(what, graph.client_id ?? '') })
    }
    await alicesClaims({})
    const asked = await jar.open(authorizeUrl(url))
    const page = await jar.open(asked.location?.href ?? '')
    const key = /enter the code that it shows: ([A-Z2-7]{32})/.exec(page.html)?.[1] ?? ''
    const next = await jar.post(page, url, { otc: totp(key, clock.now()) })
    expect(next.location?.searchParams.get('code')).toMatch(/^1\.A/)
    expect(server.sandbox().directory.findUser('alice')?.claims.otp_secret).toBe(key)
    await policies()
    await alicesClaims({})
  })

  test.each<[string, object]>([
    ['is disabled', wants('mfa', ofOrders, { state: 'disabled' })],
    ['only reports', wants('mfa', ofOrders, { state: 'enabledForReportingButNotEnforced' })],
    ['is for another application', wants('mfa', { applications: { includeApplications: [graph.client_id] } })],
    ['is for another user', wants('mfa', { ...ofOrders, users: { includeUsers: ['bob@contoso.onmicrosoft.com'] } })],
  ])('that %s refuses nobody', async (_, policy) => {
    await policies(policy)
    expect((await byPassword(ordersScope)).status).toBe(200)
    await policies()
  })
})

describe('a policy that keeps users out', () => {
  const text = 'Access has been blocked by Conditional Access policies.'

  test('at the token endpoint, whatever another one wants', async () => {
    await policies(wants('mfa'), wants('block', { ...ofOrders, users: { includeUsers: [alice.username] } }))
    expectRefusal(await byPassword(ordersScope), { error: 'access_denied', number: 53003, text })
    const bob = await byPassword(ordersScope, { username: 'bob' })
    expect(bob.body.error_codes).toEqual([50079])
    await policies()
  })

  test('on a page, and at the client where no page may be shown', async () => {
    const jar = new Jar()
    await signIn(jar, await jar.open(authorizeUrl(url)), url)
    await policies(wants('block', {}))
    const { page } = await behindPassword()
    expectPage(page, { number: 53003, text })
    const { location } = await jar.open(authorizeUrl(url, { prompt: 'none' }))
    expectTold(location, { error: 'access_denied', number: 53003, text })
    await policies()
  })
})

describe('a password that has expired', () => {
  const forced = { passwordProfile: { forceChangePasswordNextSignIn: true } }

  test('is refused to programs', async () => {
    await alicesClaims(forced)
    expectRefusal(await byPassword('openid'), {
      error: 'invalid_grant',
      number: 50055,
      text: 'The password is expired.',
      suberror: 'user_password_expired',
    })
    expect((await byPassword('openid', { password: 'wrong' })).body.error_codes).toEqual([50126])
  })

  test('is changed on a page', async () => {
    await alicesClaims(forced)
    const { jar, page } = await behindPassword()
    for (const name of ['currentPassword', 'newPassword', 'confirmNewPassword'])
      expect(page.html).toMatch(new RegExp(`<input[^>]*name="${name}"`))
    const change = (currentPassword: string, newPassword: string, confirmNewPassword: string) =>
      jar.post(page, url, { currentPassword, newPassword, confirmNewPassword })
    expect((await change('wrong', 'Another1!', 'Another1!')).html).toContain('Your current password is incorrect.')
    expect((await change(alice.password, 'Another1!', 'Other1!')).html).toContain('These passwords do not match.')
    const next = await change(alice.password, 'Another1!', 'Another1!')
    const { location } = await signIn(jar, next, url)
    expect(location?.searchParams.get('code')).toMatch(/^1\.A/)
    expect((await byPassword('openid')).body.error_codes).toEqual([50126])
    expect((await byPassword('openid', { password: 'Another1!' })).status).toBe(200)
    await alicesClaims({})
  })
})

test('its pages are below the tenant that was asked for', async () => {
  await alicesClaims({ otp_secret: secret })
  await policies(wants('mfa', {}))
  const jar = new Jar()
  const name = await jar.open(authorizeUrl(url, {}, 'common/oauth2/v2.0'))
  const password = await jar.post(name, url, { loginfmt: alice.username })
  const { location } = await jar.post(password, url, { passwd: alice.password })
  expect(location?.pathname).toBe('/common/oauth2/v2.0/authorize/verify')
  await policies()
  await alicesClaims({})
})
