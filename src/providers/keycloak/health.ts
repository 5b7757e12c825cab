import type { Route } from '../provider.ts'

/** What says that the server is up, as containers are asked. */
function health(path: string): Route {
  const body = { status: 'UP', checks: [] }
  return { method: 'GET', path, endpoint: 'discovery', handle: () => Promise.resolve({ status: 200, body }) }
}

/** The vendor has them at a port of their own. */
export const healthRoutes: readonly Route[] = ['/health', '/health/ready', '/health/live', '/health/started'].map(health)
