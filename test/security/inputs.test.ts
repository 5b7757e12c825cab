import { describe, expect, test, vi } from 'vitest'
import { passwordTokens } from '../support/iokids-client.ts'
import { rawRequest } from '../support/raw-request.ts'
import { start, startForFile } from '../support/server.ts'
import { tokensOf, web } from '../support/standard-client.ts'

const { url } = await startForFile()

describe('nesting', () => {
  const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  const send = (path: string, method: string, body: string, headers: Record<string, string> = {}) =>
    rawRequest(url, path, { method, body, headers: { 'content-type': 'application/json', ...headers } })

  test.each([
    ['lists', lists(20_000)],
    ['objects', objects(20_000)],
  ])('a body of very many %s in each other is refused as malformed, and the journal can still be read', async (_kind, body) => {
    const { access_token } = await passwordTokens(url)
    expect((await send('/oauth/token', 'POST', body)).status).toBe(400)
    expect((await send('/v1/application/data', 'POST', body, { authorization: access_token })).status).toBe(400)
    expect((await send('/_grantbox/sandboxes/iokids/users', 'POST', `{"claims":{"a":${body}}}`)).status).toBe(400)
    expect((await send('/_grantbox/sandboxes/iokids/requests', 'GET', '')).status).toBe(200)
  })

  test('claims of an authorization request are held to it too', async () => {
    const claims = `{"id_token":{"a":{"values":${lists(20_000)}}}}`
    const form = { response_type: 'code', scope: 'openid', redirect_uri: 'http://127.0.0.1/callback', claims, ...web }
    const answer = await fetch(`${url}/standard/par`, { method: 'POST', body: new URLSearchParams(form) })
    expect(answer.status).toBe(400)
    expect(answer.headers.get('grantbox-explain')).toContain('claims')
  })

  test('brackets inside of strings are not counted, and what people send is taken', async () => {
    const { access_token } = await passwordTokens(url)
    const data = { a: '['.repeat(3000), b: '\\"['.repeat(1000), deep: JSON.parse(objects(90)) }
    const answer = await send('/v1/application/data', 'POST', JSON.stringify(data), { authorization: access_token })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text).data).toEqual(data)
  })
})

describe('paths', () => {
  test.each([
    '/%',
    '/oauth/token%',
    '/standard/%c0%ae',
    '/_grantbox/%',
    '/_grantbox/sandboxes/%ff',
    '/dashboard/%',
    '/dashboard/iokids/apps/%f0',
  ])('%s is a 400 like any other, and the server goes on', async (path) => {
    const answer = await rawRequest(url, path)
    expect(answer.status).toBe(400)
    expect(answer.text).not.toMatch(/\n\s+at |node_modules/)
    expect((await rawRequest(url, '/_grantbox/health')).status).toBe(200)
  })

  test.each([
    '/_grantbox/assets/',
    '/v1/images/',
    '/_grantbox/sandboxes/',
    '/_grantbox/sandboxes/iokids/users/',
    '/dashboard/',
    '/standard/.well-known/',
  ])('below %s no dots lead to a file', async (below) => {
    for (const dots of [
      '../../package.json',
      '..%2f..%2fpackage.json',
      '%2e%2e/%2e%2e/package.json',
      '..%5c..%5cpackage.json',
      '%252e%252e%252fpackage.json',
    ]) {
      const { status, text } = await rawRequest(url, below + dots)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(text).not.toContain('"devDependencies"')
    }
  })
})

