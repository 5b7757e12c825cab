import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { brandon, findFluffy, freshCode, passwordTokens, postmanCallback, postToken } from '../support/iokids-client.ts'
import { addClient, credentials } from '../support/iokids-setup.ts'
import { postForm, rawRequest } from '../support/raw-request.ts'
import { startForFile } from '../support/server.ts'

const server = await startForFile()
const sandbox = server.sandbox()
const client = 'client_id=iok-cid-findfluffy&client_secret=iok-cse-findfluffy'
const login = { grant_type: 'password', ...findFluffy, ...brandon }

describe('a successful answer', () => {
  test('has the four members in the order of the vendor, and expires_in is a number (RFC 6749 §5.1)', async () => {
    const { status, body } = await postToken(server.url, login)
    expect(status).toBe(200)
    expect(Object.entries(body).map(([name, value]) => `${name}: ${typeof value}`)).toEqual([
      'access_token: string',
      'refresh_token: string',
      'expires_in: number',
      'token_type: string',
    ])
    expect(body).toMatchObject({ expires_in: 300, token_type: 'Bearer' })
  })

  test('a refresh answers with the same four members', async () => {
    const { refresh_token } = await passwordTokens(server.url)
    const { status, body } = await postToken(server.url, { grant_type: 'refresh_token', refresh_token, ...findFluffy })
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['access_token', 'refresh_token', 'expires_in', 'token_type'])
  })

  test('client_credentials answers without a refresh token (RFC 6749 §4.4.3)', async () => {
    const { body } = await postToken(server.url, { grant_type: 'client_credentials', ...findFluffy })
    expect(Object.keys(body)).toEqual(['access_token', 'expires_in', 'token_type'])
  })

  test('a client that is not registered for refresh_token gets none', async () => {
    const other = addClient(sandbox, { grant_types: ['password'] }, sandbox.directory.listApps()[0])
    const { body } = await postToken(server.url, { grant_type: 'password', ...brandon, ...credentials(other) })
    expect(Object.keys(body)).toEqual(['access_token', 'expires_in', 'token_type'])
  })

  test('the setting reported_expires_in replays the 3600 of the vendor while the token lives 300 s', async () => {
    const { name } = server.server.sandboxes.create({ provider: sandbox.provider, settings: { reported_expires_in: 3600 } })
    const { body } = await postToken(`${server.url}/${name}`, login)
    expect(body.expires_in).toBe(3600)
    const { iat, exp } = JSON.parse(Buffer.from(String(body.access_token).split('.')[1] ?? '', 'base64url').toString())
    expect(exp - iat).toBe(300)
  })

  test('is never cached and carries no challenge (RFC 6749 §5.1)', async () => {
    const { headers } = await postToken(server.url, login, { authorization: 'Bearer old' })
    expect(headers.get('content-type')).toMatch(/^application\/json(;|$)/)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
    expect(headers.get('www-authenticate')).toBeNull()
  })
})

