/**
 * In this room: the faults that can be asked for, one file each, and what strikes with them.
 * Elsewhere: when a fault strikes (`sandbox/faults.ts`).
 */

import { callback } from './callback.ts'
import { delay } from './delay.ts'
import { drop } from './drop.ts'
import { error } from './error.ts'
import type { Effects, Shown } from './form.ts'
import { grantedScope } from './granted-scope.ts'
import { headers } from './headers.ts'
import { idToken } from './id-token.ts'
import { logout } from './logout.ts'
import { logoutToken } from './logout-token.ts'
import { malformed } from './malformed.ts'
import { patch } from './patch.ts'
import { status } from './status.ts'
import { token } from './token.ts'

/**
 * The control API's schema, the library's types and the manual's table follow from here. A fault of several kinds does what they do in
 * this order.
 */
export const faultKinds = [
  delay,
  drop,
  error,
  status,
  headers,
  patch,
  malformed,
  token,
  idToken,
  grantedScope,
  callback,
  logout,
  logoutToken,
] as const

type AllOf<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never
type AllMembers = AllOf<(typeof faultKinds)[number]['members']>

/** What a fault does; one or more. */
export type FaultEffects = Effects<AllMembers>

/** The same as it is asked for. */
export type FaultDraft = Shown<AllMembers, string | number>

/** The same as it is shown. */
export type FaultView = Shown<AllMembers, string>
