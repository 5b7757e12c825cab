import type { Route } from '../../provider.ts'
import { newUuid } from '../ids.ts'
import { listsByName, text } from '../realm/members.ts'
import type { Group } from '../realm/representations.ts'
import { groupPath } from '../realm/roles.ts'
import { type AdminCall, adminRoute, bad, conflict, created, json, notFound, paged } from './call.ts'
import { membersOf, personOf, savePerson } from './people.ts'
import { shownUser } from './shown-user.ts'

const read = ['view-users', 'manage-users', 'query-groups']
const write = ['manage-users']
const access = { view: true, viewMembers: true, manageMembers: true, manage: true, manageMembership: true }

/** The group of an id. @throws OAuthError 404 */
export function groupOf({ realm, part }: AdminCall, words = 'Could not find group by id'): Group {
  const group = realm.groups.find(({ id }) => id === part('group'))
  if (group !== undefined) return group
  throw notFound(words, `There is no group with the id '${part('group')}'`)
}

/** Puts a changed group in the place of what it was. */
export function saveGroup({ realm }: AdminCall, changed: Group): undefined {
  realm.groups = realm.groups.map((group) => (group.id === changed.id ? changed : group))
  return undefined
}

function identity({ id, name, description, parent }: Group, { realm }: AdminCall) {
  return {
    id,
    name,
    ...(description === undefined ? {} : { description }),
    path: groupPath(id, realm.groups),
    ...(parent === undefined ? {} : { parentId: parent }),
  }
}

function rolesOf({ roles }: Group, { realm, world }: AdminCall) {
  const own = realm.roles.filter(({ id }) => roles.includes(id))
  const clients = Map.groupBy(
    own.filter(({ client }) => client !== undefined),
    ({ client = '' }) => client,
  )
  const clientRoles = [...clients].flatMap(([uuid, of]) => {
    const app = world.directory.findApp(uuid)
    const client = app === undefined ? undefined : world.directory.listClients(app)[0]
    return client === undefined ? [] : [[client.client_id, of.map(({ name }) => name)]]
  })
  return {
    realmRoles: own.filter(({ client }) => client === undefined).map(({ name }) => name),
    clientRoles: Object.fromEntries(clientRoles) as Record<string, string[]>,
  }
}

/** @param full with attributes and roles @param search shows the groups below that have it in their name */
function shown(group: Group, call: AdminCall, full: boolean, search?: string): Record<string, unknown> {
  const below = call.realm.groups.filter(({ parent }) => parent === group.id)
  const found = search === undefined ? [] : below.filter((one) => hasBelow(one, call, search)).map((one) => shown(one, call, full, search))
  return {
    ...identity(group, call),
    subGroupCount: below.length,
    subGroups: found,
    ...(full ? { attributes: group.attributes ?? {}, ...rolesOf(group, call) } : {}),
    access,
  }
}

function hasBelow(group: Group, call: AdminCall, search: string): boolean {
  if (group.name.toLowerCase().includes(search.toLowerCase())) return true
  return call.realm.groups.some((one) => one.parent === group.id && hasBelow(one, call, search))
}

