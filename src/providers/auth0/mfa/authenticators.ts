import { sameSecret } from '../../../basics/random.ts'
import type { Documents } from '../../../oauth/model/documents.ts'
import type { User } from '../../../oauth/model/records.ts'
import { idMaker } from '../../data/alphabet.ts'
import { isTotp } from '../../totp.ts'

/** Where a code goes that a user is to enter. */
export type Channel = 'sms' | 'voice' | 'email'

/** A second factor of a user. */
export interface Authenticator {
  id: string
  authenticator_type: 'otp' | 'oob'
  /** It counts once a code of it was entered. */
  active: boolean
  /** Of one that codes are sent to: which way and where. */
  oob_channel?: Channel
  to?: string
  /** Of an app that makes codes: its secret, and the code that was entered last. */
  secret?: string
  last?: string
}

/** All that a user has beside a password. */
interface Factors {
  authenticators: readonly Authenticator[]
  recovery_code?: string
}

const none: Factors = { authenticators: [] }
const newDevice = idMaker({ prefix: 'dev_', alphabet: 'letters_digits', length: 16 })
const newRecoveryCode = idMaker({ alphabet: 'letters_digits', length: 24 })

const factorsIn = (documents: Documents) => documents.kind<Factors>('factors')
const factorsOf = (user: User, documents: Documents) => factorsIn(documents).get('', { user }) ?? none

/** Those that count, and those that wait for their first code. */
export function authenticatorsOf(user: User, documents: Documents): readonly Authenticator[] {
  return factorsOf(user, documents).authenticators
}

export function activeOnes(user: User, documents: Documents): Authenticator[] {
  return authenticatorsOf(user, documents).filter(({ active }) => active)
}

/** Stores a factor, in the place of the one of its id. */
export function saveAuthenticator(user: User, one: Authenticator, documents: Documents): void {
  const { authenticators, ...rest } = factorsOf(user, documents)
  const others = authenticators.filter(({ id }) => id !== one.id)
  factorsIn(documents).put('', { ...rest, authenticators: [...others, one] }, { user })
}

/** A new one that no code was entered of. @returns it, with the recovery code of a user who had none */
export function enrol(user: User, draft: Omit<Authenticator, 'id' | 'active'>, documents: Documents) {
  const kind = draft.authenticator_type === 'otp' ? 'totp' : draft.oob_channel
  const made = { ...draft, id: `${kind}|${newDevice()}`, active: false }
  saveAuthenticator(user, made, documents)
  const { recovery_code } = factorsOf(user, documents)
  return { made, recovery_codes: recovery_code === undefined ? [changeRecoveryCode(user, documents)] : undefined }
}

export function removeAuthenticator(user: User, id: string, documents: Documents): void {
  const { authenticators, ...rest } = factorsOf(user, documents)
  factorsIn(documents).put('', { ...rest, authenticators: authenticators.filter((one) => one.id !== id) }, { user })
}

export function recoveryCodeOf(user: User, documents: Documents): string | undefined {
  return factorsOf(user, documents).recovery_code
}

/** Makes the recovery code that holds from now on. */
export function changeRecoveryCode(user: User, documents: Documents): string {
  const recovery_code = newRecoveryCode().toUpperCase()
  factorsIn(documents).put('', { ...factorsOf(user, documents), recovery_code }, { user })
  return recovery_code
}

/** Whether a code is one of the user's app's, which counts from then on; each code is taken once. */
export function takeOtp(user: User, code: string, documents: Documents, now: number): boolean {
  const mine = ({ secret, last }: Authenticator) => secret !== undefined && last !== code && isTotp(code, secret, now)
  const found = authenticatorsOf(user, documents).find(mine)
  if (found === undefined) return false
  saveAuthenticator(user, { ...found, active: true, last: code }, documents)
  return true
}

/** Whether it is the user's recovery code, which another one follows then. */
export function takeRecoveryCode(user: User, code: string, documents: Documents): boolean {
  const { recovery_code } = factorsOf(user, documents)
  if (recovery_code === undefined || !sameSecret(recovery_code, code)) return false
  changeRecoveryCode(user, documents)
  return true
}
