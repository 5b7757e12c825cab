import { ownValue } from '../../../basics/own-value.ts'
import { type MapperInput, mappersOf } from './mapper-input.ts'
import { mapperTypes, merged } from './mappers.ts'

/** Where claims stand. */
export type Place = 'access' | 'id' | 'userinfo' | 'introspection'

/** Names that the vendor writes in this order; whatever else is mapped comes behind them. */
const mappedOrder: readonly string[] = [
  ...['clientHost', 'email_verified', 'address', 'name', 'groups', 'preferred_username'],
  ...['given_name', 'locale', 'family_name', 'clientAddress', 'client_id', 'email'],
]

/** The attribute of a client whose access tokens have of mapped claims only what asks for it. */
export const lightweight = 'client.use.lightweight.access.token.enabled'

/** Whether its access tokens are such. */
export const isLightweight = ({ clientData }: MapperInput) => clientData.attributes[lightweight] === 'true'

/** Whether a mapper speaks at a place; userinfo is as ID tokens where nothing is said, and introspection as access tokens. */
function told(config: Readonly<Record<string, string>>, place: Place): string | undefined {
  const said = config[`${place}.token.claim`]
  if (said !== undefined) return said
  if (place === 'introspection') return told(config, 'access')
  return place === 'userinfo' ? config['id.token.claim'] : String(place === 'access')
}

/** A service account has no session that would be remembered until somebody asks for more. */
function isForgotten(protocolMapper: string, place: Place, { user }: MapperInput): boolean {
  return (place === 'userinfo' || place === 'introspection') && user === undefined && protocolMapper === 'oidc-usersessionmodel-note-mapper'
}

/** All that the mappers make for a place; `sub` and `nonce` are true where they are to stand. */
export function mappedClaims(input: MapperInput, place: Place): Readonly<Record<string, unknown>> {
  const light = place === 'access' && isLightweight(input)
  return mappersOf(input)
    .filter(({ protocolMapper }) => !isForgotten(protocolMapper, place, input))
    .filter(({ config }) => (light ? config['lightweight.claim'] === 'true' : told(config, place) === 'true'))
    .map(({ protocolMapper, config }) => ownValue(mapperTypes, protocolMapper)?.(input, config) ?? {})
    .reduce(merged, {})
}

const placed = new Set(['aud', 'sub', 'acr', 'amr', 'nonce', 'auth_time', 'allowed-origins', 'realm_access', 'resource_access'])

/** The mapped claims that have no place of their own in a token. */
export function furtherClaims(mapped: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = Object.keys(mapped).filter((name) => !placed.has(name))
  const rank = (name: string) => (mappedOrder.includes(name) ? mappedOrder.indexOf(name) : mappedOrder.length)
  return Object.fromEntries(names.toSorted((one, other) => rank(one) - rank(other)).map((name) => [name, mapped[name]]))
}

/** A scope as answers and tokens tell it: without the scopes that keep silent. */
export function toldScope({ realm }: Pick<MapperInput, 'realm'>, scope: string): string {
  const silent = new Set(realm.scopes.filter(({ attributes }) => attributes['include.in.token.scope'] === 'false').map(({ name }) => name))
  return scope
    .split(' ')
    .filter((name) => name !== '' && !silent.has(name))
    .join(' ')
}
