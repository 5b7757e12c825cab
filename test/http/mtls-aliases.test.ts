import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { makeCertificate, sendTls } from '../support/client-certificates.ts'
import { addClient } from '../support/iokids-setup.ts'
import { rawRequest } from '../support/raw-request.ts'
import { start, startForFile, type TestServer } from '../support/server.ts'
import { claimsOf } from '../support/standard-client.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const ca = await server.ca()
const { port } = new URL(server.url)
const certificate = await makeCertificate({ subject: [['CN', 'fluffy']] })

/** The metadata as a client finds them at an address. */
async function metadataAt(scheme: string, host: string, prefix = '', box: TestServer = server) {
  const path = `${prefix}/.well-known/openid-configuration`
  const { port } = new URL(box.url)
  const answer =
    scheme === 'http'
      ? await rawRequest(box.url, path, { headers: { host: `${host}:${port}` } })
      : await sendTls(`https://localhost:${port}${path}`, { ca: await box.ca(), headers: { host: `${host}:${port}` } })
  return JSON.parse(answer.text) as { issuer: string; mtls_endpoint_aliases?: Record<string, string> }
}

describe('the aliases resolve wherever loopback does, and stand for the issuer by which the client asked', () => {
  test.each([
    ['https', 'localhost', '/_mtls'],
    ['http', 'localhost', '/_mtls/_http_localhost'],
    ['http', '127.0.0.1', '/_mtls/_http_127.0.0.1'],
    ['https', '127.0.0.1', ''],
    ['https', 't42.localhost', '/_mtls/_https_t42.localhost'],
    ['http', '[::1]', '/_mtls/_http_[::1]'],
  ])('%s://%s', async (scheme, host, path) => {
    for (const prefix of ['', '/standard']) {
      const { issuer, mtls_endpoint_aliases: aliases } = await metadataAt(scheme, host, prefix)
      const token_endpoint = `https://${host === '[::1]' ? host : '127.0.0.1'}:${port}${path}${prefix}/token`
      expect(aliases).toMatchObject({ token_endpoint })
      const { client_id } = addClient(
        server.sandbox(),
        { client_secret: null, token_endpoint_auth_method: 'tls_client_auth', metadata: { tls_client_auth_subject_dn: 'CN=fluffy' } },
        server.sandbox().directory.listApps()[0],
      )
      const answer = await sendTls(aliases?.token_endpoint ?? '', {
        ca,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: String(new URLSearchParams({ grant_type: 'client_credentials', scope: 'read', client_id })),
        certificate,
        servername: '',
      })
      expect(answer.body).toMatchObject({ access_token: expect.any(String) })
      expect(claimsOf(answer.body.access_token).iss).toBe(issuer)
    }
  })

  test('a name elsewhere has one only when it was asked for', async () => {
    expect((await metadataAt('http', 'grantbox')).mtls_endpoint_aliases).toBeUndefined()
    const asked = await start({ defaultProvider: 'standard', clientCertificates: 'mtls' })
    const { port } = new URL(asked.url)
    const { mtls_endpoint_aliases: aliases } = await metadataAt('https', 'grantbox', '', asked)
    expect(aliases).toMatchObject({ token_endpoint: `https://mtls.grantbox:${port}/token` })
    const always = await start({ defaultProvider: 'standard', clientCertificates: 'always' })
    const { mtls_endpoint_aliases: everywhere } = await metadataAt('https', 'grantbox', '', always)
    expect(everywhere).toMatchObject({ token_endpoint: `https://grantbox:${new URL(always.url).port}/token` })
  })
})

test.each([
  '/_mtls/_https_evil.example/jwks',
  '/_mtls/_ftp_localhost/jwks',
  '/_mtlsx/jwks',
  '/_mtls/_grantbox/sandboxes',
  '/_mtls/dashboard',
])('%s is no alias of anything', async (path) => {
  expect((await rawRequest(server.url, path, { headers: { host: `localhost:${port}` } })).status).toBe(404)
})

test('no sandbox is called mtls', () => {
  expect(server.server.sandboxes.nameProblem('mtls')).toContain('grantbox itself')
})

test('openid-client uses the alias of a discovery over http (RFC 8705 §5)', async () => {
  const config = await client.discovery(new URL(server.url), 'standard-web', { use_mtls_endpoint_aliases: true }, undefined, {
    execute: [client.allowInsecureRequests],
  })
  expect(config.serverMetadata().mtls_endpoint_aliases?.token_endpoint).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/_mtls\//)
})
