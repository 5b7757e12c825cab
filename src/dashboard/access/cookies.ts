/** Where the dashboard is, and its cookies with it. */
export const dashboardPath = '/dashboard'

/** The value of a cookie in a Cookie header (RFC 6265 §5.4). */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return undefined
}

/**
 * A Set-Cookie header. `Secure` is left out on purpose: one port answers http and https, and a browser that was given the cookie
 * over https could never replace it over http.
 * @param maxAge seconds; 0 takes the cookie away, without it the cookie ends with the browser
 */
export function setCookie(name: string, value: string, maxAge?: number): string {
  const age = maxAge === undefined ? '' : `; Max-Age=${maxAge}`
  return `${name}=${value}; Path=${dashboardPath}; HttpOnly; SameSite=Strict${age}`
}
