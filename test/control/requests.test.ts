import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { mask, maskUrl } from '../../src/control/views/masking.ts'
import type { JournalEntry } from '../../src/sandbox/journal.ts'

import { at, iokids, type Json, start } from '../support/control-api.ts'

describe('the journal', () => {
  const secret = 'iok-cse-findfluffy'
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbklkIjoiMSJ9.c2lnbmF0dXJl'
  const entry = (given: Partial<JournalEntry> = {}): JournalEntry => ({
    id: 0,
    time: Date.UTC(2030, 0, 1),
    at_ms: 0,
    duration_ms: 1.23456,
    endpoint: 'token',
    method: 'POST',
    url: '/iokids/oauth/token',
    request_headers: { host: 'localhost', 'content-type': 'application/x-www-form-urlencoded', authorization: `Bearer ${token}` },
    request_body: `grant_type=refresh_token&refresh_token=${token}&client_id=iok-cid-findfluffy&client_secret=${secret}&x=1&x=2`,
    status: 200,
    response_headers: { 'content-type': 'application/json; charset=utf-8' },
    response_body: JSON.stringify({ access_token: token, expires_in: 300, token_type: 'Bearer' }),
    client_id: 'iok-cid-findfluffy',
    grant_type: 'refresh_token',
    grant_id: 3,
    ...given,
  })

  test('shows what came and went, decoded and without its secrets', async () => {
    const { call, sandbox } = await start()
    sandbox.journal.add(entry())
    const { body, text } = await call('GET', `${iokids}/requests`)
    expect(body.items).toEqual([
      {
        id: expect.any(Number),
        time: '2030-01-01T00:00:00.000Z',
        duration_ms: 1.235,
        aborted: false,
        waited_ms: null,
        endpoint: 'token',
        method: 'POST',
        url: '/iokids/oauth/token',
        status: 200,
        error: null,
        reason: null,
        explanation: null,
        notes: [],
        connection: null,
        host: null,
        client_id: 'iok-cid-findfluffy',
        username: null,
        grant_type: 'refresh_token',
        grant_id: 3,
        driver: null,
        again_of: null,
        request_headers: { host: 'localhost', 'content-type': 'application/x-www-form-urlencoded', authorization: 'Bearer eyJhbG…' },
        request_body: {
          grant_type: 'refresh_token',
          refresh_token: 'eyJhbG…',
          client_id: 'iok-cid-findfluffy',
          client_secret: '…',
          x: ['1', '2'],
        },
        response_headers: { 'content-type': 'application/json; charset=utf-8' },
        response_body: { access_token: 'eyJhbG…', expires_in: 300, token_type: 'Bearer' },
      },
    ])
    expect(text).not.toContain(secret)
  })

  test('shows all as it came when the sandbox says show_secrets', async () => {
    const { call, sandbox } = await start()
    sandbox.journal.add(entry({ response_headers: { 'content-type': 'text/html' }, response_body: '<b>' }))
    await call('PATCH', iokids, { settings: { show_secrets: true } })
    expect(at((await call('GET', `${iokids}/requests`)).body, 'items', 0)).toMatchObject({
      request_headers: { authorization: `Bearer ${token}` },
      request_body: { client_secret: secret, refresh_token: token },
      response_body: '<b>',
    })
  })

  test('shows what of a request had no effect', async () => {
    const { call, sandbox } = await start()
    sandbox.journal.add(entry({ notes: ['display had no effect', 'so had claims_locales'] }))
    const { body } = await call('GET', `${iokids}/requests`)
    expect(body.items).toEqual([expect.objectContaining({ notes: ['display had no effect', 'so had claims_locales'] })])
  })

  test('shows the explanation and error of a refusal', async () => {
    const { call, sandbox } = await start()
    sandbox.journal.add(entry({ status: 400, error: 'invalid_grant', explanation: 'the code was used before' }))
    expect(at((await call('GET', `${iokids}/requests`)).body, 'items', 0)).toMatchObject({
      status: 400,
      error: 'invalid_grant',
      explanation: 'the code was used before',
    })
  })

  test('shows no body that it cannot decode, nor the code in a redirect', async () => {
    const { call, sandbox } = await start()
    sandbox.journal.add(
      entry({
        endpoint: 'authorize',
        url: '/oauth/signin?client_id=a&state=xyz&id_token_hint=eyJhbGciOiJIUzI1NiJ9.x.y',
        request_headers: { cookie: 'session=abc', 'content-type': 'application/json' },
        request_body: '{"client_secret":"iok-cse-findfluffy",}',
        status: 302,
        response_headers: { location: 'https://a.test/cb?code=1a.SplxlOBeZQQYbYS6WxSbIA&state=xyz', 'content-type': 'text/html' },
        response_body: '<input name="code" value="1a.SplxlOBeZQQYbYS6WxSbIA">',
      }),
    )
    const { body, text } = await call('GET', `${iokids}/requests`)
    expect(text).not.toMatch(/OBeZQQ|iok-cse|session=abc|x\.y/)
    expect(at(body, 'items', 0)).toMatchObject({
      url: '/oauth/signin?client_id=a&state=xyz&id_token_hint=eyJhbG…',
      request_headers: { cookie: '…' },
      request_body: '… (39 characters of application/json)',
      response_headers: { location: 'https://a.test/cb?code=1a.Spl…&state=xyz' },
      response_body: expect.stringMatching(/^… \(\d+ characters of text\/html\)$/),
    })
  })

  test('is asked by endpoint, client, grant type and place', async () => {
    const { call, sandbox } = await start()
    sandbox.journal.add(entry())
    sandbox.journal.add(entry({ endpoint: 'api' }))
    sandbox.journal.add(entry({ client_id: 'other', grant_type: 'password' }))
    const all = (await call('GET', `${iokids}/requests`)).body.items as Json[]
    const ids = async (query: string) => ((await call('GET', `${iokids}/requests?${query}`)).body.items as Json[]).map((one) => one.id)
    const [a, b, c] = all.map((one) => one.id)
    expect(await ids('endpoint=token')).toEqual([a, c])
    expect(await ids('client_id=other')).toEqual([c])
    expect(await ids('grant_type=refresh_token')).toEqual([a, b])
    expect(await ids('limit=1')).toEqual([c])
    expect(await ids(`after=${a}&limit=1`)).toEqual([b])
    expect(await ids(`after=${c}`)).toEqual([])
  })

  test('waits for a request that has not come yet, and says where to go on', async () => {
    const { call, sandbox } = await start()
    expect((await call('GET', `${iokids}/requests`)).body).toEqual({ items: [], next_cursor: null })
    const waiting = call('GET', `${iokids}/requests?endpoint=token&wait=60`)
    await new Promise(setImmediate)
    sandbox.journal.add(entry({ endpoint: 'api' }))
    sandbox.journal.add(entry())
    const { body } = await waiting
    expect(body).toMatchObject({ items: [{ endpoint: 'token' }], next_cursor: String(at(body, 'items', 0, 'id')) })
    expect((await call('GET', `${iokids}/requests?after=${body.next_cursor}&wait=0.001`)).body).toEqual({
      items: [],
      next_cursor: body.next_cursor,
    })
  })

  test('waits no longer than the client does', async () => {
    const { app, sandbox } = await start()
    const wait = vi.spyOn(sandbox.journal, 'wait')
    const server = createServer((request, response) => app.routing(request, response))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => {
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const waiting = httpRequest({ host: '127.0.0.1', port, path: `/_grantbox${iokids}/requests?wait=60` })
    waiting.on('error', () => {})
    waiting.end()
    await vi.waitFor(() => expect(wait).toHaveBeenCalled())
    waiting.destroy()
    expect(await wait.mock.results[0]?.value).toEqual([])
  })

  test('is emptied', async () => {
    const { call, sandbox } = await start()
    sandbox.journal.add(entry())
    expect((await call('DELETE', `${iokids}/requests`)).status).toBe(204)
    expect(sandbox.journal.list()).toEqual([])
  })

  test.each([
    [
      { client_assertion: 'a'.repeat(20), client_assertion_type: 'urn:x' },
      { client_assertion: 'aaaaaa…', client_assertion_type: 'urn:x' },
    ],
    [
      { accessToken: 'b'.repeat(20), token_type: 'Bearer', tokenId: '1' },
      { accessToken: 'bbbbbb…', token_type: 'Bearer', tokenId: '1' },
    ],
    [
      { code: 4011, error_code: 4011 },
      { code: 4011, error_code: 4011 },
    ],
    [
      { code: 'c'.repeat(20), code_verifier: 'short' },
      { code: 'cccccc…', code_verifier: '…' },
    ],
    [
      { password: 1234, users: [{ password: 'long enough to be cut' }] },
      { password: '…', users: [{ password: '…' }] },
    ],
    [{ token: { value: 'd'.repeat(20) } }, { token: { value: 'dddddd…' } }],
    [
      { 'x-api-key': 'gateway-key-of-some-length', authorization: 'Basic aW9rOnNlY3JldC1zZWNyZXQ=' },
      { 'x-api-key': '…', authorization: 'Basic …' },
    ],
    [
      { 'set-cookie': ['sid=1; Path=/'], 'www-authenticate': 'Bearer' },
      { 'set-cookie': ['…'], 'www-authenticate': 'Bearer' },
    ],
  ])('masks %j', (given, masked) => {
    expect(mask(given)).toEqual(masked)
  })

  test('masks a token in a fragment, and leaves the rest of a URL as it was written', () => {
    expect(maskUrl('https://a.test/cb?a=%20+b#access_token=abcdefghijklmnopq&x=%2F')).toBe(
      'https://a.test/cb?a=%20+b#access_token=abcdef…&x=%2F',
    )
  })
})
