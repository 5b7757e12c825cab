import { describe, expect, test } from 'vitest'
import { token } from '../../support/okta-client.ts'
import { startForFile } from '../../support/server.ts'
import { claimsOf, send } from '../../support/vendor-client.ts'

const { url } = await startForFile({ defaultProvider: 'okta' })
const ssws = { authorization: 'SSWS 00grantboxApiTokenOfTheSandbox0123456789ab' }

function call(method: string, path: string, body?: object, headers: Record<string, string> = ssws) {
  const json = body === undefined ? {} : { body: JSON.stringify(body) }
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  return send(`${url}/api/v1${path}`, { method, headers: { ...headers, ...type }, ...json })
}

const isaac = {
  profile: { firstName: 'Isaac', lastName: 'Brock', email: 'isaac@example.com', login: 'isaac@example.com', department: 'Music' },
  credentials: { password: { value: 'tlpWENT2m' } },
}

test.each([
  ['no token', {}, 403, 'E0000005', 'Invalid session'],
  ['a wrong token', { authorization: 'SSWS x' }, 401, 'E0000011', 'Invalid token provided'],
])('%s is refused', async (_name, headers, status, number, summary) => {
  const answer = await call('GET', '/users', undefined, headers as Record<string, string>)
  expect([answer.status, answer.text.replace(/oae[\w-]{22}/, 'oae')]).toEqual([
    status,
    `{"errorCode":"${number}","errorSummary":"${summary}","errorLink":"${number}","errorId":"oae","errorCauses":[]}`,
  ])
  expect(answer.explanation).toContain('api_token')
})

describe('users', () => {
  test('are made, found, changed, and deleted in two steps', async () => {
    const made = await call('POST', '/users?activate=true', isaac)
    expect(made.status).toBe(200)
    expect(made.body).toMatchObject({
      id: expect.stringMatching(/^00u\w{17}$/),
      status: 'ACTIVE',
      profile: { firstName: 'Isaac', lastName: 'Brock', login: 'isaac@example.com', department: 'Music', mobilePhone: null },
      credentials: { provider: { type: 'OKTA', name: 'OKTA' } },
    })
    const { id } = made.body
    for (const name of [id, 'isaac@example.com']) expect((await call('GET', `/users/${name}`)).body.id).toBe(id)
    const changed = await call('POST', `/users/${id}`, { profile: { firstName: 'Ike' } })
    expect(changed.body.profile).toMatchObject({ firstName: 'Ike', lastName: 'Brock', department: 'Music' })
    const { body } = await token(url, { grant_type: 'password', username: 'isaac@example.com', password: 'tlpWENT2m', scope: 'openid' })
    expect(claimsOf(body.access_token)).toMatchObject({ sub: 'isaac@example.com', uid: id })
    expect((await call('DELETE', `/users/${id}`)).status).toBe(204)
    expect((await call('GET', `/users/${id}`)).body.status).toBe('DEPROVISIONED')
    expect((await call('DELETE', `/users/${id}`)).status).toBe(204)
    const gone = await call('GET', `/users/${id}`)
    expect(gone.status).toBe(404)
    expect(gone.body).toMatchObject({ errorCode: 'E0000007', errorSummary: `Not found: Resource not found: ${id} (User)` })
  })

  test.each([
    [
      'a login that is taken',
      { ...isaac, profile: { ...isaac.profile, login: 'alice' } },
      'login',
      'login: An object with this field already exists in the current organization',
    ],
    [
      'no last name',
      { ...isaac, profile: { ...isaac.profile, lastName: undefined } },
      'lastName',
      'lastName: The field cannot be left blank',
    ],
    [
      'a weak password',
      { ...isaac, credentials: { password: { value: 'weak' } } },
      'password',
      'password: Password requirements were not met. Password requirements: at least 8 characters, a lowercase letter, an uppercase letter, a number, no parts of your username.',
    ],
  ])('%s is refused', async (_name, body, what, cause) => {
    expect(await call('POST', '/users', body)).toMatchObject({
      status: 400,
      body: { errorCode: 'E0000001', errorSummary: `Api validation failed: ${what}`, errorCauses: [{ errorSummary: cause }] },
    })
  })

  test('are listed, searched and paged', async () => {
    const logins = async (query: string) =>
      ((await call('GET', `/users${query}`)).body as unknown as { profile: { login: string } }[]).map(({ profile }) => profile.login)
    expect(await logins('')).toEqual(['alice', 'bob'])
    expect(await logins(`?search=${encodeURIComponent('profile.login eq "bob"')}`)).toEqual(['bob'])
    expect(await logins(`?filter=${encodeURIComponent('status eq "ACTIVE" and profile.lastName sw "A"')}`)).toEqual(['alice'])
    expect(await logins('?q=ali')).toEqual(['alice'])
    const first = await call('GET', '/users?limit=1')
    const [, next = ''] = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? []
    expect((await send(next, { headers: ssws })).text).toContain('"login":"bob"')
    expect((await call('GET', '/users?search=magic')).body.errorCode).toBe('E0000031')
  })

  test('who are suspended cannot sign in', async () => {
    expect((await call('POST', '/users/bob/lifecycle/suspend')).status).toBe(200)
    const refused = await token(url, { grant_type: 'password', username: 'bob', password: 'Password1!', scope: 'openid' })
    expect(refused.body.error_description).toBe('The credentials provided were invalid.')
    await call('POST', '/users/bob/lifecycle/unsuspend')
    expect((await token(url, { grant_type: 'password', username: 'bob', password: 'Password1!', scope: 'openid' })).status).toBe(200)
  })

  test('change their password', async () => {
    const change = (oldPassword: string, newPassword: string) =>
      call('POST', '/users/bob/credentials/change_password', { oldPassword: { value: oldPassword }, newPassword: { value: newPassword } })
    expect((await change('wrong', 'Another1Word')).body).toMatchObject({
      errorCode: 'E0000014',
      errorSummary: 'Update of credentials failed',
    })
    expect((await change('Password1!', 'Another1Word')).status).toBe(200)
    expect((await change('Another1Word', 'Password1!')).status).toBe(200)
  })
})

