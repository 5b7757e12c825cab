import { describe, expect, test } from 'vitest'
import { viewEntry } from '../../src/control/views/journal.ts'
import { standard } from '../../src/providers/standard/standard.ts'
import { start, startForFile } from '../support/server.ts'
import { alice, json, post, web } from '../support/standard-client.ts'
import { callback } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const { url } = server

const lastEntry = (name?: string) => {
  const entry = server.sandbox(name).journal.list().at(-1)
  if (entry === undefined) throw new Error('nothing came')
  return entry
}

/** Each endpoint that clients post to, with a request that it answers. */
const endpoints: [path: string, form: Record<string, string>][] = [
  ['/token', { grant_type: 'client_credentials', ...web }],
  ['/introspect', { token: 'x', ...web }],
  ['/revoke', { token: 'x', ...web }],
  ['/par', { response_type: 'code', redirect_uri: callback, scope: 'openid', ...web }],
  ['/device_authorization', { client_id: 'standard-device' }],
  ['/bc-authorize', { scope: 'openid', login_hint: alice.username, ...web }],
]

const harmless = [
  'client-request-id=6f0b3a1e-9d4e-4f0e-8a51-3a54a52a3f0b',
  'p=B2C_1_signin',
  'api-version=1.0',
  'x',
  'x=',
  'x=1&x=2',
  '=1',
  '__proto__=1&constructor=2',
  '%F0%9F%98%BA=1',
  'scope=read&client_id=other&grant_type=magic&redirect_uri=https%3A%2F%2Fother.example',
  'client_secret=&code',
]

const secret = [
  'code',
  'client_secret',
  'client_assertion',
  'assertion',
  'refresh_token',
  'subject_token',
  'token',
  'password',
  'code_verifier',
  'device_code',
  'auth_req_id',
  'API-Key',
]

describe.each(endpoints)('the query of %s', (path, form) => {
  test.each(harmless)('%s changes nothing and is noted', async (query) => {
    const plain = await post(url, path, form)
    expect(plain.status).toBeLessThan(300)
    expect(lastEntry().notes).toBeUndefined()
    const { status, body } = await post(url, `${path}?${query}`, form)
    expect([status, Object.keys(body)]).toEqual([plain.status, Object.keys(plain.body)])
    expect(lastEntry().notes).toEqual([expect.stringMatching(/^The query has .+: without effect/)])
  })

  test.each(secret)('%s is refused, and cannot be read in the journal', async (name) => {
    const value = 'Rather-a-long-secret-of-somebody'
    const { status, body, headers } = await post(url, `${path}?x=1&${name}=${value}`, form)
    expect([status, body.error]).toEqual([400, 'invalid_request'])
    expect(headers.get('grantbox-explain')).toContain(`The query has ${name}: secrets in a URL are logged`)
    expect(JSON.stringify(viewEntry(lastEntry(), false))).not.toContain(value)
  })
})

test('registering, and managing the registration, are as the others', async () => {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ redirect_uris: [callback] })
  const made = await json(`${url}/register?api-version=1.0`, { method: 'POST', headers, body })
  expect(made.status).toBe(201)
  expect(lastEntry().notes).toEqual([expect.stringContaining('api-version')])
  const { registration_client_uri: uri, registration_access_token } = made.body
  const authorization = `Bearer ${registration_access_token}`
  expect((await json(`${uri}?x`, { headers: { authorization } })).status).toBe(200)
  expect(lastEntry().notes).toEqual([expect.stringContaining('The query has x:')])
  expect((await json(`${uri}?access_token=${registration_access_token}`)).status).toBe(400)
  expect((await json(`${url}/register?initial_access_token=x`, { method: 'POST', headers, body })).status).toBe(400)
})

test.each([
  ['iokids', '/oauth/token', { client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy' }],
  ['gateway', '/oauth2/token', { client_id: 'gateway-client', client_secret: 'gateway-secret' }],
])('%s ignores and notes what it does not know', async (name, path, client) => {
  const { status } = await post(`${url}/${name}`, `${path}?p=B2C_1_signin&p=2`, { grant_type: 'client_credentials', ...client })
  expect(status).toBe(200)
  expect(lastEntry(name).notes).toEqual([expect.stringContaining('The query has p:')])
})

test('a secret is one under the vendor’s name, too', async () => {
  const provider = { ...standard, id: 'renamed', requests: { parameters: { app_pass: 'client_secret' } } }
  const { url } = await start({ declared: { providers: [provider], sandboxes: [] } })
  const form = { grant_type: 'client_credentials', client_id: web.client_id, app_pass: web.client_secret }
  expect((await post(`${url}/renamed`, '/token?app_id=1', form)).status).toBe(200)
  const { status, headers } = await post(`${url}/renamed`, '/token?app_pass=x', form)
  expect([status, headers.get('grantbox-explain')]).toEqual([400, expect.stringContaining('The query has app_pass')])
})

test('many and long names are told in part', async () => {
  const many = Array.from({ length: 30 }, (_, index) => `a${index}`)
  await post(url, `/token?${['n'.repeat(500), ...many].join('&')}`, { grant_type: 'client_credentials', ...web })
  expect(lastEntry().notes).toEqual([expect.stringMatching(/^The query has n{40}…, a0, .* a18 and 11 more: /)])
})
