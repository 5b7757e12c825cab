import type { Route } from '../../provider.ts'
import { newUuid } from '../ids.ts'
import { listsByName, type Members, text } from '../realm/members.ts'
import type { Role } from '../realm/representations.ts'
import { roleIds } from '../realm/role-names.ts'
import { groupPath } from '../realm/roles.ts'
import { type AdminCall, adminRoute, bad, conflict, created, json, type Needs, notFound, paged } from './call.ts'
import { clientOf } from './find-client.ts'
import { allUsers } from './people.ts'
import { namedRoles, shownRole } from './shown-role.ts'
import { listAccess, shownUser } from './shown-user.ts'

/** Where roles are: of the realm, or of a client. */
interface Container {
  path: string
  write: Needs
  client(call: AdminCall): string | undefined
}

const ofRealm: Container = { path: '/roles', write: ['manage-realm'], client: () => undefined }
const ofClient: Container = {
  path: '/clients/:client/roles',
  write: ['manage-clients'],
  client: (call) => clientOf(call).app.app_id,
}

function roleOf(call: AdminCall, container: Container): Role {
  const client = container.client(call)
  const name = call.part('role')
  const role = call.realm.roles.find((one) => one.client === client && one.name === name)
  if (role !== undefined) return role
  throw notFound('Could not find role', `There is no role '${name}'`)
}

function roleById({ realm, part }: AdminCall): Role {
  const role = realm.roles.find(({ id }) => id === part('role'))
  if (role !== undefined) return role
  throw notFound('Could not find role with id', `There is no role with the id '${part('role')}'`)
}

function create(call: AdminCall, container: Container) {
  const { realm, body } = call
  const name = text(body.name) ?? ''
  if (name === '') throw bad('role has no name', 'error')
  const client = container.client(call)
  if (realm.roles.some((one) => one.client === client && one.name === name)) throw conflict(`Role with name ${name} already exists`)
  const role: Role = { id: newUuid(), name, description: text(body.description), client, attributes: listsByName(body.attributes) }
  const composites = roleIds(
    { realmRoles: (body.composites as Members | undefined)?.realm, clientRoles: (body.composites as Members | undefined)?.client },
    realm.roles,
    [],
  )
  realm.roles = [...realm.roles, composites.length === 0 ? role : { ...role, composites }]
  const path = client === undefined ? '/roles' : `/clients/${client}/roles`
  return created(call, `/admin/realms/${encodeURIComponent(realm.name)}${path}/${encodeURIComponent(name)}`)
}

function save({ realm }: AdminCall, changed: Role): undefined {
  realm.roles = realm.roles.map((role) => (role.id === changed.id ? changed : role))
  return undefined
}

function update(call: AdminCall, role: Role): undefined {
  const { body } = call
  const attributes = body.attributes === undefined ? role.attributes : listsByName(body.attributes)
  return save(call, { ...role, name: text(body.name) ?? role.name, description: text(body.description), attributes })
}

/** A role that goes is nobody's any more. */
function remove({ realm }: AdminCall, gone: Role): undefined {
  realm.roles = realm.roles
    .filter(({ id }) => id !== gone.id)
    .map((role) =>
      role.composites?.includes(gone.id) === true ? { ...role, composites: role.composites.filter((id) => id !== gone.id) } : role,
    )
  return undefined
}

function compositesOf({ realm }: AdminCall, { composites = [] }: Role, which: (role: Role) => boolean = () => true) {
  return json(realm.roles.filter((role) => composites.includes(role.id) && which(role)).map((role) => shownRole(role, realm)))
}

function addComposites(call: AdminCall, role: Role): undefined {
  const added = namedRoles(call.items, call.realm, undefined, true).map(({ id }) => id)
  return save(call, { ...role, composites: [...new Set([...(role.composites ?? []), ...added])] })
}

function removeComposites(call: AdminCall, role: Role): undefined {
  const gone = namedRoles(call.items, call.realm, undefined, true).map(({ id }) => id)
  return save(call, { ...role, composites: (role.composites ?? []).filter((id) => !gone.includes(id)) })
}

function list(call: AdminCall, container: Container) {
  const client = container.client(call)
  const { query } = call.request
  const wanted = call.realm.roles.filter((role) => role.client === client && role.name.includes(query.search ?? ''))
  const full = query.briefRepresentation === 'false'
  return json(
    paged(
      wanted.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
      query,
    ).map((role) => shownRole(role, call.realm, full)),
  )
}

function routesOf(container: Container): Route[] {
  const { path, write } = container
  const of = (call: AdminCall) => roleOf(call, container)
  return [
    adminRoute('GET', path, [], (call) => list(call, container)),
    adminRoute('POST', path, write, (call) => create(call, container)),
    adminRoute('GET', `${path}/:role`, [], (call) => json(shownRole(of(call), call.realm, true))),
    adminRoute('PUT', `${path}/:role`, write, (call) => update(call, of(call))),
    adminRoute('DELETE', `${path}/:role`, write, (call) => remove(call, of(call))),
    ...compositeRoutes(`${path}/:role`, write, of),
    adminRoute('GET', `${path}/:role/users`, ['view-users', 'manage-users', 'query-users'], (call) => {
      const { id } = of(call)
      const users = allUsers(call).filter((user) => call.realm.user(user).roles.includes(id))
      return json(paged(users, call.request.query).map((user) => shownUser(user, call.realm, listAccess)))
    }),
    adminRoute('GET', `${path}/:role/groups`, [], (call) => {
      const { id } = of(call)
      const { groups } = call.realm
      const has = groups.filter(({ roles }) => roles.includes(id))
      return json(has.map((group) => ({ id: group.id, name: group.name, path: groupPath(group.id, groups), subGroups: [] })))
    }),
  ]
}

function compositeRoutes(path: string, write: Needs, of: (call: AdminCall) => Role): Route[] {
  return [
    adminRoute('GET', `${path}/composites`, [], (call) => compositesOf(call, of(call))),
    adminRoute('POST', `${path}/composites`, write, (call) => addComposites(call, of(call))),
    adminRoute('DELETE', `${path}/composites`, write, (call) => removeComposites(call, of(call))),
    adminRoute('GET', `${path}/composites/realm`, [], (call) => compositesOf(call, of(call), ({ client }) => client === undefined)),
    adminRoute('GET', `${path}/composites/clients/:of`, [], (call) =>
      compositesOf(call, of(call), ({ client }) => client === call.part('of')),
    ),
  ]
}

/** Roles, by name and by id. */
export const roleRoutes: readonly Route[] = [
  ...routesOf(ofRealm),
  ...routesOf(ofClient),
  adminRoute('GET', '/roles-by-id/:role', [], (call) => json(shownRole(roleById(call), call.realm, true))),
  adminRoute('PUT', '/roles-by-id/:role', ['manage-realm', 'manage-clients'], (call) => update(call, roleById(call))),
  adminRoute('DELETE', '/roles-by-id/:role', ['manage-realm', 'manage-clients'], (call) => remove(call, roleById(call))),
  ...compositeRoutes('/roles-by-id/:role', ['manage-realm', 'manage-clients'], roleById),
]
