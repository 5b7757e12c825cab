import { digest } from '../../basics/random.ts'
import { failureKey } from '../deferred/deferred.ts'
import { failOnce } from '../faults/failing.ts'
import { type ErrorKind, missing, OAuthError } from '../model/errors.ts'
import { cibaType, deviceCodeType } from '../model/grant-names.ts'
import type { Parameters } from '../model/parameters.ts'
import type { GrantDetails } from '../model/records.ts'
import type { GrantType } from '../realm/context.ts'
import type { DeferredType, PollRefusal } from '../storage/deferred-store.ts'
import { codeReasons } from './authorization-code.ts'

/** RFC 8628 §3.4 and §3.5. */
export const deviceCode = deferredGrant(deviceCodeType, 'device_code')

/** OpenID Connect Client-Initiated Backchannel Authentication §10.1 and §11. */
export const ciba = deferredGrant(cibaType, 'auth_req_id')

/** @param check what a vendor asks of a client before it gets what its user allowed */
export function deferredGrant(
  grant_type: DeferredType,
  parameter: 'device_code' | 'auth_req_id',
  check?: (parameters: Parameters, details: GrantDetails) => void,
): GrantType {
  return {
    grant_type,
    parameters: [parameter],
    redeem(parameters, client, context) {
      const { realm, trace } = context
      const secret = parameters[parameter]
      if (secret === undefined) throw missing(parameter)
      const key = digest(secret)
      failOnce(failureKey(key), context)
      const { slower } = realm.requests ?? {}
      const polled = realm.store.pollDeferred(grant_type, key, client, realm.clock.now(), slower, (details) => check?.(parameters, details))
      if (typeof polled === 'string') throw new OAuthError(...refusal(polled, parameter))
      if ('slow_down' in polled) throw tooEarly(polled.slow_down, slower)
      const { grant, user } = polled
      trace.grant_id = grant.id
      trace.username = user.username
      return { grant, user, scope: grant.scope, refresh: client.grant_types.includes('refresh_token') ? 'first' : 'none' }
    },
  }
}

/** @param interval seconds that the client is to wait from now on */
function tooEarly(interval: number, slower = 5): OAuthError {
  const longer = slower === 0 ? '' : `; the interval is ${slower} s longer from now on (RFC 8628 §3.5)`
  const explanation = `The client asked again before its interval was over${longer}`
  return new OAuthError('slow_down', 'The client asks too often', explanation).naming({ interval: String(interval) })
}

function refusal(why: PollRefusal, parameter: string): [kind: ErrorKind, message: string, explanation?: string] {
  const invalid = `The ${parameter} is not valid`
  switch (why) {
    case 'pending':
      return ['authorization_pending', 'The user has not decided yet', 'The user has not decided yet: ask again after interval']
    case 'expired':
      return [['expired_token', 'code_expired'], `The ${parameter} has expired`, `The ${parameter} has expired before it was redeemed`]
    case 'denied':
      return ['consent_denied', 'The user denied access']
    case 'unknown':
      return [codeReasons.unknown, invalid, `${parameter} was not issued by this sandbox`]
    case 'used':
      return [codeReasons.used, invalid, `${parameter} was redeemed already; it works once`]
    case 'other_client':
      return [codeReasons.other_client, invalid, `${parameter} was issued to another client`]
  }
}
