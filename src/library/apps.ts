import type { ControlClient } from './control-client.ts'

/** An OAuth client of an app. */
export interface Client {
  client_id: string
  /** Null for a client without a secret. */
  client_secret: string | null
  /** What its secrets are made of, where the vendor's clients make them: then `client_secret` was made just now. */
  client_key?: Record<string, string>
  token_endpoint_auth_method: string
  grant_types: string[]
  /** What else was registered (RFC 7591 §2). */
  metadata: Record<string, unknown>
  /** Rules whose hints about it are silenced, each with the reason. */
  hints: { off: Record<string, string> }
  /** RFC 3339. */
  created_at: string
}

/** A secret that was made of a client's key. */
export interface MadeSecret {
  client_secret: string
  /** RFC 3339. */
  expires_at: string
}

/** What users sign in to. */
export interface App {
  id: string
  name: string
  description: string
  scopes: string[]
  redirect_uris: string[]
  clients: Client[]
  /** RFC 3339. */
  created_at: string
  /** The vendor's space that it is in, where the vendor has such spaces. */
  space?: string
}

/** What may be said of a new client; the rest is made up, or as the provider's own clients have it. */
export interface NewClient {
  client_id?: string
  client_secret?: string
  grant_types?: string[]
  token_endpoint_auth_method?: string
  /** Its public keys (RFC 7517 §5). */
  jwks?: { keys: Record<string, unknown>[] }
  jwks_uri?: string
  /** Further members of RFC 7591 §2, such as `response_types` or `id_token_signed_response_alg`. */
  [metadata: string]: unknown
}

/** What may change of a client. */
export interface ClientChange {
  /** Silences hints by their rules, each with the reason; null restores one. */
  hints: { off: Record<string, string | null> }
}

/** What may change of an app. */
export interface AppChange {
  name?: string
  description?: string
  scopes?: string[]
  redirect_uris?: string[]
}

/** A new app with its first client. */
export type NewApp = AppChange & NewClient & { name: string }

/** A sandbox's apps. An app is meant by its id or its exact name. */
export interface Apps {
  list(): Promise<App[]>
  get(app: string): Promise<App>
  /** Creates an app and its first client. */
  create(app: NewApp): Promise<App>
  update(app: string, change: AppChange): Promise<App>
  /** With its clients, their grants and tokens. */
  delete(app: string): Promise<void>
  /** Gives an app another client. */
  addClient(app: string, client?: NewClient): Promise<Client>
  /** @throws GrantboxError when there is no such rule, or no reason */
  updateClient(client_id: string, change: ClientChange): Promise<Client>
  deleteClient(client_id: string): Promise<void>
  /** A secret made of a client's key, where the vendor's clients make their own. @param expires_in seconds or `"5m"`; as long as one may live when absent */
  makeSecret(client_id: string, expires_in?: number | string): Promise<MadeSecret>
  /** The key file of a client, where the vendor hands such files out. @param at which addresses it names: grantbox's when absent */
  keyFile(client_id: string, at?: 'here' | 'vendor'): Promise<Record<string, string>>
}

export function apps(client: ControlClient, path: string): Apps {
  const one = (app: string) => `${path}/apps/${encodeURIComponent(app)}`
  return {
    list: async () => (await client.get<{ items: App[] }>(`${path}/apps`)).items,
    get: (app) => client.get(one(app)),
    create: (app) => client.post(`${path}/apps`, app),
    update: (app, change) => client.patch(one(app), change),
    delete: (app) => client.delete(one(app)),
    addClient: (app, draft = {}) => client.post(`${one(app)}/clients`, draft),
    updateClient: (client_id, change) => client.patch(`${path}/clients/${encodeURIComponent(client_id)}`, change),
    deleteClient: (client_id) => client.delete(`${path}/clients/${encodeURIComponent(client_id)}`),
    makeSecret: (client_id, expires_in) => client.post(`${path}/clients/${encodeURIComponent(client_id)}/secret`, { expires_in }),
    keyFile: (client_id, at = 'here') => client.get(`${path}/clients/${encodeURIComponent(client_id)}/key-file?at=${at}`),
  }
}
