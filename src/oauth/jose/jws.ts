/**
 * In this room: keys, signing and checking of JWTs (RFC 7515 to 7519).
 * Elsewhere: what stands in a token (`tokens/`).
 */

import { createHmac, type KeyObject, sign } from 'node:crypto'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { hmacSha256 } from './hmac.ts'

/** The algorithms that take a secret (RFC 7518 §3.2). */
export const secretAlgs = ['HS256', 'HS384', 'HS512'] as const

/** Those that take a key pair (RFC 7518 §3.1, RFC 8037 §3.1); `Ed25519` is the newer name of `EdDSA` with that curve (RFC 9864 §2.2). */
export const keyAlgs = [
  ...(['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const),
  ...(['ES384', 'ES512', 'RS384', 'RS512', 'PS384', 'PS512'] as const),
] as const

/** The algorithms that grantbox signs with. */
export const signingAlgs = [...secretAlgs, ...keyAlgs] as const

export type SecretAlg = (typeof secretAlgs)[number]
export type KeyAlg = (typeof keyAlgs)[number]

/** One of {@link signingAlgs}. */
export type SigningAlg = SecretAlg | KeyAlg

/** Whether an algorithm takes a secret. */
export function isSecretAlg(alg: unknown): alg is SecretAlg {
  return secretAlgs.some((one) => one === alg)
}

/** The kind of key that an algorithm takes (RFC 7518 §3.3 to §3.5, RFC 8037 §3.1). */
export function keyKindOf(alg: KeyAlg): { kty: 'RSA' | 'EC' | 'OKP'; crv?: string } {
  switch (alg) {
    case 'ES256':
      return { kty: 'EC', crv: 'P-256' }
    case 'ES384':
      return { kty: 'EC', crv: 'P-384' }
    case 'ES512':
      return { kty: 'EC', crv: 'P-521' }
    case 'EdDSA':
    case 'Ed25519':
      return { kty: 'OKP', crv: 'Ed25519' }
    default:
      return { kty: 'RSA' }
  }
}

/** The hash that an algorithm signs; Ed25519 has SHA-512 in it (RFC 8032 §5.1). */
export function hashOf(alg: SigningAlg): 'sha256' | 'sha384' | 'sha512' {
  if (alg.endsWith('256')) return 'sha256'
  return alg.endsWith('384') ? 'sha384' : 'sha512'
}

/** An imported key, ready to sign. */
export interface SigningKey {
  kid: string
  alg: SigningAlg
  key: KeyObject
  /** The header of its JWTs as a text, for a vendor whose header is known byte for byte. */
  header?: ((typ: string) => string) | undefined
}

/** The salt is as long as the hash (RFC 7518 §3.5); the constants are node:crypto's RSA_PKCS1_PSS_PADDING and RSA_PSS_SALTLEN_DIGEST. */
const pss = { padding: 6, saltLength: -1 } as const

/**
 * Signs a JWS signing input (RFC 7515 §5.1) and gives the compact serialization. HMAC, ECDSA and EdDSA are signed at once, for
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
    case 'HS384':
    case 'HS512':
      return `${input}.${createHmac(hashOf(alg), key).update(input).digest('base64url')}`
    case 'ES384':
    case 'ES512':
      return `${input}.${sign(hashOf(alg), Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
    case 'EdDSA':
    case 'Ed25519':
      return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
    default:
      return new Promise((resolve, reject) => {
        sign(hashOf(alg), Buffer.from(input), alg.startsWith('PS') ? { key, ...pss } : key, (error, signature) => {
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
