import { none } from '../oauth/clients/methods/none.ts'
import { clientAuthMethods } from '../oauth/clients/methods/registry.ts'
import { clientSecretBasic } from '../oauth/clients/methods/secret.ts'
import type { UsualClient } from '../oauth/clients/rulebook.ts'
import type { Settings } from '../oauth/model/settings.ts'
import type { Supported } from '../oauth/realm/context.ts'
import { discoveryDocument } from './discovery.ts'
import type { Provider } from './provider.ts'

/** What a provider's clients are when they do not say: as the vendor's own, with all grant types. */
export function usualClient({ auth_methods = clientAuthMethods, grant_types, world }: Provider): UsualClient {
  const usual = auth_methods.includes(clientSecretBasic.name) ? clientSecretBasic.name : auth_methods[0]
  return { auth_method: world.apps[0]?.clients[0]?.token_endpoint_auth_method ?? usual ?? none.name, grant_types }
}

/** How a provider's confidential clients authenticate when they do not say. */
export function confidentialMethod(auth_methods: Provider['auth_methods']): string {
  return auth_methods?.find((one) => one !== none.name) ?? clientSecretBasic.name
}

/** Of what a client may choose that somebody sets up, however strict and wherever the sandbox is now. */
export function offeredToClients(provider: Provider, settings: Settings): Supported {
  const nowhere = { issuer: '', is_only_issuer: true, public_url: '', program_url: '', certificate_url: '' }
  return discoveryDocument(provider, { ...settings, strictness: 'lenient' }, nowhere)
}
