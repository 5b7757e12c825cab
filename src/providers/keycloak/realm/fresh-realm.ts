import { uuidOf } from '../ids.ts'
import { freshDefaultScopes, freshOptionalScopes } from './fresh-scopes.ts'
import type { ClientData, Role } from './representations.ts'

/** The realm whose users may administer the others. */
export const masterRealm = 'master'

/** The role that every user has. */
export const defaultRoleName = (realm: string) => `default-roles-${realm}`

/** The client whose roles say who may do what to a realm: its own in each, and one for each in the master realm. */
export const managementClient = (realm: string) => (realm === masterRealm ? 'master-realm' : 'realm-management')

const accountRoles = {
  'manage-account': ['manage-account-links'],
  'manage-account-links': [],
  'view-profile': [],
  'view-applications': [],
  'view-consent': [],
  'manage-consent': ['view-consent'],
  'view-groups': [],
  'delete-account': [],
}

/** The roles that the admin API asks for, and those that come with them. */
export const managementRoles: Readonly<Record<string, readonly string[]>> = {
  'view-realm': [],
  'view-users': ['query-users', 'query-groups'],
  'view-clients': ['query-clients'],
  'view-events': [],
  'view-identity-providers': [],
  'view-authorization': [],
  'view-organizations': ['query-organizations'],
  'manage-realm': [],
  'manage-users': [],
  'create-client': [],
  'manage-clients': [],
  'manage-events': [],
  'manage-identity-providers': [],
  'manage-authorization': [],
  'manage-organizations': [],
  'query-users': [],
  'query-clients': [],
  'query-realms': [],
  'query-groups': [],
  'query-organizations': [],
  impersonation: [],
}

/** The UUID of a client that a new realm has. */
export const freshClientUuid = (realm: string, client_id: string) => uuidOf(realm, 'client', client_id)

/** The id of a role that is there from the beginning. */
export const freshRoleId = (realm: string, name: string, client_id = '') => uuidOf(realm, 'role', client_id, name)

function clientRoles(realm: string, client_id: string, roles: Readonly<Record<string, readonly string[]>>): Role[] {
  return Object.entries(roles).map(([name, composites]) => ({
    id: freshRoleId(realm, name, client_id),
    name,
    description: `\${role_${name}}`,
    client: freshClientUuid(realm, client_id),
    ...(composites.length === 0 ? {} : { composites: composites.map((one) => freshRoleId(realm, one, client_id)) }),
  }))
}

/** The roles of a new realm. */
export function freshRoles(realm: string): Role[] {
  const account = (name: string) => freshRoleId(realm, name, 'account')
  const own = (name: string, composites?: string[]): Role => ({
    id: freshRoleId(realm, name),
    name,
    description: `\${role_${name.replace(/^default-roles-.*/, 'default-roles').replace('offline_access', 'offline-access')}}`,
    composites,
  })
  const management = managementClient(realm)
  const all = Object.keys(managementRoles).map((name) => freshRoleId(realm, name, management))
  const admin = realm === masterRealm ? [own('admin', [freshRoleId(realm, 'create-realm'), ...all]), own('create-realm')] : []
  const realmAdmin = realm === masterRealm ? {} : { 'realm-admin': Object.keys(managementRoles) }
  return [
    own(defaultRoleName(realm), [
      freshRoleId(realm, 'offline_access'),
      freshRoleId(realm, 'uma_authorization'),
      account('view-profile'),
      account('manage-account'),
    ]),
    own('offline_access'),
    own('uma_authorization'),
    ...admin,
    ...clientRoles(realm, 'account', accountRoles),
    ...clientRoles(realm, 'broker', { 'read-token': [] }),
    ...clientRoles(realm, management, { ...managementRoles, ...realmAdmin }),
  ]
}

/** What a client is that says nothing of itself, as the vendor's JSON has it. */
export const plainClient: ClientData = {
  enabled: true,
  bearerOnly: false,
  consentRequired: false,
  standardFlowEnabled: true,
  implicitFlowEnabled: false,
  directAccessGrantsEnabled: false,
  serviceAccountsEnabled: false,
  publicClient: false,
  fullScopeAllowed: true,
  clientAuthenticatorType: 'client-secret',
  webOrigins: [],
  attributes: {},
  protocolMappers: [],
  defaultClientScopes: freshDefaultScopes,
  optionalClientScopes: freshOptionalScopes,
}

/** The clients of a new realm, in the vendor's JSON. */
export function freshClients(realm: string): Record<string, unknown>[] {
  const name = (client_id: string) => `\${client_${client_id}}`
  const client = (clientId: string, more: Record<string, unknown>) => ({
    id: freshClientUuid(realm, clientId),
    clientId,
    name: name(clientId),
    redirectUris: [],
    fullScopeAllowed: false,
    nodeReRegistrationTimeout: 0,
    ...more,
  })
  const account = { rootUrl: `\${authBaseUrl}`, baseUrl: `/realms/${realm}/account/`, redirectUris: [`/realms/${realm}/account/*`] }
  const own = { realm_client: 'false', 'post.logout.redirect.uris': '+' }
  const pkce = { 'pkce.code.challenge.method': 'S256' }
  const lightweight = { 'client.use.lightweight.access.token.enabled': 'true' }
  const bearer = { bearerOnly: true, attributes: { realm_client: 'true' } }
  return [
    client('account', { ...account, publicClient: true, attributes: own }),
    client('account-console', {
      ...account,
      publicClient: true,
      attributes: { ...own, ...pkce },
      protocolMappers: [
        { name: 'audience resolve', protocol: 'openid-connect', protocolMapper: 'oidc-audience-resolve-mapper', config: {} },
      ],
    }),
    client('admin-cli', {
      publicClient: true,
      fullScopeAllowed: true,
      standardFlowEnabled: false,
      directAccessGrantsEnabled: true,
      attributes: { realm_client: 'false', ...lightweight },
    }),
    client('broker', bearer),
    client(managementClient(realm), bearer),
    client('security-admin-console', {
      rootUrl: `\${authAdminUrl}`,
      baseUrl: `/admin/${realm}/console/`,
      redirectUris: [`/admin/${realm}/console/*`],
      webOrigins: ['+'],
      publicClient: true,
      fullScopeAllowed: true,
      attributes: { ...own, ...pkce, ...lightweight },
    }),
  ]
}
