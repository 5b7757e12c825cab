import { createPublicKey, createSecretKey } from 'node:crypto'
import type { SigningKey } from '../jose/jws.ts'
import { readClaims } from '../jose/jwt.ts'
import { signedByAnother } from './foreign-key.ts'
import { type Flaw, saying, tokenFlaws } from './token-flaws.ts'

const week = 7 * 24 * 3600

/** As long as the left half of a SHA-256 is (OpenID Connect Core §3.1.3.6). */
const wrongHash = 'A'.repeat(22)

/** How an ID token can be wrong; the last three lines are no flaws: a client may take all of these. */
export const idTokenFlaws = {
  ...tokenFlaws,
  missing_iss: saying({ iss: undefined }),
  missing_sub: saying({ sub: undefined }),
  missing_aud: saying({ aud: undefined }),
  missing_exp: saying({ exp: undefined }),
  missing_iat: saying({ iat: undefined }),
  missing_nonce: saying({ nonce: undefined }),
  other_nonce: saying({ nonce: 'a-nonce-that-nobody-sent' }),
  other_subject: saying({ sub: 'a-subject-that-nobody-has' }),
  wrong_at_hash: saying({ at_hash: wrongHash }),
  wrong_c_hash: saying({ c_hash: wrongHash }),
  aud_others: (token, again) => again({ claims: { aud: [...audience(token), 'another-client'], azp: 'another-client' } }),
  old_iat: (_, again, now) => again({ claims: { iat: now - week } }),
  foreign_key: signedByAnother,
  hs256_public_key: (_, again) => again({ header: { alg: 'HS256' }, by: publicKeyAsSecret }),
  no_kid: (_, again) => again({ header: { kid: undefined } }),
  aud_list: (token, again) => again({ claims: { aud: audience(token) } }),
  resigned: saying({}),
} as const satisfies Readonly<Record<string, Flaw>>

function audience(token: string): unknown[] {
  return [readClaims(token)?.aud].flat()
}

/** What a verifier takes for a secret that lets the token's header choose the algorithm (RFC 8725 §2.1). */
function publicKeyAsSecret({ key }: SigningKey): Pick<SigningKey, 'alg' | 'key'> | undefined {
  if (key.type !== 'private') return undefined
  const pem = createPublicKey(key).export({ type: 'spki', format: 'pem' })
  return { alg: 'HS256', key: createSecretKey(Buffer.from(pem)) }
}
