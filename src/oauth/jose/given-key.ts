import { createPrivateKey, createPublicKey, hash, type JsonWebKey, type KeyObject, X509Certificate } from 'node:crypto'
import { type KeyAlg, keyAlgs, keyKindOf } from './jws.ts'

/** A private key of the developer's own, as JWK (RFC 7517) or PEM. */
export interface GivenKey {
  jwk?: Readonly<Record<string, unknown>> | undefined
  pem?: string | undefined
  /** The thumbprint of the key when absent (RFC 7638). */
  kid?: string | undefined
  /** What it signs with; the JWK's, or what is usual for its kind when absent. */
  alg?: KeyAlg | undefined
  /** Its certificates, the first its own (RFC 7517 §4.7). */
  x5c?: readonly string[] | undefined
}

/** A key as it is kept. */
export interface OwnKey {
  kid: string
  alg: KeyAlg
  jwk: Record<string, unknown>
}

/** A key that cannot be used: which member is to blame, and what was expected there. */
export class GivenKeyError extends Error {
  readonly field: string

  constructor(field: keyof GivenKey, expected: string) {
    super(expected)
    this.name = 'GivenKeyError'
    this.field = field
  }
}

/** The members that a thumbprint is made of, in their order (RFC 7638 §3.2, RFC 8037 §2). */
const thumbprintMembers: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
}

/**
 * Reads a key of the developer's own.
 * @param preferred the algorithm of a key that names none, where it fits
 * @throws GivenKeyError
 */
export function readGivenKey(given: GivenKey, preferred?: string): OwnKey {
  const { jwk = {}, pem } = given
  if ((given.jwk === undefined) === (pem === undefined)) throw new GivenKeyError('jwk', 'either jwk or pem')
  const where = pem === undefined ? 'jwk' : 'pem'
  const key = privateKey(given, where)
  const members = key.export({ format: 'jwk' }) as Record<string, unknown>
  const alg = algOf(given.alg ?? jwk.alg, preferred, members, given.alg === undefined ? where : 'alg')
  if (jwk.use !== undefined && jwk.use !== 'sig') throw new GivenKeyError('jwk', 'a key to sign with, whose use is "sig"')
  const x5c = given.x5c ?? jwk.x5c
  if (x5c !== undefined) checkCertificates(x5c, key)
  const kid = given.kid ?? jwk.kid ?? thumbprint(members)
  if (typeof kid !== 'string' || kid === '') throw new GivenKeyError('jwk', 'a kid that is a text')
  return { kid, alg, jwk: { ...members, ...(x5c === undefined ? {} : { x5c }) } }
}

/** What came for a private key: what OpenSSL says of it helps nobody. */
function insteadOfKey(pem: string): string {
  const [, label] = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(pem) ?? []
  if (label === undefined) return 'it begins with no -----BEGIN … PRIVATE KEY-----'
  if (label.startsWith('ENCRYPTED') || pem.includes('Proc-Type: 4,ENCRYPTED')) return 'this one is encrypted'
  return label.endsWith('PRIVATE KEY') ? 'this one is cut off or changed' : `this is a ${label}`
}

function privateKey({ jwk, pem = '' }: GivenKey, where: 'jwk' | 'pem'): KeyObject {
  if (jwk?.kty === 'oct') throw new GivenKeyError('jwk', 'the private key of a pair; the secret of HS256 is the setting signing_secret')
  if (jwk !== undefined && jwk.d === undefined) throw new GivenKeyError('jwk', 'a private key, with its member d')
  let key: KeyObject
  try {
    key = createPrivateKey(jwk === undefined ? pem : { key: jwk as JsonWebKey, format: 'jwk' })
  } catch (error) {
    if (jwk === undefined) throw new GivenKeyError('pem', `a private key as PEM, not encrypted; ${insteadOfKey(pem)}`)
    throw new GivenKeyError('jwk', `a private key as JWK (${error instanceof Error ? error.message : String(error)})`)
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (type === 'rsa' && (details?.modulusLength ?? 0) < 2048)
    throw new GivenKeyError(where, 'an RSA key of 2048 bits or more (RFC 7518 §3.3)')
  if (type === 'rsa' || type === 'ec' || type === 'ed25519') return key
  throw new GivenKeyError(where, `a key of RSA, EC or Ed25519; this is one of ${type}`)
}

/** Algorithms that fit the kind of a key; the usual one comes first. */
function algOf(named: unknown, preferred: string | undefined, { kty, crv }: Record<string, unknown>, where: 'jwk' | 'pem' | 'alg'): KeyAlg {
  const fitting = keyAlgs.filter((alg) => {
    const kind = keyKindOf(alg)
    return kind.kty === kty && (kind.crv === undefined || kind.crv === crv)
  })
  const [usual] = fitting
  if (usual === undefined) throw new GivenKeyError(where, `a key of a curve of ${keyAlgs.join(', ')}; this is ${String(crv)}`)
  if (named === undefined) return fitting.find((alg) => alg === preferred) ?? usual
  const alg = fitting.find((one) => one === named)
  if (alg === undefined) throw new GivenKeyError(where, `an alg of this key: ${fitting.join(', ')}; not ${JSON.stringify(named)}`)
  return alg
}

function checkCertificates(x5c: unknown, key: KeyObject): void {
  const expected = 'a list of certificates as base64 of DER, the first of this key (RFC 7517 §4.7)'
  if (!Array.isArray(x5c) || x5c.length === 0) throw new GivenKeyError('x5c', expected)
  try {
    const [first] = x5c.map((one) => new X509Certificate(Buffer.from(String(one), 'base64')))
    if (first?.publicKey.equals(createPublicKey(key)) === true) return
  } catch {
    // What cannot be read is told like what does not fit.
  }
  throw new GivenKeyError('x5c', expected)
}

/** RFC 7638 §3. */
function thumbprint(members: Record<string, unknown>): string {
  const names = thumbprintMembers[String(members.kty)] ?? []
  return hash('sha256', JSON.stringify(Object.fromEntries(names.map((name) => [name, members[name]]))), 'base64url')
}
