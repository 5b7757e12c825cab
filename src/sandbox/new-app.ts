import type { App, Client } from '../oauth/model/records.ts'
import type { Provider } from '../providers/provider.ts'
import type { Sandbox } from './sandbox.ts'

/** What a new app may say of itself. */
export interface NewApp {
  name: string
  description?: string
  /** All that the provider knows when absent. */
  scopes?: readonly string[]
  redirect_uris?: readonly string[]
}

/** What a new client may say of itself. */
export interface NewClient {
  /** All that the provider serves when absent. */
  grant_types?: readonly string[]
  /** As the vendor's own client does it when absent. */
  token_endpoint_auth_method?: string
}

/** An app with ids as the vendor makes them. */
export async function newApp({ provider, directory, clock }: Sandbox, draft: NewApp): Promise<App> {
  const { name, description = '', scopes = provider.scopes.map((scope) => scope.name), redirect_uris = [] } = draft
  return directory.createApp({
    app_id: provider.ids.app_id(),
    name,
    description,
    icon: null,
    scopes: [...new Set(scopes)],
    redirect_uris: [...new Set(redirect_uris)],
    mobile_store_links: {},
    created_at: clock.now(),
  })
}

/** A client of an app, with a secret unless it is a public one. */
export async function newClient({ provider, directory, clock }: Sandbox, app: App, draft: NewClient = {}): Promise<Client> {
  const { grant_types = provider.grant_types, token_endpoint_auth_method = usualAuthentication(provider) } = draft
  return directory.createClient(app, {
    client_id: provider.ids.client_id(),
    client_secret: token_endpoint_auth_method === 'none' ? null : provider.ids.client_secret(),
    token_endpoint_auth_method,
    grant_types: [...new Set(grant_types)],
    created_at: clock.now(),
  })
}

/** How the vendor's own client authenticates. */
export function usualAuthentication(provider: Provider): string {
  return provider.world.apps[0]?.clients[0]?.token_endpoint_auth_method ?? 'client_secret_basic'
}
