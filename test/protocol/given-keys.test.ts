import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { calculateJwkThumbprint, createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { selfSignedCertificate } from '../../src/basics/x509.ts'
import { readDeclarations } from '../../src/config/declarations.ts'
import { type Sandbox, startGrantbox } from '../../src/index.ts'
import { type KeyAlg, keyAlgs, keyKindOf } from '../../src/oauth/jose/jws.ts'
import { start } from '../support/server.ts'
import { json, post } from '../support/standard-client.ts'

const box = await startGrantbox({ provider: 'standard' })
afterAll(() => box.close())

function makeKey(alg: KeyAlg): KeyObject {
  const { kty, crv = '' } = keyKindOf(alg)
  if (kty === 'RSA') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  return kty === 'EC' ? generateKeyPairSync('ec', { namedCurve: crv }).privateKey : generateKeyPairSync('ed25519').privateKey
}

const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const jwkOf = (key: KeyObject) => key.export({ format: 'jwk' }) as Record<string, unknown>
const keySet = async (url: string) => (await json(`${url}/jwks`)).body as unknown as JSONWebKeySet & { keys: Record<string, unknown>[] }

async function tokenOf(url: string) {
  const { body } = await post(url, '/token', {
    grant_type: 'client_credentials',
    client_id: 'standard-web',
    client_secret: 'standard-web-secret',
  })
  return String(body.access_token)
}

async function world(settings: object = {}): Promise<Sandbox> {
  const sandbox = await box.createSandbox({ settings: settings as never })
  onTestFinished(() => sandbox.delete())
  return sandbox
}

describe.each(keyAlgs)('a key of one’s own for %s', (alg) => {
  const key = makeKey(alg)

  test.each(['jwk', 'pem'] as const)('as %s signs, under its thumbprint, and is published without its private part', async (form) => {
    const sandbox = await world({ signing_alg: alg })
    await tokenOf(sandbox.url)
    const added = await sandbox.keys.add(form === 'jwk' ? { jwk: jwkOf(key), alg } : { pem: pemOf(key), alg })
    const { kid } = added
    expect(added).toMatchObject({ kid: await calculateJwkThumbprint(jwkOf(key) as never), alg, state: 'active' })
    const set = await keySet(sandbox.url)
    const { protectedHeader } = await jwtVerify(await tokenOf(sandbox.url), createLocalJWKSet(set))
    expect(protectedHeader).toMatchObject({ alg, kid })
    const shown = JSON.stringify([set, added, await sandbox.keys.list()])
    expect(shown).not.toContain(String(jwkOf(key).d))
    expect(JSON.stringify(await sandbox.snapshot())).toContain(String(jwkOf(key).d))
  })
})

test('what signed before stays published, and a reset takes the key away', async () => {
  const sandbox = await world()
  const before = await tokenOf(sandbox.url)
  await sandbox.keys.add({ jwk: jwkOf(makeKey('ES256')), kid: 'mine' })
  const set = createLocalJWKSet(await keySet(sandbox.url))
  expect((await jwtVerify(before, set)).protectedHeader.kid).not.toBe('mine')
  expect((await jwtVerify(await tokenOf(sandbox.url), set)).protectedHeader.kid).toBe('mine')
  await sandbox.reset()
  expect((await sandbox.keys.list()).map(({ kid }) => kid)).not.toContain('mine')
  await jwtVerify(await tokenOf(sandbox.url), createLocalJWKSet(await keySet(sandbox.url)))
})

test('the same key twice is no error, and another of the same kid is', async () => {
  const sandbox = await world()
  const jwk = jwkOf(makeKey('ES384'))
  await sandbox.keys.add({ jwk, kid: 'one' })
  await sandbox.keys.add({ jwk, kid: 'one' })
  await expect(sandbox.keys.add({ jwk: jwkOf(makeKey('ES384')), kid: 'one' })).rejects.toMatchObject({ status: 409 })
})

const rsa = makeKey('RS256')
test.each<[string, object, RegExp]>([
  ['nothing', {}, /either jwk or pem/],
  ['both', { jwk: jwkOf(rsa), pem: pemOf(rsa) }, /either jwk or pem/],
  ['a public key', { jwk: { ...jwkOf(rsa), d: undefined } }, /private key/],
  ['a secret', { jwk: { kty: 'oct', k: 'c2VjcmV0' } }, /signing_secret/],
  ['a short RSA key', { pem: pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey) }, /2048 bits/],
  ['an algorithm of another kind', { pem: pemOf(rsa), alg: 'ES256' }, /RS256, PS256/],
  ['an algorithm that its JWK contradicts', { jwk: { ...jwkOf(makeKey('ES256')), alg: 'ES512' } }, /an alg of this key: ES256/],
  ['a curve that signs nothing here', { pem: pemOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey) }, /curve/],
  ['a key to agree on', { pem: pemOf(generateKeyPairSync('x25519').privateKey) }, /RSA, EC or Ed25519/],
  [
    'an encrypted PEM',
    { pem: rsa.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString() },
    /not encrypted/,
  ],
  [
    'a certificate of another key',
    { pem: pemOf(rsa), x5c: [selfSignedCertificate(makeKey('RS256'), 'x').toString('base64')] },
    /first of this key/,
  ],
])('%s is refused with the reason', async (_, given, reason) => {
  await expect(box.sandbox().keys.add(given)).rejects.toThrow(reason)
})

