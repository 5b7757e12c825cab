import type { Route } from '../../provider.ts'
import { newUuid } from '../ids.ts'
import { type IdentityProvider, identityProviders } from '../realm/identity-providers.ts'
import { text } from '../realm/members.ts'
import { type AdminCall, adminRoute, conflict, created, json, notFound } from './call.ts'

const path = '/identity-provider/instances'
const read = ['view-identity-providers', 'manage-identity-providers']
const write = ['manage-identity-providers']

const uses = ['USER_AUTHENTICATION', 'CLIENT_ASSERTION', 'TRUST_MATERIAL', 'EXCHANGE_EXTERNAL_TOKEN', 'JWT_AUTHORIZATION_GRANT']

function providerOf(call: AdminCall): IdentityProvider {
  const alias = call.part('alias')
  const found = identityProviders(call.realm).find((one) => one.alias === alias)
  if (found === undefined) throw notFound('HTTP 404 Not Found', `There is no identity provider '${alias}'`)
  return found
}

/** As the API shows it: its secret stays here. */
function shown({ alias, displayName, internalId, providerId, enabled, config, ...more }: IdentityProvider) {
  const masked = config.clientSecret === undefined ? config : { ...config, clientSecret: '**********' }
  const name = displayName === undefined ? {} : { displayName }
  const types = providerId === 'oidc' ? { types: uses } : {}
  return { alias, ...name, internalId, providerId, enabled, ...more, config: masked, ...types }
}

function save({ realm }: AdminCall, providers: readonly unknown[]): void {
  realm.settings = { ...realm.settings, identityProviders: providers }
}

/** Identity providers, to which a realm leads its users. */
export const identityProviderRoutes: readonly Route[] = [
  adminRoute('GET', path, read, ({ realm }) => json(identityProviders(realm).map(shown))),
  adminRoute('POST', path, write, (call) => {
    const { realm, body } = call
    const alias = text(body.alias) ?? ''
    const others = identityProviders(realm)
    if (others.some((one) => one.alias === alias)) throw conflict(`Identity Provider ${alias} already exists`)
    save(call, [...others, { ...body, internalId: newUuid() }])
    return created(call, `/admin/realms/${encodeURIComponent(realm.name)}${path}/${encodeURIComponent(alias)}`)
  }),
  adminRoute('GET', `${path}/:alias`, read, (call) => json(shown(providerOf(call)))),
  adminRoute('PUT', `${path}/:alias`, write, (call) => {
    const { alias, internalId } = providerOf(call)
    const changed = { ...call.body, alias, internalId }
    save(
      call,
      identityProviders(call.realm).map((one) => (one.alias === alias ? changed : one)),
    )
    return undefined
  }),
  adminRoute('DELETE', `${path}/:alias`, write, (call) => {
    const { alias } = providerOf(call)
    save(
      call,
      identityProviders(call.realm).filter((one) => one.alias !== alias),
    )
    return undefined
  }),
]
