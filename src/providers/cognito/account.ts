import type { Documents } from '../../oauth/model/documents.ts'
import type { User } from '../../oauth/model/records.ts'

/** The states of a user. */
export type UserStatus = 'UNCONFIRMED' | 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'RESET_REQUIRED'

/** A second factor. */
export type Factor = 'SMS_MFA' | 'SOFTWARE_TOKEN_MFA' | 'EMAIL_OTP'

/** What a pool knows of a user beyond who he is. */
export interface Account {
  status: UserStatus
  /** Milliseconds. */
  modified_at?: number
  factors: readonly Factor[]
  preferred?: Factor | undefined
  /** Base32; used for sign-ins when it was verified. */
  totp?: { secret: string; verified: boolean; last?: string } | undefined
  /** Codes that wait to be entered, by what they are for. */
  codes: Readonly<Record<string, { code: string; expires_at: number }>>
}

const confirmed: Account = { status: 'CONFIRMED', factors: [], codes: {} }
const key = 'account'

const accounts = (documents: Documents) => documents.kind<Account>('cognito_account')

/** Whoever was made otherwise, as by the control API, is confirmed. */
export function accountOf(user: User, documents: Documents): Account {
  return accounts(documents).get(key, { user }) ?? confirmed
}

export function saveAccount(user: User, change: Partial<Account>, documents: Documents, now: number): void {
  accounts(documents).put(key, { ...accountOf(user, documents), ...change, modified_at: now }, { user })
}

/** Why a user who knows his password cannot sign in yet, by the vendor's type and text. */
export function accountProblem({ status }: Account): readonly [type: string, message: string] | undefined {
  if (status === 'UNCONFIRMED') return ['UserNotConfirmedException', 'User is not confirmed.']
  if (status === 'RESET_REQUIRED') return ['PasswordResetRequiredException', 'Password reset required for the user']
  return undefined
}
