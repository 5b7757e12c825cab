import { describe, expect, test } from 'vitest'
import { brandon, findFluffy, passwordTokens } from '../support/iokids-client.ts'
import { postForm, rawRequest } from '../support/raw-request.ts'
import { startForFile } from '../support/server.ts'

const { url } = await startForFile()
const origin = 'https://app.example'

describe('preflights', () => {
  test.each([
    ['/oauth/token', 'POST, OPTIONS'],
    ['/v1/me', 'GET, HEAD, OPTIONS'],
    ['/iokids/oauth/token/', 'POST, OPTIONS'],
  ])('%s answers 204 without credentials and allows what was asked for', async (target, methods) => {
    const { status, headers, text } = await rawRequest(url, target, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-api-key, dpop' },
    })
    expect(status).toBe(204)
    expect(text).toBe('')
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers['access-control-allow-methods']).toBe(methods)
    expect(headers['access-control-allow-headers']).toBe('authorization, content-type, x-api-key, dpop')
    expect(headers['www-authenticate']).toBeUndefined()
  })

  test('authorization and content-type are allowed though nothing is asked for', async () => {
    const { headers } = await rawRequest(url, '/oauth/token', { method: 'OPTIONS', headers: { origin } })
    expect(headers['access-control-allow-headers']).toBe('authorization, content-type')
  })

  test('OPTIONS without an Origin says which methods there are', async () => {
    const { status, headers } = await rawRequest(url, '/v1/me', { method: 'OPTIONS' })
    expect([status, headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS'])
  })
})

describe('every answer of an endpoint for programs can be read by any page', () => {
  const login = new URLSearchParams({ grant_type: 'password', ...findFluffy, ...brandon }).toString()
  const json = { 'content-type': 'application/json' }
  test.each<[string, () => Promise<{ status: number; headers: Record<string, unknown> }>, number]>([
    ['tokens', () => postForm(url, '/oauth/token', login, { origin }), 200],
    ['a refused grant', () => postForm(url, '/oauth/token', `${login}x`, { origin }), 400],
    ['a refused client', () => postForm(url, '/oauth/token', 'grant_type=password&client_id=x', { origin }), 401],
    ['a refused Basic header', () => postForm(url, '/oauth/token', 'grant_type=password', { origin, authorization: 'Basic eDp5' }), 401],
    ['broken JSON', () => rawRequest(url, '/oauth/token', { method: 'POST', headers: { origin, ...json }, body: '{' }), 400],
    ['another content type', () => postForm(url, '/oauth/token', 'x', { origin, 'content-type': 'text/plain' }), 415],
    ['another method', () => rawRequest(url, '/oauth/token', { headers: { origin } }), 405],
    ['an API answer without a token', () => rawRequest(url, '/v1/me', { headers: { origin } }), 401],
    ['an unknown path', () => rawRequest(url, '/v1/nothing', { headers: { origin } }), 404],
  ])('%s', async (_what, ask, expected) => {
    const { status, headers } = await ask()
    expect(status).toBe(expected)
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers['access-control-expose-headers']).toMatch(/Grantbox-Explain.*WWW-Authenticate/)
    expect(headers['access-control-allow-credentials']).toBeUndefined()
  })

  test('an API answer', async () => {
    const { access_token } = await passwordTokens(url)
    const { status, headers } = await rawRequest(url, '/v1/me', { headers: { origin, authorization: `Bearer ${access_token}` } })
    expect(status).toBe(200)
    expect(headers['access-control-allow-origin']).toBe('*')
  })
})

test.each(['/oauth/signin', '/oauth/signin?client_id=x', '/oauth/join'])('the page %s has no CORS at all', async (target) => {
  for (const method of ['GET', 'POST', 'OPTIONS', 'HEAD']) {
    const { headers } = await rawRequest(url, target, { method, headers: { origin, 'access-control-request-method': 'GET' } })
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  }
})

test('who is no browser is not spoken to of origins', async () => {
  const { headers } = await postForm(url, '/oauth/token', 'x=y')
  expect(headers['access-control-allow-origin']).toBeUndefined()
})
