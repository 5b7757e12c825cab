import { describe, expect, test } from 'vitest'

import { at, iokids, start } from '../support/control-api.ts'

describe('a refusal names what was wrong', () => {
  type Call = [method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT', path: string, body?: unknown]

  test.each<[title: string, call: Call, status: number, errors: object[] | undefined, detail: string]>([
    [
      'a setting’s wrong value',
      ['PATCH', iokids, { settings: { rotation: 'loose' } }],
      400,
      [{ field: 'settings.rotation', expected: 'lenient, strict, off or keep', came: 'loose' }],
      'settings.rotation: expected lenient, strict, off or keep, got "loose"',
    ],
    [
      'an unknown setting',
      ['PATCH', iokids, { settings: { rotatoin: 'off' } }],
      400,
      [{ field: 'settings.rotatoin', expected: expect.stringContaining('rotation, '), came: 'off', suggestion: 'rotation' }],
      'did you mean rotation?',
    ],
    [
      'a vendor setting’s wrong value',
      ['PATCH', iokids, { settings: { permission_status: 404 } }],
      400,
      [{ field: 'settings.permission_status', expected: '401 or 403', came: 404 }],
      'settings.permission_status',
    ],
    [
      'a setting of another vendor',
      ['PATCH', '/sandboxes/plain', { settings: { permission_status: 403 } }],
      400,
      [{ field: 'settings.permission_status', came: 403 }],
      'settings.permission_status',
    ],
    [
      'a vendor setting of the wrong kind',
      ['PATCH', iokids, { settings: { enforce_token_scope: 'yes' } }],
      400,
      [{ field: 'settings.enforce_token_scope', expected: 'true or false', came: 'yes' }],
      'enforce_token_scope',
    ],
    [
      'a setting that is no duration',
      ['PATCH', iokids, { settings: { code_ttl: '-5m', access_token_ttl: 'soon' } }],
      400,
      [
        { field: 'settings.access_token_ttl', expected: expect.stringContaining('a duration such as "5m"'), came: 'soon' },
        { field: 'settings.code_ttl', expected: expect.stringContaining('whole seconds'), came: '-5m' },
      ],
      'settings.code_ttl',
    ],
    [
      'a setting that is no URL',
      ['PATCH', iokids, { settings: { issuer: 'localhost' } }],
      400,
      [{ field: 'settings.issuer', expected: expect.stringContaining('http or https URL'), came: 'localhost' }],
      'settings.issuer',
    ],
    [
      'an unknown member',
      ['POST', `${iokids}/apps`, { name: 'A', redirect_uri: 'https://a.test' }],
      400,
      [{ field: 'redirect_uri', expected: expect.any(String), came: 'https://a.test', suggestion: 'redirect_uris' }],
      'did you mean redirect_uris?',
    ],
    [
      'a missing member',
      ['POST', '/sandboxes', {}],
      400,
      [{ field: 'provider', expected: 'a text' }],
      'provider is missing: expected a text',
    ],
    ['a missing body', ['POST', '/sandboxes'], 400, [{ field: 'body', expected: 'an object' }], 'body is missing: expected an object'],
    ['a body of another kind', ['POST', '/sandboxes', [1]], 400, [{ field: 'body', expected: 'an object', came: [1] }], 'body'],
    [
      'an unknown provider',
      ['POST', '/sandboxes', { provider: 'iokid' }],
      400,
      [{ field: 'provider', expected: 'iokids or plain', came: 'iokid', suggestion: 'iokids' }],
      'provider',
    ],
    [
      'a sandbox name of other characters',
      ['POST', '/sandboxes', { provider: 'iokids', name: 'A b' }],
      400,
      [{ field: 'name' }],
      'a-z, 0-9',
    ],
    ['a reserved sandbox name', ['POST', '/sandboxes', { provider: 'iokids', name: 'oauth' }], 400, [{ field: 'name' }], 'begins a path'],
    [
      'a taken sandbox name',
      ['POST', '/sandboxes', { provider: 'iokids', name: 'iokids' }],
      409,
      [{ field: 'name' }],
      "name 'iokids' is taken",
    ],
    ['a host with a port', ['PATCH', iokids, { hosts: ['a.test:80'] }], 400, [{ field: 'hosts[0]', came: 'a.test:80' }], 'without a port'],
    ['a host that is everyone’s', ['PATCH', iokids, { hosts: ['localhost'] }], 400, [{ field: 'hosts[0]' }], 'hosts[0]'],
    ['an address as host', ['PATCH', iokids, { hosts: ['127.0.0.1'] }], 400, [{ field: 'hosts[0]' }], 'hosts[0]'],
    [
      'a redirect URI with a fragment',
      ['POST', `${iokids}/apps`, { name: 'A', redirect_uris: ['https://a.test', 'https://a.test/#x'] }],
      400,
      [{ field: 'redirect_uris[1]', expected: expect.stringContaining('fragment'), came: 'https://a.test/#x' }],
      'redirect_uris[1]',
    ],
    [
      'what is no scope',
      ['PATCH', `${iokids}/apps/FindFluffy`, { scopes: ['profile', 'two words'] }],
      400,
      [{ field: 'scopes[1]', expected: expect.stringContaining('RFC 6749 §3.3'), came: 'two words' }],
      'scopes[1]',
    ],
    [
      'an unknown grant type',
      ['POST', `${iokids}/apps`, { name: 'A', grant_types: ['implicit'] }],
      400,
      [{ field: 'grant_types[0]' }],
      'password',
    ],
    ['an app name that is taken', ['POST', `${iokids}/apps`, { name: 'FindFluffy' }], 409, [{ field: 'name' }], "'FindFluffy' is taken"],
    [
      'a taken username in other letter case',
      ['POST', `${iokids}/users`, { username: 'TinyOtter512' }],
      409,
      [{ field: 'username' }],
      'taken',
    ],
    ['a username with the "@" before it', ['POST', `${iokids}/users`, { username: '@ann' }], 400, [{ field: 'username' }], 'no "@"'],
    ['a username with a blank', ['POST', `${iokids}/users`, { username: 'a b' }], 400, [{ field: 'username' }], 'no blank'],
    [
      'a type that the vendor does not have',
      ['POST', `${iokids}/users`, { type: 'dog' }],
      400,
      [{ field: 'type', expected: 'parent or kid', came: 'dog' }],
      'type',
    ],
    [
      'an app that the sandbox does not have',
      ['POST', `${iokids}/users`, { apps: ['FindFluffy', 'Nope'] }],
      400,
      [{ field: 'apps[1]', expected: 'FindFluffy', came: 'Nope' }],
      'apps[1]',
    ],
    [
      'too many users',
      ['POST', `${iokids}/users/generate`, { count: 10_001 }],
      400,
      [{ field: 'count', expected: 'a number of 10000 or less', came: 10_001 }],
      'count',
    ],
    [
      'a query of the wrong kind',
      ['GET', `${iokids}/users?limit=many`],
      400,
      [{ field: 'limit', expected: 'a number', came: 'many' }],
      'limit',
    ],
    ['an unknown query parameter', ['GET', `${iokids}/users?size=3`], 400, [{ field: 'size', came: '3' }], 'limit, after, search or space'],
    [
      'an endless wait',
      ['GET', `${iokids}/requests?wait=61`],
      400,
      [{ field: 'wait', expected: 'a number of 60 or less', came: '61' }],
      'wait',
    ],
    ['an unknown endpoint', ['GET', `${iokids}/requests?endpoint=tokens`], 400, [{ field: 'endpoint', came: 'tokens' }], 'endpoint'],
    ['an unknown client', ['GET', `${iokids}/postman/environment.json?client_id=x`], 400, [{ field: 'client_id' }], 'iok-cid-findfluffy'],
    [
      'no duration',
      ['POST', `${iokids}/clock/advance`, { by: 'tomorrow' }],
      400,
      [{ field: 'by', came: 'tomorrow' }],
      'a duration such as',
    ],
    ['a time that cannot be', ['POST', `${iokids}/clock/advance`, { by: '-36500d' }], 400, [{ field: 'by' }], 'from 1970 to 9999'],
    ['a time without a zone', ['PATCH', `${iokids}/clock`, { now: '2030-01-01T00:00:00' }], 400, [{ field: 'now' }], 'RFC 3339'],
    [
      'two times at once',
      ['PATCH', `${iokids}/clock`, { now: '2030-01-01T00:00:00Z', offset_ms: 1 }],
      400,
      [{ field: 'offset_ms' }],
      'not both',
    ],
    [
      'a sandbox that is not there',
      ['GET', '/sandboxes/iokid'],
      404,
      undefined,
      "There is no sandbox 'iokid', did you mean 'iokids'? There are: iokids, plain",
    ],
    ['an app that is not there', ['GET', `${iokids}/apps/x`], 404, undefined, "There is no app 'x'. There is: FindFluffy"],
    ['a user that is not there', ['GET', `${iokids}/users/nobody`], 404, undefined, 'There are: beautifulmeercat246, '],
    ['a path that is not there', ['GET', '/nothing'], 404, undefined, '/_grantbox/nothing is not part of the control API'],
    ['a method that a path does not answer', ['POST', iokids, {}], 405, undefined, 'POST came'],
    ['a broken path', ['GET', '/sandboxes/%zz'], 400, undefined, 'percent sign'],
    ['a name without end', ['GET', `/sandboxes/${'x'.repeat(600)}`], 404, undefined, 'longer than any name'],
  ])('%s', async (_title, [method, path, body], status, errors, detail) => {
    const { call } = await start()
    const answer = await call(method, path, body)
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(answer.body).toEqual({
      type: 'about:blank',
      title: expect.stringMatching(/^[A-Z]/),
      status,
      detail: expect.stringContaining(detail),
      ...(errors !== undefined && { errors: errors.map((one) => expect.objectContaining(one)) }),
    })
    expect(answer.status).toBe(status)
  })

  test('405 says what the path answers (RFC 9110 §15.5.6)', async () => {
    const { call } = await start()
    const { headers } = await call('POST', iokids, {})
    expect(String(headers.allow).split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH', 'PUT'])
  })

  test.each([
    ['application/json', '{"provider":', 400, 'The body is not JSON'],
    ['text/plain', '{}', 415, 'expected Content-Type: application/json'],
    ['application/x-www-form-urlencoded', 'a=b', 415, 'expected Content-Type: application/json'],
    ['application/json', `"${'x'.repeat(1024 * 1024)}"`, 413, 'too large'],
  ])('a body of %s %#', async (type, body, status, detail) => {
    const { call } = await start()
    expect(await call('POST', '/sandboxes', body, { 'content-type': type })).toMatchObject({
      status,
      body: { status, detail: expect.stringContaining(detail) },
    })
  })

  test('an announced body that did not come is none', async () => {
    const { call } = await start()
    expect((await call('POST', `${iokids}/users`, '', { 'content-type': 'application/json' })).status).toBe(201)
  })

  test('a host of another sandbox', async () => {
    const { call } = await start()
    await call('POST', '/sandboxes', { name: 't42', provider: 'iokids', hosts: ['t42.localhost'] })
    const { status, body } = await call('PATCH', iokids, { hosts: ['t42.localhost'] })
    expect([status, at(body, 'errors', 0, 'field')]).toEqual([409, 'hosts'])
    expect((await call('PATCH', '/sandboxes/t42', { hosts: ['t42.localhost', 'more.test'] })).status).toBe(200)
  })
})
