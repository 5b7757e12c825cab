import { ownValue } from './own-value.ts'
import type { User } from './records.ts'
import { scopes } from './scope.ts'

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

/** The claims of a user that the scope and the `claims` parameter (OpenID Connect Core §5.5) ask for; `sub` is not among them. */
export function userClaims(user: User, scope: string, requested: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const all = allClaims(user)
  const wanted = new Set([...scopes(scope).flatMap((one) => ownValue(scopeClaims, one) ?? []), ...Object.keys(requested)])
  const known = new Set(Object.values(scopeClaims).flat())
  const claims: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(all)) {
    // Claims of the developer's own making belong to no scope and are always told.
    if (value !== undefined && name !== 'sub' && (wanted.has(name) || !known.has(name))) claims[name] = value
  }
  return claims
}
