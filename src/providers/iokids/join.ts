import { cleanUsername } from '../../oauth/users/sign-in.ts'
import type { NewUserPage } from '../new-user.ts'
import { namedUser, nameErrors, nameRows } from '../sign-up.ts'

/** The vendor's page "Join Now": parents, and kids of theirs. */
export const iokidsJoin: NewUserPage = {
  heading: 'Join',
  rows: [
    ...nameRows({ required: true }),
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
    const errors = nameErrors(values, [3, 32], directory)
    for (const field of ['first_name', 'last_name'] as const) {
      if ((values[field]?.trim() ?? '') === '') errors[field] = 'A name is needed.'
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
  userOf: ({ type, age, parent, ...names }) => ({
    ...namedUser(names),
    type: type === 'kid' ? 'kid' : 'parent',
    age: Number(age),
    parents: type === 'kid' && parent !== undefined ? [cleanUsername(parent)] : [],
  }),
}
