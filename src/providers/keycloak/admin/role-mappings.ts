import type { Route } from '../../provider.ts'
import type { Role } from '../realm/representations.ts'
import { withComposites } from '../realm/roles.ts'
import { type AdminCall, adminRoute, json, type Needs } from './call.ts'
import { clientOf } from './find-client.ts'
import { groupOf, saveGroup } from './groups.ts'
import { personOf, savePerson } from './people.ts'
import { namedRoles, shownRole } from './shown-role.ts'

/** Whose roles are mapped. */
interface Holder {
  path: string
  roles(call: AdminCall): readonly string[]
  save(call: AdminCall, roles: readonly string[]): void
}

const users: Holder = {
  path: '/users/:user/role-mappings',
  roles: (call) => personOf(call).roles,
  save: (call, roles) => savePerson(call, personOf(call), { roles }),
}

const groups: Holder = {
  path: '/groups/:group/role-mappings',
  roles: (call) => groupOf(call).roles,
  save: (call, roles) => saveGroup(call, { ...groupOf(call), roles }),
}

/** Roles that a client's tokens may have, where not all. */
const scopes: Holder = {
  path: '/clients/:client/scope-mappings',
  roles: (call) => call.realm.client(clientOf(call)).scopeMappings ?? [],
  save(call, scopeMappings) {
    const client = clientOf(call)
    call.realm.saveClient(client, { ...call.realm.client(client), scopeMappings })
  },
}

const clientScopes: Holder = {
  path: '/client-scopes/:scope/scope-mappings',
  roles: ({ realm, part }) => realm.scopes.find(({ id }) => id === part('scope'))?.roles ?? [],
  save({ realm, part }, roles) {
    realm.scopes = realm.scopes.map((scope) => (scope.id === part('scope') ? { ...scope, roles } : scope))
  },
}

const containerOf = (call: AdminCall) => clientOf(call, 'Client not found', 'of').app.app_id

/** The routes for the roles of the realm, or of one client. */
function containerRoutes(
  { path, roles, save }: Holder,
  place: string,
  read: Needs,
  write: Needs,
  container: (call: AdminCall) => string | undefined,
): Route[] {
  const own = (call: AdminCall, which: (role: Role, held: readonly string[]) => boolean) => {
    const client = container(call)
    const held = roles(call)
    return json(call.realm.roles.filter((role) => role.client === client && which(role, held)).map((role) => shownRole(role, call.realm)))
  }
  return [
    adminRoute('GET', path + place, read, (call) => own(call, ({ id }, held) => held.includes(id))),
    adminRoute('GET', `${path}${place}/available`, read, (call) => own(call, ({ id }, held) => !held.includes(id))),
    adminRoute('GET', `${path}${place}/composite`, read, (call) => {
      const all = withComposites(roles(call), call.realm.roles).map(({ id }) => id)
      return own(call, ({ id }) => all.includes(id))
    }),
    adminRoute('POST', path + place, write, (call) => {
      const added = namedRoles(call.items, call.realm, container(call))
      save(call, [...new Set([...roles(call), ...added.map(({ id }) => id)])])
      return undefined
    }),
    adminRoute('DELETE', path + place, write, (call) => {
      const client = container(call)
      const named =
        call.request.body === undefined
          ? call.realm.roles.filter((role) => role.client === client)
          : namedRoles(call.items, call.realm, client)
      const gone = named.map(({ id }) => id)
      save(
        call,
        roles(call).filter((id) => !gone.includes(id)),
      )
      return undefined
    }),
  ]
}

/** All mappings of a holder. */
function overview({ roles }: Holder, call: AdminCall) {
  const held = roles(call)
  const { realm, world } = call
  const mine = realm.roles.filter(({ id }) => held.includes(id))
  const ofRealm = mine.filter(({ client }) => client === undefined).map((role) => shownRole(role, realm))
  const byClient = Map.groupBy(
    mine.filter(({ client }) => client !== undefined),
    ({ client = '' }) => client,
  )
  const clientMappings = [...byClient].flatMap(([id, own]) => {
    const app = world.directory.findApp(id)
    const client = app === undefined ? undefined : world.directory.listClients(app)[0]?.client_id
    return client === undefined ? [] : [[client, { id, client, mappings: own.map((role) => shownRole(role, realm)) }]]
  })
  return json({
    ...(ofRealm.length === 0 ? {} : { realmMappings: ofRealm }),
    ...(clientMappings.length === 0 ? {} : { clientMappings: Object.fromEntries(clientMappings) }),
  })
}

function routesOf(holder: Holder, read: Needs, write: Needs): Route[] {
  return [
    adminRoute('GET', holder.path, read, (call) => overview(holder, call)),
    ...containerRoutes(holder, '/realm', read, write, () => undefined),
    ...containerRoutes(holder, '/clients/:of', read, write, containerOf),
  ]
}

/** Which roles whom is given. */
export const roleMappingRoutes: readonly Route[] = [
  ...routesOf(users, ['view-users', 'manage-users'], ['manage-users']),
  ...routesOf(groups, ['view-users', 'manage-users'], ['manage-users']),
  ...routesOf(scopes, ['view-clients', 'manage-clients'], ['manage-clients']),
  ...routesOf(clientScopes, ['view-clients', 'manage-clients'], ['manage-clients']),
]
