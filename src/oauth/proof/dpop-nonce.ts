import { createHmac } from 'node:crypto'
import { seconds } from '../../basics/clock.ts'
import { sameSecret } from '../../basics/random.ts'
import type { Realm } from '../realm/context.ts'

/** Seconds that a nonce may be used. */
const lifetime = 300

/** A nonce for DPoP proofs (RFC 9449 §8): the time and its MAC, so that nothing has to be kept. */
export function makeNonce(realm: Pick<Realm, 'clock' | 'settings'>): string {
  return sealed(seconds(realm.clock.now()), realm)
}

/** Why a nonce does not hold; undefined when it does. */
export function nonceProblem(nonce: unknown, realm: Pick<Realm, 'clock' | 'settings'>): string | undefined {
  if (nonce === undefined) return 'the proof has no nonce'
  const time = typeof nonce === 'string' ? Number.parseInt(nonce, 36) : Number.NaN
  if (typeof nonce !== 'string' || Number.isNaN(time) || !sameSecret(sealed(time, realm), nonce)) return 'the nonce is none of ours'
  const age = seconds(realm.clock.now()) - time
  return age >= lifetime || age < 0 ? `the nonce is ${age} s old; nonces live ${lifetime} s` : undefined
}

function sealed(time: number, { settings }: Pick<Realm, 'settings'>): string {
  const stamp = time.toString(36)
  const mac = createHmac('sha256', settings.signing_secret).update(`dpop nonce ${stamp}`).digest('base64url')
  return `${stamp}.${mac.slice(0, 22)}`
}
