import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { allProviders } from '../../src/providers/registry.ts'
import { control } from '../support/control-client.ts'
import { start } from '../support/server.ts'
import { json } from '../support/standard-client.ts'
import { challenge, verifier } from '../support/standard-sign-in.ts'

const redirect_uri = 'https://app.example/callback'

/** Vendors with ID tokens that a key set proves. */
const signing = (await allProviders()).filter(
  ({ paths, scopes }) => paths.jwks !== undefined && scopes.some(({ name }) => name === 'openid'),
)

test.each(signing.map(({ id }) => id))('an ID token of %s is signed again, by a foreign key, and about another user', async (provider) => {
  const server = await start({ defaultProvider: provider })
  const sandbox = server.sandbox()
  const api = (what: string, body: object) => control(server, 'POST', `/sandboxes/${provider}/${what}`, body)
  const { body: place } = await control(server, 'GET', `/sandboxes/${provider}`)
  const { body: app } = await api('apps', { name: 'ID tokens', redirect_uris: [redirect_uri] })
  const { client_id, client_secret } = app.clients[0]
  for (const username of ['carol', 'mallory']) await api('users', { username, email: `${username}@example.com` })

  async function idToken(fault?: object): Promise<string> {
    if (fault !== undefined) expect((await api('faults', { endpoint: '*', times: 0, ...fault })).status).toBe(201)
    const asked = { client_id, redirect_uri, scope: 'openid', state: 'state-of-the-test', nonce: 'n-1', username: 'carol' }
    const { body } = await api('authorize', { ...asked, code_challenge: challenge, code_challenge_method: 'S256' })
    const code = new URL(body.redirect_to).searchParams.get('code') ?? body.code
    const form = { grant_type: 'authorization_code', code, redirect_uri, client_id, client_secret, code_verifier: verifier }
    const { body: answer } = await json(place.token_endpoint, { method: 'POST', body: new URLSearchParams(form) })
    await control(server, 'DELETE', `/sandboxes/${provider}/faults`)
    if (answer.id_token === undefined) throw new Error(JSON.stringify([body, answer]))
    return String(answer.id_token)
  }

  const good = await idToken()
  const keys = createLocalJWKSet({ keys: [...(await sandbox.keys.publicKeys())] })
  const isGood = (token: string) =>
    jwtVerify(token, keys).then(
      () => true,
      () => false,
    )
  const { sub } = decodeJwt(good)
  const resigned = await idToken({ id_token: 'resigned' })
  const foreign = await idToken({ id_token: 'foreign_key' })
  const mallory = await idToken({ id_token: 'foreign_key', id_token_user: 'mallory' })
  expect([await isGood(good), await isGood(resigned), await isGood(foreign), await isGood(mallory)]).toEqual([true, true, false, false])
  expect([decodeJwt(resigned).sub, decodeJwt(foreign).sub, decodeJwt(mallory).sub === sub]).toEqual([sub, sub, false])
  expect(JSON.stringify(decodeJwt(mallory))).not.toMatch(/carol/)
})

test('the key set has a key of an algorithm from the moment that a setting names it, though nothing was signed with it yet', async () => {
  const server = await start({ defaultProvider: 'gateway' })
  const algs = async () => {
    const { body } = await json(`${server.url}/.well-known/jwks.json`)
    return (body.keys as { alg: string }[]).map(({ alg }) => alg)
  }
  expect(await algs()).not.toContain('PS256')
  expect((await control(server, 'PATCH', '/sandboxes/gateway', { settings: { signing_alg: 'PS256' } })).status).toBe(200)
  expect(await algs()).toContain('PS256')
})
