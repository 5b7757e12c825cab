import type { Moments } from './kind.ts'
import type { FaultEffects } from './registry.ts'

/** A username that is a fault in every sandbox, with any password and no call to the control API. */
export interface MagicUser {
  /** For documentation. */
  does: string
  /** Why it cannot sign in. */
  refused?: string
  /** The user declines whatever is asked. */
  denies?: boolean
  /** The token endpoint answers with status 500 once, and then works. */
  fails_once?: boolean
  /** What strikes when its tokens are issued. */
  fault?: FaultEffects
  /** The same, of no kind that can be asked for. */
  at?: Partial<Moments<FaultEffects>>
}

/** By username. */
export const magicUsers: ReadonlyMap<string, MagicUser> = new Map<string, MagicUser>([
  ['deny', { does: 'declines: access_denied', denies: true }],
  ['locked', { does: 'cannot sign in', refused: 'This account is locked' }],
  ['slow', { does: 'is answered after 5 s', fault: { delay_ms: 5000 } }],
  ['revoked', { does: 'gets tokens that are refused at once', at: { tokens: revoked } }],
  ['expired', { does: 'gets access tokens that are born expired', fault: { token: 'expired' } }],
  ['norefresh', { does: 'gets no refresh token', at: { issue: (_, plan) => ({ ...plan, refresh: 'none' }) } }],
  ['badtoken', { does: 'gets tokens with a broken signature', fault: { token: 'bad_signature' } }],
  ['servererror', { does: 'meets a token endpoint that answers 500 once and then works', fails_once: true }],
])

function revoked(...[, issued, { grant }, { realm }]: Parameters<Moments<FaultEffects>['tokens']>) {
  realm.store.revokeGrant(grant.id, 'its user is magic: revoked', realm.clock.now())
  return issued
}
