import { cleanUsername } from '../oauth/users/sign-in.ts'
import type { NewUserErrors, NewUserPage } from './new-user.ts'

/** The page of a vendor that has none of its own: an account with a password. */
export const signUp: NewUserPage = {
  heading: 'Create account',
  rows: [
    [{ name: 'username', label: 'Username', is_username: true, required: true, autocomplete: 'username' }],
    [
      { name: 'first_name', label: 'First name', autocomplete: 'given-name' },
      { name: 'last_name', label: 'Last name', autocomplete: 'family-name' },
    ],
    [{ name: 'email', label: 'E-mail', kind: 'email', autocomplete: 'email' }],
    [{ name: 'password', label: 'Password', kind: 'password', required: true, autocomplete: 'new-password' }],
  ],
  first: 'username',
  begin: ({ login_hint }) => (login_hint === undefined ? {} : { [login_hint.includes('@') ? 'email' : 'username']: login_hint }),
  check(values, directory) {
    const errors: NewUserErrors = {}
    const username = cleanUsername(values.username ?? '')
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(username)) {
      errors.username = 'A username has 1 to 64 letters, digits, dots, hyphens or underscores.'
    } else if (directory.findUser(username) !== undefined) errors.username = 'This username is taken.'
    for (const field of ['first_name', 'last_name'] as const) {
      if ((values[field] ?? '').length > 64) errors[field] = 'A name has at most 64 characters.'
    }
    if (values.email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(values.email.trim())) errors.email = 'This is no e-mail address.'
    if (values.password === undefined) errors.password = 'A password is needed.'
    return errors
  },
  userOf: ({ username = '', password = null, first_name = '', last_name = '', email }) => ({
    username: cleanUsername(username),
    password,
    first_name: first_name.trim(),
    last_name: last_name.trim(),
    email: email?.trim() ?? null,
    type: null,
    age: null,
    claims: {},
    friends: [],
    parents: [],
  }),
}
