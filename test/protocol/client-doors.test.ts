import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, test } from 'vitest'
import { readDeclarations } from '../../src/config/declarations.ts'
import { cibaType } from '../../src/oauth/model/grant-names.ts'
import { startForFile } from '../support/server.ts'

const server = await startForFile({ clientCertificates: 'always' })
const jwks = { keys: [await exportJWK((await generateKeyPair('ES256')).publicKey)] }
const privateJwks = { keys: [await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)] }
let count = 0
const codes = { grant_types: ['authorization_code'] }

async function post(path: string, body: unknown): Promise<boolean> {
  const headers = { 'content-type': 'application/json' }
  const { status } = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  expect([201, 400]).toContain(status)
  return status === 201
}

/** Whether a door takes a client with these members. */
const doors: Readonly<Record<string, (members: Record<string, unknown>, count: number) => boolean | Promise<boolean>>> = {
  'the registration endpoint': (members) => post('/standard/register', { redirect_uris: ['https://a.example/'], ...members }),
  'the control API': (members, count) => post('/_grantbox/sandboxes/standard/apps', { name: `Door ${count}`, ...members }),
  'the config file': ({ token_endpoint_auth_method, grant_types, ...metadata }, count) => {
    const client = { client_id: `door-${count}`, client_secret: 'secret', token_endpoint_auth_method, grant_types, metadata }
    const sandboxes = { standard: { apps: [{ name: 'Door', clients: [client] }] } }
    const { problems } = readDeclarations({ sandboxes }, 'grantbox.yaml')
    for (const { where } of problems) expect(where).toMatch(/^grantbox.yaml: sandboxes.standard.apps\[0\].clients\[0\]/)
    return problems.length === 0
  },
}

describe('every door has the same rules for clients (RFC 7591 §2)', () => {
  test.each<[string, boolean, Record<string, unknown>]>([
    ['a method that nobody knows', false, { token_endpoint_auth_method: 'magic' }],
    ['private_key_jwt without keys', false, { token_endpoint_auth_method: 'private_key_jwt' }],
    ['private_key_jwt with keys', true, { token_endpoint_auth_method: 'private_key_jwt', jwks }],
    ['the private half of a key', false, { token_endpoint_auth_method: 'private_key_jwt', jwks: privateJwks }],
    ['a certificate without a subject', false, { token_endpoint_auth_method: 'tls_client_auth' }],
    ['a certificate with one', true, { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_dns: 'a.example' }],
    ['an algorithm that nobody knows', false, { id_token_signed_response_alg: 'XX999' }],
    ['an algorithm that is offered', true, { id_token_signed_response_alg: 'ES256' }],
    ['HS256 without a secret', false, { token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'HS256' }],
    ['encryption without keys', false, { id_token_encrypted_response_alg: 'RSA-OAEP-256' }],
    ['a grant type that is not served', false, { grant_types: ['authorization_code', 'magic'] }],
    ['no grant type at all', false, { grant_types: [] }],
    ['client_credentials without a secret', false, { token_endpoint_auth_method: 'none', grant_types: ['client_credentials'] }],
    ['a response type without its grant type', false, { response_types: ['code token'] }],
    ['a delivery mode', true, { grant_types: ['authorization_code', cibaType], backchannel_token_delivery_mode: 'poll' }],
    ['a delivery mode without its grant type', false, { backchannel_token_delivery_mode: 'poll' }],
    ['ping without an endpoint', false, { grant_types: [cibaType], backchannel_token_delivery_mode: 'ping' }],
    ['a request object algorithm', true, { request_object_signing_alg: 'ES256' }],
    ['a relative logout URI', false, { backchannel_logout_uri: 'logout' }],
    ['a flag that is a text', false, { dpop_bound_access_tokens: 'yes' }],
    ['an age', true, { default_max_age: 60 }],
    ['an age below zero', false, { default_max_age: -1 }],
  ])('%s (taken: %s)', async (_about, taken, members) => {
    const verdicts: Record<string, boolean> = {}
    count += 1
    for (const [door, take] of Object.entries(doors)) verdicts[door] = await take({ ...codes, ...members }, count)
    expect(verdicts).toEqual(Object.fromEntries(Object.keys(doors).map((door) => [door, taken])))
  })
})
