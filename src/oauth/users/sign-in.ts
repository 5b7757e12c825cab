/**
 * In this room: users: signing in and out, who is meant by a hint or an assertion.
 * Elsewhere: the pages that ask them (`http/pages/`).
 */

import { sameSecret } from '../../basics/random.ts'
import { type MagicUser, magicUsers } from '../faults/magic-users.ts'
import { blankUser } from '../model/directory.ts'
import type { User } from '../model/records.ts'
import type { Realm } from '../realm/context.ts'

/** The outcome of a sign-in; the explanation is for the developer, never for the page. */
export type SignIn = { ok: true; user: User } | { ok: false; explanation: string }

/** The username as it is looked up: trimmed, without the "@" that vendors print before it. */
export function cleanUsername(typed: string): string {
  return typed.trim().replace(/^@/, '')
}

/** Checks a username and password; a user without a password of his own has the company's name. */
export function checkPassword(username: string, password: string, realm: Realm): SignIn {
  const name = cleanUsername(username)
  const magic = magicUsers.get(name)
  if (magic !== undefined) return magicSignIn(name, magic, realm)
  const user = realm.store.findUser(name)
  if (user === undefined) return { ok: false, explanation: `There is no user '${name}' in sandbox '${realm.name}'` }
  if (user.disabled) return { ok: false, explanation: `User '${user.username}' is disabled` }
  if (sameSecret(password, user.password ?? realm.company)) return { ok: true, user }
  const rule = user.password === null ? "the company's name" : 'a password of his own'
  return { ok: false, explanation: `The password is not the one of user '${user.username}', which is ${rule}` }
}

/** A magic user signs in with any password, and is made when he first does. */
function magicSignIn(username: string, magic: MagicUser, realm: Realm): SignIn {
  if (magic.refused !== undefined) return { ok: false, explanation: `User '${username}' is magic: he ${magic.does}` }
  const there = realm.store.findUser(username)
  if (there !== undefined) return { ok: true, user: there }
  const [user] = realm.directory.createUsers([
    {
      ...blankUser,
      user_id: `magic-${username}`,
      username,
      first_name: username,
      last_name: 'magic',
      email: `${username}@example.com`,
      type: 'parent',
      age: 30,
      created_at: realm.clock.now(),
      apps: realm.directory.listApps(),
    },
  ])
  return user === undefined ? { ok: false, explanation: 'The magic user could not be made' } : { ok: true, user }
}

/** The user whom somebody trusted names, by username or by the `sub` of his tokens. */
export function findSubject(name: string, realm: Realm): SignIn {
  const username = cleanUsername(name)
  // A magic user is made when he is first asked for, and has any password.
  if (magicUsers.has(username)) return checkPassword(username, '', realm)
  const user = realm.store.findUser(username) ?? realm.store.findUserById(name)
  if (user === undefined) return { ok: false, explanation: `There is no user '${username}' in sandbox '${realm.name}'` }
  return user.disabled ? { ok: false, explanation: `User '${user.username}' is disabled` } : { ok: true, user }
}
