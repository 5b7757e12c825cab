import type { Route } from '../../provider.ts'
import { clientScopeRoutes } from './client-scopes.ts'
import { clientRoutes } from './clients.ts'
import { credentialRoutes } from './credentials.ts'
import { eventRoutes } from './events.ts'
import { groupRoutes } from './groups.ts'
import { identityProviderRoutes } from './identity-providers.ts'
import { mapperRoutes } from './mappers.ts'
import { partialImportRoutes } from './partial-import.ts'
import { realmRoutes } from './realms.ts'
import { requiredActionRoutes } from './required-actions.ts'
import { roleMappingRoutes } from './role-mappings.ts'
import { roleRoutes } from './roles.ts'
import { sessionRoutes } from './sessions.ts'
import { userRoutes } from './users.ts'

/** The admin REST API. */
export const adminRoutes: readonly Route[] = [
  ...realmRoutes,
  ...requiredActionRoutes,
  ...identityProviderRoutes,
  ...userRoutes,
  ...credentialRoutes,
  ...groupRoutes,
  ...roleRoutes,
  ...roleMappingRoutes,
  ...clientRoutes,
  ...clientScopeRoutes,
  ...mapperRoutes,
  ...sessionRoutes,
  ...eventRoutes,
  ...partialImportRoutes,
]
