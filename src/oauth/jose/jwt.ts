import { parseJson } from '../../basics/json.ts'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { type SigningKey, signInput } from './jws.ts'

const headers = new WeakMap<SigningKey, Map<string, string>>()

/** The encoded JWS header of a key's tokens, made once: `alg`, then `typ`, then `kid` if the key has one. */
function headerOf(key: SigningKey, typ: string): string {
  let known = headers.get(key)
  if (known === undefined) {
    known = new Map()
    headers.set(key, known)
  }
  let header = known.get(typ)
  if (header === undefined) {
    const text = key.header?.(typ) ?? JSON.stringify(key.kid === '' ? { alg: key.alg, typ } : { alg: key.alg, typ, kid: key.kid })
    header = Buffer.from(text).toString('base64url')
    known.set(typ, header)
  }
  return header
}

/** JSON as a segment of a JWT; members keep their order and undefined ones are left out. */
export function encodeSegment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** A signed JWT (RFC 7519 §7.1). Claims keep their order. */
export function signJwt(claims: object, key: SigningKey, typ = 'JWT'): MaybePromise<string> {
  return signInput(`${headerOf(key, typ)}.${encodeSegment(claims)}`, key)
}

/** The claims of a JWT, not verified; undefined when the text is none. */
export function readClaims(token: string): Record<string, unknown> | undefined {
  return readSegment(token, 1)
}

/** The JOSE header of a JWT; undefined when the text is none. */
export function readHeader(token: string): Record<string, unknown> | undefined {
  return readSegment(token, 0)
}

function readSegment(token: string, index: 0 | 1): Record<string, unknown> | undefined {
  const parts = token.split('.')
  if (parts.length !== 3) return undefined
  try {
    const value: unknown = parseJson(Buffer.from(parts[index] ?? '', 'base64url').toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
