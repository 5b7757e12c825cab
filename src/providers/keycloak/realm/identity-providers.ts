import { uuidOf } from '../ids.ts'
import type { RealmData } from './data.ts'
import { flag, list, type Members, members, text } from './members.ts'

/** An identity provider as the vendor's JSON has it; its members are kept as they came. */
export interface IdentityProvider extends Members {
  alias: string
  internalId: string
  enabled: boolean
  config: Members
}

/** The identity providers of a realm. */
export function identityProviders({ name, settings }: Pick<RealmData, 'name' | 'settings'>): IdentityProvider[] {
  return list(settings.identityProviders).map((one) => {
    const alias = text(one.alias) ?? ''
    const internalId = text(one.internalId) ?? uuidOf(name, 'identity provider', alias)
    return { ...one, alias, internalId, enabled: flag(one.enabled) ?? true, config: members(one.config) }
  })
}

/** One to which users can be led. */
export function usableProvider(alias: string, realm: Pick<RealmData, 'name' | 'settings'>): IdentityProvider | undefined {
  return identityProviders(realm).find((one) => one.alias === alias && one.enabled && text(one.config.authorizationUrl) !== undefined)
}
