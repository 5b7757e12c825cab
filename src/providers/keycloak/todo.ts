import { OAuthError } from '../../oauth/model/errors.ts'
import type { User } from '../../oauth/model/records.ts'
import type { Settings } from '../../oauth/model/settings.ts'
import type { Context } from '../../oauth/realm/context.ts'
import type { RealmData } from './realm/data.ts'
import { realmDataOf } from './realm-data-of.ts'

/** Whoever lacks some of his profile is asked for it by this. */
export const verifyProfile = 'VERIFY_PROFILE'

const verifyEmail = 'VERIFY_EMAIL'

/** What a user has to do before he is signed in, by the vendor's names, in the order in which he is asked. */
export function todoOf(user: User, realm: RealmData, { strictness }: Pick<Settings, 'strictness'>): string[] {
  const { requiredActions, attributes, emailVerified } = realm.user(user)
  // Who came with the server needs no profile, nor does whom a lenient sandbox has made.
  const complete = attributes.is_temporary_admin !== undefined || strictness === 'lenient'
  const lacks = !complete && (user.email === null || user.first_name === '' || user.last_name === '')
  const asked = requiredActions.filter((one) => one !== verifyEmail || !emailVerified)
  const unconfirmed = realm.settings.verifyEmail === true && !emailVerified && user.email !== null && strictness !== 'lenient'
  return [...new Set([...asked, ...(unconfirmed ? [verifyEmail] : []), ...(lacks ? [verifyProfile] : [])])]
}

/** @throws OAuthError for whoever has something to do, where no page can ask him to */
export function refuseUndone(user: User, context: Context): void {
  const todo = todoOf(user, realmDataOf(context), context.realm.settings)
  if (todo.length === 0) return
  const why = `User '${user.username}' has required actions: ${todo.join(', ')}`
  throw new OAuthError('invalid_grant', 'Account is not fully set up', why)
}

/** Notes that a user has done something. */
export function hasDone(user: User, action: string, realm: RealmData): void {
  const data = realm.user(user)
  realm.saveUser(user, { ...data, requiredActions: data.requiredActions.filter((one) => one !== action) })
}
