import { magicUsers } from '../faults/magic-users.ts'
import type { Realm } from '../realm/context.ts'
import { checkPassword, cleanUsername, type SignIn } from './sign-in.ts'

/** The user whom somebody trusted names, by username or by the `sub` of his tokens. */
export function findSubject(name: string, realm: Realm): SignIn {
  const username = cleanUsername(name)
  // A magic user is made when he is first asked for, and has any password.
  if (magicUsers.has(username)) return checkPassword(username, '', realm)
  const user = realm.store.findUser(username) ?? realm.store.findUserById(name)
  if (user === undefined) return { ok: false, explanation: `There is no user '${username}' in sandbox '${realm.name}'` }
  return user.disabled ? { ok: false, explanation: `User '${user.username}' is disabled` } : { ok: true, user }
}
