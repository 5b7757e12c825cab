import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { keyAlgs, secretAlgs } from '../../src/oauth/jose/jws.ts'
import { startForFile } from '../support/server.ts'
import { json, post } from '../support/standard-client.ts'

/** What a client registers for is what it gets, in every algorithm that the metadata name. */

const server = await startForFile({ defaultProvider: 'standard' })
const { url } = server

const metadata = (await json(`${url}/.well-known/openid-configuration`)).body

test.each([
  'id_token_signing_alg_values_supported',
  'userinfo_signing_alg_values_supported',
  'introspection_signing_alg_values_supported',
  'authorization_signing_alg_values_supported',
  'request_object_signing_alg_values_supported',
  'token_endpoint_auth_signing_alg_values_supported',
])('%s names them all', (member) => {
  expect([...(metadata[member] as string[])].sort()).toEqual([...secretAlgs, ...keyAlgs].sort())
})

describe.each([...secretAlgs, ...keyAlgs])('%s', async (alg) => {
  const registered = await json(`${url}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'password'],
      token_endpoint_auth_method: 'client_secret_post',
      id_token_signed_response_alg: alg,
      userinfo_signed_response_alg: alg,
      introspection_signed_response_alg: alg,
    }),
  })
  const { client_id, client_secret } = registered.body as Record<string, string>
  const client = { client_id: client_id ?? '', client_secret: client_secret ?? '' }

  /** Verified with the key set as it is then, or the client's secret. */
  const verify = async (jwt: string) => {
    const options = { issuer: url, audience: client.client_id, algorithms: [alg] }
    if (alg.startsWith('HS')) return (await jwtVerify(jwt, new TextEncoder().encode(client.client_secret), options)).payload
    const keys = createLocalJWKSet((await json(`${url}/jwks`)).body as unknown as JSONWebKeySet)
    return (await jwtVerify(jwt, keys, options)).payload
  }

  test('signs ID tokens, userinfo and introspection as the client registered', async () => {
    const asked = { grant_type: 'password', username: 'alice', password: 'password', scope: 'openid', ...client }
    const { body } = await post(url, '/token', asked)
    const { sub } = await verify(String(body.id_token))
    const userinfo = await fetch(`${url}/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })
    expect((await verify(await userinfo.text())).sub).toBe(sub)
    const introspection = await fetch(`${url}/introspect`, {
      method: 'POST',
      headers: { accept: 'application/token-introspection+jwt' },
      body: new URLSearchParams({ ...client, token: String(body.access_token) }),
    })
    expect((await verify(await introspection.text())).token_introspection).toMatchObject({ active: true, sub })
  })
})
