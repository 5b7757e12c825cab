import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { addUser } from '../../support/iokids-setup.ts'
import { authorizeUrl, redeem, token } from '../../support/okta-client.ts'
import { startForFile } from '../../support/server.ts'
import { claimsOf, postJson, send } from '../../support/vendor-client.ts'

/** A second factor whose codes go to a phone. */

const server = await startForFile({ defaultProvider: 'okta' })
const { url } = server
const password = 'Password1!'
const phone = (mfa_phone: string) => ({ mfa_phone })
const authn = (body: object, path = '') => postJson(`${url}/api/v1/authn${path}`, body)
const sms = '/factors/smsgrantboxphone0001/verify'

function make(username: string, claims: Record<string, unknown>): void {
  const names = { first_name: 'Pat', last_name: 'Park' }
  addUser(server.sandbox('okta'), { username, password, user_id: `00ugrantbox${username.padEnd(9, '0')}`, ...names, claims })
}

/** The codes that were sent to a number, the newest first. */
async function sent(to: string): Promise<string[]> {
  const { body } = await send(`${url}/_grantbox/sandboxes/okta/outbox?to=${encodeURIComponent(to)}`)
  return (body.items as { code: string; by: string; kind: string }[])
    .filter(({ by, kind }) => by === 'sms' && kind === 'MFA')
    .map(({ code }) => code)
}

const comparable = (text: string) =>
  text
    .replace(/"20\d\d-[^"]+Z"/g, '"TIME"')
    .replace(/"00[\w-]{40}"/, '"STATE"')
    .replace(/oae[\w-]{22}/, 'oae')
const post = '"hints":{"allow":["POST"]}'
const cancel = `"cancel":{"href":"${url}/api/v1/authn/cancel",${post}}`
const person = (username: string) =>
  `{"id":"00ugrantbox${username.padEnd(9, '0')}","passwordChanged":"TIME","profile":{"login":"${username}","firstName":"Pat","lastName":"Park","locale":"en_US","timeZone":"America/Los_Angeles"}}`
const state = (status: string, username: string) =>
  `{"stateToken":"STATE","expiresAt":"TIME","status":"${status}","_embedded":{"user":${person(username)},`

