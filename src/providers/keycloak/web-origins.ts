import type { Client } from '../../oauth/model/records.ts'
import type { ClientData } from './realm/representations.ts'

/** The origins whose pages may read what a client is answered: `+` is those of its redirect URIs. */
export function originsOf({ app }: Pick<Client, 'app'>, { webOrigins }: Pick<ClientData, 'webOrigins'>): string[] {
  const ofRedirects = app.redirect_uris.flatMap((uri) => /^https?:\/\/[^/*?#]+/.exec(uri)?.[0] ?? [])
  return [...new Set(webOrigins.flatMap((origin) => (origin === '+' ? ofRedirects : [origin])))]
}
