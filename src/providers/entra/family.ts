import { digest } from '../../basics/random.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { Context } from '../../oauth/realm/context.ts'
import type { Issue } from '../../oauth/realm/issue.ts'
import { refuse } from './errors.ts'
import { manifestOf } from './settings.ts'

/**
 * What a client of the vendor's family gets for the refresh token of another one, with which users sign in once for all of them;
 * undefined for a token that is its own, or no family's.
 * @throws OAuthError for a client that is none of the family
 */
export function fromFamily(token: string | undefined, client: Client, { realm, trace }: Context): Issue | undefined {
  const { store, clock, settings } = realm
  const key = token === undefined ? undefined : realm.tokens.refresh.keyOf(token)
  const found = key === undefined ? 'unknown' : store.findRefreshToken(key, digest(token ?? ''), clock.now())
  if (typeof found === 'string' || found.client.row === client.row || manifestOf(found.client, settings).foci !== true) return undefined
  if (manifestOf(client, settings).foci !== true) {
    const explanation = `The refresh token is of client '${found.client.client_id}' of the family (manifests, foci), and client '${client.client_id}' is not in it`
    throw refuse(70000, explanation, { suberror: 'client_mismatch' })
  }
  const { user, scope, grant: parent } = found
  if (user !== undefined) trace.username = user.username
  const { details } = parent
  const draft = { client, user, grant_type: 'refresh_token', scope: parent.scope, details, parent_id: parent.id, created_at: clock.now() }
  const grant = store.saveGrant(draft)
  trace.grant_id = grant.id
  return { grant, user, scope, refresh: 'first' }
}
