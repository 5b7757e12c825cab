import type { Documents } from '../../oauth/model/documents.ts'
import type { User } from '../../oauth/model/records.ts'
import { base32, isTotp } from '../totp.ts'

/** The secret of a user's authenticator app: base32, in his claim `otp_secret`. */
export function factorOf({ claims }: Pick<User, 'claims'>): string | undefined {
  return typeof claims.otp_secret === 'string' ? claims.otp_secret : undefined
}

/** Whether a code is the one of now of an authenticator app; spaces are let pass. */
export function isRightCode(code: string | undefined, secret: string, now: number): boolean {
  return isTotp((code ?? '').replaceAll(' ', ''), secret, now)
}

const waiting = (documents: Documents) => documents.kind<string>('entra_waiting_secret')

/** The secret that a user is about to put into an app: the same each time, until he has. @param make 20 octets */
export function waitingSecret(user: User, documents: Documents, make: () => Buffer): string {
  const known = waiting(documents).get('', { user })
  if (known !== undefined) return known
  const made = base32(make())
  waiting(documents).put('', made, { user })
  return made
}

/** Forgets it. */
export function settled(user: User, documents: Documents): void {
  waiting(documents).delete('', { user })
}
