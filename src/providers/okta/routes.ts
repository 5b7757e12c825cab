import type { Route } from '../provider.ts'
import { authnRoutes } from './authn.ts'
import { groupRoutes } from './group-routes.ts'
import { recoveryRoutes } from './recovery.ts'
import { sessionRoutes } from './sessions.ts'
import { userRoutes } from './users.ts'

/** The calls of the vendor's API. */
export const oktaRoutes: readonly Route[] = [...authnRoutes, ...recoveryRoutes, ...sessionRoutes, ...userRoutes, ...groupRoutes]