describe('prototypes', () => {
  const polluting = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'
  const nobodyIsPolluted = () => {
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(Object.prototype).not.toHaveProperty('polluted')
  }
  const send = (path: string, method: string, body: string, headers: Record<string, string> = {}) =>
    rawRequest(url, path, { method, body, headers: { 'content-type': 'application/json', ...headers } })

  test('are out of reach of JSON bodies, forms, merge patches, claims and settings', async () => {
    const { access_token } = await passwordTokens(url)
    const data = (method: string, path: string, body: string) => send(path, method, body, { authorization: access_token })
    await data('PUT', '/v1/application/data/pollution', polluting)
    await data('POST', '/v1/application/data/pollution', polluting)
    await data('POST', '/v1/application/data', `{"a":${polluting}}`)
    nobodyIsPolluted()
    await send('/oauth/token', 'POST', polluting)
    await fetch(`${url}/oauth/token`, { method: 'POST', body: new URLSearchParams({ '__proto__[polluted]': 'true', __proto__: 'x' }) })
    nobodyIsPolluted()
    await send('/_grantbox/sandboxes/iokids/users', 'POST', `{"username":"polluter","claims":${polluting}}`)
    await send('/_grantbox/sandboxes/iokids/users/polluter', 'PATCH', `{"claims":${polluting}}`)
    await send('/_grantbox/sandboxes/iokids', 'PATCH', `{"settings":${polluting}}`)
    await send('/_grantbox/sandboxes/iokids', 'PATCH', `{"settings":{"documents":{"https://a.example/":${polluting}}}}`)
    nobodyIsPolluted()
  })

  test('are out of reach of a merge patch on an answer', async () => {
    const own = await start()
    const fault = await rawRequest(own.url, '/_grantbox/sandboxes/standard/faults', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"endpoint":"token","times":2,"patch":${polluting}}`,
    })
    expect(fault.status).toBe(201)
    const tokens = await tokensOf(`${own.url}/standard`)
    nobodyIsPolluted()
    expect(tokens).toHaveProperty('access_token')
  })
})

test.each(['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'])(
  '%s, which every object has, is a name like any other that is not known',
  async (name) => {
    const own = await start({ logLevel: 'silent' })
    const { access_token } = await passwordTokens(own.url)
    const form = (path: string, body: Record<string, string>): [string, RequestInit] => [
      path,
      { method: 'POST', body: new URLSearchParams(body) },
    ]
    const json = (path: string, body: unknown, method = 'POST'): [string, RequestInit] => [
      path,
      { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    ]
    const credentials = { client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy' }
    const requests: [string, RequestInit?][] = [
      form('/oauth/token', { ...credentials, grant_type: name }),
      form('/oauth/token', { ...credentials, grant_type: 'password', username: name, password: name }),
      form('/standard/token', { ...web, grant_type: name, scope: name, client_assertion_type: name, subject_token_type: name }),
      form('/standard/par', { ...web, response_type: name, response_mode: name, prompt: name, claims: `{"id_token":{"${name}":null}}` }),
      [`/oauth/signin?client_id=iok-cid-findfluffy&scope=${name}&response_type=${name}&redirect_uri=${name}`],
      form('/oauth/signin', { transaction: name, decision: name }),
      form('/socialid/v2/marketing/oauth/token', {
        client_id: '138',
        grant_type: 'provider_credentials',
        provider: name,
        access_token: name,
      }),
      form('/deyel/oauth/token', { grant_type: name }),
      ['/gateway/', { headers: { 'x-api-key': name } }],
      [`/v1/images/${name}`, { headers: { authorization: access_token } }],
      [`/v1/application/data/${name}`, { headers: { authorization: access_token } }],
      [`/${name}/jwks`],
      json('/_grantbox/sandboxes', { name, provider: name }),
      json('/_grantbox/sandboxes/iokids/apps', { name, icon: name, scopes: [name] }),
      json('/_grantbox/sandboxes/iokids', { settings: { [name]: name } }, 'PATCH'),
      json('/_grantbox/sandboxes/iokids/faults', { endpoint: name, token: name, malformed: name }),
      json('/standard/register', { redirect_uris: ['https://a.example/'], [name]: name, token_endpoint_auth_method: name }),
      [`/_grantbox/sandboxes/iokids/requests?endpoint=${name}`],
      ...['apps', 'requests', 'flows', 'analytics', 'settings', name].map((page): [string] => [`/dashboard/iokids/${page}?notice=${name}`]),
      [`/dashboard/iokids/exports/${name}`],
    ]
    for (const [path, init] of requests) {
      const answer = await fetch(own.url + path, { redirect: 'manual', ...init })
      expect(answer.status, `${init?.method ?? 'GET'} ${path}`).toBeLessThan(500)
      expect(await answer.text()).not.toMatch(/native code|\[object /)
    }
  },
)

test('what fails outside of every handler is answered 500 and does not end the process', async () => {
  const own = await start({ logLevel: 'silent' })
  const find = vi.spyOn(own.server.sandboxes, 'namedByHost').mockImplementation(() => {
    throw new Error('the map is gone')
  })
  const answer = await rawRequest(own.url, '/oauth/token')
  expect(answer.status).toBe(500)
  expect(JSON.parse(answer.text)).toEqual({ error: 'server_error', error_description: 'Internal error' })
  find.mockRestore()
  expect((await rawRequest(own.url, '/standard/jwks')).status).toBe(200)
})
