import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { ClientCertificateCredential, ClientSecretCredential, OnBehalfOfCredential } from '@azure/identity'
import { exportJWK } from 'jose'
import { expect, test } from 'vitest'
import { selfSignedCertificate } from '../../src/basics/x509.ts'
import { api, homeTenant, oid, ordersScope, startEntra, tokensOf, web } from '../../test/support/entra-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { start, type TestServer } from '../../test/support/server.ts'
import { claimsOf } from '../../test/support/vendor-client.ts'

/** Azure's credentials, which tokens of cloud services are asked for with: pointed at a host, with instance discovery left out. */

const server = await startEntra()
setDefaultCACertificates([...getCACertificates('default'), await server.ca()])
recordRequests('entra', 'azure-identity', server)

const at = ({ https }: TestServer) => ({ authorityHost: https, disableInstanceDiscovery: true })
const options = at(server)
const graph = 'https://graph.microsoft.com/.default'

test('a client secret', async () => {
  const credential = new ClientSecretCredential(homeTenant, web.client_id, web.client_secret, options)
  const { token, expiresOnTimestamp } = await credential.getToken(graph)
  expect(claimsOf(token)).toMatchObject({ appid: web.client_id, tid: homeTenant, idtyp: 'app' })
  expect(expiresOnTimestamp - Date.now()).toBeGreaterThan(3_500_000)
})

test('a wrong secret', async () => {
  const credential = new ClientSecretCredential(homeTenant, web.client_id, 'wrong', options)
  await expect(credential.getToken(graph)).rejects.toThrow(/AADSTS7000215: Invalid client secret provided/)
})

test('a certificate', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const certificate = new X509Certificate(selfSignedCertificate(createPrivateKey(pem), 'judge'))
  const client_id = '55555555-2222-4333-8444-555555555555'
  // Not recorded: an assertion names the address for which it was made.
  const other = await start({ defaultProvider: 'entra' })
  setDefaultCACertificates([...getCACertificates('default'), await other.ca()])
  const { directory } = other.sandbox()
  const [app] = directory.listApps()
  if (app === undefined) throw new Error('no app')
  const jwk = { ...(await exportJWK(certificate.publicKey)), x5c: [certificate.raw.toString('base64')] }
  const how = { token_endpoint_auth_method: 'private_key_jwt', grant_types: ['client_credentials'] }
  directory.createClient(app, { client_id, client_secret: null, ...how, metadata: { jwks: { keys: [jwk] } }, created_at: 0 })
  const credential = new ClientCertificateCredential(homeTenant, client_id, { certificate: `${pem}\n${certificate.toString()}` }, at(other))
  const { token } = await credential.getToken(graph)
  expect(claimsOf(token)).toMatchObject({ appid: client_id, appidacr: '2' })
})

test('on behalf of a caller', async () => {
  const { access_token } = await tokensOf(server.url, { scope: ordersScope })
  const assertion = {
    tenantId: homeTenant,
    clientId: api.client_id,
    clientSecret: api.client_secret,
    userAssertionToken: String(access_token),
  }
  const { token } = await new OnBehalfOfCredential({ ...assertion, ...options }).getToken('https://graph.microsoft.com/User.Read')
  expect(claimsOf(token)).toMatchObject({ appid: api.client_id, oid })
})
