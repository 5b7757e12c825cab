import { given } from '../../basics/given.ts'
import { clientSigningAlgs } from '../jose/verification.ts'
import { codeOf, type ErrorKind, OAuthError } from './errors.ts'

/** How an access token is sent (RFC 6750 §2.1, RFC 9449 §7.1). */
export type TokenScheme = 'Bearer' | 'DPoP'

/** What `WWW-Authenticate` says of a resource's refusal (RFC 6750 §3, RFC 9449 §7.1); without an error it only asks for a token. */
export function challenge(scheme: TokenScheme, error?: string, description?: string, more: Readonly<Record<string, string>> = {}): string {
  const algs = scheme === 'DPoP' ? clientSigningAlgs.join(' ') : undefined
  const parameters = Object.entries(given({ error, error_description: description, ...more, algs }))
  return parameters.length === 0 ? scheme : `${scheme} ${parameters.map(([name, value]) => `${name}="${value}"`).join(', ')}`
}

/** The refusal of a resource, whose challenge says the same. @param more as of {@link challenge} */
export function challenged(
  scheme: TokenScheme,
  kind: ErrorKind,
  message: string,
  explanation: string,
  more?: Readonly<Record<string, string>>,
): OAuthError {
  const code = codeOf(kind)
  return new OAuthError(kind, message, explanation, { 'WWW-Authenticate': challenge(scheme, code, message, more) })
}
