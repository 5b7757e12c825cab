import { ownValue } from '../../../basics/own-value.ts'
import type { Group } from '../realm/representations.ts'
import { groupPath, lineOf } from '../realm/roles.ts'
import { originsOf } from '../web-origins.ts'
import { inHashOrder } from './hash-order.ts'
import type { MapperInput } from './mapper-input.ts'

type Config = Readonly<Record<string, string>>
type Claims = Readonly<Record<string, unknown>>

/** What one mapper makes of its subject. */
type Mapping = (input: MapperInput, config: Config) => Claims

/** A claim at the place that the mapper's configuration names: `resource_access.${client_id}.roles`. */
function at(config: Config, value: unknown, client_id = ''): Claims {
  const name = config['claim.name']
  if (name === undefined || name === '' || value === undefined) return {}
  const path = name.split(/(?<!\\)\./).map((part) => part.replaceAll('\\.', '.').replace(`\${client_id}`, client_id))
  return path.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as Claims
}

/** A value as `jsonType.label` wants it. */
function typed(value: unknown, config: Config): unknown {
  if (Array.isArray(value)) return value.map((one) => typed(one, config))
  const text = String(value)
  switch (config['jsonType.label']) {
    case 'boolean':
      return text === 'true'
    case 'int':
    case 'long':
      return Number.isFinite(Number(text)) ? Number(text) : undefined
    case 'JSON':
      try {
        return JSON.parse(text)
      } catch {
        return undefined
      }
    default:
      return typeof value === 'object' ? value : text
  }
}

/** What the groups of a user have of an attribute: the first that has any, its own before that of those above. */
function ofGroups(name: string, ids: readonly string[], groups: readonly Group[]): readonly string[] | undefined {
  const lines = ids.map((id) => lineOf(id, groups).toReversed())
  return lines
    .flat()
    .map(({ attributes = {} }) => ownValue(attributes, name))
    .find((values) => values !== undefined)
}

/** What a user, or a service account, has under a name: properties first, then attributes. */
function valuesOf({ user, userData, client, realm }: MapperInput, name: string): readonly unknown[] {
  const properties = {
    username: user?.username ?? `service-account-${client.client_id}`,
    email: user?.email,
    firstName: user?.first_name,
    lastName: user?.last_name,
    emailVerified: userData?.emailVerified ?? false,
    enabled: user?.disabled !== true,
    id: user?.user_id,
  }
  const property = ownValue<unknown>(properties, name)
  if (property !== undefined && property !== null) return property === '' ? [] : [property]
  const own = ownValue(userData?.attributes ?? {}, name)
  const given = own ?? ofGroups(name, userData?.groups ?? [], realm.groups) ?? ownValue(user?.claims ?? {}, name)
  return given === undefined || given === null ? [] : [given].flat()
}

const attribute: Mapping = (input, config) => {
  const values = valuesOf(input, config['user.attribute'] ?? '')
  if (values.length === 0) return {}
  return at(config, typed(config.multivalued === 'true' ? values : values[0], config))
}

/** Roles as a claim: a list, or the first alone. */
function roleClaim(names: readonly string[], config: Config, client_id?: string): Claims {
  if (names.length === 0) return {}
  return at(config, config.multivalued === 'false' ? names[0] : names, client_id)
}

const audience = (names: readonly (string | undefined)[]): Claims => {
  const said = names.filter((name) => name !== undefined && name !== '')
  return said.length === 0 ? {} : { aud: said }
}

/** What the notes of a session are called, and what they are. */
const notes: Readonly<Record<string, (input: MapperInput) => unknown>> = {
  AUTH_TIME: ({ grant }) => grant.details.auth_time,
  clientHost: ({ user }) => (user === undefined ? '127.0.0.1' : undefined),
  clientAddress: ({ user }) => (user === undefined ? '127.0.0.1' : undefined),
  client_id: ({ user, client }) => (user === undefined ? client.client_id : undefined),
}

