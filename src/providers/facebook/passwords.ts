import { digest } from '../../basics/random.ts'
import type { Documents } from '../../oauth/model/documents.ts'
import type { User } from '../../oauth/model/records.ts'

/** The password that a user had when he was last given a token, and since when. */
interface Known {
  digest: string
  /** Milliseconds. */
  since: number
}

const key = 'password'
const kindIn = (documents: Documents) => documents.kind<Known>('facebook_password')
const digestOf = ({ password }: User) => digest(`password ${password}`).toString('base64url')

/** A token is given now: those that were given before his password changed hold no more. */
export function notePassword(user: User, documents: Documents, issued_at: number): void {
  const kept = kindIn(documents).get(key, { user })
  const current = digestOf(user)
  if (kept?.digest !== current) kindIn(documents).put(key, { digest: current, since: kept === undefined ? 0 : issued_at }, { user })
}

/** Whether a user's password changed after a token was given. */
export function hasChanged(user: User, issued_at: number, documents: Documents): boolean {
  const kept = kindIn(documents).get(key, { user })
  return kept !== undefined && (kept.digest !== digestOf(user) || issued_at < kept.since)
}
