import { randomFrom, randomText, sameSecret } from '../../../basics/random.ts'
import { sendMessage } from '../../../oauth/model/outbox.ts'
import type { User } from '../../../oauth/model/records.ts'
import type { Context } from '../../../oauth/realm/context.ts'
import { type Authenticator, authenticatorsOf, saveAuthenticator } from './authenticators.ts'

/** A code on its way to a user. */
interface Sent {
  user_id: string
  authenticator_id: string
  code: string
  /** Milliseconds. */
  expires_at: number
}

/** Milliseconds that a code can be entered. */
const lifetime = 5 * 60 * 1000

const sentIn = ({ documents }: Context['realm']) => documents.kind<Sent>('mfa_oob')

/**
 * Sends a code, which stands in the outbox.
 * @returns what stands for it in the request that brings it
 */
export function sendFactorCode(
  user: User,
  { id, oob_channel, to = '' }: Authenticator,
  { realm }: Context,
  oob_code = randomText(64),
): string {
  const code = randomFrom('0123456789', 6)
  const at = realm.clock.now()
  sentIn(realm).put(oob_code, { user_id: user.user_id, authenticator_id: id, code, expires_at: at + lifetime })
  sendMessage(realm.documents, { to, by: oob_channel === 'email' ? 'email' : 'sms', kind: 'mfa', code, at })
  return oob_code
}

/** Whether a code was sent that can still be entered. */
export function isOnItsWay(oob_code: string, { realm }: Context): boolean {
  return (sentIn(realm).get(oob_code)?.expires_at ?? 0) > realm.clock.now()
}

/** Whether a code is the one that was sent; the authenticator counts from then on. */
export function takeFactorCode(user: User, oob_code: string, code: string, { realm }: Context): boolean {
  const sent = sentIn(realm).get(oob_code)
  if (sent?.user_id !== user.user_id || sent.expires_at <= realm.clock.now() || !sameSecret(sent.code, code)) return false
  sentIn(realm).delete(oob_code)
  const found = authenticatorsOf(user, realm.documents).find(({ id }) => id === sent.authenticator_id)
  if (found !== undefined) saveAuthenticator(user, { ...found, active: true }, realm.documents)
  return found !== undefined
}
