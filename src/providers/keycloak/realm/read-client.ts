import { newUuid, uuidOf } from '../ids.ts'
import type { ClientRecord } from './client-record.ts'
import { plainClient } from './fresh-realm.ts'
import { serviceAccountScope } from './fresh-scopes.ts'
import { flag, list, type Members, text, texts, textsByName } from './members.ts'
import type { ClientData, Mapper } from './representations.ts'

/** What our records and {@link ClientData} hold; the rest is kept as it came. */
const known = new Set([
  ...['id', 'clientId', 'secret', 'redirectUris', ...Object.keys(plainClient)],
  ...['name', 'description', 'rootUrl', 'adminUrl', 'baseUrl', 'access', 'authorizationSettings', 'authorizationServicesEnabled'],
])

/** Protocol mappers as they came, those without an id with one. */
export function readMappers(value: unknown): Mapper[] {
  return list(value).map((mapper) => ({
    id: text(mapper.id) ?? newUuid(),
    name: text(mapper.name) ?? '',
    protocol: text(mapper.protocol) ?? 'openid-connect',
    protocolMapper: text(mapper.protocolMapper) ?? '',
    consentRequired: false,
    config: textsByName(mapper.config),
  }))
}

/** The representation of a client that is made: one that asks for consent has not the full scope, unless it says so. */
export function newClient(said: Members, more: Partial<ClientData> = {}): ClientData {
  return readClient(said, { ...plainClient, fullScopeAllowed: flag(said.consentRequired) !== true, ...more })
}

/** A client's representation on top of what was known of it. */
export function readClient(said: Members, before: ClientData): ClientData {
  const flags = Object.entries(before).flatMap(([name, value]) => (typeof value === 'boolean' ? [[name, flag(said[name]) ?? value]] : []))
  const optional = ['name', 'description', 'rootUrl', 'adminUrl', 'baseUrl'].flatMap((name) => {
    const value = text(said[name]) ?? (before as unknown as Members)[name]
    return typeof value === 'string' ? [[name, value]] : []
  })
  const other = Object.entries(said).filter(([name]) => !known.has(name))
  const data: ClientData = {
    ...before,
    ...Object.fromEntries([...flags, ...optional]),
    clientAuthenticatorType: text(said.clientAuthenticatorType) ?? before.clientAuthenticatorType,
    webOrigins: texts(said.webOrigins) ?? before.webOrigins,
    attributes: { ...before.attributes, ...textsByName(said.attributes) },
    protocolMappers: said.protocolMappers === undefined ? before.protocolMappers : readMappers(said.protocolMappers),
    defaultClientScopes: texts(said.defaultClientScopes) ?? before.defaultClientScopes,
    optionalClientScopes: texts(said.optionalClientScopes) ?? before.optionalClientScopes,
    other: { ...before.other, ...Object.fromEntries(other) },
  }
  if (!data.serviceAccountsEnabled || data.defaultClientScopes.includes(serviceAccountScope)) return data
  return { ...data, defaultClientScopes: [...data.defaultClientScopes, serviceAccountScope] }
}

/** What our own record holds of a representation. */
export function readRecord(said: Members, realm = ''): ClientRecord {
  const clientId = text(said.clientId) ?? ''
  return {
    id: text(said.id) ?? (realm === '' ? newUuid() : uuidOf(realm, 'client', clientId)),
    clientId,
    secret: text(said.secret),
    redirectUris: texts(said.redirectUris) ?? [],
  }
}
