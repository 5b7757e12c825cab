/**
 * In this room: users: signing in and out, who is meant by a hint or an assertion.
 * Elsewhere: the pages that ask them (`http/pages/`).
 */

import { sameSecret } from '../../basics/random.ts'
import { magicUsers } from '../faults/magic-users.ts'
import { blankUser, type UserDraft } from '../model/directory.ts'
import type { Reason } from '../model/reasons.ts'
import type { User } from '../model/records.ts'
import type { Realm } from '../realm/context.ts'

/** The outcome of a sign-in; the explanation is for the developer, never for the page. Proven: the password was right all the same. */
export type SignIn = { ok: true; user: User } | { ok: false; reason: Reason; explanation: string; proven?: true }

/** The username as it is looked up: trimmed, without the "@" that vendors print before it. */
export function cleanUsername(typed: string): string {
  return typed.trim().replace(/^@/, '')
}

/** The magic user whom somebody means, also by a name before an `@`: `deny@example.com`. */
export function magicName(typed: string): string | undefined {
  const name = cleanUsername(typed)
  return [name, name.split('@')[0] ?? ''].find((one) => magicUsers.has(one))
}

/** The user whom somebody means, by username or else by e-mail address. */
export function findNamed(
  typed: string,
  { store, requests, documents }: Pick<Realm, 'store' | 'requests' | 'documents'>,
): User | undefined {
  const name = cleanUsername(typed)
  const byAddress = name.includes('@') && requests?.names_by_address?.(documents) !== false
  return store.findUser(name) ?? (byAddress ? store.findUserByEmail(name) : undefined)
}

/** Whether somebody can sign in under a name: there is one, or the sandbox makes whom it is told. */
export function isKnownName(typed: string, realm: Realm): boolean {
  return realm.settings.strictness === 'lenient' || magicName(typed) !== undefined || findNamed(typed, realm) !== undefined
}

/**
 * Checks a username, or an e-mail address, and a password; a user without a password of his own has the company's name. A lenient
 * sandbox makes a user whom it does not know.
 */
export function checkPassword(username: string, password: string, realm: Realm): SignIn {
  const name = cleanUsername(username)
  const magic = magicName(name)
  if (magic !== undefined) return magicSignIn(magic, realm)
  const user = findNamed(name, realm) ?? (password === '' ? undefined : unknownUser(name, password, realm))
  if (user === undefined) return { ok: false, reason: 'user_unknown', explanation: `There is no user '${name}' in sandbox '${realm.name}'` }
  const isRight = sameSecret(password, user.password ?? realm.company)
  if (user.disabled) {
    const explanation = `User '${user.username}' is disabled`
    return { ok: false, reason: 'user_disabled', explanation, ...(isRight && { proven: true }) }
  }
  if (isRight) return { ok: true, user }
  const rule = user.password === null ? "the company's name" : 'a password of his own'
  return { ok: false, reason: 'password_wrong', explanation: `The password is not the one of user '${user.username}', which is ${rule}` }
}

/** A magic user signs in with any password, and is made when he first does. */
function magicSignIn(username: string, realm: Realm): SignIn {
  const magic = magicUsers.get(username)
  if (magic?.refused !== undefined)
    return { ok: false, reason: 'user_locked', explanation: `User '${username}' is magic: he ${magic.does}` }
  const there = realm.store.findUser(username)
  if (there !== undefined) return { ok: true, user: there }
  const names = { first_name: username, last_name: 'magic', email: `${username}@example.com` }
  const user = makeUser({ ...names, user_id: `magic-${username}`, username, password: null, type: 'parent', age: 30 }, realm)
  return user === undefined ? { ok: false, reason: 'user_unknown', explanation: 'The magic user could not be made' } : { ok: true, user }
}

/** The user whom somebody trusted names, by username, e-mail address or the `sub` of his tokens; a lenient sandbox makes him. */
export function findSubject(name: string, realm: Realm): SignIn {
  const username = cleanUsername(name)
  // A magic user is made when he is first asked for, and has any password.
  if (magicName(username) !== undefined) return checkPassword(username, '', realm)
  const user = findNamed(username, realm) ?? realm.store.findUserById(name) ?? unknownUser(username, null, realm)
  if (user === undefined)
    return { ok: false, reason: 'user_unknown', explanation: `There is no user '${username}' in sandbox '${realm.name}'` }
  return user.disabled ? { ok: false, reason: 'user_disabled', explanation: `User '${user.username}' is disabled` } : { ok: true, user }
}

/** What a username may be. */
const possible = /^[^\s/\p{Cc}]{1,200}$/u

/** A user made because the sandbox is lenient; undefined where it is not, or where nobody can be called so. */
function unknownUser(name: string, password: string | null, realm: Realm): User | undefined {
  if (realm.settings.strictness !== 'lenient' || !possible.test(name)) return undefined
  const email = /^[^@]+@[^@]+$/.test(name) ? name : null
  return makeUser({ user_id: realm.newUserId(), username: name, password, email }, realm)
}

/** Makes a user of every app. */
function makeUser(made: Partial<UserDraft> & Pick<UserDraft, 'user_id' | 'username'>, { directory, clock }: Realm): User | undefined {
  return directory.createUsers([{ ...blankUser, ...made, created_at: clock.now(), apps: directory.listApps() }])[0]
}