describe('by API', () => {
  test('is listed, asked for, sent anew, left and shown, members in the order of the vendor', async () => {
    make('pat', phone('+15550142'))
    const first = await authn({ username: 'pat', password })
    const factor = '"id":"smsgrantboxphone0001","factorType":"sms","provider":"OKTA"'
    const profile = '"profile":{"phoneNumber":"+XXXX0142"}'
    const verify = `{"verify":{"href":"${url}/api/v1/authn${sms}",${post}}}`
    const required = `${state('MFA_REQUIRED', 'pat')}"factors":[{${factor},"vendorName":"OKTA",${profile},"_links":${verify}}]},"_links":{${cancel}}}`
    expect([first.status, comparable(first.text)]).toEqual([200, required])
    const { stateToken } = first.body
    const asked = await authn({ stateToken }, sms)
    const next = `"next":{"name":"verify","href":"${url}/api/v1/authn${sms}",${post}}`
    const prev = `"prev":{"href":"${url}/api/v1/authn/previous",${post}}`
    const resend = `"resend":[{"name":"sms","href":"${url}/api/v1/authn${sms}/resend",${post}}]`
    const challenged = `${state('MFA_CHALLENGE', 'pat')}"factor":{${factor},${profile}}},"_links":{${next},${cancel},${prev},${resend}}}`
    expect([asked.status, comparable(asked.text)]).toEqual([200, challenged])
    expect(comparable((await authn({ stateToken })).text)).toBe(challenged)
    const [early] = await sent('+15550142')
    expect(early).toMatch(/^\d{6}$/)
    server.clock.advance(1)
    expect(comparable((await authn({ stateToken }, `${sms}/resend`)).text)).toBe(challenged)
    expect(comparable((await authn({ stateToken }, '/previous')).text)).toBe(required)
    const codes = await sent('+15550142')
    expect(codes).toHaveLength(2)
    const wrong = await authn({ stateToken, passCode: '-' }, sms)
    expect([wrong.status, comparable(wrong.text)]).toEqual([
      403,
      '{"errorCode":"E0000068","errorSummary":"Invalid Passcode/Answer","errorLink":"E0000068","errorId":"oae","errorCauses":[{"errorSummary":"Your token doesn\'t match our records. Please try again."}]}',
    ])
    expect(wrong.explanation).toContain('outbox')
    const done = await authn({ stateToken, passCode: codes[0] }, sms)
    expect(done.body).toMatchObject({ status: 'SUCCESS', sessionToken: expect.stringMatching(/^20111/) })
  })

  test('lives five minutes, and is taken once', async () => {
    make('quinn', phone('+15550143'))
    const begin = async () => {
      const { stateToken } = (await authn({ username: 'quinn', password })).body
      await authn({ stateToken }, sms)
      return stateToken
    }
    const late = await begin()
    const [first] = await sent('+15550143')
    server.clock.advance(300)
    const next = (await authn({ username: 'quinn', password })).body.stateToken
    expect((await authn({ stateToken: next, passCode: first }, sms)).body.errorCode).toBe('E0000068')
    expect((await authn({ stateToken: late, passCode: first }, sms)).body.errorCode).toBe('E0000011')
    const stateToken = await begin()
    const [passCode] = await sent('+15550143')
    expect((await authn({ stateToken, passCode }, sms)).body.status).toBe('SUCCESS')
    const again = (await authn({ username: 'quinn', password })).body.stateToken
    expect((await authn({ stateToken: again, passCode }, sms)).body.errorCode).toBe('E0000068')
  })

  test('stands beside an app, to which nothing is sent', async () => {
    make('robin', { mfa_code: '123456', ...phone('+15550144') })
    const { body } = await authn({ username: 'robin', password })
    const { factors } = body._embedded as { factors: { factorType: string }[] }
    expect(factors.map(({ factorType }) => factorType)).toEqual(['token:software:totp', 'sms'])
    const { stateToken } = body
    expect((await authn({ stateToken }, '/factors/ostgrantboxtotp00001/verify/resend')).body.errorCode).toBe('E0000079')
    expect((await authn({ stateToken }, '/factors/none/verify')).body).toMatchObject({
      errorCode: 'E0000007',
      errorSummary: 'Not found: Resource not found: none (UserFactor)',
    })
    await authn({ stateToken }, sms)
    // Who was sent a code may show the app's all the same.
    expect((await authn({ stateToken, passCode: '123456' }, '/factors/ostgrantboxtotp00001/verify')).body.status).toBe('SUCCESS')
  })
})

test('on a page the code comes by itself, once, and the ID token tells', async () => {
  make('sam', phone('+15550145'))
  const jar = new Jar()
  const page = await jar.open(authorizeUrl(url))
  const led = await jar.post(page, url, { identifier: 'sam', 'credentials.passcode': password })
  expect(led.location?.pathname).toBe('/signin/verify/okta/sms')
  const form = await jar.open(led.location?.href ?? '')
  expect(form.html).toContain('<h1>Verify with your phone</h1>')
  await jar.open(led.location?.href ?? '')
  const codes = await sent('+15550145')
  expect(codes).toHaveLength(1)
  const wrong = await jar.post(form, url, { 'credentials.passcode': '-' })
  expect([wrong.status, wrong.html.includes('Invalid code. Try again.')]).toEqual([400, true])
  const end = await jar.post(wrong, url, { 'credentials.passcode': codes[0] ?? '' })
  const { body } = await redeem(url, end.location?.searchParams.get('code') ?? '')
  expect(claimsOf(body.id_token).amr).toEqual(['mfa', 'sms', 'pwd'])
})

test('a password alone is not enough for tokens', async () => {
  make('toni', phone('+15550146'))
  const { body } = await token(url, { grant_type: 'password', username: 'toni', password, scope: 'openid' })
  expect(body.error_description).toBe('Resource owner password credentials authentication denied by sign on policy.')
})
