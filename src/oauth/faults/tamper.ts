import { type SigningAlg, signInput } from '../jose/jws.ts'
import { encodeSegment } from '../jose/jwt.ts'
import type { KeyRing } from '../jose/keys.ts'
import type { TokenFlaw } from '../model/fault.ts'

/**
 * A JWT made wrong in one way: its claims changed and signed again with the right key, or its header or signature broken.
 * What is no JWT becomes a token that nobody issued.
 * @param now seconds since the epoch
 */
export async function tamper(token: string, flaw: TokenFlaw, keys: KeyRing, now: number): Promise<string> {
  const parts = token.split('.')
  const header = parse(parts[0])
  const claims = parse(parts[1])
  if (parts.length !== 3 || header === undefined || claims === undefined) return breakEnd(token)
  switch (flaw) {
    case 'bad_signature':
      return breakEnd(token)
    case 'alg_none':
      return `${encodeSegment({ ...header, alg: 'none' })}.${parts[1]}.`
    case 'unknown_kid':
      return sign({ ...header, kid: 'no-such-key' }, claims)
    case 'expired':
      return sign(header, { ...claims, iat: now - 7200, exp: now - 3600 })
    case 'not_yet_valid':
      return sign(header, { ...claims, nbf: now + 3600 })
    case 'wrong_audience':
      return sign(header, { ...claims, aud: 'https://another-audience.example' })
    case 'wrong_issuer':
      return sign(header, { ...claims, iss: 'https://another-issuer.example' })
  }

  async function sign(newHeader: object, newClaims: object): Promise<string> {
    const key = await keys.signing(String(header?.alg) as SigningAlg)
    return signInput(`${encodeSegment(newHeader)}.${encodeSegment(newClaims)}`, key)
  }
}

/** Another character in the last place but one: the last may carry unused bits alone. */
function breakEnd(token: string): string {
  const at = token.length - 2
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}

function parse(segment: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment ?? '', 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
