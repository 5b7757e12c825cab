import { expect, test } from 'vitest'
import { addUser } from '../../support/iokids-setup.ts'
import { startForFile } from '../../support/server.ts'
import { postJson, send } from '../../support/vendor-client.ts'

/** A forgotten password and a locked account, by API. */

const { url, clock, sandbox } = await startForFile({ defaultProvider: 'okta' })
const ssws = { authorization: 'SSWS 00grantboxApiTokenOfTheSandbox0123456789ab' }
const authn = (path: string, body: object, headers = {}) => postJson(`${url}/api/v1/authn${path}`, body, headers)
const allow = '"hints":{"allow":["POST"]}'
const cancel = `"cancel":{"href":"${url}/api/v1/authn/cancel",${allow}}`
const comparable = (text: string) =>
  text
    .replace(/"20\d\d-[^"]+Z"/g, '"TIME"')
    .replace(/oae[\w-]{22}/, 'oae')
    .replace(/"00[\w-]{40}"/, '"STATE"')
    .replace(/"recoveryToken":"[\w-]{20}"/, '"recoveryToken":"RECOVERY"')
const bob =
  '{"id":"00ugrantboxbob000001","passwordChanged":"TIME","profile":{"login":"bob","firstName":"Bob","lastName":"Baker","locale":"en_US","timeZone":"America/Los_Angeles"}'
const complexity = '{"complexity":{"minLength":8,"minLowerCase":1,"minUpperCase":1,"minNumber":1,"minSymbol":0,"excludeUsername":true}}'

/** The newest message in the outbox. */
async function sent() {
  const { items } = (await send(`${url}/_grantbox/sandboxes/okta/outbox`)).body as { items: { to: string; kind: string; code: string }[] }
  return items[0]
}

test('whoever has an API token is told the recovery token', async () => {
  const begun = await authn('/recovery/password', { username: 'bob' }, ssws)
  const next = `"next":{"name":"recovery","href":"${url}/api/v1/authn/recovery/token",${allow}}`
  expect([begun.status, comparable(begun.text)]).toEqual([
    200,
    `{"expiresAt":"TIME","status":"RECOVERY","recoveryToken":"RECOVERY","_embedded":{"user":${bob}}},"_links":{${next},${cancel}}}`,
  ])
  const unknown = await authn('/recovery/password', { username: 'nobody' }, ssws)
  expect(unknown).toMatchObject({ status: 404, body: { errorSummary: 'Not found: Resource not found: nobody (User)' } })
  const wrong = await authn('/recovery/password', { username: 'bob' }, { authorization: 'SSWS x' })
  expect(wrong).toMatchObject({ status: 401, body: { errorCode: 'E0000011' } })
})

test('anybody else has it sent, resets the password, and is signed in', async () => {
  const begun = await authn('/recovery/password', { username: 'bob', factorType: 'EMAIL' })
  const waiting = '{"status":"RECOVERY_CHALLENGE","factorResult":"WAITING","factorType":"EMAIL","recoveryType":"PASSWORD"}'
  expect([begun.status, begun.text]).toEqual([200, waiting])
  const mail = await sent()
  expect(mail).toMatchObject({ to: 'bob@example.com', kind: 'PASSWORD' })
  expect((await authn('/recovery/password', { username: 'nobody', factorType: 'EMAIL' })).text).toBe(waiting)
  expect((await authn('/recovery/password', { username: 'bob' })).body).toMatchObject({ errorCode: 'E0000001' })
  const reset = await authn('/recovery/token', { recoveryToken: mail?.code })
  const next = `"next":{"name":"resetPassword","href":"${url}/api/v1/authn/credentials/reset_password",${allow}}`
  expect(comparable(reset.text)).toBe(
    `{"stateToken":"STATE","expiresAt":"TIME","status":"PASSWORD_RESET","recoveryType":"PASSWORD","_embedded":{"user":${bob}},"policy":${complexity}},"_links":{${next},${cancel}}}`,
  )
  const again = await authn('/recovery/token', { recoveryToken: mail?.code })
  expect([again.status, comparable(again.text)]).toEqual([
    401,
    '{"errorCode":"E0000011","errorSummary":"Invalid token provided","errorLink":"E0000011","errorId":"oae","errorCauses":[]}',
  ])
  const { stateToken } = reset.body
  const weak = await authn('/credentials/reset_password', { stateToken, newPassword: 'weak' })
  const cause =
    'Password requirements were not met. Password requirements: at least 8 characters, a lowercase letter, an uppercase letter, a number, no parts of your username.'
  expect([weak.status, comparable(weak.text)]).toEqual([
    403,
    `{"errorCode":"E0000080","errorSummary":"The password does not meet the complexity requirements of the current password policy.","errorLink":"E0000080","errorId":"oae","errorCauses":[{"errorSummary":"${cause}"}]}`,
  ])
  const done = await authn('/credentials/reset_password', { stateToken, newPassword: 'Another1Word' })
  expect(done.body).toMatchObject({ status: 'SUCCESS', sessionToken: expect.stringMatching(/^20111/) })
  expect((await authn('', { username: 'bob', password: 'Another1Word' })).body.status).toBe('SUCCESS')
  const journal = await (await fetch(`${url}/_grantbox/sandboxes/okta/requests`)).text()
  for (const secret of [mail?.code, stateToken, 'Another1Word']) expect(journal).not.toContain(secret)
})

