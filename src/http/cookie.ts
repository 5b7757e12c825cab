/** A cookie as it is set; the value is of our own making and needs no encoding. None is seen by scripts, or sent to hosts beside ours. */
export interface Cookie {
  name: string
  value: string
  path: string
  /** Strict: not even with a link of another site. None, which asks for `secure`: into frames of other sites, too. */
  sameSite: 'None' | 'Lax' | 'Strict'
  /** Sent over https alone. */
  secure?: boolean
  /** Seconds; 0 takes the cookie away, without it the cookie ends with the browser. */
  maxAge?: number | undefined
}

/** The value of a cookie in a Cookie header (RFC 6265 §5.4). */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return undefined
}

/** A Set-Cookie header (RFC 6265 §4.1). */
export function setCookie({ name, value, path, sameSite, secure = false, maxAge }: Cookie): string {
  const age = maxAge === undefined ? '' : `; Max-Age=${maxAge}`
  return `${name}=${value}; Path=${path}; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}${age}`
}