function byName(groups: readonly Group[]): Group[] {
  return groups.toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

function list(call: AdminCall) {
  const { search, briefRepresentation } = call.request.query
  const top = byName(call.realm.groups.filter(({ parent }) => parent === undefined))
  const wanted = search === undefined ? top : top.filter((group) => hasBelow(group, call, search))
  return json(paged(wanted, call.request.query).map((group) => shown(group, call, briefRepresentation === 'false', search)))
}

function make(call: AdminCall, parent?: Group): Group {
  const { realm, body } = call
  const name = text(body.name) ?? ''
  if (name === '') throw bad('Group name is missing')
  if (realm.groups.some((one) => one.name === name && one.parent === parent?.id)) {
    throw conflict(
      parent === undefined ? `Top level group named '${name}' already exists.` : `Sibling group named '${name}' already exists.`,
    )
  }
  const description = text(body.description)
  const group: Group = {
    id: newUuid(),
    name,
    ...(description === undefined ? {} : { description }),
    ...(parent === undefined ? {} : { parent: parent.id }),
    attributes: listsByName(body.attributes),
    roles: [],
  }
  realm.groups = [...realm.groups, group]
  return group
}

function remove(call: AdminCall): undefined {
  const { realm } = call
  const gone = new Set([groupOf(call).id])
  for (const { id, parent } of realm.groups) if (parent !== undefined && gone.has(parent)) gone.add(id)
  realm.groups = realm.groups.filter(({ id }) => !gone.has(id))
  return undefined
}

function where({ realm }: AdminCall, { id }: Group): string {
  return `/admin/realms/${encodeURIComponent(realm.name)}/groups/${id}`
}

/** Groups and who is in them. */
export const groupRoutes: readonly Route[] = [
  adminRoute('GET', '/groups', read, list),
  adminRoute('GET', '/groups/count', read, ({ realm, request }) => {
    const { search = '', top } = request.query
    return json({
      count: realm.groups.filter(({ name, parent }) => name.includes(search) && (top !== 'true' || parent === undefined)).length,
    })
  }),
  adminRoute('POST', '/groups', write, (call) => created(call, where(call, make(call)))),
  adminRoute('GET', '/groups/:group', read, (call) => json(shown(groupOf(call), call, true))),
  adminRoute('PUT', '/groups/:group', write, (call) => {
    const group = groupOf(call)
    const { body } = call
    const attributes = body.attributes === undefined ? group.attributes : listsByName(body.attributes)
    return saveGroup(call, { ...group, name: text(body.name) ?? group.name, attributes })
  }),
  adminRoute('DELETE', '/groups/:group', write, remove),
  adminRoute('GET', '/groups/:group/children', read, (call) => {
    const { id } = groupOf(call)
    const below = byName(call.realm.groups.filter(({ parent }) => parent === id))
    return json(paged(below, call.request.query).map((group) => shown(group, call, call.request.query.briefRepresentation !== 'true')))
  }),
  adminRoute('POST', '/groups/:group/children', write, (call) => {
    const group = make(call, groupOf(call))
    const { subGroupCount: _, ...said } = shown(group, call, true)
    return created(call, where(call, group), said)
  }),
  adminRoute('GET', '/groups/:group/members', read, (call) =>
    json(
      paged(membersOf(call, groupOf(call)), call.request.query, 100).map((user) => ({
        ...shownUser(user, call.realm, {}),
        access: undefined,
      })),
    ),
  ),
  adminRoute('GET', '/group-by-path/*', read, (call) => {
    const path = `/${call.part('*')}`
    const group = call.realm.groups.find(({ id }) => groupPath(id, call.realm.groups) === path)
    if (group === undefined) throw notFound('Group path does not exist', `There is no group '${path}'`)
    const { access: _, ...said } = shown(group, call, true)
    return json(said)
  }),
  adminRoute('GET', '/users/:user/groups', ['view-users', 'manage-users'], (call) => {
    const { groups } = personOf(call)
    const own = call.realm.groups.filter(({ id }) => groups.includes(id))
    return json(paged(own, call.request.query).map((group) => ({ ...identity(group, call), subGroups: [] })))
  }),
  adminRoute('GET', '/users/:user/groups/count', ['view-users', 'manage-users'], (call) => json({ count: personOf(call).groups.length })),
  adminRoute('PUT', '/users/:user/groups/:group', write, (call) => {
    const person = personOf(call)
    const { id } = groupOf(call, 'Group not found')
    savePerson(call, person, { groups: [...new Set([...person.groups, id])] })
    return undefined
  }),
  adminRoute('DELETE', '/users/:user/groups/:group', write, (call) => {
    const person = personOf(call)
    const { id } = groupOf(call, 'Group not found')
    savePerson(call, person, { groups: person.groups.filter((one) => one !== id) })
    return undefined
  }),
]
