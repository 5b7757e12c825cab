import type { Misbehaviour } from '../model/fault.ts'

/** A username that misbehaves in every sandbox, with any password and no call to the control API. */
export interface MagicUser extends Misbehaviour {
  /** For documentation. */
  does: string
  /** Why it cannot sign in. */
  refused?: string
  /** The user declines whatever is asked. */
  denies?: boolean
  /** Its grants are revoked when they are given. */
  revoked?: boolean
  /** It gets no refresh token. */
  no_refresh?: boolean
  /** The token endpoint answers so many times with status 500 first. */
  failures?: number
}

/** By username. */
export const magicUsers: ReadonlyMap<string, MagicUser> = new Map<string, MagicUser>([
  ['deny', { does: 'declines: access_denied', denies: true }],
  ['locked', { does: 'cannot sign in', refused: 'This account is locked' }],
  ['slow', { does: 'is answered after 5 s', delay_ms: 5000 }],
  ['revoked', { does: 'gets tokens that are refused at once', revoked: true }],
  ['expired', { does: 'gets access tokens that are born expired', token: 'expired' }],
  ['norefresh', { does: 'gets no refresh token', no_refresh: true }],
  ['badtoken', { does: 'gets tokens with a broken signature', token: 'bad_signature' }],
  ['servererror', { does: 'meets a token endpoint that answers 500 once and then works', failures: 1 }],
])
