import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { control } from '../support/control-client.ts'
import { start } from '../support/server.ts'
import { tokensOf } from '../support/standard-client.ts'

/** What is signed a second time, with other claims, is signed with the same key: for a client of HS256 its own secret (OpenID Connect Core §10.1). */

const hs256 = { client_id: 'hs', client_secret: 'a secret of its own that is long enough', id_token_signed_response_alg: 'HS256' }
const secret = new TextEncoder().encode(hs256.client_secret)

async function world() {
  const server = await start({ defaultProvider: 'standard' })
  const app = { name: 'HS', scopes: ['openid', 'read'], redirect_uris: ['https://client.example/cb'], ...hs256 }
  expect((await control(server, 'POST', '/sandboxes/standard/apps', app)).status).toBe(201)
  const { body } = await control(server, 'GET', '/sandboxes/standard/users/alice')
  await control(server, 'PATCH', '/sandboxes/standard/users/alice', { apps: [...body.apps, 'HS'] })
  return server
}

describe('an ID token of a client of HS256', () => {
  const issuer = (url: string) => ({ issuer: url, audience: 'hs' })

  test('is signed with its secret also when it is minted with claims', async () => {
    const server = await world()
    const wanted = { client_id: 'hs', username: 'alice', scope: 'openid read' }
    for (const claims of [undefined, { tenant: 't1' }]) {
      const { body } = await control(server, 'POST', '/sandboxes/standard/tokens', { ...wanted, claims })
      expect((await jwtVerify(body.id_token, secret, issuer(server.url))).payload).toMatchObject(claims ?? { sub: 'alice' })
      const keys = createRemoteJWKSet(new URL(`${server.url}/jwks`))
      expect((await jwtVerify(body.access_token, keys)).payload).toMatchObject(claims ?? { sub: 'alice' })
    }
  })

  test.each([
    ['wrong_audience', 'aud'],
    ['wrong_issuer', 'iss'],
    ['expired', 'exp'],
  ] as const)('of the fault %s has nothing else wrong', async (token, claim) => {
    const server = await world()
    const form = { client_id: hs256.client_id, client_secret: hs256.client_secret, scope: 'openid' }
    const good = await tokensOf(server.url, form)
    await jwtVerify(good.id_token ?? '', secret, issuer(server.url))
    await control(server, 'POST', '/sandboxes/standard/faults', { endpoint: 'token', token })
    const bad = await tokensOf(server.url, form)
    await expect(jwtVerify(bad.id_token ?? '', secret, issuer(server.url))).rejects.toMatchObject({ claim })
  })
})

test('an access token of a client of HS256 is signed with the secret of its sandbox, also with other claims', async () => {
  const server = await start({ defaultProvider: 'standard' })
  const signing_secret = 'the secret of the sandbox, long enough'
  await control(server, 'POST', '/sandboxes', { name: 'hs', provider: 'standard', settings: { signing_alg: 'HS256', signing_secret } })
  await control(server, 'POST', '/sandboxes/hs/apps', { name: 'HS', ...hs256 })
  const wanted = { client_id: 'hs', scope: 'read', claims: { tenant: 't1' } }
  const { body } = await control(server, 'POST', '/sandboxes/hs/tokens', wanted)
  const { payload } = await jwtVerify(body.access_token, new TextEncoder().encode(signing_secret))
  expect(payload.tenant).toBe('t1')
})
