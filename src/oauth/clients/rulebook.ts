import type { ClientDraft } from '../model/directory.ts'
import type { Settings } from '../model/settings.ts'
import type { Supported } from '../realm/context.ts'
import { checkClient, MetadataError, secretGrantTypes } from './metadata.ts'
import { hasSecret, methodNamed } from './methods/registry.ts'

/** What somebody says of a new client. */
export interface WantedClient {
  client_id: string
  /** Counts for the methods that have one. */
  client_secret: string | null
  /** As the vendor's own client does it when absent. */
  token_endpoint_auth_method?: string | undefined
  /** All that the provider serves and the method can use when absent. */
  grant_types?: readonly string[] | undefined
  metadata?: Readonly<Record<string, unknown>> | undefined
}

/** What a provider's clients are when they do not say. */
export interface UsualClient {
  auth_method: string
  grant_types: readonly string[]
}

/** A client before it is stored. */
export type NewClient = Omit<ClientDraft, 'created_at'>

/** A client with all that was left out: the one way to make one that did not register itself. */
export function completeClient(wanted: WantedClient, usual: UsualClient): NewClient {
  const { client_id, client_secret, token_endpoint_auth_method = usual.auth_method, metadata } = wanted
  return {
    client_id,
    client_secret: hasSecret(token_endpoint_auth_method) ? client_secret : null,
    token_endpoint_auth_method,
    grant_types: [...new Set(wanted.grant_types ?? usableGrantTypes(token_endpoint_auth_method, usual.grant_types))],
    ...(metadata === undefined ? {} : { metadata: Object.fromEntries(Object.entries(metadata).filter(([, value]) => isSaid(value))) }),
  }
}

/**
 * Holds a client to the rules for those that register themselves, but for redirect URIs and scopes, which are its app's.
 * @throws MetadataError
 */
export function holdToRules<T extends NewClient>(client: T, supported: Supported, settings: Pick<Settings, 'outbound'>): T {
  const { token_endpoint_auth_method, client_secret, grant_types, metadata } = client
  if (hasSecret(token_endpoint_auth_method) && client_secret === null) {
    const explanation = `a client of ${token_endpoint_auth_method} has a secret, and none came`
    throw new MetadataError('invalid_client_metadata', 'client_secret', 'client_secret is missing', explanation)
  }
  checkClient({ ...metadata, token_endpoint_auth_method, grant_types }, supported, settings)
  return client
}

function usableGrantTypes(method: string, grant_types: readonly string[]): readonly string[] {
  return methodNamed(method)?.is_public === true ? grant_types.filter((one) => !secretGrantTypes.includes(one)) : grant_types
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null
}