describe('errors are said with error, error_code and error_description, in this order, and never cached', () => {
  const limited = credentials(addClient(sandbox, { grant_types: ['client_credentials'] }))
  test.each<[string, Record<string, string>, number, string, number]>([
    ['no grant_type', { ...findFluffy }, 400, 'invalid_request', 4001],
    ['no code', { grant_type: 'authorization_code', ...findFluffy }, 400, 'invalid_request', 4001],
    ['no refresh_token', { grant_type: 'refresh_token', ...findFluffy }, 400, 'invalid_request', 4001],
    ['no username', { grant_type: 'password', password: 'x', ...findFluffy }, 400, 'invalid_request', 4001],
    ['no password', { grant_type: 'password', username: 'x', ...findFluffy }, 400, 'invalid_request', 4001],
    ['an unknown grant type', { grant_type: 'magic', ...findFluffy }, 400, 'unsupported_grant_type', 4002],
    ['an unknown code', { grant_type: 'authorization_code', code: 'x', ...findFluffy }, 400, 'invalid_grant', 4003],
    ['an unknown refresh token', { grant_type: 'refresh_token', refresh_token: 'x', ...findFluffy }, 400, 'invalid_grant', 4003],
    ['a wrong password', { ...login, password: 'x' }, 400, 'invalid_grant', 4003],
    ['a scope that no app has', { ...login, scope: 'everything' }, 400, 'invalid_scope', 4004],
    ['a grant type that the client is not registered for', { grant_type: 'password', ...limited }, 400, 'unauthorized_client', 4005],
    ['an unknown client', { grant_type: 'client_credentials', client_id: 'nobody' }, 401, 'invalid_client', 4010],
    ['a wrong secret', { ...login, client_secret: 'x' }, 401, 'invalid_client', 4010],
  ])('%s', async (_what, form, status, error, error_code) => {
    const answer = await postToken(server.url, form)
    expect(answer.status).toBe(status)
    expect(answer.body).toEqual({ error, error_code, error_description: expect.any(String) })
    expect(Object.keys(answer.body)).toEqual(['error', 'error_code', 'error_description'])
    expect(answer.headers.get('content-type')).toMatch(/^application\/json(;|$)/)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('pragma')).toBe('no-cache')
  })

  test.each<[string, string, { method?: string; type?: string; body?: string }, number, number]>([
    ['GET', '/oauth/token', { method: 'GET' }, 405, 4050],
    ['PUT', '/oauth/token', { method: 'PUT' }, 405, 4050],
    ['a query', `/oauth/token?grant_type=client_credentials&${client}`, {}, 400, 4001],
    [
      'a secret in the query beside a good body',
      '/oauth/token?client_secret=x',
      { body: `grant_type=client_credentials&${client}` },
      400,
      4001,
    ],
    ['another content type', '/oauth/token', { type: 'text/plain', body: 'x' }, 415, 4001],
    ['multipart', '/oauth/token', { type: 'multipart/form-data; boundary=x', body: '--x--' }, 415, 4001],
    ['over 1 MiB', '/oauth/token', { body: `a=${'x'.repeat(2 ** 20)}` }, 413, 4131],
    ['broken JSON', '/oauth/token', { type: 'application/json', body: '{"a":' }, 400, 4001],
    ['an empty body announced as JSON', '/oauth/token', { type: 'application/json', body: '' }, 400, 4001],
    ['JSON null', '/oauth/token', { type: 'application/json', body: 'null' }, 400, 4001],
    ['a JSON list', '/oauth/token', { type: 'application/json', body: '[]' }, 400, 4001],
    ['an empty form', '/oauth/token', { body: '' }, 400, 4001],
  ])('what no grant type sees: %s', async (_what, target, { method = 'POST', type, body }, status, error_code) => {
    const answer = await rawRequest(server.url, target, {
      method,
      headers: { 'content-type': type ?? 'application/x-www-form-urlencoded' },
      ...(body === undefined ? {} : { body }),
    })
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.text)).toEqual({ error: 'invalid_request', error_code, error_description: expect.any(String) })
    expect(answer.headers['cache-control']).toBe('no-store')
    if (status === 405) expect(answer.headers.allow).toBe('POST, OPTIONS')
  })
})