test('who has a recovery question answers it', async () => {
  const isaac = {
    profile: { firstName: 'Isaac', lastName: 'Brock', email: 'isaac@example.com', login: 'isaac@example.com' },
    credentials: {
      password: { value: 'tlpWENT2m' },
      recovery_question: { question: "Who's a major player in the cowboy scene?", answer: 'Cowboy Dan' },
    },
  }
  await postJson(`${url}/api/v1/users`, isaac, ssws)
  const { recoveryToken } = (await authn('/recovery/unlock', { username: 'isaac@example.com' }, ssws)).body
  const asked = await authn('/recovery/token', { recoveryToken })
  expect(asked.body).toMatchObject({
    status: 'RECOVERY',
    recoveryType: 'UNLOCK',
    _embedded: { user: { recovery_question: { question: "Who's a major player in the cowboy scene?" } } },
    _links: { next: { name: 'answer', href: `${url}/api/v1/authn/recovery/answer` } },
  })
  const { stateToken } = asked.body
  const wrong = await authn('/recovery/answer', { stateToken, answer: 'Cowboy Bob' })
  expect([wrong.status, comparable(wrong.text)]).toEqual([
    403,
    '{"errorCode":"E0000087","errorSummary":"The recovery question answer did not match our records.","errorLink":"E0000087","errorId":"oae","errorCauses":[]}',
  ])
  for (let time = 0; time < 10; time++) await authn('', { username: 'isaac@example.com', password: 'wrong' })
  expect((await authn('', { username: 'isaac@example.com', password: 'tlpWENT2m' })).body.status).toBe('LOCKED_OUT')
  const unlocked = await authn('/recovery/answer', { stateToken, answer: 'Cowboy Dan' })
  expect(unlocked.body).toMatchObject({ status: 'SUCCESS', recoveryType: 'UNLOCK' })
  expect((await authn('', { username: 'isaac@example.com', password: 'tlpWENT2m' })).body.status).toBe('SUCCESS')
})

test('a recovery token lives an hour', async () => {
  const { recoveryToken } = (await authn('/recovery/password', { username: 'alice' }, ssws)).body
  clock.advance(3601)
  expect((await authn('/recovery/token', { recoveryToken })).status).toBe(401)
})

test('the states of a sign-in by API, members in the order of the vendor', async () => {
  const names = { first_name: 'Bob', last_name: 'Baker' }
  addUser(sandbox('okta'), {
    ...names,
    user_id: '00ugrantboxbobby0001',
    username: 'bobby',
    password: 'Password1!',
    claims: { mfa_code: '1' },
  })
  const bobby = bob.replace('00ugrantboxbob000001', '00ugrantboxbobby0001').replace('"login":"bob"', '"login":"bobby"')
  const ask = async () => comparable((await authn('', { username: 'bobby', password: 'Password1!' })).text)
  const begin = (status: string) => `{"stateToken":"STATE","expiresAt":"TIME","status":"${status}","_embedded":{"user":${bobby}}`
  const verify = `{"verify":{"href":"${url}/api/v1/authn/factors/ostgrantboxtotp00001/verify",${allow}}}`
  const factor = `{"id":"ostgrantboxtotp00001","factorType":"token:software:totp","provider":"GOOGLE","vendorName":"GOOGLE","profile":{"credentialId":"bobby"},"_links":${verify}}`
  expect(await ask()).toBe(`${begin('MFA_REQUIRED')},"factors":[${factor}]},"_links":{${cancel}}}`)
  await send(`${url}/api/v1/users/bobby/lifecycle/expire_password`, { method: 'POST', headers: ssws })
  const next = `"next":{"name":"changePassword","href":"${url}/api/v1/authn/credentials/change_password",${allow}}`
  expect(await ask()).toBe(`${begin('PASSWORD_EXPIRED')},"policy":${complexity}},"_links":{${next},${cancel}}}`)
})
