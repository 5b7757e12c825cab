import type { Route } from '../provider.ts'

/** The calls of the vendor's API. */
export const oktaRoutes: readonly Route[] = []
