import { createHmac, createPublicKey, createSecretKey, type JsonWebKey, randomBytes } from 'node:crypto'
import { compactVerify, importJWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { hmacSha256 } from '../../src/oauth/jose/hmac.ts'
import { type KeyAlg, keyAlgs, secretAlgs, signInput } from '../../src/oauth/jose/jws.ts'
import { encodeSegment, signJwt } from '../../src/oauth/jose/jwt.ts'
import { KeyRing } from '../../src/oauth/jose/keys.ts'
import type { StoredKey } from '../../src/oauth/jose/stored-keys.ts'

const algs: KeyAlg[] = ['RS256', 'PS256', 'ES256', 'EdDSA']

/** A key store in memory. */
function keyStore() {
  let keys: StoredKey[] = []
  return {
    listKeys: () => [...keys],
    saveKey: (key: StoredKey) => {
      keys.push(key)
      return key
    },
    setKeyState: (kid: string, state: StoredKey['state']) => {
      keys = keys.map((key) => (key.kid === kid ? { ...key, state } : key))
    },
    deleteKey: (kid: string) => {
      keys = keys.filter((key) => key.kid !== kid)
    },
  }
}

const ring = () => new KeyRing({ store: keyStore(), clock: { now: () => 0 }, algs, secret: () => 'a secret of at least thirty-two bytes' })

describe('signing', () => {
  test.each(keyAlgs)('%s is what jose verifies (RFC 7518 §3, RFC 8037 §3.1)', async (alg) => {
    const keys = ring()
    const token = await signJwt({ sub: 'alice' }, await keys.signing(alg), 'at+jwt')
    const jwk = (await keys.publicKeys()).find((key) => key.alg === alg)
    const { payload, protectedHeader } = await jwtVerify(token, await importJWK(jwk ?? {}, alg))
    expect(payload).toEqual({ sub: 'alice' })
    expect(protectedHeader).toEqual({ alg, typ: 'at+jwt', kid: jwk?.kid })
  })

  test.each(secretAlgs)('%s is what jose verifies', async (alg) => {
    const keys = ring()
    const token = await signJwt({ sub: 'alice' }, await keys.signing(alg))
    await jwtVerify(token, new TextEncoder().encode('a secret of at least thirty-two bytes'), { algorithms: [alg] })
    expect(token.split('.')[0]).toBe(encodeSegment({ alg, typ: 'JWT' }))
  })

  test.each([1, 32, 63, 64, 65, 200])(
    'HMAC with a key of %i bytes is that of node:crypto (RFC 2104 §2), for texts of every length',
    (bytes) => {
      const secret = randomBytes(bytes)
      const key = createSecretKey(secret)
      for (const length of [0, 1, 55, 56, 64, 300, 4095, 4096, 20_000, 10]) {
        const text = 'aZ0-_.'.repeat(length).slice(0, length)
        expect(hmacSha256(text, key)).toBe(createHmac('sha256', secret).update(text).digest('base64url'))
      }
    },
  )

  test('ES256 turns every DER signature into 64 bytes, however short its integers are', async () => {
    const key = await ring().signing('ES256')
    const publicKey = createPublicKey(key.key)
    for (let i = 0; i < 600; i++) {
      const jws = await signInput(`${encodeSegment({ alg: 'ES256' })}.${encodeSegment({ i })}`, key)
      expect(Buffer.from(jws.split('.')[2] ?? '', 'base64url')).toHaveLength(64)
      await compactVerify(jws, publicKey)
    }
  })
})

describe('the key ring', () => {
  test('publishes no private member (RFC 7517 §9.2)', async () => {
    for (const key of await ring().publicKeys()) {
      expect(Object.keys(key)).not.toContain('d')
      expect(createPublicKey({ key: key as JsonWebKey, format: 'jwk' }).type).toBe('public')
    }
  })

  test('makes one key when two ask at once', async () => {
    const keys = ring()
    const [one, other] = await Promise.all([keys.signing('ES256'), keys.signing('ES256')])
    expect(one.kid).toBe(other.kid)
  })

  test('rotating signs with a new key and goes on publishing the old; retiring withdraws it', async () => {
    const keys = ring()
    const before = (await keys.signing('ES256')).kid
    await keys.rotate('rotate')
    const after = (await keys.signing('ES256')).kid
    expect(after).not.toBe(before)
    expect((await keys.publicKeys()).map((key) => key.kid)).toEqual(expect.arrayContaining([before, after]))
    await keys.rotate('retire')
    const published = (await keys.publicKeys()).map((key) => key.kid)
    expect(published).toHaveLength(4)
    expect(published).not.toContain(after)
  })

  test('publishing late signs with a key that is not in the set until it is published', async () => {
    const keys = ring()
    await keys.publicKeys()
    await keys.rotate('publish_late')
    const { kid } = await keys.signing('EdDSA')
    expect(await keys.find(kid)).toBeUndefined()
    keys.publishPending()
    expect(await keys.find(kid)).toMatchObject({ alg: 'EdDSA' })
  })
})
