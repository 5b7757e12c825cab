import { OAuthError } from './errors.ts'
import type { Reason } from './reasons.ts'

/** RFC 6749 §3.3 `scope-token`. */
export const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** The scopes of a space-delimited list, each once, in order (RFC 6749 §3.3). */
export function scopes(scope: string | undefined): string[] {
  if (scope === undefined || scope === '') return []
  if (!scope.includes(' ')) return [scope]
  return [...new Set(scope.split(' ').filter((one) => one !== ''))]
}

/** Whether a list has a scope, which is not taken apart for it. */
export function hasScope(list: string, scope: string): boolean {
  return ` ${list} `.includes(` ${scope} `)
}

/**
 * The scope to grant when `requested` was asked for: all that is allowed when nothing was.
 * @param beyond.how what to do about it, when there is something
 * @param beyond.reason why the first that is not allowed is not
 * @throws OAuthError `invalid_scope` naming what is not allowed or is no scope at all
 */
export function narrow(
  requested: string | undefined,
  allowed: readonly string[],
  whose: string,
  { how = '', reason = () => 'scope_not_granted' }: { how?: string; reason?: (scope: string) => Reason } = {},
): string {
  const wanted = scopes(requested)
  if (wanted.length === 0) return allowed.join(' ')
  const malformed = wanted.find((one) => !scopeToken.test(one))
  if (malformed !== undefined) {
    const explanation = `scope has characters that RFC 6749 §3.3 does not allow: ${JSON.stringify(malformed)}`
    throw new OAuthError('scope_invalid', 'The requested scope is malformed', explanation).naming({ scope: malformed })
  }
  const beyond = wanted.filter((one) => !allowed.includes(one))
  const [first] = beyond
  if (first !== undefined) {
    const quoted = beyond.map((one) => `'${one}'`).join(', ')
    const explanation = `scope ${quoted} goes beyond ${whose}, which allows: ${allowed.join(' ') || 'none'}${how && `. ${how}`}`
    throw new OAuthError(['invalid_scope', reason(first)], 'The requested scope is not allowed', explanation).naming({
      scope: beyond.join(' '),
    })
  }
  return wanted.join(' ')
}

/** Whether two lists hold the same scopes, in whatever order. */
export function sameScopes(a: string, b: string): boolean {
  if (a === b) return true
  return scopes(a).sort().join(' ') === scopes(b).sort().join(' ')
}
