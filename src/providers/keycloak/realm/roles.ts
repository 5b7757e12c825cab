import type { Client, User } from '../../../oauth/model/records.ts'
import type { RealmData } from './data.ts'
import type { ClientScope, Group, Role } from './representations.ts'

/** Roles and all that come with them. */
export function withComposites(ids: Iterable<string>, all: readonly Role[]): Role[] {
  const byId = new Map(all.map((role) => [role.id, role]))
  const found = new Map<string, Role>()
  const add = (id: string) => {
    const role = byId.get(id)
    if (role === undefined || found.has(id)) return
    found.set(id, role)
    for (const one of role.composites ?? []) add(one)
  }
  for (const id of ids) add(id)
  return [...found.values()]
}

/** A group and those above it. */
export function lineOf(id: string | undefined, groups: readonly Group[]): Group[] {
  const group = groups.find((one) => one.id === id)
  return group === undefined ? [] : [...lineOf(group.parent, groups), group]
}

/** `/parent/child`. */
export function groupPath(id: string, groups: readonly Group[]): string {
  return lineOf(id, groups)
    .map(({ name }) => `/${name}`)
    .join('')
}

/** What a user has been given: roles of his own and of his groups, before those that come with them. */
export function assignedRoles(user: User | undefined, client: Client, realm: RealmData): string[] {
  if (user === undefined) {
    const own = realm.client(client).serviceAccount?.roles
    return [...(own ?? (realm.defaultRole === undefined ? [] : [realm.defaultRole.id]))]
  }
  const { roles, groups } = realm.user(user)
  return [...roles, ...groups.flatMap((id) => lineOf(id, realm.groups).flatMap((group) => group.roles))]
}

/** The roles that a client's tokens tell of: all that the user has, or those within its scope where it has not the full one. */
export function effectiveRoles(user: User | undefined, client: Client, scopes: readonly ClientScope[], realm: RealmData): Role[] {
  const has = withComposites(assignedRoles(user, client, realm), realm.roles)
  const { fullScopeAllowed, scopeMappings = [] } = realm.client(client)
  if (fullScopeAllowed) return has
  const within = withComposites([...scopeMappings, ...scopes.flatMap(({ roles = [] }) => roles)], realm.roles)
  const own = has.filter((role) => role.client === client.app.app_id)
  return [...new Set([...own, ...has.filter((role) => within.some(({ id }) => id === role.id))])]
}
