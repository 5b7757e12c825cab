import { createHmac } from 'node:crypto'

/** A JWS header as it stands before the first dot. Members keep their order. */
export function encodeHeader(header: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(header)).toString('base64url')
}

/**
 * A JWT signed with HS256 (RFC 7515 §7.1, RFC 7518 §3.2). Claims keep their order; an undefined one is left out.
 * @param header from {@link encodeHeader}
 */
export function signHs256(header: string, claims: object, secret: string): string {
  const input = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

/** The claims of a JWT, not verified; undefined when the text is none. */
export function readClaims(token: string): Record<string, unknown> | undefined {
  const parts = token.split('.')
  if (parts.length !== 3) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString())
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? (claims as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
