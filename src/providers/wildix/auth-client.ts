import { none } from '../../oauth/clients/methods/none.ts'
import { completeClient } from '../../oauth/clients/rulebook.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { ApiRequest } from '../provider.ts'

/** The name of the vendor's authentication service, to which the tokens of the three steps are issued. */
export const authService = 'auth.wildix.com'

/**
 * The client that the three steps have none of: every grant belongs to one, so that it can be listed and revoked. It is made
 * when it is first needed.
 */
export function authClient({ context, directory }: ApiRequest): Client {
  const { store, clock } = context.realm
  const there = store.findClient(authService)
  if (there !== undefined) return there
  const created_at = clock.now()
  const draft = { scopes: [], redirect_uris: [], mobile_store_links: {}, icon: null, created_at }
  const app = directory.createApp({
    ...draft,
    app_id: 'app_auth_service',
    name: 'Wildix Auth',
    description: 'The authentication service: service tokens are issued to it.',
  })
  return directory.createClient(app, {
    ...completeClient({ client_id: authService, client_secret: null }, { auth_method: none.name, grant_types: [] }),
    created_at,
  })
}
