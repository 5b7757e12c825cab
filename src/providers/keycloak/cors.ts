import type { Endpoint } from '../../oauth/model/endpoint.ts'
import type { CrossOrigin } from '../cross-origin.ts'
import { realmDataOf } from './realm-data-of.ts'
import { originsOf } from './web-origins.ts'

/** Endpoints that any page may ask; at the others a client's web origins count. */
const open: readonly Endpoint[] = ['discovery', 'jwks', 'api']

/** Methods that a preflight is told, where not those that there are. */
const preflights: { readonly [endpoint in Endpoint]?: string } = {
  api: 'DELETE, POST, GET, PUT',
  discovery: 'GET',
  userinfo: 'GET, HEAD, OPTIONS',
}

/** What a page of another origin is told. */
export function keycloakCors(origin: string, endpoint: Endpoint, methods?: readonly string[]): Record<string, string> {
  const allowed = { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
  if (methods !== undefined) {
    return {
      ...allowed,
      'access-control-allow-methods': preflights[endpoint] ?? methods.filter((one) => one !== 'HEAD').join(', '),
      'access-control-allow-headers':
        'Origin, Accept, X-Requested-With, Access-Control-Request-Method, Access-Control-Request-Headers, DPoP, Content-Type, Authorization',
      'access-control-max-age': '3600',
    }
  }
  if (endpoint === 'discovery' || endpoint === 'jwks') return allowed
  return { ...allowed, 'access-control-expose-headers': 'Access-Control-Allow-Methods' }
}

/** A client's web origins say which pages may read what it is answered. */
export function mayRead({ origin, endpoint, client, context }: CrossOrigin): boolean {
  if (open.includes(endpoint)) return true
  if (client === undefined) return endpoint === 'userinfo'
  const origins = originsOf(client, realmDataOf(context).client(client))
  return origins.includes('*') || origins.includes(origin)
}
