import type { User } from '../model/records.ts'
import { scopes } from '../model/scope.ts'

/** Which claims a scope asks for (OpenID Connect Core §5.4). */
export const scopeClaims: Readonly<Record<string, readonly string[]>> = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}

/** The scope that asks for a claim; claims of the developer's own making belong to none. */
const scopeOf = new Map(Object.entries(scopeClaims).flatMap(([scope, claims]) => claims.map((claim) => [claim, scope] as const)))

/** Everything that is known of a user, under the names of OpenID Connect Core §5.1; the user's own claims win. */
function allClaims(user: User): Record<string, unknown> {
  const name = `${user.first_name} ${user.last_name}`.trim()
  return {
    name: name === '' ? undefined : name,
    given_name: user.first_name === '' ? undefined : user.first_name,
    family_name: user.last_name === '' ? undefined : user.last_name,
    preferred_username: user.username,
    email: user.email ?? undefined,
    email_verified: user.email === null ? undefined : true,
    updated_at: Math.floor(user.created_at / 1000),
    ...user.claims,
  }
}

/** The claims of a user that the scope and the `claims` parameter (OpenID Connect Core §5.5) ask for. */
export function userClaims(user: User, scope: string, requested: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const asked = scopes(scope)
  const claims: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(allClaims(user))) {
    if (value === undefined) continue
    const belongsTo = scopeOf.get(name)
    // What belongs to no scope is always told.
    if (belongsTo === undefined || asked.includes(belongsTo) || Object.hasOwn(requested, name)) claims[name] = value
  }
  return claims
}
