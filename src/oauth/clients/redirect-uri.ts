import { given } from '../../basics/given.ts'
import { OAuthError } from '../model/errors.ts'

const loopback = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d{1,5})?(?=[/?]|$)/

/** Whether the URI that came is the registered one: byte for byte, but for the port of a loopback address (RFC 8252 §7.3). */
export function sameRedirectUri(registered: string, came: string): boolean {
  if (registered === came) return true
  const a = loopback.exec(registered)
  const b = loopback.exec(came)
  return a !== null && b !== null && a[1] === b[1] && registered.slice(a[0].length) === came.slice(b[0].length)
}

/** Whether two loopback addresses differ in the name that they have for this machine. */
function sameButForName(registered: string, came: string): boolean {
  const [a, b] = [loopback.exec(registered), loopback.exec(came)]
  return a !== null && b !== null && a[1] !== b[1] && registered.slice(a[0].length) === came.slice(b[0].length)
}

/** Says how a redirect URI differs from the registered one that is nearest to it. */
export function difference(came: string, registered: readonly string[]): string {
  const elsewhere = registered.find((one) => sameButForName(one, came))
  if (elsewhere !== undefined) {
    return `is '${came}', and ${elsewhere} is registered: 127.0.0.1, [::1] and localhost are names of one machine and do not stand for each other (RFC 8252 §8.3)`
  }
  const folded = registered.find((one) => one.toLowerCase() === came.toLowerCase())
  if (folded !== undefined) return `differs from the registered ${folded} in letter case: '${came}'`
  const nearest = registered.map((uri) => ({ uri, parts: differentParts(came, uri) })).sort((a, b) => a.parts.length - b.parts.length)[0]
  if (nearest === undefined) return `is not registered: '${came}'; the app has no redirect URI yet`
  const { uri, parts } = nearest
  if (/^[/?#]/.test(startingWith(came, uri))) {
    return `differs from the registered one at its end: '${startingWith(came, uri)}' is too much`
  }
  if (/^[/?#]/.test(startingWith(uri, came))) return `differs from the registered one at its end: '${startingWith(uri, came)}' is missing`
  // Another host with another path is another address altogether.
  if (parts.length > 1 && parts.some(({ name }) => name === 'host')) return `is not registered: '${came}'`
  return `differs from the registered ${uri} in ${parts.map(({ name, has, wanted }) => `its ${name}: ${has} instead of ${wanted}`).join(', and in ')}`
}

/** What a text has behind another one; empty when it does not begin with that. */
function startingWith(text: string, beginning: string): string {
  return text.startsWith(beginning) ? text.slice(beginning.length) : ''
}

/** The parts of a URI as they are written (RFC 3986 Appendix B), its port apart from its host. */
function partsOf(uri: string): Readonly<Record<string, string | undefined>> {
  const [, scheme, authority = '', path, query, fragment] =
    /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(uri) ?? []
  const [, port] = /:(\d*)$/.exec(authority) ?? []
  const host = port === undefined ? authority : authority.slice(0, -port.length - 1)
  return { scheme, host, port, path, query, fragment }
}

/** In what a URI differs from another one; the port of a loopback address only where nothing else is different. */
function differentParts(came: string, registered: string) {
  const [has, wanted] = [partsOf(came), partsOf(registered)]
  const quoted = (part: string | undefined) => (part ? `'${part}'` : 'none')
  const parts = Object.keys(has)
    .filter((name) => has[name] !== wanted[name])
    .map((name) => ({ name, has: quoted(has[name]), wanted: quoted(wanted[name]) }))
  const isFree = parts.length > 1 && loopback.test(came) && loopback.test(registered)
  return isFree ? parts.filter(({ name }) => name !== 'port') : parts
}

/**
 * The rule that a redirect URI breaks when it is registered; undefined when it may be. Custom schemes are allowed, as mobile apps
 * have them.
 */
export function redirectUriProblem(uri: string): string | undefined {
  if (uri === '') return 'A redirect URI cannot be empty'
  if (uri.length > 2048) return 'A redirect URI has at most 2048 characters'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0020\u007f<>"\\^`{|}]/.test(uri)) return 'A redirect URI has no blanks, control characters or any of < > " \\ ^ ` { | }'
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase()
  if (scheme === undefined) return 'A redirect URI is absolute: it starts with a scheme, as https: or myapp:'
  if (['javascript', 'data', 'vbscript', 'blob', 'file', 'about'].includes(scheme)) return `The scheme ${scheme}: cannot be redirected to`
  if (uri.includes('#')) return 'A redirect URI has no fragment (RFC 6749 §3.1.2)'
  if ((scheme === 'http' || scheme === 'https') && !URL.canParse(uri)) return 'This is not a valid URL'
  return undefined
}

/** The redirect URI with an answer in its query, which keeps what was there (RFC 6749 §4.1.2). */
export function withQuery(redirect_uri: string, answer: Readonly<Record<string, string | undefined>>, as?: 'form'): string {
  const query = encode(answer, as)
  if (query === '') return redirect_uri
  return `${redirect_uri}${redirect_uri.includes('?') ? (redirect_uri.endsWith('?') || redirect_uri.endsWith('&') ? '' : '&') : '?'}${query}`
}

/** The redirect URI with an answer in its fragment (RFC 6749 §4.2.2). */
export function withFragment(redirect_uri: string, answer: Readonly<Record<string, string | undefined>>, as?: 'form'): string {
  const fragment = encode(answer, as)
  return fragment === '' ? redirect_uri : `${redirect_uri}#${fragment}`
}

/** @param as `form`: with `+` for a blank, as forms are sent */
function encode(answer: Readonly<Record<string, string | undefined>>, as?: 'form'): string {
  if (as === 'form') {
    const form = new URLSearchParams()
    for (const [name, value] of Object.entries(answer)) if (value !== undefined) form.append(name, value)
    return form.toString()
  }
  let encoded = ''
  for (const [name, value] of Object.entries(answer)) {
    if (value !== undefined) encoded += `${encoded === '' ? '' : '&'}${name}=${encodeURIComponent(value.toWellFormed())}`
  }
  return encoded
}

/** @throws OAuthError `invalid_grant` when the token request does not repeat the authorization request's URI (RFC 6749 §4.1.3) */
export function checkRedirectUri(expected: string | null, came: string | undefined): void {
  if (expected === null || expected === came) return
  const why = came === undefined ? `is missing; the authorization request had '${expected}'` : difference(came, [expected])
  const explanation = `redirect_uri ${why} (RFC 6749 §4.1.3)`
  throw new OAuthError('redirect_mismatch', 'redirect_uri differs from the authorization request', explanation).naming(
    given({ redirect_uri: came, expected }),
  )
}
