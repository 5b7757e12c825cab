/**
 * In this room: what waits for a user who decides elsewhere: device codes and backchannel requests.
 * Elsewhere: their grant types (`grants/`), which redeem.
 */

import { seconds } from '../../basics/clock.ts'
import { digest } from '../../basics/random.ts'
import { failNext, failOnce } from '../faults/failing.ts'
import { OAuthError } from '../model/errors.ts'
import type { Parameters } from '../model/parameters.ts'
import type { Client, GrantDetails } from '../model/records.ts'
import { readTargets } from '../model/resource.ts'
import type { Context, Realm } from '../realm/context.ts'
import type { Issue } from '../realm/issue.ts'
import type { Deferred, DeferredType, PollRefusal } from '../storage/deferred-store.ts'
import { keptParameters } from '../tokens/template-values.ts'

/** What the grant to come tells of the client's request. */
export function requestDetails(parameters: Parameters, realm: Realm): GrantDetails {
  const resource = readTargets(parameters, realm.settings)
  const kept = keptParameters(parameters, realm)
  return { ...(resource === undefined ? {} : { resource }), ...(kept === undefined ? {} : { parameters: kept }) }
}

/** Redeems a device_code or an auth_req_id (RFC 8628 §3.5, CIBA §11). */
export function redeemDeferred(
  grant_type: DeferredType,
  parameter: 'device_code' | 'auth_req_id',
  secret: string | undefined,
  client: Client,
  context: Context,
): Issue {
  const { realm, trace } = context
  if (secret === undefined) throw new OAuthError('invalid_request', `Parameter ${parameter} is missing`)
  const key = digest(secret)
  failOnce(failureKey(key), context)
  const polled = realm.store.pollDeferred(grant_type, key, client, realm.clock.now())
  if (typeof polled === 'string') throw refusal(polled, parameter)
  trace.grant_id = polled.grant.id
  trace.username = polled.user.username
  const refresh = client.grant_types.includes('refresh_token') ? 'first' : 'none'
  return { grant: polled.grant, user: polled.user, scope: polled.grant.scope, refresh }
}

/**
 * The user decides.
 * @returns what was decided on, or undefined when somebody was faster or it has expired
 */
export function decide(
  { interaction_id, user }: Pick<Deferred, 'interaction_id' | 'user'>,
  decision: 'allowed' | 'denied',
  realm: Realm,
): Deferred | undefined {
  const now = realm.clock.now()
  const decided = realm.store.decideDeferred(interaction_id, decision, { auth_time: seconds(now) }, now)
  if (decided !== undefined && user !== undefined) failNext(user.username, failureKey(decided.digest), { realm })
  return decided
}

const failureKey = (key: Buffer) => `deferred ${key.toString('base64url')}`

function refusal(why: PollRefusal, parameter: string): OAuthError {
  switch (why) {
    case 'pending':
      return new OAuthError(
        'authorization_pending',
        'The user has not decided yet',
        'The user has not decided yet: ask again after interval',
      )
    case 'slow_down':
      return new OAuthError(
        'slow_down',
        'The client asks too often',
        'The client asked again before its interval was over; the interval is 5 s longer from now on (RFC 8628 §3.5)',
      )
    case 'expired':
      return new OAuthError('expired_token', `The ${parameter} has expired`, `The ${parameter} has expired before it was redeemed`)
    case 'denied':
      return new OAuthError('access_denied', 'The user denied access')
    case 'unknown':
      return new OAuthError('invalid_grant', `The ${parameter} is not valid`, `${parameter} was not issued by this sandbox`)
    case 'used':
      return new OAuthError('invalid_grant', `The ${parameter} is not valid`, `${parameter} was redeemed already; it works once`)
    case 'other_client':
      return new OAuthError('invalid_grant', `The ${parameter} is not valid`, `${parameter} was issued to another client`)
  }
}
