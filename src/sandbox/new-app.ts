import { completeClient, holdToRules, type NewClient, type WantedClient } from '../oauth/clients/rulebook.ts'
import type { App, Client } from '../oauth/model/records.ts'
import { offeredToClients, usualClient } from '../providers/clients.ts'
import type { Sandbox } from './sandbox.ts'

/** What a new app may say of itself. */
export interface NewApp {
  name: string
  description?: string
  /** All that the provider knows when absent. */
  scopes?: readonly string[] | undefined
  redirect_uris?: readonly string[]
}

/** An app with ids as the vendor makes them. */
export function newApp({ provider, directory, clock }: Sandbox, draft: NewApp): App {
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

/**
 * A client with ids as the vendor makes them, and what else was left out.
 * @throws MetadataError when it may not be
 */
export function newClient(
  { provider, settings }: Sandbox,
  wanted: { [member in keyof WantedClient]?: WantedClient[member] | undefined } = {},
): NewClient {
  const { client_id = provider.ids.client_id(), client_secret = provider.ids.client_secret() } = wanted
  return holdToRules(
    completeClient({ ...wanted, client_id, client_secret }, usualClient(provider)),
    offeredToClients(provider, settings),
    settings,
  )
}

/** Stores a new client of an app. */
export function addClient({ directory, clock }: Sandbox, app: App, client: NewClient): Client {
  return directory.createClient(app, { ...client, created_at: clock.now() })
}
