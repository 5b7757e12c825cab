import { once } from 'node:events'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { start, startForFile, type TestServer } from '../support/server.ts'
import { claimsOf } from '../support/vendor-client.ts'

const server = await startForFile()

/** Calls a vendor's own address, as a client does whose name server leads it to us: SNI, Host and path as ever. */
async function call(to: TestServer, url: string, { method = 'GET', headers = {}, body = '' } = {}) {
  const { hostname, pathname, search } = new URL(url)
  const sent = request({
    host: '127.0.0.1',
    port: new URL(to.https).port,
    servername: hostname,
    path: pathname + search,
    method,
    headers: { host: hostname, 'content-length': Buffer.byteLength(body), ...headers },
    ca: await to.ca(),
    agent: false,
  })
  sent.end(body)
  const [response] = await once(sent, 'response')
  const socket = response.socket as TLSSocket
  const names = socket.getPeerCertificate().subjectaltname
  return { status: response.statusCode as number, names, authorized: socket.authorized, body: JSON.parse(await text(response)) }
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }

test('a client that insists on https://sandbox.iokids.net reaches iokids at the root, with a certificate of that name', async () => {
  const { status, names, authorized, body } = await call(server, 'https://sandbox.iokids.net/oauth/token', {
    method: 'POST',
    headers: form,
    body: 'grant_type=client_credentials&client_id=iok-cid-findfluffy&client_secret=iok-cse-findfluffy',
  })
  expect([status, authorized]).toEqual([200, true])
  expect(names).toContain('DNS:sandbox.iokids.net')
  expect(claimsOf(body.access_token).iss).toBe('https://sandbox.iokids.net')
})

test('the Wildix flow runs from the PBX’s own host to https://auth.wildix.com', async () => {
  const extension = { authorization: `Basic ${btoa('extension:password')}` }
  const first = await call(server, 'https://mydomain.wildixin.com/api/v1/personal/token/?service=auth.wildix.com', { headers: extension })
  expect([first.status, first.authorized]).toEqual([200, true])
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const second = await call(server, 'https://auth.wildix.com/api/v2/Token/', { headers: bearer(first.body.result.token) })
  expect([second.status, second.names]).toEqual([200, expect.stringContaining('DNS:auth.wildix.com')])
  const third = await call(server, 'https://auth.wildix.com/api/v2/OpenId/service/', {
    method: 'POST',
    headers: { ...bearer(second.body.result.accessToken), 'content-type': 'application/json' },
    body: '{"aud":"https://api.x-bees.com","scope":"xbees"}',
  })
  expect(third.status).toBe(200)
  expect(claimsOf(third.body.result.token)).toMatchObject({
    iss: 'https://auth.wildix.com',
    sub: 'extension@mydomain.wildixin.com',
    pbx: 'mydomain.wildixin.com',
  })
})

test('a sandbox that lists a vendor’s host gets its requests, until it lists it no more', async () => {
  const own = await start({ made: ['socialid'] })
  const { provider } = own.sandbox('socialid')
  const sandbox = own.server.sandboxes.create({ name: 'mine', provider, hosts: ['API.socialidnow.com'] })
  const ask = async () => {
    await call(own, 'https://api.socialidnow.com/v2/marketing/oauth/token', { method: 'POST', headers: form, body: 'a=b' })
    return [sandbox.journal.list().length, own.sandbox('socialid').journal.list().length]
  }
  expect(await ask()).toEqual([1, 0])
  own.server.sandboxes.update(sandbox, { hosts: [] })
  expect(await ask()).toEqual([1, 1])
})

test('a host that no vendor has reaches the default sandbox', async () => {
  const { body } = await call(server, 'https://example.wildixin.com.evil.example/api/v2/Token/')
  expect(body).toMatchObject({ error_code: expect.any(Number) })
})
