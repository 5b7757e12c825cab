/**
 * In this room: the vendors, a folder each, and what a vendor may say of itself (`provider.ts`). Data and pure functions.
 * Elsewhere: what is done with it: no other room names a vendor.
 */

import { deyel } from './deyel/deyel.ts'
import { gateway } from './gateway/gateway.ts'
import { iokids } from './iokids/iokids.ts'
import type { Provider } from './provider.ts'
import { socialid } from './socialid/socialid.ts'
import { standard } from './standard/standard.ts'
import { wildix } from './wildix/wildix.ts'

/** The built-in providers by name; the first is the default one. */
export const providers: ReadonlyMap<string, Provider> = new Map(
  [iokids, wildix, socialid, deyel, gateway, standard].map((one) => [one.id, one]),
)
