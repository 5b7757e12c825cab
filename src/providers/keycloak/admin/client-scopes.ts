import type { Route } from '../../provider.ts'
import { text } from '../realm/members.ts'
import { readScope } from '../realm/read-realm.ts'
import type { ClientScope } from '../realm/representations.ts'
import { type AdminCall, adminRoute, bad, conflict, created, json } from './call.ts'
import { defaultScopes, saveClient } from './clients.ts'
import { clientOf } from './find-client.ts'
import { saveScope, scopeOf } from './find-scope.ts'

const read = ['view-clients', 'manage-clients', 'query-clients']
const write = ['manage-clients']

function shown({ roles: _, protocolMappers = [], ...scope }: ClientScope) {
  return { ...scope, ...(protocolMappers.length === 0 ? {} : { protocolMappers }) }
}

function create(call: AdminCall) {
  const { realm, body } = call
  const name = text(body.name) ?? ''
  if (!['openid-connect', 'saml', 'oid4vc'].includes(text(body.protocol) ?? '')) throw bad('Unexpected protocol')
  if (realm.scopes.some((one) => one.name === name)) throw conflict(`Client Scope ${name} already exists`)
  const scope = readScope(body)
  realm.scopes = [...realm.scopes, scope]
  return created(call, `/admin/realms/${encodeURIComponent(realm.name)}/client-scopes/${scope.id}`)
}

type Kind = 'defaultClientScopes' | 'optionalClientScopes'

/** A client's lists: what it is given of a scope it has not in the other one. */
function listRoutes(kind: Kind, path: string): Route[] {
  const other: Kind = kind === 'defaultClientScopes' ? 'optionalClientScopes' : 'defaultClientScopes'
  return [
    adminRoute('GET', `/clients/:client/${path}`, read, (call) => {
      const names = call.realm.client(clientOf(call))[kind]
      const scopes = names.flatMap((name) => call.realm.scopes.find((one) => one.name === name) ?? [])
      return json(scopes.map(({ id, name }) => ({ id, name })))
    }),
    adminRoute('PUT', `/clients/:client/${path}/:scope`, write, (call) => {
      const client = clientOf(call)
      const { name } = scopeOf(call)
      const data = call.realm.client(client)
      if (![...data[kind], ...data[other]].includes(name)) saveClient(call, client, { ...data, [kind]: [...data[kind], name] })
      return undefined
    }),
    adminRoute('DELETE', `/clients/:client/${path}/:scope`, write, (call) => {
      const client = clientOf(call)
      const { name } = scopeOf(call)
      const data = call.realm.client(client)
      saveClient(call, client, { ...data, [kind]: data[kind].filter((one) => one !== name) })
      return undefined
    }),
  ]
}

/** What new clients of the realm have. */
function realmListRoutes(kind: Kind, path: string, setting: string): Route[] {
  const save = ({ realm }: AdminCall, names: readonly string[]): undefined => {
    realm.settings = { ...realm.settings, [setting]: names }
    return undefined
  }
  const names = ({ realm }: AdminCall) => defaultScopes(realm.settings)[kind]
  return [
    adminRoute('GET', path, read, (call) => {
      const scopes = call.realm.scopes.filter(
        ({ name, protocol }) => names(call).includes(name) || (kind === 'defaultClientScopes' && protocol === 'saml'),
      )
      return json(scopes.map(({ id, name, protocol }) => ({ id, name, protocol })))
    }),
    adminRoute('PUT', `${path}/:scope`, write, (call) => save(call, [...new Set([...names(call), scopeOf(call).name])])),
    adminRoute('DELETE', `${path}/:scope`, write, (call) => {
      const { name } = scopeOf(call)
      return save(
        call,
        names(call).filter((one) => one !== name),
      )
    }),
  ]
}

/** Client scopes and who has them. */
export const clientScopeRoutes: readonly Route[] = [
  adminRoute('GET', '/client-scopes', read, ({ realm }) => json(realm.scopes.map(shown))),
  adminRoute('POST', '/client-scopes', write, create),
  adminRoute('GET', '/client-scopes/:scope', read, (call) => json(shown(scopeOf(call)))),
  adminRoute('PUT', '/client-scopes/:scope', write, (call) => saveScope(call, readScope(call.body, scopeOf(call)))),
  adminRoute('DELETE', '/client-scopes/:scope', write, (call) => {
    const { id } = scopeOf(call)
    call.realm.scopes = call.realm.scopes.filter((one) => one.id !== id)
    return undefined
  }),
  ...listRoutes('defaultClientScopes', 'default-client-scopes'),
  ...listRoutes('optionalClientScopes', 'optional-client-scopes'),
  ...realmListRoutes('defaultClientScopes', '/default-default-client-scopes', 'defaultDefaultClientScopes'),
  ...realmListRoutes('optionalClientScopes', '/default-optional-client-scopes', 'defaultOptionalClientScopes'),
]
