import { describe, expect, test } from 'vitest'
import { rawRequest } from '../support/raw-request.ts'
import { start, startForFile } from '../support/server.ts'

const server = await startForFile()
const hosts = [
  'evil.wildixin.com',
  'EVIL.wildixin.com:9400',
  'evil.wildixin.com.',
  'auth.wildix.com',
  'sandbox.iokids.net',
  'api.socialidnow.com',
  'mtls.sandbox.iokids.net',
]
const paths = [
  '/_grantbox',
  '/_grantbox/health',
  '/_grantbox/sandboxes',
  '/_grantbox/openapi.json',
  '/dashboard',
  '/dashboard/iokids/apps?x=1',
]

describe("at a vendor's host our paths are the vendor's", () => {
  test.each(hosts)('%s', async (host) => {
    for (const path of paths) {
      const { status, text, headers } = await rawRequest(server.url, path, { headers: { host } })
      expect([path, status]).toEqual([path, 404])
      expect(headers['content-type']).not.toContain('problem+json')
      // In the vendor's words: as any other path that it does not have.
      expect(text).toBe((await rawRequest(server.url, '/no/such/path', { headers: { host } })).text)
    }
    const reset = await rawRequest(server.url, '/_grantbox/sandboxes/iokids/reset', { method: 'POST', headers: { host } })
    expect(reset.status).toBe(404)
  })

  test('also when a proxy tells the host, and with the admin token', async () => {
    const behind = await start({ trustProxy: 'loopback', adminToken: 'sesame' })
    const authorization = 'Bearer sesame'
    const asked = (headers: Record<string, string>) =>
      rawRequest(behind.url, '/_grantbox/sandboxes', { headers: { authorization, ...headers } })
    expect((await asked({ host: 'inner' })).status).toBe(200)
    expect((await asked({ host: 'inner', 'x-forwarded-host': 'evil.wildixin.com' })).status).toBe(404)
    expect((await asked({ host: 'evil.wildixin.com', 'x-forwarded-host': 'localhost' })).status).toBe(404)
  })

  test('but for the pages of the sign-in, whose files are there', async () => {
    const headers = { host: 'sandbox.iokids.net' }
    expect((await rawRequest(server.url, '/_grantbox/assets/grantbox.css', { headers })).status).toBe(200)
  })

  test('but for a host that a sandbox lists by itself, or that is the public one', async () => {
    const own = await start()
    own.server.sandboxes.create({ provider: own.sandbox('standard').provider, hosts: ['login.acme.example', 'api.socialidnow.com'] })
    for (const host of ['login.acme.example', 'api.socialidnow.com', 'localhost', '127.0.0.1:9400', 'iokids.localhost']) {
      expect((await rawRequest(own.url, '/_grantbox/sandboxes', { headers: { host } })).status).toBe(200)
    }
    const open = await start({ publicUrl: 'https://sandbox.iokids.net', adminToken: 'sesame' })
    const headers = { host: 'sandbox.iokids.net', authorization: 'Bearer sesame' }
    expect((await rawRequest(open.url, '/_grantbox/sandboxes', { headers })).status).toBe(200)
  })
})