describe('parameters', () => {
  test('a JSON object is read as a form is', async () => {
    const answer = await rawRequest(server.url, '/oauth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ ...login, scope: null }),
    })
    expect(answer.status).toBe(200)
  })

  test('the setting json_token_requests: false takes forms alone', async () => {
    const { provider } = sandbox
    server.server.sandboxes.create({ name: 'forms-alone', provider, settings: { json_token_requests: false } })
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(login) }
    const refused = await rawRequest(server.url, '/forms-alone/oauth/token', json)
    expect([refused.status, JSON.parse(refused.text).error]).toEqual([400, 'invalid_request'])
    expect((await postToken(`${server.url}/forms-alone`, login)).status).toBe(200)
  })

  test('the setting query_token_requests: true takes parameters from the URL, as Postman can be told to send them', async () => {
    const { provider } = sandbox
    server.server.sandboxes.create({ name: 'queries-too', provider, settings: { query_token_requests: true } })
    const query = `?${new URLSearchParams({ grant_type: 'password', ...brandon })}`
    expect((await postForm(server.url, `/queries-too/oauth/token${query}`, client)).status).toBe(200)
    expect((await postForm(server.url, `/oauth/token${query}`, client)).status).toBe(400)
  })

  test.each<[string, unknown]>([
    ['a number', 1],
    ['a boolean', true],
    ['an object', { a: 1 }],
    ['a list', ['password', 1]],
    ['a list of strings', ['password', 'password']],
  ])('a JSON value that is %s is invalid_request', async (_what, grant_type) => {
    const answer = await rawRequest(server.url, '/oauth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...login, grant_type }),
    })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text)).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringMatching(/^Parameter grant_type (must be a string|is given more than once)$/),
    })
  })

  test.each(['grant_type', 'username', 'password', 'scope', 'client_id', 'client_secret'])(
    'a repeated %s is invalid_request, though both values agree (RFC 6749 §3.2)',
    async (name) => {
      const form = new URLSearchParams({ ...login, scope: 'profile' })
      form.append(name, form.get(name) ?? '')
      const answer = await postForm(server.url, '/oauth/token', form.toString())
      expect(answer.status).toBe(400)
      expect(JSON.parse(answer.text)).toEqual({
        error: 'invalid_request',
        error_code: 4001,
        error_description: `Parameter ${name} is given more than once`,
      })
    },
  )

  test.each(['resource', 'audience'])('%s may come twice (RFC 8707 §2)', async (name) => {
    const answer = await postForm(
      server.url,
      '/oauth/token',
      `${new URLSearchParams(login)}&${name}=https://a.example&${name}=https://b.example`,
    )
    expect(answer.status).toBe(200)
  })

  test('an empty parameter counts as absent (RFC 6749 §3.1)', async () => {
    const { body } = await postToken(server.url, { ...login, password: '' })
    expect(body).toEqual({ error: 'invalid_request', error_code: 4001, error_description: 'Parameter password is missing' })
    const code = await freshCode(server)
    const form = { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, code_verifier: '', ...findFluffy }
    expect((await postToken(server.url, form)).status).toBe(200)
  })

  test.each([
    ['profile+friends', 200],
    ['profile%20friends', 200],
    ['++profile++friends+', 200],
    ['profile%2Bfriends', 400],
    ['profile%09friends', 400],
  ])('a plus and %%20 in a scope are blanks and %%2B is a plus: %s', async (scope, status) => {
    const answer = await postForm(server.url, '/oauth/token', `${new URLSearchParams(login)}&scope=${scope}`)
    expect(answer.status).toBe(status)
    if (status === 400) expect(JSON.parse(answer.text).error).toBe('invalid_scope')
    else expect(scopeOf(JSON.parse(answer.text).access_token)).toBe('profile friends')
  })

  test('an API client may send its old access token along as Bearer or bare', async () => {
    for (const authorization of ['Bearer eyJ.old.token', 'bearer x', 'eyJ.old.token', 'Bearer', '']) {
      expect((await postToken(server.url, login, { authorization })).status).toBe(200)
    }
  })

  test('whatever is posted, the answer is a JSON object with error and error_code, and no fault of ours', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom(...Object.values(login), 'refresh_token', ''))
    const name = fc.oneof(
      fc.constantFrom('grant_type', 'client_id', 'client_secret', 'code', 'refresh_token', 'scope', '__proto__', 'constructor', 'toString'),
      fc.string(),
    )
    const body = fc.oneof(
      fc.dictionary(name, fc.jsonValue()).map((value) => ['application/json', JSON.stringify(value)] as const),
      fc.jsonValue().map((value) => ['application/json', JSON.stringify(value)] as const),
      text.map((value) => ['application/json', value] as const),
      fc.array(fc.tuple(name, text)).map((pairs) => ['application/x-www-form-urlencoded', new URLSearchParams(pairs).toString()] as const),
      text.map((value) => ['application/x-www-form-urlencoded', value] as const),
    )
    await fc.assert(
      fc.asyncProperty(body, fc.option(fc.base64String(), { nil: undefined }), async ([type, sent], basic) => {
        const answer = await rawRequest(server.url, '/oauth/token', {
          method: 'POST',
          headers: { 'content-type': type, ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }) },
          body: sent,
        })
        expect([400, 401]).toContain(answer.status)
        expect(JSON.parse(answer.text)).toMatchObject({ error: expect.any(String), error_code: expect.any(Number) })
      }),
      { numRuns: 300 },
    )
  })
})

function scopeOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).scope
}