describe('x5c', () => {
  test.each(['RS256', 'ES256', 'ES512', 'EdDSA'] as const)(
    'publishes a certificate with each key when it is set: %s',
    async (signing_alg) => {
      const sandbox = await world({ signing_alg })
      expect((await keySet(sandbox.url)).keys.every(({ x5c }) => x5c === undefined)).toBe(true)
      await sandbox.update({ settings: { x5c: true } as never })
      for (const { x5c, ...jwk } of (await keySet(sandbox.url)).keys as { x5c: string[]; x?: string; n?: string }[]) {
        const certificate = new X509Certificate(Buffer.from(x5c[0] ?? '', 'base64'))
        expect(certificate.publicKey.export({ format: 'jwk' })).toMatchObject(jwk.n === undefined ? { x: jwk.x } : { n: jwk.n })
        expect(certificate.verify(certificate.publicKey)).toBe(true)
      }
    },
  )

  test('is the one that a key came with', async () => {
    const sandbox = await world()
    const key = makeKey('RS256')
    const x5c = [selfSignedCertificate(key, 'mine').toString('base64')]
    const { kid } = await sandbox.keys.add({ pem: pemOf(key), x5c })
    expect((await keySet(sandbox.url)).keys.find((one) => one.kid === kid)).toMatchObject({ x5c })
  })
})

describe('keys of the config file', () => {
  const [first, second] = [makeKey('ES256'), makeKey('ES256')]
  const declare = (keys: object[]) => readDeclarations({ sandboxes: { standard: { keys } } }, 'test')
  const { declared } = declare([
    { pem: pemOf(first), kid: 'first' },
    { jwk: jwkOf(second), kid: 'second' },
    { pem: pemOf(rsa), alg: 'PS512' },
  ])

  test('the first of an algorithm signs, the rest are published, and all are the same after a restart in memory and a reset', async () => {
    const kids = async () => {
      const server = await start({ defaultProvider: 'standard', declared })
      const set = await keySet(server.url)
      const verified = async () =>
        (await jwtVerify(await tokenOf(server.url), createLocalJWKSet(await keySet(server.url)))).protectedHeader.kid
      expect(set.keys.map(({ kid }) => kid)).toEqual(expect.arrayContaining(['first', 'second']))
      expect(set.keys.find(({ alg }) => alg === 'PS512')).toMatchObject({ n: jwkOf(rsa).n })
      const before = await verified()
      server.server.sandboxes.reset(server.sandbox())
      return [before, await verified(), (await keySet(server.url)).keys.map(({ kid }) => kid).filter((kid) => kid === 'second')]
    }
    expect([await kids(), await kids()]).toEqual([
      ['first', 'first', ['second']],
      ['first', 'first', ['second']],
    ])
  })

  test('a mistake stops the start with its place', () => {
    expect(declare([{ pem: 'no key' }]).problems).toMatchObject([
      { where: 'test: sandboxes.standard.keys[0].pem', message: expect.stringContaining('expected a private key') },
    ])
    expect(declare([{ pem: pemOf(rsa), alg: 'HS256' }]).problems).toHaveLength(1)
    expect(declare([{ kid: 'x' }]).problems).toMatchObject([{ where: 'test: sandboxes.standard.keys[0].jwk' }])
  })
})
