import { blankUser, type Directory } from '../oauth/model/directory.ts'
import { cleanUsername } from '../oauth/users/sign-in.ts'
import type { NewUserErrors, NewUserField, NewUserPage, NewUserValues } from './new-user.ts'

/** The fields that every page for new users begins with. */
export function nameRows(names: { required?: boolean } = {}): NewUserField[][] {
  return [
    [{ name: 'username', label: 'Username', is_username: true, required: true, autocomplete: 'username' }],
    [
      { name: 'first_name', label: 'First name', ...names, autocomplete: 'given-name' },
      { name: 'last_name', label: 'Last name', ...names, autocomplete: 'family-name' },
    ],
  ]
}

/** What is wrong with a username of which a vendor takes so many characters, and with names. */
export function nameErrors(values: NewUserValues, [least, most]: readonly [number, number], directory: Directory): NewUserErrors {
  const errors: NewUserErrors = {}
  const username = cleanUsername(values.username ?? '')
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(username) || username.length < least || username.length > most) {
    errors.username = `A username has ${least} to ${most} letters, digits, dots, hyphens or underscores.`
  } else if (directory.findUser(username) !== undefined) errors.username = 'This username is taken.'
  for (const field of ['first_name', 'last_name'] as const) {
    if ((values[field]?.trim() ?? '').length > 64) errors[field] = 'A name has at most 64 characters.'
  }
  return errors
}

/** The user of those fields. */
export function namedUser({ username = '', first_name = '', last_name = '' }: NewUserValues) {
  return { ...blankUser, username: cleanUsername(username), first_name: first_name.trim(), last_name: last_name.trim() }
}

/** The page of a vendor that has none of its own: an account with a password. */
export const signUp: NewUserPage = {
  heading: 'Create account',
  rows: [
    ...nameRows(),
    [{ name: 'email', label: 'E-mail', kind: 'email', autocomplete: 'email' }],
    [{ name: 'password', label: 'Password', kind: 'password', required: true, autocomplete: 'new-password' }],
  ],
  first: 'username',
  begin: ({ login_hint }) => (login_hint === undefined ? {} : { [login_hint.includes('@') ? 'email' : 'username']: login_hint }),
  check(values, directory) {
    const errors = nameErrors(values, [1, 64], directory)
    if (values.email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(values.email.trim())) errors.email = 'This is no e-mail address.'
    if (values.password === undefined) errors.password = 'A password is needed.'
    return errors
  },
  userOf: (values) => ({ ...namedUser(values), password: values.password ?? null, email: values.email?.trim() ?? null }),
}
