import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { at, iokids, start } from '../support/control-api.ts'

describe('the server', () => {
  test('says that it is well, and its version', async () => {
    const { call } = await start()
    expect(await call('GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok', version: '1.2.3' } })
  })

  test('says 503 when the database does not answer', async () => {
    const broken = new Error('disk gone')
    const { call, errors } = await start({
      checkDatabase: () => {
        throw broken
      },
    })
    expect(await call('GET', '/health')).toMatchObject({ status: 503, body: { status: 'failing', version: '1.2.3' } })
    expect(errors).toEqual([broken])
  })

  test('lists the providers with what each supports', async () => {
    const { call } = await start()
    const { body } = await call('GET', '/providers')
    expect(at(body, 'items', 0)).toMatchObject({
      name: 'iokids',
      title: 'iOKids',
      grant_types: expect.arrayContaining(['authorization_code', 'refresh_token']),
      scopes: expect.arrayContaining([{ name: 'profile', description: expect.any(String) }]),
      paths: { authorize: '/oauth/signin', token: '/oauth/token' },
      api: expect.arrayContaining([{ method: 'GET', path: '/v1/me' }]),
      settings: { access_token_ttl: 300 },
    })
  })

  test('is reached through routing, with the URL untouched, and keeps no answer back', async () => {
    const { app } = await start()
    const server = createServer((request, response) => app.routing(request, response))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => {
      server.close()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/_grantbox${iokids}/users`
    const created = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"username":"ann"}' })
    expect([created.status, at(await created.json(), 'username')]).toEqual([201, 'ann'])
  })

  test('answers a trailing slash like none', async () => {
    const { call } = await start()
    expect((await call('GET', `${iokids}/`)).body.name).toBe('iokids')
  })
})

describe('an answer', () => {
  test('goes out when what it tells of is durable, and not before', async () => {
    const steps: string[] = []
    const durable = Promise.withResolvers<void>()
    const { call } = await start({
      settled: () => {
        steps.push('asked')
        return durable.promise
      },
    })
    const answer = call('POST', '/sandboxes', { provider: 'iokids' }).then(() => steps.push('answered'))
    await vi.waitFor(() => expect(steps).toContain('asked'))
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    steps.push('durable')
    durable.resolve()
    await answer
    expect(steps).toEqual(['asked', 'durable', 'answered'])
  })

  test('is a 500 without a stack trace when the disk refuses', async () => {
    const refused = new Error('SQLITE_FULL at /secret/path')
    const { call, errors } = await start({ settled: (_request, status) => (status < 500 ? Promise.reject(refused) : undefined) })
    const { status, headers, text, body } = await call('GET', '/sandboxes')
    expect({ status, type: headers['content-type'] }).toEqual({ status: 500, type: expect.stringContaining('application/problem+json') })
    expect(body).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500, detail: expect.stringContaining('log') })
    expect(text).not.toContain('SQLITE')
    expect(errors).toEqual([refused])
  })
})