/** Each kind of mapper that puts something into tokens. */
export const mapperTypes: Readonly<Record<string, Mapping>> = {
  'oidc-usermodel-attribute-mapper': attribute,
  'oidc-usermodel-property-mapper': attribute,
  'oidc-hardcoded-claim-mapper': (_, config) => at(config, typed(config['claim.value'] ?? '', config)),
  'oidc-full-name-mapper': ({ user }) => {
    const name = `${user?.first_name ?? ''} ${user?.last_name ?? ''}`.trim()
    return name === '' ? {} : { name }
  },
  'oidc-address-mapper': (input, config) => {
    const parts = ['street_address:street', 'locality', 'region', 'postal_code', 'country', 'formatted'].flatMap((part) => {
      const [name = '', of = name] = part.split(':')
      const [value] = valuesOf(input, config[`user.attribute.${of}`] ?? of)
      return value === undefined ? [] : [[name, value]]
    })
    return parts.length === 0 ? {} : { address: Object.fromEntries(parts) }
  },
  'oidc-sub-mapper': () => ({ sub: true }),
  'oidc-acr-mapper': ({ grant }) => ({ acr: grant.details.acr ?? (grant.details.silent === true ? '0' : '1') }),
  'oidc-amr-mapper': ({ grant }) => ({ amr: grant.details.amr }),
  'oidc-nonce-backwards-compatible-mapper': () => ({ nonce: true }),
  'oidc-usersessionmodel-note-mapper': (input, config) => {
    const value = ownValue(notes, config['user.session.note'] ?? '')?.(input)
    return value === undefined ? {} : at(config, typed(value, config))
  },
  'oidc-allowed-origins-mapper': ({ client, clientData }) => {
    const origins = originsOf(client, clientData)
    return origins.length === 0 ? {} : { 'allowed-origins': origins }
  },
  'oidc-audience-mapper': (_, config) => audience([config['included.client.audience'] || config['included.custom.audience']]),
  'oidc-audience-resolve-mapper': ({ roles, client, clientId }) => {
    const uuids = new Set(roles.flatMap((role) => (role.client === undefined || role.client === client.app.app_id ? [] : [role.client])))
    return audience(inHashOrder([...uuids].flatMap((uuid) => clientId(uuid) ?? [])))
  },
  'oidc-usermodel-realm-role-mapper': ({ roles }, config) => {
    const prefix = config['usermodel.realmRoleMapping.rolePrefix'] ?? ''
    return roleClaim(
      roles.flatMap(({ client, name }) => (client === undefined ? [prefix + name] : [])),
      config,
    )
  },
  'oidc-usermodel-client-role-mapper': ({ roles, clientId }, config) => {
    const prefix = config['usermodel.clientRoleMapping.rolePrefix'] ?? ''
    const only = config['usermodel.clientRoleMapping.clientId'] ?? ''
    const byClient = Map.groupBy(
      roles.filter(({ client }) => client !== undefined),
      ({ client = '' }) => client,
    )
    return [...byClient]
      .map(([client, own]) => [clientId(client) ?? '', own] as const)
      .filter(([client_id]) => client_id !== '' && (only === '' || only === client_id))
      .map(([client_id, own]) =>
        roleClaim(
          own.map(({ name }) => prefix + name),
          config,
          client_id,
        ),
      )
      .reduce(merged, {})
  },
  'oidc-group-membership-mapper': ({ userData, realm }, config) => {
    const groups = (userData?.groups ?? []).map((id) => groupPath(id, realm.groups))
    if (groups.length === 0) return {}
    const full = config['full.path'] !== 'false'
    return at(config, full ? groups : groups.map((path) => path.slice(path.lastIndexOf('/') + 1)))
  },
}

/** Claims beside each other: objects and lists grow together. */
export function merged(one: Claims, other: Claims): Claims {
  const all = new Map(Object.entries(one))
  for (const [name, value] of Object.entries(other)) {
    const there = all.get(name)
    if (Array.isArray(there) && Array.isArray(value)) all.set(name, [...new Set([...there, ...value])])
    else if (isObject(there) && isObject(value)) all.set(name, merged(there, value))
    else if (value !== undefined) all.set(name, value)
  }
  return Object.fromEntries(all)
}

function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
