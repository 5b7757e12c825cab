import { digest } from '../../basics/random.ts'
import { missing } from '../../oauth/model/errors.ts'
import { jwtBearerType } from '../../oauth/model/grant-names.ts'
import type { ActiveAccessToken, Client } from '../../oauth/model/records.ts'
import type { Context, GrantType } from '../../oauth/realm/context.ts'
import { authenticateApp } from './client-authentication.ts'
import { checkAccess } from './conditional-access.ts'
import { refuse } from './errors.ts'
import { apiOf, oneApi, readScopes } from './scopes.ts'

/** An API asks for another one in the name of whoever called it (RFC 7523 §2.1, with the access token as assertion). */
export const onBehalfOf: GrantType = {
  grant_type: jwtBearerType,
  parameters: ['assertion', 'scope', 'requested_token_use', 'client_info', 'claims'],
  authenticate: authenticateApp,
  redeem(parameters, client, context) {
    const { assertion, requested_token_use, scope: requested } = parameters
    for (const name of ['assertion', 'requested_token_use', 'scope'] as const) if (parameters[name] === undefined) throw missing(name)
    if (requested_token_use !== 'on_behalf_of') {
      throw refuse(90023, `requested_token_use is '${requested_token_use}' and not on_behalf_of`, { parameter: 'requested_token_use' })
    }
    const { user, grant: parent } = calledBy(assertion ?? '', client, context)
    const { realm, trace } = context
    const granted = readScopes(requested ?? '', client, realm)
    const { api, scope } = oneApi(client.app.scopes.join(' '), requested, client, context)
    trace.username = user.username
    checkAccess(user, api, parent, realm.settings)
    const grant = realm.store.saveGrant({
      client,
      user,
      grant_type: this.grant_type,
      scope: granted.join(' '),
      details: parent.details,
      parent_id: parent.id,
      created_at: realm.clock.now(),
    })
    trace.grant_id = grant.id
    const refresh = granted.includes('offline_access') ? 'first' : 'none'
    return { grant, user, scope: kept(scope, granted), audience: [api.identifier], refresh }
  },
}

/** Of what the application has, what was asked for. */
function kept(scope: string, granted: readonly string[]): string {
  return scope
    .split(' ')
    .filter((one) => granted.includes(one))
    .join(' ')
}

/** Who called the API, by the token that was shown there. */
function calledBy(assertion: string, client: Client, { realm }: Context) {
  const key = realm.tokens.access.keyOf(assertion)
  const found = key === undefined ? 'unknown' : realm.store.findAccessToken(key, digest(assertion), realm.clock.now())
  if (found === 'expired') throw refuse(500133, 'The assertion is an access token that has expired')
  if (typeof found === 'string') throw refuse(50013, `The assertion is no access token of this sandbox that holds: it is ${found}`)
  const { user, details } = found
  if (!isFor(found, client, realm)) {
    throw refuse(50013, `The assertion is for ${details.aud?.join(', ')}, and client '${client.client_id}' shows it`)
  }
  if (user === undefined) throw refuse(50013, 'The assertion tells of no user: an application asked for it by itself')
  return { user, grant: found.grant }
}

function isFor({ details }: ActiveAccessToken, client: Client, { settings }: Context['realm']): boolean {
  return (details.aud ?? []).some((name) => apiOf(name, client, settings)?.client_id === client.client_id)
}
