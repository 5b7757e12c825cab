import { typesOf } from '../../control/views/user.ts'
import type { User } from '../../oauth/model/records.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Fields } from '../forms/fields.ts'
import { type Errors, problemsIn } from '../forms/form.ts'

const fields = ['username', 'first_name', 'last_name', 'email', 'type', 'age', 'password', 'claims'] as const
/** The fields of the forms, as they were typed. */
export type Values = Record<(typeof fields)[number], string>

export function valuesOf(form: Fields): Values {
  const values = Object.fromEntries(fields.map((field) => [field, form.text(field)])) as Values
  return { ...values, username: values.username.replace(/^@/, ''), password: form.raw('password') ?? '' }
}

export function emptyValues({ provider }: Sandbox): Values {
  return { username: '', first_name: '', last_name: '', email: '', type: typesOf(provider)[0] ?? '', age: '', password: '', claims: '' }
}

export function valuesFrom(user: User): Values {
  const { username, first_name, last_name, email, type, age, password, claims } = user
  const shown = Object.keys(claims).length === 0 ? '' : JSON.stringify(claims, null, 2)
  return {
    username,
    first_name,
    last_name,
    email: email ?? '',
    type: type ?? '',
    age: String(age ?? ''),
    password: password ?? '',
    claims: shown,
  }
}

type Checked = Omit<User, 'row' | 'user_id' | 'username' | 'created_at'>

/** The user that a form describes, or the fields that broke a rule. */
export function check(values: Values, { provider }: Sandbox): { user: Checked } | { errors: Errors } {
  const { username, first_name, last_name, email, type, age, password } = values
  const claims = claimsOf(values.claims)
  const kinds = typesOf(provider)
  const errors = problemsIn({
    // The sign-in page drops the "@" that vendors print before a username.
    username: /^[^\s/\p{Cc}]{0,200}$/u.test(username) ? undefined : 'A username has at most 200 characters, no blank and no slash.',
    first_name: first_name.length > 200 ? 'A name has at most 200 characters.' : undefined,
    last_name: last_name.length > 200 ? 'A name has at most 200 characters.' : undefined,
    email: email === '' || /^[^\s@]+@[^\s@]+$/.test(email) ? undefined : 'This is no e-mail address.',
    type: kinds.length === 0 || kinds.includes(type) ? undefined : `A user is a ${kinds.join(' or a ')}.`,
    age: age === '' || (/^\d{1,3}$/.test(age) && Number(age) <= 150) ? undefined : 'An age is a number from 0 to 150.',
    claims: claims === undefined ? 'Claims are a JSON object, such as {"nickname": "Fluffy"}.' : undefined,
  })
  if (claims === undefined || Object.keys(errors).length > 0) return { errors }
  return {
    user: {
      first_name,
      last_name,
      email: email || null,
      type: kinds.length === 0 ? null : type,
      age: age === '' ? null : Number(age),
      password: password === '' ? null : password,
      claims,
      disabled: false,
    },
  }
}

function claimsOf(text: string): Record<string, unknown> | undefined {
  if (text === '') return {}
  try {
    const claims: unknown = JSON.parse(text)
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? (claims as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

export function takenText(username: string): string {
  return `@${username} is taken.`
}
