import type { ApiRequest, Route } from '../../provider.ts'
import { textsIn } from '../bodies.ts'
import { newRoleId } from '../ids.ts'
import { deleteRole, findRole, type Permission, type Role, roles, rolesOf, saveRole, setRoles } from '../roles.ts'
import { managed, paged, userOf } from './access.ts'
import { ManagementError } from './errors.ts'

const viewRole = ({ id, name, description }: Role) => ({ id, name, description })

function roleOf({ documents, params: { id = '' } }: ApiRequest): Role {
  const role = findRole(documents, id)
  if (role === undefined) throw new ManagementError(404, 'Not Found', 'inexistent_role', `There is no role '${id}'`)
  return role
}

function listIn<T>(body: unknown, name: string): readonly T[] {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined
  if (Array.isArray(value)) return value
  throw new ManagementError(400, `Payload validation error: 'Missing required property: ${name}'.`, 'invalid_body')
}

const sameAs = (one: Permission) => (other: Permission) =>
  one.permission_name === other.permission_name && one.resource_server_identifier === other.resource_server_identifier

const now = ({ context }: ApiRequest) => context.realm.clock.now()

/** Roles by the Management API, and who has them. */
export const roleRoutes: readonly Route[] = [
  managed('GET', '/roles', 'read:roles', (request) => paged('roles', roles(request.documents).map(viewRole), request)),
  managed('POST', '/roles', 'create:roles', (request) => {
    const { name, description = '' } = textsIn(request.body)
    if (name === undefined) throw new ManagementError(400, "Payload validation error: 'Missing required property: name'.", 'invalid_body')
    if (roles(request.documents).some((role) => role.name === name))
      throw new ManagementError(409, `Role name '${name}' already exists.`, 'role_conflict')
    return {
      status: 200,
      body: viewRole(saveRole(request.documents, { id: newRoleId(), name, description, permissions: [] }, now(request))),
    }
  }),
  managed('GET', '/roles/:id', 'read:roles', (request) => ({ status: 200, body: viewRole(roleOf(request)) })),
  managed('PATCH', '/roles/:id', 'update:roles', (request) => ({
    status: 200,
    body: viewRole(saveRole(request.documents, { ...roleOf(request), ...textsIn(request.body) }, now(request))),
  })),
  managed('DELETE', '/roles/:id', 'delete:roles', ({ documents, params: { id = '' } }) => {
    deleteRole(documents, id)
    return { status: 200, body: {} }
  }),
  managed('GET', '/roles/:id/permissions', 'read:roles', (request) => paged('permissions', roleOf(request).permissions, request)),
  managed('POST', '/roles/:id/permissions', 'update:roles', (request) => {
    const role = roleOf(request)
    const added = listIn<Permission>(request.body, 'permissions').filter((one) => !role.permissions.some(sameAs(one)))
    saveRole(request.documents, { ...role, permissions: [...role.permissions, ...added] }, now(request))
    return { status: 201, body: {} }
  }),
  managed('DELETE', '/roles/:id/permissions', 'update:roles', (request) => {
    const role = roleOf(request)
    const removed = listIn<Permission>(request.body, 'permissions')
    saveRole(request.documents, { ...role, permissions: role.permissions.filter((one) => !removed.some(sameAs(one))) }, now(request))
    return { status: 204 }
  }),
  managed('GET', '/users/:id/roles', 'read:users', (request) =>
    paged('roles', rolesOf(userOf(request), request.documents).map(viewRole), request),
  ),
  managed('POST', '/users/:id/roles', 'update:users', (request) => {
    const user = userOf(request)
    const added = listIn<string>(request.body, 'roles')
    const unknown = added.find((id) => findRole(request.documents, id) === undefined)
    if (unknown !== undefined) throw new ManagementError(404, 'Not Found', 'inexistent_role', `There is no role '${unknown}'`)
    setRoles(user, [...rolesOf(user, request.documents).map(({ id }) => id), ...added], request.documents)
    return { status: 204 }
  }),
  managed('DELETE', '/users/:id/roles', 'update:users', (request) => {
    const user = userOf(request)
    const removed = listIn<string>(request.body, 'roles')
    const left = rolesOf(user, request.documents).flatMap(({ id }) => (removed.includes(id) ? [] : [id]))
    setRoles(user, left, request.documents)
    return { status: 204 }
  }),
]
