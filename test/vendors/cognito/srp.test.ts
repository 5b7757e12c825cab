import { expect, test } from 'vitest'
import { passwordSignature, passwordVerifier, serverPublic, sharedKey } from '../../../src/providers/cognito/srp.ts'
import vectors from './srp-vectors.json' with { type: 'json' }

/** What amazon-cognito-identity-js came to as the client, with these secrets of both sides. */
test.each(vectors)('comes to the same key as the client of $user in pool $pool', (one) => {
  const [salt, A, b, block] = [one.salt, one.A, one.b].map((hex) => Buffer.from(hex, 'hex')).concat(Buffer.from(one.block, 'base64'))
  if (salt === undefined || A === undefined || b === undefined || block === undefined) throw new Error('no vector')
  const verifier = passwordVerifier(one, one.password, salt)
  const B = serverPublic(verifier, b)
  expect(B.toString('hex')).toBe(one.B)
  const key = sharedKey(A, B, b, verifier)
  expect(key?.toString('hex')).toBe(one.key)
  expect(key && passwordSignature(key, one, block, one.timestamp)).toBe(one.signature)
})

const [vector] = vectors

test('comes to another key with another password, user or pool', () => {
  if (vector === undefined) throw new Error('no vector')
  const [salt, A, b] = [Buffer.from(vector.salt, 'hex'), Buffer.from(vector.A, 'hex'), Buffer.from(vector.b, 'hex')]
  const keyOf = (who: { pool: string; user: string }, password: string) => {
    const verifier = passwordVerifier(who, password, salt)
    return sharedKey(A, serverPublic(verifier, b), b, verifier)?.toString('hex')
  }
  expect(keyOf(vector, vector.password)).toBe(vector.key)
  expect(keyOf(vector, `${vector.password} `)).not.toBe(vector.key)
  expect(keyOf({ ...vector, user: 'Alice' }, vector.password)).not.toBe(vector.key)
  expect(keyOf({ ...vector, pool: 'Other' }, vector.password)).not.toBe(vector.key)
})

test.each([['0'], ['00'], [''], [`${'f'.repeat(16)}`]])('refuses an A that is a multiple of N, or nothing (RFC 5054 §2.5.4): %j', (hex) => {
  const b = Buffer.from('81'.repeat(32), 'hex')
  const verifier = passwordVerifier({ pool: 'p', user: 'u' }, 'x', Buffer.from('01', 'hex'))
  const key = sharedKey(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'), serverPublic(verifier, b), b, verifier)
  expect(key === undefined).toBe(!hex.includes('f'))
})
