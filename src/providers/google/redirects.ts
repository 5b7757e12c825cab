import { isIP } from 'node:net'
import type { RedirectRules } from '../../oauth/realm/redirect-rules.ts'

const loopback = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?(?=[/?]|$)/

/** What a page's script names in the place of an address, whose popup hands it the code. */
export const popup = 'postmessage'

export function isLoopback(uri: string): boolean {
  return loopback.test(uri)
}

/**
 * To the letter. A loopback address that is registered without a port is met at any, and one without a path, as desktop apps have it, by
 * every path; with a port it is that one alone.
 */
export const googleRedirects: RedirectRules = {
  matches(registered, came) {
    if (registered === came || came === popup) return true
    const [a, b] = [loopback.exec(registered), loopback.exec(came)]
    if (a === null || b === null || a[1] !== b[1] || a[2] !== undefined) return false
    const path = registered.slice(a[0].length)
    return path === '' || path === came.slice(b[0].length)
  },
  refuses(uri) {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase()
    if (scheme === undefined) return undefined
    if (scheme !== 'http' && scheme !== 'https') {
      return scheme.includes('.') ? undefined : 'A scheme of an app has a dot, as com.example.app: has'
    }
    if (!URL.canParse(uri)) return undefined
    const { hostname, username } = new URL(uri)
    const isLocal = isLoopback(uri)
    if (scheme === 'http' && !isLocal) return 'http is for localhost and loopback addresses; everything else needs https'
    if (username !== '') return 'A redirect URI has no user before its host'
    if (!isLocal && isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return 'A host is a name and no IP address, but for loopback'
    return uri.includes('*') ? 'A redirect URI has no wildcard' : undefined
  },
}
