import { createLocalJWKSet, exportJWK, generateKeyPair, type JSONWebKeySet, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { clientAuthMethods } from '../../src/oauth/clients/methods/registry.ts'
import { keyAlgs } from '../../src/oauth/jose/jws.ts'
import { makeCertificate } from '../support/client-certificates.ts'
import { pairOf, type WalkClient, Walker } from '../support/discovery-walk.ts'
import { startForFile } from '../support/server.ts'
import { type JsonAnswer, json, post, tokensOf } from '../support/standard-client.ts'
import { answerIn } from '../support/standard-sign-in.ts'

/** Each way to authenticate and each signing algorithm: once as it should be, and once refused for the reason that is to blame. */

const server = await startForFile({ defaultProvider: 'standard' })
const { url } = server
const walker = await Walker.at(server, url)
const { provider } = server.sandbox()

const why = ({ headers }: JsonAnswer) => decodeURIComponent(headers.get('grantbox-explain') ?? '')
const algOf = (method: string) => (method === 'client_secret_jwt' ? 'HS256' : 'ES256')

/** A client of this method; the public one signs users in, the others speak for themselves. */
const register = (method: string) =>
  walker.register(
    { grant_types: ['authorization_code', 'password', ...(method === 'none' ? [] : ['client_credentials'])] },
    method,
    algOf(method),
  )
const ask = (client: WalkClient) =>
  walker.post(
    client,
    'token_endpoint',
    client.method === 'none'
      ? { grant_type: 'password', username: 'alice', password: 'password' }
      : { grant_type: 'client_credentials', scope: 'read' },
  )

describe.each(clientAuthMethods)('a client of %s', async (method) => {
  const client = await register(method)

  test('gets a token', async () => {
    expect(await ask(client)).toMatchObject({ status: 200, body: { access_token: expect.any(String) } })
  })

  /** The same client with something else in its hands. */
  const impostors: Record<string, [() => Promise<Partial<WalkClient>>, RegExp]> = {
    client_secret_basic: [async () => ({ client_secret: 'wrong' }), /secret in the Basic header is not the one/],
    client_secret_post: [async () => ({ client_secret: 'wrong' }), /client_secret is not the one/],
    client_secret_jwt: [async () => ({ key: new TextEncoder().encode('w'.repeat(43)) }), /not signed with the client_secret/],
    private_key_jwt: [async () => ({ key: (await generateKeyPair('ES256')).privateKey }), /not signed with a key of client/],
    none: [async () => ({ method: 'client_secret_post', client_secret: 'guessed' }), /is public and has no secret/],
    tls_client_auth: [async () => ({ certificate: await makeCertificate({ subject: [['CN', 'stranger']] }) }), /CN=stranger/],
    self_signed_tls_client_auth: [
      async () => ({ certificate: await makeCertificate({ subject: [['CN', 'walker']] }) }),
      /None of the 2 keys that client .* registered is the certificate's/,
    ],
  }

  test('with credentials that are not its own is refused, and told why', async () => {
    const [changed, reason] = impostors[method] ?? []
    const answer = await ask({ ...client, ...(await changed?.()) })
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client'])
    expect(why(answer)).toMatch(reason ?? /^$/)
  })

  if (method === 'none') return
  test('without any is refused, and told which it registered', async () => {
    const answer = await ask({ ...client, method: 'none', certificate: undefined })
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client'])
    expect(why(answer)).toMatch(method.startsWith('client_secret_') && method !== 'client_secret_jwt' ? /has a secret/ : new RegExp(method))
  })
})

test('HS256 is refused to a client that has no secret to verify it with (OpenID Connect Core §10.1)', async () => {
  const answer = await walker.tryRegistering({ token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'HS256' })
  expect([answer.body.error, why(answer)]).toEqual([
    'invalid_client_metadata',
    expect.stringContaining('id_token_signed_response_alg is HS256'),
  ])
})

describe.each(keyAlgs)('%s', async (alg) => {
  const { name } = server.server.sandboxes.create({ provider, settings: { signing_alg: alg, id_token_signing_alg: alg } })
  const base = `${url}/${name}`
  const there = await Walker.at(server, base)

  /** The last character stands for fewer bits than it has; the one before it stands for itself. */
  const altered = (jws: string) => jws.slice(0, -3) + (jws.at(-3) === 'A' ? 'B' : 'A') + jws.slice(-2)

  test('signs access and ID tokens that verify with the published key (RFC 7515, RFC 7517), and not when altered', async () => {
    const keys = createLocalJWKSet((await json(`${base}/jwks`)).body as unknown as JSONWebKeySet)
    const { access_token = '', id_token = '' } = await tokensOf(base, { scope: 'openid' })
    for (const jwt of [access_token, id_token]) {
      expect((await jwtVerify(jwt, keys, { issuer: base })).protectedHeader.alg).toBe(alg)
      await expect(jwtVerify(altered(jwt), keys)).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })
    }
  })

  test('of an ID token is verified when it comes back as a hint, and an altered one is refused', async () => {
    const { id_token = '' } = await tokensOf(base, { scope: 'openid' })
    const client = await there.register()
    const hint = async (id_token_hint: string) => {
      const { location, headers } = await there.open(there.request(client, { prompt: 'none', id_token_hint }))
      return [answerIn(location ?? new URL(base)).error, decodeURIComponent(headers.get('grantbox-explain') ?? '')]
    }
    expect(await hint(id_token)).toEqual(['login_required', expect.anything()])
    expect(await hint(altered(id_token))).toEqual(['invalid_request', expect.stringContaining('signature verification failed')])
  })

  test('signs assertions, request objects and proofs of clients, and a key of the same kind that is not theirs is refused', async () => {
    const client = await there.register({ grant_types: ['authorization_code', 'client_credentials'] }, 'private_key_jwt', alg)
    // Of the same algorithm, under the same kid.
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
    const thief = { ...client, key: privateKey }
    const form = { grant_type: 'client_credentials' }

    expect((await there.post(client, 'token_endpoint', form)).status).toBe(200)
    const assertion = await there.post(thief, 'token_endpoint', form)
    expect([assertion.body.error, why(assertion)]).toEqual(['invalid_client', expect.stringContaining('not signed with a key of client')])

    const claims: Record<string, string> = {
      ...Object.fromEntries(there.request(client)),
      prompt: 'none',
      iss: client.client_id,
      aud: base,
    }
    const answer = async (signer: WalkClient) => {
      const query = new URLSearchParams({
        client_id: client.client_id,
        request: await there.sign(signer, claims),
        redirect_uri: claims.redirect_uri ?? '',
      })
      return there.refusal(query)
    }
    expect(await answer(client)).toBe('login_required')
    expect(await answer(thief)).toBe('invalid_request_object')

    const proof = async (key: Parameters<SignJWT['sign']>[0]) => {
      const payload: JWTPayload = { htm: 'POST', htu: `${base}/token`, iat: there.now(), jti: crypto.randomUUID() }
      const jwk = await exportJWK(publicKey)
      const dpop = await new SignJWT(payload).setProtectedHeader({ alg, typ: 'dpop+jwt', jwk }).sign(key)
      return post(base, '/token', { ...form, ...{ client_id: 'standard-web', client_secret: 'standard-web-secret' } }, { dpop })
    }
    expect((await proof(privateKey)).body.token_type).toBe('DPoP')
    const forged = await proof((await pairOf(alg)).privateKey)
    expect([forged.body.error, why(forged)]).toEqual(['invalid_dpop_proof', expect.stringContaining('signature')])
  })
})
