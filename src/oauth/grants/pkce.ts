import { hash } from 'node:crypto'
import { sameSecret } from '../../basics/random.ts'
import { OAuthError } from '../model/errors.ts'
import type { Reason } from '../model/reasons.ts'

type Challenge = Record<'code_challenge' | 'code_challenge_method', string | null>

/** Whether a `code_challenge` or `code_verifier` has the form of RFC 7636 §4.1 and §4.2. */
export function isPkceText(text: string): boolean {
  return /^[A-Za-z0-9._~-]{43,128}$/.test(text)
}

/**
 * RFC 7636 §4.6. A verifier without a challenge is refused too: the code was asked for by someone who did not know of it.
 * @throws OAuthError `invalid_grant`
 */
export function verifyPkce(code: Challenge, verifier: string | undefined): void {
  const problem = pkceProblem(code, verifier)
  if (problem !== undefined) throw new OAuthError(problem.reason, 'PKCE verification failed', problem.explanation)
}

interface Problem {
  reason: Reason
  explanation: string
}

function pkceProblem({ code_challenge, code_challenge_method }: Challenge, verifier: string | undefined): Problem | undefined {
  const of = (reason: Reason, explanation: string) => ({ reason, explanation })
  if (code_challenge === null) {
    if (verifier === undefined) return undefined
    return of('verifier_unexpected', 'code_verifier came, but the authorization request had no code_challenge (RFC 7636 §4.6)')
  }
  if (verifier === undefined) {
    return of('verifier_missing', 'code_verifier is missing: the authorization request had a code_challenge (RFC 7636 §4.5)')
  }
  if (!isPkceText(verifier)) {
    return of('verifier_invalid', 'code_verifier must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~ (RFC 7636 §4.1)')
  }
  const transformed = code_challenge_method === 'S256' ? hash('sha256', verifier, 'base64url') : verifier
  if (sameSecret(transformed, code_challenge)) return undefined
  return of('pkce_mismatch', `code_verifier does not match the code_challenge (method ${code_challenge_method}, RFC 7636 §4.6)`)
}
