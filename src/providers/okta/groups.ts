import type { Documents } from '../../oauth/model/documents.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Settings } from '../../oauth/model/settings.ts'
import { oktaSettings } from './settings.ts'

/** A group; its key is its id. */
export interface Group {
  name: string
  description: string | null
  /** `BUILT_IN` for the one of everybody. */
  type: 'OKTA_GROUP' | 'BUILT_IN'
  created: number
}

/** The group of everybody. */
export const everyone = '00ggrantboxeveryone1'

const list = 'all'
const limit = 1000

/** The groups of a sandbox and who is in them. */
export function groupsIn(documents: Documents) {
  const groups = documents.kind<Group>('okta_group')
  const members = documents.kind<{ user_id: string; group_id: string }>('okta_member')
  return {
    find: (id: string) => groups.get(id),
    list: () => groups.list({ list, limit }),
    save: (id: string, group: Group) => groups.put(id, group, { list, place: group.created }),
    delete(id: string) {
      for (const { key } of members.list({ list: id, limit })) members.delete(key)
      groups.delete(id)
    },
    add: (id: string, user: User) => members.put(`${id} ${user.user_id}`, { user_id: user.user_id, group_id: id }, { user, list: id }),
    remove: (id: string, user: User) => members.delete(`${id} ${user.user_id}`, { user }),
    membersOf: (id: string) => members.list({ list: id, limit }).map(({ body }) => body.user_id),
    idsOf: (user: User) => [everyone, ...members.list({ user, limit }).map(({ body }) => body.group_id)],
  }
}

const most = 100

/**
 * The names of a user's groups as tokens tell them; undefined where they do not. Those in his claims count, too.
 * @throws OAuthError `server_error` when there are more than a claim holds
 */
export function groupsClaim(user: User, scope: string, documents: Documents, settings: Settings): string[] | undefined {
  const { groups_claim } = oktaSettings.of(settings)
  if (groups_claim === 'off' || (groups_claim === 'scope' && !scopes(scope).includes('groups'))) return undefined
  const groups = groupsIn(documents)
  const own = Array.isArray(user.claims.groups) ? user.claims.groups.map(String) : []
  const names = [...groups.idsOf(user).flatMap((id) => groups.find(id)?.name ?? []), ...own]
  if (names.length <= most) return [...new Set(names)]
  const message = 'The groups claim matched too many groups and must be configured to match fewer groups.'
  throw new OAuthError('server_error', message, `${names.length} groups; a claim holds ${most}`, {}, 400).naming({ worded: 'yes' })
}
