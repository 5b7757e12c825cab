import { type KeyAlg, keyAlgs, keyKindOf } from './jws.ts'

/** The asymmetric algorithms that clients may sign with. */
export const clientSigningAlgs = ['ES256', ...keyAlgs.filter((alg): alg is Exclude<KeyAlg, 'ES256'> => alg !== 'ES256')] as const

/** A key as a client registered or sent it (RFC 7517 §4). */
export type Jwk = Readonly<Record<string, unknown>>

/** Whether two names of an algorithm mean the same one. */
export function sameAlg(a: unknown, b: unknown): boolean {
  const full = (alg: unknown) => (alg === 'EdDSA' ? 'Ed25519' : alg)
  return full(a) === full(b)
}

/** Whether a key could have made a signature of this algorithm (RFC 7517 §4.1 to §4.4). */
export function fitsAlg({ kty, crv, alg, use, key_ops }: Jwk, wanted: string): boolean {
  const known = keyAlgs.find((one) => one === wanted)
  if (known === undefined) return false
  const kind = keyKindOf(known)
  if (
    kty !== kind.kty ||
    (kind.crv !== undefined && crv !== kind.crv) ||
    (alg !== undefined && !sameAlg(alg, wanted)) ||
    (use !== undefined && use !== 'sig')
  )
    return false
  return !Array.isArray(key_ops) || key_ops.includes('verify') || key_ops.includes('sign')
}

/** A key's public half; undefined when it has none, as a shared secret. */
export function publicHalf({ kty, n, e, crv, x, y }: Jwk): Jwk | undefined {
  if (kty === 'RSA') return { kty, n, e }
  if (kty === 'EC') return { kty, crv, x, y }
  return kty === 'OKP' ? { kty, crv, x } : undefined
}

/**
 * Verifies a compact JWS with a public key or, as octets, a shared secret (RFC 7515 §5.2).
 * @returns why it does not hold; undefined when it does
 */
export async function signatureProblem(jws: string, key: Jwk | Uint8Array, alg: string): Promise<string | undefined> {
  // Most clients never need it, and loading it takes a while.
  const { compactVerify, importJWK } = await import('jose')
  try {
    const imported = key instanceof Uint8Array ? key : await importJWK(publicHalf(key) ?? {}, alg)
    await compactVerify(jws, imported, { algorithms: [alg] })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
