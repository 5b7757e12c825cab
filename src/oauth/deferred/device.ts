import { digest, randomFrom, randomText } from '../../basics/random.ts'
import { clientOf, clientParameters, namedClient, requireGrantType } from '../clients/authentication.ts'
import { scopeFor } from '../clients/scope.ts'
import { deviceCodeType } from '../model/grant-names.ts'
import type { ClientRequest } from '../model/parameters.ts'
import type { User } from '../model/records.ts'
import { targetParameters } from '../model/resource.ts'
import type { Context, Realm } from '../realm/context.ts'
import { noteUnread } from '../realm/unread.ts'
import type { Deferred } from '../storage/deferred-store.ts'
import { decide, requestDetails } from './deferred.ts'

/** Letters that make no words and are not mistaken for each other (RFC 8628 §6.1). */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'

/** A user code as it is looked up: letters alone, in upper case; undefined when it cannot be one. */
export function cleanUserCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replace(/[^A-Z0-9]/g, '')
  return code.length === 8 && [...code].every((letter) => letters.includes(letter)) ? code : undefined
}

/** A user code as it is shown. */
export function formatUserCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

/**
 * Device authorization (RFC 8628 §3.1).
 * @returns what a device shows its user and polls with (§3.2); the addresses are the server's to add
 * @throws OAuthError `invalid_client`, `unauthorized_client`, `invalid_scope`, `invalid_request`
 */
export async function authorizeDevice(
  read: ClientRequest,
  context: Context,
): Promise<{ device_code: string; user_code: string; expires_in: number; interval: number }> {
  const { store, settings, clock, requests } = context.realm
  const client = await (requests?.device_by_id === true ? namedClient : clientOf)(read, context)
  requireGrantType(client, deviceCodeType, 'The client may not use the device flow')
  noteUnread(read.parameters, [clientParameters, targetParameters, ['scope']], 'in a device authorization', context)
  const given = requests?.device?.(read.parameters, client, context) ?? { ...settings, scope: scopeFor(read.parameters, client, context) }
  const { scope, device_interval: interval, device_code_ttl: expires_in } = given
  const details = { ...requestDetails(read.parameters, context), ...given.details }
  const device_code = requests?.newDeviceCode?.() ?? randomText(43)
  const now = clock.now()
  const asked = { client, user: undefined, scope, details, request: {} }
  const handles = { grant_type: deviceCodeType, digest: digest(device_code), interaction_id: null } as const
  const draft = { ...asked, ...handles, interval, issued_at: now, expires_at: now + expires_in * 1000 }
  let user_code = randomFrom(letters, 8)
  while (!store.saveDeferred({ ...draft, user_code }, now)) user_code = randomFrom(letters, 8)
  return { device_code, user_code: formatUserCode(user_code), expires_in, interval }
}

/**
 * A user decides by the code that a device shows, without a page for it.
 * @param code a clean one
 * @returns what was decided on; undefined when none waits
 */
export function decideDevice(code: string, user: User, decision: 'allowed' | 'denied', realm: Realm): Deferred | undefined {
  const taken = realm.store.openDeferred(code, randomText(32), realm.clock.now())
  if (typeof taken === 'string') return undefined
  realm.store.setDeferredUser(taken.interaction_id, user)
  return decide({ ...taken, user }, decision, realm)
}
