import { createHash } from 'node:crypto'
import { given } from '../../basics/given.ts'
import type { User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'

/** What the vendor knows of a user, by its names. */
export function profileOf(user: User): Record<string, unknown> {
  const { first_name, last_name, email, claims } = user
  const name = `${first_name} ${last_name}`.trim() || (email ?? user.username)
  return {
    ...given({ given_name: first_name || undefined, family_name: last_name || undefined }),
    nickname: claims.nickname ?? (email ?? user.username).split('@')[0],
    name: claims.name ?? name,
    picture: claims.picture ?? pictureOf(user),
    updated_at: claims.updated_at ?? new Date(user.created_at).toISOString(),
  }
}

/** An address that the vendor's own service draws letters at, which grantbox does not call. */
function pictureOf({ email, username }: User): string {
  const hash = createHash('md5')
    .update((email ?? username).toLowerCase())
    .digest('hex')
  return `https://s.gravatar.com/avatar/${hash}?s=480&r=pg`
}

/** What Actions add of a user's claims: those under a URL, which may not be the vendor's own. */
export function addedTo({ claims }: User): Record<string, unknown> {
  const isNamespaced = (name: string) => /^https?:\/\//.test(name) && !/^https?:\/\/(?:[^/?#]*\.)?auth0\.com(?:[:/?#]|$)/.test(name)
  return Object.fromEntries(Object.entries(claims).filter(([name]) => isNamespaced(name)))
}

/** What tokens and userinfo tell of a user, in the vendor's order: what Actions add under names that are URLs, then what the scope asks for. */
export function toldOf(user: User, scope: string): Record<string, unknown> {
  const asked = scopes(scope)
  const { claims, email } = user
  return given({
    ...addedTo(user),
    ...(asked.includes('profile') && profileOf(user)),
    ...(asked.includes('email') && email !== null && { email, email_verified: claims.email_verified ?? true }),
    ...(asked.includes('phone') && { phone_number: claims.phone_number, phone_verified: claims.phone_verified }),
    ...(asked.includes('address') && { address: claims.address }),
  })
}
