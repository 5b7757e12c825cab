import { newUuid, uuidOf } from '../ids.ts'
import { appOf, type ClientRecord, recordOf } from './client-record.ts'
import { freshClients, freshRoles } from './fresh-realm.ts'
import { freshScopes } from './fresh-scopes.ts'
import { list, listsByName, type Members, members, text, texts, textsByName } from './members.ts'
import { newClient, readMappers, readRecord } from './read-client.ts'
import { type ReadUser, readUser } from './read-user.ts'
import type { ClientData, ClientScope, Group, RealmSettings, Role } from './representations.ts'
import { roleIds } from './role-names.ts'

/** A realm as it was read, ready to be filled in. */
export interface RealmPlan {
  realm: string
  settings: RealmSettings
  roles: Role[]
  scopes: ClientScope[]
  groups: Group[]
  clients: { record: ClientRecord; data: ClientData }[]
  users: ReadUser[]
  /** What could not be taken over, a sentence each. */
  left: string[]
}

/** Members that become records of their own. */
const collections = [
  'roles',
  'groups',
  'clients',
  'clientScopes',
  'users',
  'defaultRoles',
  'defaultRole',
  'scopeMappings',
  'clientScopeMappings',
]

/** Members that are kept and shown, and change nothing here. */
const idle: Readonly<Record<string, string>> = {
  identityProviderMappers: 'mappers of identity providers',
  userFederationProviders: 'user federation',
  federatedUsers: 'federated users',
  authenticationFlows: 'authentication flows',
  organizations: 'organizations',
  smtpServer: 'the mail server',
}

/** Reads a realm's representation: on top of what a new realm has. */
export function readRealm(said: Members): RealmPlan {
  const realm = text(said.realm) ?? ''
  const clients = readClients(said, realm)
  const roles = readRoles(said, realm, clients)
  const groups = readGroups(list(said.groups), roles, clients)
  const users = list(said.users).map((user) => readUser(user, { realm, roles, groups, clients }))
  for (const { client: client_id, roles: names } of list(said.scopeMappings)) {
    const client = clients.find(({ record }) => record.clientId === client_id)
    if (client !== undefined) client.data = { ...client.data, scopeMappings: roleIds({ realmRoles: names }, roles, clients) }
  }
  const settings = Object.fromEntries(Object.entries(said).filter(([name]) => !collections.includes(name)))
  const left = Object.entries(idle).flatMap(([name, what]) =>
    isEmpty(said[name]) ? [] : [`${what} (${name}) are kept and have no effect`],
  )
  if (!isEmpty(said.identityProviders)) left.unshift('identity providers (identityProviders) are led to, and nobody comes back from them')
  return { realm, settings, roles, scopes: readScopes(said, realm), groups, clients, users: withoutServiceAccounts(users, clients), left }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
}

function readClients(said: Members, realm: string): RealmPlan['clients'] {
  const given = list(said.clients)
  const own = freshClients(realm).filter((one) => !given.some(({ clientId }) => clientId === one.clientId))
  return [...own, ...given].map((one) => ({ record: readRecord(one, realm), data: newClient(one) }))
}

function readScopes(said: Members, realm: string): ClientScope[] {
  const fresh = freshScopes(realm)
  if (said.clientScopes === undefined) return fresh
  const scopes = list(said.clientScopes).map((scope) => readScope(scope))
  // Every realm has it.
  return [...scopes, ...fresh.filter(({ name }) => name === 'offline_access' && !scopes.some((one) => one.name === name))]
}

/** A client scope's representation. */
export function readScope(said: Members, before?: ClientScope): ClientScope {
  return {
    id: before?.id ?? text(said.id) ?? newUuid(),
    name: text(said.name) ?? before?.name ?? '',
    description: text(said.description) ?? before?.description,
    protocol: text(said.protocol) ?? before?.protocol ?? 'openid-connect',
    attributes: { ...before?.attributes, ...textsByName(said.attributes) },
    protocolMappers: said.protocolMappers === undefined ? before?.protocolMappers : readMappers(said.protocolMappers),
    ...(before?.roles === undefined ? {} : { roles: before.roles }),
  }
}

function readRoles(said: Members, realm: string, clients: RealmPlan['clients']): Role[] {
  const all = freshRoles(realm)
  const { realm: own, client: byClient } = members(said.roles)
  const uuidFor = (client_id: string) => clients.find(({ record }) => record.clientId === client_id)?.record.id
  const given = [
    ...list(own).map((role) => ({ role, client: undefined })),
    ...Object.entries(members(byClient)).flatMap(([client_id, roles]) => list(roles).map((role) => ({ role, client: uuidFor(client_id) }))),
  ]
  for (const { role, client } of given) {
    const name = text(role.name) ?? ''
    const at = all.findIndex((one) => one.name === name && one.client === client)
    const made: Role = {
      ...all[at],
      id: text(role.id) ?? uuidOf(realm, 'role', client ?? '', name),
      name,
      client,
      description: text(role.description) ?? all[at]?.description,
    }
    if (role.attributes !== undefined) made.attributes = listsByName(role.attributes)
    if (at === -1) all.push(made)
    else all[at] = made
  }
  const find = (name: string, client?: string) => all.find((one) => one.name === name && one.client === client)?.id
  for (const { role, client } of given) {
    const made = all.find((one) => one.name === role.name && one.client === client)
    if (made === undefined || role.composites === undefined) continue
    const { realm: ofRealm, client: ofClients } = members(role.composites)
    const ids = [
      ...(texts(ofRealm) ?? []).map((name) => find(name)),
      ...Object.entries(members(ofClients)).flatMap(([client_id, names]) =>
        (texts(names) ?? []).map((name) => find(name, uuidFor(client_id))),
      ),
    ]
    made.composites = ids.filter((id) => id !== undefined)
  }
  return all
}

function readGroups(said: readonly Members[], roles: readonly Role[], clients: RealmPlan['clients'], parent?: string): Group[] {
  return said.flatMap((one) => {
    const group: Group = {
      id: text(one.id) ?? newUuid(),
      name: text(one.name) ?? '',
      ...(text(one.description) === undefined ? {} : { description: text(one.description) }),
      ...(parent === undefined ? {} : { parent }),
      attributes: listsByName(one.attributes),
      roles: roleIds(one, roles, clients),
    }
    return [group, ...readGroups(list(one.subGroups), roles, clients, group.id)]
  })
}

/** An exported service account says what its client's tokens may. */
function withoutServiceAccounts(users: ReadUser[], clients: RealmPlan['clients']): ReadUser[] {
  for (const { serviceAccountClientId, data } of users) {
    const client = clients.find(({ record }) => record.clientId === serviceAccountClientId)
    if (client !== undefined) client.data = { ...client.data, serviceAccount: { roles: data.roles, attributes: data.attributes } }
  }
  return users.filter((user) => user.serviceAccountClientId === undefined)
}

/** The apps of a plan, each with its client. */
export function appsOf({ clients }: Pick<RealmPlan, 'clients'>) {
  return clients.map(({ record, data }) => ({ ...appOf(record, data), clients: [recordOf(record, data)] }))
}
