import type { User } from '../../oauth/model/records.ts'
import type { Manifest } from './settings.ts'
import { homeDomain } from './tenants.ts'

/** The name by which a user signs in: an address, of the tenant's domain where it has none of its own. */
export function upnOf({ username, email }: Pick<User, 'username' | 'email'>): string {
  if (username.includes('@')) return username
  return email ?? `${username}@${homeDomain}`
}

/** What is told of a user's name; nothing of an application. */
export function partyClaims(user: User | undefined): { name?: string; given_name?: string | undefined; family_name?: string | undefined } {
  if (user === undefined) return {}
  const { first_name, last_name, username } = user
  const name = `${first_name} ${last_name}`.trim() || username
  return { name, given_name: first_name || undefined, family_name: last_name || undefined }
}

/** How many groups a token has room for, and one that goes through the browser. */
const mostGroups = { usual: 200, implicit: 6 }

/** The groups of a user, where the application wants them told; of too many, where to ask for them. */
export function groupClaims(
  { user_id, claims }: User,
  { groupMembershipClaims = 'None' }: Manifest,
  tid: string,
  isImplicit = false,
): Record<string, unknown> {
  const groups = groupsOf({ claims })
  if (groups.length === 0 || groupMembershipClaims === 'None') return {}
  if (groups.length <= (isImplicit ? mostGroups.implicit : mostGroups.usual)) return { groups }
  if (isImplicit) return { hasgroups: true }
  const endpoint = `https://graph.windows.net/${tid}/users/${user_id}/getMemberObjects`
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } }
}

/** The ids of a user's groups, in his claim `groups`. */
export function groupsOf({ claims }: Pick<User, 'claims'>): string[] {
  return Array.isArray(claims.groups) ? claims.groups.filter((one) => typeof one === 'string') : []
}
