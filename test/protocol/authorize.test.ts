import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { authorizeUrl, postmanCallback } from '../support/iokids-client.ts'
import { addClient } from '../support/iokids-setup.ts'
import { rawRequest } from '../support/raw-request.ts'
import { startForFile } from '../support/server.ts'
import { open } from '../support/sign-in-steps.ts'

const server = await startForFile()
const sandbox = server.sandbox()
const { url } = server

describe('1: what cannot go to the client is a page, 400, no redirect, no challenge', () => {
  test.each<[string, Record<string, string | undefined>, string]>([
    ['no client_id', { client_id: undefined }, 'client_id is missing'],
    ['an empty client_id', { client_id: '' }, 'client_id is missing'],
    ['an unknown client', { client_id: 'nobody' }, 'This client is not known'],
    ['no redirect_uri, with several registered', { redirect_uri: undefined }, 'redirect_uri is missing'],
    ['an empty redirect_uri', { redirect_uri: '' }, 'redirect_uri is missing'],
    ['a redirect_uri that is not registered', { redirect_uri: 'https://evil.example/' }, 'redirect_uri is not registered'],
    ['an unknown client and a bad response_type', { client_id: 'nobody', response_type: 'x' }, 'This client is not known'],
  ])('%s', async (_what, parameters, message) => {
    const { status, headers, html, location } = await open(authorizeUrl(url, parameters))
    expect(status).toBe(400)
    expect(location).toBeUndefined()
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('www-authenticate')).toBeNull()
    expect(html).toContain(message)
  })

  test('the page says which redirect URIs are registered', async () => {
    const { html } = await open(authorizeUrl(url, { redirect_uri: `${postmanCallback}/` }))
    const app = sandbox.directory.listApps()[0]
    expect(app?.redirect_uris.length).toBeGreaterThan(3)
    for (const uri of app?.redirect_uris ?? []) expect(html).toContain(`<code>${uri}</code>`)
    expect(html).toContain(`<code>${postmanCallback}/</code>`)
  })

  test('what came is shown as text, never as markup', async () => {
    const script = '"><script>alert(1)</script>'
    for (const parameters of [{ client_id: script }, { redirect_uri: `https://${script}` }, { login_hint: script }]) {
      expect((await open(authorizeUrl(url, parameters))).html).not.toContain('<script>alert')
    }
  })
})

describe('2: every other fault is a 302 to the client with error, error_description and state (RFC 6749 §4.1.2.1)', () => {
  const noCode = addClient(sandbox, { grant_types: ['password'] })
  const challenge = 'a'.repeat(43)
  test.each<[string, Record<string, string | undefined>, string]>([
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['another response_type', { response_type: 'token' }, 'unsupported_response_type'],
    ['a scope that the app does not have', { scope: 'profile everything' }, 'invalid_scope'],
    ['a malformed scope', { scope: 'pro"file' }, 'invalid_scope'],
    ['a plus in a scope', { scope: 'profile+friends' }, 'invalid_scope'],
    ['a client that may not ask for codes', { client_id: noCode.client_id }, 'unauthorized_client'],
    ['another code_challenge_method', { code_challenge: challenge, code_challenge_method: 'S512' }, 'invalid_request'],
    ['a code_challenge_method in lower case', { code_challenge: challenge, code_challenge_method: 's256' }, 'invalid_request'],
    ['a method without a challenge', { code_challenge_method: 'S256' }, 'invalid_request'],
    ['a short challenge', { code_challenge: 'abc' }, 'invalid_request'],
  ])('%s', async (_what, parameters, error) => {
    const { status, location, headers } = await open(authorizeUrl(url, { state: 'a b+c', ...parameters }))
    expect(status).toBe(302)
    expect(`${location?.origin}${location?.pathname}`).toBe(postmanCallback)
    expect([...(location?.searchParams.keys() ?? [])]).toEqual(['error', 'error_description', 'state'])
    expect(location?.searchParams.get('error')).toBe(error)
    expect(location?.searchParams.get('state')).toBe('a b+c')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test.each(['response_type', 'scope', 'state', 'code_challenge', 'redirect_uri', 'client_id'])('a repeated %s (§3.1)', async (name) => {
    const request = new URL(authorizeUrl(url, { state: 's', code_challenge: challenge }))
    request.searchParams.append(name, request.searchParams.get(name) ?? '')
    const { location } = await open(request.href)
    expect(location?.searchParams.get('error')).toBe('invalid_request')
    expect(location?.searchParams.get('error_description')).toContain(name)
    expect(location?.searchParams.get('state')).toBe('s')
  })

  test.each(['resource', 'audience'])('but %s may come twice (RFC 8707 §2)', async (name) => {
    const answer = await open(`${authorizeUrl(url)}&${name}=https://a.example&${name}=https://b.example`)
    expect(answer.status).toBe(200)
  })

  test('scopes are separated by %20 or by +', async () => {
    for (const scope of ['profile%20friends', 'profile+friends']) {
      expect((await open(`${authorizeUrl(url, { scope: undefined })}&scope=${scope}`)).status).toBe(200)
    }
  })

  test('a request that is posted as a form is redirected with 303, which browsers follow with GET (RFC 9700 §4.12)', async () => {
    const form = new URL(authorizeUrl(url, { response_type: 'x' })).searchParams
    const { status, location } = await open(`${url}/oauth/signin`, { method: 'POST', body: form })
    expect(status).toBe(303)
    expect(location?.searchParams.get('error')).toBe('unsupported_response_type')
    const good = await open(`${url}/oauth/signin`, { method: 'POST', body: new URL(authorizeUrl(url)).searchParams })
    expect(good.status).toBe(200)
  })
})

describe('methods', () => {
  test('answers HEAD, and begins nothing', async () => {
    const save = vi.spyOn(sandbox.store, 'saveInteraction')
    onTestFinished(() => save.mockRestore())
    const ask = (parameters = {}) => rawRequest(url, authorizeUrl(url, parameters).slice(url.length), { method: 'HEAD' })
    const head = await ask()
    expect(head.status).toBe(200)
    expect(head.text).toBe('')
    expect(head.headers['content-type']).toBe('text/html; charset=utf-8')
    expect((await ask({ client_id: 'nobody' })).status).toBe(400)
    expect((await ask({ response_type: 'x' })).status).toBe(302)
    expect(save).not.toHaveBeenCalled()
  })

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('answers %s with 405, as a page', async (method) => {
    const answer = await rawRequest(url, '/oauth/signin', { method, headers: { origin: 'https://app.example' } })
    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toBe('GET, POST, HEAD')
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })
})
