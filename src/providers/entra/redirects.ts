import { redirectUriType } from '../../oauth/clients/redirect-pattern.ts'
import type { Client, Grant } from '../../oauth/model/records.ts'
import type { Context, Realm } from '../../oauth/realm/context.ts'
import type { RedirectRules } from '../../oauth/realm/redirect-rules.ts'
import type { CrossOrigin } from '../cross-origin.ts'
import { fitsWildcard, isWildcard } from '../wildcard-redirects.ts'

const local = /^http:\/\/localhost(:\d{1,5})?(?=[/?]|$)/
/** Characters of a redirect URI. */
const longest = 256
const noPath = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]+)(?=\?|$)/i

/**
 * Byte for byte, but that `localhost` is met at any port, and an empty path is the same as `/`; or with a wildcard in the first label, where
 * query and fragment do not count.
 */
export const entraRedirects: RedirectRules = {
  first_is_default: true,
  matches: (registered, came) =>
    plain(registered) === plain(came) || (isWildcard(registered) && fitsWildcard(registered, came.split(/[?#]/, 1)[0] ?? '')),
  registers: isWildcard,
  refuses: (uri) => {
    if (uri.length > longest) return `It has ${uri.length} characters; Entra takes ${longest}`
    if (/^https?:\/\/\[::1\]/.test(uri)) return 'Entra does not take [::1]; it takes localhost and 127.0.0.1'
    if (/^http:/.test(uri) && !/^http:\/\/(localhost|127\.0\.0\.1)(?=[:/?]|$)/.test(uri)) {
      return 'Entra takes http for localhost and 127.0.0.1 alone'
    }
    const [found] = /[!$'(),;]/.exec(uri) ?? []
    return found === undefined ? undefined : `It has ${found}, which Entra does not take`
  },
  // Only addresses of the web: msal{id}://auth stays as it is.
  answeredAt: (uri) => (/^https?:/i.test(uri) ? withPath(uri) : uri),
}

function plain(uri: string): string {
  return withPath(uri.replace(local, 'http://localhost'))
}

function withPath(uri: string): string {
  return uri.replace(noPath, '$1/')
}

/** Whether a redirect URI is a registered one itself, without a query, and does not only fit a wildcard. */
export function isPlain({ app }: Client, came: string): boolean {
  return !came.includes('?') && app.redirect_uris.some((one) => plain(one) === plain(came))
}

/** What a redirect URI is registered for: `web`, `spa` or `publicClient`. */
function typeOf(client: Client, uri: string, realm: Pick<Realm, 'redirects' | 'settings'>): string {
  return redirectUriType(client, uri, realm) ?? (client.client_secret === null ? 'publicClient' : 'web')
}

/** The same of the address to which a grant's code went; undefined for a grant that began without one. */
export function redirectTypeOf(client: Client, { details }: Pick<Grant, 'details'>, realm: Pick<Realm, 'settings'>): string | undefined {
  const uri = details.parameters?.redirect_uri
  return uri === undefined ? undefined : typeOf(client, uri, { redirects: entraRedirects, settings: realm.settings })
}

/** Of the code that a token request brings: by the address that it repeats. */
export function redirectTypeAsked(client: Client, { parameters, realm }: Context): string | undefined {
  return parameters?.redirect_uri === undefined ? undefined : typeOf(client, parameters.redirect_uri, realm)
}

/** Whether a client has an address of a single-page application at all. */
export function hasSpa({ metadata }: Client): boolean {
  return Object.values(metadata.redirect_uri_types ?? {}).includes('spa')
}

/** Pages read what is public, Graph, and the tokens of single-page applications. */
export function entraCors({ endpoint, client, context }: CrossOrigin): boolean {
  if (endpoint !== 'token') return endpoint !== 'device_authorization'
  if (client === undefined) return false
  const asked = redirectTypeAsked(client, context)
  return asked === undefined ? context.parameters?.grant_type === 'refresh_token' && hasSpa(client) : asked === 'spa'
}
