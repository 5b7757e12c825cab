import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { addClient } from '../../support/iokids-setup.ts'
import { post } from '../../support/vendor-client.ts'
import { audience, startTenantForFile } from './auth0-tenant.ts'

/** An app that signs who it is. */

const { url, clock, ...server } = await startTenantForFile()
const sandbox = server.sandbox()
const pair = await generateKeyPair('RS256', { extractable: true })
const other = await generateKeyPair('RS256')
const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
const app = sandbox.directory.listApps().find(({ name }) => name === 'Example Machine')
const metadata = { jwks: { keys: [jwk] } }
const grant_types = ['client_credentials']
const { client_id } = addClient(sandbox, { token_endpoint_auth_method: 'private_key_jwt', client_secret: null, metadata, grant_types }, app)

async function authenticate(claims: JWTPayload = {}, key = pair.privateKey) {
  const now = Math.floor(clock.now() / 1000)
  const all = { iss: client_id, sub: client_id, aud: `${url}/`, iat: now, exp: now + 60, jti: crypto.randomUUID(), ...claims }
  return post(`${url}/oauth/token`, {
    grant_type: 'client_credentials',
    audience,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await new SignJWT(all).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(key),
  })
}

test('gets its token for an assertion that holds', async () => {
  expect((await authenticate()).status).toBe(200)
})

test.each<[what: string, claims: JWTPayload, key: typeof pair.privateKey]>([
  ['of another key', {}, other.privateKey],
  ['that is over', { exp: 1_000_000_000 }, pair.privateKey],
  ['for another tenant', { aud: 'https://other.example/' }, pair.privateKey],
])('is no client with one %s', async (_what, claims, key) => {
  const answer = await authenticate(claims, key)
  expect([answer.status, answer.text]).toEqual([401, '{"error":"invalid_client","error_description":"Client authentication failed"}'])
  expect(answer.explanation).toMatch(/\w/)
})
