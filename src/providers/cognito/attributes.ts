import type { User } from '../../oauth/model/records.ts'

/** An attribute of a user as the JSON API has it. */
export interface Attribute {
  Name: string
  Value: string
}

/** Attributes that are true or false in ID tokens. */
const flags = ['email_verified', 'phone_number_verified']

/** Claims that say something about a user's place in the pool, and are no attributes. */
const placeClaims = /^cognito:/

/** The attributes that a pool has without being told (the standard ones of OpenID Connect Core §5.1). */
export const standardAttributes: readonly string[] = [
  ...[
    'sub',
    'name',
    'given_name',
    'family_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'email',
  ],
  ...['email_verified', 'gender', 'birthdate', 'zoneinfo', 'locale', 'phone_number', 'phone_number_verified', 'address', 'updated_at'],
]

/** A user's attributes, all of them texts. */
export function attributesOf(user: User): Record<string, string> {
  const { claims } = user
  const said = {
    sub: user.user_id,
    email_verified: user.email === null ? undefined : 'true',
    given_name: user.first_name || undefined,
    family_name: user.last_name || undefined,
    ...Object.fromEntries(Object.entries(claims).filter(([name, value]) => !placeClaims.test(name) && value !== null)),
    email: user.email ?? undefined,
  }
  return Object.fromEntries(
    Object.entries(said).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : JSON.stringify(value)]],
    ),
  )
}

/** The same as a list. */
export function attributeList(user: User): Attribute[] {
  return Object.entries(attributesOf(user)).map(([Name, Value]) => ({ Name, Value }))
}

/** Whether a user signs in by this value of an attribute: an address is an alias once it is verified. */
export function isAlias(user: User, attribute: string, value: string): boolean {
  const { [attribute]: own, [`${attribute}_verified`]: verified } = attributesOf(user)
  return own?.toLowerCase() === value.toLowerCase() && (attribute === 'preferred_username' || verified === 'true')
}

/** The user with other attributes; an empty value takes one away. */
export function withAttributes<Someone extends Pick<User, 'email' | 'first_name' | 'last_name' | 'claims'>>(
  user: Someone,
  attributes: Readonly<Record<string, string>>,
): Someone {
  const { email, given_name, family_name, sub: _fixed, ...rest } = attributes
  const claims = { ...user.claims, ...rest }
  for (const name of flags) if (rest[name] !== undefined) claims[name] = rest[name].toLowerCase()
  for (const [name, value] of Object.entries(rest)) if (value === '') delete claims[name]
  return {
    ...user,
    email: email === undefined ? user.email : email || null,
    first_name: given_name ?? user.first_name,
    last_name: family_name ?? user.last_name,
    claims,
  }
}

/** An attribute as ID tokens have it: only what is a flag is no text. */
export function asClaim(name: string, value: string): string | boolean {
  return flags.includes(name) ? value.toLowerCase() === 'true' : value
}

const byScope: Readonly<Record<string, readonly string[]>> = {
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
}

/** The attributes that a scope opens: all with `openid` alone, or at the JSON API; `profile` opens what is neither e-mail nor phone. */
export function readableAttributes(user: User, scope: readonly string[]): Record<string, string> {
  const attributes = attributesOf(user)
  if (!scope.some((one) => one === 'profile' || Object.hasOwn(byScope, one))) return attributes
  const belongsTo = (name: string) => Object.keys(byScope).find((one) => byScope[one]?.includes(name)) ?? 'profile'
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => name === 'sub' || scope.includes(belongsTo(name))))
}

/** The groups that a user is in, the one that counts first. */
export function groupsOf({ claims }: Pick<User, 'claims'>): readonly string[] | undefined {
  const groups = claims['cognito:groups']
  return Array.isArray(groups) && groups.length > 0 ? groups.map(String) : undefined
}
