import type { Documents } from '../../oauth/model/documents.ts'
import type { User } from '../../oauth/model/records.ts'

/** What a role lets its users do at an API. */
export interface Permission {
  resource_server_identifier: string
  permission_name: string
}

/** A set of permissions with a name. */
export interface Role {
  id: string
  name: string
  description: string
  permissions: readonly Permission[]
}

const list = 'roles'
const mostOfThem = 1000

const rolesIn = (documents: Documents) => documents.kind<Role>('role')
const heldIn = (documents: Documents) => documents.kind<{ roles: readonly string[] }>('user_roles')

/** All of them, the oldest first. */
export function roles(documents: Documents): Role[] {
  return rolesIn(documents)
    .list({ list, limit: mostOfThem })
    .map(({ body }) => body)
    .reverse()
}

export function findRole(documents: Documents, id: string): Role | undefined {
  return rolesIn(documents).get(id)
}

export function saveRole(documents: Documents, role: Role, now: number): Role {
  rolesIn(documents).put(role.id, role, { list, place: now })
  return role
}

export function deleteRole(documents: Documents, id: string): boolean {
  return rolesIn(documents).delete(id)
}

/** The roles of a user; what was deleted is no role any more. */
export function rolesOf(user: User, documents: Documents): Role[] {
  const held = heldIn(documents).get('', { user })?.roles ?? []
  return held.flatMap((id) => findRole(documents, id) ?? [])
}

/** Gives a user these roles and no others. */
export function setRoles(user: User, ids: readonly string[], documents: Documents): void {
  heldIn(documents).put('', { roles: [...new Set(ids)] }, { user })
}

/** What a user may do at an API, by the roles. */
export function permissionsOf(user: User, api: string, documents: Documents): string[] {
  const permissions = rolesOf(user, documents).flatMap((role) => role.permissions)
  return [...new Set(permissions.filter((one) => one.resource_server_identifier === api).map((one) => one.permission_name))]
}
