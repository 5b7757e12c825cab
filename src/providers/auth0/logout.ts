import { PageError } from '../../oauth/model/errors.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { LogoutRequest } from '../../oauth/realm/asked.ts'
import type { Context, RequestDialect } from '../../oauth/realm/context.ts'
import { readLogoutRequest } from '../../oauth/users/logout.ts'
import { isAllowed } from '../wildcard-redirects.ts'

/** The vendor's own way to sign out, older than OpenID Connect's. */
export const signOutPath = '/v2/logout'

function isOwnWay({ transport }: Context): boolean {
  return transport?.urls().some((url) => new URL(url).pathname.endsWith(signOutPath)) === true
}

/**
 * At the vendor's own path nobody is asked. Where the browser goes is one of the app's Allowed Logout URLs when the app is named,
 * else one of any app's, which stand for the tenant's; what stands in its query is no matter.
 */
export const logout: NonNullable<RequestDialect['logout']> = (parameters, context) =>
  isOwnWay(context) ? signOut(parameters, context) : readLogoutRequest(parameters, context)

function signOut({ client_id, returnTo }: Parameters, { realm, trace }: Context): LogoutRequest {
  const client = client_id === undefined ? undefined : realm.store.findClient(client_id)
  if (client_id !== undefined) trace.client_id = client_id
  if (client_id !== undefined && client === undefined) {
    throw new PageError('client_unknown', `Unknown client: ${client_id}`, `client_id '${client_id}' is not registered`).naming({
      client_id,
    })
  }
  if (returnTo === undefined) return { next: undefined, hint: undefined, sure: true }
  const clients = client === undefined ? realm.directory.listClients() : [client]
  const allowed = clients.flatMap(({ metadata }) => metadata.post_logout_redirect_uris ?? [])
  const bare = (uri: string) => uri.split(/[?#]/)[0] ?? uri
  if (allowed.some((one) => isAllowed(bare(one), bare(returnTo)))) return { next: returnTo, hint: undefined, sure: true }
  const whose = client === undefined ? 'any app' : `client '${client.client_id}'`
  const explanation = `returnTo '${returnTo}' is none of the Allowed Logout URLs of ${whose}: ${allowed.join(', ') || 'none'}`
  const message = `The "returnTo" querystring parameter "${returnTo}" is not defined as a valid URL in "Allowed Logout URLs"`
  throw new PageError('redirect_unregistered', message, explanation).naming({ redirect_uri: returnTo })
}
