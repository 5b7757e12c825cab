import type { RedirectRules } from '../oauth/realm/redirect-rules.ts'

const parts = /^(https?):\/\/([^/?#:@]+)((?::\d+)?(?:[/?].*)?)$/

/**
 * Whether a URI is a registered one: to the letter, or with one `*` in the registered one's first label, which stands for some
 * characters of a label and never for a dot.
 */
export function fitsWildcard(registered: string, came: string): boolean {
  if (registered === came) return true
  const [wanted, got] = [parts.exec(registered), parts.exec(came)]
  if (wanted === null || got === null || wanted[1] !== got[1] || wanted[3] !== got[3]) return false
  const [first = '', ...others] = (wanted[2] ?? '').split('.')
  const [label = '', ...rest] = (got[2] ?? '').split('.')
  const [before, after, more] = first.split('*')
  if (before === undefined || after === undefined || more !== undefined || others.join('.') !== rest.join('.')) return false
  return label.length > before.length + after.length && label.startsWith(before) && label.endsWith(after)
}

/** A callback on this machine may be at any port, which these vendors do not let: so that the preloaded apps work wherever one listens. */
const loopback = /^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]))(?::\d+)?(?=[/?]|$)/

/** Whether a URL is an allowed one: a callback, or where a sign-out leads. */
export function isAllowed(registered: string, came: string): boolean {
  return fitsWildcard(registered, came) || anyPort(registered, came)
}

/** One `*` in the first label of a name of three labels or more. */
const pattern = /^https?:\/\/[\w-]*\*[\w-]*(?:\.[\w-]+){2,}(?::\d+)?(?:[/?][^*#\s]*)?$/i

/** To the letter or by a wildcard, and at any port of this machine. */
export const wildcardRedirects: RedirectRules = { matches: isAllowed, registers: isWildcard }

/** Whether a URI that is to be registered is such a pattern. */
export function isWildcard(uri: string): boolean {
  return pattern.test(uri)
}

function anyPort(registered: string, came: string): boolean {
  const [a, b] = [loopback.exec(registered), loopback.exec(came)]
  return a !== null && b !== null && registered === a[1] + registered.slice(a[0].length) && registered === came.replace(loopback, '$1')
}
