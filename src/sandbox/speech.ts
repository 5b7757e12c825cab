import type { Clock } from '../basics/clock.ts'
import { clientAuthMethods } from '../oauth/clients/methods/registry.ts'
import type { SigningAlg } from '../oauth/jose/jws.ts'
import { KeyRing } from '../oauth/jose/keys.ts'
import type { Client } from '../oauth/model/records.ts'
import type { Settings } from '../oauth/model/settings.ts'
import { usualResponseModes } from '../oauth/realm/response-type.ts'
import type { ProtocolStore } from '../oauth/storage/store.ts'
import { discoveryDocument } from '../providers/discovery.ts'
import type { Provider } from '../providers/provider.ts'

/** Whether every user may use a client's app. */
export function isOpen({ open_apps = false }: Provider, client: Client, settings: Settings): boolean {
  return typeof open_apps === 'function' ? open_apps(client, settings) : open_apps
}

/** All of a sandbox that its provider decides, and that is another one when the provider is. */
export type Speech = ReturnType<typeof speechOf>

/**
 * How a sandbox speaks as its provider.
 * @param kept what is stored of it
 * @param settings its settings as they are now
 */
export function speechOf(provider: Provider, kept: ProtocolStore, clock: Clock, settings: () => Settings) {
  const store: ProtocolStore = {
    ...kept,
    userHasApp: (user, client) => isOpen(provider, client, settings()) || kept.userHasApp(user, client),
  }
  return {
    provider,
    store,
    keys: new KeyRing({
      store,
      clock,
      algs: provider.signing_algs,
      used: () => usedAlgs(settings()),
      kid: provider.kid,
      dialect: provider.keys,
      secret: () => settings().signing_secret,
      certified: () => settings().x5c,
    }),
    tokens: provider.tokens,
    subject_type: provider.subject_type,
    grant_types: provider.grant_types,
    auth_methods: provider.auth_methods ?? clientAuthMethods,
    sender_constraints: provider.sender_constraints ?? true,
    response_types: provider.response_types ?? ['code'],
    response_modes: provider.response_modes ?? usualResponseModes,
    response_iss: provider.response_iss ?? false,
    offered: provider.client_documents === true ? (settings: Settings) => offered(provider, settings) : undefined,
    sessions: provider.sessions ?? false,
    scopes: provider.scopes.map((scope) => scope.name),
    redirects: provider.redirects,
    callbackWording: provider.callbackWording,
    requests: provider.requests,
    newUserId: provider.ids.user_id,
    newSessionId: provider.ids.session_id,
  }
}

function usedAlgs({ signing_alg, id_token_signing_alg }: Settings): SigningAlg[] {
  return id_token_signing_alg === null ? [signing_alg] : [signing_alg, id_token_signing_alg]
}

/** What a sandbox offers at whatever address. */
function offered(provider: Provider, settings: Settings): Record<string, unknown> {
  return discoveryDocument(provider, settings, {
    issuer: '',
    is_only_issuer: true,
    public_url: '',
    program_url: '',
    certificate_url: undefined,
  })
}
