/**
 * In this room: what waits for a user who decides elsewhere: device codes and backchannel requests.
 * Elsewhere: their grant types (`grants/`), which redeem.
 */

import { seconds } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import { failNext } from '../faults/failing.ts'
import type { Parameters } from '../model/parameters.ts'
import type { GrantDetails } from '../model/records.ts'
import { type Context, type Realm, sessionDetails } from '../realm/context.ts'
import { targetsOf } from '../realm/targets.ts'
import type { Deferred } from '../storage/deferred-store.ts'
import { keptParameters } from '../tokens/template-values.ts'

/** What the grant to come tells of the client's request. */
export function requestDetails(parameters: Parameters, context: Context): GrantDetails {
  return given({ resource: targetsOf(parameters, context), parameters: keptParameters(parameters, context.realm) })
}

/** The user decides, now or in a session that is told of in the details. @returns what was decided on, or undefined when somebody was faster or it has expired */
export function decide(
  { interaction_id, user }: Pick<Deferred, 'interaction_id' | 'user'>,
  decision: 'allowed' | 'denied',
  realm: Realm,
  details: GrantDetails = { auth_time: seconds(realm.clock.now()), ...sessionDetails(realm) },
): Deferred | undefined {
  const decided = realm.store.decideDeferred(interaction_id, decision, details, realm.clock.now())
  if (decided !== undefined && user !== undefined) failNext(user.username, failureKey(decided.digest), { realm })
  return decided
}

/** Under which key a magic failure of what was decided is remembered. */
export function failureKey(digest: Buffer): string {
  return `deferred ${digest.toString('base64url')}`
}
