import { expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { addUser } from '../../support/iokids-setup.ts'
import { authorizeUrl, redeem, token } from '../../support/okta-client.ts'
import { startForFile } from '../../support/server.ts'
import { claimsOf, send } from '../../support/vendor-client.ts'

/** What the sign-in asks beside name and password. */

const server = await startForFile({ defaultProvider: 'okta' })
const { url } = server
const ssws = { authorization: 'SSWS 00grantboxApiTokenOfTheSandbox0123456789ab' }
const make = (username: string, claims = {}) => addUser(server.sandbox('okta'), { username, password: 'Password1!', claims })
const expire = (username: string) => send(`${url}/api/v1/users/${username}/lifecycle/expire_password`, { method: 'POST', headers: ssws })

/** Types name and password, and opens what comes. */
async function signIn(jar: Jar, username: string, password = 'Password1!') {
  const page = await jar.open(authorizeUrl(url))
  const next = await jar.post(page, url, { identifier: username, 'credentials.passcode': password })
  return next.location?.href.startsWith(url) === true ? jar.open(next.location.href) : next
}

test('a password that has expired is changed, held to the policy', async () => {
  make('carol')
  await expire('carol')
  const jar = new Jar()
  const page = await signIn(jar, 'carol')
  expect(page.html).toContain('Your password has expired')
  const weak = await jar.post(page, url, { 'credentials.passcode': 'weak', confirmPassword: 'weak' })
  expect([weak.status, weak.html]).toEqual([400, expect.stringContaining('Password requirements were not met.')])
  const other = await jar.post(weak, url, { 'credentials.passcode': 'Another1Word', confirmPassword: 'Another1Wor' })
  expect(other.html).toContain('New passwords must match')
  const end = await jar.post(other, url, { 'credentials.passcode': 'Another1Word', confirmPassword: 'Another1Word' })
  const { body } = await redeem(url, end.location?.searchParams.get('code') ?? '')
  expect(claimsOf(body.access_token)).toMatchObject({ sub: 'carol' })
  const again = await token(url, { grant_type: 'password', username: 'carol', password: 'Another1Word', scope: 'openid' })
  expect(again.status).toBe(200)
})

test('a second factor is asked for, behind a new password too', async () => {
  make('dave', { mfa_code: '123456' })
  await expire('dave')
  const jar = new Jar()
  const page = await signIn(jar, 'dave')
  const changed = await jar.post(page, url, { 'credentials.passcode': 'Another1Word', confirmPassword: 'Another1Word' })
  const factor = await jar.open(changed.location?.href ?? '')
  expect(factor.html).toContain('Verify with Google Authenticator')
  const wrong = await jar.post(factor, url, { 'credentials.passcode': '000000' })
  expect([wrong.status, wrong.html]).toEqual([400, expect.stringContaining('Invalid code. Try again.')])
  const end = await jar.post(wrong, url, { 'credentials.passcode': '123456' })
  const { body } = await redeem(url, end.location?.searchParams.get('code') ?? '')
  expect(claimsOf(body.id_token).amr).toEqual(['mfa', 'otp', 'pwd'])
  const silent = await jar.open(authorizeUrl(url, { prompt: 'none' }))
  expect(silent.location?.searchParams.get('code')).toMatch(/./)
})

test('neither page is for who gave no password', async () => {
  const page = await new Jar().open(authorizeUrl(url))
  const transaction = /name="transaction" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
  for (const path of ['/signin/verify/google', '/signin/password-expired']) {
    expect((await new Jar().open(`${url}${path}?transaction=${transaction}`)).status).toBe(400)
  }
})

test('ten wrong passwords lock their user, whichever way they come', async () => {
  make('erin')
  for (let time = 0; time < 9; time++) await signIn(new Jar(), 'erin', 'wrong')
  const authn = () =>
    send(`${url}/api/v1/authn`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'erin', password: 'wrong' }),
    })
  expect((await authn()).body.errorCode).toBe('E0000004')
  expect((await authn()).body.status).toBe('LOCKED_OUT')
  const page = await signIn(new Jar(), 'erin')
  expect([page.status, page.location, page.html]).toEqual([401, undefined, expect.stringContaining('Unable to sign in')])
})
