import { describe, expect, test } from 'vitest'
import { type Asking, decideAccess } from '../../src/control/access.ts'

import { iokids, start } from '../support/control-api.ts'

describe('access', () => {
  const asking: Asking = {
    host: 'localhost:9400',
    origin: undefined,
    fetchSite: undefined,
    authorization: undefined,
    method: 'GET',
    path: '/_grantbox/sandboxes',
    adminToken: undefined,
    isOurHost: (host) => host === 'sandbox.iokids.net',
  }

  test.each<[Partial<Asking>, 200 | 401 | 403]>([
    [{}, 200],
    [{ host: 'localhost' }, 200],
    [{ host: 'LOCALHOST:9400' }, 200],
    [{ host: 't42.localhost:9400' }, 200],
    [{ host: '127.0.0.1:9400' }, 200],
    [{ host: '127.8.9.1' }, 200],
    [{ host: '[::1]:9400' }, 200],
    [{ host: 'sandbox.iokids.net' }, 200],
    [{ host: 'Sandbox.IOKids.net:9400' }, 200],
    [{ host: undefined }, 403],
    [{ host: '' }, 403],
    [{ host: 'evil.test:9400' }, 403],
    [{ host: '127.0.0.1.evil.test' }, 403],
    [{ host: 'localhost.evil.test' }, 403],
    [{ host: 'evillocalhost' }, 403],
    [{ host: 'evil.test/.localhost' }, 403],
    [{ host: '192.168.0.1:9400' }, 403],
    [{ host: '[::2]' }, 403],
    [{ origin: 'http://localhost:9400' }, 200],
    [{ origin: 'https://localhost:9400' }, 200],
    [{ origin: 'http://localhost:3000' }, 403],
    [{ origin: 'http://127.0.0.1:9400' }, 403],
    [{ origin: 'https://evil.test' }, 403],
    [{ origin: 'null' }, 403],
    [{ fetchSite: 'same-origin' }, 200],
    [{ fetchSite: 'none' }, 200],
    [{ fetchSite: 'cross-site' }, 403],
    [{ adminToken: 's3cret' }, 401],
    [{ adminToken: 's3cret', authorization: 'Bearer s3cret' }, 200],
    [{ adminToken: 's3cret', authorization: 'bearer  s3cret ' }, 200],
    [{ adminToken: 's3cret', authorization: 'Bearer s3cret', host: 'box.internal:9400' }, 200],
    [{ adminToken: 's3cret', authorization: 'Bearer s3cre' }, 401],
    [{ adminToken: 's3cret', authorization: 'Basic s3cret' }, 401],
    [{ adminToken: 's3cret', authorization: 's3cret' }, 401],
    [{ adminToken: 's3cret', host: '127.0.0.1' }, 401],
    [{ path: '/_grantbox/health', host: 'evil.test', origin: 'https://evil.test' }, 200],
    [{ path: '/_grantbox/health/', adminToken: 's3cret' }, 200],
    [{ path: '/_grantbox/health', adminToken: 's3cret', method: 'HEAD' }, 200],
    [{ path: '/_grantbox/health', adminToken: 's3cret', method: 'POST' }, 401],
    [{ path: '/_grantbox/healthy', host: 'evil.test' }, 403],
    [{ path: '/_grantbox/openapi.json', adminToken: 's3cret' }, 401],
  ])('%j is %i', (given, status) => {
    const access = decideAccess({ ...asking, ...given })
    expect(access.allowed ? 200 : access.status).toBe(status)
  })

  test('is refused with the reason, and nothing is done', async () => {
    const { call, sandboxes } = await start()
    const { status, body } = await call('POST', '/sandboxes', { provider: 'iokids', name: 't42' }, { host: 'evil.test:9400' })
    expect([status, body.detail]).toEqual([403, expect.stringContaining('DNS rebinding')])
    const crossSite = await call('POST', '/sandboxes', { provider: 'iokids', name: 't42' }, { 'sec-fetch-site': 'cross-site' })
    const crossOrigin = await call('POST', '/sandboxes', { provider: 'iokids', name: 't42' }, { origin: 'https://evil.test' })
    expect([crossSite.status, crossOrigin.status, sandboxes.find('t42')]).toEqual([403, 403, undefined])
    expect((await call('GET', '/nothing', undefined, { host: 'evil.test' })).status).toBe(403)
  })

  test('asks for the admin token, and says how (RFC 6750 §3)', async () => {
    const { call } = await start({ adminToken: 's3cret' })
    const none = await call('GET', '/sandboxes')
    expect([none.status, none.headers['www-authenticate']]).toEqual([401, 'Bearer realm="grantbox"'])
    const wrong = await call('GET', '/sandboxes', undefined, { authorization: 'Bearer wrong' })
    expect([wrong.status, wrong.headers['www-authenticate']]).toEqual([401, 'Bearer realm="grantbox", error="invalid_token"'])
    expect((await call('GET', '/sandboxes?access_token=s3cret&token=s3cret')).status).toBe(401)
    expect((await call('GET', '/sandboxes', undefined, { authorization: 'Bearer s3cret' })).status).toBe(200)
    expect((await call('GET', '/health')).status).toBe(200)
  })

  test('knows the hosts that sandboxes list', async () => {
    const { call } = await start()
    expect((await call('GET', '/sandboxes', undefined, { host: 'sandbox.test:9400' })).status).toBe(403)
    await call('PATCH', iokids, { hosts: ['sandbox.test'] })
    expect((await call('GET', '/sandboxes', undefined, { host: 'sandbox.test:9400' })).status).toBe(200)
  })
})
