import { cleanUsername } from '../../oauth/users/sign-in.ts'
import type { NewUserErrors, NewUserPage } from '../new-user.ts'

/** The vendor's page "Join Now": parents, and kids of theirs. */
export const iokidsJoin: NewUserPage = {
  heading: 'Join',
  rows: [
    [{ name: 'username', label: 'Username', is_username: true, required: true, autocomplete: 'username' }],
    [
      { name: 'first_name', label: 'First name', required: true, autocomplete: 'given-name' },
      { name: 'last_name', label: 'Last name', required: true, autocomplete: 'family-name' },
    ],
    [
      {
        name: 'type',
        label: 'Type',
        kind: 'choice',
        choices: [
          { value: 'parent', label: 'Parent' },
          { value: 'kid', label: 'Kid' },
        ],
      },
      { name: 'age', label: 'Age', kind: 'number', required: true },
    ],
    [{ name: 'parent', label: 'Parent’s username', is_username: true, unless_first_choice: true, help: 'Needed for a kid under 13.' }],
  ],
  first: 'first_name',
  company_password: true,
  begin: ({ suggestUsername }) => ({ username: suggestUsername() }),
  check(values, directory) {
    const errors: NewUserErrors = {}
    const username = cleanUsername(values.username ?? '')
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{2,31}$/.test(username)) {
      errors.username = 'A username has 3 to 32 letters, digits, dots, hyphens or underscores.'
    } else if (directory.findUser(username) !== undefined) errors.username = 'This username is taken.'
    for (const field of ['first_name', 'last_name'] as const) {
      const name = values[field]?.trim() ?? ''
      if (name === '') errors[field] = 'A name is needed.'
      else if (name.length > 64) errors[field] = 'A name has at most 64 characters.'
    }
    const { type } = values
    if (type !== 'parent' && type !== 'kid') errors.type = 'Choose Parent or Kid.'
    const age = /^\d{1,3}$/.test(values.age ?? '') ? Number(values.age) : Number.NaN
    if (!(age >= 1 && age <= 120)) errors.age = 'The age is a whole number of years, 1 to 120.'
    else if (type === 'parent' && age < 18) errors.age = 'A parent is 18 or older.'
    else if (type === 'kid' && age > 17) errors.age = 'A kid is 17 or younger.'
    if (type === 'kid') {
      const parent = values.parent === undefined ? undefined : directory.findUser(cleanUsername(values.parent))
      if (values.parent === undefined) {
        if (age < 13) errors.parent = 'A kid under 13 needs a parent.'
      } else if (parent?.type !== 'parent') errors.parent = 'There is no parent of this username in the sandbox.'
    }
    return errors
  },
  userOf: ({ username = '', first_name = '', last_name = '', type, age, parent }) => ({
    username: cleanUsername(username),
    password: null,
    first_name: first_name.trim(),
    last_name: last_name.trim(),
    email: null,
    type: type === 'kid' ? 'kid' : 'parent',
    age: Number(age),
    claims: {},
    friends: [],
    parents: type === 'kid' && parent !== undefined ? [cleanUsername(parent)] : [],
  }),
}
