import { members } from '../realm/members.ts'

const longest = { max: 255 }

/** What a new realm knows of its users. */
const fresh = Object.entries({
  username: {
    validations: { length: { min: 3, ...longest }, 'username-prohibited-characters': {}, 'up-username-not-idn-homograph': {} },
  },
  email: { validations: { email: {}, length: longest }, required: { roles: ['user'] } },
  firstName: { validations: { length: longest, 'person-name-prohibited-characters': {} }, required: { roles: ['user'] } },
  lastName: { validations: { length: longest, 'person-name-prohibited-characters': {} }, required: { roles: ['user'] } },
}).map(([name, rules]) => ({
  name,
  displayName: `\${${name}}`,
  ...rules,
  permissions: { view: ['admin', 'user'], edit: ['admin', 'user'] },
  multivalued: false,
}))

const freshGroups = [
  { name: 'user-metadata', displayHeader: 'User metadata', displayDescription: 'Attributes, which refer to user metadata' },
]

/** The user profile: without one of its own, what a new realm has. */
export function profileOf(profile: unknown): unknown {
  const { attributes = fresh, groups = freshGroups, ...rest } = members(profile)
  return { attributes, groups, ...rest }
}
