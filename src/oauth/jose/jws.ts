/**
 * In this room: keys, signing and checking of JWTs (RFC 7515 to 7519).
 * Elsewhere: what stands in a token (`tokens/`).
 */

import { type KeyObject, sign } from 'node:crypto'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { hmacSha256 } from './hmac.ts'

/** The algorithms that grantbox signs with (RFC 7518 §3.1, RFC 8037 §3.1). */
export const signingAlgs = ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'] as const

/** One of {@link signingAlgs}. */
export type SigningAlg = (typeof signingAlgs)[number]

/** An imported key, ready to sign. */
export interface SigningKey {
  kid: string
  alg: SigningAlg
  key: KeyObject
}

/** PS256 has a salt as long as the hash (RFC 7518 §3.5); the constants are node:crypto's. */
const pss = { padding: 6, saltLength: 32 } as const

/**
 * Signs a JWS signing input (RFC 7515 §5.1) and gives the compact serialization. HMAC, ES256 and EdDSA are signed at once, for
 * a hop to the thread pool costs more than the signature; RSA is signed in the pool, where it uses the other cores.
 * Ours because issuing tokens is what this program is for and WebCrypto costs three times as much; held to jose by its tests.
 */
export function signInput(input: string, { alg, key }: Pick<SigningKey, 'alg' | 'key'>): MaybePromise<string> {
  switch (alg) {
    case 'HS256':
      return `${input}.${hmacSha256(input, key)}`
    case 'ES256':
      // Turning DER into r‖s by hand takes half the time of asking for ieee-p1363.
      return `${input}.${rawSignature(sign('sha256', Buffer.from(input), key)).toString('base64url')}`
    case 'EdDSA':
      return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
    case 'RS256':
    case 'PS256':
      return new Promise((resolve, reject) => {
        sign('sha256', Buffer.from(input), alg === 'PS256' ? { key, ...pss } : key, (error, signature) => {
          if (error === null) resolve(`${input}.${signature.toString('base64url')}`)
          else reject(error)
        })
      })
  }
}

/** An ECDSA signature on P-256 as r‖s of 32 bytes each (RFC 7518 §3.4), from DER: SEQUENCE { INTEGER r, INTEGER s }. */
function rawSignature(der: Buffer): Buffer {
  const raw = Buffer.alloc(64)
  const copy = (lengthAt: number, end: number): number => {
    const length = der[lengthAt] ?? 0
    const start = lengthAt + 1
    // A leading zero keeps DER integers positive; short ones are filled up.
    const skip = Math.max(0, length - 32)
    der.copy(raw, end - (length - skip), start + skip, start + length)
    return start + length
  }
  // 0x30, length, 0x02, length of r, r, 0x02, length of s, s
  copy(copy(3, 32) + 1, 64)
  return raw
}
