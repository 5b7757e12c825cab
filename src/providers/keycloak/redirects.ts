import type { RedirectRules } from '../../oauth/realm/redirect-rules.ts'

const loopback = /^(http:\/\/(?:localhost|127\.0\.0\.1))(:\d+)?(?=[/?#]|$)/

/** Whether a URI is a registered one: `*` at the end makes it a prefix, and a loopback address without a port has any. */
function matches(registered: string, came: string): boolean {
  if (isDangerous(came)) return false
  if (registered === '*') return /^https?:\/\//.test(came)
  return fits(registered, came) || (portless(registered) && fits(registered, withoutPort(came)))
}

function fits(registered: string, came: string): boolean {
  if (!registered.endsWith('*')) return registered === came
  const prefix = registered.slice(0, -1)
  // The query and the fragment of what came count for nothing.
  const [path = ''] = came.split(/[?#]/)
  return path.startsWith(prefix) || (prefix.endsWith('/') && path === prefix.slice(0, -1))
}

function portless(uri: string): boolean {
  return loopback.exec(uri)?.[1] !== undefined && loopback.exec(uri)?.[2] === undefined
}

function withoutPort(uri: string): string {
  return uri.replace(loopback, '$1')
}

/** A user part, or a path that leads up, however it is written. */
function isDangerous(uri: string): boolean {
  const [, authority = '', path = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)([^?#]*)/i.exec(uri) ?? []
  return authority.includes('@') || /(^|[/\\]|%2f|%5c)(\.|%2e){1,2}($|[/\\]|%2f|%5c)/i.test(path)
}

/** The vendor's comparison of redirect URIs. */
export const keycloakRedirects: RedirectRules = { matches, encoded_as: 'form' }
