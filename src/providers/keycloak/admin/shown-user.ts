import { given } from '../../../basics/given.ts'
import type { User } from '../../../oauth/model/records.ts'
import type { RealmData } from '../realm/data.ts'
import { list, members, text } from '../realm/members.ts'
import type { Attributes } from '../realm/representations.ts'
import type { Person } from './people.ts'

/** What the bearer may do to one user. */
const fullAccess = { manageGroupMembership: true, resetPassword: true, view: true, mapRoles: true, impersonate: true, manage: true }

/** What a list says of it. */
export const listAccess = { manage: true }

/** What the server itself notes of a user. */
const beside: readonly string[] = ['is_temporary_admin', 'terms_and_conditions']

/** The attributes that the realm's user profile knows: others are neither taken nor shown, unless it says so. */
export function profiled(attributes: Attributes, { settings }: RealmData): Attributes {
  const profile = members(settings.userProfile)
  if (['ENABLED', 'ADMIN_EDIT', 'ADMIN_VIEW'].includes(text(profile.unmanagedAttributePolicy) ?? '')) return attributes
  const known = list(profile.attributes).map(({ name }) => name)
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => known.includes(name) || beside.includes(name)))
}

/** A user as the API shows him. @param access none where others list him */
export function shownUser(user: User, realm: RealmData, access: Readonly<Record<string, boolean>> | undefined = fullAccess, brief = false) {
  const { emailVerified, attributes, requiredActions, notBefore = 0, otp = [] } = realm.user(user)
  const shown = profiled(attributes, realm)
  const who = given({
    id: user.user_id,
    username: user.username,
    firstName: user.first_name || undefined,
    lastName: user.last_name || undefined,
    email: user.email ?? undefined,
    emailVerified,
    attributes: brief || Object.keys(shown).length === 0 ? undefined : shown,
    enabled: !user.disabled,
    createdTimestamp: user.created_at,
  })
  if (brief) return { ...who, ...(access === undefined ? {} : { access }) }
  return {
    ...who,
    totp: otp.length > 0,
    disableableCredentialTypes: [],
    requiredActions,
    notBefore,
    ...(access === undefined ? {} : { access }),
  }
}

/** A service account. */
export function shownServiceAccount({ id, username, client }: Person) {
  return {
    ...{ id, username, emailVerified: false, enabled: true, createdTimestamp: client?.created_at ?? 0 },
    ...{ totp: false, disableableCredentialTypes: [], requiredActions: [], notBefore: 0 },
  }
}
