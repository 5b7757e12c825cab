import { describe, expect, test } from 'vitest'
import { authorizeUrl, brandon, findFluffy, freshCode, passwordTokens, postmanCallback } from '../support/iokids-client.ts'
import { addClient, credentials, lastEntry } from '../support/iokids-setup.ts'
import { postForm, type RawAnswer, rawRequest } from '../support/raw-request.ts'
import { startForFile } from '../support/server.ts'
import { begin } from '../support/sign-in-steps.ts'

const server = await startForFile()
const sandbox = server.sandbox()
const { url } = server

const token = (form: Record<string, string>, headers: Record<string, string> = {}) =>
  postForm(url, '/oauth/token', new URLSearchParams({ ...findFluffy, ...form }).toString(), headers)
const authorize = (parameters: Record<string, string | undefined>) => rawRequest(url, authorizeUrl(url, parameters).slice(url.length))
const code = (form: Record<string, string>) => token({ grant_type: 'authorization_code', redirect_uri: postmanCallback, ...form })
const login = { grant_type: 'password', ...brandon }

type Case = [what: string, ask: () => Promise<RawAnswer>, status: number, endpoint: string, error: string, explanation: string]

describe('every refusal is explained in the header and in the journal, and never in its body', () => {
  test.each<Case>([
    ['no grant_type', () => token({}), 400, 'token', 'invalid_request', 'grant_type is missing'],
    ['an empty body', () => postForm(url, '/oauth/token', ''), 400, 'token', 'invalid_request', 'The body is empty'],
    [
      'an unknown grant type',
      () => token({ grant_type: 'magic' }),
      400,
      'token',
      'unsupported_grant_type',
      "grant_type 'magic' is none of",
    ],
    [
      'a repeated parameter',
      () => postForm(url, '/oauth/token', 'scope=a&scope=b&scope=c'),
      400,
      'token',
      'invalid_request',
      'scope came 3 times',
    ],
    ['a query', () => postForm(url, '/oauth/token?code=1', ''), 400, 'token', 'invalid_request', 'The query has code'],
    [
      'another content type',
      () => token({}, { 'content-type': 'text/plain' }),
      415,
      'token',
      'unsupported_media_type',
      'expected application/',
    ],
    ['a GET', () => rawRequest(url, '/oauth/token'), 405, 'token', 'method_not_allowed', 'GET came'],
    ['an unknown client', () => token({ ...login, client_id: 'x' }), 401, 'token', 'invalid_client', "client_id 'x' is not registered"],
    ['a wrong secret', () => token({ ...login, client_secret: 'x' }), 401, 'token', 'invalid_client', 'client_secret is not the one'],
    ['no secret', () => token({ ...login, client_secret: '' }), 401, 'token', 'invalid_client', 'has a secret, and none came'],
    [
      'a wrong Basic header',
      () => token(login, { authorization: 'Basic eA==' }),
      401,
      'token',
      'invalid_client',
      'not base64 of client_id:',
    ],
    [
      'two clients',
      () => token(login, { authorization: 'Basic eDp5' }),
      400,
      'token',
      'invalid_request',
      "names client 'x' and the body names",
    ],
    ['a wrong password', () => token({ ...login, password: 'x' }), 400, 'token', 'invalid_grant', "which is the company's name"],
    ['an unknown user', () => token({ ...login, username: 'x' }), 400, 'token', 'invalid_grant', "There is no user 'x'"],
    ['a scope', () => token({ ...login, scope: 'x' }), 400, 'token', 'invalid_scope', "scope 'x' goes beyond app FindFluffy"],
    ['an unknown code', () => code({ code: 'x' }), 400, 'token', 'invalid_grant', 'code was not issued by this sandbox'],
    [
      'a redirect_uri of another request',
      async () => code({ code: await freshCode(server), redirect_uri: `${postmanCallback}/` }),
      400,
      'token',
      'invalid_grant',
      "redirect_uri differs from the registered one at its end: '/'",
    ],
    [
      'a missing verifier',
      async () => code({ code: await freshCode(server, url, { code_challenge: 'a'.repeat(43) }) }),
      400,
      'token',
      'invalid_grant',
      'code_verifier is missing',
    ],
    [
      'a code of another client',
      async () => code({ code: await freshCode(server), ...credentials(addClient(sandbox)) }),
      400,
      'token',
      'invalid_grant',
      'issued to another client',
    ],
    ['no client_id', () => authorize({ client_id: undefined }), 400, 'authorize', 'invalid_request', 'no client_id'],
    ['an unknown app', () => authorize({ client_id: 'x' }), 400, 'authorize', 'invalid_client', "client_id 'x' is not registered"],
    ['another redirect_uri', () => authorize({ redirect_uri: 'x' }), 400, 'authorize', 'invalid_request', "is not registered: 'x'"],
    ['a response_type', () => authorize({ response_type: 'x' }), 302, 'authorize', 'unsupported_response_type', "response_type 'x' came"],
    ['no transaction', () => rawRequest(url, '/oauth/join'), 400, 'authorize', 'invalid_request', 'transaction is missing'],
    ['a method', () => rawRequest(url, '/oauth/signin', { method: 'PUT' }), 405, 'authorize', 'method_not_allowed', 'PUT came'],
    ['no access token', () => rawRequest(url, '/v1/me'), 401, 'api', 'invalid_token', 'No access token came'],
    ['a wrong access token', () => rawRequest(url, '/v1/me?access_token=x'), 401, 'api', 'invalid_token', 'not issued as an access token'],
    ['an unknown path', () => rawRequest(url, '/v1/x'), 404, 'api', 'not_found', 'it has: /oauth/signin, /oauth/token'],
    ['an unknown path by prefix', () => rawRequest(url, '/iokids/x'), 404, 'api', 'not_found', "sandbox 'iokids' speaks as iOKids"],
    ['a broken escape', () => rawRequest(url, '/v1/%zz'), 400, 'api', 'invalid_request', 'percent sign'],
    ['a method of the API', () => rawRequest(url, '/v1/me', { method: 'PUT' }), 405, 'api', 'method_not_allowed', 'PUT came'],
  ])('%s', async (_what, ask, status, endpoint, error, explanation) => {
    const answer = await ask()
    expect(answer.status).toBe(status)
    const entry = lastEntry(sandbox)
    expect(entry).toMatchObject({ status, endpoint, error, explanation: expect.stringContaining(explanation) })
    expect(decodeURIComponent(answer.headers['grantbox-explain'] as string)).toBe(entry.explanation)
    // The pages for developers do explain.
    if (
      !answer.headers['content-type']?.startsWith('text/html') &&
      entry.explanation !== JSON.parse(answer.text || '{}').error_description
    ) {
      expect(answer.text).not.toContain(explanation)
    }
  })

  test('a wrong password on the page, by whom and for which app', async () => {
    const { post } = await begin(url)
    const { headers, html } = await post({ ...brandon, password: 'x' })
    const explanation = "The password is not the one of user 'beautifulmeercat246', which is the company's name"
    expect(headers.get('grantbox-explain')).toBe(explanation)
    expect(lastEntry(sandbox)).toMatchObject({ explanation, client_id: findFluffy.client_id })
    expect(html).not.toContain('which is the company')
  })

  test('a code that was used, and a token that was revoked by it', async () => {
    const used = await freshCode(server)
    const { access_token } = JSON.parse((await code({ code: used })).text)
    const again = await code({ code: used })
    expect(again.headers['grantbox-explain']).toContain('code was already used; what its first use gave is revoked now')
    const me = await rawRequest(url, '/v1/me', { headers: { authorization: access_token } })
    expect(me.headers['grantbox-explain']).toContain('revoked')
    expect(lastEntry(sandbox)).toMatchObject({ status: 401, error: 'invalid_token' })
  })

  test('what is not ASCII is percent-encoded in the header, and as it came in the journal', async () => {
    const answer = await token({ ...login, client_id: 'ä\r\n🐶' })
    expect(answer.headers['grantbox-explain']).toContain("client_id '%C3%A4%0D%0A%F0%9F%90%B6'")
    expect(lastEntry(sandbox).explanation).toContain("client_id 'ä\r\n🐶'")
  })

  test('a long one does not break the answer', async () => {
    const answer = await token({ ...login, client_id: '🐶'.repeat(5000) })
    expect(answer.status).toBe(401)
    expect(answer.headers['grantbox-explain']?.length).toBeLessThan(16_000)
  })
})

test('a good answer is not explained', async () => {
  const { refresh_token } = await passwordTokens(url)
  const answer = await token({ grant_type: 'refresh_token', refresh_token })
  expect(answer.status).toBe(200)
  expect(answer.headers['grantbox-explain']).toBeUndefined()
  expect(lastEntry(sandbox)).toMatchObject({
    endpoint: 'token',
    method: 'POST',
    url: '/oauth/token',
    status: 200,
    grant_type: 'refresh_token',
    client_id: findFluffy.client_id,
    username: brandon.username,
    grant_id: expect.any(Number),
  })
  expect(lastEntry(sandbox).explanation).toBeUndefined()
})
