import type { Provider } from '../provider.ts'
import { isAllowed } from '../wildcard-redirects.ts'
import { clientSettings } from './client-settings.ts'

/** What every page may read. */
const open: readonly string[] = ['jwks', 'discovery']

/** Pages of the origins that an app calls back to, and what it lists as `allowed_origins`, may read what it is answered. */
export const auth0Cors: NonNullable<Provider['cors']> = ({ origin, endpoint, client, context }) => {
  if (client === undefined || open.includes(endpoint)) return true
  const { allowed_origins = [] } = clientSettings(client, context.realm.documents)
  return [...client.app.redirect_uris.map(originOf), ...allowed_origins].some((one) => isAllowed(one, origin))
}

function originOf(uri: string): string {
  return /^https?:\/\/[^/?#]+/.exec(uri)?.[0] ?? uri
}
