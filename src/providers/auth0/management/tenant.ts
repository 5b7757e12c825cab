import type { Route } from '../../provider.ts'
import { textsIn } from '../bodies.ts'
import { deleteOrganization, organizationNamed, organizations, saveOrganization } from '../organizations.ts'
import { database } from '../settings.ts'
import { managed, paged } from './access.ts'
import { ManagementError } from './errors.ts'

/** What there is in a tenant beside users, roles and apps. */
export const tenantRoutes: readonly Route[] = [
  managed('GET', '/connections', 'read:connections', (request) =>
    paged('connections', [{ id: 'con_grantboxDatabase', name: database, strategy: 'auth0', enabled_clients: [] }], request),
  ),
  managed('GET', '/resource-servers', 'read:resource_servers', (request) => {
    const apis = request.settings.apis.map(({ identifier, name, scopes = {} }) => {
      return { identifier, name, scopes: Object.entries(scopes).map(([value, description]) => ({ value, description })) }
    })
    return paged('resource_servers', apis, request)
  }),
  managed('GET', '/organizations', 'read:organizations', (request) => paged('organizations', organizations(request.documents), request)),
  managed('POST', '/organizations', 'create:organizations', ({ body, documents, context }) => {
    const { name, display_name } = textsIn(body)
    if (name === undefined || !/^[a-z0-9][a-z0-9_-]{0,49}$/.test(name)) {
      throw new ManagementError(400, "Payload validation error: 'String does not match pattern' on property name.", 'invalid_body')
    }
    if (organizationNamed(name, documents) !== undefined)
      throw new ManagementError(409, 'An organization with this name already exists.', 'organization_conflict')
    const made = saveOrganization(documents, { name, ...(display_name && { display_name }) }, context.realm.clock.now())
    return { status: 201, body: made }
  }),
  managed('GET', '/organizations/:id', 'read:organizations', ({ params: { id }, documents }) => {
    const organization = organizationNamed(id, documents)
    if (organization === undefined) throw new ManagementError(404, 'No organization found by that id or name', 'inexistent_organization')
    return { status: 200, body: organization }
  }),
  managed('DELETE', '/organizations/:id', 'delete:organizations', ({ params: { id = '' }, documents }) => {
    deleteOrganization(documents, id)
    return { status: 204 }
  }),
]