describe('groups', () => {
  test('are made and filled, and tokens tell them', async () => {
    const made = await call('POST', '/groups', { profile: { name: 'West Coast', description: 'All of them' } })
    expect(made.body).toMatchObject({ id: expect.stringMatching(/^00g\w{17}$/), type: 'OKTA_GROUP', profile: { name: 'West Coast' } })
    const { id } = made.body
    expect((await call('PUT', `/groups/${id}/users/00ugrantboxbob000001`)).status).toBe(204)
    const form = { grant_type: 'password', username: 'bob', password: 'Password1!', scope: 'openid groups' }
    const { body } = await token(url, form)
    expect(claimsOf(body.access_token).groups).toEqual(['Everyone', 'West Coast'])
    expect((await call('GET', `/groups/${id}/users`)).text).toContain('"login":"bob"')
    expect((await call('GET', '/users/bob/groups')).text).toContain('West Coast')
    expect((await call('GET', '/groups?q=West')).text).toContain(String(id))
    expect((await call('POST', '/groups', { profile: { name: 'West Coast' } })).body.errorCode).toBe('E0000001')
    expect((await call('DELETE', `/groups/${id}/users/00ugrantboxbob000001`)).status).toBe(204)
    expect(claimsOf((await token(url, form)).body.access_token).groups).toEqual(['Everyone'])
    expect((await call('DELETE', `/groups/${id}`)).status).toBe(204)
    expect((await call('GET', `/groups/${id}`)).body.errorSummary).toBe(`Not found: Resource not found: ${id} (UserGroup)`)
  })

  test('more than a hundred are too many for a claim', async () => {
    for (let at = 0; at < 101; at++) {
      const { body } = await call('POST', '/groups', { profile: { name: `g${at}` } })
      await call('PUT', `/groups/${body.id}/users/00ugrantboxalice0001`)
    }
    const { status, body } = await token(url, { grant_type: 'password', username: 'alice', password: 'Password1!', scope: 'openid groups' })
    expect([status, body]).toEqual([
      400,
      {
        error: 'server_error',
        error_description: 'The groups claim matched too many groups and must be configured to match fewer groups.',
      },
    ])
  })
})
