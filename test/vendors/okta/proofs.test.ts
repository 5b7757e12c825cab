import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { addClient } from '../../support/iokids-setup.ts'
import { custom } from '../../support/okta-client.ts'
import { startForFile } from '../../support/server.ts'
import { post } from '../../support/vendor-client.ts'

/** What clients sign, and the vendor's words for what is wrong with it. */

const { url, clock, ...server } = await startForFile({ defaultProvider: 'okta' })
const sandbox = server.sandbox('okta')
const app = sandbox.directory.listApps()[0]
const secret = 'a-secret-of-more-than-32-characters-for-HS256'
const signer = addClient(sandbox, { token_endpoint_auth_method: 'client_secret_jwt', client_secret: secret }, app)
const prover = addClient(sandbox, { client_secret: secret, metadata: { dpop_bound_access_tokens: true } }, app)
const endpoint = `${url}${custom}/v1/token`
const now = () => Math.floor(clock.now() / 1000)
const machine = { grant_type: 'client_credentials', scope: 'read' }

async function authenticate(claims: JWTPayload, key = secret) {
  const { client_id: id } = signer
  const all = { iss: id, sub: id, aud: endpoint, iat: now(), exp: now() + 60, jti: crypto.randomUUID(), ...claims }
  const client_assertion = await new SignJWT(all).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(key))
  return post(endpoint, {
    ...machine,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion,
  })
}

test('an assertion that holds gives a token, once', async () => {
  const jti = crypto.randomUUID()
  expect((await authenticate({ jti })).status).toBe(200)
  const again = await authenticate({ jti })
  const error_description = 'The client_assertion token has already been used.'
  expect([again.status, again.text]).toEqual([401, JSON.stringify({ error: 'invalid_client', error_description })])
})

test.each<[string, JWTPayload, string, string]>([
  ['of another secret', {}, `${secret}-other`, 'The client_assertion signature is invalid.'],
  ['that is over', { exp: 1_000_000_000 }, secret, 'The client_assertion token is expired.'],
  [
    'for another server',
    { aud: 'https://other.example' },
    secret,
    'The audience claim for client_assertion must be the endpoint invoked for the request.',
  ],
])('an assertion %s', async (_name, claims, key, error_description) => {
  const answer = await authenticate(claims, key)
  expect([answer.status, answer.text]).toEqual([401, JSON.stringify({ error: 'invalid_client', error_description })])
  expect(answer.explanation).not.toBe('')
})

test('a proof that is missing, that lacks a nonce, and that has it', async () => {
  const form = { ...machine, client_id: prover.client_id, client_secret: secret }
  const pair = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(pair.publicKey)
  const proved = async (nonce?: string | null) => {
    const claims = { htm: 'POST', htu: endpoint, iat: now(), jti: crypto.randomUUID(), ...(nonce && { nonce }) }
    const DPoP = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk }).sign(pair.privateKey)
    return post(endpoint, form, { DPoP })
  }
  const missing = await post(endpoint, form)
  const text = 'The DPoP proof JWT header is missing.'
  expect([missing.status, missing.text]).toEqual([400, JSON.stringify({ error: 'invalid_dpop_proof', error_description: text })])
  await fetch(`${url}/_grantbox/sandboxes/okta`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ settings: { dpop_nonce: 'required' } }),
  })
  const first = await proved()
  const asked = 'Authorization server requires nonce in DPoP proof.'
  expect([first.status, first.text]).toEqual([400, JSON.stringify({ error: 'use_dpop_nonce', error_description: asked })])
  const second = await proved(first.headers.get('dpop-nonce'))
  expect(second.body.token_type).toBe('DPoP')
  const broken = await post(endpoint, form, { DPoP: 'x' })
  const invalid = 'The DPoP proof JWT is invalid.'
  expect([broken.status, broken.text]).toEqual([400, JSON.stringify({ error: 'invalid_dpop_proof', error_description: invalid })])
})
