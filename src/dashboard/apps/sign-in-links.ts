import { sameRedirectUri } from '../../oauth/clients/redirect-uri.ts'
import type { App, Client, User } from '../../oauth/model/records.ts'
import { onTheWire, wireName } from '../../oauth/realm/unread.ts'
import type { Provider } from '../../providers/provider.ts'
import { pathsOf } from '../../providers/space.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'

/** Addresses at which the sign-in to an app begins. */
export interface SignInLinks {
  /** With the username filled in; undefined when no client of the app can sign users in by a redirect. */
  of(app: App, user: User): string | undefined
}

/** RFC 7636 Appendix B: a public client has to use PKCE, and a real one makes a verifier of its own for each sign-in. */
export const pkceExample = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
}

/** What a client asks for. */
export function signInScope({ app }: Client, { collection }: Provider): string {
  return collection.signIn?.scope ?? app.scopes.join(' ')
}

/** The address at which a sign-in to a client begins. */
export function signInUrl(
  client: Client,
  sandbox: Pick<Sandbox, 'provider' | 'space'>,
  base_url: string,
  { redirect_uri, state, isPublic }: { redirect_uri: string; state: string; isPublic: boolean },
): URL {
  const { provider } = sandbox
  const url = new URL(base_url + pathsOf(sandbox).authorize)
  const parameters = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri,
    scope: signInScope(client, provider),
    state,
    ...provider.collection.signIn?.parameters,
    ...(isPublic && { code_challenge: pkceExample.challenge, code_challenge_method: 'S256' }),
  }
  url.search = new URLSearchParams(onTheWire(parameters, provider)).toString()
  return url
}

/**
 * The links for a sandbox's apps.
 * @param callback the dashboard's own redirect URI, preferred where it is registered: it shows what comes back
 */
export function signInLinks(sandbox: Sandbox, base_url: string, callback: string): SignInLinks {
  const clients = Map.groupBy(sandbox.directory.listClients(), (client) => client.app.row)
  const addresses = new Map<number, URL | undefined>()
  return {
    of(app, user) {
      if (!addresses.has(app.row)) addresses.set(app.row, addressOf(clients.get(app.row) ?? [], sandbox, base_url, callback))
      const address = addresses.get(app.row)
      if (address === undefined) return undefined
      const url = new URL(address)
      url.searchParams.set(wireName('login_hint', sandbox), user.username)
      return url.href
    },
  }
}

function addressOf(clients: readonly Client[], sandbox: Sandbox, base_url: string, callback: string): URL | undefined {
  const client = clients.find(({ grant_types, app }) => grant_types.includes('authorization_code') && app.redirect_uris.length > 0)
  if (client === undefined) return undefined
  const { redirect_uris } = client.app
  const own = redirect_uris.some((uri) => sameRedirectUri(uri, callback)) ? callback : redirect_uris[0]
  return signInUrl(client, sandbox, base_url, { redirect_uri: own ?? '', state: 'dashboard', isPublic: client.client_secret === null })
}
