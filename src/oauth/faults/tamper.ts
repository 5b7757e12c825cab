import { encodeSegment, readHeader } from '../jose/jwt.ts'
import type { TokenFlaw } from '../model/fault.ts'
import type { Client } from '../model/records.ts'
import type { Realm } from '../realm/context.ts'
import { type SignedToken, signAgain } from '../realm/signing-key.ts'

/**
 * A JWT made wrong in one way: its claims changed and signed again with the right key, or its header or signature broken.
 * What is no JWT becomes a token that nobody issued.
 * @param client to whom it was issued
 */
export async function tamper(token: string, what: SignedToken, flaw: TokenFlaw, client: Client, realm: Realm): Promise<string> {
  const now = Math.floor(realm.clock.now() / 1000)
  const again = async (changed: { header?: object; claims?: object }) =>
    (await signAgain(token, what, changed, client, realm)) ?? breakEnd(token)
  switch (flaw) {
    case 'bad_signature':
      return breakEnd(token)
    case 'alg_none':
      return unsigned(token)
    case 'unknown_kid':
      return again({ header: { kid: 'no-such-key' } })
    case 'expired':
      return again({ claims: { iat: now - 7200, exp: now - 3600 } })
    case 'not_yet_valid':
      return again({ claims: { nbf: now + 3600 } })
    case 'wrong_audience':
      return again({ claims: { aud: 'https://another-audience.example' } })
    case 'wrong_issuer':
      return again({ claims: { iss: 'https://another-issuer.example' } })
  }
}

function unsigned(token: string): string {
  const header = readHeader(token)
  return header === undefined ? breakEnd(token) : `${encodeSegment({ ...header, alg: 'none' })}.${token.split('.')[1]}.`
}

/** Another character in the last place but one: the last may carry unused bits alone. */
function breakEnd(token: string): string {
  const at = token.length - 2
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}
