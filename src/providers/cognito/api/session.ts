import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { parseJson } from '../../../basics/json.ts'
import { randomText } from '../../../basics/random.ts'
import { notAuthorized } from '../errors.ts'
import { isMembers } from './input.ts'
import type { Pool } from './pool.ts'

/** Minutes that a challenge can be answered. */
const lifetime = 3 * 60 * 1000

/** What a challenge is about; the client holds it, sealed, so that nothing of it is kept here. */
export interface ChallengeState {
  challenge: string
  username: string
  client_id: string
  /** Other members that the challenge needs. */
  [other: string]: unknown
}

/** Seals a state for the client to hand back, once and soon. */
export function seal(state: ChallengeState, pool: Pool): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(pool), iv)
  const text = JSON.stringify({ ...state, pool: pool.id, id: randomText(22), expires_at: pool.now + lifetime })
  const sealed = Buffer.concat([cipher.update(text), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64')
}

/** @throws ApiError when it is not ours, too old, or is of another client or challenge */
export function unseal(sealed: string | undefined, challenge: string, client_id: string | undefined, pool: Pool): ChallengeState {
  const state = sealed === undefined ? undefined : opened(sealed, pool)
  if (state === undefined) throw refused('Invalid session for the user.', 'The session is none of this pool')
  if (state.challenge !== challenge || (client_id !== undefined && state.client_id !== client_id)) {
    throw refused('Invalid session for the user.', `The session is of challenge ${state.challenge} of client '${state.client_id}'`)
  }
  const expires_at = Number(state.expires_at)
  if (expires_at <= pool.now) throw refused('Invalid session for the user, session is expired.', 'A session lives three minutes')
  return state
}

/** Uses a state up: a right answer counts once, and a wrong one may be mended. @throws ApiError when it was used before */
export function spend(state: ChallengeState, { world, now }: Pool): void {
  if (world.store.seeFirst(`cognito ${state.id}`, Number(state.expires_at), now)) return
  throw refused('Invalid session for the user, session can only be used once.', 'The session was used before')
}

function opened(sealed: string, pool: Pool): ChallengeState | undefined {
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length < 28) return undefined
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(pool), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    const state: unknown = parseJson(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString())
    return isMembers(state) && state.pool === pool.id ? (state as ChallengeState) : undefined
  } catch {
    return undefined
  }
}

function keyOf({ world }: Pool): Buffer {
  return createHash('sha256').update(`challenges ${world.settings.signing_secret}`).digest()
}

function refused(message: string, explanation: string) {
  return notAuthorized(message, explanation, 'transaction_unknown')
}

/** The pool that sealed a state; the first when none did, which will refuse it. */
export function sessionPool(sealed: string, pools: readonly Pool[]): Pool {
  const found = pools.find((pool) => opened(sealed, pool) !== undefined) ?? pools[0]
  if (found === undefined) throw refused('Invalid session for the user.', 'There is no pool')
  return found
}
