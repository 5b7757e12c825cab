import { hash } from 'node:crypto'
import { sameSecret } from '../../basics/random.ts'
import { OAuthError } from '../model/errors.ts'

/** What a code remembers of its challenge (RFC 7636 §4.4). */
export interface Challenge {
  code_challenge: string | null
  code_challenge_method: 'S256' | 'plain' | null
}

const unreserved = /^[A-Za-z0-9._~-]{43,128}$/

/** Whether a `code_challenge` or `code_verifier` has the form of RFC 7636 §4.1 and §4.2. */
export function isPkceText(text: string): boolean {
  return unreserved.test(text)
}

/**
 * RFC 7636 §4.6. A verifier without a challenge is refused too: the code was asked for by someone who did not know of it.
 * @throws OAuthError `invalid_grant`
 */
export function verifyPkce(code: Challenge, verifier: string | undefined): void {
  if (code.code_challenge === null) {
    if (verifier === undefined) return
    const explanation = 'code_verifier came, but the authorization request had no code_challenge (RFC 7636 §4.6)'
    throw new OAuthError('invalid_grant', 'PKCE verification failed', explanation)
  }
  if (verifier === undefined) {
    const explanation = 'code_verifier is missing: the authorization request had a code_challenge (RFC 7636 §4.5)'
    throw new OAuthError('invalid_grant', 'PKCE verification failed', explanation)
  }
  if (!isPkceText(verifier)) {
    const explanation = 'code_verifier must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~ (RFC 7636 §4.1)'
    throw new OAuthError('invalid_grant', 'PKCE verification failed', explanation)
  }
  const transformed = code.code_challenge_method === 'S256' ? hash('sha256', verifier, 'base64url') : verifier
  if (!sameSecret(transformed, code.code_challenge)) {
    const explanation = `code_verifier does not match the code_challenge (method ${code.code_challenge_method}, RFC 7636 §4.6)`
    throw new OAuthError('invalid_grant', 'PKCE verification failed', explanation)
  }
}
